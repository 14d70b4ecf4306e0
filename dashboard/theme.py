"""Colours: one palette for light and one for dark, safe for colour-blind readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

__all__ = ["DARK", "LIGHT", "Palette", "current_palette"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one appearance, as ``#rrggbb``.

    Attributes:
        dark: whether it is the dark one.
        background: behind everything.
        surface: of panels.
        ink: of text.
        muted: of secondary text and axes.
        line: of rules and grids.
        accent: of what is selected.
        grey: of unclustered papers and whatever belongs to no group.
        groups: for groups, in order of use.
        ramp: from early to late.
    """

    dark: bool
    background: str
    surface: str
    ink: str
    muted: str
    line: str
    accent: str
    grey: str
    groups: tuple[str, ...]
    ramp: tuple[str, ...]

    def colours(self, names: Sequence[str]) -> dict[str, str]:
        """A colour for each name, in their order; grey for ``other``."""
        rest = [name for name in names if name != OTHER_THEME]
        found = {name: self.groups[i % len(self.groups)] for i, name in enumerate(rest)}
        return {name: found.get(name, self.grey) for name in names}

    def theme_colours(self, topic_map: TopicMap) -> dict[str, str]:
        """The colour of each theme of a map, the same on every page."""
        return self.colours(list(topic_map.themes["name"]))

    def topic_colours(self, topic_map: TopicMap) -> dict[str, str]:
        """The colour of each topic id of a map, the same on every page."""
        return self.colours(list(topic_map.topics["id"]))


LIGHT = Palette(
    dark=False,
    background="#fbfaf8",
    surface="#ffffff",
    ink="#1c1f26",
    muted="#5d6470",
    line="#e4e1da",
    accent="#1f4e79",
    grey="#b3b5ba",
    groups=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7b3fa0", "#5a5a00"),
    ramp=("#d9d0a5", "#7fb08a", "#2f7f8e", "#243f73"),
)

DARK = Palette(
    dark=True,
    background="#14171c",
    surface="#1b1f26",
    ink="#e9e7e2",
    muted="#9aa1ad",
    line="#2c323b",
    accent="#8fc1ee",
    grey="#5f6570",
    groups=("#4aa3df", "#f08a3c", "#2fc39a", "#e59ac4", "#e0b83a", "#9ad4f5", "#b98be0", "#b5b54a"),
    ramp=("#3b4a7a", "#3a8f9c", "#8cc79a", "#efe3b0"),
)


def current_palette() -> Palette:
    """The palette of the appearance that the reader's browser shows now."""
    import streamlit as st

    return DARK if st.context.theme.type == "dark" else LIGHT
