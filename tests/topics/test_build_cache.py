"""Builds with a cache: never twice the same work, and never a wrong result."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import BUILT_AT
from tests.topics.corpora import (
    assert_same,
    counting,
    sample_records,
    sample_slice,
)
from topics.artefact import load
from topics.corpus import build_corpus
from topics.pipeline import build_from_corpus
from topics.settings import BuildSettings
from topics.sources.record import Record, SourceRead
from topics.store import StageCache

if TYPE_CHECKING:
    from pathlib import Path

    from topics.corpus import Corpus


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return sample_records()


pytestmark = pytest.mark.usefixtures("built_at")


@pytest.fixture(scope="module")
def small(records: list[Record]) -> Corpus:
    return sample_slice(10, 30, records)


@pytest.fixture(scope="module")
def filled(small: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cache and the map that filled it."""
    folder = tmp_path_factory.mktemp("filled")
    cache = StageCache(folder / "cache")
    computed = counting(cache)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", BUILT_AT)
        build_from_corpus(small, folder / "map", cache=cache)
    assert {"encode", "place", "describe", "themes"} <= set(computed)
    assert cache.hits == set()
    return folder


@pytest.fixture
def work(filled: Path, tmp_path: Path) -> Path:
    """A copy of the filled cache, to use and to harm."""
    shutil.copytree(filled / "cache", tmp_path / "cache")
    return tmp_path


def _rebuild(work: Path, small: Corpus, **settings: Any) -> tuple[list[str], StageCache]:
    cache = StageCache(work / "cache")
    computed = counting(cache)
    build_from_corpus(small, work / "map", settings=BuildSettings(**settings), cache=cache)
    return computed, cache


def test_a_second_build_computes_nothing(filled: Path, work: Path, small: Corpus) -> None:
    computed, cache = _rebuild(work, small)
    assert computed == []
    assert {"encode", "place", "describe", "stability", "themes"} <= cache.hits
    assert_same(filled / "map", work / "map")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"themes": "none"}, []),
        ({"themes": "auto"}, []),
        ({"themes": "FILE"}, ["themes"]),
        ({"layout_spread": 0.5}, ["place", "describe", "quality", "themes"]),
        ({"min_topic_size": 5}, ["place", "describe", "quality", "stability", "themes"]),
        ({"seed": 1}, ["encode", "place", "describe", "quality", "stability", "themes"]),
    ],
    ids=str,
)
def test_a_changed_setting_computes_what_depends_on_it(
    work: Path, small: Corpus, settings: dict[str, Any], expected: list[str]
) -> None:
    if settings.get("themes") == "FILE":
        file = work / "mine.toml"
        file.write_text('[[theme]]\nname = "image"\nphrases = ["image generation"]\n')
        settings = {"themes": str(file)}
    computed, _ = _rebuild(work, small, **settings)
    # A stage whose input came out the same need not be computed.
    assert set(computed) <= set(expected)
    assert computed[:1] == expected[:1]


def test_what_no_vector_depends_on_computes_nothing(work: Path, small: Corpus) -> None:
    """Dates, authors and names of files are in the tables, not in what is fitted."""
    papers = small.papers
    records = tuple(
        Record(title=title, abstract=abstract, source="elsewhere", line=line, date="2024-05-01")
        for line, (title, abstract) in enumerate(
            zip(papers["title"], papers["abstract"], strict=True)
        )
    )
    other = build_corpus([SourceRead(source="elsewhere", format="table", records=records)])
    assert other.fingerprint != small.fingerprint
    computed, _ = _rebuild(work, other)
    assert computed == []
    assert (load(work / "map").papers["date"] == "2024-05-01").all()


def test_a_paper_more_computes_all_that_is_fitted(work: Path, records: list[Record]) -> None:
    computed, _ = _rebuild(work, sample_slice(10, 31, records))
    assert "stability" in computed, "sought beside the others, so at no certain time"
    assert [name for name in computed if name != "stability"][:3] == ["encode", "place", "describe"]


def test_words_moved_within_a_theme_are_told_apart(work: Path, small: Corpus) -> None:
    """The same wording as description and as phrase is another themes file."""
    described = []
    for number, fields in enumerate(('description = "codec"', 'phrases = ["codec"]')):
        file = work / f"{number}.toml"
        file.write_text(f'[[theme]]\nname = "sound"\n{fields}\n')
        settings = BuildSettings(themes=str(file))
        cache = StageCache(work / "cache")
        built = build_from_corpus(small, work / "map", settings=settings, cache=cache)
        described.append(built.themes["description"].iloc[0])
    assert described == ["codec", ""]


@pytest.mark.parametrize(
    ("stage", "damage"),
    [("encode", "cut off"), ("place", "altered"), ("describe", "missing"), ("themes", "emptied")],
)
def test_a_torn_entry_is_computed_again(
    filled: Path, work: Path, small: Corpus, stage: str, damage: str
) -> None:
    (entry,) = (work / "cache" / "stages" / stage).iterdir()
    file = max((file for file in entry.rglob("*.*") if "digests" not in file.name), key=_size)
    data = file.read_bytes()
    match damage:
        case "cut off":
            file.write_bytes(data[: len(data) // 2])
        case "altered":
            file.write_bytes(data[:-9] + bytes(9))
        case "missing":
            file.unlink()
        case "emptied":
            file.write_bytes(b"")
    computed, _ = _rebuild(work, small)
    assert computed == [stage]
    assert_same(filled / "map", work / "map")
    assert _rebuild(work, small)[0] == []


def _size(file: Path) -> int:
    return file.stat().st_size


def test_a_cache_that_cannot_be_written_only_costs_time(small: Corpus, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    notes: list[str] = []
    cache = StageCache(tmp_path / "cache", notify=notes.append)
    built = build_from_corpus(small, tmp_path / "map", cache=cache)
    assert len(built.papers) == 30
    assert len(notes) == 1
    assert "PAPERMAP_CACHE" in notes[0]
