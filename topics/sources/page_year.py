"""The year of dates that a page writes without one.

Hugging Face writes a date's year only where it is not the current one. So a year-less date lies
in the year in which the page was made, and that year is later than every year written on it.
"""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.sources.spool import SpooledRecords
from topics.text import title_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from topics.sources.record import Record, SourceRead

__all__ = ["PageYears", "dated", "page_years"]

#: A page with as many written years is unlikely to show no paper at all of the last full year.
_TELLING = 8


@dataclass(frozen=True, slots=True)
class PageYears:
    """The year of each source, None where nothing tells, and remarks for the user."""

    years: Mapping[str, int | None]
    notices: tuple[str, ...]


def page_years(reads: Sequence[SourceRead], *, page_year: int | None = None) -> PageYears:
    """Find the year of every page from what the pages read together say.

    Evidence, the strongest first: ``page_year``; a full date beside a year-less one; a full date
    that the page states as its own;
    the same paper with the same day on another page that writes the year; arXiv ids of year-less
    papers; one more than the newest year written on the page, raised to what the other pages say.
    Pages that show the same paper with the same year-less day are of one year.

    Args:
        reads: what each source gave.
        page_year: overrides all evidence.
    """
    names = [read.source for read in reads]
    if page_year is not None:
        return PageYears(dict.fromkeys(names, page_year), ())
    # What is too much for the memory is no page; to go through it would take long for nothing.
    reads = [read for read in reads if not isinstance(read.records, SpooledRecords)]
    if not any(read.as_of_month_day or any(map(_is_yearless, read.records)) for read in reads):
        return PageYears(dict.fromkeys(names), ())
    others = [name for name in names if name not in {read.source for read in reads}]
    names = [read.source for read in reads]
    sure = _sure(reads)
    floor = {read.source: _floor(read) for read in reads}
    unsure = [name for name in names if name not in sure]
    guess = max((floor[name] for name in unsure), default=0)
    latest = max([guess, *sure.values()])
    years: dict[str, int | None] = {**dict.fromkeys(others), **sure}
    for read in reads:
        if read.source in unsure:
            telling = len(read.written_years) >= _TELLING
            years[read.source] = (guess if telling else latest) or None
    return PageYears(years, _notices(reads, years))


def dated(record: Record, year: int | None) -> str | None:
    """The record's date, with the page's year where the record leaves it out."""
    if record.date is not None or record.month_day is None or year is None:
        return record.date
    month, day = record.month_day
    if (month, day) == (2, 29) and not calendar.isleap(year):
        return f"{year:04d}-02"
    return f"{year:04d}-{month:02d}-{day:02d}"


def _floor(read: SourceRead) -> int:
    """Least year that a page can be of, by the years written on it; 0 if there are none."""
    return max(read.written_years) + 1 if read.written_years else 0


def _sure(reads: Sequence[SourceRead]) -> dict[str, int]:
    written: dict[tuple[str, str], set[int]] = defaultdict(set)
    for read in reads:
        for record in read.records:
            if record.date and len(record.date) == 10:
                for key in _keys(record):
                    written[key, record.date[5:]].add(int(record.date[:4]))
    found: dict[str, int] = {}
    for group in _groups(reads):
        floor = max(_floor(read) for read in group)
        for kind in (_stamped, _stated, _elsewhere, _arxiv):
            votes = Counter(
                year for read in group for year in (kind(read, written)) if year >= floor
            )
            if votes:
                year = max(votes, key=lambda item: (votes[item], item))
                found.update({read.source: year for read in group})
                break
    return found


def _groups(reads: Sequence[SourceRead]) -> list[list[SourceRead]]:
    """Put pages together that show the same paper with the same year-less day."""
    parent = list(range(len(reads)))

    def root(page: int) -> int:
        while parent[page] != page:
            parent[page] = parent[parent[page]]
            page = parent[page]
        return page

    first: dict[tuple[str, tuple[int, int]], int] = {}
    for page, read in enumerate(reads):
        for record in read.records:
            if record.date is None and record.month_day is not None:
                for key in _keys(record):
                    other = first.setdefault((key, record.month_day), page)
                    parent[root(page)] = root(other)
    groups: dict[int, list[SourceRead]] = defaultdict(list)
    for page, read in enumerate(reads):
        groups[root(page)].append(read)
    return list(groups.values())


def _stamped(read: SourceRead, _: object) -> list[int]:
    """Years of dates that are year-less where they are shown and in full elsewhere."""
    return [int(record.date[:4]) for record in read.records if record.date and record.month_day]


def _stated(read: SourceRead, _: object) -> list[int]:
    return [int(read.as_of[:4])] if read.as_of else []


def _elsewhere(read: SourceRead, written: Mapping[tuple[str, str], set[int]]) -> list[int]:
    years = []
    for record in _yearless(read):
        month, day = record.month_day or (0, 0)
        for key in _keys(record):
            years += sorted(written.get((key, f"{month:02d}-{day:02d}"), ()))[-1:]
    return years


def _arxiv(read: SourceRead, _: object) -> list[int]:
    years = []
    for record in _yearless(read):
        if record.arxiv_id is None or record.month_day is None or not record.arxiv_id[:4].isdigit():
            continue
        year, month = 2000 + int(record.arxiv_id[:2]), int(record.arxiv_id[2:4])
        # An id is given in the month of the date, or soon after it across the turn of the year.
        apart, best = min(
            (abs(12 * (guess - year) + record.month_day[0] - month), guess)
            for guess in (year - 1, year, year + 1)
        )
        if apart <= 2:
            years.append(best)
    return years


def _yearless(read: SourceRead) -> list[Record]:
    return [record for record in read.records if _is_yearless(record)]


def _is_yearless(record: Record) -> bool:
    return record.date is None and record.month_day is not None


def _keys(record: Record) -> list[str]:
    keys = [f"arxiv:{record.arxiv_id}"] if record.arxiv_id else []
    return [*keys, f"title:{title_key(record.title)}"] if record.title else keys


def _notices(reads: Sequence[SourceRead], years: Mapping[str, int | None]) -> tuple[str, ...]:
    taken: Counter[int] = Counter()
    notices = []
    for read in reads:
        count = len(_yearless(read))
        year = years[read.source]
        if count and year is None:
            notices.append(
                f"{read.source}: {_dates(count)} without a year, and nothing tells which: "
                "left undated. Give the year of the page with --page-year."
            )
        elif count and year is not None:
            taken[year] += count
    notices += [
        f"{_dates(count)} written without a year read as {year}, the year of the page. "
        "If that is wrong, give it with --page-year."
        for year, count in sorted(taken.items())
    ]
    return tuple(notices)


def _dates(count: int) -> str:
    return "1 date" if count == 1 else f"{count} dates"
