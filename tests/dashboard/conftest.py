"""A map that is served, for the tests of what is served beside the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
