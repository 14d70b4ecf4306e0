"""Papers nearest to a text, by the map's own encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.errors import MapBroken, SettingsError

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

    from topics.encoders import load_encoder

    if not text.strip():
        raise SettingsError("The text is empty; expected a few words to look for.")
    if limit < 1:
        raise SettingsError(f"--limit is {limit}; expected at least 1.")
    if topic_map.path is None:
        raise MapBroken("This map was never written to a folder, so it has no encoder.")
    vector = load_encoder(topic_map.path / "encoder").encode([text])[0]
    scores = np.asarray(topic_map.vectors @ vector)
    rows = np.argsort(-scores, kind="stable")[:limit]
    papers = topic_map.papers.iloc[rows]
    return [
        {
            "id": paper.id,
            "title": paper.title,
            "topic": paper.topic if isinstance(paper.topic, str) else None,
            "theme": paper.theme if isinstance(paper.theme, str) else None,
            "score": round(float(scores[row]), 4),
        }
        for row, paper in zip(rows, papers.itertuples(), strict=True)
    ]
