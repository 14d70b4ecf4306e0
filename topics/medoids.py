"""Where a topic stands on the map: at one of its papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["medoid"]

_MANY = 2000


def medoid(points: np.ndarray) -> np.ndarray:
    """The point with the least summed distance to the others: it lies on the topic, always.

    Args:
        points: array of shape (papers, 2), at least one.
    """
    import numpy as np

    if len(points) > _MANY:  # nearest to the median is as good where points are many
        return np.asarray(points[np.abs(points - np.median(points, axis=0)).sum(axis=1).argmin()])
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    return np.asarray(points[gaps.sum(axis=1).argmin()])
