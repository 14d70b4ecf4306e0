"""Nearest neighbours of papers by the cosine of their vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["most_similar"]


def most_similar(vectors: np.ndarray, row: int, *, k: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Find the rows most like one row.

    Args:
        vectors: float array of shape (papers, dimensions), rows of length one (or zero).
        row: the row to compare with; it is not in the answer.
        k: how many rows to return, fewer where there are fewer.

    Returns:
        Rows (int64) and their cosines (float64), the most similar first and equal ones in order
        of row.

    Raises:
        IndexError: there is no such row.
    """
    import numpy as np

    if not 0 <= row < len(vectors):
        raise IndexError(f"row {row} of {len(vectors)} vectors")
    cosines = np.asarray(vectors @ vectors[row], dtype=np.float64)
    cosines = np.clip(np.nan_to_num(cosines, nan=-1.0), -1.0, 1.0)
    order = np.argsort(-cosines, kind="stable")
    rows = order[order != row][: max(k, 0)]
    return rows.astype(np.int64), cosines[rows]
