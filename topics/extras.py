"""Columns of the papers that are in no paper by rule: what tables say beside the known fields."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from topics.sources.column_names import fold
from topics.sources.extras import MOST_EXTRAS
from topics.topicmap import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from topics.sources.extras import Extra
    from topics.sources.record import Record

__all__ = [
    "extra_columns",
    "extra_names",
    "extra_series",
    "known_spelling",
    "merged_extras",
    "own_extras",
    "retyped",
    "value_of",
]

#: Names that mean something else of a map, in its tables or its addresses.
_RESERVED = frozenset(
    map(fold, (*TABLES["papers"], "source", "confidence", "even", "topic_name", "more", "page"))
)
#: What is said behind a name that means something else of a map.
_OF_THE_TABLE = " (in the table)"
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
#: Values beyond which a number is kept as text: it would not come back the same.
_LARGEST = 2**53


def merged_extras(group: Iterable[Record]) -> tuple[Extra, ...]:
    """What the records of a paper say in columns of their own.

    The longest text wins, then the largest number; the order of the records makes no difference.
    """
    found: dict[str, list[str | int | float]] = {}
    for record in group:
        for name, value in record.extra:
            found.setdefault(name, []).append(value)
    return tuple((name, max(found[name], key=_rank)) for name in sorted(found))


def _rank(value: str | float) -> tuple[bool, int, float, str]:
    if isinstance(value, str):
        return True, len(value), 0.0, value
    return False, 0, float(value), ""


def extra_columns(papers: Sequence[Sequence[Extra]]) -> dict[str, pd.Series[Any]]:
    """The columns of all papers, by name, those with most values if there are too many.

    A column of which all values are numbers holds numbers, any other text. Names that differ by
    case and signs alone are one; names that mean something else of a map get a word more.

    Args:
        papers: for each paper, what `merged_extras` gives.
    """
    values: dict[str, dict[int, str | int | float]] = {}
    spelled: dict[str, Counter[str]] = {}
    for row, extras in enumerate(papers):
        for name, value in extras:
            key = fold(name) or name
            said = values.setdefault(key, {})
            said[row] = max(said.get(row, value), value, key=_rank)
            spelled.setdefault(key, Counter())[name] += 1
    kept = sorted(sorted(values), key=lambda key: -len(values[key]))[:MOST_EXTRAS]
    found: dict[str, pd.Series[Any]] = {}
    for key in sorted(kept):
        name = min(spelled[key], key=lambda name: (-spelled[key][name], name))
        if key in _RESERVED:
            name += _OF_THE_TABLE
        while name in found:
            name += "′"
        found[name] = extra_series([values[key].get(row) for row in range(len(papers))])
    return dict(sorted(found.items()))


def extra_series(values: Sequence[str | float | None]) -> pd.Series[Any]:
    """Values as whole numbers, numbers or text, whichever they all are."""
    import pandas as pd

    numbers = [_number(value) for value in values]
    missing = [value is None for value in values]
    if all((number is None) == gone for number, gone in zip(numbers, missing, strict=True)):
        whole = all(number is None or number == int(number) for number in numbers)
        if whole:
            cells = [None if number is None else int(number) for number in numbers]
            return pd.Series(cells, dtype="Int64")
        return pd.Series(numbers, dtype="float64")
    return pd.Series([None if value is None else _text(value) for value in values], dtype="str")


def _number(value: str | float | None) -> float | None:
    if value is None:
        return None
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            return None
        value = float(value.replace(",", ""))
    return float(value) if abs(value) < _LARGEST else None


def _text(value: str | float) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def extra_names(papers: pd.DataFrame) -> list[str]:
    """Names of the columns of a map's papers that are of its tables alone."""
    own = set(TABLES["papers"])
    return [str(name) for name in papers.columns if name not in own]


def value_of(cell: Any) -> str | None:
    """What a cell of such a column says; None for nothing."""
    import pandas as pd

    if pd.isna(cell):
        return None
    value = _plain(cell)
    if isinstance(value, str):
        return value or None
    if float(value).is_integer() and abs(value) < _LARGEST:
        # Years are numbers, too: no signs between their digits.
        said = f"{int(value)}" if abs(value) < 10_000 else f"{int(value):,}"
    else:
        said = f"{value:.4g}"
    return said.replace("-", "−")


def known_spelling(papers: pd.DataFrame, known: Iterable[str]) -> dict[str, str]:
    """What columns are to be called that a map knows by another spelling: links name them so."""
    spelled = {fold(name): name for name in known}
    return {
        name: spelled[fold(name)]
        for name in extra_names(papers)
        if spelled.get(fold(name), name) != name
    }


def retyped(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column of numbers and texts, of two maps perhaps, as one of either."""
    import pandas as pd

    cells = [None if pd.isna(value) else _plain(value) for value in column]
    return extra_series(cells).set_axis(column.index)


def _plain(value: Any) -> str | float:
    """A number of NumPy's as Python has it."""
    found: str | float = value.item() if hasattr(value, "item") else value
    return found


def own_extras(paper: Mapping[Any, Any], names: Iterable[str]) -> tuple[Extra, ...]:
    """What a paper of a map says in such columns, as its record would."""
    import pandas as pd

    return tuple(
        (name.removesuffix(_OF_THE_TABLE), _plain(value))
        for name in names
        if not pd.isna(value := paper[name])
    )
