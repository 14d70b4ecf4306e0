"""Progress on a terminal or in a log, written so that no wait is silent."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["Console", "EventLines"]

#: Seconds after which a running stage is mentioned again: often on a terminal, rarely in a log.
_TICK, _LOG_TICK = 1.0, 8.0


class Console:
    """Writes one line a stage, with the seconds it took.

    On a terminal the line counts the seconds while the stage runs; elsewhere a stage that takes
    long says so now and then.

    Args:
        stream: where to write, as a rule stderr.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._label = ""
        self._since = 0.0
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._ticker.join()
        with self._lock:
            self._close(finished=kind is None)

    def stage(self, number: int, total: int, name: str) -> None:
        """Close the stage before and begin the next."""
        with self._lock:
            self._close(finished=True)
            self._label = f"[{number}/{total}] {name}" if total > 1 else name
            self._since = time.perf_counter()
            self._write(f"{self._label} …", end="" if self._live else "\n")

    def note(self, text: str) -> None:
        """Write a remark on a line of its own."""
        with self._lock:
            self._write(f"{self._clear()}    {text}")
            if self._live and self._label:
                self._write(f"{self._label} …", end="")

    def _tick(self) -> None:
        while not self._done.wait(_TICK if self._live else _LOG_TICK):
            with self._lock:
                seconds = time.perf_counter() - self._since
                if not self._label or seconds < _TICK:
                    continue
                text = f"{self._label} … {seconds:.0f} s"
                if seconds > 6 and "topics" in self._label:
                    text += " (the first build on a machine takes longer: code is compiled, once)"
                self._write(self._clear() + text, end="" if self._live else "\n")

    def _close(self, *, finished: bool) -> None:
        if self._label and self._live:
            seconds = f" {time.perf_counter() - self._since:.1f} s" if finished else " stopped"
            self._write(f"{self._clear()}{self._label}{seconds}")
        self._label = ""

    def _clear(self) -> str:
        return "\r\x1b[2K" if self._live else ""

    def _write(self, text: str, *, end: str = "\n") -> None:
        self._stream.write(text + end)
        self._stream.flush()


class EventLines:
    """Writes one line of JSON for everything that is told, for another program to read.

    ``{"event": "stage", "number": 2, "total": 7, "name": …}``, ``{"event": "note", "text": …}``
    and at the end ``{"event": "done"}`` or ``{"event": "error", "text": …}``; each with
    ``"time"``, in seconds since 1970.

    Args:
        stream: where to write, as a rule stderr.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._write({"event": "done"})

    def stage(self, number: int, total: int, name: str) -> None:
        """Write that a stage begins."""
        self._write({"event": "stage", "number": number, "total": total, "name": name})

    def note(self, text: str) -> None:
        """Write a remark."""
        self._write({"event": "note", "text": text})

    def error(self, text: str) -> None:
        """Write what ended the work."""
        self._write({"event": "error", "text": text})

    def _write(self, event: dict[str, object]) -> None:
        self._stream.write(json.dumps({**event, "time": round(time.time(), 3)}) + "\n")
        self._stream.flush()
