"""Where the 2D map can be believed: how many nearest papers stay nearest, topic by topic."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from topics.topicmap import TopicMap

__all__ = ["kept_by_topic"]

#: Nearest papers that are looked at, and papers of which they are sought.
_NEAREST = 10
_SAMPLED = 1500
_BLOCK = 256


@lru_cache(maxsize=4)
def kept_by_topic(topic_map: TopicMap) -> Mapping[str, float]:
    """How well the map keeps the neighbourhoods of each topic.

    For a sample of the papers the ten nearest by text and the ten nearest on the map are compared:
    the neighbourhood preservation of Venna and Kaski (2001), by topic.

    Returns:
        Mean share of the nearest papers that are kept, 0 to 1, for each topic id of which papers
        were sampled; empty where there are too few papers to compare.
    """
    import numpy as np

    papers = topic_map.papers
    rows = np.flatnonzero(papers["topic"].notna())
    if len(papers) <= _NEAREST + 1 or not len(rows):
        return {}
    if len(rows) > _SAMPLED:
        rows = np.random.default_rng(0).permutation(rows)[:_SAMPLED]
    kept = _shared(
        _nearest_by_text(topic_map.vectors, rows),
        _nearest_on_map(papers[["x", "y"]].to_numpy(dtype=float), rows),
    )
    topics = papers["topic"].to_numpy()[rows]
    return {
        str(topic): float(kept[topics == topic].mean())
        for topic in topic_map.topics["id"]
        if (topics == topic).any()
    }


def _nearest_by_text(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rows of the nearest papers by cosine, shape (rows, _NEAREST)."""
    import numpy as np

    found = []
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        alike = np.asarray(vectors[block] @ vectors.T, dtype=np.float32)
        alike[np.arange(len(block)), block] = -np.inf
        found.append(np.argpartition(-alike, _NEAREST, axis=1)[:, :_NEAREST])
    return np.concatenate(found)


def _nearest_on_map(points: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rows of the nearest papers on the map, shape (rows, _NEAREST)."""
    import numpy as np
    from scipy.spatial import cKDTree

    near = np.asarray(cKDTree(points).query(points[rows], k=_NEAREST + 1)[1])
    # A paper is its own nearest, but for papers in the very same place.
    own = near == rows[:, None]
    own[~own.any(axis=1), -1] = True
    return np.asarray(near[~own].reshape(len(rows), _NEAREST))


def _shared(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Share of each row of one that is in the same row of the other."""
    import numpy as np

    return np.asarray((one[:, :, None] == other[:, None, :]).any(axis=2).mean(axis=1))
