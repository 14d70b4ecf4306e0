"""The papers in the outline drawn on the map: what sets them apart, a table, files."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard import edit_dialogs, links, tables, text, wording
from dashboard.figures import UNCLUSTERED
from dashboard.reading import keep_all_button
from dashboard.selection import inside
from dashboard.state import LIMITS
from topics.contrast import FEWEST, topic_mix, words_apart

if TYPE_CHECKING:
    from dashboard.screen import Screen
    from dashboard.selection import Selection
    from topics.contrast import Part, Word
    from topics.topicmap import TopicMap

__all__ = ["picked"]

#: Topics that have a bar; words that are shown.
_BARS, _WORDS = 8, 18

#: Papers below which a share says little.
_FEW = 20


def picked(screen: Screen) -> None:
    """Draw the papers in the outline."""
    view = screen.view
    chosen = inside(screen.selection, view.area)
    with st.container(key="pm-picked"):
        _head(screen, chosen)
        if chosen.empty:
            st.caption("No paper lies in the outline. Draw another one, or clear it.")
            return
        left, right = st.columns(2, gap="large")
        with left:
            _mix(screen, chosen)
        with right:
            _words(screen, chosen)
        tables.paper_table(screen, chosen.papers, key="picked")
        with st.container(horizontal=True, vertical_alignment="center", key="pm-picked-files"):
            links.link(
                "report",
                view,
                label="Report of these papers",
                icon=":material/summarize:",
                paper=None,
                at=None,
            )
            ids = [str(paper) for paper in chosen.papers["id"]]
            edit_dialogs.move_control(screen, ids, key="edit-move-picked")
            keep_all_button(view, [str(one) for one in chosen.papers["id"]], key="keep-picked")
        name = view.named or "selected papers"
        tables.downloads(screen, chosen.papers, name=name, key="picked-download")


def _head(screen: Screen, chosen: Selection) -> None:
    said = f"{wording.count(len(chosen.rows), 'paper')} selected"
    named = screen.view.named
    with st.container(horizontal=True, vertical_alignment="bottom", key="pm-picked-head"):
        with st.container(gap=None):
            st.subheader(text.plain(named or said), anchor=False)
            if named:
                st.caption(said)
        st.text_input(
            "Name this selection",
            max_chars=LIMITS["named"],
            placeholder="Name it: the name goes into the link",
            width=300,
            **links.bound(screen.view, "named"),
        )
        st.button(
            "Clear selection",
            icon=":material/close:",
            type="tertiary",
            on_click=links.change,
            kwargs={"area": None, "named": None},
            key="clear-area",
        )


def _mix(screen: Screen, chosen: Selection) -> None:
    parts = _mix_of(screen.topic_map, chosen.rows.tobytes())
    st.markdown("##### Topics, beside the whole map")
    names = screen.topic_map.topic_names
    colours = screen.palette.topic_colours(screen.topic_map)
    most = max(max(part.share, part.usual) for part in parts[:_BARS])
    rows = "".join(
        _bar(
            names.get(part.topic or "", UNCLUSTERED),
            part,
            most,
            colours.get(part.topic or "", screen.palette.grey),
        )
        for part in parts[:_BARS]
    )
    st.html(
        '<table class="pm-mix"><thead><tr><th>Topic</th><th>Of these</th><th>Of the map</th>'
        f'<th><span class="pm-sr">Difference</span></th></tr></thead><tbody>{rows}</tbody></table>'
    )
    st.caption(" ".join(_told(screen, chosen, parts)))


def _told(screen: Screen, chosen: Selection, parts: tuple[Part, ...]) -> list[str]:
    """What to know when reading the bars."""
    said = []
    if len(parts) > _BARS:
        rest = sum(part.inside for part in parts[_BARS:])
        said.append(
            f"{wording.count(rest, 'more paper')} in "
            f"{wording.count(len(parts) - _BARS, 'smaller topic')}."
        )
    if len(chosen.rows) < FEWEST:
        said.append("So few papers say nothing of shares.")
    elif len(chosen.rows) < _FEW:
        said.append(
            f"With only {len(chosen.rows)} papers, each is {wording.percent(1 / len(chosen.rows))}."
        )
    said.append(
        "The line in a bar is the share of the whole map; “more” and “fewer” stand only where "
        f"{wording.count(len(chosen.rows), 'paper')} drawn at random would rarely differ so much."
    )
    if screen.view.filtered:
        said.append("The filters hold for the selection, not for the map.")
    return said


def _bar(name: str, part: Part, most: float, colour: str) -> str:
    width, tick = (100 * value / most for value in (part.share, part.usual))
    word = ("more" if part.share > part.usual else "fewer") if part.clear else ""
    # Our own numbers and a colour of the palette: nothing of a paper is markup here.
    bar = (
        f'<div class="pm-mix-bar" aria-hidden="true"><i style="width:{width:.1f}%;'
        f'background:{colour}"></i><b style="left:{tick:.1f}%"></b></div>'
    )
    share = f"{wording.percent(part.share)} ({part.inside:,})"
    return (
        f"<tr>{text.element('th', name).replace('<th', '<th scope=row', 1)}"
        f"<td>{bar}{text.element('span', share)}</td>"
        f"{text.element('td', wording.percent(part.usual))}"
        f"{text.element('td', word, css_class='pm-mix-word')}</tr>"
    )


def _words(screen: Screen, chosen: Selection) -> None:
    st.markdown("##### Words that set them apart")
    if len(chosen.rows) < FEWEST:
        st.caption(f"Fewer than {FEWEST} papers: any word would set them apart. Read them instead.")
        return
    with st.spinner("Comparing the words …"):
        found = _words_of(screen.topic_map, chosen.rows.tobytes())
    if not found:
        st.caption("No word is clearly more frequent here than in the other papers of the map.")
        return
    items = " ".join(_chip(word) for word in found[:_WORDS])
    st.html(f'<ul class="pm-chips pm-apart">{items}</ul>')
    st.caption(
        "Share of these papers with the word in title or abstract / share of all other papers. "
        "The surest difference first, by log odds with a prior; all of three standard errors or "
        "more."
    )


def _chip(word: Word) -> str:
    inner, outer = wording.percent(word.inside), wording.percent(word.outside)
    return (
        f'<li class="pm-chip">{text.element("span", word.word)} '
        f"{text.element('small', f'{inner} / {outer}')}</li>"
    )


@lru_cache(maxsize=16)
def _mix_of(topic_map: TopicMap, rows: bytes) -> tuple[Part, ...]:
    return topic_mix(topic_map, np.frombuffer(rows, dtype=np.int64))


@lru_cache(maxsize=16)
def _words_of(topic_map: TopicMap, rows: bytes) -> tuple[Word, ...]:
    return words_apart(topic_map, np.frombuffer(rows, dtype=np.int64), most=_WORDS)
