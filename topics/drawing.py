"""How a map is drawn, wherever that is: which part of the plane, and how large the points are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

__all__ = ["extent", "marker_size"]


def extent(topic_map: TopicMap) -> tuple[tuple[float, float], tuple[float, float]]:
    """The range of x and of y that shows the whole map with room around it."""
    papers = topic_map.papers
    found = []
    for axis in ("x", "y"):
        low, high = (
            (float(papers[axis].min()), float(papers[axis].max())) if len(papers) else (0, 1)
        )
        # All in one place: as much room as the numbers of a graphics card can tell apart.
        room = 0.07 * (high - low) if high - low > 1e-3 else 0.07
        found.append((low - room, high + room))
    return found[0], found[1]


def marker_size(papers: int) -> float:
    """Points as large as the crowd allows, in pixels."""
    for most, size in ((60, 13.0), (300, 11.0), (1_000, 8.0), (5_000, 5.5), (20_000, 4.0)):
        if papers <= most:
            return size
    return 2.5
