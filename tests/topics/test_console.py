"""Progress: a line a stage for people, a line of JSON an event for programs."""

from __future__ import annotations

import io
import json
import threading

import pytest

from topics import console
from topics.console import Console, EventLines


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _screen(stream: io.StringIO) -> list[str]:
    """The lines that a terminal shows after all that was written to it."""
    lines = [
        line.rpartition("\x1b[2K")[2].rpartition("\r")[2] for line in stream.getvalue().split("\n")
    ]
    return lines[:-1] if lines[-1] == "" else lines


def _tell(stream: io.StringIO) -> None:
    with Console(stream) as progress:
        progress.stage(1, 2, "Reading the sources")
        progress.note("page.txt: 3 records")
        progress.stage(2, 2, "Writing the map")


def test_a_log_has_a_line_a_stage_and_a_note() -> None:
    stream = io.StringIO()
    _tell(stream)
    assert stream.getvalue().splitlines() == [
        "[1/2] Reading the sources …",
        "    page.txt: 3 records",
        "[2/2] Writing the map …",
    ]


def test_a_terminal_shows_what_each_stage_took() -> None:
    stream = _Terminal()
    _tell(stream)
    note, first, second = _screen(stream)
    assert note == "    page.txt: 3 records"
    assert first.startswith("[1/2] Reading the sources ")
    assert second.startswith("[2/2] Writing the map ")
    assert first.endswith(" s")
    assert second.endswith(" s")


def test_a_single_stage_is_not_counted() -> None:
    stream = io.StringIO()
    with Console(stream) as progress:
        progress.stage(1, 1, "Starting the dashboard")
    assert stream.getvalue() == "Starting the dashboard …\n"


def test_a_note_before_any_stage_stands_alone() -> None:
    for stream in (io.StringIO(), _Terminal()):
        with Console(stream) as progress:
            progress.note("Something.")
        assert _screen(stream) == ["    Something."]


@pytest.mark.parametrize("kind", [io.StringIO, _Terminal])
def test_a_long_stage_says_that_it_still_runs(
    kind: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = threading.Event()

    class Watched(kind):  # type: ignore[valid-type, misc]
        def write(self, text: str) -> int:
            if "12 s" in text:
                written.set()
            return int(super().write(text))

    monkeypatch.setattr(console, "_TICK", 0.01)
    monkeypatch.setattr(console, "_LOG_TICK", 0.01)
    stream = Watched()
    with Console(stream) as progress:
        progress.stage(1, 2, "Finding topics")
        progress._since -= 12  # as if it had begun so long ago
        assert written.wait(60)
    told = stream.getvalue()
    assert "[1/2] Finding topics … 12 s" in told
    assert "first build" in told


def test_a_stage_that_fails_is_not_said_to_be_done() -> None:
    stream = _Terminal()

    def fail() -> None:
        with Console(stream) as progress:
            progress.stage(1, 2, "Reading the sources")
            raise RuntimeError("x")

    with pytest.raises(RuntimeError):
        fail()
    assert _screen(stream) == ["[1/2] Reading the sources stopped"]
    assert not [t for t in threading.enumerate() if "_tick" in t.name], "the ticker has ended"


# ------------------------------------------------------------------------ for programs


def _events(stream: io.StringIO) -> list[dict[str, object]]:
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert all(isinstance(event.pop("time"), float) for event in events)
    return events


def test_events_are_lines_of_json() -> None:
    stream = io.StringIO()
    with EventLines(stream) as progress:
        progress.stage(1, 2, "Reading the sources")
        progress.note("a line\nand another: λ")
    assert _events(stream) == [
        {"event": "stage", "number": 1, "total": 2, "name": "Reading the sources"},
        {"event": "note", "text": "a line\nand another: λ"},
        {"event": "done"},
    ]
    assert stream.getvalue().isascii()


def test_an_error_is_the_last_event() -> None:
    stream = io.StringIO()

    def fail() -> None:
        with EventLines(stream) as progress:
            progress.stage(1, 1, "x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    EventLines(stream).error("No records.")
    assert [event["event"] for event in _events(stream)] == ["stage", "error"]
