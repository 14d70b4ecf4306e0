"""Papers nearest to a text, by the map's own encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.errors import SettingsError
from topics.meaning import scores

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

__all__ = ["nearest_papers"]


def nearest_papers(topic_map: TopicMap, text: str, *, limit: int = 10) -> list[dict[str, Any]]:
    """Find the papers nearest to a text in meaning and wording.

    Args:
        topic_map: a map that was loaded from a folder.
        text: a query, a title or an abstract.
        limit: papers to return at most.

    Returns:
        Nearest first: id, title, topic (null if unclustered), theme, score (cosine).

    Raises:
        SettingsError: the text is empty or the limit is below one.
        MapBroken: the map has no encoder.
    """
    import numpy as np

    if not text.strip():
        raise SettingsError("The text is empty; expected a few words to look for.")
    if limit < 1:
        raise SettingsError(f"--limit is {limit}; expected at least 1.")
    found = scores(topic_map, text)
    rows = np.argsort(-found, kind="stable")[:limit]
    papers = topic_map.papers.iloc[rows]
    return [
        {
            "id": paper.id,
            "title": paper.title,
            "topic": paper.topic if isinstance(paper.topic, str) else None,
            "theme": paper.theme if isinstance(paper.theme, str) else None,
            "score": round(float(found[row]), 4),
        }
        for row, paper in zip(rows, papers.itertuples(), strict=True)
    ]
