"""Topics that several ways of looking agree on, so that chance decides on none of them.

One embedding's dense regions depend on its seed, and so do communities of the neighbour graph. Both
are sought several times; two papers are tied by how alike they are and by the share of runs that
had them together (evidence accumulation: Fred and Jain 2005; on the edges of the graph:
Lancichinetti and Fortunato 2012). Topics are the communities of that graph. All this is sought
among neighbours that a second pass has sharpened (`topics.second_pass`), but for very small and
very large corpora. Papers with too few of their nearest papers in their topic stay unclustered: of
those nearest before the second pass, which makes all look surer than they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.clustering import (
    UNCLUSTERED,
    cluster,
    cohesive,
    no_topics,
    settle,
    siblings_merged,
    topic_size_for,
)
from topics.communities import communities, worth
from topics.neighbours import EXACT_LIMIT, likeness
from topics.projection import cluster_space
from topics.second_pass import LEAST_PAPERS, Sharpened, left_out, sharpened

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from scipy.sparse import csr_matrix

    from topics.clustering import Clustering
    from topics.neighbours import NeighbourGraph

__all__ = ["Effort", "agreed", "effort_again", "effort_for", "find_topics"]

#: Resolutions at which communities are sought, and the one of the topics among plain neighbours
#: and among sharpened ones, which part less readily. On labelled corpora of 250 to 5,000 papers
#: topics at these agreed with the labels as well as dense regions alone or better; a lower one
#: serves corpora of few labels, a higher one those of many.
RESOLUTIONS = (2.0, 3.0, 4.5)
RESOLUTION = 3.0
SHARP_RESOLUTION = 6.0

#: Where fewer than this share of the papers are in communities as large as a topic must be, they
#: are sought at a lower resolution, so much lower each time, down to the least.
LEAST_SHARE = 0.6
COARSER = 0.7
LEAST_RESOLUTION = 0.5

#: Links between two topics, over those that their papers have at all, above which they may be one:
#: the first over the root of the corpus' papers, but never below the second; and how alike the
#: dense regions that their papers lie in must then be, as a cosine: two runs in three had them as
#: one.
SIBLING_LINKS = 4.6
LEAST_LINKS = 0.092
SIBLING_REGIONS = 0.6


@dataclass(frozen=True, slots=True)
class Effort:
    """How often to look.

    Attributes:
        embeddings: spaces in which dense regions are sought.
        epochs: of each of them.
        repeats: times that communities are sought at each resolution.
        last: times that the topics themselves are; the best are kept.
    """

    embeddings: int
    epochs: int
    repeats: int
    last: int


def effort_for(papers: int) -> Effort:
    """As often as a corpus allows: a run over a small one costs little.

    In a large corpus dense regions are as good after 60 to 100 epochs as after 200: on two labelled
    corpora of 4,300 and 5,000 papers and two seeds, NMI differed by at most .006 either way.
    """
    if papers <= 500:
        return Effort(embeddings=4, epochs=200, repeats=3, last=6)
    if papers <= 5000:
        return Effort(embeddings=3, epochs=200, repeats=3, last=6)
    return Effort(embeddings=1, epochs=80, repeats=1, last=2)


def effort_again(papers: int) -> Effort:
    """Less often, for topics that are sought again only to see whether they come back."""
    if papers <= 2000:
        return Effort(embeddings=2, epochs=100, repeats=1, last=2)
    return Effort(embeddings=1, epochs=60, repeats=1, last=2)


def find_topics(
    vectors: np.ndarray,
    graph: NeighbourGraph,
    *,
    effort: Effort,
    dimensions: int,
    seed: int,
    near: NeighbourGraph | None = None,
    min_topic_size: int | None = None,
    min_samples: int = 1,
) -> tuple[np.ndarray, Clustering]:
    """Find topics in several ways and keep what these agree on.

    Args:
        vectors: float32 array of shape (papers, dimensions), rows of length one.
        graph: the papers' neighbours.
        near: more neighbours of each, for a second pass to choose among; without a second pass
            where None.
        effort: how often to look.
        dimensions: of the spaces in which dense regions are sought.
        seed: of all random steps.
        min_topic_size: fewest papers of a topic; follows the corpus where None.
        min_samples: HDBSCAN's.

    Returns:
        The first of the spaces, and the topics.
    """
    size = min_topic_size or topic_size_for(len(vectors))
    sharp: Sharpened | None = None
    if near is not None and LEAST_PAPERS <= len(vectors) <= EXACT_LIMIT:
        sharp = sharpened(vectors, graph, near=near, seed=seed)
    seen = sharp or Sharpened(vectors, graph)
    spaces, regions = [], []
    for attempt in range(effort.embeddings):
        space = cluster_space(
            seen.vectors,
            seen.graph,
            dimensions=dimensions,
            seed=(seed + attempt) % 2**32,
            epochs=effort.epochs,
        )
        spaces.append(space)
        found = cluster(
            space, seen.graph, vectors=seen.vectors, min_topic_size=size, min_samples=min_samples
        )
        if found.topics:
            regions.append(found.nearest)
    if 2 * len(regions) <= effort.embeddings:
        # Communities are found in noise too; only dense places tell that there are topics.
        return spaces[0], no_topics(len(vectors))
    found = agreed(
        regions,
        seen.graph,
        vectors=seen.vectors,
        size=size,
        effort=effort,
        seed=seed,
        resolution=SHARP_RESOLUTION if sharp else RESOLUTION,
    )
    return spaces[0], left_out(found, graph, vectors=vectors, size=size) if sharp else found


def agreed(
    regions: Sequence[np.ndarray],
    graph: NeighbourGraph,
    *,
    vectors: np.ndarray,
    size: int,
    effort: Effort,
    seed: int,
    resolution: float = RESOLUTION,
) -> Clustering:
    """The topics that dense regions and communities agree on.

    Args:
        regions: for each run the region of every paper, each of shape (papers,).
        graph: the papers' neighbours.
        vectors: their vectors.
        size: fewest papers of a topic.
        effort: how often to look for communities.
        seed: of the order in which papers are looked at.
        resolution: of the topics.
    """
    ties = likeness(graph)
    groups = [
        communities(ties, resolution=each, seed=(seed + repeat) % 2**32)
        for each in RESOLUTIONS
        for repeat in range(effort.repeats)
    ]
    agreement = (_together(ties, regions) + _together(ties, groups)) / 2
    ties.data *= agreement**2
    ties.eliminate_zeros()
    labels = _large_enough(ties, size=size, tries=effort.last, seed=seed, resolution=resolution)
    if labels.max(initial=UNCLUSTERED) < 0:
        return no_topics(len(labels))
    labels = cohesive(labels, graph, vectors=vectors, size=size)
    labels = siblings_merged(
        labels,
        graph,
        vectors=vectors,
        enough=max(LEAST_LINKS, SIBLING_LINKS / math.sqrt(len(labels))),
        regions=regions,
        alike=SIBLING_REGIONS,
    )
    return settle(labels, graph, vectors=vectors)


def _large_enough(
    ties: csr_matrix, *, size: int, tries: int, seed: int, resolution: float
) -> np.ndarray:
    """Communities of at least so many papers; of fewer, larger ones where most would be smaller."""
    import numpy as np

    while True:
        found = [
            communities(ties, resolution=resolution, seed=(seed + repeat) % 2**32)
            for repeat in range(tries)
        ]
        worths = [round(worth(ties, labels, resolution=resolution), 9) for labels in found]
        best = found[worths.index(max(worths))]
        labels = np.where(np.bincount(best)[best] >= size, best, UNCLUSTERED)
        resolution *= COARSER
        if np.mean(labels >= 0) >= LEAST_SHARE or resolution < LEAST_RESOLUTION:
            return labels


def _together(ties: csr_matrix, runs: Sequence[np.ndarray]) -> np.ndarray:
    """For each tie the share of runs that have its two papers in one group."""
    import numpy as np

    rows = np.repeat(np.arange(ties.shape[0]), np.diff(ties.indptr))
    shares = np.zeros(ties.nnz)
    for run in runs:
        shares += run[rows] == run[ties.indices]
    return shares / max(len(runs), 1)
