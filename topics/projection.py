"""Fewer dimensions: the space that topics are found in, and the 2D layout.

Both are UMAP (McInnes, Healy and Melville 2018) on the one shared neighbour graph. UMAP needs a
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
    epochs: int | None = None,
) -> np.ndarray:
    """Reduce to the space that topics are found in.

    Args:
        vectors: float32 array of shape (papers, dimensions).
        graph: their neighbours.
        dimensions: wanted; fewer where there are few papers.
        seed: of the embedding.
        epochs: of UMAP, its own number where None.

    Returns:
        float32 array of shape (papers, at most ``dimensions``).
    """
    papers = len(vectors)
    if papers < UMAP_MIN_PAPERS:
        return _principal(vectors, min(dimensions, papers - 1))
    return _umap(
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

    if len(vectors) < UMAP_MIN_PAPERS:
        points = _principal(vectors, 2)
    else:
        points = _umap(vectors, graph, dimensions=2, min_dist=min_dist, seed=seed)
    points = _spread_equal(points)
    points = points - (points.max(axis=0) + points.min(axis=0)) / 2
    return np.asarray(points / max(float(np.abs(points).max()), 1e-9), dtype=np.float32)


def _umap(
    vectors: np.ndarray,
    graph: NeighbourGraph,
    *,
    dimensions: int,
    min_dist: float,
    seed: int,
    epochs: int | None = None,
) -> np.ndarray:
    import numpy as np

    from topics.thirdparty import quiet, umap_module

    umap = umap_module()
    for attempt in range(3):
        reducer = umap.UMAP(
            n_neighbors=graph.k,
            n_components=dimensions,
            min_dist=min_dist,
            metric="cosine",
            n_epochs=epochs,
            # A spectral start fails on tiny or disconnected graphs and may give NaN; a random
            # one does not (umap-learn issues 90 and 544).
            init="spectral" if attempt == 0 and len(vectors) > 3 * dimensions else "random",
            random_state=(seed + attempt) % 2**32,
            n_jobs=1,
            precomputed_knn=(graph.indices, graph.distances),
            force_approximation_algorithm=True,
        )
        with quiet():
            points = np.asarray(reducer.fit_transform(vectors), dtype=np.float32)
        if np.isfinite(points).all():
            return points
    return _principal(vectors, dimensions)


def _principal(vectors: np.ndarray, dimensions: int) -> np.ndarray:
    """First principal components, each with the sign that makes its largest entry positive."""
    import numpy as np

    centred = np.asarray(vectors, dtype=np.float64) - vectors.mean(axis=0)
    left, singular, _ = np.linalg.svd(centred, full_matrices=False)
    points = left[:, :dimensions] * singular[:dimensions]
    signs = np.sign(points[np.abs(points).argmax(axis=0), np.arange(points.shape[1])])
    points = points * np.where(signs == 0, 1, signs)
    missing = dimensions - points.shape[1]
    return np.pad(points, ((0, 0), (0, max(missing, 0)))).astype(np.float32)


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
