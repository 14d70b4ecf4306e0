"""Tests for a trend keep their promises where the truth is known: simulated counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from topics.trend_tests import adjusted_for_many, slope_tests

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIMES = np.arange(8.0)


def test_a_fit_finds_the_line_it_was_made_from() -> None:
    totals = np.full(8, 200_000.0)
    level, slope = np.array([-3.0, -2.0, -5.0]), np.array([0.2, 0.0, -0.3])
    shares = 1 / (1 + np.exp(-(level[:, None] + slope[:, None] * TIMES)))
    found = slope_tests(totals * shares, totals, TIMES)
    assert found.slope == pytest.approx(slope, abs=1e-3)
    assert found.level == pytest.approx(level, abs=1e-2)
    assert (found.low < slope).all()
    assert (slope < found.high).all()
    assert found.p[1] > 0.9
    assert max(found.p[0], found.p[2]) < 1e-6
    assert found.dispersion == pytest.approx([1, 1, 1])


def test_the_unit_of_time_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    totals = rng.integers(50, 90, 8).astype(float)
    hits = rng.binomial(totals.astype(int), 0.1, (12, 8)).astype(float)
    years, months = slope_tests(hits, totals, 2020 + TIMES / 12), slope_tests(hits, totals, TIMES)
    assert years.p == pytest.approx(months.p)
    assert years.slope == pytest.approx(12 * months.slope, rel=1e-4, abs=1e-6)


def test_no_paper_at_first_gives_a_finite_slope() -> None:
    hits = np.array([[0, 0, 0, 0, 0, 0, 0, 60.0], [60, 0, 0, 0, 0, 0, 0, 0], [0] * 8, [100] * 8])
    found = slope_tests(hits, np.full(8, 100.0), TIMES)
    for values in (found.slope, found.low, found.high, found.p):
        assert np.isfinite(values).all()
    assert found.slope[0] == pytest.approx(-found.slope[1])
    assert found.p[2] > 0.5
    assert found.p[3] > 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusting_keeps_the_order_and_agrees_with_scipy(some: list[float]) -> None:
    adjusted = adjusted_for_many(np.array(some))
    assert adjusted == pytest.approx(stats.false_discovery_control(some))
    assert (adjusted >= np.array(some) - 1e-12).all()


@given(st.integers(0, 10_000), st.integers(2, 25))
def test_the_order_of_the_lines_does_not_matter(seed: int, lines: int) -> None:
    rng = np.random.default_rng(seed)
    totals = rng.integers(20, 90, 8).astype(float)
    hits: NDArray[np.float64] = rng.binomial(totals.astype(int), 0.15, (lines, 8)).astype(float)
    order = rng.permutation(lines)
    plain, shuffled = slope_tests(hits, totals, TIMES), slope_tests(hits[order], totals, TIMES)
    assert shuffled.p == pytest.approx(plain.p[order])
    # Turned round in time, every slope is its mirror image.
    back = slope_tests(hits[:, ::-1], totals[::-1], -TIMES[::-1])
    assert back.p == pytest.approx(plain.p)
