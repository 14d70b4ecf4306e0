"""The directions in which rows differ most: truncated SVD by random projection.

What scikit-learn's `TruncatedSVD` does (Halko, Martinsson and Tropp 2011), digit by digit, with the
products of `topics.encoders.base.product`, which take half the time, and without importing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics.encoders.base import product

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["main_directions"]

#: Directions that are sought beside those that are asked for, and rounds of sharpening them.
_MORE, _ROUNDS = 10, 5


def main_directions(matrix: csr_matrix, dimensions: int, *, seed: int) -> tuple[np.ndarray, ...]:
    """The directions of the largest singular values.

    Args:
        matrix: float32, shape (rows, columns).
        dimensions: how many, less than there are rows or columns.
        seed: of the random projection.

    Returns:
        Singular values, largest first, shape (dimensions,), and the directions, float32 array of
        shape (dimensions, columns).
    """
    import numpy as np
    from scipy.linalg import lu, qr, svd

    turned = matrix.shape[0] < matrix.shape[1]
    rows = matrix.T if turned else matrix
    random = np.random.RandomState(seed)
    found = random.normal(size=(rows.shape[1], dimensions + _MORE)).astype(np.float32)
    for _ in range(_ROUNDS):
        found, _ = lu(product(rows, found), permute_l=True, check_finite=False)
        found, _ = lu(product(rows.T, found), permute_l=True, check_finite=False)
    found, _ = qr(product(rows, found), mode="economic", check_finite=False)
    left, values, right = svd(product(rows.T, found).T, full_matrices=False)
    directions = (found @ left).T[:dimensions] if turned else right[:dimensions]
    # A direction and its opposite are the same: the largest part of each is positive.
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(directions)), largest])
    return values[:dimensions], directions * signs[:, np.newaxis]
