"""Building again when sources change: once a change, after it is complete, until it is ended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from topics.errors import SourceError
from topics.watching import Change, look, watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sources"
    made.mkdir()
    (made / "one.txt").write_text("one")
    return made


class _Pauses:
    """Stands for the seconds that pass: at each one something may happen, at the end Ctrl-C."""

    def __init__(self, *steps: Callable[[], object] | None) -> None:
        self.steps = list(steps)

    def __call__(self, seconds: float) -> None:
        assert seconds > 0
        if not self.steps:
            raise KeyboardInterrupt
        if step := self.steps.pop(0):
            step()


def _watched(folder: Path, *steps: Callable[[], object] | None) -> tuple[int, list[str]]:
    """Times that a map was built while that happened, and what was said."""
    built, said = [], []
    watch(
        [folder],
        folder / "map",
        build=lambda: built.append(None),
        say=said.append,
        pause=_Pauses(*steps),
    )
    return len(built), said


def test_nothing_is_built_again_while_nothing_changes(folder: Path) -> None:
    built, said = _watched(folder, None, None, None)
    assert built == 1
    assert "whole" in said[-1]


def test_a_new_file_is_built_once_and_named(folder: Path) -> None:
    built, said = _watched(folder, (folder / "two.txt").touch, None, None, None)
    assert built == 2
    assert any("1 file added (two.txt)" in text for text in said)


def test_a_file_that_grows_is_waited_for(folder: Path) -> None:
    file = folder / "one.txt"
    grow = [lambda length=length: file.write_text("x" * length) for length in (5, 6, 7)]
    built, _ = _watched(folder, *grow, None, None)
    assert built == 2


def test_what_is_gone_or_other_is_told(folder: Path) -> None:
    (folder / "two.txt").write_text("two")
    steps = ((folder / "two.txt").unlink, lambda: os.utime(folder / "one.txt", ns=(1, 1)))
    built, said = _watched(folder, *steps, None, None)
    assert built == 2
    assert any("1 file changed (one.txt), 1 removed (two.txt)" in text for text in said)


def test_the_map_itself_is_no_change(folder: Path) -> None:
    def write() -> None:
        (folder / "map").mkdir()
        (folder / "map" / "manifest.json").write_text("{}")
        (folder / ".map.new-1234").mkdir()
        (folder / ".map.lock").touch()

    assert _watched(folder, write, None, None)[0] == 1
    assert [*look([folder], aside=folder / "map")] == [str(folder / "one.txt")]


def test_a_failed_build_is_said_and_the_next_change_tried(folder: Path) -> None:
    said: list[str] = []
    outcomes = iter([None, SourceError("Nothing can be read."), None])
    built = []

    def build() -> None:
        built.append(None)
        if error := next(outcomes):
            raise error

    steps = [(folder / "two.txt").touch, None, (folder / "three.txt").touch, None]
    watch([folder], folder / "map", build=build, say=said.append, pause=_Pauses(*steps))
    assert len(built) == 3
    assert any("Nothing can be read." in text and "stays" in text for text in said)


def test_a_change_says_how_many_files_and_a_few_names() -> None:
    change = Change.between({"d/a": 1}, {f"d/{name}": 2 for name in "abcdef"})
    assert str(change) == "5 files added (b, c, d, …), 1 changed (a)"
    assert not Change.between({"a": 1}, {"a": 1})
