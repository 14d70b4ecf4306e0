"""The topics that a paper is near to beside its own, and the papers that are near to a topic."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, tables, text, wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.screen import Screen

__all__ = ["MORE", "also_belonging", "also_near"]

#: What a link to the papers like one has in common, wherever it stands.
MORE: Mapping[str, Any] = MappingProxyType(
    {
        "label": "More like this",
        "icon": ":material/hub:",
        "help": "The papers like this one, lit up on the map",
        "paper": None,
        "topic": None,
        "text": "",
        "area": None,
        "at": None,
        "place": False,
    }
)

_MEANING = (
    "The estimated probability that the paper belongs there too, from how many of its most "
    "similar papers do."
)


def also_near(screen: Screen, paper_id: str, *, named: str | None = None) -> None:
    """Name the further topics of a paper, each with how probably it belongs there.

    Args:
        screen: what the page is given.
        paper_id: of the paper.
        named: a topic that the page names already.
    """
    near = [topic for topic in screen.topic_map.also_near(paper_id) if topic[0] != named]
    if not near:
        return
    names = screen.topic_map.topic_names
    with st.container(
        horizontal=True, gap="xsmall", vertical_alignment="center", key="pm-also-near"
    ):
        st.html(text.element("span", "also near:", css_class="pm-score"), width="content")
        for topic, confidence in near:
            links.link(
                "topic",
                screen.view,
                label=f"{names[topic]}, {wording.percent(confidence)}",
                help=_MEANING,
                topic=topic,
                paper=None,
                area=None,
            )


def also_belonging(screen: Screen, topic: str) -> None:
    """List the papers of other topics, or of none, that are near to a topic too."""
    found = screen.topic_map.also_belonging(topic)
    rows = [screen.topic_map.row_of[paper] for paper, _ in found]
    if not rows:
        return
    papers = screen.topic_map.papers.iloc[rows]
    if screen.view.filtered:
        papers = papers[papers.index.isin(screen.selection.rows)]
    if papers.empty:
        return
    are = "is" if len(papers) == 1 else "are"
    name = f"{wording.count(len(papers), 'paper')} of other topics {are} also near this one"
    with st.expander(name, icon=":material/join_inner:"):
        st.caption(
            "Many of their most similar papers are in this topic, the nearest come first. They "
            "count for the topic that is given beside them."
        )
        tables.paper_table(screen, papers, key="also-near", show=("date", "topic", "theme"))
