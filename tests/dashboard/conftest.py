"""A map that is served, and a workspace in which nothing runs beside the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboard import jobs
from dashboard.loading import MAPS_VARIABLE
from dashboard.workspace import WORKSPACE_VARIABLE
from tests.dashboard.drafting import at_once
from tests.dashboard.screens import served
from tests.factories import make_map, write_map

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A map of 60 papers in 4 topics; each test's own, to be torn or replaced."""
    write_map(tmp_path / "made", make_map(papers=60, topics=4))
    with served(tmp_path / "made"):
        yield tmp_path / "made"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace, beside one map that is served anyway."""
    write_map(tmp_path / "given", papers=20, topics=2)
    monkeypatch.setenv(MAPS_VARIABLE, str(tmp_path / "given"))
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path / "work"))
    monkeypatch.setattr(jobs, "start", at_once)
    return tmp_path / "work"
