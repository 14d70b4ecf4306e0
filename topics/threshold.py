"""The map at another confidence: which papers are in a topic is a choice that a reader may change.

Each paper knows the topic nearest to it and how surely it belongs there: the share of its most
similar papers that lie in that topic. A build decides with care who is in; a reader who wants only
the sure papers, or a place for every paper, draws the line elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from topics.topicmap import TopicMap

__all__ = ["Moved", "at_confidence", "moved"]


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """Rows of the papers that another confidence moves.

    Attributes:
        joined: rows of those that were unclustered and are in their nearest topic now.
        left: rows of those that were in a topic and are unclustered now.
    """

    joined: np.ndarray
    left: np.ndarray


@lru_cache(maxsize=8)
def at_confidence(topic_map: TopicMap, least: float) -> TopicMap:
    """Put every paper in its nearest topic that belongs there surely enough, and no other.

    Args:
        topic_map: the map as it was built.
        least: least confidence, 0 to 1.

    Returns:
        The map with other memberships, sizes and counts; topics left without papers are gone.
        Names, places and vectors are the same. The manifest tells the confidence as
        ``least_confidence``, and its digest is another.
    """
    papers = topic_map.papers
    enough = papers["nearest_topic"].notna() & (papers["topic_confidence"] >= least)
    topic = papers["nearest_topic"].where(enough, None)
    sizes = topic.value_counts()
    topics = topic_map.topics[topic_map.topics["id"].isin(sizes.index)]
    topics = topics.assign(size=topics["id"].map(sizes).astype("int64"))
    topics = topics.sort_values("size", ascending=False, kind="stable").reset_index(drop=True)
    counts = {
        **topic_map.manifest.get("counts", {}),
        "topics": len(topics),
        "unclustered": int(topic.isna().sum()),
    }
    told = {
        "counts": counts,
        "digest": f"{round(100 * least)}-{topic_map.digest}",
        "least_confidence": least,
    }
    return replace(
        topic_map,
        papers=papers.assign(topic=topic),
        topics=topics,
        manifest={**topic_map.manifest, **told},
        built=topic_map,
    )


def moved(before: TopicMap, after: TopicMap) -> Moved:
    """Which papers are in a topic in one map and not in the other."""
    import numpy as np

    was, now = (each.papers["topic"].notna().to_numpy() for each in (before, after))
    return Moved(joined=np.flatnonzero(now & ~was), left=np.flatnonzero(was & ~now))
