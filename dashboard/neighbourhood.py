"""Which topics and papers lie close to one another."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from topics.meaning import rare_similarity

if TYPE_CHECKING:
    import numpy as np

    from topics.topicmap import TopicMap

__all__ = ["neighbouring_topics", "rare_similarity", "similar_papers"]


def neighbouring_topics(
    topic_map: TopicMap, topic: str, *, k: int = 5
) -> tuple[tuple[str, float], ...]:
    """The topics closest to one, by the cosine of the mean vectors of their papers.

    Returns:
        Topic id and cosine, the closest first; empty for the only topic of a map.
    """
    from topics.neighbours import most_similar

    ids, centroids = _centroids(topic_map)
    rows, cosines = most_similar(centroids, ids.index(topic), k=k)
    return tuple((ids[row], float(c)) for row, c in zip(rows, cosines, strict=True))


def similar_papers(
    topic_map: TopicMap, paper: str, *, k: int = 10
) -> tuple[tuple[int, float], ...]:
    """The papers most like one: row and cosine, the most similar first."""
    from topics.neighbours import most_similar

    rows, cosines = most_similar(topic_map.vectors, topic_map.row_of[paper], k=k)
    return tuple((int(row), float(c)) for row, c in zip(rows, cosines, strict=True))


@lru_cache(maxsize=8)
def _centroids(topic_map: TopicMap) -> tuple[list[str], np.ndarray]:
    """Topic ids, and the mean of the vectors of each one's papers, of length one."""
    import numpy as np

    ids = list(topic_map.topics["id"])
    place = {topic: i for i, topic in enumerate(ids)}
    member = np.array([place.get(topic, -1) for topic in topic_map.papers["topic"]], dtype=int)
    sums = np.zeros((len(ids), topic_map.vectors.shape[1]))
    np.add.at(sums, member[member >= 0], topic_map.vectors[member >= 0])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return ids, sums / np.where(lengths > 0, lengths, 1)
