"""What to show where there is nothing to show, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, text

if TYPE_CHECKING:
    from dashboard.screen import Screen
    from topics.errors import MapError

__all__ = ["broken", "no_map", "no_match"]


def no_map() -> None:
    """Say how to make a first map."""
    st.title("No map yet")
    st.markdown("Papermap shows a map that was built from saved pages or exports of papers.")
    st.markdown("**See the bundled sample**")
    st.code("make run", language="bash")
    st.markdown("**Build a map of your own pages, then open it**")
    st.code("papermap build page1.txt page2.html --out my-map\npapermap serve my-map", "bash")


def broken(error: MapError) -> None:
    """Say what is wrong with a map and what to do."""
    st.title("This map cannot be opened")
    st.error(text.plain(str(error)), icon=":material/error:")


def no_match(screen: Screen) -> bool:
    """Say that no paper passes the filters, and offer to reset them.

    Returns:
        True where nothing passes: the view has nothing more to draw.
    """
    if not screen.selection.empty:
        return False
    st.markdown("#### No paper matches these filters")
    st.button(
        "Reset filters",
        icon=":material/filter_alt_off:",
        on_click=links.change_to,
        args=(screen.view.without_filters(),),
        key="no-match-reset",
    )
    return True
