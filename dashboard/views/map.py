"""The Map view: the map fills the screen; a paper opens beside it, a selection below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import figures, links, tables, text, wording
from dashboard.map_layer import map_layer
from dashboard.selection import inside
from dashboard.views import empty

if TYPE_CHECKING:
    from dashboard.screen import Screen

__all__ = ["show"]


def show(screen: Screen) -> None:
    """Draw the view."""
    if empty.no_match(screen):
        return
    parts = figures.groups(screen)
    revision = screen.topic_map.digest[:12]
    map_layer(screen, parts, size=figures.marker_size(screen.selection.total), revision=revision)
    with st.container(horizontal=True, gap="medium", key="pm-stage"):
        with st.container(key="pm-map"):
            st.plotly_chart(
                figures.map_figure(screen, parts, revision=revision),
                theme=None,
                config=figures.CONFIG,
                height="stretch",
                key="map",
                alt=f"Map of {screen.selection.summary}, placed by what they are about",
            )
        if screen.view.paper is not None:
            with st.container(key="pm-panel"):
                _paper(screen, screen.view.paper)
    if screen.view.area:
        _picked(screen)


def _paper(screen: Screen, paper_id: str) -> None:
    """The paper beside the map."""
    papers, view = screen.topic_map.papers, screen.view
    paper = papers.iloc[screen.topic_map.row_of[paper_id]]
    with st.container(horizontal=True, horizontal_alignment="distribute", key="pm-panel-top"):
        st.html(text.element("div", _facts(paper), css_class="pm-facts"))
        st.button(
            "Close",
            icon=":material/close:",
            type="tertiary",
            on_click=links.change,
            kwargs={"paper": None},
            key="close-paper",
        )
    st.html(text.element("h2", paper["title"] or "Untitled", css_class="pm-paper-title"))
    topic = paper["topic"]
    if isinstance(topic, str):
        links.link(
            "topic",
            view,
            label=screen.topic_map.topic_names[topic],
            icon=":material/category:",
            topic=topic,
            paper=None,
        )
    abstract = paper["abstract"]
    st.html(
        text.element(
            "p",
            abstract if wording.is_known(abstract) else "No abstract is known.",
            css_class="pm-panel-abstract",
        )
    )
    links.link("paper", view, label="Open the paper’s page", icon=":material/article:", area=None)


def _facts(paper: object) -> str:
    topic = paper["topic"]  # type: ignore[index]
    theme = paper["theme"]  # type: ignore[index]
    said = [wording.date(paper["date"]), theme]  # type: ignore[index]
    if not isinstance(topic, str):
        said.append("unclustered")
    return " · ".join(str(part) for part in said if wording.is_known(part))


def _picked(screen: Screen) -> None:
    """The papers in the outline drawn on the map."""
    picked = inside(screen.selection, screen.view.area)
    with st.container(key="pm-picked"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"{wording.count(len(picked.rows), 'paper')} selected", anchor=False)
            st.button(
                "Clear selection",
                icon=":material/close:",
                type="tertiary",
                on_click=links.change,
                kwargs={"area": None},
                key="clear-area",
            )
        if picked.empty:
            st.caption("No paper lies in the outline. Draw another one, or clear it.")
            return
        tables.paper_table(screen, picked.papers, key="picked")
        tables.downloads(screen, picked.papers, name="selected papers", key="picked-download")
