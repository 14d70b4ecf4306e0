"""Records that are too many for the memory, kept in a temporary file that nobody else sees."""

from __future__ import annotations

import json
import tempfile
from array import array
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import IO, TYPE_CHECKING, overload

from topics.errors import SourceError
from topics.sources.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "RecordKeeper",
    "Spool",
    "SpooledRecords",
    "packed",
    "spooled",
    "unpacked",
    "weight",
]

#: Characters of records that one file may have in memory.
_AT_ONCE = 64 * 1024 * 1024
#: Bytes that are written, or read, in one go.
_CHUNK = 1024 * 1024
#: Characters that a record takes beside those of its texts.
_OVERHEAD = 600
_NAMES = tuple(field.name for field in fields(Record))
_values = attrgetter(*_NAMES)
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_AUTHORS, _MONTH_DAY, _EXTRA = map(_NAMES.index, ("authors", "month_day", "extra"))


class Spool:
    """A temporary file that records are added to; it is gone when it is no longer used."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None  # not before something is added
        self._waiting: list[bytes] = []
        self._written = self._end = 0

    def __del__(self) -> None:
        """Close the file, which deletes it."""
        if self._file is not None:
            self._file.close()

    def add(self, record: Record) -> tuple[int, int]:
        """Add a record.

        Returns:
            Where it begins and ends in the file.

        Raises:
            SourceError: there is no room for temporary files.
        """
        self._waiting.append(packed(record))
        start = self._end
        self._end += len(self._waiting[-1])
        if self._end - self._written > _CHUNK:
            self._flush()
        return start, self._end

    def read(self, start: int, end: int) -> bytes:
        """The bytes of one record, or of several in a row."""
        if end > self._written:
            self._flush()
        file = self._opened()
        file.seek(start)
        parts: list[bytes] = []
        while start < end and (part := file.read(end - start)):
            parts.append(part)
            start += len(part)
        return b"".join(parts)

    def _opened(self) -> IO[bytes]:
        if self._file is not None:
            return self._file
        try:
            self._file = tempfile.TemporaryFile(prefix="papermap-", buffering=0)  # noqa: SIM115
        except OSError as error:
            raise _full(error) from error
        return self._file

    def _flush(self) -> None:
        data = memoryview(b"".join(self._waiting))
        try:
            file = self._opened()
            file.seek(self._written)
            while data:
                data = data[file.write(data) :]
        except OSError as error:
            raise _full(error) from error
        self._waiting.clear()
        self._written = self._end


class SpooledRecords(Sequence[Record]):
    """Records in a spool; each is read when it is asked for.

    Args:
        spool: holds them, and maybe others.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._starts, self._ends = array("q"), array("q")

    def append(self, record: Record) -> None:
        """Add a record behind all others."""
        start, end = self._spool.add(record)
        self._starts.append(start)
        self._ends.append(end)

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Record]:
        at, count = 0, len(self)
        while at < count:
            last = at
            while last + 1 < count and self._ends[last + 1] - self._starts[at] <= _CHUNK:
                last += 1
            base = self._starts[at]
            data = self._spool.read(base, self._ends[last])
            for row in range(at, last + 1):
                yield unpacked(data[self._starts[row] - base : self._ends[row] - base])
            at = last + 1

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        if isinstance(index, slice):
            return tuple(self[row] for row in range(len(self))[index])
        row = range(len(self))[index]
        return unpacked(self._spool.read(self._starts[row], self._ends[row]))


class RecordKeeper:
    """Takes the records of one file as they are read: into memory, or a spool when there are many.

    Args:
        limit: characters of records that stay in memory.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._room = _AT_ONCE if limit is None else limit
        self._records: list[Record] = []
        self._spooled: SpooledRecords | None = None

    def __len__(self) -> int:
        return len(self._records if self._spooled is None else self._spooled)

    def add(self, record: Record) -> None:
        """Keep a record.

        Raises:
            SourceError: there is no room for temporary files.
        """
        if self._spooled is not None:
            self._spooled.append(record)
            return
        self._records.append(record)
        self._room -= weight(record)
        if self._room < 0:
            self._spooled = spooled(self._records, Spool())
            self._records = []

    @property
    def records(self) -> Sequence[Record]:
        """All records so far: a tuple, or a sequence that reads them when they are asked for."""
        return tuple(self._records) if self._spooled is None else self._spooled


def spooled(records: Iterable[Record], spool: Spool) -> SpooledRecords:
    """Put records into a spool."""
    found = SpooledRecords(spool)
    for record in records:
        found.append(record)
    return found


def weight(record: Record) -> int:
    """About as many characters as a record takes in memory."""
    listed = 80 * len(record.authors) + 120 * len(record.extra)
    return len(record.title) + len(record.abstract) + listed + _OVERHEAD


def packed(record: Record) -> bytes:
    """A record as one line of JSON, without the line's end."""
    return _written(_values(record)).encode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> Record:
    """The record of such a line.

    Raises:
        ValueError: it is none.
    """
    values = json.loads(data.decode("utf-8", "surrogatepass"))
    values[_AUTHORS] = tuple(values[_AUTHORS])
    values[_EXTRA] = tuple(map(tuple, values[_EXTRA]))
    if values[_MONTH_DAY] is not None:
        values[_MONTH_DAY] = tuple(values[_MONTH_DAY])
    return Record(**dict(zip(_NAMES, values, strict=True)))


def _full(error: OSError) -> SourceError:
    return SourceError(
        f"There is no room for temporary files in {tempfile.gettempdir()} "
        f"({error.strerror or error}), which so many records need. Free some space there, or name "
        "another folder in the environment variable TMPDIR."
    )
