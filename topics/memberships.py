"""Which topics a paper belongs to, and how probably: its own, and up to two more.

The evidence is where a paper's most similar papers are. Its share of them in a topic becomes a
probability by a curve that labelled corpora gave: of papers in the midst of a topic a certain share
carry the label that most of the topic's papers carry, and chance alone gives another; of papers
with a confidence of 0.4, four tenths of the way from the second to the first do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics.clustering import votes
from topics.topicmap import LATER_TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

    from topics.clustering import Clustering
    from topics.neighbours import NeighbourGraph

__all__ = ["MOST_FURTHER", "belonging", "membership_table"]

#: Topics beside its own that a paper is said to belong to at most.
MOST_FURTHER = 2

#: Least probability with which it is.
LEAST_CONFIDENCE = 0.25

# Logistic curve over the log odds of the share of nearest papers: intercept and slope. Fitted to
# five labelled corpora of 700 to 5,000 papers, each counting the same; on the one that was left out
# the expected calibration error was .04 to .11, .07 on average.
_CURVE = (0.19, 1.06)
_FAINT = 0.01
_BLOCK = 4096  # papers whose share in every topic is held at once


def belonging(shares: np.ndarray) -> np.ndarray:
    """Probability that papers belong to topics, from the share of their nearest papers there."""
    import numpy as np

    inner = np.clip(np.asarray(shares, dtype=np.float64), _FAINT, 1 - _FAINT)
    odds = np.log(inner / (1 - inner))
    return np.asarray(1 / (1 + np.exp(-(_CURVE[0] + _CURVE[1] * odds))))


def membership_table(
    ids: Sequence[str],
    clustering: Clustering,
    graph: NeighbourGraph,
    *,
    names: Sequence[str | None],
) -> pd.DataFrame:
    """The topics of each paper.

    Args:
        ids: of the papers.
        clustering: their topics; those of further papers, which are neighbours only, after them.
        graph: their neighbours.
        names: id of each topic, by number.

    Returns:
        Columns ``LATER_TABLES["memberships"]``, ordered as the papers are and then by rank: 1 for
        the paper's own topic, 2 and 3 for further ones. An unclustered paper has no rank 1.
    """
    import numpy as np
    import pandas as pd

    columns = list(LATER_TABLES["memberships"])
    if clustering.topics == 0:
        return pd.DataFrame(columns=columns)
    rows, topics, confidence, rank = (
        np.concatenate(parts) for parts in zip(*_blocks(clustering, graph), strict=True)
    )
    order = np.lexsort((rank, rows))
    paper_of, topic_of = np.asarray(ids, dtype=object), np.asarray(names, dtype=object)
    return pd.DataFrame(
        {
            "paper_id": pd.Series(paper_of[rows[order]], dtype="str"),
            "topic": pd.Series(topic_of[topics[order]], dtype="str"),
            "confidence": confidence[order].round(4),
            "rank": rank[order].astype("int64"),
        },
        columns=columns,
    )


def _blocks(
    clustering: Clustering, graph: NeighbourGraph
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Rows, topics, confidence and ranks of memberships, so many papers at a time."""
    import numpy as np

    found = []
    papers = len(graph.indices)
    for start in range(0, papers, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, papers))
        own = clustering.labels[rows]
        sure = belonging(votes(clustering.labels, graph, clustering.topics, rows=rows))
        inside = np.flatnonzero(own >= 0)
        mine = sure[inside, own[inside]]
        sure[inside, own[inside]] = 0
        found.append((rows[inside], own[inside], mine, np.ones(len(inside), dtype=np.int64)))
        further = np.argsort(-np.round(sure, 9), axis=1, kind="stable")[:, :MOST_FURTHER]
        for place, topics in enumerate(further.T):
            each = sure[np.arange(len(rows)), topics]
            kept = np.flatnonzero(each >= LEAST_CONFIDENCE)
            ranks = np.full(len(kept), place + 2, dtype=np.int64)
            found.append((rows[kept], topics[kept], each[kept], ranks))
    return found
