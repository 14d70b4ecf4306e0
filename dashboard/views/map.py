"""The Map view: the map fills the screen; a paper opens beside it, a selection below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import figures, links, news, tables, text, wording
from dashboard.found import found
from dashboard.further import MORE, also_near
from dashboard.map_layer import map_layer, map_points
from dashboard.opening import points_address
from dashboard.picked import picked
from dashboard.placing import mark, placing
from dashboard.reading import keep_button
from dashboard.views import empty
from topics.exports import author_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.screen import Screen
    from dashboard.state import View

__all__ = ["show"]


def show(screen: Screen) -> None:
    """Draw the view."""
    if empty.no_match(screen):
        return
    st.html(text.element("h1", f"Map of {screen.selection.summary}", css_class="pm-hidden"))
    key = st.container(horizontal=True, vertical_alignment="center", key="pm-key")
    stage = st.container(horizontal=True, gap="medium", key="pm-stage")
    with stage.container(key="pm-map"):
        map_points(screen.topic_map, points_address(screen.topic_map, screen.view))
    with key:
        map_layer(screen, figures.groups(screen), mark(screen))
    if screen.view.beside:
        with stage.container(key="pm-panel"):
            _beside(screen)
    # A phone's side bar, which says so too, is closed until it is opened.
    st.html(text.element("p", wording.TO_READ, css_class="pm-to-read"))
    if screen.view.area:
        picked(screen)
    news.card(screen)


def _beside(screen: Screen) -> None:
    if screen.view.paper is not None:
        _paper(screen, screen.view.paper)
    elif screen.view.place:
        placing(screen)
    else:
        found(screen)


def _paper(screen: Screen, paper_id: str) -> None:
    """The paper beside the map."""
    view = screen.view
    row = screen.topic_map.row_of[paper_id]
    paper = tables.records(screen.topic_map.papers.iloc[[row]])[0]
    label, icon = _way_back(view)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="pm-panel-top"):
        st.html(text.element("div", _facts(paper), css_class="pm-facts"))
        st.button(
            label,
            icon=icon,
            type="tertiary",
            on_click=links.change,
            kwargs={"paper": None},
            key="close-paper",
        )
    st.html(
        text.element("h2", paper["title"] or "Untitled", css_class="pm-paper-title")
        + text.authors(_sentence(author_names(paper)), paper["authors"])
    )
    with st.container(horizontal=True, key="pm-panel-links"):
        if isinstance(topic := paper["topic"], str):
            name = screen.topic_map.topic_names[topic]
            changes = {"topic": topic, "paper": None, "area": None}
            links.link("topic", view, label=name, icon=":material/category:", **changes)
        links.link("paper", view, label="Full page", icon=":material/article:", area=None)
        links.link("map", view, **MORE, like=paper_id)
        keep_button(view, paper_id)
    also_near(screen, paper_id)
    abstract = paper["abstract"]
    known = wording.is_known(abstract)
    words = abstract if known else "The source gives no abstract."
    st.html(text.element("p", words, css_class="pm-panel-abstract"))


def _way_back(view: View) -> tuple[str, str]:
    """Label and icon of what closes a paper: there may be a list to go back to."""
    if view.searched or view.place:
        return "Back to the list", ":material/arrow_back:"
    return "Close", ":material/close:"


def _facts(paper: Mapping[str, Any]) -> str:
    said = [wording.date(paper["date"]), paper["theme"]]
    if not isinstance(paper["topic"], str):
        said.append(figures.UNCLUSTERED)
    return _sentence(" · ".join(str(part) for part in said if wording.is_known(part)))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
