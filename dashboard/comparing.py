"""Two topics side by side: sizes, words, trends, and the papers between them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from dashboard import links, tables, text, trend_figures, wording
from topics.contrast import bridges, words_between
from topics.trend_lines import trends, with_solid_shares

if TYPE_CHECKING:
    from dashboard.screen import Screen
    from topics.contrast import Word
    from topics.topicmap import TopicMap

__all__ = ["compare"]


def compare(screen: Screen, one: str, other: str) -> None:
    """Draw the comparison.

    Args:
        screen: what the page is given.
        one: id of a topic of the map.
        other: id of another.
    """
    topic_map, names = screen.topic_map, screen.topic_map.topic_names
    links.link(
        "topic",
        screen.view,
        label=names[one],
        icon=":material/arrow_back:",
        topic=one,
        against=None,
        paper=None,
    )
    st.title(text.plain(f"{names[one]} and {names[other]}"))
    st.selectbox(
        "Compare with",
        [topic for topic in topic_map.topics["id"] if topic != one],
        format_func=lambda topic: text.plain(names.get(topic, topic)),
        **links.bound(screen.view, "against"),
    )
    told = _told(topic_map, one, other)
    pair = (one, other)
    for column, topic, words in zip(st.columns(2, gap="large"), pair, told, strict=True):
        with column:
            _side(screen, topic, words, beside=other if topic == one else one)
    st.subheader("Over time", anchor=False)
    _trends(screen, pair)
    _shared(topic_map, one, other)
    _bridges(screen, one, other)


@lru_cache(maxsize=32)
def _told(topic_map: TopicMap, one: str, other: str) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    return words_between(topic_map, _rows(topic_map, one), _rows(topic_map, other))


def _rows(topic_map: TopicMap, topic: str) -> np.ndarray:
    return np.flatnonzero((topic_map.papers["topic"] == topic).to_numpy())


def _side(screen: Screen, topic: str, words: tuple[Word, ...], *, beside: str) -> None:
    topic_map = screen.topic_map
    row = tables.records(topic_map.topics[topic_map.topics["id"] == topic])[0]
    name = topic_map.topic_names[topic]
    links.link(
        "topic",
        screen.view,
        label=name,
        icon=":material/category:",
        topic=topic,
        against=None,
        paper=None,
    )
    share = wording.percent(row["size"] / max(len(topic_map.papers), 1))
    theme = f" · theme {row['theme']}" if wording.is_known(row["theme"]) else ""
    said = f"{wording.count(int(row['size']), 'paper')}, {share} of the map{theme}"
    st.html(text.element("div", said, css_class="pm-sub"))
    st.markdown("##### Words that tell it from the other")
    if words:
        items = " ".join(_chip(word) for word in words)
        st.html(f'<ul class="pm-chips pm-apart">{items}</ul>')
        st.caption(
            text.plain(
                f"Share of its papers with the word / share of those of "
                f"{topic_map.topic_names[beside]}; the surest difference first."
            )
        )
    else:
        st.caption("No word is clearly more frequent here; there may be too few papers to tell.")


def _chip(word: Word) -> str:
    shares = f"{wording.percent(word.inside)} / {wording.percent(word.outside)}"
    return (
        f'<li class="pm-chip">{text.element("span", word.word)} '
        f"{text.element('small', shares)}</li>"
    )


def _trends(screen: Screen, pair: tuple[str, str]) -> None:
    """The trends of both on one scale, side by side at one height."""
    found = trends(screen.topic_map)
    measure = screen.view.measure
    if measure == "share":
        found, _ = with_solid_shares(found)
    lines = [found.topics.get(topic) for topic in pair]
    tops = [trend_figures.top_of(line, measure) for line in lines if line is not None and line.sum]
    themes = screen.topic_map.topics.set_index("id")["theme"]
    colours = screen.palette.theme_colours(screen.topic_map)
    for column, topic, line in zip(st.columns(2, gap="large"), pair, lines, strict=True):
        name = screen.topic_map.topic_names[topic]
        with column:
            st.html(text.element("div", name, css_class="pm-label"))
            if line is None or not line.sum:
                st.caption("None of its papers has a date.")
                continue
            st.plotly_chart(
                trend_figures.panel(
                    line,
                    measure=measure,
                    unfinished=found.unfinished,
                    colour=colours.get(str(themes[topic]), screen.palette.grey),
                    palette=screen.palette,
                    top=max(tops),
                    height=200,
                ),
                theme=None,
                config=trend_figures.CONFIG,
                key=f"compare-trend-{topic}",
                alt=f"Trend of {name}",
            )


def _shared(topic_map: TopicMap, one: str, other: str) -> None:
    table = topic_map.topics.set_index("id")["keywords"]
    second = {str(word).casefold() for word in table[other]}
    both = [str(word) for word in table[one] if str(word).casefold() in second]
    st.subheader("Keywords of both", anchor=False)
    if both:
        items = " ".join(text.element("span", word, css_class="pm-chip") for word in both)
        st.html(f'<div class="pm-chips">{items}</div>')
    else:
        st.caption("They share none of their keywords.")


def _bridges(screen: Screen, one: str, other: str) -> None:
    topic_map = screen.topic_map
    found = bridges(topic_map, _rows(topic_map, one), _rows(topic_map, other))
    st.subheader("Papers between them", anchor=False)
    if not found:
        st.caption("No paper of the map is near to the middle of both.")
        return
    papers: Any = topic_map.papers.iloc[[row for row, _, _ in found]]
    st.caption(
        "Near to the middle of both by the vectors of their texts, whatever their own topic; the "
        "best bridge first."
    )
    tables.paper_table(screen, papers, key="bridges", show=("date", "topic", "theme"))
    tables.downloads(screen, papers, name="papers between topics", key="bridges-download")
