"""What a build does, counted: calls, passes, texts, bytes. All of it grows with the papers alone.

Nothing is timed, so that a slow or busy machine makes no difference; a step that has come to look
at all papers for each of them shows here.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import random
import sys
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import topics
from tests.conftest import BUILT_AT
from tests.topics.corpora import sample_slice
from topics import neighbours
from topics.corpus import build_corpus
from topics.encoders import static
from topics.pipeline import build, build_from_corpus
from topics.sources.detect import read_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from topics.topicmap import TopicMap

ENGINE = Path(topics.__file__).parent

#: Papers of the two builds that are compared.
FEW, MANY = 60, 240
GROWTH = MANY / FEW

#: What looks at pairs of papers would be called GROWTH times as often again, and oftener than some
#: tens of times a paper.
LEEWAY, TENS = 1.5, 40

_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "si", "to", "ve", "zu")
_ENDS = ("or", "ix", "us")
_WORDS = [f"{a}{b}{c}" for a in _SYLLABLES for b in ("lam", "rin", "tel") for c in _ENDS]


def write_papers(file: Path, count: int) -> Path:
    """Papers of six fields, each with words of its own."""
    rng = random.Random(5)  # noqa: S311
    fields = [rng.sample(_WORDS, 14) for _ in range(6)]

    def words(own: list[str], length: int) -> str:
        return " ".join(rng.choice(own if rng.random() < 0.6 else _WORDS) for _ in range(length))

    lines = [
        json.dumps(
            {
                "title": f"{words(fields[i % 6], 5)} part {i}",
                "abstract": f"{words(fields[i % 6], 40)}.",
                "date": f"{2018 + i % 7}-{1 + i % 12:02d}-03",
                "authors": [f"Ada Writer{i % 97}", "Bo Reader"],
            }
        )
        for i in range(count)
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@dataclass
class Effort:
    """What one build did.

    Attributes:
        calls: how often each function of the engine was called.
        tokenised: texts that went through the tokenizer.
        opened: how often the source was opened.
        written: bytes of the map, by file.
    """

    papers: int
    calls: Counter[str] = field(default_factory=Counter)
    tokenised: int = 0
    opened: int = 0
    written: dict[str, int] = field(default_factory=dict)


class Opened:
    """Counts how often a file is opened while it is watched."""

    def __init__(self) -> None:
        self._watched: str | None = None
        self.times = 0
        sys.addaudithook(self._hear)  # stays for good: there is no way to remove one

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._watched and event == "open" and str(arguments[0]) == self._watched:
            self.times += 1

    def during(self, file: Path, work: Callable[[], object]) -> int:
        self._watched, self.times = str(file), 0
        try:
            work()
        finally:
            self._watched = None
        return self.times


@pytest.fixture(scope="module")
def efforts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Effort, Effort]:
    """Builds of few and of many papers."""
    folder = tmp_path_factory.mktemp("effort")
    opened = Opened()
    # What is imported and compiled once is no effort of a build's.
    build_from_corpus(sample_slice(0, 24), folder / "first")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", BUILT_AT)
        one, other = (_build(folder, count, opened, patch) for count in (FEW, MANY))
    return one, other


def _build(folder: Path, count: int, opened: Opened, patch: pytest.MonkeyPatch) -> Effort:
    source, target, effort = folder / f"{count}.jsonl", folder / str(count), Effort(count)
    write_papers(source, count)
    count_tokens = static._token_counts

    def watched(texts: list[str]) -> Any:
        effort.tokenised += len(texts)
        return count_tokens(texts)

    patch.setattr(static, "_token_counts", watched)
    built: list[TopicMap] = []
    profile = cProfile.Profile()

    def work() -> None:
        with profile:
            built.append(build([source], target))

    effort.opened = opened.during(source, work)
    patch.setattr(static, "_token_counts", count_tokens)
    assert len(built[0].papers) == count
    assert len(built[0].topics) >= 4, "the builds are to do all that builds do"
    for name, calls in _engine_calls(profile):
        effort.calls[name] += calls
    effort.written = {
        file.relative_to(target).as_posix(): file.stat().st_size
        for file in target.rglob("*")
        if file.is_file()
    }
    return effort


def _engine_calls(profile: cProfile.Profile) -> Iterator[tuple[str, int]]:
    for (file, _, function), (_, calls, *_) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if Path(file).is_relative_to(ENGINE):
            yield f"{Path(file).relative_to(ENGINE).as_posix()}: {function}", calls


def test_no_function_is_called_more_often_than_there_are_more_papers(
    efforts: tuple[Effort, Effort],
) -> None:
    few, many = efforts
    most = {name: LEEWAY * GROWTH * few.calls[name] + TENS * MANY for name in many.calls}
    grown = {
        name: (few.calls[name], calls) for name, calls in many.calls.items() if calls > most[name]
    }
    assert grown == {}
    assert many.calls.total() < 1.15 * GROWTH * few.calls.total()
    assert len(many.calls) > 300, "the engine was watched"


def test_every_text_is_tokenised_the_same_number_of_times(efforts: tuple[Effort, Effort]) -> None:
    few, many = efforts
    assert many.tokenised / MANY <= few.tokenised / FEW
    assert many.tokenised < 5 * MANY  # papers to fit and to encode, and a few names


def test_a_source_is_read_the_same_number_of_times(efforts: tuple[Effort, Effort]) -> None:
    few, many = efforts
    assert 1 <= many.opened == few.opened <= 3


def test_a_map_grows_with_its_papers(efforts: tuple[Effort, Effort]) -> None:
    few, many = efforts
    assert few.written.keys() == many.written.keys()
    for name, size in many.written.items():
        assert size <= 1.2 * GROWTH * few.written[name], name
    assert sum(many.written.values()) < 6_000 * MANY


def peak_of(work: Callable[[], object]) -> int:
    """Bytes that were held at once, at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_of_reading_grows_with_the_records(tmp_path: Path) -> None:
    files = [write_papers(tmp_path / f"{count}.jsonl", count) for count in (100, 400)]
    build_corpus(read_sources(files[:1]))  # what is loaded once is loaded now
    few, many = (peak_of(lambda file=file: build_corpus(read_sources([file]))) for file in files)  # type: ignore[misc]
    assert many < 1.2 * 4 * few
    assert many < 15_000 * 400


def test_the_memory_of_the_search_for_neighbours_grows_with_the_papers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(neighbours, "_BLOCK", 256)
    # How many blocks are held at the same moment is chance, but never more than so many.
    monkeypatch.setattr(neighbours, "_AT_ONCE", 1)
    rows = np.random.default_rng(3).normal(size=(1024, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    neighbours.knn_graph(rows[:50], k=5)
    few, many = (
        peak_of(lambda part=part: neighbours.knn_graph(rows[:part], k=10))  # type: ignore[misc]
        for part in (512, 1024)
    )
    assert many < 1.2 * 2 * few
