"""Runs the command of one job and writes how it ended: ``python -m dashboard.worker FOLDER``.

It stops the command when it is asked to, when the time is over and when the dashboard that started
it is gone; and it outlives none of them for long.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.jobs import CANCEL, END, EVENTS, LOCK, OUTPUT, REQUEST, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["main"]

#: Jobs of one kind that run at the same time; more would only take longer each.
TURNS = 2

_TICK = 0.2
#: Seconds that a command has to put its things in order when it is stopped.
_PATIENCE = 4.0
#: Lower priority than the dashboard's own, so that readers' pages stay quick.
_NICE = 10


def main(argv: list[str] | None = None) -> int:
    """Run the job in the folder that is named."""
    from filelock import FileLock

    folder = Path((sys.argv[1:] if argv is None else argv)[0])
    parent = os.getppid()
    with FileLock(folder / LOCK):
        request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
        _give_way()

        ends: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _: ends.append(number))
        # A dashboard may have been started to ignore Ctrl+C; the command is stopped by it.
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def stop() -> str | None:
            if (folder / CANCEL).exists():
                return "cancelled"
            return "interrupted" if ends or os.getppid() != parent else None

        with _turn(Path(request["turn"]), stop) as why:
            how = why or _run(folder, request, stop)
        _tidy(request, how)
        _write(folder / END, {"how": how, "time": time.time()})
    return 0


def _give_way() -> None:
    """Leave the processor to readers' pages; where memory runs out, go before the dashboard."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("600", encoding="ascii")


@contextmanager
def _turn(base: Path, stop: Callable[[], str | None]) -> Iterator[str | None]:
    """Wait until fewer than `TURNS` jobs run; gives the reason where waiting was given up."""
    from filelock import FileLock, Timeout

    while (why := stop()) is None:
        for number in range(TURNS):
            lock = FileLock(base.with_name(f"{base.name}-{number}.lock"), timeout=0)
            try:
                lock.acquire()
            except Timeout:
                continue
            try:
                yield None
            finally:
                lock.release()
            return
        time.sleep(_TICK)
    yield why


def _run(folder: Path, request: dict[str, Any], stop: Callable[[], str | None]) -> str:
    with (
        _temporary(folder) as temporary,
        (folder / OUTPUT).open("wb") as out,
        (folder / EVENTS).open("wb") as events,
    ):
        child = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-P", "-m", "topics.cli", *request["arguments"]],
            cwd=request["cwd"],
            env={"PAPERMAP_CACHE": request["cache"], **environment(), "TMPDIR": temporary},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=events,
            start_new_session=True,
        )
        end = time.monotonic() + float(request["seconds"])
        while child.poll() is None:
            why = stop() or ("overdue" if time.monotonic() > end else None)
            if why:
                _halt(child)
                return why
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_TICK)
    if child.returncode == -signal.SIGKILL:
        return "killed"
    return "failed" if child.returncode else "done"


@contextmanager
def _temporary(folder: Path) -> Iterator[str]:
    """A place for files that the command needs for a while: nothing is written elsewhere."""
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    try:
        yield str(temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _halt(child: subprocess.Popen[bytes]) -> None:
    """Stop a command, gently at first, with all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(_PATIENCE)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _tidy(request: dict[str, Any], how: str) -> None:
    for each in request["discard"] if how == "done" else ():
        shutil.rmtree(each, ignore_errors=True)
    if how != "done" and request["target"]:
        _remove_half_written(Path(request["target"]))


def _remove_half_written(target: Path) -> None:
    """Remove the new folder that a killed build left beside its target, unless another writes."""
    from filelock import FileLock, Timeout

    left = [
        entry for entry in target.parent.iterdir() if entry.name.startswith(f".{target.name}.new-")
    ]
    if left:
        with (
            contextlib.suppress(Timeout, OSError),
            FileLock(target.with_name(f".{target.name}.lock"), timeout=0),
        ):
            for entry in left:
                shutil.rmtree(entry, ignore_errors=True)


def _write(file: Path, value: Any) -> None:
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_text(json.dumps(value), encoding="utf-8")
    temporary.replace(file)


if __name__ == "__main__":
    sys.exit(main())
