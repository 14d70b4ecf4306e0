"""Figures that say how far a map can be trusted; each is a number from 0 to 1 unless said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from topics.clustering import Clustering
    from topics.neighbours import NeighbourGraph

__all__ = [
    "keyword_diversity",
    "layout_preservation",
    "mean_stability",
    "modularity",
    "quality_figures",
]

#: Papers that the layout is judged by; more would not change the second digit.
_SAMPLE = 5000
_BLOCK = 500  # papers whose neighbours are compared at once


def quality_figures(
    *,
    graph: NeighbourGraph,
    points: np.ndarray,
    clustering: Clustering,
    keywords: Sequence[Sequence[str]],
) -> dict[str, float]:
    """Measure a map.

    Returns:
        ``layout_preservation``: share of a paper's nearest papers that are also among its nearest
        on the 2D map. ``topic_agreement``: share of the nearest papers of a clustered paper that
        are in its topic. ``topic_modularity``: the same beyond chance, unclustered papers counted
        as torn apart. ``keyword_diversity``: share of different words among all topics' keywords.
    """
    inside = clustering.labels >= 0
    agreement = float(clustering.confidence[inside].mean()) if inside.any() else 0.0
    return {
        "layout_preservation": round(layout_preservation(graph, points), 4),
        "topic_agreement": round(agreement, 4),
        "topic_modularity": round(modularity(clustering, graph), 4),
        "keyword_diversity": round(keyword_diversity(keywords), 4),
    }


def layout_preservation(graph: NeighbourGraph, points: np.ndarray) -> float:
    """Mean share of each paper's k neighbours that are among its k nearest on the map.

    Args:
        graph: neighbours in the full space.
        points: the layout, shape (papers, 2).
    """
    import numpy as np
    from scipy.spatial import KDTree

    papers, k = len(points), graph.k
    if papers <= k:
        return 1.0
    rows = np.linspace(0, papers - 1, min(papers, _SAMPLE)).astype(int)
    near = np.asarray(KDTree(points).query(points[rows], k=k)[1])
    kept = [
        (near[part, 1:, None] == graph.indices[rows[part], None, 1:]).any(axis=2).sum(axis=1)
        for part in (slice(start, start + _BLOCK) for start in range(0, len(rows), _BLOCK))
    ]
    return float(np.mean(np.concatenate(kept))) / (k - 1)


def modularity(clustering: Clustering, graph: NeighbourGraph) -> float:
    """How well topics keep neighbours together, beyond chance.

    The modularity of the partition on the neighbour graph (Newman and Girvan 2004), in which
    unclustered papers count as torn apart. It needs no labels, and on labelled corpora the
    clustering with the highest modularity was among the best by adjusted Rand index.

    Returns:
        A number below 1; 0 is what chance would give.
    """
    import numpy as np

    if clustering.topics == 0:
        return 0.0
    papers = len(clustering.labels)
    inside = clustering.labels >= 0
    together = float(clustering.confidence[inside].sum()) / papers
    chosen = np.bincount(graph.indices[:, 1:].ravel(), minlength=papers) / (graph.k - 1)
    by_chance = sum(
        float(member.mean()) * float(chosen[member].sum()) / papers
        for member in (clustering.labels == topic for topic in range(clustering.topics))
    )
    return together - by_chance


def keyword_diversity(keywords: Sequence[Sequence[str]]) -> float:
    """Share of different keywords among all keywords (Dieng, Ruiz and Blei 2020)."""
    listed = [word.casefold() for row in keywords for word in row]
    return len(set(listed)) / len(listed) if listed else 1.0


def mean_stability(
    stability: Sequence[float] | np.ndarray, sizes: Sequence[int] | np.ndarray
) -> dict[str, float]:
    """``topic_stability``: mean of the topics' scores, each weighted by its papers.

    Nothing where topics were not sought again.
    """
    import numpy as np

    scores = np.asarray(stability, dtype=np.float64)
    if not scores.size or np.isnan(scores).any():
        return {}
    return {"topic_stability": round(float(np.average(scores, weights=np.asarray(sizes))), 4)}
