"""Papers and their share of the corpus over time, per theme and per topic.

A count follows how much was collected; a share does not. So each row carries both, and the
share comes with a 95 % Wilson score interval, which stays within 0 and 1 and is honest for the
small counts of a single month (E. B. Wilson, "Probable inference, the law of succession, and
statistical inference", Journal of the American Statistical Association 22, 1927, 209-212).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

__all__ = [
    "PERIODS",
    "Period",
    "Placement",
    "choose_period",
    "is_unfinished",
    "period_of",
    "period_span",
    "placement",
    "possible_periods",
    "trend_table",
    "unfinished_periods",
    "wilson_interval",
]

Period = Literal["year", "quarter", "month"]

#: The periods a trend can be drawn in, finest first.
PERIODS: tuple[Period, ...] = ("month", "quarter", "year")

#: Share of the dated papers that must be precise enough for a period to be chosen.
PRECISE = 0.8
#: Papers that a period should hold on average, so that a share of them means something.
ENOUGH_PAPERS = 10
#: Points that a line needs before it can be called a trend.
ENOUGH_PERIODS = 3
#: The 97.5 % quantile of the normal distribution.
Z95 = 1.959963984540054
#: Papers expected in the rest of a period, where it was over, that make their absence telling:
#: chance leaves such a rest empty in 1 of 20 cases.
TELLING_REST = 3.0

_LENGTH = {"year": 4, "month": 7, "day": 10}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d\d)))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What became of the papers when they were sorted into periods.

    Attributes:
        period: the length of a period.
        papers: all papers looked at.
        placed: papers counted in a period.
        undated: papers without a (readable) date.
        too_coarse: papers whose date is less precise than the period.
        too_late: papers dated later than the year after the one the sources were read in.
    """

    period: Period
    papers: int
    placed: int
    undated: int
    too_coarse: int
    too_late: int

    @property
    def left_out(self) -> int:
        """Papers in no period."""
        return self.papers - self.placed


def period_of(date: str | None, period: Period) -> str | None:
    """Name the period that a date falls in.

    Args:
        date: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
        period: the length of a period.

    Returns:
        ``2024``, ``2024-Q3`` or ``2024-03``; None where the date is missing, no date, or less
        precise than the period.
    """
    match = _DATE.fullmatch(date) if isinstance(date, str) else None
    if match is None:
        return None
    year, month, _ = match.groups()
    if int(year) == 0 or (month is not None and not 1 <= int(month) <= 12):
        return None
    if period == "year":
        return str(year)
    if month is None:
        return None
    return f"{year}-Q{(int(month) + 2) // 3}" if period == "quarter" else f"{year}-{month}"


def period_span(period: str) -> tuple[dt.date, dt.date]:
    """First and last day of a named period.

    Raises:
        ValueError: the name is none that :func:`period_of` gives.
    """
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(f"{period!r} is no period; expected 2024, 2024-Q3 or 2024-03")
    year = int(match[1])
    if match[2]:
        last = int(match[2]) * 3
        first = last - 2
    elif match[3]:
        first = last = int(match[3])
    else:
        first, last = 1, 12
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def is_unfinished(period: str, as_of: str | None) -> bool:
    """Say whether a period was not over when the sources were read.

    The day of reading is itself not over, so a period that ends on it counts as unfinished; of
    an ``as_of`` that names only a month or a year the earliest day is taken.

    Args:
        period: ``2024``, ``2024-Q3`` or ``2024-03``.
        as_of: the day the sources were read; False is returned where it is unknown.
    """
    read = _earliest(as_of)
    return read is not None and period_span(period)[1] >= read


def unfinished_periods(
    papers: pd.DataFrame,
    periods: Iterable[str],
    *,
    as_of: str | None = None,
    built: str | None = None,
) -> frozenset[str]:
    """The periods that a reader must take for not over, or not collected to their end.

    Where the sources say when they were read, that day decides. Where they do not, a map may have
    been built long after: so the last period counts as over only if the day of the build is past
    it, and if its papers reach to its end. They do where, at their own pace, fewer than
    ``TELLING_REST`` papers are missing from the days after the latest.

    Args:
        papers: columns ``date`` and ``date_precision`` of a map's papers.
        periods: the names of its periods, all of the same length.
        as_of: the day the sources were read, if they say it.
        built: the day the map was built.
    """
    names = sorted(set(periods))
    known = as_of or built
    late = {name for name in names if is_unfinished(name, known)}
    over = [name for name in names if name not in late]
    if as_of is None and over and not late and _breaks_off(papers, over[-1]):
        late.add(over[-1])
    return frozenset(late)


def _breaks_off(papers: pd.DataFrame, period: str) -> bool:
    """Say whether the papers of a period end so early that more must have followed."""
    first, last = period_span(period)
    ends = [
        end
        for date in _cut(_plain(papers["date"]), _plain(papers["date_precision"]))
        if (end := _latest(date)) is not None and first <= end <= last
    ]
    if not ends:
        return False
    covered, rest = (max(ends) - first).days + 1, (last - max(ends)).days
    return len(ends) / covered * rest >= TELLING_REST


def possible_periods(dates: Iterable[str | None]) -> tuple[Period, ...]:
    """Periods, finest first, that at least one of the dates is precise enough for."""
    known = [date for date in dates if isinstance(date, str)]
    return tuple(p for p in PERIODS if any(period_of(date, p) is not None for date in known))


def choose_period(dates: Iterable[str | None], precisions: Iterable[str | None]) -> Period:
    """Choose the finest period that the dates bear.

    That is the finest one for which at least four in five dated papers are precise enough, which
    holds ten papers on average (empty periods between the first and the last count) and which
    gives three points or more. A corpus too small for that gets the longest period that still
    gives three points, and failing that the finest one it is precise enough for.

    Args:
        dates: dates of the papers, None where unknown.
        precisions: ``year``, ``month``, ``day`` or None for each date.
    """
    # Many papers share a day, so each date is read once.
    known = Counter(_cut(dates, precisions))
    dated = {date: times for date, times in known.items() if period_of(date, "year")}
    names = {period: {date: period_of(date, period) for date in dated} for period in PERIODS}
    filled = {p: sum(dated[date] for date, name in names[p].items() if name) for p in PERIODS}
    usable = [p for p in PERIODS if filled[p] and filled[p] >= PRECISE * sum(dated.values())]
    if not usable:
        return "year"
    points = {p: len(_axis([name for name in names[p].values() if name], p)) for p in usable}
    for period in usable:
        if points[period] >= ENOUGH_PERIODS and filled[period] >= ENOUGH_PAPERS * points[period]:
            return period
    return next((p for p in reversed(usable) if points[p] >= ENOUGH_PERIODS), usable[0])


def placement(
    papers: pd.DataFrame, *, period: Period | None = None, as_of: str | None = None
) -> Placement:
    """Count the papers that a trend table places and those it leaves out, by reason.

    Args:
        papers: columns ``date`` and ``date_precision`` of a map's papers.
        period: the length of a period; chosen by :func:`choose_period` if None.
        as_of: the day the sources were read.
    """
    chosen = period or choose_period(papers["date"], papers["date_precision"])
    dates = list(_cut(papers["date"], papers["date_precision"]))
    undated = sum(period_of(date, "year") is None for date in dates)
    late = sum(_too_late(date, as_of) for date in dates)
    placed = sum(name is not None for name in _places(papers, chosen, as_of))
    return Placement(
        period=chosen,
        papers=len(dates),
        placed=placed,
        undated=undated,
        too_coarse=len(dates) - undated - late - placed,
        too_late=late,
    )


def wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """95 % Wilson score interval of a share.

    Returns:
        Lower and upper end; (0, 1), which says nothing, where ``total`` is 0.
    """
    if total <= 0:
        return 0.0, 1.0
    centre = (hits + Z95**2 / 2) / (total + Z95**2)
    half = Z95 / (total + Z95**2) * sqrt(hits * (total - hits) / total + Z95**2 / 4)
    # Exact at the two ends, where rounding could leave 1e-17 or 0.9999….
    low = 0.0 if hits <= 0 else max(0.0, centre - half)
    high = 1.0 if hits >= total else min(1.0, centre + half)
    return low, high


def trend_table(
    papers: pd.DataFrame,
    *,
    period: Period | None = None,
    as_of: str | None = None,
    of: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count the papers of every topic and theme in every period.

    Every period between the first and the last is in the table, with zeros where nothing falls
    in it, so that a line drawn through the rows skips nothing. Papers without a date, with a date
    less precise than the period, or dated later than the year after ``as_of`` are in no row, nor
    in any share; :func:`placement` counts them.

    Args:
        papers: columns ``date``, ``date_precision``, ``topic`` and ``theme`` of a map's papers.
        period: the length of a period; chosen by :func:`choose_period` if None.
        as_of: the day the sources were read.
        of: the corpus that shares are of, where ``papers`` are only some of it.

    Returns:
        Columns ``TABLES["trends"]``. Per period one row for the whole corpus (topic and theme
        null), then one a theme (topic null), then one a topic (theme null), both in order of
        name. ``share`` is of the corpus's papers placed in the period; it, ``low`` and ``high``
        are NaN where that is none.
    """
    import pandas as pd

    corpus = papers if of is None else of
    chosen = period or choose_period(_plain(corpus["date"]), _plain(corpus["date_precision"]))
    everything = _places(corpus, chosen, as_of)
    axis = _axis([name for name in everything if name is not None], chosen)
    totals = pd.Series(everything, dtype=object).value_counts().reindex(axis, fill_value=0)
    placed = papers.loc[:, ["topic", "theme"]].assign(
        period=pd.Series(_places(papers, chosen, as_of), index=papers.index, dtype=object)
    )
    placed = placed[placed["period"].isin(axis)]
    whole = placed["period"].value_counts().reindex(axis, fill_value=0)
    parts = [_rows(totals, whole.to_frame("papers").assign(topic=None, theme=None))]
    for column, other in (("theme", "topic"), ("topic", "theme")):
        names = sorted(papers[column].dropna().unique(), key=_natural)
        if not names:
            continue
        grid = pd.MultiIndex.from_product([axis, names], names=["period", column])
        counts = placed.groupby(["period", column]).size().reindex(grid, fill_value=0)
        frame = counts.rename("papers").reset_index(column).assign(**{other: None})
        parts.append(_rows(totals, frame))
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    order = table["period"].map({name: place for place, name in enumerate(axis)})
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _rows(totals: pd.Series[int], counts: pd.DataFrame) -> pd.DataFrame:
    """Complete counts (indexed by period, with topic and theme) to rows of the table."""
    import numpy as np
    import pandas as pd

    hits = counts["papers"].to_numpy(dtype=np.int64)
    total = totals.reindex(counts.index).to_numpy(dtype=np.int64)
    ends = [
        wilson_interval(int(h), int(n)) if n else (np.nan, np.nan)
        for h, n in zip(hits, total, strict=True)
    ]
    with np.errstate(invalid="ignore"):
        share = hits / np.where(total > 0, total, np.nan)
    return pd.DataFrame(
        {
            "period": pd.Series(list(counts.index), dtype=object),
            "topic": pd.Series(list(counts["topic"]), dtype=object),
            "theme": pd.Series(list(counts["theme"]), dtype=object),
            "papers": hits,
            "share": share,
            "low": np.array([low for low, _ in ends], dtype=float),
            "high": np.array([high for _, high in ends], dtype=float),
        }
    )


def _places(papers: pd.DataFrame, period: Period, as_of: str | None) -> list[str | None]:
    # Many papers share a day, so each date is read once.
    dates = list(_cut(_plain(papers["date"]), _plain(papers["date_precision"])))
    named = {
        date: None if _too_late(date, as_of) else period_of(date, period) for date in set(dates)
    }
    return [named[date] for date in dates]


def _plain(column: pd.Series[Any]) -> Iterable[Any]:
    """The values of a column, which it hands out one by one more slowly than all at once."""
    return column.to_numpy(dtype=object)


def _cut(dates: Iterable[str | None], precisions: Iterable[str | None]) -> Iterator[str | None]:
    """Shorten each date to its stated precision: 2024-01-01 known to the year is 2024."""
    for date, precision in zip(dates, precisions, strict=True):
        if not isinstance(date, str):
            yield None
        else:
            yield date[: _LENGTH.get(precision, 10)] if isinstance(precision, str) else date


def _too_late(date: str | None, as_of: str | None) -> bool:
    """Say whether a date lies beyond the year after the one the sources were read in.

    Journals date issues some months ahead; a paper of the year 2052 is a slip, and would draw
    every line out to it.
    """
    read, year = _earliest(as_of), period_of(date, "year")
    return read is not None and year is not None and int(year) > read.year + 1


def _earliest(date: str | None) -> dt.date | None:
    match = _DATE.match(date) if isinstance(date, str) else None
    if match is None:
        return None
    try:
        return dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


@lru_cache(maxsize=20_000)
def _latest(date: str | None) -> dt.date | None:
    """The last day that a date may mean."""
    match = _DATE.fullmatch(date) if isinstance(date, str) else None
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        end = calendar.monthrange(year or 1, month or 12)[1]
        return dt.date(year or 1, month or 12, day or end)
    except (ValueError, calendar.IllegalMonthError):
        return None


def _axis(names: list[str], period: Period) -> list[str]:
    """All periods from the first to the last of the named ones."""
    if not names:
        return []
    steps = {"year": 1, "quarter": 4, "month": 12}[period]

    def place(name: str) -> int:
        first = period_span(name)[0]
        return first.year * steps + (first.month - 1) * steps // 12

    def name(place: int) -> str:
        year, step = divmod(place, steps)
        return str(period_of(f"{year:04}-{step * 12 // steps + 1:02}", period))

    return [name(p) for p in range(place(min(names)), place(max(names)) + 1)]


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Sort key that puts topic 2 before topic 10."""
    return [
        (0, int(part), "") if part.isascii() and part.isdecimal() else (1, 0, part)
        for part in re.findall(r"\d+|\D+", str(name))
    ]
