"""Topics as dense regions, and an honest answer for the papers between them.

HDBSCAN (Campello, Moulavi and Sander 2013) finds the regions in the reduced space. It leaves
papers out that lie just beside a region, so each of those is asked where its nearest papers
are: if enough of them are in one topic, it joins that topic; otherwise it stays unclustered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from topics.neighbours import NeighbourGraph

__all__ = [
    "MIN_TOPIC_PAPERS",
    "UNCLUSTERED",
    "Clustering",
    "cluster",
    "modularity",
    "no_topics",
    "settle",
    "topic_size_for",
]

#: Label of a paper in no topic; stays inside the engine.
UNCLUSTERED = -1

#: Papers below which no topics are sought.
MIN_TOPIC_PAPERS = 10

#: Share of a paper's nearest papers that must lie in a topic for it to join. On labelled corpora of
#: 4,300 and 5,000 papers a quarter left 4 to 10 % unclustered, and the papers that joined agreed
#: with the labels as well as those HDBSCAN had placed.
JOIN_SHARE = 0.25

#: Mean confidence of its papers below which a region is no topic, only less empty than the rest.
LOOSE_CONFIDENCE = 0.25

#: Loose regions are given up while at most this share of the corpus is unclustered.
MOST_UNCLUSTERED = 0.1

#: Share of the corpus above which one region is no topic but the corpus' bulk.
LARGEST_SHARE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """Which topic each paper is in, and how surely.

    Attributes:
        labels: int array of shape (papers,), topics numbered from 0 by falling size,
            `UNCLUSTERED` for papers in none.
        confidence: float array of shape (papers,): share of the paper's nearest papers, weighted
            by cosine, that lie in its topic (in its nearest topic, if unclustered).
        nearest: int array of shape (papers,): its topic, or the topic that most of its nearest
            papers are in; `UNCLUSTERED` where there are no topics.
    """

    labels: np.ndarray
    confidence: np.ndarray
    nearest: np.ndarray

    @property
    def topics(self) -> int:
        """Number of topics."""
        return int(self.labels.max(initial=UNCLUSTERED)) + 1


def topic_size_for(papers: int) -> int:
    """Fewest papers of a topic: 5 at a hundred papers, 15 at 2,000, 37 at 15,000."""
    if papers < 60:
        return max(3, papers // 8)
    return max(5, round(0.5 * math.pow(papers, 0.45)))


def cluster(
    space: np.ndarray,
    graph: NeighbourGraph,
    *,
    vectors: np.ndarray,
    min_topic_size: int | None = None,
    min_samples: int = 1,
) -> Clustering:
    """Find topics.

    Args:
        space: float array of shape (papers, dimensions) from `projection.cluster_space`.
        graph: the papers' neighbours in the full space.
        vectors: the papers' vectors, to find the topic nearest to one without neighbours in any.
        min_topic_size: fewest papers of a topic; follows the corpus where None.
        min_samples: HDBSCAN's.
    """
    papers = len(space)
    size = min_topic_size or topic_size_for(papers)
    if papers < max(MIN_TOPIC_PAPERS, 2 * size) or _all_alike(vectors):
        return no_topics(papers)
    labels = _dense_regions(space, size=size, min_samples=min_samples)
    labels = _joined(labels, graph)
    return settle(_without_loose(labels, graph), graph, vectors=vectors)


def settle(labels: np.ndarray, graph: NeighbourGraph, *, vectors: np.ndarray) -> Clustering:
    """Number topics by size and say how surely each paper is in its own.

    Args:
        labels: any numbering, `UNCLUSTERED` for papers in no topic; shape (papers,).
        graph: the papers' neighbours in the full space.
        vectors: the papers' vectors.
    """
    import numpy as np

    labels = _by_size(labels)
    papers, topics = len(labels), int(labels.max(initial=UNCLUSTERED)) + 1
    if topics == 0:
        return no_topics(papers)
    votes = _votes(labels, graph, topics)
    nearest = np.where(labels >= 0, labels, _nearest(votes, labels, vectors))
    return Clustering(labels, votes[np.arange(papers), nearest], nearest)


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


def no_topics(papers: int) -> Clustering:
    """Every paper unclustered."""
    import numpy as np

    nobody = np.full(papers, UNCLUSTERED)
    return Clustering(nobody, np.zeros(papers), nobody.copy())


def _dense_regions(space: np.ndarray, *, size: int, min_samples: int) -> np.ndarray:
    import numpy as np

    from topics.thirdparty import quiet

    if _all_alike(space):
        return np.full(len(space), UNCLUSTERED)
    limit = max(2 * size, round(LARGEST_SHARE * len(space)))
    with quiet():
        import hdbscan

        model = hdbscan.HDBSCAN(
            min_cluster_size=size,
            min_samples=min(min_samples, len(space) - 1),
            max_cluster_size=limit,
            core_dist_n_jobs=1,
        )
        return np.asarray(model.fit(np.asarray(space, dtype=np.float64)).labels_)


def _all_alike(rows: np.ndarray) -> bool:
    """Whether all rows are at one place, in which no region is denser than another."""
    import numpy as np

    return bool(np.ptp(rows, axis=0).max() < 1e-6)


def _joined(labels: np.ndarray, graph: NeighbourGraph) -> np.ndarray:
    """Let papers beside a region join it, all at once, so that their order does not matter."""
    import numpy as np

    topics = int(labels.max(initial=UNCLUSTERED)) + 1
    if topics == 0:
        return labels
    votes = _votes(labels, graph, topics)
    best = votes.argmax(axis=1)
    sure = votes[np.arange(len(labels)), best] >= JOIN_SHARE
    return np.where((labels < 0) & sure, best, labels)


def _without_loose(labels: np.ndarray, graph: NeighbourGraph) -> np.ndarray:
    """Give up regions whose papers have most of their nearest papers elsewhere, loosest first."""
    import numpy as np

    topics = int(labels.max(initial=UNCLUSTERED)) + 1
    votes = _votes(labels, graph, topics)
    looseness = [
        (float(votes[labels == topic, topic].mean()), topic)
        for topic in range(topics)
        if (labels == topic).any()
    ]
    for confidence, topic in sorted(looseness):
        if confidence >= LOOSE_CONFIDENCE:
            break
        without = _joined(np.where(labels == topic, UNCLUSTERED, labels), graph)
        if np.mean(without < 0) <= MOST_UNCLUSTERED and without.max() >= 0:
            labels = without
    return labels


def _votes(labels: np.ndarray, graph: NeighbourGraph, topics: int) -> np.ndarray:
    """Share of each paper's neighbours in each topic, weighted by cosine; (papers, topics)."""
    import numpy as np

    near = graph.indices[:, 1:]
    weight = np.clip(1 - graph.distances[:, 1:].astype(np.float64), 1e-6, None)
    total = weight.sum(axis=1)
    votes = np.zeros((len(labels), topics + 1))
    rows = np.repeat(np.arange(len(labels)), near.shape[1])
    np.add.at(votes, (rows, labels[near].ravel()), weight.ravel())  # -1 falls in the last column
    return np.asarray(votes[:, :topics] / np.maximum(total, 1e-12)[:, None])


def _nearest(votes: np.ndarray, labels: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """The topic with most votes; by centroid where no neighbour is in any."""
    import numpy as np

    centroids = np.stack([vectors[labels == topic].mean(axis=0) for topic in range(votes.shape[1])])
    centroids /= np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), 1e-12)
    alone = votes.max(axis=1) == 0
    nearest = votes.argmax(axis=1)
    nearest[alone] = (vectors[alone] @ centroids.T).argmax(axis=1)
    return np.asarray(nearest)


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Number topics by falling size, equal ones by their first paper."""
    import numpy as np

    found = labels[labels >= 0]
    if not found.size:
        return labels
    ids, first, counts = np.unique(labels, return_index=True, return_counts=True)
    keep = ids >= 0
    ids, first, counts = ids[keep], first[keep], counts[keep]
    rank = np.empty(int(ids.max()) + 1, dtype=labels.dtype)
    rank[ids[np.lexsort((first, -counts))]] = np.arange(len(ids))
    return np.where(labels >= 0, rank[labels], UNCLUSTERED)
