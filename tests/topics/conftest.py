"""The command line in this process, and a map of most of the sample's papers to add others to."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.topics.additions import known_of, table_of
from tests.topics.command_line import Run
from tests.topics.corpora import sample_records

if TYPE_CHECKING:
    from tests.conftest import Once
    from topics.sources.record import Record


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line, and keeps what it says."""
    return Run(capsys)


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
