"""How long bursts last is found from simulated counts of known correlation."""

from __future__ import annotations

import numpy as np
import pytest

from topics.trend_bursts import persistence
from topics.trend_tests import adjusted_for_many, slope_tests
from topics.trend_verdicts import FALSE_SHARE

STEPS, LINES = 20, 60
X = np.linspace(-1, 1, STEPS)


def left_over(correlation: float, *, scatter: float, seed: int = 1) -> np.ndarray:
    """Residuals of fitted lines: binomial noise, and an excess that lasts."""
    rng = np.random.default_rng(seed)
    excess = rng.normal(size=(LINES, STEPS))
    for step in range(1, STEPS):
        new = (1 - correlation**2) ** 0.5 * excess[:, step]
        excess[:, step] = correlation * excess[:, step - 1] + new
    noise = rng.normal(size=(LINES, STEPS)) + scatter * excess
    design = np.stack([np.ones(STEPS), X], axis=1)
    return noise - noise @ design @ np.linalg.pinv(design)


WEIGHTS = np.ones((LINES, STEPS))


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6, 0.8])
def test_the_correlation_is_bounded_from_above_and_not_by_far(correlation: float) -> None:
    found = [
        persistence(left_over(correlation, scatter=1.5, seed=seed), WEIGHTS, X).correlation
        for seed in range(30)
    ]
    assert np.mean(np.array(found) >= correlation) >= 0.8
    assert correlation <= np.median(found) <= correlation + 0.25


def test_what_lasts_longer_counts_for_more() -> None:
    short, long = (persistence(left_over(c, scatter=2.0), WEIGHTS, X) for c in (0.2, 0.7))
    assert 1 <= short.inflation < long.inflation
    assert long.worth < short.worth <= 1


def test_without_an_excess_nothing_is_corrected_by_much() -> None:
    for seed in range(10):
        plain = persistence(left_over(0.0, scatter=0.0, seed=seed), WEIGHTS, X)
        assert plain.inflation < 8
        assert plain.worth > 0.2
    calm = persistence(0.5 * left_over(0.0, scatter=0.0), WEIGHTS, X)
    assert (calm.correlation, calm.inflation, calm.worth) == (0.0, 1.0, 1.0)


def test_the_inflation_is_that_of_simulated_slopes() -> None:
    """The variance of a slope with correlation, against what uncorrelated steps would make it."""
    rng = np.random.default_rng(4)
    correlation, runs = 0.6, 4000
    noise = rng.normal(size=(runs, STEPS))
    for step in range(1, STEPS):
        new = (1 - correlation**2) ** 0.5 * noise[:, step]
        noise[:, step] = correlation * noise[:, step - 1] + new
    design = np.stack([np.ones(STEPS), X], axis=1)
    slopes = noise @ np.linalg.pinv(design)[1]
    left = noise - noise @ design @ np.linalg.pinv(design)
    usual = (left**2).sum(axis=1).mean() / (STEPS - 2) / (X**2).sum()
    found = persistence(50 * left[:800], np.ones((800, STEPS)), X)
    assert found.inflation == pytest.approx(slopes.var() / usual, rel=0.2)


@pytest.mark.parametrize(("lines", "steps"), [(1, 4), (1, 20), (2, 3), (3, 4)])
def test_few_lines_and_steps_are_no_error(lines: int, steps: int) -> None:
    rng = np.random.default_rng(0)
    found = persistence(
        3 * rng.normal(size=(lines, steps)), np.ones((lines, steps)), np.arange(float(steps))
    )
    assert 0 <= found.correlation <= 0.95
    assert found.inflation >= 1
    assert 0 < found.worth <= 1


def _claims(correlation: float, *, steps: int, slope: float = 0.0, seed: int) -> np.ndarray:
    """Which of fifty lines have a claim, in a corpus with bursts; the first five change."""
    rng = np.random.default_rng(seed)
    excess = rng.normal(size=(50, steps))
    for step in range(1, steps):
        new = (1 - correlation**2) ** 0.5 * excess[:, step]
        excess[:, step] = correlation * excess[:, step - 1] + new
    odds = rng.normal(-4, 0.6, size=(50, 1)) + (0.5 if correlation else 0.0) * excess
    odds[:5] += slope * np.linspace(-0.5, 0.5, steps)
    totals = np.full(steps, 300.0)
    hits = rng.binomial(300, 1 / (1 + np.exp(-odds))).astype(float)
    found = slope_tests(hits, totals, np.arange(float(steps)))
    return adjusted_for_many(found.p) <= FALSE_SHARE


def test_bursts_as_long_as_a_short_series_are_seldom_taken_for_a_trend() -> None:
    wrong = [_claims(0.85, steps=12, seed=seed).any() for seed in range(60)]
    assert np.mean(wrong) <= 0.08


def test_without_bursts_a_short_series_is_tested_as_before() -> None:
    right = [_claims(0.0, steps=12, slope=2.0, seed=seed)[:5].mean() for seed in range(20)]
    assert np.mean(right) > 0.6
    calm = persistence(0.5 * left_over(0.0, scatter=0.0), WEIGHTS, X)
    assert calm.stricter == 1
    bursts = left_over(0.7, scatter=2.0)
    assert persistence(bursts, WEIGHTS, X).stricter == pytest.approx(1)
    short = persistence(bursts[:, :12], WEIGHTS[:, :12], X[:12])
    assert 3 < short.stricter <= 5
