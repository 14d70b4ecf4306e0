"""Build again whenever the sources change, until the user stops it.

Files are looked at every second or so, by size and time of change alone: that works on every disk,
network shares too. A change is acted on only after nothing has changed between two looks, so that
a file that is still being copied is not read half.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from topics.errors import PapermapError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Change", "look", "watch"]

#: Seconds between two looks.
PAUSE = 1.0

#: Names that a line on a change lists.
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Change:
    """What is different between two looks, by path.

    Attributes:
        added: files that were not there.
        changed: files of another size or time.
        removed: files that are gone.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @classmethod
    def between(cls, before: Mapping[str, object], after: Mapping[str, object]) -> Change:
        """Compare two looks."""
        both = before.keys() & after.keys()
        return cls(
            tuple(sorted(after.keys() - both)),
            tuple(sorted(path for path in both if before[path] != after[path])),
            tuple(sorted(before.keys() - both)),
        )

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        """A line for people: "2 files added (a.bib, b.bib), 1 removed (c.bib)"."""
        told: list[str] = []
        for word in ("added", "changed", "removed"):
            if paths := getattr(self, word):
                names = ", ".join(Path(path).name for path in paths[:_LISTED])
                more = ", …" if len(paths) > _LISTED else ""
                noun = "" if told else " file" if len(paths) == 1 else " files"
                told.append(f"{len(paths)}{noun} {word} ({names}{more})")
        return ", ".join(told)


def look(
    sources: Sequence[str | os.PathLike[str]], *, aside: str | os.PathLike[str]
) -> dict[str, tuple[int, int]]:
    """Size and time of change of each file of the sources, by path.

    Args:
        sources: files and folders; what is in folders is looked at to any depth.
        aside: a folder that is left out: that of the map, which may be in one of the sources.
    """
    out = Path(aside).resolve()
    found = {}
    for source in map(Path, sources):
        for file in (source, *source.rglob("*")) if source.is_dir() else (source,):
            try:
                status = file.stat()
                ours = file.resolve().is_relative_to(out) or file.name.startswith(f".{out.name}.")
            except OSError:  # gone since it was listed, or not to be looked at
                continue
            if not ours and file.is_file():
                found[str(file)] = (status.st_size, status.st_mtime_ns)
    return found


def watch(
    sources: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    build: Callable[[], None],
    say: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Build, then build again after each change, until interrupted.

    A build that fails is said, and the map that is there stays; the next change is another try.

    Args:
        sources: files and folders.
        out: folder of the map.
        build: makes the map whole, or leaves the old one.
        say: told what goes on, in plain words.
        pause: waits for so many seconds.
    """
    seen = look(sources, aside=out)
    _tried(build, say)
    try:
        while True:
            say(f"Watching for changes. The map is at {out}; Ctrl-C ends the watch.")
            change, seen = _settled(sources, out, seen, pause)
            say(f"{change}. Building again; until that is done, the map stays as it is.")
            _tried(build, say)
    except KeyboardInterrupt:
        say(f"Watch ended; the map at {out} is whole.")


def _settled(
    sources: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    seen: Mapping[str, tuple[int, int]],
    pause: Callable[[float], None],
) -> tuple[Change, dict[str, tuple[int, int]]]:
    """Wait for a change, and then until two looks are alike."""
    last = dict(seen)
    while True:
        pause(PAUSE)
        now = look(sources, aside=out)
        if now == last and (change := Change.between(seen, now)):
            return change, now
        last = now


def _tried(build: Callable[[], None], say: Callable[[str], None]) -> None:
    try:
        build()
    except PapermapError as error:
        say(f"This could not be built: {error} The map stays as it was.")
