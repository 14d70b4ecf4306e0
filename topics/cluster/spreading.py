"""A build of a large corpus: a sample is fitted here, all other papers are placed by workers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from topics import artefact
from topics.cluster import tasks
from topics.cluster.assembly import Assembly, told_of
from topics.cluster.known import write_found, write_known
from topics.cluster.parts import Overview, named_papers, sample_of, write_parts
from topics.cluster.placing import KNOWN
from topics.cluster.sampling import MOST_SOURCES, Draw, Drawn, draw, least_topic, ranks_of
from topics.clustering import UNCLUSTERED, let_in
from topics.fitting import fit
from topics.progress import DRAW, PLACE, SPREAD_STAGES, STAGES
from topics.projection import neighbours_for
from topics.theming import examples_of, given_themes

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from topics.cluster.parts import Sample
    from topics.cluster.site import Site
    from topics.corpus import Corpus
    from topics.progress import Watch
    from topics.settings import BuildSettings
    from topics.stages import Encoded
    from topics.store import Cache
    from topics.themefile import Theme
    from topics.topicmap import TopicMap

__all__ = ["build_spread", "renumbered"]


def build_spread(
    site: Site,
    corpus: Corpus,
    out: Path,
    wanted: Draw,
    settings: BuildSettings,
    cache: Cache,
    watch: Watch,
    *,
    log: bytes | None = None,
) -> None:
    """Make a map of a corpus from a sample of it and write it.

    Args:
        site: where the parts are done.
        corpus: the papers.
        out: folder of the map.
        wanted: the sample.
        settings: as for any build, and so is all below.
        cache: see there.
        watch: see there.
        log: see there.
    """
    watch.stages = SPREAD_STAGES
    for notice in corpus.notices:
        watch.progress.note(notice)
    themes = given_themes(settings)
    with watch.stage(DRAW):
        seen = write_parts(corpus, site.folder, most_sources=MOST_SOURCES)
        mask = _drawn(seen, wanted.papers, settings.seed)
        mask |= _shown(corpus, seen, themes, site.folder)
        sample = sample_of(corpus, seen, mask, site.folder)
    least = least_topic(len(sample), len(seen), asked=settings.min_topic_size)
    drawn = Drawn(len(sample), len(seen), len(set(seen.strata)), wanted.asked, least)
    found, encoded = fit(sample, replace(settings, min_topic_size=least), cache, watch)
    found = replace(found, manifest={**found.manifest, "settings": settings.as_dict()})
    watch.progress.note(told_of(drawn))
    with watch.stage(PLACE):
        _hand_out(site.folder, sample, found, encoded, mask, themes, settings, seen)
        found, took = _placed(site, seen, mask, found, themes)
    whole = Assembly(site.folder, corpus, seen, found, encoded, drawn)
    with watch.stage(STAGES[6]):
        brief = whole.brief()

        def write(folder: Path) -> dict[str, Any]:
            whole.write(brief, folder)
            return whole.manifest(brief, watch.seconds, took)

        artefact.save_files(out, write, log=log)
        cache.prune()


def _drawn(seen: Overview, size: int, seed: int) -> np.ndarray:
    """Which papers are in the sample."""
    import numpy as np

    ids = seen.ids.to_pylist() if seen.ids is not None else []
    return draw(np.asarray(seen.strata), ranks_of(ids, seed=seed), size=size)


def _shown(corpus: Corpus, seen: Overview, themes: tuple[Theme, ...], folder: Path) -> np.ndarray:
    """Which papers a theme gives as examples: what they are like is found with the sample."""
    import numpy as np

    mask: np.ndarray = np.zeros(len(seen), dtype=bool)
    if any(theme.papers for theme in themes):
        for rows in examples_of(themes, named_papers(corpus, seen, folder))[0]:
            mask[rows] = True
    return mask


def _hand_out(
    folder: Path,
    sample: Sample,
    found: TopicMap,
    encoded: Encoded,
    mask: np.ndarray,
    themes: tuple[Theme, ...],
    settings: BuildSettings,
    seen: Overview,
) -> None:
    """Write what workers need of the sample."""
    known = folder / KNOWN
    known.mkdir()
    write_known(
        known,
        sample,
        found,
        encoded,
        drawn=mask,
        neighbours=min(settings.neighbours or neighbours_for(len(sample)), len(sample) - 1),
        part=seen.papers[0],
        themed=len(found.themes) > 0,
        examples=examples_of(themes, sample)[0] if themes else None,
    )


def _placed(
    site: Site, seen: Overview, mask: np.ndarray, found: TopicMap, themes: tuple[Theme, ...]
) -> tuple[TopicMap, dict[str, Any]]:
    """Have all parts encoded and placed.

    Returns:
        The map of the sample, its topics numbered by all their papers; what the manifest tells.
    """
    import numpy as np

    folder, parts = str(site.folder), range(len(seen.papers))
    votes = site.workers.each(tasks.encode_part, [(folder, number) for number in parts])
    labels = _labels(found, [each.best for each in votes], [each.most for each in votes])
    ends = np.cumsum([len(each.best) for each in votes])
    own = np.split(labels[int(mask.sum()) :], ends[:-1])
    found, ids = renumbered(found, np.bincount(labels[labels >= 0], minlength=len(found.topics)))
    write_found(site.folder / KNOWN, found, ids)
    took = site.workers.each(
        tasks.place_part, [(folder, number, own[number], themes) for number in parts]
    )
    return found, {
        "workers": site.workers.count,
        "parts": len(parts),
        "papers_placed": int(ends[-1]),
        "bytes_in_parts": sum(
            file.stat().st_size for file in site.folder.rglob("*") if file.is_file()
        ),
        "worker_seconds": {
            "encoding": round(sum(each.seconds[0] for each in votes), 3),
            "finding the nearest papers": round(sum(each.seconds[1] for each in votes), 3),
            "placing and sorting into themes": round(sum(took), 3),
        },
    }


def _labels(found: TopicMap, best: list[np.ndarray], most: list[np.ndarray]) -> np.ndarray:
    """Topics of all papers, those of the sample first: others join as they do by an update."""
    import numpy as np

    from topics.growth import topic_numbers

    known = np.asarray(topic_numbers(found.papers["topic"], list(found.topics["id"])))
    nobody = np.zeros(len(known))
    late = sum(map(len, best))
    labels = np.concatenate([known, np.full(late, UNCLUSTERED)])
    if not len(found.topics):
        return labels
    free = np.arange(len(labels)) >= len(known)
    return let_in(
        labels,
        np.concatenate([nobody.astype(np.int64), *best]),
        np.concatenate([nobody, *most]),
        free,
    )


def renumbered(found: TopicMap, sizes: np.ndarray) -> tuple[TopicMap, list[str]]:
    """Number topics by other sizes, the largest first.

    Args:
        found: a map.
        sizes: papers of each of its topics, in their order.

    Returns:
        The same map under new ids, and for each topic its new one, in the order they had.
    """
    import numpy as np

    order = np.argsort(-sizes, kind="stable")
    before = list(found.topics["id"])
    ids = {before[old]: f"t{rank}" for rank, old in enumerate(order, 1)}

    def named(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
        new = {name: frame[name].map(ids, na_action="ignore").astype("str") for name in columns}
        return frame.assign(**new)

    topics = found.topics.iloc[order].reset_index(drop=True)
    changed = replace(
        found,
        papers=named(found.papers, "topic", "nearest_topic"),
        topics=named(topics, "id"),
        memberships=named(found.memberships, "topic"),
    )
    return changed, [ids[topic] for topic in before]
