"""What a view is given to draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard.selection import select
from topics.meaning import problem
from topics.threshold import at_confidence

if TYPE_CHECKING:
    from dashboard.selection import Selection
    from dashboard.state import View
    from dashboard.theme import Palette
    from topics.topicmap import TopicMap

__all__ = ["Screen", "compose"]


@dataclass(frozen=True, eq=False, slots=True)
class Screen:
    """All that a view needs.

    Attributes:
        topic_map: the map; its frames are shared by all readers, never change them.
        view: the reader's view; everything in it exists in the map.
        selection: the papers that pass the view's filters.
        palette: the colours of the light or the dark appearance, whichever is shown.
        built: the map as it was built, where the view asks for another confidence.
    """

    topic_map: TopicMap
    view: View
    selection: Selection
    palette: Palette
    built: TopicMap | None = None


def compose(built: TopicMap, view: View, palette: Palette) -> tuple[Screen, tuple[str, ...]]:
    """Apply a view to a map.

    Returns:
        The screen, and a notice for each thing of the view that the map does not have.
    """
    least = view.least_confidence
    topic_map = built if least is None else at_confidence(built, least)
    view, gone = view.within(topic_map)
    if view.text.strip() and view.search == "meaning" and (why := problem(topic_map)):
        view = replace(view, search="words")
        gone += (f"The search is for words, since none by meaning is possible: {why}",)
    return Screen(topic_map, view, select(topic_map, view), palette, built=built), gone
