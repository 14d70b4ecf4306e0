"""The frame around every view: style, sidebar with the filters, header with the navigation."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, news, text, wording
from dashboard.reading import counter
from dashboard.selection import months, respelled
from dashboard.state import CHOICES
from dashboard.theme import current_palette, style_variables
from topics import meaning, wordsearch
from topics.threshold import moved

if TYPE_CHECKING:
    from dashboard.loading import ServedMap
    from dashboard.selection import Selection
    from dashboard.state import View
    from topics.palette import Palette
    from topics.topicmap import TopicMap

__all__ = ["brand", "header", "notices", "sidebar", "style"]

_ASSETS = Path(__file__).with_name("assets")
_SEARCH_HELP = {
    "words": 'A word finds all words that begin with it. Words in "quotes" must follow each '
    "other; -word leaves out the papers that have it.",
    "meaning": "Finds the papers whose title and abstract are nearest to what you write, by the "
    "text vectors that the map was made with. It knows related words; it does not reason.",
}
_PLACEHOLDERS = {
    "words": "Words in title, abstract, authors",
    "meaning": "What the papers are about",
}

_copy_link = st.components.v2.component(
    "papermap.copy_link",
    html=(
        '<button type="button" class="pm-copy" aria-live="polite">'
        '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 '
        '0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1"/></svg>'
        "<span>Copy link</span></button>"
    ),
    js=(_ASSETS / "frame.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def style() -> None:
    """Put the dashboard's style sheet in place; nothing of a map's data is in it."""
    st.html(_sheet(current_palette()))


@cache
def _sheet(palette: Palette) -> str:
    """The style sheet as one line: Streamlit takes the indentation off each line, at every run."""
    variables = style_variables(palette)
    colours = "".join(f"{name}:{value};" for name, value in variables.items())
    names = ("style.css", "time.css", "views.css", "build.css", "edits.css")
    sheets = "".join((_ASSETS / name).read_text(encoding="utf-8") for name in names)
    return f"<style>:root{{{colours}}}{' '.join(map(str.strip, sheets.splitlines()))}</style>"


def header(page: str, view: View, selection: Selection | None) -> None:
    """Draw the navigation, how many papers are shown, and the control that copies the link."""
    with st.container(
        horizontal=True, vertical_alignment="center", wrap=False, gap="small", key="pm-header"
    ):
        with st.container(horizontal=True, wrap=False, gap=None, key="pm-nav"):
            for info in links.in_navigation():
                # A page that shows one thing is left for its list; the map keeps what is open.
                left = {
                    "place": False,
                    **dict.fromkeys(("paper", "topic", "against", "area", "named", "at", "build")),
                }
                kept: dict[str, Any] = {} if info.name == page == "map" else left
                links.link(info.name, view, label=info.title, icon=info.icon, **kept)
        with st.container(horizontal=True, width="content", gap="small", key="pm-share"):
            if selection is not None:
                count = text.element("span", selection.summary, css_class="pm-count")
                st.html(count, width="content")
                counter(view)
            _copy_link(
                key="pm-copy-link",
                data={"dark": current_palette().dark},
                on_appearance_change=_nothing,
                width="content",
            )


def _nothing() -> None:
    """The new run alone is what a change of the appearance asks for."""


def notices(messages: tuple[str, ...]) -> None:
    """Say what of a link could not be shown."""
    said = list(dict.fromkeys(messages))
    if said:
        lines = "\n".join(f"- {text.plain(message)}" for message in said)
        st.warning(text.plain(said[0]) if len(said) == 1 else lines, icon=":material/link_off:")


def brand(served: tuple[ServedMap, ...], chosen: ServedMap) -> None:
    """Draw the name and, among several maps, the choice: the other map starts with no filter."""
    with st.sidebar:
        st.html('<div class="pm-brand">Papermap</div>')
        if len(served) < 2:
            return
        names = [each.name for each in served]
        titles = {each.name: each.title for each in served}

        def changed() -> None:
            links.show_map(st.session_state["map-choice"], first=names[0])

        if st.session_state.get("map-choice") != chosen.name:
            st.session_state["map-choice"] = chosen.name
        st.selectbox(
            "Map", names, key="map-choice", on_change=changed, format_func=titles.__getitem__
        )


def sidebar(topic_map: TopicMap, view: View, *, built: TopicMap) -> None:
    """Draw the filters.

    Args:
        topic_map: the map shown.
        view: the view shown.
        built: the map as it was built, before the reader chose another confidence.
    """
    with st.sidebar:
        _search(topic_map, view)
        st.multiselect(
            "Themes",
            list(topic_map.themes["name"]),
            placeholder="All themes",
            format_func=text.plain,
            **links.bound(view, "themes"),
        )
        st.multiselect(
            "Topics",
            list(topic_map.topics["id"]),
            placeholder="All topics",
            format_func=lambda topic: text.plain(topic_map.topic_names.get(topic, topic)),
            **links.bound(view, "topics"),
        )
        _period(topic_map, view)
        if topic_map.unclustered:
            st.checkbox(
                f"Hide {topic_map.unclustered:,} unclustered",
                **links.bound(view, "hide_unclustered"),
            )
        if len(built.topics):
            _confidence(topic_map, view, built)
        st.button(
            "Reset filters",
            icon=":material/filter_alt_off:",
            disabled=not view.filtered,
            on_click=links.change_to,
            args=(view.without_filters(),),
            width="stretch",
            key="reset-filters",
        )
        st.caption(wording.TO_READ)


def _search(topic_map: TopicMap, view: View) -> None:
    wordsearch.warm_up(topic_map)
    if view.search == "meaning" or view.place:
        meaning.warm_up(topic_map)
    with st.container(gap="xsmall", key="pm-search"):
        st.text_input(
            "Search",
            type="search",
            live="300ms",
            placeholder=_PLACEHOLDERS[view.search],
            icon=":material/search:",
            help=_SEARCH_HELP[view.search],
            **links.bound(view, "text"),
        )
        st.segmented_control(
            "Search by",
            CHOICES["search"],
            label_visibility="collapsed",
            format_func=lambda how: f"By {how}",
            width="stretch",
            **links.bound(view, "search"),
        )
        for said in respelled(topic_map, view):
            st.caption(text.plain(said))
        links.link(
            "map",
            view,
            label="Where does my abstract fall?",
            icon=":material/my_location:",
            help="Paste a text: its place on the map, its topic, the papers nearest to it",
            place=True,
            paper=None,
            topic=None,
        )


def _confidence(topic_map: TopicMap, view: View, built: TopicMap) -> None:
    st.select_slider(
        "Least confidence",
        CHOICES["confidence"],
        format_func=lambda value: f"{value} %" if value.isdigit() else value,
        help="How many of a paper's most similar papers must lie in its topic. Papers below that "
        "are shown as unclustered; unclustered papers above it join their nearest topic.",
        **links.bound(view, "confidence"),
    )
    if topic_map is not built:
        change = moved(built, topic_map)
        joined, left = len(change.joined), len(change.left)
        st.caption(
            f"{wording.count(joined, 'paper')} joined a topic, {left:,} left one; the Quality page "
            "lists them."
        )


def _period(topic_map: TopicMap, view: View) -> None:
    every = months(topic_map)
    if len(every) < 2:
        return
    whole = (every[0], every[-1])
    asked = (view.begin or whole[0], view.until or whole[1])
    value = tuple(min(max(month, whole[0]), whole[1]) for month in asked)
    if st.session_state.get("period", whole) != value:
        st.session_state["period"] = value

    def changed() -> None:
        since, until = st.session_state["period"]
        links.change(
            since=None if since == whole[0] else since,
            until=None if until == whole[1] else until,
            new=None,
        )

    st.select_slider(
        "Period", every, whole, format_func=wording.date, key="period", on_change=changed
    )
    news.switch(topic_map, view.new)
    if topic_map.undated and (view.begin or view.until):
        st.caption(f"{wording.count(topic_map.undated, 'undated paper')} left out.")
