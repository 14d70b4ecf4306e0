"""Verdicts on trends: as many wrong ones as promised, clear ones found, rules said."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import make_map
from topics.trend_verdicts import (
    ENOUGH_PAPERS,
    FALSE_SHARE,
    MOST_STEPS,
    STEP_PAPERS,
    _steps,
    judge,
    trend_verdicts,
    verdicts_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.trend_verdicts import Verdict

RUNS, TOPICS = 60, 50
#: What a rate of FALSE_SHARE may show in so many runs: three standard errors more.
MARGIN = 3 * (FALSE_SHARE * (1 - FALSE_SHARE) / RUNS) ** 0.5


def months(count: int, first: int = 2023) -> list[str]:
    return [f"{first + m // 12}-{m % 12 + 1:02}" for m in range(count)]


def simulate(
    rng: np.random.Generator, *, periods: int, papers: int, bursty: float, kind: str, rising: int
) -> tuple[dict[str, list[int]], list[int]]:
    """Counts of topics of very different size; the first ``rising`` truly rise or fall.

    ``scatter`` multiplies a bursty topic's share by a random factor in each period; ``event``
    multiplies it by four in one twelfth of the periods, ``bursts`` by three in some spells of a
    sixth of them. None of these is a trend.
    """
    share = np.exp(rng.normal(0, 0.8, TOPICS))
    odds = np.log(share / share.sum() * 0.8)[:, None] + np.zeros(periods)
    slope = np.where(np.arange(TOPICS) % 2, 1, -1) * (np.arange(TOPICS) < rising)
    odds += slope[:, None] * np.log(4) * np.linspace(-0.5, 0.5, periods)
    burst = rng.random((TOPICS, 1)) < bursty
    if kind == "scatter":
        odds += burst * rng.normal(0, 0.6, (TOPICS, periods))
    elif kind == "event":
        start = rng.integers(0, periods, (TOPICS, 1))
        at = np.arange(periods) - start
        odds += burst * np.log(4) * ((at >= 0) & (at < max(1, periods // 12)))
    elif kind == "bursts":
        length = max(1.0, periods / 6)
        for topic in np.flatnonzero(burst):
            for _ in range(rng.poisson(3)):
                lasts = 1 + int(rng.poisson(length - 1))
                begin = int(rng.integers(1 - lasts, periods))
                odds[topic, max(0, begin) : max(0, begin + lasts)] += np.log(3)
    expected = np.exp(odds)
    expected /= np.maximum(expected.sum(axis=0), 0.999) / 0.999
    totals = rng.poisson(papers * np.exp(np.linspace(-0.6, 0.6, periods)))
    counts = np.array(
        [rng.multinomial(n, [*p, 1 - p.sum()]) for n, p in zip(totals, expected.T, strict=True)]
    )
    return {str(t): counts[:, t].tolist() for t in range(TOPICS)}, totals.tolist()


def rates(rising: int, **options: Any) -> tuple[float, float]:
    """Mean share of wrong claims among all claims, and of true changes that were claimed."""
    wrong, found = [], []
    for run in range(RUNS):
        lines, totals = simulate(np.random.default_rng(run), rising=rising, **options)
        verdicts = judge(lines, months(len(totals)), totals)
        claimed = [int(name) for name, verdict in verdicts.items() if verdict.claims]
        wrong.append(sum(name >= rising for name in claimed) / max(len(claimed), 1))
        right = [
            verdicts[str(t)].word in (("growing", "emerging") if t % 2 else ("fading",))
            for t in range(rising)
        ]
        found.append(float(np.mean(right)) if right else 0.0)
    return float(np.mean(wrong)), float(np.mean(found))


@pytest.mark.parametrize(("periods", "papers"), [(8, 150), (12, 120), (31, 300)])
@pytest.mark.parametrize(
    ("kind", "bursty"),
    [("flat", 0.0), ("scatter", 0.2), ("scatter", 1.0), ("event", 0.3), ("bursts", 0.3)],
)
def test_without_a_trend_few_maps_claim_one(
    periods: int, papers: int, kind: str, bursty: float
) -> None:
    wrong, _ = rates(0, periods=periods, papers=papers, kind=kind, bursty=bursty)
    assert wrong <= FALSE_SHARE + MARGIN


@pytest.mark.parametrize(
    ("kind", "bursty", "power"), [("flat", 0.0, 0.8), ("scatter", 0.2, 0.65), ("event", 0.3, 0.5)]
)
def test_among_true_trends_few_claims_are_wrong(kind: str, bursty: float, power: float) -> None:
    wrong, found = rates(10, periods=31, papers=450, kind=kind, bursty=bursty)
    assert wrong <= FALSE_SHARE + MARGIN
    assert found >= power


def line(*counts: int, others: int = 12, total: int = 200) -> Verdict:
    """The verdict on one line among others that stay as they are."""
    rng = np.random.default_rng(5)
    lines = {str(n): rng.binomial(total, 0.04, len(counts)).tolist() for n in range(others)}
    found = judge({"it": list(counts), **lines}, months(len(counts)), [total] * len(counts))
    return found["it"]


def test_each_word_has_its_rule() -> None:
    growing = line(6, 8, 11, 13, 17, 20, 24, 29)
    assert growing.word == "growing"
    assert growing.rule.startswith("Growing: its fitted share rose from 3.")
    assert "between January 2023 and August 2023" in growing.rule
    assert "fewer than 1 in " in growing.rule
    assert growing.first is not None
    assert growing.last is not None
    assert growing.first < 0.04 < 0.1 < growing.last
    fading = line(29, 24, 20, 17, 13, 11, 8, 6)
    assert fading.word == "fading"
    assert "fell from" in fading.rule
    emerging = line(0, 0, 1, 0, 9, 12, 18, 25)
    assert emerging.word == "emerging"
    assert emerging.rule.startswith("Emerging: none of the first 400 papers, up to February 2023; ")
    steady = line(41, 40, 39, 40, 40, 41, 39, 40)
    assert steady.word == "steady"
    assert "doubled or halved is ruled out" in steady.rule
    unclear = line(2, 1, 2, 1, 2, 2, 1, 2)
    assert unclear.word == "unclear"
    assert unclear.rule.startswith("No clear trend")


def test_odds_and_share_agree() -> None:
    verdict = line(6, 8, 11, 13, 17, 20, 24, 29)
    assert verdict.odds_per_year is not None
    assert verdict.first is not None
    assert verdict.last is not None
    times, low, high = verdict.odds_per_year
    assert 1 < low < times < high
    odds = verdict.last / (1 - verdict.last) / (verdict.first / (1 - verdict.first))
    assert times ** (7 / 12) == pytest.approx(odds, rel=1e-3)


def test_a_lone_paper_long_ago_stretches_nothing() -> None:
    totals = [1, *[0] * 88, *[150 + 20 * y for y in range(8)]]
    years = [str(1930 + y) for y in range(len(totals))]
    rise = [0] * 89 + [3, 5, 8, 12, 17, 23, 30, 38]
    others = {str(n): [0] * 89 + [6, 7, 8, 7, 9, 10, 11, 12] for n in range(12)}
    found = judge({"it": rise, **others}, years, totals)["it"]
    assert found.word == "growing"
    assert "between 2019 and 2026" in found.rule


def test_too_little_is_not_tested() -> None:
    few = line(1, 1, 1, 1, 1, 1, 1, 2)
    assert (few.word, few.p, few.papers) == ("untested", None, 9)
    assert "9 of its papers" in few.rule
    short = judge({"it": [9, 20, 40]}, months(3), [100, 100, 100])["it"]
    assert short.word == "untested"
    assert "too few periods" in short.rule
    nothing = judge({"it": []}, [], [])
    assert nothing["it"].word == "untested"


def frame(rows: Sequence[tuple[str | None, str | None]]) -> pd.DataFrame:
    precision = {4: "year", 7: "month", 10: "day"}
    return pd.DataFrame(
        {
            "date": [date for date, _ in rows],
            "date_precision": [precision[len(date)] if date else None for date, _ in rows],
            "topic": [topic for _, topic in rows],
            "theme": ["one" if topic == "1" else "other" for _, topic in rows],
        },
        dtype=object,
    )


def rows_of(counts: dict[str, Sequence[int]]) -> list[tuple[str | None, str | None]]:
    return [
        (f"{month}-{1 + (7 * i) % 28:02}", topic)
        for topic, line in counts.items()
        for month, n in zip(months(len(line)), line, strict=True)
        for i in range(n)
    ]


RISE = {"1": (3, 5, 8, 11, 15, 20, 26, 33), "2": (60,) * 8, "3": (40,) * 8}


def test_an_unfinished_period_is_kept_out() -> None:
    # Of the last month only the papers on one topic are in yet: that is no fall of the other.
    rows = [*rows_of(RISE), *[("2023-09-02", "2")] * 40]
    as_if_over = verdicts_of(frame(rows), as_of="2023-10-01").topics["1"]
    known = verdicts_of(frame(rows), as_of="2023-09-03").topics["1"]
    without = verdicts_of(frame(rows[:-40]), as_of="2023-09-03").topics["1"]
    assert known.word == "growing"
    assert known == without
    assert known.p is not None
    assert as_if_over.p is not None
    assert as_if_over.p > known.p
    # The day is not known, but the papers end in the middle of what was the last month.
    guessed = verdicts_of(frame(rows), built="2026-01-01")
    assert guessed.topics["1"] == known
    assert guessed.span == ("2023-01", "2023-08")


@given(st.lists(st.integers(0, 60), max_size=40))
def test_steps_hold_every_paper_once_and_enough_each(totals: list[int]) -> None:
    steps = _steps(months(len(totals)), totals)
    assert sum(steps.totals) == sum(totals)
    assert len(steps.totals) == len(steps.times) <= MOST_STEPS
    if sum(totals) >= STEP_PAPERS:
        assert min(steps.totals) >= STEP_PAPERS
        assert list(steps.times) == sorted(steps.times)
        for step, total in enumerate(steps.totals):
            own = (n for n, of in zip(totals, steps.step_of, strict=True) if of == step)
            assert sum(own) == total


days = st.dates(min_value=dt.date(2022, 1, 1), max_value=dt.date(2024, 12, 31)).map(
    dt.date.isoformat
)
dates = st.tuples(days, st.sampled_from([4, 7, 10])).map(lambda d: d[0][: d[1]])
papers = st.lists(
    st.tuples(dates, st.none() | st.sampled_from(["1", "2", "3"])), min_size=1, max_size=120
)


@settings(max_examples=25, deadline=None)
@given(papers, st.integers(0, 99), st.integers(0, 20))
def test_neither_order_nor_undated_papers_matter(
    rows: list[tuple[str | None, str | None]], seed: int, undated: int
) -> None:
    plain = verdicts_of(frame(rows), built="2026-01-01")
    # An undated topic of its own is known, but adds no line.
    more = frame([*rows, *[(None, "1")] * undated]).sample(frac=1, random_state=seed)
    again = verdicts_of(more, built="2026-01-01")
    for name, verdict in plain.topics.items():
        assert again.topics[name] == verdict
    assert (again.span, again.period) == (plain.span, plain.period)
    if not undated:
        assert again.themes == plain.themes


@settings(max_examples=25, deadline=None)
@given(papers)
def test_no_verdict_below_the_support(rows: list[tuple[str | None, str | None]]) -> None:
    for verdict in verdicts_of(frame(rows), built="2026-01-01").topics.values():
        if verdict.papers < ENOUGH_PAPERS:
            assert verdict.word == "untested"
        assert (verdict.p is None) == (verdict.word == "untested")
        assert verdict.rule.endswith(".")


def test_a_map_has_a_verdict_for_every_topic_and_theme() -> None:
    topic_map = make_map(papers=400)
    found = trend_verdicts(topic_map)
    assert set(found.topics) == set(topic_map.topics["id"])
    assert set(found.themes) == set(topic_map.themes["name"]) >= set(topic_map.papers["theme"])
    assert trend_verdicts(topic_map) is found
    empty = trend_verdicts(make_map(papers=0, topics=0))
    assert (empty.topics, empty.span) == ({}, None)
    assert {verdict.rule for verdict in empty.themes.values()} == {
        "Not tested: the map has no paper on it."
    }
    undated = trend_verdicts(make_map(papers=60, undated=1.0))
    assert {verdict.word for verdict in undated.topics.values()} == {"untested"}
