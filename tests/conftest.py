"""Fixtures of all tests: optional real pages, and one map of the bundled sample."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import hypothesis
import pytest

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

ROOT = Path(__file__).parents[1]

#: Seconds since 1970 that stand for the time of a build.
BUILT_AT = "1760000000"

# The same examples in every run, however slow the machine is.
hypothesis.settings.register_profile("papermap", deadline=None, derandomize=True)
hypothesis.settings.load_profile("papermap")


@pytest.fixture(scope="session")
def shared() -> Path:
    """A folder with real pages and data, named by ``PAPERMAP_SHARED`` or beside the checkout."""
    folder = Path(os.environ.get("PAPERMAP_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"there is no folder of real pages at {folder}; PAPERMAP_SHARED names one")
    return folder


@pytest.fixture(scope="session")
def sample_map(tmp_path_factory: pytest.TempPathFactory) -> TopicMap:
    """The map of the bundled sample, built once; ``.path`` is its folder: leave it as it is.

    The outputs of its stages are kept in the folder ``cache`` beside it.
    """
    from topics import sample
    from topics.pipeline import build
    from topics.store import StageCache

    folder = tmp_path_factory.mktemp("sample")
    with mock.patch.dict(os.environ, {"SOURCE_DATE_EPOCH": BUILT_AT}):
        return build([sample.folder()], folder / "map", cache=StageCache(folder / "cache"))
