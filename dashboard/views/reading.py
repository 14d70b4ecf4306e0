"""The reading list: the papers that the reader has collected, to be exported or shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, tables, wording
from dashboard.state import MOST_READING

if TYPE_CHECKING:
    from dashboard.screen import Screen

__all__ = ["show"]


def show(screen: Screen) -> None:
    """Draw the view."""
    with st.container(key="pm-page"):
        st.title("Reading list")
        if screen.view.reading:
            _list(screen)
        else:
            _empty(screen)


def _empty(screen: Screen) -> None:
    st.markdown(
        "Nothing is on it yet. Open a paper and choose **Add to reading list**; search results and "
        "selections on the map can be added together.\n\n"
        "The list is kept in the address: copy the link and it opens anywhere with the same "
        f"papers, up to {MOST_READING}. Nothing is stored elsewhere. It exports as BibTeX, RIS, "
        "CSV and Markdown."
    )
    with st.container(horizontal=True):
        links.link("map", screen.view, label="To the map", icon=":material/scatter_plot:")
        links.link("paper", screen.view, label="To the papers", icon=":material/article:")


def _list(screen: Screen) -> None:
    topic_map, chosen = screen.topic_map, screen.view.reading
    papers = topic_map.papers.iloc[[topic_map.row_of[paper] for paper in chosen]]
    left = MOST_READING - len(chosen)
    st.caption(
        f"{wording.count(len(chosen), 'paper')}, in the order in which they were added. The list "
        "is in the address: copy the link to keep or share it. "
        + (f"There is room for {left} more." if left else "It is full: export it, then clear it.")
    )
    tables.paper_table(screen, papers, key="reading", show=("date", "topic", "theme"))
    tables.downloads(screen, papers, name="reading list", key="reading-download")
    with st.container(horizontal=True, vertical_alignment="bottom", key="pm-reading-off"):
        st.button(
            "Clear the list",
            icon=":material/delete:",
            on_click=links.change,
            kwargs={"reading": ()},
            help="Back in the browser brings it back",
            key="clear-reading",
        )
