"""Small corpora for tests, and what is asked of every map."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from topics import sample
from topics.corpus import build_corpus
from topics.progress import STAGES
from topics.sources.detect import read_sources
from topics.sources.record import Record, SourceRead
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import pandas as pd

    from topics.corpus import Corpus
    from topics.store import StageCache
    from topics.topicmap import TopicMap

__all__ = [
    "Told",
    "assert_sound",
    "counting",
    "files_of",
    "is_plain",
    "make_corpus",
    "rows",
    "sample_records",
    "sample_slice",
]

#: Words that say something to those who made the program only.
JARGON = re.compile(
    r"-1\b|\bnan\b|\bnone\b|null|outlier|hdbscan|umap|pca\b|svd|tf-?idf|cluster(?!ed)|vector"
    r"|embedding|encoder|exception|traceback|\bfit\b|dataframe|<|>|_",
    re.IGNORECASE,
)


class Told:
    """Remembers what a build told of itself."""

    def __init__(self) -> None:
        self.stages: list[tuple[int, int, str]] = []
        self.notes: list[str] = []

    def stage(self, number: int, total: int, name: str) -> None:
        self.stages.append((number, total, name))

    def note(self, text: str) -> None:
        self.notes.append(text)


def make_corpus(papers: Iterable[tuple[str, str]]) -> Corpus:
    """A corpus of titles and abstracts."""
    records = tuple(
        Record(title=title, abstract=abstract, source="made.txt", line=line)
        for line, (title, abstract) in enumerate(papers, 1)
    )
    return build_corpus([SourceRead(source="made.txt", format="made", records=records)])


def sample_records() -> list[Record]:
    """The records of the bundled sample, in file order."""
    return [record for read in read_sources([sample.folder()]) for record in read.records]


def sample_slice(start: int, count: int, records: Sequence[Record] | None = None) -> Corpus:
    """A corpus of the sample's distinct papers from one on, however many were asked for."""
    found: dict[str, str] = {}
    for record in [*(records or sample_records())[start:]]:
        if len(found) < count:
            found.setdefault(record.title, record.abstract)
    return make_corpus(found.items())


def counting(cache: StageCache) -> list[str]:
    """Make a cache tell which stages it must compute; returns the list that grows."""
    computed: list[str] = []
    ask = cache.get_or_compute

    def watched(stage: str, key: str, compute: Callable[[], Any], **how: Any) -> Any:
        def told() -> Any:
            computed.append(stage)
            return compute()

        return ask(stage, key, told, **how)

    cache.get_or_compute = watched  # type: ignore[method-assign]
    return computed


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each by column."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def is_plain(text: str) -> bool:
    """Whether a notice is a sentence without words of the trade."""
    return bool(text.strip()) and text.endswith(".") and not JARGON.search(text)


def assert_sound(built: TopicMap) -> None:
    """Check what holds for the map of any corpus."""
    _assert_sound_papers(built)
    _assert_sound_topics(built)
    _assert_sound_groups(built)
    papers, themes, counts = built.papers, built.themes, built.manifest["counts"]
    assert counts["papers"] == len(papers)
    assert counts["topics"] == len(built.topics)
    assert counts["groups"] == len(built.groups)
    assert counts["unclustered"] == built.unclustered
    assert counts["undated"] == built.undated
    if len(themes):
        assert list(themes["name"])[-1] == OTHER_THEME
        assert papers["theme"].value_counts().to_dict() == {
            row.name: row.size for row in themes.itertuples(index=False) if row.size
        }
        assert set(built.topics["theme"]) <= set(themes["name"])
    for notice in built.manifest["notices"]:
        assert is_plain(notice), notice


def _assert_sound_papers(built: TopicMap) -> None:
    papers = built.papers
    places = papers[["x", "y"]].to_numpy()
    assert np.isfinite(places).all()
    assert np.abs(places).max() <= 1 + 1e-6
    assert len(np.unique(places, axis=0)) == len(papers), "two papers at one place"
    assert papers["id"].is_unique
    assert list(papers["id"]) == sorted(papers["id"])
    assert papers["topic_confidence"].between(0, 1).all()
    assert built.vectors.shape[0] == len(papers)
    length = np.linalg.norm(built.vectors, axis=1)
    assert (np.isclose(length, 1, atol=1e-4) | (length == 0)).all()


def _assert_sound_topics(built: TopicMap) -> None:
    papers, topics = built.papers, built.topics
    assert list(topics["id"]) == [f"t{number}" for number in range(1, len(topics) + 1)]
    assert topics["size"].is_monotonic_decreasing
    names = [str(name) for name in topics["name"]]
    assert len({frozenset(name.casefold().split()) for name in names}) == len(names)
    assert topics["size"].sum() + built.unclustered == len(papers)
    nearest = papers["nearest_topic"]
    assert nearest.isna().all() if topics.empty else nearest.isin(topics["id"]).all()
    for topic in rows(topics):
        members = papers[papers["topic"] == topic["id"]]
        assert len(members) == topic["size"]
        assert (members["nearest_topic"] == topic["id"]).all()
        assert set(topic["representatives"]) <= set(members["id"])
        assert len(set(topic["representatives"])) == len(topic["representatives"]) > 0
        assert 2 <= len(topic["name"].split()) <= 5, topic["name"]
        assert "_" not in topic["name"]
        assert topic["keywords"]
        assert len({word.casefold() for word in topic["keywords"]}) == len(topic["keywords"])
        assert ((members["x"] == topic["x"]) & (members["y"] == topic["y"])).any()


def _assert_sound_groups(built: TopicMap) -> None:
    """Groups hold what they say, none is a circle or of one, and no two names are alike."""
    groups, topics, papers = built.groups, built.topics, built.papers
    assert list(groups["id"]) == [f"g{number}" for number in range(1, len(groups) + 1)]
    assert set(topics["parent"].dropna()) <= set(groups["id"])
    names = [str(name) for name in (*topics["name"], *groups["name"])]
    assert len({frozenset(name.casefold().split()) for name in names}) == len(names)
    beside: dict[str | None, list[str]] = {}
    for row in (*rows(topics), *rows(groups)):
        above = built.groups_of(row["id"])
        assert row["id"] not in above
        parent = row["parent"] if isinstance(row["parent"], str) else None
        assert above[:1] == ((parent,) if parent else ())
        beside.setdefault(parent, []).append(row["name"])
    assert all(len(beside[group]) >= 2 for group in groups["id"])
    for group in rows(groups):
        members = papers[papers["topic"].isin(built.topics_in[group["id"]])]
        assert len(members) == group["size"]
        assert set(group["representatives"]) <= set(members["id"])
        assert group["keywords"]
        assert 2 <= len(group["name"].split()) <= 5, group["name"]
        assert ((members["x"] == group["x"]) & (members["y"] == group["y"])).any()


def files_of(folder: Path) -> dict[str, bytes]:
    """The content of every file of a map, by its path in the folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def assert_same(one: Path, other: Path) -> None:
    """Compare two maps file by file, but for the seconds that their stages took."""
    files, others = files_of(one), files_of(other)
    assert files.keys() == others.keys()
    manifests = [json.loads(found.pop("manifest.json")) for found in (files, others)]
    for manifest in manifests:
        assert manifest.pop("seconds").keys() <= set(STAGES)
    different = [name for name, data in files.items() if data != others[name]]
    assert different == []
    assert manifests[0] == manifests[1]
