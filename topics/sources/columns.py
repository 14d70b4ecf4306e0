"""Which column of a table holds what: told by the user, by name, or by content."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from topics.errors import SettingsError, SourceError
from topics.sources.column_names import ENTRY_DATES, FIELDS, TAGS, fold, name_rank, speaks_against
from topics.sources.column_values import fits, guess, is_full
from topics.sources.extras import ExtraColumns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from topics.sources.record import SourceRead

__all__ = [
    "FIELDS",
    "ColumnMatch",
    "NoRecords",
    "check_columns",
    "check_fields",
    "header_score",
    "listed",
    "match_columns",
    "unique_names",
]

#: Columns named in a message; a table may have hundreds.
_SHOWN = 40
#: Columns without use that a notice names.
_UNUSED = 10
#: Share of the fullest column's cells below which a column of the right name counts as empty.
_FILLED = 0.5
_REPEATED = re.compile(r" \(\d+\)$")
#: Fields that may share one column.
_SHARED = frozenset(("url", "doi", "arxiv_id"))


class NoRecords(SourceError):
    """A table of which no column holds papers, or that has no rows.

    Args:
        source: the file's name.
        columns: the names of its columns.
        why: what is wrong, and what to do about it.
    """

    def __init__(self, source: str, columns: Sequence[str], why: str) -> None:
        self.columns = tuple(columns)
        super().__init__(f"{source}: no records; columns seen: {listed(columns)}. {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMatch:
    """The columns of a table that hold what a record has.

    Attributes:
        columns: the names of all columns, in order, each once.
        places: for each field found, the place of its column, counted from 0.
        by_content: fields whose column was told by what it holds.
        missing: columns that the user named and the table does not have.
        without: fields of which the user said that no column holds them.
        kept: places of other columns, which are kept as they are.
    """

    columns: tuple[str, ...]
    places: Mapping[str, int]
    by_content: frozenset[str] = field(default_factory=frozenset)
    missing: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()

    def extras(self, sample: Sequence[Sequence[Any]]) -> ExtraColumns:
        """Which of the other columns are worth keeping, by some rows of the table."""
        return ExtraColumns.of(self.columns, sample, frozenset(self.places.values()))

    @property
    def usable(self) -> bool:
        """Whether there are titles or abstracts; what only looks like titles may be anything."""
        if "abstract" in self.places:
            return True
        return "title" in self.places and ("title" not in self.by_content or len(self.places) > 1)

    @property
    def matched(self) -> dict[str, str]:
        """For each field found, the name of its column."""
        return {name: self.columns[place] for name, place in self.places.items()}

    def __str__(self) -> str:
        found = ", ".join(
            f'{name} = "{_short(column)}"' + (" (by content)" if name in self.by_content else "")
            for name, column in self.matched.items()
        )
        used = {*self.places.values(), *self.kept}
        others = [name for place, name in enumerate(self.columns) if place not in used]
        kept = [self.columns[place] for place in self.kept]
        return "".join(
            (
                f"columns: {found}",
                f"; none for {', '.join(self.without)}, as you say" if self.without else "",
                f"; kept as they are: {listed(kept, most=_UNUSED)}" if kept else "",
                f"; not used: {listed(others, most=_UNUSED)}" if others else "",
            )
        )


def match_columns(
    columns: Sequence[str],
    sample: Sequence[Sequence[Any]],
    *,
    named: Mapping[str, str] | None = None,
) -> ColumnMatch:
    """Find the column of every field.

    Args:
        columns: unique names of the columns.
        sample: rows from the beginning of the table; a row may be short.
        named: the column of a field as the user gives it; empty where none holds it.
    """
    without = tuple(name for name, column in (named or {}).items() if not column)
    plain = [_REPEATED.sub("", name) for name in columns]
    cells = [[row[place] for row in sample if place < len(row)] for place in range(len(columns))]
    filled = [[cell for cell in column if is_full(cell)] for column in cells]
    places, missing = _by_user(columns, named or {})
    tags = sum(fold(name) in TAGS for name in plain) >= 3
    sought = [name for name in FIELDS if name not in without]
    for name in sought:
        if name not in places:
            place = _by_name(name, plain, filled, _taken(places, name), tags=tags)
            if place is not None:
                places[name] = place
    told = set(places)
    for name in sought:
        if name not in places:
            barred = {at for at, column in enumerate(plain) if speaks_against(column, name)}
            place = guess(name, cells, _taken(places, name) | barred)
            if place is not None:
                places[name] = place
    dated = places.get("date")
    entered = dated is not None and fold(plain[dated]) in ENTRY_DATES
    if entered and "year" in places and "date" not in (named or {}):
        # When the entry was made or changed says less than the year in which it was published.
        del places["date"]
    ordered = {name: places[name] for name in FIELDS if name in places}
    return ColumnMatch(
        columns=tuple(columns),
        places=ordered,
        by_content=frozenset(set(ordered) - told),
        missing=missing,
        without=without,
    )


def header_score(cells: Iterable[str], *, named: Mapping[str, str] | None = None) -> int:
    """How much a row looks like the header of a table of papers; 0 is not at all.

    A row counts only with a name for titles or abstracts among its cells; each further field
    adds one.
    """
    names = [name for cell in cells if (name := cell.strip()) and len(name) <= 100]
    wanted = {fold(column) for column in (named or {}).values() if column}
    tags = sum(fold(name) in TAGS for name in names) >= 3
    found = {
        field_name
        for field_name in FIELDS
        for name in names
        if (rank := name_rank(name, field_name)) is not None
        and rank < 100
        and (tags or fold(name) not in TAGS)
    }
    own = sum(fold(name) in wanted for name in names)
    return len(found) + 2 * own if own or found & {"title", "abstract"} else 0


def unique_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Names of columns, each once: blank ones numbered, repeated ones with a count."""
    names: list[str] = []
    seen: set[str] = set()
    repeated: Counter[str] = Counter()
    for place, cell in enumerate(cells, start=1):
        name = base = " ".join(cell.split()) or f"column {place}"
        while name in seen:
            repeated[base] += 1
            name = f"{base} ({repeated[base] + 1})"
        seen.add(name)
        names.append(name)
    return tuple(names)


def listed(names: Sequence[str], *, most: int = _SHOWN) -> str:
    """Names of columns for a message."""
    shown = ", ".join(_short(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown or "none"


def check_fields(columns: Mapping[str, str]) -> None:
    """Raise SettingsError if a field is named that a record does not have."""
    for name in columns:
        if name not in FIELDS:
            raise SettingsError(
                f"There is no field “{name}” to take from a column; expected one of "
                f"{', '.join(FIELDS)}."
            )


def check_columns(columns: Mapping[str, str], reads: Sequence[SourceRead]) -> None:
    """Raise SourceError if no table that was read has a column which the user named."""
    seen = list(dict.fromkeys(name for read in reads for name in read.columns))
    have = {fold(name) for name in seen}
    for name, column in columns.items():
        if column and fold(column) not in have:
            raise SourceError(
                f"No column “{column}” for {name} in any table that was read. "
                + (f"Columns seen: {listed(seen)}." if seen else "No table was among the files.")
            )


def _by_user(
    columns: Sequence[str], named: Mapping[str, str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    places: dict[str, int] = {}
    missing: list[str] = []
    folded = [fold(name) for name in columns]
    for name, column in named.items():
        if not column:
            continue
        if column in columns:
            places[name] = columns.index(column)
        elif fold(column) in folded:
            places[name] = folded.index(fold(column))
        else:
            missing.append(column)
    return places, tuple(missing)


def _taken(places: Mapping[str, int], name: str) -> frozenset[int]:
    """Columns that a field may not have, being another's."""
    return frozenset(
        place for other, place in places.items() if not (name in _SHARED and other in _SHARED)
    )


def _by_name(
    name: str,
    columns: Sequence[str],
    filled: Sequence[Sequence[Any]],
    taken: frozenset[int],
    *,
    tags: bool,
) -> int | None:
    ranked = [
        (rank, place)
        for place, column in enumerate(columns)
        if place not in taken
        and (rank := name_rank(column, name)) is not None
        and (tags or fold(column) not in TAGS)
        and fits(name, filled[place], column=column)
    ]
    most = max((len(filled[place]) for _, place in ranked), default=0)
    return min(
        (item for item in ranked if len(filled[item[1]]) >= most * _FILLED), default=(0, None)
    )[1]


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:59] + "…"
