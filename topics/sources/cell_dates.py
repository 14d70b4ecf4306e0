"""Dates in cells: text in many forms, spreadsheet day numbers, seconds since 1970."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from topics.sources.dates import partial_date, written_date

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["day_comes_first", "read_cell_date"]

#: Days between which a bare number of five digits is a date of a spreadsheet: 1954 to 2064.
_SERIAL = (20_000, 60_000)
_SERIAL_ZERO = dt.date(1899, 12, 30)
#: Digits of seconds, milliseconds, microseconds and nanoseconds since 1970, and how many a second.
_SINCE_1970 = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 16: 10**6, 19: 10**9}
_NUMERIC = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
_MONTH_YEAR = re.compile(r"(\d{1,2})[/.-](\d{4})")
_CJK = re.compile(r"(\d{4})\s*[年년](?:\s*(\d{1,2})\s*[月월](?:\s*(\d{1,2})\s*[日일号])?)?")
_ANY_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_LONGEST = 80
#: Kinds of values that hold a date.
_LISTS, _WRITTEN = (list, tuple), (str, int, float)


def read_cell_date(
    value: Any, *, year: int | None = None, day_first: bool | None = None
) -> str | None:
    """Read a date at the precision that it is written with.

    Args:
        value: text, a number (a year, a spreadsheet's day number, seconds or less since 1970), a
            date, or a list of year, month and day.
        year: the year, where the value may leave it out.
        day_first: whether ``03/04/2020`` is the third of April; None if not known, and then only
            its year is certain.

    Returns:
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None where there is no date.
    """
    if isinstance(value, dt.date):
        return written_date(value.year, value.month, value.day)
    if isinstance(value, _LISTS):
        parts = [part for part in value[:3] if type(part) is int]
        return written_date(*parts) if parts and len(parts) == len(value[:3]) else None
    if isinstance(value, bool) or not isinstance(value, _WRITTEN):
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else value
    return _read_text(str(value)[: 2 * _LONGEST].strip()[:_LONGEST], year, day_first)


def day_comes_first(values: Iterable[Any]) -> bool | None:
    """Whether dates such as ``03/04/2020`` in one column begin with the day; None if unknown."""
    days = months = 0
    for value in values:
        match = _NUMERIC.match(value) if isinstance(value, str) else None
        if match is not None:
            days += int(match[1]) > 12 >= int(match[3])
            months += int(match[3]) > 12 >= int(match[1])
    return None if days == months else days > months


@lru_cache(maxsize=65536)
def _read_text(text: str, year: int | None, day_first: bool | None) -> str | None:
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        return _number(text, year)
    match = _NUMERIC.match(text)
    if match is not None:
        return _numeric(match, day_first)
    match = _MONTH_YEAR.fullmatch(text)
    if match is not None:
        return written_date(int(match[2]), int(match[1]))
    match = _CJK.match(text)
    if match is not None:
        return written_date(*(int(part) if part else None for part in match.groups()))
    found = partial_date(text, year=year)
    if found is None and (years := _ANY_YEAR.findall(text)):
        return written_date(int(years[0]))
    return found


def _number(text: str, year: int | None) -> str | None:
    """A date written as one number."""
    whole, _, part = text.partition(".")
    if len(whole) == 4 and not part.strip("0"):
        return written_date(int(whole))
    if len(whole) == 5 and _SERIAL[0] <= int(whole) <= _SERIAL[1]:
        return (_SERIAL_ZERO + dt.timedelta(days=int(whole))).isoformat()
    if len(whole) in (6, 8) and not part:
        found = partial_date(whole)
        return found if found is not None and len(found) == len(whole) + len(whole) // 4 else None
    if len(whole) in _SINCE_1970 and not part.strip("0"):
        seconds = int(whole) // _SINCE_1970[len(whole)]
        return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).date().isoformat()
    return written_date(year)


def _numeric(match: re.Match[str], day_first: bool | None) -> str | None:
    one, two, year = int(match[1]), int(match[3]), int(match[4])
    if len(match[4]) == 2:
        if match[2] == "-":
            return None
        year += 2000 if year <= 50 else 1900
    if one > 12 >= two or match[2] == "." or (day_first and two <= 12) or one == two:
        return written_date(year, two, one)
    if two > 12 >= one or (day_first is False and one <= 12):
        return written_date(year, one, two)
    return written_date(year)
