"""What may be said of a trend: emerging, growing, steady, fading, or that nothing clear shows.

A topic is called growing only after a test that copes with bursts, over periods that were over,
with the false-discovery rate kept among all topics of the map (and apart from them, all themes).
Every verdict says by which rule it was reached. The rules are the constants below.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING, Literal

from topics.trend_tests import SlopeTests, adjusted_for_many, slope_tests
from topics.trends import choose_period, period_span, trend_table, unfinished_periods

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from topics.topicmap import TopicMap
    from topics.trends import Period

__all__ = [
    "CLAIMS",
    "FALSE_SHARE",
    "Verdict",
    "Verdicts",
    "Word",
    "judge",
    "trend_verdicts",
    "verdicts_of",
]

Word = Literal["emerging", "growing", "steady", "fading", "unclear", "untested"]

#: The words that claim a change, in the order in which they are listed.
CLAIMS: tuple[Word, ...] = ("emerging", "growing", "fading")

#: Expected share of wrong ones among all claims of a rise or fall.
FALSE_SHARE = 0.05
#: Dated papers, in periods that were over, that a topic needs to be tested.
ENOUGH_PAPERS = 10
#: Steps in time that a test needs, and the most it uses: enough to see how long bursts last.
FEWEST_STEPS, MOST_STEPS = 4, 20
#: Papers of the corpus that a step must hold.
STEP_PAPERS = 10
#: Factor by which the odds of a fitted share must have changed to be worth a claim.
LEAST_CHANGE = 1.25
#: A share is steady if its odds changed by less than that, and surely by less than this factor.
STEADY_WITHIN = 2.0
#: The first and the last part of the steps are one in so many.
PARTS = 3
#: Most of its share in the last part that an emerging topic may have had in the first.
NEARLY_ABSENT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What may be said of one topic or theme.

    Attributes:
        word: the verdict; ``unclear`` where the test finds neither a change nor that there is
            none, ``untested`` where there are too few papers or periods for a test.
        rule: the rule it was reached by, as one sentence with the numbers.
        papers: its dated papers in periods that were over.
        odds_per_year: factor by which the odds of its share change in a year, with the ends of
            the 95 % interval; None if untested.
        first: fitted share in the first step in time, None if untested.
        last: fitted share in the last step, of periods that were over.
        p: two-sided probability of a change this clear where the share does not change.
        q: ``p`` adjusted for the number of topics (or themes) tested.
    """

    word: Word
    rule: str
    papers: int
    odds_per_year: tuple[float, float, float] | None = None
    first: float | None = None
    last: float | None = None
    p: float | None = None
    q: float | None = None

    @property
    def claims(self) -> bool:
        """Whether it claims a rise or fall."""
        return self.word in CLAIMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The verdicts of a map.

    Attributes:
        topics: by topic id.
        themes: by name.
        period: the length of the periods counted.
        span: first and last period tested; None where none was over.
        tested: how many topics and how many themes were tested.
    """

    topics: Mapping[str, Verdict]
    themes: Mapping[str, Verdict]
    period: Period
    span: tuple[str, str] | None
    tested: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """Periods that were over, joined to steps of about as many papers each."""

    periods: tuple[str, ...]
    step_of: tuple[int, ...]
    totals: tuple[int, ...]
    times: tuple[float, ...]
    held: tuple[str, ...]

    @property
    def enough(self) -> bool:
        return len(self.totals) >= FEWEST_STEPS

    def around(self, time: float) -> str:
        """The period with papers that a time in years lies in, or lies nearest to."""
        return min(self.held, key=lambda period: abs(_middle(period) - time))


@lru_cache(maxsize=8)
def trend_verdicts(topic_map: TopicMap) -> Verdicts:
    """The verdicts on all topics and themes of a map, over all its dated papers."""
    manifest = topic_map.manifest
    found = verdicts_of(
        topic_map.papers, as_of=manifest.get("as_of"), built=manifest.get("created")
    )
    # A topic or theme that has no paper has a verdict too, so that readers need not ask.
    none = Verdict(word="untested", rule="Not tested: the map has no paper on it.", papers=0)
    return replace(
        found,
        topics={**dict.fromkeys(map(str, topic_map.topics["id"]), none), **found.topics},
        themes={**dict.fromkeys(map(str, topic_map.themes["name"]), none), **found.themes},
    )


def verdicts_of(
    papers: pd.DataFrame, *, as_of: str | None = None, built: str | None = None
) -> Verdicts:
    """The verdicts on all topics and themes of some papers.

    Args:
        papers: columns ``date``, ``date_precision``, ``topic`` and ``theme``.
        as_of: the day the sources were collected, where they say it.
        built: the day the map was built.
    """
    period = choose_period(papers["date"], papers["date_precision"])
    table = trend_table(papers, period=period, as_of=as_of or built)
    open_ones = unfinished_periods(papers, list(table["period"].unique()), as_of=as_of, built=built)
    table = table[~table["period"].isin(open_ones)]
    whole = table[table["topic"].isna() & table["theme"].isna()]
    totals = [int(n) for n in whole["papers"]]
    steps = _steps(list(whole["period"]), totals)
    known: dict[str, dict[str, Verdict]] = {}
    for column in ("topic", "theme"):
        lines = {
            str(name): [int(n) for n in rows["papers"]]
            for name, rows in table[table[column].notna()].groupby(column, sort=False)
        }
        # What has only undated papers, or papers of the unfinished period, is in no line.
        found = judge(lines, steps.periods, totals, noun=column)
        rest = dict.fromkeys(map(str, papers[column].dropna().unique()))
        known[column] = {name: found.get(name) or _untested(0, steps) for name in rest}
    topics, themes = known["topic"], known["theme"]
    return Verdicts(
        topics=topics,
        themes=themes,
        period=period,
        span=(steps.periods[0], steps.periods[-1]) if steps.periods else None,
        tested=(
            sum(each.p is not None for each in topics.values()),
            sum(each.p is not None for each in themes.values()),
        ),
    )


def _steps(periods: Sequence[str], totals: Sequence[int]) -> _Steps:
    """Join neighbouring periods until each step holds a twentieth of the papers or more.

    So a year of a single paper in 1931 does not count as much as one of thousands, and a burst
    of a month is one step of many months.
    """
    least = max(STEP_PAPERS, -(-sum(totals) // MOST_STEPS))
    step_of, held = [], [0]
    for total in totals:
        if held[-1] >= least:
            held.append(0)
        step_of.append(len(held) - 1)
        held[-1] += total
    if len(held) > 1 and held[-1] < max(STEP_PAPERS, least / 2):
        # A short rest belongs to the step before it.
        rest = held.pop()
        held[-1] += rest
        step_of = [min(step, len(held) - 1) for step in step_of]
    middles = [_middle(period) for period in periods]
    weighted = [0.0] * len(held)
    for step, total, middle in zip(step_of, totals, middles, strict=True):
        weighted[step] += total * middle
    return _Steps(
        periods=tuple(periods),
        step_of=tuple(step_of),
        totals=tuple(held) if sum(held) else (),
        times=tuple(w / n for w, n in zip(weighted, held, strict=True) if n),
        held=tuple(name for name, total in zip(periods, totals, strict=True) if total),
    )


def _middle(period: str) -> float:
    """The middle of a period, in years."""
    first, last = period_span(period)
    return first.year + ((first.month - 1) + last.month) / 24


def judge(
    lines: Mapping[str, Sequence[int]],
    periods: Sequence[str],
    totals: Sequence[int],
    *,
    noun: str = "topic",
) -> dict[str, Verdict]:
    """The verdicts on lines that belong together: claims among them are controlled as one.

    Args:
        lines: papers in each period, by name.
        periods: names of the periods, all over, in order.
        totals: papers of the whole corpus in each.
        noun: what a line is called in a sentence.
    """
    import numpy as np

    steps = _steps(periods, totals)
    enough = {n: c for n, c in lines.items() if sum(c) >= ENOUGH_PAPERS} if steps.enough else {}
    found = {n: _untested(sum(c), steps) for n, c in lines.items() if n not in enough}
    if not enough:
        return found
    hits = np.zeros((len(enough), len(steps.totals)))
    for row, counts in enumerate(enough.values()):
        np.add.at(hits[row], list(steps.step_of), counts)
    held = np.array(steps.totals, dtype=float)
    tests = slope_tests(hits, held, np.array(steps.times))
    adjusted = adjusted_for_many(tests.p)
    part = max(1, len(held) // PARTS)
    before, at_first = hits[:, :part].sum(axis=1), int(held[:part].sum())
    later = hits[:, -part:].sum(axis=1) / held[-part:].sum()
    until = steps.periods[max(i for i, step in enumerate(steps.step_of) if step < part)]
    for row, (name, counts) in enumerate(enough.items()):
        absent = bool(before[row] / at_first <= NEARLY_ABSENT * later[row])
        found[name] = _verdict(
            tests,
            row,
            steps,
            papers=sum(counts),
            q=float(adjusted[row]),
            noun=noun,
            early=_First(int(before[row]), at_first, until) if absent else None,
        )
    return found


def _verdict(
    tests: SlopeTests,
    row: int,
    steps: _Steps,
    *,
    papers: int,
    q: float,
    noun: str,
    early: _First | None,
) -> Verdict:
    """Put one line under the rules; ``early``: the first part, if it was nearly absent there."""
    slope, level, p = float(tests.slope[row]), float(tests.level[row]), float(tests.p[row])
    per_year = [slope, float(tests.low[row]), float(tests.high[row])]
    since, until = steps.times[0], steps.times[-1]
    shares = (_share(level + slope * since), _share(level + slope * until))
    times, *bounds = (exp(_bounded(each * (until - since))) for each in per_year)
    changed = max(times, 1 / times) >= LEAST_CHANGE
    if q <= FALSE_SHARE and changed:
        word: Word = "fading" if slope < 0 else "emerging" if early else "growing"
    elif not changed and bounds[0] > 1 / STEADY_WITHIN and bounds[1] < STEADY_WITHIN:
        word = "steady"
    else:
        word = "unclear"
    between = f"between {_when(steps.around(since))} and {_when(steps.around(until))}"
    told = _Told(noun, between, shares, p, q, (bounds[0], bounds[1]), changed, early)
    return Verdict(
        word=word,
        rule=_rule(word, told),
        papers=papers,
        odds_per_year=(
            exp(_bounded(per_year[0])),
            exp(_bounded(per_year[1])),
            exp(_bounded(per_year[2])),
        ),
        first=shares[0],
        last=shares[1],
        p=p,
        q=q,
    )


@dataclass(frozen=True, slots=True)
class _First:
    """The first part of the time: papers of the line, papers of the map, its last period."""

    papers: int
    total: int
    until: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sentence of a rule tells."""

    noun: str
    between: str
    shares: tuple[float, float]
    p: float
    q: float
    bounds: tuple[float, float]
    changed: bool
    early: _First | None


def _rule(word: Word, told: _Told) -> str:
    went = f"from {_percent(told.shares[0])} to {_percent(told.shares[1])} of the dated papers"
    if word == "steady":
        return (
            f"Steady: its fitted share went {went} {told.between}; that it doubled or halved is "
            "ruled out (95 % interval)."
        )
    if word == "unclear" and told.changed:
        return (
            f"No clear trend: its fitted share went {went} {told.between}, but a change like this "
            f"may be chance (q = {told.q:.2f}; claimed at {FALSE_SHARE:.2f} or less)."
        )
    if word == "unclear":
        return (
            f"No clear trend: its fitted share hardly changed, {went} {told.between}, but the "
            "95 % interval leaves open that it doubled or halved."
        )
    way, rose = ("fall", "fell") if word == "fading" else ("rise", "rose")
    clear = (
        f"its fitted share {rose} {went} {told.between}; chance alone shows a {way} this clear in "
        f"fewer than {_odds(told.p)} {told.noun}s whose share does not change."
    )
    if word == "emerging" and told.early:
        first = told.early
        had = f"{first.papers:,} of" if first.papers else "none of"
        return (
            f"Emerging: {had} the first {first.total:,} papers, up to {_when(first.until)}; {clear}"
        )
    return f"{word.capitalize()}: {clear}"


def _untested(papers: int, steps: _Steps) -> Verdict:
    if steps.enough:
        rule = (
            f"Not tested: {papers} of its papers are dated in a period that was over; a test "
            f"needs {ENOUGH_PAPERS}."
        )
    else:
        rule = (
            "Not tested: the dated papers of the map cover too few periods that were over; a test "
            f"needs {FEWEST_STEPS} of {STEP_PAPERS} papers or more."
        )
    return Verdict(word="untested", rule=rule, papers=papers)


def _odds(p: float) -> str:
    """A bound on a probability as odds: ``1 in 60``."""
    if p <= 1e-4:
        return "1 in 10,000"
    times = 1 / p
    size: float = 10 ** (len(str(int(times))) - 1)
    return f"1 in {int(times // size * size):,}"


def _when(period: str) -> str:
    """A period in a sentence: ``2024``, ``Q3 2024`` or ``March 2024``."""
    year, _, part = period.partition("-")
    if part.isdecimal():
        return f"{calendar.month_name[int(part)]} {year}"
    return f"{part} {year}" if part else year


def _percent(share: float) -> str:
    value = 100 * share
    if 0 < value < 0.05:
        return "under 0.1 %"
    return f"{value:.1f} %" if value < 9.95 else f"{value:.0f} %"


def _share(log_odds: float) -> float:
    return 1 / (1 + exp(-_bounded(log_odds)))


def _bounded(value: float) -> float:
    """Keep an exponent where a number can hold its power."""
    return max(-60.0, min(60.0, value))
