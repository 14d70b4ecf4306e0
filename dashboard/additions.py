"""What later updates added to the map: when, how many papers, which topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, text, wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.screen import Screen
    from topics.topicmap import TopicMap

__all__ = ["said_of", "show", "updates"]

#: Updates that are shown at once, the latest first, and topics of each that are linked.
_MOST, _MOST_TOPICS = 5, 12


def updates(topic_map: TopicMap) -> list[dict[str, Any]]:
    """What the map tells of its updates, the latest first; nothing that cannot be read."""
    told = topic_map.manifest.get("updates")
    found = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    return found[::-1]


def said_of(update: Mapping[str, Any]) -> str:
    """One update in a sentence: ``Added on 3 May 2026: 12 papers, 1 new topic``."""
    new, lost = (_topics(update, name) for name in ("new_topics", "lost_topics"))
    parts = [
        wording.count(_number(update, "papers_added"), "paper"),
        wording.count(len(new), "new topic"),
    ]
    if enriched := _number(update, "papers_enriched"):
        parts.append(f"more about {wording.count(enriched, 'known paper')}")
    said = f"Added on {wording.day(update.get('when'))}: {', '.join(parts)}."
    if update.get("refit") is True:
        said += " All papers were laid out and grouped anew, aligned to the map before."
    if lost:
        names = ", ".join(f"“{topic['name']}”" for topic in lost[:3])
        more = f" and {len(lost) - 3:,} more" if len(lost) > 3 else ""
        said += f" Not found again: {names}{more}."
    return said


def show(screen: Screen) -> None:
    """Draw the section of the Quality view; nothing for a map that was never updated."""
    every = updates(screen.topic_map)
    if not every:
        return
    st.subheader("What was added later", anchor=False)
    for number, update in enumerate(every[:_MOST]):
        _one(screen, update, key=f"pm-update-{number}")
    if len(every) > _MOST:
        with st.expander(f"{len(every) - _MOST:,} earlier", icon=":material/history:"):
            for update in every[_MOST:]:
                st.markdown(text.plain(said_of(update)))
    first = screen.topic_map.manifest.get("first_built")
    if wording.is_known(first):
        st.caption(
            f"The map was first built on {wording.day(first)}. Known papers keep their places, and "
            "topics keep their names and links, unless it says otherwise above."
        )


def _one(screen: Screen, update: Mapping[str, Any], *, key: str) -> None:
    with st.container(gap="xxsmall", key=key):
        st.markdown(text.plain(said_of(update)))
        # A later update may have taken a topic away again.
        known = screen.topic_map.topic_names
        new = [topic for topic in _topics(update, "new_topics") if topic["id"] in known]
        if not new:
            return
        with st.container(horizontal=True, gap="xsmall", key=f"{key}-topics"):
            for topic in new[:_MOST_TOPICS]:
                links.link(
                    "topic",
                    screen.view,
                    label=known[topic["id"]],
                    icon=":material/category:",
                    topic=topic["id"],
                    paper=None,
                )


def _topics(update: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    told = update.get(name)
    rows = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    return [{"id": str(row.get("id")), "name": str(row.get("name"))} for row in rows]


def _number(update: Mapping[str, Any], name: str) -> int:
    value = update.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
