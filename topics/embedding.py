"""UMAP's embedding of a neighbour graph, by an optimiser of our own.

The graph is umap-learn's fuzzy simplicial set and the loss is UMAP's (McInnes, Healy and Melville
2018): neighbours draw each other, papers drawn by chance are pushed away, and both forces fade
epoch by epoch. Two things are done otherwise, because they took most of a build's time:

* The force between two papers is a power of their distance that costs as much as all the rest. It
  is read from a table with `BINS` entries between one power of two and the next, which is off by at
  most two percent.
* The start is the principal components, smoothed over the graph `SMOOTHINGS` times: power
  iterations towards the graph's spectral embedding, stopped where more of them gain nothing.
  Eigenvectors to many digits take longer than the embedding itself and fail on a graph in parts.

On three labelled corpora of 2,000 to 4,300 papers topics, labels of neighbours on the map and
neighbourhoods kept were as good as umap-learn's, at a quarter of its processor time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np  # by name in what is compiled

from topics.thirdparty import compiled

if TYPE_CHECKING:
    from scipy.sparse import coo_matrix, csr_matrix

    from topics.neighbours import NeighbourGraph

__all__ = ["embed", "forces", "fuzzy_graph", "principal", "start_of"]

#: Papers that a paper is pushed away from for each that draws it.
PUSHES = 5

#: Width of the embedding at its start, and chance added to it, as a share of the width.
WIDTH = 10.0
NOISE = 1e-4

#: Times that the start is smoothed over the graph; the columns are parted after every fifth time.
SMOOTHINGS = 20
_PART = 5

#: Entries of the table of forces between one power of two of the squared distance and the next,
#: and the powers that it begins and ends with: beyond, the force is that of the last entry.
BINS = 64
_POWERS = (-32, 20)
_MANTISSA_BITS = 23
_BIN_BITS = 6
_FLOAT_BIAS = 127


def embed(
    vectors: np.ndarray,
    graph: NeighbourGraph,
    *,
    dimensions: int,
    min_dist: float,
    epochs: int,
    seed: int,
) -> np.ndarray:
    """Embed papers so that neighbours lie together.

    Args:
        vectors: float32 array of shape (papers, any).
        graph: the papers' neighbours.
        dimensions: of the embedding.
        min_dist: how close papers may come; UMAP's.
        epochs: passes over the graph.
        seed: of the start's noise and of the papers that are pushed away.

    Returns:
        float32 array of shape (papers, ``dimensions``).
    """
    edges = fuzzy_graph(graph)
    # An edge this weak would not be drawn once.
    edges.data[edges.data < edges.data.max() / epochs] = 0
    edges.eliminate_zeros()
    rng = np.random.default_rng(seed)
    points = start_of(vectors, edges.tocsr(), dimensions=dimensions)
    points = WIDTH * (points + rng.normal(scale=NOISE, size=points.shape))
    points = np.ascontiguousarray(points, dtype=np.float32)
    draws, pushes, first = forces(min_dist)
    compiled(_optimise)(
        points,
        edges.row.astype(np.int32),
        edges.col.astype(np.int32),
        (edges.data.max() / edges.data).astype(np.float32),
        epochs,
        draws,
        pushes,
        first,
        rng.integers(1, 2**63, dtype=np.uint64),
    )
    return points


def fuzzy_graph(graph: NeighbourGraph) -> coo_matrix:
    """How surely two papers are neighbours, between 0 and 1, as a symmetric matrix."""
    from scipy.sparse import coo_matrix

    from topics.thirdparty import quiet, umap_module

    umap = umap_module()
    papers = len(graph.indices)
    with quiet():
        edges, _, _ = umap.umap_.fuzzy_simplicial_set(
            np.empty((papers, 1), dtype=np.float32),  # asked for its length alone
            graph.k,
            np.random.RandomState(0),  # not used where the neighbours are given
            "cosine",
            knn_indices=graph.indices,
            knn_dists=graph.distances,
        )
    edges = edges.tocsr()
    edges.sort_indices()
    return coo_matrix(edges)


def start_of(vectors: np.ndarray, edges: csr_matrix, *, dimensions: int) -> np.ndarray:
    """Where papers lie before the embedding: principal components, smoothed over the graph.

    Args:
        vectors: float array of shape (papers, any).
        edges: symmetric matrix of shape (papers, papers).
        dimensions: of the embedding.

    Returns:
        float32 array of shape (papers, ``dimensions``), each column from 0 to 1; the columns that
        follow the graph closest first.
    """
    points = principal(vectors, dimensions)
    degrees = np.maximum(np.asarray(edges.sum(axis=1), dtype=np.float32).ravel(), 1e-12)
    # What every smoothing tends to: it tells no two papers apart.
    trivial = np.sqrt(degrees) / np.linalg.norm(np.sqrt(degrees))
    scale = 1 / np.sqrt(degrees)
    smooth = edges.copy()
    smooth.data = edges.data * np.repeat(scale, np.diff(edges.indptr)) * scale[edges.indices]
    for step in range(SMOOTHINGS):
        if step % _PART == 0:
            points, _ = np.linalg.qr(points)
        points = (points + smooth @ points) / 2
        points -= np.outer(trivial, trivial @ points)
    points, _ = np.linalg.qr(points)
    _, turn = np.linalg.eigh(points.T @ (smooth @ points))
    points = _signed(points @ turn[:, ::-1])
    points -= points.min(axis=0)
    return np.asarray(points / np.maximum(points.max(axis=0), 1e-12))


def principal(vectors: np.ndarray, dimensions: int) -> np.ndarray:
    """First principal components, each with the sign that makes its largest entry positive.

    Returns:
        float32 array of shape (papers, ``dimensions``); columns of zeros where there are no more.
    """
    centred = vectors - vectors.mean(axis=0)
    if len(centred) > centred.shape[1]:
        _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        points = centred @ axes[:, ::-1][:, :dimensions].astype(centred.dtype)
    else:
        left, singular, _ = np.linalg.svd(centred, full_matrices=False)
        points = left[:, :dimensions] * singular[:dimensions]
    missing = dimensions - points.shape[1]
    return np.pad(_signed(points), ((0, 0), (0, max(missing, 0)))).astype(np.float32)


def _signed(points: np.ndarray) -> np.ndarray:
    signs = np.sign(points[np.abs(points).argmax(axis=0), np.arange(points.shape[1])])
    return np.asarray(points * np.where(signs == 0, 1, signs))


def forces(min_dist: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Tables of how papers draw and push each other, by their squared distance.

    Returns:
        Two float32 arrays of shape (entries,), factors of the difference between two places, and
        the leading bits of the 32-bit float that the first entry stands for.
    """
    from topics.thirdparty import umap_module

    a, b = umap_module().umap_.find_ab_params(1.0, min_dist)
    lowest, highest = _POWERS
    shift = _MANTISSA_BITS - _BIN_BITS
    first = (_FLOAT_BIAS + lowest) << _BIN_BITS
    leading = np.arange(first, first + (highest - lowest) * BINS, dtype=np.int32)
    middle = (leading << shift) + (1 << (shift - 1))
    square = middle.astype(np.int32).view(np.float32).astype(np.float64)
    fade = 1 + a * square**b
    draws = -2 * a * b * square ** (b - 1) / fade
    pushes = 2 * b / ((0.001 + square) * fade)
    return draws.astype(np.float32), pushes.astype(np.float32), first


def _optimise(
    points: Any,
    heads: Any,
    tails: Any,
    pauses: Any,
    epochs: int,
    draws: Any,
    pushes: Any,
    first: int,
    seed: int,
) -> None:
    """Move points along UMAP's forces, in place; compiled.

    ``pauses`` are the epochs from one time that an edge draws to the next.
    """
    papers, dimensions = points.shape
    due = pauses.copy()
    apart = np.empty(dimensions, np.float32)
    square = np.empty(1, np.float32)
    bits = square.view(np.int32)
    last = len(draws) - 1
    most = np.float32(4)
    state = np.uint64(seed)

    def force(one: Any, other: Any, table: Any) -> Any:
        """Leave the difference of two points in ``apart`` and read the force from a table."""
        total = np.float32(0)
        for axis in range(dimensions):
            apart[axis] = points[one, axis] - points[other, axis]
            total += apart[axis] * apart[axis]
        square[0] = total
        entry = min(max((bits[0] >> 17) - first, 0), last)
        # Points at one place neither draw nor push each other: there is no direction to go.
        return table[entry] if total > 0 else np.float32(0)

    for epoch in range(epochs):
        rate = np.float32(1 - epoch / epochs)
        for edge in range(len(heads)):
            if due[edge] > epoch:
                continue
            due[edge] += pauses[edge]
            one, other = heads[edge], np.int64(tails[edge])
            pull = force(one, other, draws)
            for axis in range(dimensions):
                step = min(max(pull * apart[axis], -most), most) * rate
                points[one, axis] += step
                points[other, axis] -= step
            for _ in range(PUSHES):
                # Marsaglia's xorshift (2003); its high half, scaled, is one of the papers.
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                other = np.int64(((state >> np.uint64(32)) * np.uint64(papers)) >> np.uint64(32))
                push = force(one, other, pushes)
                for axis in range(dimensions):
                    points[one, axis] += min(max(push * apart[axis], -most), most) * rate
