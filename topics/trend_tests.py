"""Tests for a trend in the shares of many topics at once, vectorised over the topics.

A share over time is fitted by a logistic line. Papers on a topic come in bursts, so their counts
scatter more than the binomial law says; the excess is estimated for each line as its dispersion
(quasi-likelihood: P. McCullagh and J. A. Nelder, "Generalized Linear Models", 2nd ed., 1989).
With few steps in time one line alone tells little of its dispersion, so it is drawn towards that
of all lines (G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential
expression in microarray experiments", Statistical Applications in Genetics and Molecular Biology
3, 2004; for counts: S. P. Lund, D. Nettleton, D. J. McCarthy and G. K. Smyth, "Detecting
differential expression in RNA-sequence data using quasi-likelihood with shrunken dispersion
estimates", ibid. 11, 2012). It is never taken to be less than the line's own, nor less than that
of the binomial law: simulated bursts showed that the drawn value alone claims too much, while the
plain Cochran-Armitage test finds a trend in nearly every corpus with bursts. What bursts that last
several steps add to it is estimated from all lines together (`topics.trend_bursts`).

The fit has Firth's penalty, so that a topic with no paper at first has a finite slope
(D. Firth, "Bias reduction of maximum likelihood estimates", Biometrika 80, 1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.trend_bursts import persistence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["SlopeTests", "adjusted_for_many", "slope_tests"]

#: Lines from which on their dispersions say how much dispersions differ.
ENOUGH_LINES = 10
#: Most degrees of freedom that a line may borrow from the others: more made the simulated rate of
#: wrong claims exceed its level where bursts differ from topic to topic.
MOST_BORROWED = 10.0
_ROUNDS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SlopeTests:
    """The fitted lines, one a row.

    Attributes:
        slope: change of the log odds of the share per unit of time, shape (lines,).
        low: lower end of its 95 % interval.
        high: upper end.
        level: log odds of the fitted share at time 0.
        p: two-sided probability of a slope this clear where the share does not change; larger
            in short series with bursts, which it cannot tell from a change.
        dispersion: how much more a slope varies than the binomial law says, at least 1.
    """

    slope: Floats
    low: Floats
    high: Floats
    level: Floats
    p: Floats
    dispersion: Floats


def slope_tests(hits: Floats, totals: Floats, times: Floats) -> SlopeTests:
    """Test each line for a change of its share over time.

    Args:
        hits: papers of each line at each step, shape (lines, steps), at least 3 steps.
        totals: papers of the corpus at each step, shape (steps,), none 0.
        times: when the steps are, in any unit, shape (steps,), not all the same.
    """
    import numpy as np
    from scipy import stats

    hits, totals = np.asarray(hits, dtype=float), np.asarray(totals, dtype=float)
    times = np.asarray(times, dtype=float)
    middle = float(np.average(times, weights=totals))
    x = times - middle
    level, slope = _fit(hits, totals, x)
    fitted = _shares(level, slope, x)
    weights = totals * fitted * (1 - fitted)
    residuals = (hits - totals * fitted) / np.sqrt(weights)
    own, freedom = _dispersions((residuals**2).sum(axis=1), len(x) - 2)
    lasting = persistence(residuals, weights, x)
    dispersion = 1 + (own - 1) * lasting.inflation
    freedom = freedom * lasting.worth
    flat = np.broadcast_to((hits.sum(axis=1) / totals.sum())[:, None], hits.shape)
    gain = 2 * (_likelihood(hits, totals, fitted) - _likelihood(hits, totals, flat))
    sums = [(weights * x**power).sum(axis=1) for power in range(3)]
    information = sums[2] - sums[1] ** 2 / sums[0]
    p = np.asarray(stats.f.sf(np.maximum(gain, 0) / dispersion, 1, freedom))
    half = stats.t.ppf(0.975, freedom) * np.sqrt(dispersion / information)
    return SlopeTests(
        slope=slope,
        low=slope - half,
        high=slope + half,
        level=level - slope * middle,
        p=np.minimum(lasting.stricter * p, 1),
        dispersion=dispersion,
    )


def adjusted_for_many(p: Floats) -> Floats:
    """Adjust probabilities for the number of tests: false-discovery rate.

    Claiming all with an adjusted value of at most q keeps the expected share of wrong claims at
    q or less (Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of
    the Royal Statistical Society B 57, 1995).

    Args:
        p: probabilities, shape (tests,).

    Returns:
        The adjusted ones, in the same order.
    """
    import numpy as np

    p = np.asarray(p, dtype=float)
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return adjusted


def _fit(hits: Floats, totals: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Level and slope of each line, by Newton's method with Firth's penalty."""
    import numpy as np
    from scipy.special import logit

    level = logit((hits.sum(axis=1) + 0.5) / (totals.sum() + 1))
    slope = np.zeros_like(level)
    reach = float(np.abs(x).max())
    for _ in range(_ROUNDS):
        fitted = _shares(level, slope, x)
        weights = totals * fitted * (1 - fitted)
        s0, s1, s2 = ((weights * x**power).sum(axis=1) for power in range(3))
        volume = s0 * s2 - s1**2
        spread = s2[:, None] - 2 * x * s1[:, None] + x**2 * s0[:, None]
        leverage = weights * spread / volume[:, None]
        miss = hits + leverage / 2 - (totals + leverage) * fitted
        up, tilt = miss.sum(axis=1), (miss * x).sum(axis=1)
        step_level, step_slope = (s2 * up - s1 * tilt) / volume, (s0 * tilt - s1 * up) / volume
        size = np.abs(step_level) + np.abs(step_slope) * reach
        # Long steps are cut: far from the solution the curvature misleads.
        short = np.minimum(1, 1.5 / np.maximum(size, 1e-12))
        level, slope = level + short * step_level, slope + short * step_slope
        if size.max(initial=0) < 1e-8:
            break
    return level, slope


def _shares(level: Floats, slope: Floats, x: Floats) -> Floats:
    import numpy as np
    from scipy.special import expit

    # Kept off 0 and 1, where a weight would be 0 and a residual infinite.
    shares: Floats = np.clip(expit(level[:, None] + slope[:, None] * x), 1e-12, 1 - 1e-12)
    return shares


def _likelihood(hits: Floats, totals: Floats, shares: Floats) -> Floats:
    from scipy.special import xlog1py, xlogy

    sums: Floats = (xlogy(hits, shares) + xlog1py(totals - hits, -shares)).sum(axis=1)
    return sums


def _dispersions(chi2: Floats, freedom: int) -> tuple[Floats, Floats]:
    """Dispersion of each line and the degrees of freedom that it is known with."""
    import numpy as np

    own = chi2 / freedom
    known = np.full(len(own), float(freedom))
    if len(own) < ENOUGH_LINES:
        return np.maximum(own, 1), known
    common, weight = _common_dispersion(np.maximum(own, 1e-3), freedom)
    drawn = (weight * common + freedom * own) / (weight + freedom)
    return np.maximum(np.maximum(drawn, own), 1), known + weight


def _common_dispersion(own: Floats, freedom: int) -> tuple[float, float]:
    """What dispersions have in common, and how many degrees of freedom that is worth (Smyth)."""
    import numpy as np
    from scipy.special import digamma, polygamma

    logs = np.log(own) - digamma(freedom / 2) + np.log(freedom / 2)
    excess = float(logs.var(ddof=1) - polygamma(1, freedom / 2))
    if excess <= 1e-3:
        # They differ no more than chance has it: all are the same.
        return float(np.exp(logs.mean())), MOST_BORROWED
    half = 0.5 + 1 / excess
    for _ in range(50):
        trigamma = float(polygamma(1, half))
        half += trigamma * (1 - trigamma / excess) / float(polygamma(2, half))
    common = float(np.exp(logs.mean() + digamma(half) - np.log(half)))
    return common, min(2 * half, MOST_BORROWED)
