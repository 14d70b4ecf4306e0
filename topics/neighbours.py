"""Nearest neighbours by cosine: the one graph that every later stage shares."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topics.thirdparty import compiled

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["EXACT_LIMIT", "NeighbourGraph", "knn_graph", "likeness", "most_similar"]

#: Above this many papers, NN-descent beats exact search although it must be compiled first.
EXACT_LIMIT = 30_000
#: Rows that are compared with all others at once, and such blocks held at a time.
_BLOCK = 1024
_AT_ONCE = 4


@dataclass(frozen=True, slots=True, eq=False)
class NeighbourGraph:
    """The nearest neighbours of each paper, itself first.

    Attributes:
        indices: int32 array of shape (papers, k).
        distances: float32 cosine distances, same shape, ascending in a row.
    """

    indices: np.ndarray
    distances: np.ndarray

    @property
    def k(self) -> int:
        """Neighbours of a paper, itself counted."""
        return int(self.indices.shape[1])

    def nearest(self, k: int) -> NeighbourGraph:
        """The same with fewer neighbours of each paper."""
        return NeighbourGraph(self.indices[:, :k], self.distances[:, :k])


def knn_graph(vectors: np.ndarray, *, k: int, seed: int = 0) -> NeighbourGraph:
    """Find the k nearest neighbours of every row, itself counted as the first.

    Exact by blocked matrix products up to `EXACT_LIMIT` rows, beyond that by NN-descent
    (Dong et al. 2011, as in pynndescent).

    Args:
        vectors: float32 array of shape (papers, dimensions), rows of length one (or zero).
        k: neighbours of a row, at most the number of rows.
        seed: of NN-descent.
    """
    k = min(k, len(vectors))
    return _exact(vectors, k) if len(vectors) <= EXACT_LIMIT else _nn_descent(vectors, k, seed)


def _exact(vectors: np.ndarray, k: int) -> NeighbourGraph:
    import numpy as np

    indices = np.empty((len(vectors), k), dtype=np.int32)
    # As exact as the rounded values that they are compared with.
    cosines = np.empty((len(vectors), k), dtype=np.float64)

    def search(start: int) -> None:
        block = slice(start, start + _BLOCK)
        compiled(_largest)(vectors[block] @ vectors.T, start, indices[block], cosines[block])

    # Each block is worked out by itself: how many are at a time does not show in the result.
    with ThreadPoolExecutor(min(_AT_ONCE, os.cpu_count() or 1)) as pool:
        list(pool.map(search, range(0, len(vectors), _BLOCK)))
    cosines[:, 0] = 1
    return NeighbourGraph(indices, np.clip(1 - cosines, 0, 2).astype(np.float32))


def _largest(block: Any, start: int, indices: Any, largest: Any) -> None:
    """The largest of each row, falling, its own one first and of equal ones the first; compiled.

    Rounding makes equal cosines differ by the last bits: without rounding them here, ties would
    fall by the shape of the block rather than by the row.
    """
    k = indices.shape[1]
    digits, own, slack = 1e6, 2.0, 1e-6
    for row in range(len(block)):
        found = 0
        for column in range(block.shape[1]):
            value = block[row, column]
            if column == start + row:
                value = own
            elif found == k and value < largest[row, k - 1] - slack:
                continue
            else:
                value = round(value * digits) / digits
            if found == k and value <= largest[row, k - 1]:
                continue
            at = found if found < k else k - 1
            found = at + 1
            while at > 0 and largest[row, at - 1] < value:
                largest[row, at], indices[row, at] = largest[row, at - 1], indices[row, at - 1]
                at -= 1
            largest[row, at], indices[row, at] = value, column


def _nn_descent(vectors: np.ndarray, k: int, seed: int) -> NeighbourGraph:
    import numpy as np
    from pynndescent import NNDescent

    # One thread: the order in which threads update the graph would show in the result.
    index = NNDescent(
        np.asarray(vectors), n_neighbors=k, metric="cosine", random_state=seed, n_jobs=1
    )
    indices, distances = index.neighbor_graph
    rows = np.arange(len(vectors), dtype=indices.dtype)
    lost = indices[:, 0] != rows
    indices[lost, 1:] = indices[lost, :-1]
    distances[lost, 1:] = distances[lost, :-1]
    indices[:, 0], distances[:, 0] = rows, 0
    return NeighbourGraph(indices.astype(np.int32), distances.astype(np.float32))


def likeness(graph: NeighbourGraph) -> csr_matrix:
    """Cosines of neighbours, as a symmetric matrix; half where only one is the other's."""
    import numpy as np
    from scipy.sparse import csr_matrix

    papers, k = graph.indices.shape
    weight = np.clip(1 - graph.distances[:, 1:].astype(np.float64), 1e-6, None)
    rows = np.repeat(np.arange(papers), k - 1)
    one_way = csr_matrix(
        (weight.ravel(), (rows, graph.indices[:, 1:].ravel())), shape=(papers, papers)
    )
    both = ((one_way + one_way.T) / 2).tocsr()
    both.sort_indices()
    return both


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
