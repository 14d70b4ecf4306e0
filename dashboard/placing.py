"""A text of the reader's own: where on the map it falls, beside what, and whether it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, tables, text, wording
from dashboard.figures import UNCLUSTERED
from dashboard.map_layer import Mark
from topics import meaning
from topics.errors import PapermapError
from topics.placement import NEAREST, Placement, place_text

if TYPE_CHECKING:
    from dashboard.screen import Screen

__all__ = ["mark", "placing"]

#: Where the text is kept while the reader looks at other pages; it is in no address and no file.
_KEPT, _BOX = "placed-text", "place-text"
_LONGEST = 20_000
#: Topics and papers that are listed.
_TOPICS, _PAPERS = 4, 10


def placing(screen: Screen) -> None:
    """Draw the panel: the text, and what became of it."""
    with st.container(horizontal=True, horizontal_alignment="distribute", key="pm-panel-top"):
        st.html(
            text.element("h2", "Where does my abstract fall?", css_class="pm-paper-title"),
            width="stretch",
        )
        st.button(
            "Close",
            icon=":material/close:",
            type="tertiary",
            on_click=links.change,
            kwargs={"place": False},
            key="close-place",
        )
    _form()
    found = _placement(screen)
    if isinstance(found, str):
        st.warning(text.plain(found), icon=":material/error:")
    elif found is None:
        st.caption(
            "Paste a title and abstract, a draft or a call for papers. It is compared with the "
            "papers of this map, kept for this session alone, and is not part of any link."
        )
    else:
        with st.container(gap="small", key="pm-placed"):
            _verdict(found)
            _topics(screen, found)
            _papers(screen, found)


def mark(screen: Screen) -> Mark | None:
    """Where the reader's text falls; None where there is none, or where it belongs nowhere."""
    found = _placement(screen) if screen.view.place else None
    if not isinstance(found, Placement) or found.unlike:
        return None
    names = screen.topic_map.topic_names
    topic = names.get(found.topics[0][0] or "", UNCLUSTERED)
    return Mark(found.x, found.y, "Your text", f"Your text falls near to papers of {topic}.")


def _form() -> None:
    st.session_state.setdefault(_BOX, st.session_state.get(_KEPT, ""))
    with st.form("place-form", border=False, enter_to_submit=True):
        st.text_area(
            "Your text",
            max_chars=_LONGEST,
            height=150,
            placeholder="Title and abstract",
            key=_BOX,
        )
        st.form_submit_button(
            "Find its place", type="primary", icon=":material/my_location:", on_click=_keep
        )


def _keep() -> None:
    st.session_state[_KEPT] = st.session_state.get(_BOX, "")


def _placement(screen: Screen) -> Placement | str | None:
    """Where the text falls, why that cannot be told, or None without a text."""
    asked = str(st.session_state.get(_KEPT, "")).strip()
    if not asked:
        return None
    try:
        return place_text(screen.topic_map, asked)
    except PapermapError as error:
        return str(error)


def _verdict(found: Placement) -> None:
    known = found.familiarity
    if known.words == 0 or (known.foreign and found.unlike):
        count, share = wording.count(known.words, "word"), wording.percent(known.share)
        said = (
            f"Of its {count}, {share} are used by at least three papers here; of the papers' own "
            f"words {wording.percent(known.usual)} or more are."
            if known.words
            else "There is no word in it that the map could compare."
        )
        st.warning(
            text.plain(f"This text is unlike anything in this map, so it has no place. {said}"),
            icon=":material/wrong_location:",
        )
        return
    if not found.near:
        st.warning(
            "No paper of this map is near to this text, so it has no place. A longer text may tell "
            "more.",
            icon=":material/wrong_location:",
        )
        return
    if found.scattered:
        st.info(
            "Its nearest papers are in several topics: it falls between them. The cross on the "
            "map stands where most of them are.",
            icon=":material/my_location:",
        )
        return
    st.caption("The cross on the map stands among the papers nearest to your text.")


def _topics(screen: Screen, found: Placement) -> None:
    if found.unlike:
        return
    names, nearest = screen.topic_map.topic_names, len(found.papers)
    st.html(
        text.element(
            "h3", f"Topics of its {wording.count(nearest, 'nearest paper')}", css_class="pm-label"
        )
    )
    for topic, votes in found.topics[:_TOPICS]:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            if topic is None:
                st.html(text.element("span", UNCLUSTERED), width="content")
            else:
                links.link("topic", screen.view, label=names[topic], topic=topic, place=False)
            st.html(
                text.element("span", f"{votes} of {nearest}", css_class="pm-score"), width="content"
            )
    if found.themes:
        theme, votes = found.themes[0]
        st.html(
            text.element("div", f"Theme: {theme} ({votes} of {nearest})", css_class="pm-score"),
        )


def _papers(screen: Screen, found: Placement) -> None:
    title = "Least far papers, for what it is worth" if found.unlike else "Nearest papers"
    st.html(text.element("h3", title, css_class="pm-label"))
    rows = [row for row, _ in found.papers[:_PAPERS]]
    papers = tables.records(screen.topic_map.papers.iloc[rows])
    with st.container(gap="xsmall", key="pm-found"):
        for paper, (_, cosine) in zip(papers, found.papers, strict=False):
            with st.container(gap=None):
                links.link(
                    "map", screen.view, label=paper["title"] or "Untitled", paper=paper["id"]
                )
                word = meaning.nearness(screen.topic_map, cosine)
                said = f"{word[:1].upper()}{word[1:]} ({wording.number(cosine)})"
                st.html(text.element("div", said, css_class="pm-reason"))
    st.caption(
        f"Nearness is that of the vectors of the texts; the {NEAREST} nearest papers decide on "
        "place, topics and theme."
    )
