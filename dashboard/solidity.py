"""Which topics are solid and which are fragile, in words and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, tables, wording
from topics.faithfulness import kept_by_topic
from topics.wording import SOLIDITY, solidity

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.screen import Screen
    from topics.topicmap import TopicMap

__all__ = ["show", "solidity", "topic_frame"]

_OPENED = "solidity-open"
_COMES_BACK = (
    "Comes back: the papers that a topic and the one most like it have in common, as a share of "
    "the papers in either (Jaccard index), averaged over the repeats; 100 % is the very same "
    "papers every time. Solid from 75 %, fair from 60 %. It tells whether a topic is in these "
    "papers, not whether it is a useful one. "
)


def show(screen: Screen) -> None:
    """Draw the section of the Quality view; nothing for a map without topics."""
    frame = topic_frame(screen.topic_map)
    if frame.empty:
        return
    st.subheader("Which topics are solid", anchor=False)
    known = frame["Comes back"].notna()
    if known.any():
        counts = frame.loc[known, "Verdict"].value_counts()
        told = ", ".join(f"{counts[word]} {word}" for _, word in SOLIDITY if word in counts)
        st.markdown(
            f"**{told}.** To find out, topics were sought again two to six times, more often in a "
            "small corpus; each time in another nine tenths of the papers and with other random "
            "numbers. A topic that comes back nearly whole is there in the papers; one that "
            "dissolves is one way to cut them among several, and little should be built on it."
        )
    else:
        st.markdown("Whether topics come back was not measured for this map.")
    st.caption(
        f"{_COMES_BACK if known.any() else ''}Kept on the map: share of its papers' ten nearest by "
        "text that are among the ten nearest on the map; where it is low, the picture tears apart "
        "what belongs together. A plane cannot keep them all: 40 % is usual."
    )
    _table(screen, frame)


def topic_frame(topic_map: TopicMap) -> pd.DataFrame:
    """One row a topic, the most solid first; columns Topic, Papers, Verdict and two shares."""
    import pandas as pd

    topics = topic_map.topics
    stability = pd.to_numeric(topics["stability"], errors="coerce").astype(float)
    kept = kept_by_topic(topic_map)
    frame = pd.DataFrame(
        {
            "id": topics["id"],
            "Topic": [tables.cell_label(name) for name in topics["name"]],
            "Papers": topics["size"],
            "Verdict": [solidity(value) for value in stability],
            "Comes back": stability,
            "Kept on the map": [kept.get(topic) for topic in topics["id"]],
        }
    )
    return frame.sort_values("Comes back", ascending=False, kind="stable", ignore_index=True)


def _table(screen: Screen, frame: pd.DataFrame) -> None:
    shown = frame.drop(columns="id")
    if not frame["Comes back"].notna().any():
        shown = shown.drop(columns=["Verdict", "Comes back"])
    config = st.column_config
    st.dataframe(
        shown,
        key="solidity",
        hide_index=True,
        column_config={
            "Topic": config.ButtonColumn(
                width="medium", type="tertiary", alignment="left", key=_OPENED
            ),
            **{
                name: config.ProgressColumn(name, min_value=0, max_value=1, format="percent")
                for name in ("Comes back", "Kept on the map")
                if name in shown
            },
        },
        placeholder="",
        alt=f"How solid each of {wording.count(len(frame), 'topic')} is",
    )
    if click := st.session_state.get(_OPENED):
        links.go("topic", screen.view, topic=str(frame["id"].iloc[int(click["row"])]), paper=None)
