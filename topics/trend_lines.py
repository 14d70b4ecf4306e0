"""The numbers behind the trends: from a map and a selection to lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from topics.topicmap import TopicMap
    from topics.trends import Period, Placement

__all__ = ["FEW", "Line", "Trends", "read_on", "trends", "with_solid_shares"]

#: Dated papers of the map in a period below which no share is drawn: one paper of two is 50 %.
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The numbers of one theme, topic or corpus, a value for each period in order.

    Attributes:
        name: what it is called.
        periods: names of the periods.
        papers: papers in each.
        totals: papers of the whole corpus in each.
        share: papers / totals, NaN where no paper of the corpus falls in the period.
        low: lower end of the 95 % interval of the share.
        high: upper end.
    """

    name: str
    periods: tuple[str, ...]
    papers: tuple[int, ...]
    totals: tuple[int, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def sum(self) -> int:
        """Papers of all periods."""
        return sum(self.papers)

    def values(self, measure: str) -> tuple[float, ...]:
        """What is drawn: ``share`` or ``papers``."""
        return self.share if measure == "share" else tuple(map(float, self.papers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """All lines of some papers of a map.

    Attributes:
        period: the length of a period.
        possible: the lengths that the dates of the map allow, finest first.
        unfinished: names of the periods that were not over when the sources were read.
        corpus: the papers chosen, of whatever theme and topic.
        themes: line of each theme that has papers.
        topics: line of each topic id that has papers.
        placement: what became of all papers of the map.
    """

    period: Period
    possible: tuple[Period, ...]
    unfinished: frozenset[str]
    corpus: Line
    themes: Mapping[str, Line]
    topics: Mapping[str, Line]
    placement: Placement

    @property
    def periods(self) -> tuple[str, ...]:
        """Names of the periods, in order."""
        return self.corpus.periods


def read_on(topic_map: TopicMap) -> str | None:
    """The day the sources were collected: their own latest date, else that of the build."""
    day = topic_map.manifest.get("as_of") or topic_map.manifest.get("created")
    return day[:10] if isinstance(day, str) and day else None


def trends(
    topic_map: TopicMap,
    *,
    papers: pd.DataFrame | None = None,
    step: str = "auto",
    since: str | None = None,
    until: str | None = None,
) -> Trends:
    """Count papers over time; shares are always of all papers of the map.

    Args:
        topic_map: the map.
        papers: rows of its papers to count; all if None.
        step: ``year``, ``quarter`` or ``month``; else, or where no date is precise enough for it,
            what suits the dates.
        since: first month, ``YYYY-MM``: periods that end before it are left out.
        until: last month.
    """
    if papers is not None and len(papers) < len(topic_map.papers):
        found = _count(topic_map, papers, step)
    else:
        found = _count_all(topic_map, step)
    return _crop(found, since, until) if since or until else found


@lru_cache(maxsize=16)
def _count_all(topic_map: TopicMap, step: str) -> Trends:
    return _count(topic_map, topic_map.papers, step)


def _count(topic_map: TopicMap, papers: pd.DataFrame, step: str) -> Trends:
    from topics.trends import trend_table

    possible, chosen = _periods(topic_map)
    period = step if step in possible else chosen
    as_of = read_on(topic_map)
    corpus = topic_map.papers
    table = trend_table(papers, period=period, as_of=as_of, of=corpus)
    whole = table[table["topic"].isna() & table["theme"].isna()]
    totals = _totals(topic_map, period)
    return Trends(
        period=period,
        possible=possible,
        # Of the whole map: filters do not make a period more or less complete.
        unfinished=_unfinished(topic_map, tuple(whole["period"])),
        corpus=_line("All papers", whole, totals),
        themes={
            str(theme): _line(str(theme), rows, totals)
            for theme, rows in table[table["theme"].notna()].groupby("theme", sort=False)
        },
        topics={
            str(topic): _line(topic_map.topic_names.get(str(topic), str(topic)), rows, totals)
            for topic, rows in table[table["topic"].notna()].groupby("topic", sort=False)
        },
        placement=_placement(topic_map, period),
    )


@lru_cache(maxsize=16)
def _unfinished(topic_map: TopicMap, periods: tuple[str, ...]) -> frozenset[str]:
    from topics.trends import unfinished_periods

    return unfinished_periods(
        topic_map.papers,
        list(periods),
        as_of=topic_map.manifest.get("as_of"),
        built=topic_map.manifest.get("created"),
    )


@lru_cache(maxsize=16)
def _periods(topic_map: TopicMap) -> tuple[tuple[Period, ...], Period]:
    from topics.trends import choose_period, possible_periods

    papers = topic_map.papers
    return (
        possible_periods(papers["date"]),
        choose_period(papers["date"], papers["date_precision"]),
    )


@lru_cache(maxsize=16)
def _placement(topic_map: TopicMap, period: Period) -> Placement:
    from topics.trends import placement

    return placement(topic_map.papers, period=period, as_of=read_on(topic_map))


@lru_cache(maxsize=16)
def _totals(topic_map: TopicMap, period: Period) -> Mapping[str, int]:
    from topics.trends import trend_table

    plain = topic_map.papers.loc[:, ["date", "date_precision"]].assign(topic=None, theme=None)
    table = trend_table(plain, period=period, as_of=read_on(topic_map))
    return dict(zip(table["period"], table["papers"].astype(int), strict=True))


def _line(name: str, rows: pd.DataFrame, totals: Mapping[str, int]) -> Line:
    periods = tuple(str(period) for period in rows["period"])
    return Line(
        name=name,
        periods=periods,
        papers=tuple(int(n) for n in rows["papers"]),
        totals=tuple(totals[period] for period in periods),
        share=tuple(float(v) for v in rows["share"]),
        low=tuple(float(v) for v in rows["low"]),
        high=tuple(float(v) for v in rows["high"]),
    )


def with_solid_shares(found: Trends) -> tuple[Trends, tuple[str, ...]]:
    """Leave out the shares of periods with fewer than ``FEW`` dated papers in the map.

    Such periods are cut off at both ends and become gaps between; where fewer than three periods
    would remain, nothing is left out.

    Returns:
        The trends to draw, and the names of the periods without a share.
    """
    solid = [i for i, total in enumerate(found.corpus.totals) if total >= FEW]
    if len(solid) < 3 or len(solid) == len(found.periods):
        return found, ()
    kept = range(solid[0], solid[-1] + 1)
    nan = float("nan")

    def thin(line: Line) -> Line:
        few = [total < FEW for total in line.totals]
        return replace(
            _cut(line, kept),
            share=tuple(nan if few[i] else line.share[i] for i in kept),
            low=tuple(nan if few[i] else line.low[i] for i in kept),
            high=tuple(nan if few[i] else line.high[i] for i in kept),
        )

    left_out = tuple(p for i, p in enumerate(found.periods) if found.corpus.totals[i] < FEW)
    return _map_lines(found, thin), left_out


def _crop(found: Trends, since: str | None, until: str | None) -> Trends:
    from topics.trends import period_span

    def shown(period: str) -> bool:
        first, last = (end.isoformat()[:7] for end in period_span(period))
        return not ((since and last < since) or (until and first > until))

    kept = [i for i, period in enumerate(found.periods) if shown(period)]
    return _map_lines(found, lambda line: _cut(line, kept))


def _map_lines(found: Trends, change: Callable[[Line], Line]) -> Trends:
    return replace(
        found,
        corpus=change(found.corpus),
        themes={name: change(line) for name, line in found.themes.items()},
        topics={name: change(line) for name, line in found.topics.items()},
    )


def _cut(line: Line, kept: Sequence[int]) -> Line:
    return replace(
        line,
        periods=tuple(line.periods[i] for i in kept),
        papers=tuple(line.papers[i] for i in kept),
        totals=tuple(line.totals[i] for i in kept),
        share=tuple(line.share[i] for i in kept),
        low=tuple(line.low[i] for i in kept),
        high=tuple(line.high[i] for i in kept),
    )
