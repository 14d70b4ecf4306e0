"""Topics as dense regions, and an honest answer for the papers between them.

HDBSCAN (Campello, Moulavi and Sander 2013) finds the regions in the reduced space. It leaves
papers out that lie just beside a region, so each of those is asked where its nearest papers
are: if enough of them are in one topic, it joins that topic; otherwise it stays unclustered.
Papers then settle in the topic that both its centre and their nearest papers speak for, and
topics that are one by their neighbours, parted by a dent in density alone, are made one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from topics.neighbours import NeighbourGraph

__all__ = [
    "MIN_TOPIC_PAPERS",
    "UNCLUSTERED",
    "Clustering",
    "cluster",
    "cohesive",
    "joined",
    "no_topics",
    "settle",
    "siblings_merged",
    "topic_size_for",
    "votes",
]

#: Label of a paper in no topic; stays inside the engine.
UNCLUSTERED = -1

#: Papers below which no topics are sought.
MIN_TOPIC_PAPERS = 10

#: Share of a paper's nearest papers that must lie in a topic for it to join. Where more than
#: `MOST_UNCLUSTERED` would stay out, the next lower share is asked for.
JOIN_SHARES = (0.25, 0.2, 0.15)

#: Mean confidence of its papers below which a region is no topic, only less empty than the rest.
LOOSE_CONFIDENCE = 0.25

#: Share of the corpus that may stay unclustered without more papers being let in. Loose regions
#: are given up while at most this share of the corpus is unclustered.
MOST_UNCLUSTERED = 0.1

#: Links between two topics, over those that their papers have at all, above which they are one:
#: the first over the root of the corpus' papers, since a paper's nearest ones lie the closer the
#: more papers there are, but never below the second. On labelled corpora of 2,000 to 5,000 papers
#: this raised the adjusted Rand index or left it; without a least share, 80 topics of 16,000 papers
#: fell into 21.
SIBLING_LINKS = 5.2
LEAST_LINKS = 0.08

#: Share of the corpus that topics made one hold at most.
LARGEST_MERGED = 0.15

_POLISHES = 3
_BLOCK = 4096  # papers whose nearness to every topic is held at once

#: Share of a corpus of some hundred and of thousands of papers above which one region is no topic
#: but the corpus' bulk. The more papers, the more topics there are among them.
LARGEST_SHARES = (0.25, 0.15)


@dataclass(frozen=True, slots=True, eq=False)
class Clustering:
    """Which topic each paper is in, and how surely.

    Attributes:
        labels: int array of shape (papers,), topics numbered from 0 by falling size,
            `UNCLUSTERED` for papers in none.
        confidence: float array of shape (papers,): share of the paper's nearest papers, weighted
            by cosine, that lie in its topic (in its nearest topic, if unclustered).
        nearest: int array of shape (papers,): its topic, or the one that it is nearest to;
            `UNCLUSTERED` where there are no topics.
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
    if labels.max() < 0:
        return no_topics(papers)
    labels = _by_size(_without_loose(joined(labels, graph), graph))
    labels = _polished(labels, graph, vectors=vectors, size=size)
    return settle(siblings_merged(labels, graph, vectors=vectors), graph, vectors=vectors)


def cohesive(
    labels: np.ndarray, graph: NeighbourGraph, *, vectors: np.ndarray, size: int
) -> np.ndarray:
    """Keep in groups only papers whose nearest papers are there too, and groups of such papers.

    Args:
        labels: any numbering, `UNCLUSTERED` for papers in no group; shape (papers,).
        graph: the papers' neighbours.
        vectors: their vectors.
        size: fewest papers of a group that papers may leave.

    Returns:
        Labels numbered by falling size.
    """
    import numpy as np

    labels = _by_size(labels)
    shares = votes(labels, graph, int(labels.max(initial=UNCLUSTERED)) + 1)
    own = shares[np.arange(len(labels)), labels]
    labels = joined(np.where(own >= JOIN_SHARES[0], labels, UNCLUSTERED), graph)
    labels = _by_size(_without_loose(labels, graph))
    return _polished(labels, graph, vectors=vectors, size=size)


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
    shares = votes(labels, graph, topics)
    nearest = np.where(labels >= 0, labels, _nearest(shares, labels, vectors))
    return Clustering(labels, shares[np.arange(papers), nearest], nearest)


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
    share = np.interp(np.log(len(space)), np.log([500, 2000]), LARGEST_SHARES)
    limit = max(2 * size, round(float(share) * len(space)))
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


def joined(
    labels: np.ndarray, graph: NeighbourGraph, *, among: np.ndarray | None = None
) -> np.ndarray:
    """Let papers beside a region join it, all at once, so that their order does not matter.

    Args:
        labels: topic of each paper, `UNCLUSTERED` for none; shape (papers,).
        graph: the papers' neighbours.
        among: bool array of shape (papers,): which papers may join; all where None.

    Returns:
        The labels, of which only those of unclustered papers may be others.
    """
    topics = int(labels.max(initial=UNCLUSTERED)) + 1
    if topics == 0:
        return labels
    shares = votes(labels, graph, topics)
    free = labels < 0 if among is None else among & (labels < 0)
    return let_in(labels, shares.argmax(axis=1), shares.max(axis=1), free)


def let_in(labels: np.ndarray, best: np.ndarray, most: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Let free papers join the topic ``best`` of most of their nearest papers; see `joined`.

    ``most`` is the share of these; all are of shape (papers,).
    """
    import numpy as np

    found = labels
    for share in JOIN_SHARES:
        found = np.where(free & (most >= share), best, labels)
        if np.mean(found < 0) <= MOST_UNCLUSTERED:
            break
    return found


def _without_loose(labels: np.ndarray, graph: NeighbourGraph) -> np.ndarray:
    """Give up regions whose papers have most of their nearest papers elsewhere, loosest first."""
    import numpy as np

    topics = int(labels.max(initial=UNCLUSTERED)) + 1
    shares = votes(labels, graph, topics)
    looseness = [
        (float(shares[labels == topic, topic].mean()), topic)
        for topic in range(topics)
        if (labels == topic).any()
    ]
    for confidence, topic in sorted(looseness):
        if confidence >= LOOSE_CONFIDENCE:
            break
        without = joined(np.where(labels == topic, UNCLUSTERED, labels), graph)
        if np.mean(without < 0) <= MOST_UNCLUSTERED and without.max() >= 0:
            labels = without
    return labels


def _polished(
    labels: np.ndarray, graph: NeighbourGraph, *, vectors: np.ndarray, size: int
) -> np.ndarray:
    """Move clustered papers to the topic that its centre and their nearest papers speak for.

    All move at once, a few times over. Stays as it was where a topic would become too small.
    """
    import numpy as np

    topics = int(labels.max(initial=UNCLUSTERED)) + 1
    inside = np.flatnonzero(labels >= 0)
    for _ in range(_POLISHES if topics > 1 else 0):
        centres = _centres(labels, vectors, topics)
        moved = labels.copy()
        for start in range(0, len(inside), _BLOCK):
            rows = inside[start : start + _BLOCK]
            near = votes(labels, graph, topics, rows=rows)
            close = np.clip(np.round(vectors[rows] @ centres.T, 6), 0, None)
            near /= np.maximum(near.max(axis=1, keepdims=True), 1e-9)
            close /= np.maximum(close.max(axis=1, keepdims=True), 1e-9)
            moved[rows] = (near + close).argmax(axis=1)
        if np.bincount(moved[inside], minlength=topics).min() < size:
            break
        labels = moved
    return labels


def siblings_merged(
    labels: np.ndarray,
    graph: NeighbourGraph,
    *,
    vectors: np.ndarray,
    enough: float | None = None,
    regions: Sequence[np.ndarray] = (),
    alike: float = 0.0,
) -> np.ndarray:
    """Make one of two topics whose papers are each other's neighbours, closest pair first.

    Every paper counts for the topic that it is nearest to, unclustered ones too: what lies
    between two topics says most about whether they are one.

    Args:
        labels: any numbering, `UNCLUSTERED` for papers in no topic; shape (papers,).
        graph: the papers' neighbours.
        vectors: their vectors.
        enough: links between two topics, over those that their papers have at all, above which
            they are one; follows the corpus where None.
        regions: other groupings of all papers, each of shape (papers,).
        alike: cosine of what two topics have of the groups of each of ``regions``, on average,
            below which they stay apart.
    """
    import numpy as np

    labels = _by_size(labels)
    everyone = settle(labels, graph, vectors=vectors).nearest
    everyone = _polished(everyone, graph, vectors=vectors, size=1)
    topics = int(labels.max(initial=UNCLUSTERED)) + 1
    links = _links(everyone, graph, topics)
    held = [_held(everyone, groups, topics) for groups in regions]
    sizes = np.bincount(everyone[everyone >= 0], minlength=topics)
    most = LARGEST_MERGED * len(labels)
    enough = enough or max(LEAST_LINKS, SIBLING_LINKS / math.sqrt(len(labels)))
    into = np.arange(topics)
    while topics > 2:
        volume = np.sqrt(np.maximum(links.sum(axis=1), 1e-12))
        share = links / np.outer(volume, volume)
        share[(sizes[:, None] + sizes > most) | np.eye(len(sizes), dtype=bool)] = 0
        if held:
            share[np.round(sum(map(_cosines, held)) / len(held), 9) < alike] = 0
        first, second = sorted(np.unravel_index(np.round(share, 9).argmax(), share.shape))
        if share[first, second] < enough:
            break
        links[first] += links[second]
        links[:, first] += links[:, second]
        links[second], links[:, second] = 0, 0
        for table in held:
            table[first] += table[second]
            table[second] = 0
        sizes[first], sizes[second] = sizes[first] + sizes[second], len(labels)
        into[into == second] = first
        topics -= 1
    return np.where(labels >= 0, into[labels], UNCLUSTERED)


def _held(labels: np.ndarray, groups: np.ndarray, topics: int) -> np.ndarray:
    """Papers that each topic has of each group; float array of shape (topics, groups)."""
    import numpy as np

    held = np.zeros((topics, int(groups.max(initial=0)) + 1))
    both = (labels >= 0) & (groups >= 0)
    np.add.at(held, (labels[both], groups[both]), 1)
    return held


def _cosines(rows: np.ndarray) -> np.ndarray:
    """Cosine of each row with each other one."""
    import numpy as np

    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return np.asarray(unit @ unit.T)


def _links(labels: np.ndarray, graph: NeighbourGraph, topics: int) -> np.ndarray:
    """Weight of neighbour links between topics, both ways; (topics, topics)."""
    import numpy as np

    links = np.zeros((topics, topics))
    for column in range(1, graph.k):
        near = labels[graph.indices[:, column]]
        kept = (labels >= 0) & (near >= 0)
        weight = np.clip(1 - graph.distances[kept, column].astype(np.float64), 1e-6, None)
        np.add.at(links, (labels[kept], near[kept]), weight)
    return links + links.T


def _centres(labels: np.ndarray, vectors: np.ndarray, topics: int) -> np.ndarray:
    """Mean vector of each topic's papers, scaled to length one; (topics, dimensions)."""
    import numpy as np

    centres = np.stack([vectors[labels == topic].mean(axis=0) for topic in range(topics)])
    return np.asarray(centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12))


def votes(
    labels: np.ndarray, graph: NeighbourGraph, topics: int, *, rows: np.ndarray | None = None
) -> np.ndarray:
    """Share of each paper's neighbours in each topic, weighted by cosine.

    Args:
        labels: topic of each paper, negative for none; shape (papers,).
        graph: the papers' neighbours.
        topics: number of topics.
        rows: the papers asked for; all where None.

    Returns:
        float array of shape (rows, topics).
    """
    import numpy as np

    asked = np.arange(len(labels)) if rows is None else rows
    near = graph.indices[asked, 1:]
    weight = np.clip(1 - graph.distances[asked, 1:].astype(np.float64), 1e-6, None)
    total = weight.sum(axis=1)
    # One column more, for neighbours in no topic.
    column = np.where(labels[near] < 0, topics, labels[near])
    cell = (np.arange(len(asked))[:, None] * (topics + 1) + column).ravel()
    shares = np.bincount(cell, weights=weight.ravel(), minlength=len(asked) * (topics + 1))
    shares = shares.reshape(len(asked), topics + 1)
    return np.asarray(shares[:, :topics] / np.maximum(total, 1e-12)[:, None])


def _nearest(shares: np.ndarray, labels: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return nearest_topics(shares, vectors, _centres(labels, vectors, shares.shape[1]))


def nearest_topics(shares: np.ndarray, vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The topic with most votes; by centroid (``centres``) where no neighbour is in any."""
    import numpy as np

    alone = shares.max(axis=1) == 0
    nearest = shares.argmax(axis=1)
    nearest[alone] = (vectors[alone] @ centres.T).argmax(axis=1)
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
