"""Where a topic stands on the map: at one of its papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["medoid"]

_MANY = 2000
_BLOCK = 64  # points whose distances to all others are held at once


def medoid(points: np.ndarray) -> np.ndarray:
    """The point with the least summed distance to the others: it lies on the topic, always.

    Args:
        points: array of shape (papers, 2), at least one.
    """
    import numpy as np

    if len(points) > _MANY:  # nearest to the median is as good where points are many
        return np.asarray(points[np.abs(points - np.median(points, axis=0)).sum(axis=1).argmin()])
    points = np.asarray(points, dtype=np.result_type(points.dtype, np.float32))
    sums = np.empty(len(points), dtype=points.dtype)
    for start in range(0, len(points), _BLOCK):
        part = slice(start, start + _BLOCK)
        gaps, down = (points[part, None, axis] - points[None, :, axis] for axis in (0, 1))
        gaps *= gaps
        down *= down
        gaps += down
        sums[part] = np.sqrt(gaps, out=gaps).sum(axis=1)
    return np.asarray(points[sums.argmin()])
