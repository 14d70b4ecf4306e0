"""How much may come out of archives, counted over all that are read together."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import cast

from topics.errors import SourceError
from topics.sources.document import in_words

__all__ = ["ArchiveLimits", "Opened", "Room", "too_large", "unpacked", "unpacked_stream"]

_GIB = 1024**3
#: Bytes that are unpacked at a time, so that a wrong size is noticed before the memory fills.
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How far archives are opened.

    Attributes:
        expanded: bytes that the members of all archives that are read may hold together.
        ratio: times that a member may be larger than it is in the archive.
        members: files in all archives that are read, those of archives within them included.
        depth: archives within archives, the outermost counted.
    """

    expanded: int = 16 * _GIB
    ratio: int = 250
    members: int = 10_000
    depth: int = 3


@dataclass(slots=True)
class Opened:
    """How much has come out of archives so far: one count for all that are read together.

    Attributes:
        limits: how far archives are opened.
        members: files.
        expanded: bytes.
        is_full: whether something was left out because there was too much before it.
    """

    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    members: int = 0
    expanded: int = 0
    is_full: bool = False

    def takes(self, *, members: int, expanded: int) -> bool:
        """Count files that are known to come; False, and nothing counted, if they are too many."""
        if (
            self.members + members > self.limits.members
            or self.expanded + expanded > self.limits.expanded
        ):
            return False
        self.members += members
        self.expanded += expanded
        return True


@dataclass(slots=True)
class Room:
    """Bytes that one file may expand to, and how many of them were counted for all archives.

    A file is read more than once, each time from its beginning: it counts as far as it was read.

    Attributes:
        opened: the count for all archives; None where the file is in it already.
        most: bytes that the file may expand to.
        counted: bytes of the file in `opened` so far.
        reason: what to tell where more comes than `most`, empty for the usual words.
    """

    opened: Opened | None
    most: int
    counted: int = 0
    reason: str = ""

    def problem(self, count: int) -> str:
        """Count a file up to a place in it; what is wrong with that, empty if nothing is."""
        if count > self.most:
            return self.reason or (
                f"expands to more than {in_words(self.most)}, far more than its size, as files do "
                "that are made to fill a disk. Unpack it first if it is genuine"
            )
        if self.opened is not None and count > self.counted:
            self.opened.expanded += count - self.counted
            self.counted = count
            if self.opened.expanded > self.opened.limits.expanded:
                self.opened.is_full = True
                return too_large(self.opened.limits)
        return ""


class _Stream(io.RawIOBase):
    """What comes out of an archive, no more than allowed; closes the archive behind it."""

    def __init__(
        self, inner: io.BufferedIOBase, outer: io.BufferedIOBase, *, source: str, room: Room
    ) -> None:
        self._inner, self._outer, self._source, self._room = inner, outer, source, room
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        data = self._inner.read1(len(view))
        view[: len(data)] = data
        self._count += len(data)
        if problem := self._room.problem(self._count):
            raise SourceError(f"{self._source}: {problem}.")
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._outer.close()
        super().close()


def unpacked(inner: io.BufferedIOBase, *, source: str, room: Room) -> bytes:
    """All that comes out of an archive for one file, in pieces, no more than there is room for.

    Args:
        inner: gives what comes out, no more at a time than it is asked for.
        source: the file's name.
        room: how much it may be.

    Raises:
        SourceError: more comes than there is room for.
    """
    parts = io.BytesIO()
    while piece := inner.read(_PIECE):
        if problem := room.problem(parts.tell() + len(piece)):
            raise SourceError(f"{source}: {problem}.")
        parts.write(piece)
    return parts.getvalue()


def unpacked_stream(
    inner: io.BufferedIOBase, outer: io.BufferedIOBase, *, source: str, room: Room
) -> io.BufferedIOBase:
    """What comes out of an archive, no more than there is room for; closes the archive behind it.

    Args:
        inner: gives what comes out.
        outer: the archive.
        source: the file's name.
        room: how much it may be.
    """
    raw = _Stream(inner, outer, source=source, room=room)
    return io.BufferedReader(raw, 1024 * 1024)


def too_large(limits: ArchiveLimits) -> str:
    """What to tell where all archives together would expand to too much."""
    return (
        f"all archives together would expand to more than {in_words(limits.expanded)}. Unpack "
        "them first and name the files you need"
    )
