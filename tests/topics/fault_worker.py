"""Builds and updates a small map again and again, by the command line, on a disk that fails.

    python -m tests.topics.fault_worker FOLDER

What a build needs is loaded once, and each build is a process of its own. Printed as JSON is what
became of the map, by work and fault:

- ``killed``: how a process ended that was killed in a stage, and the map then; at the end what is
  beside the map.
- ``filled``: the same of one that found no room from the first stage on.
- ``kill``, ``full``, ``read-only``: the same at every touch of the disk while the map is written;
  after every fourth kill how a further build ended, the number of papers that it made a map of, and
  what is beside that.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.topics.additions import table_of
from tests.topics.broken_disk import break_disk
from tests.topics.corpora import sample_records
from topics import artefact, cli
from topics.errors import PapermapError
from topics.progress import STAGES
from topics.updating import UPDATE_STAGES

if TYPE_CHECKING:
    from collections.abc import Callable

_OLD, _NEW = 20, 22

#: Loaded before the first process is made, so that none loads it again.
_NEEDED = ("umap", "hdbscan", "bertopic", "wordllama", "topics.fitting", "topics.theming")

#: How a process ends that is done, that is done although the disk failed, and that said why not.
_DONE, _DONE_ALL_THE_SAME, _SAID, _FELL = 0, 1, 2, 70


class _Told(io.StringIO):
    """Stderr that calls with the number of a stage when it begins."""

    def __init__(self, begins: Callable[[int], object]) -> None:
        super().__init__()
        self._begins = begins

    def write(self, text: str) -> int:
        written = super().write(text)
        event = json.loads(text) if text.startswith("{") else {}
        if event.get("event") == "stage":
            self._begins(event["number"])
        return written


class _Site:
    """A map, and the command that makes another one in its place."""

    def __init__(self, root: Path) -> None:
        papers = list({record.title: record for record in sample_records()}.values())
        old, self._new = (str(table_of(root / f"{n}.csv", papers[:n])) for n in (_OLD, _NEW))
        self.root, self.map = root, root / "place" / "map"
        self.map.parent.mkdir()
        self._failed: Callable[[], bool] = lambda: False
        build = ["build", "--progress", "json", "--out", str(self.map)]
        assert self.apart([*build, old]) == _DONE
        shutil.copytree(self.map, root / "kept")
        self.command, self.stages = [*build, self._new], len(STAGES)

    def update(self) -> None:
        """From now on the other map is made by an update."""
        self.command = ["update", "--progress", "json", str(self.map), self._new]
        self.stages = len(UPDATE_STAGES)

    def apart(self, command: list[str], begins: Callable[[int], object] = lambda _: None) -> int:
        """How a process that runs a command ends: its code, or a signal's number below zero."""
        if child := os.fork():
            return _ended(child)
        code = _FELL
        try:
            sys.stdout, sys.stderr = io.StringIO(), _Told(begins)
            code = self._code(cli.main(command), sys.stderr.getvalue())
        except BaseException:  # noqa: BLE001 - told, and by its code
            traceback.print_exc(file=sys.__stderr__)
        os._exit(code)

    def _code(self, code: int, told: str) -> int:
        if code == 0:
            return _DONE_ALL_THE_SAME if self._failed() else _DONE
        if json.loads(told.splitlines()[-1])["event"] == "error" and "should not" not in told:
            return _SAID
        print(told, file=sys.__stderr__)
        return _FELL

    def fails(self, kind: str, at: int) -> None:
        """From now on the disk of this process fails."""
        touches = break_disk(self.root, kind, at)
        self._failed = lambda: touches() >= at

    def state(self) -> str:
        """What map is there, every file of which is looked at."""
        with suppress(PapermapError, KeyError):
            return {_OLD: "old", _NEW: "new"}[len(artefact.load(self.map).papers)]
        return "half"

    def left(self) -> list[str]:
        """What is beside the map and should not be."""
        names = {each.name for each in self.map.parent.iterdir()}
        return sorted(name for name in names - {"map"} if not name.endswith(".lock"))

    def restore(self) -> None:
        """Put the old map back, with nothing beside it."""
        for name in ("map", *self.left()):
            shutil.rmtree(self.map.with_name(name), ignore_errors=True)
        shutil.copytree(self.root / "kept", self.map)


def killed(site: _Site) -> list[Any]:
    """Kill a process in each stage, each time in the one after; the last one is left alone.

    So each goes on from what the one before left behind, and comes further.
    """
    site.restore()
    shutil.rmtree(site.root / "cache", ignore_errors=True)
    found = []
    for stage in range(1, site.stages + 2):

        def begins(number: int, stage: int = stage) -> None:
            if number == stage:
                # While its output is kept for the next build, or the map is written.
                site.fails("kill", 5)
            elif number > stage:
                os.kill(os.getpid(), signal.SIGKILL)

        status = site.apart(site.command, begins)
        found.append([status, site.state()])
    return [*found, site.left()]


def filled(site: _Site) -> list[Any]:
    """Leave no room from the first stage on."""
    site.restore()
    shutil.rmtree(site.root / "cache", ignore_errors=True)
    status = site.apart(site.command, lambda n: n > 1 or site.fails("filled", 1))
    return [status, site.state(), site.left()]


def writing(site: _Site) -> dict[str, list[Any]]:
    """Let each touch of the disk fail while the map is written.

    The way to there is always the same: one process goes it, and the others part from it there.
    """
    found: dict[str, list[Any]] = {"kill": [], "full": [], "read-only": []}
    told = site.root / "found.json"

    def begins(number: int) -> None:
        if number < site.stages:
            return
        for kind, outcomes in found.items():
            status = None
            while status != _DONE and not (kind == "read-only" and outcomes):
                site.restore()
                if not (child := os.fork()):
                    site.fails(kind, len(outcomes) + 1)
                    return
                status = _ended(child)
                outcomes.append([status, site.state()])
                if kind == "kill" and len(outcomes) % 4 == 1:
                    # Another one, that nothing befalls, finds what this one left behind.
                    if not (child := os.fork()):
                        return
                    status_of_next = _ended(child)
                    counts = artefact.read_manifest(site.map)["counts"]
                    outcomes[-1] += [status_of_next, counts["papers"], site.left()]
                elif kind != "kill":
                    outcomes[-1].append(site.left())
        told.write_text(json.dumps(found))
        os._exit(_DONE)

    site.restore()
    assert site.apart(site.command, begins) == _DONE
    return dict(json.loads(told.read_bytes()))


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(root: str) -> int:
    """Do it all and print what was found."""
    for name in _NEEDED:
        import_module(name)
    os.environ["PAPERMAP_CACHE"] = str(Path(root) / "cache")
    site = _Site(Path(root))
    build = {"killed": killed(site), **writing(site), "filled": filled(site)}
    site.update()
    update = {"killed": killed(site), "filled": filled(site)}
    json.dump({"build": build, "update": update}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
