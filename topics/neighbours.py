"""Nearest neighbours by cosine: the one graph that every later stage shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["EXACT_LIMIT", "NeighbourGraph", "knn_graph", "likeness", "most_similar"]

#: Above this many papers, NN-descent beats exact search although it must be compiled first.
EXACT_LIMIT = 30_000
_BLOCK = 2048


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
    distances = np.empty((len(vectors), k), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, min(start + _BLOCK, len(vectors)))
        # Rounding makes equal cosines differ by the last bits; without it ties would fall by
        # the shape of the block rather than by the row.
        cosines = np.round(vectors[block] @ vectors.T, 6)
        cosines[np.arange(cosines.shape[0]), np.arange(block.start, block.stop)] = 2.0
        near = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        _settle_ties(cosines, near)
        near.sort(axis=1)
        values = np.take_along_axis(cosines, near, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        indices[block] = np.take_along_axis(near, order, axis=1)
        distances[block] = 1 - np.take_along_axis(values, order, axis=1)
    distances[:, 0] = 0
    return NeighbourGraph(indices, np.clip(distances, 0, 2))


def _settle_ties(cosines: np.ndarray, near: np.ndarray) -> None:
    """Where more rows are equally near than there is room for, take the first ones."""
    import numpy as np

    edge = np.take_along_axis(cosines, near, axis=1).min(axis=1)
    for row in np.flatnonzero((cosines >= edge[:, None]).sum(axis=1) > near.shape[1]):
        nearer = np.flatnonzero(cosines[row] > edge[row])
        equal = np.flatnonzero(cosines[row] == edge[row])
        near[row] = np.concatenate([nearer, equal])[: near.shape[1]]


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
