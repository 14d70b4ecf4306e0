"""What files gave, kept on disk, so that a file is read once however often it is asked for."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from typing import TYPE_CHECKING, Any

from topics.sources.record import Reject, SourceRead
from topics.sources.spool import RecordKeeper, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from topics.sources.archives import Opened

__all__ = ["MOST_KEPT", "KeptReads"]

_ENDING = ".reads"
_CHUNK = 1024 * 1024
#: Bytes beyond which what a file gave is not kept: the disk is better left to the file itself.
MOST_KEPT = 256 * 1024 * 1024
#: Attributes of a read that are not written as they are.
_OWN = ("records", "rejects")
_TUPLES = ("notices", "written_years", "columns", "as_of_month_day")


@dataclass(slots=True)
class KeptReads:
    """A folder with what was read; files in it are found by the content of what they were read of.

    It holds JSON and is safe to delete. What cannot be written, or is very large, is read again.

    Attributes:
        folder: it; made when it is first needed.
        most: bytes that one file may take there.
    """

    folder: Path
    most: int = MOST_KEPT
    _used: set[str] = field(default_factory=set)

    def reads(
        self,
        file: Path,
        key: tuple[object, ...],
        opened: Opened,
        read: Callable[[], Iterable[SourceRead]],
    ) -> Iterable[SourceRead]:
        """What a file gave before, or gives now, which is kept then.

        Args:
            file: the file.
            key: all else that makes a difference to it, as JSON takes it.
            opened: what has come out of archives so far; what comes out of this one is counted.
            read: reads it.
        """
        try:
            name = _digest(file, (*key, asdict(opened.limits))) + _ENDING
        except OSError:  # reading it tells why
            return read()
        place = self.folder / name
        found = _load(place, opened)
        if found is None:
            before = (opened.members, opened.expanded)
            found = list(read())
            if not opened.is_full:
                spent = {
                    "members": opened.members - before[0],
                    "expanded": opened.expanded - before[1],
                }
                with suppress(OSError):
                    _save(place, found, spent, self.most)
        self._used.add(name)
        return found

    def tidy(self) -> None:
        """Remove what was not asked for this time."""
        with suppress(OSError):
            for place in self.folder.glob(f"*{_ENDING}"):
                if place.name not in self._used:
                    place.unlink(missing_ok=True)


def _digest(file: Path, key: tuple[object, ...]) -> str:
    try:
        made_by = version("papermap")
    except PackageNotFoundError:
        made_by = ""
    known = json.dumps([made_by, *key], sort_keys=True)
    digest = hashlib.sha256(known.encode("utf-8", "surrogatepass"))
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()[:32]


def _save(place: Path, reads: list[SourceRead], spent: dict[str, int], most: int) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            about = [_about(read) for read in reads]
            stream.write(json.dumps({"reads": about, **spent}).encode() + b"\n")
            for record in chain.from_iterable(read.records for read in reads):
                stream.write(packed(record) + b"\n")
                if stream.tell() > most:
                    return
        temporary.replace(place)
    finally:
        with suppress(OSError):
            temporary.unlink()


def _about(read: SourceRead) -> dict[str, Any]:
    told = {each.name: getattr(read, each.name) for each in fields(read) if each.name not in _OWN}
    rejects = [(bad.source, bad.line, bad.reason) for bad in read.rejects]
    return {
        **told,
        "matched": dict(read.matched),
        "as_written": {place: dict(fields) for place, fields in read.as_written.items()},
        "rejects": rejects,
        "records": len(read.records),
    }


def _load(place: Path, opened: Opened) -> list[SourceRead] | None:
    """What was kept; None where there is nothing, or there is no room for the archive any more."""
    try:
        with place.open("rb") as stream:
            head = json.loads(stream.readline())
            reads = [_restored(about, stream) for about in head["reads"]]
            spent = {"members": int(head["members"]), "expanded": int(head["expanded"])}
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return reads if opened.takes(**spent) else None


def _restored(about: dict[str, Any], lines: Iterator[bytes]) -> SourceRead:
    kept = RecordKeeper()
    for _ in range(about.pop("records")):
        kept.add(unpacked(next(lines, b"")))
    rejects = tuple(
        Reject(source=source, line=line, reason=reason)
        for source, line, reason in about.pop("rejects")
    )
    about["as_written"] = {int(place): told for place, told in about["as_written"].items()}
    for name in _TUPLES:
        if about[name] is not None:
            about[name] = tuple(about[name])
    return replace(SourceRead(**about, records=()), records=kept.records, rejects=rejects)
