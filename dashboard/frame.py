"""The frame around every view: style, sidebar with the filters, header with the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, text
from dashboard.selection import months

if TYPE_CHECKING:
    from dashboard.loading import ServedMap
    from dashboard.selection import Selection
    from dashboard.state import View
    from topics.topicmap import TopicMap

__all__ = ["broken", "choose", "header", "notices", "sidebar", "style"]


def style() -> None:
    """Put the dashboard's style sheet in place."""


def choose(served: tuple[ServedMap, ...], view: View) -> tuple[ServedMap, tuple[str, ...]]:
    """The map that a view asks for, or the first with a notice."""
    for each in served:
        if each.name == view.map:
            return each, ()
    if view.map is None:
        return served[0], ()
    return served[0], ("The map of this link is not served here; this is another one.",)


def header(page: str, view: View, selection: Selection) -> None:
    """Draw the navigation, how many papers are shown, and the control that copies the link."""
    with st.container(horizontal=True, vertical_alignment="center", key="pm-header"):
        for name, info in links.PAGES.items():
            links.link(name, view, label=info.title, icon=info.icon, topic=None, paper=None)
        st.caption(selection.summary)


def notices(messages: tuple[str, ...]) -> None:
    """Say what of a link could not be shown."""
    for message in dict.fromkeys(messages):
        st.warning(text.plain(message), icon=":material/link_off:")


def broken(page: str, view: View, served: tuple[ServedMap, ...]) -> None:
    """The frame of a map that cannot be opened: only the choice of another map."""


def sidebar(
    topic_map: TopicMap, view: View, selection: Selection, served: tuple[ServedMap, ...]
) -> None:
    """Draw the filters."""
    with st.sidebar:
        st.text_input("Words", **links.bound(view, "text"))
        st.multiselect("Theme", list(topic_map.themes["name"]), **links.bound(view, "themes"))
        st.multiselect(
            "Topic",
            list(topic_map.topics["id"]),
            format_func=lambda topic: topic_map.topic_names.get(topic, topic),
            **links.bound(view, "topics"),
        )
        st.checkbox("Hide unclustered papers", **links.bound(view, "hide_unclustered"))
        months(topic_map)
