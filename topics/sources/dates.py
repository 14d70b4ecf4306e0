"""Dates as sources write them, at the precision that they are written with."""

from __future__ import annotations

import re
from datetime import date

__all__ = ["best_date", "month_number", "partial_date", "written_date"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero janeiro gennaio jän jänner ene gen",
            "feb february februar février febrero fevereiro febbraio fév fev",
            "mar march märz maerz mars marzo março mär mrz",
            "apr april avril abril aprile avr abr",
            "may mai mayo maio maggio mag",
            "jun june juni juin junio junho giugno giu",
            "jul july juli juillet julio julho luglio lug juil",
            "aug august août agosto aout ago",
            "sep sept september septembre septiembre setembro settembre set",
            "oct october oktober octobre octubre outubro ottobre okt out ott",
            "nov november novembre noviembre novembro",
            "dec december dezember décembre diciembre dezembro dicembre dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}
_FIRST_YEAR, _LAST_YEAR = 1450, 2099
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2})(?!\d))?(?![\d])")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?(?=\D|\Z)")
_INTERVAL = re.compile(r"(\d{4}(?:-\d{2}){0,2})\s*(?:/|–|--| to )\s*(\d{4}(?:-\d{2}){0,2})[~?%]?")
_NUMBERS = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?!\d)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DAY = re.compile(r"(?<![\d:.])(\d{1,2})(?:st|nd|rd|th)?(?![\d:])")
_WORD = re.compile(r"[^\W\d_]{3,}")


def written_date(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    """Write a date as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; without impossible parts."""
    if year is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if month is None or not 1 <= month <= 12:
        return f"{year:04d}"
    try:
        return date(year, month, day or 0).isoformat()
    except ValueError:
        return f"{year:04d}-{month:02d}"


def month_number(text: str) -> int | None:
    """The month that a name or number stands for; None for none, or for several."""
    text = text.strip().strip(".").casefold()
    if text.isdecimal():
        return int(text) if len(text) <= 2 and 1 <= int(text) <= 12 else None
    found = {_MONTHS[word] for word in _WORD.findall(text) if word in _MONTHS}
    return found.pop() if len(found) == 1 else None


def partial_date(text: str, *, year: int | None = None) -> str | None:
    """Read a date in any of the forms of exports.

    ``2019/05/17/``, ``2014//``, ``DEC 16 2020``, ``2018 May-Jun``, ``4-8 Aug. 2020``, ``20190517``.
    A span is as precise as its ends agree; a day of which the month is in doubt is left out.

    Args:
        text: what the source writes.
        year: the year, where the text may leave it out.

    Returns:
        The date at its own precision, None where there is none.
    """
    text = " ".join(text[:200].split())
    span = _INTERVAL.fullmatch(text)
    if span is not None:
        return _common(partial_date(span[1]), partial_date(span[2]))
    found = _ISO.match(text) or _COMPACT.fullmatch(text) or _COMPACT.match(text[:8])
    if found is not None:
        parts = [part for part in found.groups() if part and part.isdigit()]
        return written_date(*map(int, parts))
    found = _NUMBERS.search(text)
    if found is not None:
        return _ordered(int(found[1]), int(found[3]), int(found[4]), german=found[2] == ".")
    return _in_words(text, year)


def best_date(*dates: str | None) -> str | None:
    """The first of some dates, made more precise by those after it that agree with it."""
    best = None
    for found in dates:
        if found and (best is None or found.startswith(best)):
            best = found
    return best


def _common(first: str | None, last: str | None) -> str | None:
    if first is None or last is None:
        return first or last
    for length in (10, 7):
        if len(first) >= length and first[:length] == last[:length]:
            return first[:length]
    return first[:4]


def _ordered(first: int, second: int, year: int, *, german: bool) -> str | None:
    """``17/5/2018``: which is the day is known where the other cannot be, or they are equal."""
    if german or first > 12 or first == second:
        return written_date(year, second, first)
    if second > 12:
        return written_date(year, first, second)
    return written_date(year)


def _in_words(text: str, year: int | None) -> str | None:
    years = [int(match[0]) for match in _YEAR.finditer(text)]
    years = [found for found in years if _FIRST_YEAR <= found <= _LAST_YEAR]
    if years:
        year = years[0]
    if year is None or len(set(years)) > 1:
        return written_date(year)
    rest = _YEAR.sub(" ", text)
    month = month_number(rest)
    days = {int(match[1]) for match in _DAY.finditer(rest)} if month else set()
    return written_date(year, month, days.pop() if len(days) == 1 else None)
