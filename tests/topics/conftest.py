"""The command line in this process, maps to add papers to, and maps and a store to publish to."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import fsspec
import pytest

from tests.conftest import BUILT_AT
from tests.factories import make_map, write_map
from tests.topics.additions import known_of, table_of
from tests.topics.command_line import Run
from tests.topics.corpora import sample_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Once
    from topics.sources.record import Record
    from topics.topicmap import TopicMap


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line, and keeps what it says."""
    return Run(capsys)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept between builds is kept for this test alone."""
    monkeypatch.setenv("PAPERMAP_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(sample_map: TopicMap) -> str:
    """The folder of the sample's map; leave it as it is."""
    return str(sample_map.path)


@pytest.fixture
def built_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds say that they were made at one moment."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", BUILT_AT)


@pytest.fixture(scope="session")
def records() -> list[Record]:
    """The sample's papers, each once."""
    return list({record.title: record for record in sample_records()}.values())


@pytest.fixture(scope="session")
def first(records: list[Record], once: Once) -> Path:
    """A map of the first nine in ten of the sample's papers; leave it as it is."""

    def make(folder: Path) -> None:
        from topics.pipeline import build

        build([table_of(folder / "first.csv", known_of(records))], folder / "map")

    return once("first", make) / "map"


@pytest.fixture
def started(first: Path, tmp_path: Path) -> Path:
    """A copy of that map."""
    return Path(shutil.copytree(first, tmp_path / "map"))


@pytest.fixture(scope="session")
def maps(tmp_path_factory: pytest.TempPathFactory) -> list[TopicMap]:
    """Three small maps; leave them as they are."""
    folder = tmp_path_factory.mktemp("maps")
    return [write_map(folder / str(n), make_map(papers=20 + n, topics=2)) for n in range(3)]


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Where a store in memory keeps maps."""
    monkeypatch.setenv("PAPERMAP_CACHE", str(tmp_path / "cache"))
    store = fsspec.filesystem("memory")
    yield "memory://bucket/maps"
    store.rm("/bucket", recursive=True) if store.exists("/bucket") else None
