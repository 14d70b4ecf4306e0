"""The rows of a table whose fields a separator divides, with the line that each begins on.

Quotation marks follow RFC 4180. Where they do not add up, a row is read as it most likely was
meant; where that cannot be told, it alone is given up and the rows after it are found again.
"""

from __future__ import annotations

import csv
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["BadRow", "QuotedRows", "RowShape", "allow_long_fields"]

#: Lines that one row may have, and how many once rows of that many have been given up often.
_ROW_LINES, _ROW_LINES_LATER, _PATIENCE = 5000, 100, 20
#: Lines in which the end of a row is looked for, and lines given up before a new row is tried.
_REACH, _GIVEN_UP = 50, 200


@dataclass(frozen=True, slots=True)
class BadRow:
    """Lines that hold no readable row, and why not."""

    reason: str


@dataclass(frozen=True, slots=True)
class RowShape:
    """What the rows of a table have in common; tells a new row from a line of running text.

    Attributes:
        width: number of fields.
        quoted: whether every row begins with a quotation mark.
        numbers: places of the fields that hold a number or nothing in every row.
        capital: whether no row begins with a small letter.
    """

    width: int
    quoted: bool = False
    numbers: frozenset[int] = frozenset()
    capital: bool = False

    @property
    def tells(self) -> bool:
        """Whether there is more to go by than the number of fields."""
        return self.quoted or bool(self.numbers)

    def fits(self, line: str, cells: Sequence[str]) -> bool:
        """Whether a line begins a row of this shape with these fields."""
        return (
            len(cells) == self.width
            and not (self.capital and line[:1].islower())
            and (not self.quoted or line.lstrip().startswith('"'))
            and all(_is_number(cells[place]) for place in self.numbers)
        )

    def may_begin(self, line: str, delimiter: str) -> bool:
        """Whether a line looks like the beginning of a row, good or bad."""
        if 0 in self.numbers:
            first = line.partition(delimiter)[0].strip().strip('"')
            return bool(first) and _is_number(first)
        if self.quoted:
            return line.lstrip().startswith('"')
        return line.count(delimiter) >= self.width - 1 > 0 and not (
            self.capital and line[:1].islower()
        )

    @classmethod
    def of(cls, lines: Sequence[str], rows: Sequence[Sequence[str]], *, width: int) -> RowShape:
        """The shape of some rows; ``lines`` are those on which they begin."""
        whole = [row for row in rows if len(row) == width]
        if len(whole) < 3:
            return cls(width)
        numbers = frozenset(
            place
            for place in range(width)
            if all(_is_number(row[place]) for row in whole) and any(row[place] for row in whole)
        )
        return cls(
            width,
            quoted=all(line.lstrip().startswith('"') for line in lines),
            numbers=numbers,
            capital=not any(line[:1].islower() for line in lines),
        )


@dataclass(slots=True)
class QuotedRows:
    """Iterates over the rows that follow a table's header, once.

    Attributes:
        lines: the lines, each with its end.
        delimiter: the separator.
        shape: what every row has in common.
        line: number of the first line.
        spaced: whether a space follows each separator.
        mended: rows with quotation marks that were not as they should be, read all the same.
    """

    lines: Iterable[str]
    delimiter: str
    shape: RowShape
    line: int = 1
    spaced: bool = False
    mended: int = 0
    _given_up: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[tuple[int, list[str] | BadRow]]:
        """Yield each row, or what is wrong with it, with the number of its first line."""
        allow_long_fields()
        lines = _Lines(iter(self.lines), self.line)
        reader = self._reader(lines)
        while True:
            start = lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield start, self._recover(lines)
                reader = self._reader(lines)
                continue
            if not cells:
                continue
            if len(lines.taken) > 2 and self._swallowed(lines):
                yield start, self._recover(lines)
                reader = self._reader(lines)
            elif len(cells) > self.shape.width:
                yield start, BadRow(_too_many(len(cells), self.shape.width))
            else:
                yield start, cells

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(
            lines, delimiter=self.delimiter, skipinitialspace=self.spaced, strict=True
        )

    def _swallowed(self, lines: _Lines) -> bool:
        """Whether a row of several lines has whole rows inside: two marks that do not belong."""
        return self.shape.tells and any(
            self._begins(lines.taken[at : at + 1]) for at in range(1, len(lines.taken) - 1)
        )

    def _recover(self, lines: _Lines) -> list[str] | BadRow:
        """Read the row whose quotation marks do not add up, or give it up; go on after it."""
        taken = list(lines.taken)
        unclosed = lines.stopped
        for cells, used in self._readings(taken):
            if len(cells) == self.shape.width and not any(
                self._begins(taken[at : at + 1]) for at in range(1, used)
            ):
                lines.give_back(taken[used:])
                self.mended += 1
                return cells
        self._given_up += unclosed
        if self._given_up > _PATIENCE:
            lines.limit = _ROW_LINES_LATER
        lines.give_back(taken[1:])
        skipped = self._skip(lines)
        return BadRow(_unclosed(skipped))

    def _readings(self, taken: Sequence[str]) -> Iterator[tuple[list[str], int]]:
        """Ways to read a row: fields, and the number of lines that they take."""
        if self.delimiter == "\t":
            # Such files mostly have no quoting at all, and a mark is what it is.
            yield taken[0].rstrip("\n").split("\t"), 1
        for escapes in (True, False):
            if escapes and not any('\\"' in line for line in taken[:_REACH]):
                continue
            found = _loosely(taken[:_REACH], self.delimiter, escapes=escapes, spaced=self.spaced)
            if found is not None:
                yield found

    def _begins(self, ahead: Sequence[str]) -> bool:
        """Whether a good row begins here."""
        try:
            cells = next(self._reader(iter(ahead)), [])
        except csv.Error:
            return False
        return self.shape.fits(ahead[0], cells)

    def _skip(self, lines: _Lines) -> int:
        """Pass over lines until a row begins or may begin; their number."""
        for skipped in range(_GIVEN_UP):
            ahead = lines.ahead(_REACH)
            if not ahead or self._begins(ahead) or self.shape.may_begin(ahead[0], self.delimiter):
                return skipped
            lines.drop()
        return _GIVEN_UP


class _Lines:
    """Lines that can be given back, and those that the row being read has taken."""

    __slots__ = ("_number", "_pending", "_source", "limit", "stopped", "taken")

    def __init__(self, source: Iterator[str], number: int) -> None:
        self._source = source
        self._number = number
        self._pending: deque[str] = deque()
        self.taken: list[str] = []
        self.limit = _ROW_LINES
        self.stopped = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= self.limit:
            self.stopped = True
            raise StopIteration
        if self._pending:
            line = self._pending.popleft()
        else:
            try:
                line = next(self._source)
            except StopIteration:
                self.stopped = True
                raise
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Begin a row: the number of its first line."""
        self._number += len(self.taken)
        self.taken.clear()
        self.stopped = False
        return self._number

    def give_back(self, lines: Sequence[str]) -> None:
        """Give back the last lines of the row."""
        self._pending.extendleft(reversed(lines))
        del self.taken[len(self.taken) - len(lines) :]

    def ahead(self, count: int) -> list[str]:
        """The next lines, which are not taken."""
        while len(self._pending) < count:
            line = next(self._source, None)
            if line is None:
                break
            self._pending.append(line)
        return [self._pending[at] for at in range(min(count, len(self._pending)))]

    def drop(self) -> None:
        """Take a line into the row without reading it."""
        self.taken.append(self._pending.popleft())


def allow_long_fields() -> None:
    """Lift the csv module's limit of 131,072 characters for a field."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def _loosely(
    taken: Sequence[str], delimiter: str, *, escapes: bool, spaced: bool
) -> tuple[list[str], int] | None:
    """Read a row in which only a mark before a separator or the line's end closes a field."""
    cells: list[str] = []
    parts: list[str] | None = None
    for used, line in enumerate(taken, start=1):
        at, end = 0, len(line.rstrip("\n"))
        while at <= end:
            if parts is None:
                while spaced and at < end and line[at] == " ":
                    at += 1
                if at < end and line[at] == '"':
                    parts, at = [], at + 1
                    continue
                stop = line.find(delimiter, at, end)
                stop = end if stop < 0 else stop
                cells.append(line[at:stop])
                at = stop + 1
            else:
                text, at, closed = _quoted(line, at, end, delimiter, escapes=escapes)
                parts.append(text)
                if closed:
                    cells.append("".join(parts))
                    parts = None
        if parts is None:
            return cells, used
        parts.append("\n")
    return None


def _quoted(
    line: str, at: int, end: int, delimiter: str, *, escapes: bool
) -> tuple[str, int, bool]:
    """Text of a quoted field in one line, where to go on, and whether the field ends there."""
    parts: list[str] = []
    while True:
        mark = line.find('"', at, end)
        if mark < 0:
            return "".join((*parts, line[at:end])), end + 1, False
        if escapes and mark > at and line[mark - 1] == "\\":
            parts.append(line[at : mark - 1] + '"')
            at = mark + 1
            continue
        after = mark + 1
        while after < end and line[after] == " ":
            after += 1
        if after >= end or line[after] == delimiter:
            return "".join((*parts, line[at:mark])), after + 1, True
        double = line.startswith('""', mark)
        parts.append(line[at : mark + 1])
        at = mark + (2 if double else 1)


def _is_number(cell: str) -> bool:
    cell = cell.strip()
    return not cell or (cell[0].isdecimal() and cell.replace(".", "", 1).isdecimal())


def _too_many(found: int, width: int) -> str:
    return (
        f"{found} fields where the header has {width}: a separator stands inside a field that is "
        "not in quotation marks."
    )


def _unclosed(skipped: int) -> str:
    return (
        "A quotation mark is not closed, or not doubled inside a field, so the end of the row "
        f"cannot be told{_lines_lost(skipped)}."
    )


def _lines_lost(skipped: int) -> str:
    if not skipped:
        return ""
    return f"; the {'line' if skipped == 1 else f'{skipped} lines'} after it cannot be read either"
