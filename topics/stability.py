"""How solid topics are: whether they come back when the map is made again, a little differently.

Topics are sought again in nine tenths of the papers, each time others and with another seed. A
topic's score is the Jaccard index with the topic that is most like it, averaged over the repeats
(Hennig 2007, "Cluster-wise assessment of cluster stability"): 1 where the same papers are found
together every time, below about 0.5 where the topic dissolves.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from topics.neighbours import NeighbourGraph

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from topics.clustering import Clustering

    #: Seeks topics among some papers: their vectors, their neighbours and a seed.
    Seek = Callable[[np.ndarray, NeighbourGraph, int], Clustering]

__all__ = [
    "MOST_PAPERS",
    "come_back",
    "kept_neighbours",
    "repeats_for",
    "sought_again",
]

#: Papers above which topics are not sought again: it would cost more than the map itself.
MOST_PAPERS = 20_000

#: Share of the papers that a repeat sees.
KEPT = 0.9


def repeats_for(papers: int) -> int:
    """Times that topics are sought again: 6 in a small corpus, none in a very large one."""
    if papers > MOST_PAPERS:
        return 0
    return 6 if papers <= 500 else 4 if papers <= 5000 else 2


def sought_again(
    vectors: np.ndarray,
    graph: NeighbourGraph,
    *,
    seek: Seek,
    seed: int,
    repeats: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Seek topics in parts of the papers.

    Args:
        vectors: the papers' vectors.
        graph: their neighbours.
        seek: finds topics.
        seed: of what is left out, and of the repeats.
        repeats: how often; follows the corpus where None.

    Returns:
        Rows that each repeat saw, ascending, and the topics that it found for them, negative for
        none; int32 arrays of shape (repeats, kept papers).
    """
    import numpy as np

    papers = len(vectors)
    repeats = repeats_for(papers) if repeats is None else repeats
    seen = np.empty((repeats, round(KEPT * papers)), dtype=np.int32)
    found = np.empty_like(seen)

    def once(repeat: int) -> None:
        again = (seed + 101 + repeat) % 2**32
        rows = np.random.default_rng(again).permutation(papers)[: seen.shape[1]]
        rows.sort()
        seen[repeat] = rows
        found[repeat] = seek(vectors[rows], kept_neighbours(graph, rows), again).labels

    # No repeat knows of another: how many are at a time does not show in the result.
    with ThreadPoolExecutor(max(1, min(repeats, os.cpu_count() or 1))) as pool:
        list(pool.map(once, range(repeats)))
    return seen, found


def come_back(labels: np.ndarray, seen: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Score each topic by how much of it was found again.

    Args:
        labels: topic of each paper, numbered from 0, negative for none; shape (papers,).
        seen: as from `sought_again`.
        found: likewise.

    Returns:
        float array of shape (topics,), 0 to 1; NaN where there are no repeats.
    """
    import numpy as np

    topics = int(labels.max(initial=-1)) + 1
    if not len(seen) or not topics:
        return np.full(topics, np.nan)
    scores = [
        _best_jaccard(labels[rows], again, topics) for rows, again in zip(seen, found, strict=True)
    ]
    return np.asarray(np.mean(scores, axis=0))


def kept_neighbours(graph: NeighbourGraph, rows: np.ndarray) -> NeighbourGraph:
    """The graph among some rows, in their order.

    A row keeps its nearest neighbours among those that are kept, three quarters as many as it had;
    where it has lost more, its farthest one stands for those that are missing.

    Args:
        graph: the whole graph.
        rows: rows to keep, ascending.
    """
    import numpy as np

    place = np.full(len(graph.indices), -1, dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    indices, distances = place[graph.indices[rows]], graph.distances[rows]
    order = np.argsort(indices < 0, axis=1, kind="stable")[:, : max(2, round(0.75 * graph.k))]
    indices = np.take_along_axis(indices, order, axis=1)
    distances = np.take_along_axis(distances, order, axis=1)
    last = np.maximum((indices >= 0).sum(axis=1) - 1, 0)
    lost = indices < 0
    indices = np.where(lost, indices[np.arange(len(rows)), last][:, None], indices)
    distances = np.where(lost, distances[np.arange(len(rows)), last][:, None], distances)
    return NeighbourGraph(indices, distances)


def _best_jaccard(labels: np.ndarray, again: np.ndarray, topics: int) -> np.ndarray:
    """Jaccard index of each topic with the one most like it, 0 where there is none."""
    import numpy as np

    others = int(again.max(initial=-1)) + 1
    if not others:
        return np.zeros(topics)
    both = (labels >= 0) & (again >= 0)
    shared = np.zeros((topics, others))
    np.add.at(shared, (labels[both], again[both]), 1)
    sizes = np.bincount(labels[labels >= 0], minlength=topics)
    sizes_again = np.bincount(again[again >= 0], minlength=others)
    union = sizes[:, None] + sizes_again - shared
    return np.asarray((shared / np.maximum(union, 1)).max(axis=1))
