"""New papers for a finished map, without shaking it; or all of it found anew and turned back.

Known papers keep their places, topics and themes; topics keep ids and names. What new papers do is
said in the manifest: ``new_topics``, ``updates`` (one entry an update) and ``fitted`` (how many
papers the topics and the layout were found among).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from topics import artefact
from topics.alignment import align, match_topics
from topics.errors import BuildError, MapBroken, SettingsError
from topics.fitting import now, version
from topics.folders import claimed
from topics.growth import encode_all, free_ids, grow
from topics.known import enlarge
from topics.labels import unlike
from topics.mapfiles import ENCODER
from topics.pipeline import build_from_corpus
from topics.progress import STAGES, Progress, Silent, Watch
from topics.reading import Reading, read_files
from topics.regrouping import match_groups, regrouped
from topics.settings import BuildSettings
from topics.store import Cache, NullCache
from topics.theming import passing, remarks_now
from topics.topicmap import TABLES, TopicMap

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from topics.growth import Grown
    from topics.known import Enlarged

__all__ = ["MANY_NEW", "UPDATE_STAGES", "Updated", "update"]

#: Share of papers that came after the topics were found, above which finding them anew is advised.
MANY_NEW = 0.3

#: The stages of an update that leaves topics and layout as they are.
UPDATE_STAGES = (
    "Reading the sources",
    "Turning abstracts into vectors",
    "Placing the new papers",
    "Measuring trends and quality",
    "Writing the map",
)

#: Remarks of a build, or of an update, that the next update makes anew.
_PASSING = re.compile(
    r"\d+ papers are (?:few|too few)|No group of papers stands out|Topics, their "
    r"|(?:About )?(?:\d+|< ?1) ?% of the abstracts are|All abstracts are"
)


@dataclass(frozen=True, slots=True, eq=False)
class Updated:
    """What an update did.

    Attributes:
        topic_map: the map as it is now.
        read: number of new records kept, merged and rejected.
        added: papers that are new on the map.
        enriched: known papers of which more is known now.
        new_topics: id, name and number of papers of each topic that is new.
        lost_topics: the same of those that a refit did not find again.
        changed: whether the map is another one now.
    """

    topic_map: TopicMap
    read: Mapping[str, int]
    added: int = 0
    enriched: int = 0
    new_topics: tuple[Mapping[str, Any], ...] = ()
    lost_topics: tuple[Mapping[str, Any], ...] = ()
    changed: bool = True

    @property
    def share_since(self) -> float:
        """Share of the papers that came after topics and layout were found."""
        papers = len(self.topic_map.papers)
        return 1 - min(int(_fitted(self.topic_map.manifest)["papers"]), papers) / max(papers, 1)


def update(
    path: str | os.PathLike[str],
    sources: Sequence[str | os.PathLike[str]],
    *,
    refit: bool = False,
    page_year: int | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
    reading: Reading | None = None,
) -> Updated:
    """Add the papers of new sources to a map.

    Args:
        path: folder of the map; it is replaced when the new map is complete.
        sources: files and folders; may be none with ``refit``.
        refit: find topics and layout anew among all papers, turn the layout towards the old one
            and let topics that were found again keep their ids and names.
        page_year: the year of year-less dates in the sources; found from them where not given.
        cache: keeps stage outputs of a refit.
        progress: told of the stages.
        reading: what a person says on how files are read.

    Raises:
        PapermapError: with a message for the user; the map is as it was.
    """
    target = artefact.check_target(path)
    artefact.read_manifest(target)
    try:
        with claimed(target):
            old = artefact.load(target, edited=False)
            settings = _settings_of(old)
            watch = Watch(progress or Silent(), STAGES if refit else UPDATE_STAGES)
            with watch.stage(STAGES[0]):
                how = reading or Reading()
                reads = (
                    read_files(sources, reading=how, progress=watch.progress.note)
                    if sources
                    else []
                )
                corpus = enlarge(old, reads, page_year=page_year)
            if not (refit or corpus.added or corpus.enriched):
                return Updated(old, corpus.read, changed=False)
            work = _Work(target, old, corpus, settings, watch, [read.source for read in reads])
            return work.refitted(cache or NullCache()) if refit else work.grown()
    except OSError as error:
        raise BuildError(
            f"The map at {target} cannot be updated ({error.strerror or error}). "
            "Check that you may write to its folder and the one around it; the map is unchanged."
        ) from error


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """One update under way."""

    target: Path
    old: TopicMap
    corpus: Enlarged
    settings: BuildSettings
    watch: Watch
    sources: list[str]

    def grown(self) -> Updated:
        """Put the new papers on the map as it is."""
        from topics.encoders import load_encoder
        from topics.stages import Encoded

        old, corpus, watch = self.old, self.corpus, self.watch
        for notice in corpus.notices:
            watch.progress.note(notice)
        assert old.path is not None  # noqa: S101  it was loaded from a folder
        with watch.stage(UPDATE_STAGES[1]):
            folder = old.path / ENCODER
            vectors = encode_all(old, corpus, load_encoder(folder))
            files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
            encoded = Encoded(vectors, files, key=old.digest)
        with watch.stage(UPDATE_STAGES[2]):
            grown = grow(old, corpus, encoded, self.settings, used=_used_ids(old))
        with watch.stage(UPDATE_STAGES[3]):
            trends = _trends(grown.papers, corpus.as_of)
            quality = _quality(grown)
        new = _listed(grown.topics, grown.new_topics)
        topic_map = TopicMap(
            papers=grown.papers,
            topics=grown.topics,
            themes=grown.themes,
            groups=grown.groups,
            memberships=grown.memberships,
            trends=trends,
            ledger=corpus.ledger[list(TABLES["ledger"])],
            vectors=vectors,
            manifest=self._manifest(grown, quality, new),
        )
        with watch.stage(UPDATE_STAGES[4]):
            written = artefact.save(
                topic_map,
                self.target,
                write_encoder=encoded.write_encoder,
                replaces=old.manifest["built_digest"],
            )
        return self._updated(written, new)

    def refitted(self, cache: Cache) -> Updated:
        """Find everything anew, in the old one's terms."""
        found: dict[str, list[dict[str, Any]]] = {}

        def revise(topic_map: TopicMap) -> TopicMap:
            renamed = regrouped(
                _renamed(topic_map, self.old), self.old, used=_used_ids(self.old, "groups")
            )
            revised = _aligned(renamed, self.old)
            gone = set(self.old.topics["id"]) - set(revised.topics["id"])
            fresh = set(revised.topics["id"]) - set(self.old.topics["id"])
            found["new"] = _listed(revised.topics, fresh)
            found["lost"] = _listed(self.old.topics, gone)
            entry = {
                **self._entry(found["new"], refit=True, lost=found["lost"]),
                **_groups_changed(revised, self.old),
            }
            manifest = {
                **revised.manifest,
                "first_built": _first_built(self.old.manifest),
                "new_topics": found["new"],
                "updates": [*self.old.manifest.get("updates", []), entry],
                "fitted": {"papers": len(revised.papers), "created": entry["when"]},
            }
            return replace(revised, manifest=manifest)

        written = build_from_corpus(
            self.corpus,
            self.target,
            settings=self.settings,
            cache=cache,
            revise=revise,
            replaces=self.old.manifest["built_digest"],
            _watch=self.watch,
        )
        return self._updated(written, found["new"], found["lost"])

    def _updated(
        self,
        written: TopicMap,
        new: Sequence[Mapping[str, Any]],
        lost: Sequence[Mapping[str, Any]] = (),
    ) -> Updated:
        added, enriched = len(self.corpus.added), len(self.corpus.enriched)
        return Updated(written, self.corpus.read, added, enriched, tuple(new), tuple(lost))

    def _entry(
        self,
        new: Sequence[Mapping[str, Any]],
        *,
        refit: bool = False,
        lost: Sequence[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:
        """What the manifest keeps of this update."""
        return {
            "when": now().isoformat(timespec="seconds"),
            "sources": self.sources,
            "records": dict(self.corpus.read),
            "papers_added": len(self.corpus.added),
            "papers_enriched": len(self.corpus.enriched),
            "refit": refit,
            "new_topics": list(new),
            "lost_topics": list(lost),
        }

    def _manifest(
        self, grown: Grown, measured: Mapping[str, float], new: list[dict[str, Any]]
    ) -> dict[str, Any]:
        old, corpus = self.old.manifest, self.corpus
        quality = {**old.get("quality", {}), **measured}
        entry, fitted = self._entry(new), _fitted(old)
        late = len(corpus) - fitted["papers"]
        before = old.get("notices", [])
        kept = [text for text in before if not (_PASSING.match(text) or passing(text))]
        themes = remarks_now(_texts(grown.papers["theme"]), corpus, self.settings, before)
        told = (
            f"Topics, their names and the places of {fitted['papers']} papers are of the map as it "
            f"was first made; the {late} papers that came later were put to the topics of their "
            "nearest papers."
        )
        return {
            **{
                key: value
                for key, value in old.items()
                if key not in ("digest", "built_digest", "files")
            },
            "papermap_version": version(),
            "created": entry["when"],
            "first_built": _first_built(old),
            "as_of": corpus.as_of,
            "corpus_fingerprint": corpus.fingerprint,
            "counts": {
                "papers": len(grown.papers),
                "topics": len(grown.topics),
                "groups": len(grown.groups),
                "themes": len(grown.themes),
                "unclustered": int(grown.papers["topic"].isna().sum()),
                "undated": int(grown.papers["date"].isna().sum()),
                **corpus.counts,
            },
            "seconds": dict(self.watch.seconds),
            "quality": quality,
            "notices": list(
                dict.fromkeys([*kept, *corpus.notices, *themes, *([told] if late else [])])
            ),
            "new_topics": new,
            "updates": [*old.get("updates", []), entry],
            # Figures that only a build measures: they are of the map as it was found.
            "fitted": {**fitted, "quality": sorted(quality.keys() - measured.keys())},
        }


def _settings_of(old: TopicMap) -> BuildSettings:
    """The settings that a map was made with; those it does not know are at their defaults."""
    kept = old.manifest.get("settings")
    known = {item.name for item in fields(BuildSettings)}
    try:
        return BuildSettings(**{key: kept[key] for key in known & set(kept)})  # type: ignore[index,arg-type]
    except (TypeError, SettingsError) as error:
        raise MapBroken(
            f"The map at {old.path} does not say with which settings it was made ({error}). "
            "Build it again with `papermap build`."
        ) from error


def _fitted(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """How many papers a map's topics were found among, and when."""
    default = {"papers": manifest["counts"]["papers"], "created": manifest.get("created")}
    return dict(manifest.get("fitted") or default)


def _first_built(manifest: Mapping[str, Any]) -> Any:
    return manifest.get("first_built") or manifest.get("created")


def _used_ids(old: TopicMap, what: str = "topics") -> set[str]:
    """Ids of all topics, or groups, that the map has or ever had."""
    used = {str(row_id) for row_id in getattr(old, what)["id"]}
    for entry in old.manifest.get("updates", []):
        for row in (*entry.get(f"new_{what}", []), *entry.get(f"lost_{what}", [])):
            used.add(str(row["id"]))
    return used


def _listed(topics: pd.DataFrame, ids: Any) -> list[dict[str, Any]]:
    """Id, name and number of papers of some topics."""
    chosen = topics[topics["id"].isin(list(ids))]
    return [
        {"id": str(row["id"]), "name": str(row["name"]), "papers": int(row["size"])}
        for row in chosen[["id", "name", "size"]].to_dict("records")
    ]


def _groups_changed(new: TopicMap, old: TopicMap) -> dict[str, list[dict[str, Any]]]:
    """What the manifest keeps of groups that came and went."""
    return {
        "new_groups": _listed(new.groups, set(new.groups["id"]) - set(old.groups["id"])),
        "lost_groups": _listed(old.groups, set(old.groups["id"]) - set(new.groups["id"])),
    }


def _trends(papers: pd.DataFrame, as_of: str | None) -> pd.DataFrame:
    from topics.trends import trend_table

    return trend_table(papers, as_of=as_of)


def _quality(grown: Grown) -> dict[str, float]:
    """Figures of the map as it is now, but for those that only a build can measure."""
    from topics.quality import quality_figures

    keywords = dict(zip(grown.topics["id"], grown.topics["keywords"], strict=True))
    return quality_figures(
        graph=grown.graph,
        points=grown.papers[["x", "y"]].to_numpy(),
        clustering=grown.clustering,
        keywords=[keywords[topic] for topic in grown.numbered],
    )


def _renamed(found: TopicMap, old: TopicMap) -> TopicMap:
    """A map found anew, whose topics go by the ids and names of the old ones that they are."""
    topic_of = dict(zip(found.papers["id"], _texts(found.papers["topic"]), strict=True))
    matched = match_topics(
        [topic_of.get(paper) for paper in old.papers["id"]], _texts(old.papers["topic"])
    )
    fresh = [topic for topic in found.topics["id"] if topic not in matched]
    ids = matched | dict(zip(fresh, free_ids(_used_ids(old), len(fresh)), strict=True))
    # A group keeps its name: no new topic takes it.
    groups = match_groups(found, old).values()
    taken = [old.topic_names[topic] for topic in matched.values()]
    taken += [old.group_names[group] for group in groups]
    names = []
    for topic in found.topics.to_dict("records"):
        if topic["id"] in matched:
            names.append(old.topic_names[matched[topic["id"]]])
            continue
        names.append(unlike(topic["name"], topic["keywords"], taken))
        taken.append(names[-1])
    papers = found.papers.assign(
        topic=found.papers["topic"].map(ids, na_action="ignore").astype("str"),
        nearest_topic=found.papers["nearest_topic"].map(ids, na_action="ignore").astype("str"),
    )
    topics = found.topics.assign(id=[ids[topic] for topic in found.topics["id"]], name=names)
    memberships = found.memberships.assign(
        topic=found.memberships["topic"].map(ids, na_action="ignore").astype("str")
    )
    trends = _trends(papers, found.manifest.get("as_of"))
    return replace(found, papers=papers, topics=topics, trends=trends, memberships=memberships)


def _aligned(found: TopicMap, old: TopicMap) -> TopicMap:
    """A map found anew, turned so that known papers are near to where they were."""
    rows = [found.row_of[paper] for paper in old.papers["id"]]
    places = found.papers[["x", "y"]].to_numpy()
    points = align(places, rows=_array(rows), old=old.papers[["x", "y"]].to_numpy())
    # A topic stands where one of its papers does.
    at = {tuple(place): row for row, place in enumerate(places.tolist())}
    middles = [at[place] for place in zip(found.topics["x"], found.topics["y"], strict=True)]
    papers = found.papers.assign(x=points[:, 0], y=points[:, 1])
    topics = found.topics.assign(x=points[middles, 0], y=points[middles, 1])
    middles = [at[place] for place in zip(found.groups["x"], found.groups["y"], strict=True)]
    groups = found.groups.assign(x=points[middles, 0], y=points[middles, 1])
    return replace(found, papers=papers, topics=topics, groups=groups)


def _array(rows: Sequence[int]) -> Any:
    import numpy as np

    return np.asarray(rows, dtype=np.int64)


def _texts(values: pd.Series[Any]) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in values]
