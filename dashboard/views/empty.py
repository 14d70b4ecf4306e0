"""What to show where there is nothing to show, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import access, links, text, wording
from dashboard.state import View
from topics.errors import MapWithdrawn

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.screen import Screen
    from topics.errors import MapError

__all__ = ["broken", "no_map", "no_match", "not_linked"]


def no_map() -> None:
    """Say how to make a first map."""
    with st.container(key="pm-empty"):
        st.title("No map to show yet", anchor=False)
        st.markdown(
            "Papermap shows maps that were built from saved pages or exports of papers, "
            "and it was started without one."
        )
        if access.may_change():
            links.link("build", View(), label="Build one here", icon=links.BUILD.icon)
        st.markdown("##### See the bundled sample")
        st.code("make run", language="bash")
        st.markdown("##### Build a map of your own pages and open it")
        st.code(
            "papermap build page1.txt page2.html --out my-map\npapermap serve my-map",
            language="bash",
        )


def not_linked() -> None:
    """Say that a map's own link is needed."""
    with st.container(key="pm-empty"):
        st.title("This address leads to no map", anchor=False)
        st.markdown(
            "Maps are shared by link here. Use the whole link that you were given, to its last "
            "letter; if it does not work any more, ask whoever gave it to you."
        )


def broken(error: MapError, folder: Path) -> None:
    """Say what is wrong with a map and what to do; the error's message holds both.

    Args:
        error: what came of opening it.
        folder: that it is served from.
    """
    said = text.plain(access.without_folder(str(error), folder))
    with st.container(key="pm-empty"):
        if isinstance(error, MapWithdrawn):
            st.title("This map was withdrawn", anchor=False)
            st.info(said, icon=":material/inventory_2:")
            return
        st.title("This map cannot be opened", anchor=False)
        st.error(said, icon=":material/error:")
        st.markdown("When it is put right, load this page again: the address stays the same.")


def no_match(screen: Screen) -> bool:
    """Say that no paper passes the filters, and offer to reset them.

    Returns:
        True where nothing passes: the view has nothing more to draw.
    """
    if not screen.selection.empty:
        return False
    with st.container(key="pm-empty"):
        if screen.selection.total == 0:
            st.subheader("This map has no papers", anchor=False)
            st.markdown("Build it again from sources that hold papers.")
            return True
        st.subheader("No paper matches these filters", anchor=False)
        if screen.view.text.strip() and screen.view.search == "meaning":
            st.markdown(
                "No paper that passes the other filters is near in meaning to what you wrote. "
                "Say it in other words or in a whole sentence, or search by words."
            )
        else:
            st.markdown(_what_filters(screen))
        st.button(
            "Reset filters",
            icon=":material/filter_alt_off:",
            type="primary",
            on_click=links.change_to,
            args=(screen.view.without_filters(),),
            key="no-match-reset",
        )
    return True


def _what_filters(screen: Screen) -> str:
    """Which filters there are, so that a reader sees what to take away."""
    view = screen.view
    words = text.shorten(view.text, 80)
    said = [
        f"the words “{words}”" if words else "",
        wording.count(len(view.themes), "theme") if view.themes else "",
        wording.count(len(view.topics), "topic") if view.topics else "",
        "a period" if view.since or view.until or view.new else "",
        "the legend" if view.only else "",
        "papers like another one" if view.like else "",
        "a least confidence" if view.least_confidence is not None else "",
        "no unclustered papers" if view.hide_unclustered else "",
    ]
    names = [each for each in said if each]
    advice = "Search for fewer words" if len(names) == 1 and words else "Take one of them away"
    told = text.plain(f"Shown are only papers by: {', '.join(names)}.") if names else ""
    return f"{told} {advice}, or start again from all papers.".strip()
