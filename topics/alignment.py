"""A new map of known papers turned and named like the old one, so that readers find their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

__all__ = ["SAME_TOPIC", "align", "match_topics"]

#: Papers that two topics have in common, as a share of the papers of either (Jaccard), above which
#: they are one and the same. Below one half Hennig ("Cluster-wise assessment of cluster
#: stability", Computational Statistics & Data Analysis 52, 2007) calls a cluster dissolved; above
#: one half no topic can be the same as two others.
SAME_TOPIC = 0.5


def align(points: np.ndarray, *, rows: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Turn, mirror, scale and move a layout so that known papers come near to where they were.

    Orthogonal Procrustes analysis (Schönemann 1966). The scale is the ratio of the two spreads:
    the one of least squares would shrink the map the more, the less the layouts agree.

    Args:
        points: the new layout, shape (papers, 2).
        rows: rows of it that were on the old map too.
        old: where those were, shape (rows, 2).

    Returns:
        float64 array of shape (papers, 2), every coordinate from -1 to 1.
    """
    import numpy as np
    from scipy.linalg import orthogonal_procrustes

    points = np.asarray(points, dtype=np.float64)
    old = np.asarray(old, dtype=np.float64)
    if len(rows) >= 2:
        centre, middle = points[rows].mean(axis=0), old.mean(axis=0)
        mine, theirs = points[rows] - centre, old - middle
        spread = np.linalg.norm(mine)
        if spread > 0 and np.linalg.norm(theirs) > 0:
            turn = orthogonal_procrustes(mine, theirs)[0]
            points = (points - centre) @ turn * (np.linalg.norm(theirs) / spread) + middle
    if np.abs(points).max(initial=0) > 1:  # out of the picture: move first, shrink if need be
        low, high = points.min(axis=0), points.max(axis=0)
        points = points - np.clip(0, high - 1, low + 1) * (high - low <= 2)
        points = np.where(high - low <= 2, points, points - (low + high) / 2)
        points = points / max(1.0, float(np.abs(points).max()))
    return points


def match_topics(new: Sequence[str | None], old: Sequence[str | None]) -> dict[str, str]:
    """Find which new topic is which old one, by the papers that they have in common.

    Those are one topic whose overlap is above `SAME_TOPIC`; then neither is like any other.

    Args:
        new: the new topic of each known paper, None for none.
        old: the old topic of the same papers.

    Returns:
        The old topic of each new one that has one.
    """
    import numpy as np

    news = sorted({topic for topic in new if topic is not None})
    olds = sorted({topic for topic in old if topic is not None})
    row = {topic: at for at, topic in enumerate(news)}
    column = {topic: at for at, topic in enumerate(olds)}
    common = np.zeros((len(news), len(olds)))
    sizes, others = np.zeros(len(news)), np.zeros(len(olds))
    for mine, theirs in zip(new, old, strict=True):
        if mine is not None:
            sizes[row[mine]] += 1
        if theirs is not None:
            others[column[theirs]] += 1
        if mine is not None and theirs is not None:
            common[row[mine], column[theirs]] += 1
    overlap = common / np.maximum(sizes[:, None] + others[None, :] - common, 1)
    pairs = zip(*np.nonzero(overlap > SAME_TOPIC), strict=True)
    return {news[i]: olds[j] for i, j in pairs}
