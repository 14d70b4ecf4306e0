"""What another confidence has moved: which papers joined a topic, and which left one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import tables, wording
from topics.threshold import moved

if TYPE_CHECKING:
    from dashboard.screen import Screen

__all__ = ["show"]


def show(screen: Screen) -> None:
    """List the papers that are in a topic here and were not when the map was built, or were."""
    if screen.built is None or screen.built is screen.topic_map:
        return
    change = moved(screen.built, screen.topic_map)
    papers = screen.topic_map.papers
    st.subheader("Moved by the confidence you chose", anchor=False)
    st.caption(
        f"Here a paper is in its nearest topic if at least {screen.view.confidence} % of its most "
        "similar papers are; the figures above are of the map as it was built."
    )
    for rows, said, key, columns in (
        (change.joined, "joined a topic", "joined", ("topic", "fit")),
        (change.left, "left a topic", "left", ("nearest", "fit")),
    ):
        st.markdown(f"**{wording.count(len(rows), 'paper')}** {said}")
        if len(rows):
            tables.paper_table(screen, papers.iloc[rows], key=f"moved-{key}", show=columns)
