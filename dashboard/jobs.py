"""Work in processes of its own: started here, told of on disk, watched from any page.

A job is a folder. `dashboard.worker` runs the command in it and writes how it went, so that a page
that is loaded again, another reader and a server that was started again all see the same. Whether
the worker lives is told by a lock that the system takes from it when it dies.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "CANCEL",
    "END",
    "EVENTS",
    "LOCK",
    "OUTPUT",
    "REQUEST",
    "Job",
    "Stage",
    "cancel",
    "look",
    "output",
    "start",
]

#: Files in the folder of a job.
REQUEST, EVENTS, OUTPUT = "job.json", "events.jsonl", "output.json"
END, CANCEL, LOCK = "end.json", "cancel", "alive.lock"

#: Seconds in which a worker must have taken its lock.
_GRACE = 30.0
#: Bytes of a job's events that are read, from their end.
_MOST_EVENTS = 1024 * 1024

State = Literal[
    "none",
    "waiting",
    "running",
    "stopping",
    "done",
    "failed",
    "cancelled",
    "overdue",
    "killed",
    "interrupted",
]

#: Workers that this process has started, with the folder of their job: asked now and then, so that
#: none stays a zombie.
_WORKERS: list[tuple[Path, subprocess.Popen[bytes]]] = []


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that has begun.

    Attributes:
        number: counted from 1.
        total: how many there are.
        name: in words.
        seconds: that it took, or has taken so far.
    """

    number: int
    total: int
    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Job:
    """How a job stands.

    Attributes:
        state: ``none`` where there is no job; ``killed`` where the system ended the command,
            ``interrupted`` where its worker is gone.
        stages: those that have begun; the last one runs while the job does.
        problem: the message that ended it, in words for the user; empty where there is none.
        details: what the command wrote beside that, e.g. a traceback.
        seconds: since it was started, or that it took.
        notes: remarks so far; of a reading, one for each file that was read.
    """

    state: State
    stages: tuple[Stage, ...] = ()
    problem: str = ""
    details: str = ""
    seconds: float = 0.0
    notes: int = 0

    @property
    def active(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in ("waiting", "running", "stopping")

    @property
    def ended(self) -> bool:
        """Whether there was a job and it is over, well or not."""
        return self.state != "none" and not self.active


def start(
    folder: Path,
    arguments: Sequence[str],
    *,
    cwd: Path,
    seconds: float,
    turn: Path,
    cache: Path,
    target: Path | None = None,
    discard: Sequence[Path] = (),
) -> None:
    """Start ``papermap`` with these arguments in a process of its own.

    Args:
        folder: of the job; made here, and must not be there yet.
        arguments: of the command line.
        cwd: the folder in which the command runs.
        seconds: after which it is stopped.
        turn: where jobs of the same kind wait for their turn.
        cache: where the command keeps what it may need again, unless the environment says.
        target: the folder that the command writes; what a killed command left beside it is removed.
        discard: folders that are removed when the command has ended well.

    Raises:
        OSError: the disk does not take it, or no process can be started.
    """
    folder.mkdir(parents=True)
    request = {
        "arguments": list(arguments),
        "cwd": str(cwd),
        "seconds": seconds,
        "turn": str(turn),
        "cache": str(cache),
        "target": None if target is None else str(target),
        "discard": [str(each) for each in discard],
        "started": time.time(),
    }
    (folder / REQUEST).write_text(json.dumps(request), encoding="utf-8")
    _reap()
    with (folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(  # noqa: S603  our own interpreter and module
            # -P: a file that was uploaded must never be found as a module.
            [sys.executable, "-P", "-m", "dashboard.worker", str(folder)],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _WORKERS.append((folder, worker))


#: How variables begin that are none of a build's business.
_SECRETS = ("PAPERMAP_AUTH_", "PAPERMAP_LINK_KEY", "PAPERMAP_SECRETS")


def environment() -> Mapping[str, str]:
    """The environment in which our own modules are found from any folder, and text is UTF-8."""
    here = str(Path(__file__).resolve().parents[1])
    paths = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SECRETS)}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}


def cancel(folder: Path) -> None:
    """Ask a job to stop; it does within seconds."""
    if (folder / REQUEST).is_file():
        (folder / CANCEL).touch()


def look(folder: Path) -> Job:
    """How a job stands; never fails, whatever is in the folder."""
    state: State = "interrupted"
    gone = folder in _reap()
    request = _json(folder / REQUEST)
    if not isinstance(request, dict):
        return Job("none")
    # First the end, then the lock, then the end again: a worker writes it before it lets go.
    end = _json(folder / END)
    if end is None:
        gone = gone or time.time() - float(request.get("started", 0)) > _GRACE
        state = _unended(folder, gone=gone)
        end = _json(folder / END) if state == "interrupted" else None
    now = time.time()
    if isinstance(end, dict):
        state, now = end.get("how", state), float(end.get("time", now))
    told = _told(folder / EVENTS, now)
    return replace(told, state=state, seconds=max(0.0, now - float(request.get("started", now))))


def output(folder: Path) -> Any:
    """What the command has printed, None where that is no JSON (yet)."""
    return _json(folder / OUTPUT)


def _unended(folder: Path, *, gone: bool) -> State:
    """The state without an end; ``gone`` says that a worker without its lock will never take it."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / LOCK, timeout=0):
            alive = False
    except (Timeout, OSError):
        alive = True
    if gone and not alive:
        return "interrupted"
    if (folder / CANCEL).exists():
        return "stopping"
    return "running" if (folder / EVENTS).exists() else "waiting"


def _told(file: Path, now: float) -> Job:
    """Stages, remarks, the problem and whatever else was written; the state is not in it."""
    begun: list[tuple[int, int, str, float]] = []
    problem, rest, end, notes = "", [], now, 0
    for line, event in _events(file):
        kind = event.get("event")
        if kind == "stage":
            at = float(event.get("time", now))
            begun.append((int(event["number"]), int(event["total"]), str(event["name"]), at))
        elif kind == "error":
            problem = str(event.get("text", ""))
        elif kind == "note":
            notes += 1
        elif kind == "done":
            end = float(event.get("time", now))
        elif kind is None:
            rest.append(line)
    ends = [*(at for *_, at in begun[1:]), end]
    stages = tuple(
        Stage(number, total, name, max(0.0, until - at))
        for (number, total, name, at), until in zip(begun, ends, strict=False)
    )
    details = "\n".join(rest)[-4000:]
    return Job("none", stages=stages, problem=problem, details=details, notes=notes)


def _events(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Lines with what they say; an empty mapping for a line that is no event."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - _MOST_EVENTS))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        yield line, event if isinstance(event, dict) else {}


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _reap() -> set[Path]:
    """Forget the workers that are gone; gives the folders of jobs that have none any more."""
    gone = [each for each in list(_WORKERS) if each[1].poll() is not None]
    for each in gone:
        with suppress(ValueError):  # another thread was faster
            _WORKERS.remove(each)
    return {folder for folder, _ in gone} - {folder for folder, _ in _WORKERS}
