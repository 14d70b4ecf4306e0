"""Colours: one palette for light and one for dark, safe for colour-blind readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.topicmap import TopicMap

__all__ = ["DARK", "LIGHT", "Palette"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one appearance, as ``#rrggbb``.

    All group colours and ``other`` stay apart (at least 8 in OKLab × 100) for readers with
    protanopia, deuteranopia and tritanopia, too: they differ in lightness, not in hue alone.

    Attributes:
        dark: whether it is the dark one.
        background: behind everything.
        surface: of panels.
        ink: of text.
        muted: of secondary text and axes.
        line: of rules and grids.
        accent: of links and of what is selected.
        grey: of unclustered papers, which are drawn as rings.
        other: of what belongs to no named group.
        groups: for groups, in order of use.
        ramp: from early to late, from little to much: in steps that look equal (OKLab), and that
            go one way in lightness whatever colours a reader cannot tell apart.
    """

    dark: bool
    background: str
    surface: str
    ink: str
    muted: str
    line: str
    accent: str
    grey: str
    other: str
    groups: tuple[str, ...]
    ramp: tuple[str, ...]

    def colours(self, names: Sequence[str]) -> dict[str, str]:
        """A colour for each name, in their order; a neutral one for the theme ``other``."""
        rest = [name for name in names if name != OTHER_THEME]
        found = {name: self.groups[i % len(self.groups)] for i, name in enumerate(rest)}
        return {name: found.get(name, self.other) for name in names}

    def theme_colours(self, topic_map: TopicMap) -> dict[str, str]:
        """The colour of each theme of a map, the same on every page."""
        return self.colours(list(topic_map.themes["name"]))

    def topic_colours(self, topic_map: TopicMap) -> dict[str, str]:
        """The colour of each topic id of a map, the same on every page.

        There are more topics than colours that can be told apart, so colours come back: each
        topic, the largest first, takes the colour whose other topics lie farthest from it.
        """
        placed: dict[str, list[tuple[float, float]]] = {colour: [] for colour in self.groups}
        found: dict[str, str] = {}
        topics = topic_map.topics
        for topic, x, y in zip(topics["id"], topics["x"], topics["y"], strict=True):
            colour = max(
                self.groups,
                key=lambda one: min(
                    ((x - a) ** 2 + (y - b) ** 2 for a, b in placed[one]),
                    default=float("inf"),
                ),
            )
            placed[colour].append((x, y))
            found[topic] = colour
        return found


LIGHT = Palette(
    dark=False,
    background="#fbfaf7",
    surface="#f2f0ea",
    ink="#1d2129",
    muted="#616772",
    line="#e3dfd6",
    accent="#1f5fa8",
    grey="#a9abb0",
    other="#968f84",
    groups=(
        "#3b86ea",
        "#df630c",
        "#005743",
        "#a64c91",
        "#54287b",
        "#a30003",
        "#7434bb",
        "#027755",
    ),
    ramp=(
        "#d5bf36",
        "#96bb4b",
        "#4fb168",
        "#0b9e83",
        "#04848c",
        "#04688d",
        "#004e97",
        "#302c89",
        "#3d006f",
    ),
)

DARK = Palette(
    dark=True,
    background="#13161b",
    surface="#1b1f26",
    ink="#ebe9e4",
    muted="#9ba2ae",
    line="#2b313a",
    accent="#8ab8f5",
    grey="#69707b",
    other="#7a756d",
    groups=(
        "#427bf2",
        "#fc9500",
        "#4fc495",
        "#fac1f4",
        "#ae99e4",
        "#ea5207",
        "#c94cb2",
        "#51e97e",
    ),
    ramp=(
        "#623bab",
        "#505cbe",
        "#367cc7",
        "#0199c6",
        "#0db4bc",
        "#1cccab",
        "#78dc93",
        "#b9e67f",
        "#f6ed77",
    ),
)
