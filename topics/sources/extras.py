"""The columns of a table that hold no field of a record, kept as they are."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from topics.sources.column_values import is_full
from topics.text import scrub

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["MOST_EXTRAS", "Extra", "ExtraColumns"]

#: Columns that are kept of a table, and of all tables of a corpus together.
MOST_EXTRAS = 40

#: One column of a record: its name, and what it says.
Extra = tuple[str, str | int | float]

#: Characters of a name and of a cell that are kept.
_NAME, _CELL = 60, 200
#: Characters of the middle cell from which a column is a text to be read, not a property.
_TEXT = 200
#: Things in one cell beyond which it is a vector, not a list of words.
_LIST = 60
#: Kinds of cells, and of what a list holds.
_LISTS, _TIMES, _WORDS = (list, tuple), (dt.date, dt.time), (str, int)
#: What programs write over a column that has no name of its own: the numbers of the rows.
_NAMELESS = re.compile(
    r"(?:column|unnamed:?)[ _]?\d+(?:_level_\d+)?(?: \(\d+\))?|index", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ExtraColumns:
    """Which columns of a table are kept beside the fields of its records.

    Attributes:
        names: of the columns, for readers; each once.
        places: of the columns, counted from 0.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]

    @classmethod
    def of(
        cls, columns: Sequence[str], sample: Sequence[Sequence[Any]], taken: Collection[int]
    ) -> ExtraColumns:
        """Choose them: the first ones that say something short of some papers.

        Args:
            columns: unique names of all columns.
            sample: rows from the beginning of the table; a row may be short.
            taken: places of the columns that hold a field of a record.
        """
        names: list[str] = []
        places: list[int] = []
        for place, column in enumerate(columns):
            name = _cut(scrub(column), _NAME)
            if place in taken or not name or name in names or _NAMELESS.fullmatch(name):
                continue
            if _is_property([row[place] for row in sample if place < len(row)]):
                names.append(name)
                places.append(place)
            if len(names) == MOST_EXTRAS:
                break
        return cls(tuple(names), tuple(places))

    def of_row(self, cells: Sequence[Any]) -> tuple[Extra, ...]:
        """What a row says in them; nothing of empty cells."""
        found: list[Extra] = []
        for name, place in zip(self.names, self.places, strict=True):
            if place < len(cells) and (said := _said(cells[place])) is not None:
                found.append((name, said))
        return tuple(found)


def _is_property(cells: Sequence[Any]) -> bool:
    said = [text for cell in cells if (text := _said(cell, cut=False)) is not None]
    return bool(said) and median(len(str(text)) for text in said) <= _TEXT


def _said(cell: Any, *, cut: bool = True) -> str | int | float | None:
    """A cell as a number or a line of text; None for one that says nothing, or is no property."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if not is_full(cell):
        return None
    if isinstance(cell, int):
        return cell if abs(cell) < 2**53 else str(cell)
    if isinstance(cell, float):
        return cell if abs(cell) != float("inf") else None
    if isinstance(cell, _LISTS):
        if len(cell) > _LIST or not all(isinstance(part, _WORDS) for part in cell):
            return None
        cell = "; ".join(str(part) for part in cell if is_full(part))
    elif isinstance(cell, _TIMES):
        cell = cell.isoformat()
    if not isinstance(cell, str):
        return None
    text = scrub(cell[: 20 * _CELL])
    return (_cut(text, _CELL) if cut else text) or None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
