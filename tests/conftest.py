"""Fixtures of all tests: optional real pages, and one map of the bundled sample.

The tests run in several processes at once, each of which takes any of them in any order. What a
test writes goes below ``tmp_path``; a server listens on a port that was asked for with
`tests.browser.conftest.free_port`; what is dear to make, and only looked at, comes from `once`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from unittest import mock

import hypothesis
import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable

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


class Once(Protocol):
    """Makes a folder that all tests of a run share."""

    def __call__(self, name: str, make: Callable[[Path], object]) -> Path: ...


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Make what is dear once a run, though several processes run the tests: ``once(name, make)``.

    ``make`` is called with an empty folder by the process that comes first; the others wait for it.
    What lies in the folder is for all: leave it as it is, copy what is to be changed.
    """
    own = tmp_path_factory.getbasetemp()
    # Each process has a folder of its own, in one that belongs to the run.
    run = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder = run / f"once-{name}"
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                partial = folder.with_suffix(".partial")
                shutil.rmtree(partial, ignore_errors=True)  # of one that failed
                partial.mkdir()
                make(partial)
                partial.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def sample_folder(once: Once) -> Path:
    """Folder with the ``map`` of the bundled sample and the ``cache`` of its stages' outputs."""

    def make(folder: Path) -> None:
        from topics import sample
        from topics.pipeline import build
        from topics.store import StageCache

        with mock.patch.dict(os.environ, {"SOURCE_DATE_EPOCH": BUILT_AT}):
            build([sample.folder()], folder / "map", cache=StageCache(folder / "cache"))

    return once("sample", make)


@pytest.fixture(scope="session")
def sample_map(sample_folder: Path) -> TopicMap:
    """The map of the bundled sample, built once; ``.path`` is its folder: leave it as it is.

    The outputs of its stages are kept in the folder ``cache`` beside it.
    """
    from topics import artefact

    return artefact.load(sample_folder / "map")
