"""Fewer dimensions: the space that topics are found in, and the 2D layout.

Both are UMAP (see `topics.embedding`) on the one shared neighbour graph. UMAP needs a
neighbourhood to speak of: below `UMAP_MIN_PAPERS` papers the layout is the first two principal
components, which are exact and stable there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from topics.neighbours import NeighbourGraph

__all__ = ["UMAP_MIN_PAPERS", "cluster_space", "layout", "neighbours_for"]

UMAP_MIN_PAPERS = 12


def neighbours_for(papers: int) -> int:
    """Neighbours that suit a corpus: 10 up to 150 papers, 30 from fifteen hundred on."""
    import numpy as np

    wanted = np.interp(np.log(max(papers, 1)), np.log([150, 1500]), [10, 30])
    return max(2, min(round(float(wanted)), papers - 1))


def cluster_space(
    vectors: np.ndarray,
    graph: NeighbourGraph,
    *,
    dimensions: int,
    seed: int,
    epochs: int,
) -> np.ndarray:
    """Reduce to the space that topics are found in.

    Args:
        vectors: float32 array of shape (papers, dimensions).
        graph: their neighbours.
        dimensions: wanted; fewer where there are few papers.
        seed: of the embedding.
        epochs: of the embedding.

    Returns:
        float32 array of shape (papers, at most ``dimensions``).
    """
    from topics.embedding import embed, principal

    papers = len(vectors)
    if papers < UMAP_MIN_PAPERS:
        return principal(vectors, min(dimensions, papers - 1))
    return embed(
        vectors,
        graph,
        dimensions=min(dimensions, max(2, papers // 10)),
        min_dist=0.0,
        seed=seed,
        epochs=epochs,
    )


def layout(vectors: np.ndarray, graph: NeighbourGraph, *, min_dist: float, seed: int) -> np.ndarray:
    """Place the papers on the 2D map.

    Returns:
        float32 array of shape (papers, 2), centred, the larger extent scaled to [-1, 1].
    """
    import numpy as np

    from topics.embedding import embed, principal

    if len(vectors) < UMAP_MIN_PAPERS:
        points = principal(vectors, 2)
    else:
        epochs = _epochs_for(len(vectors))
        points = embed(vectors, graph, dimensions=2, min_dist=min_dist, epochs=epochs, seed=seed)
    points = _spread_equal(points)
    points = points - (points.max(axis=0) + points.min(axis=0)) / 2
    return np.asarray(points / max(float(np.abs(points).max()), 1e-9), dtype=np.float32)


def _epochs_for(papers: int) -> int:
    """Passes after which the 2D layout no longer gains; UMAP's own numbers."""
    return 500 if papers <= 10_000 else 200


def _spread_equal(points: np.ndarray) -> np.ndarray:
    """Lay papers that fell on one another on a small spiral, so that each can be seen."""
    import numpy as np

    extent = max(float(np.ptp(points, axis=0).max()), 1e-6)
    rounded = np.round(points / extent, 4)
    _, inverse, counts = np.unique(rounded, axis=0, return_inverse=True, return_counts=True)
    inverse = inverse.ravel()
    if counts.max() == 1:
        return points
    order = np.argsort(inverse, kind="stable")
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(points), dtype=np.int64)
    rank[order] = np.arange(len(points)) - np.repeat(starts, counts)
    # Vogel's sunflower: equal area a point, no two alike.
    radius = 0.012 * extent * np.sqrt(rank)
    angle = rank * np.pi * (3 - np.sqrt(5))
    offset = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return np.asarray(points + offset, dtype=np.float32)
