"""What is new since a month: the papers that came in, and which topics they came into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, tables, text, wording
from dashboard.map_time import at_all_times
from dashboard.selection import months
from dashboard.state import UNCLUSTERED

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.screen import Screen
    from topics.topicmap import TopicMap

__all__ = ["arrivals", "card", "switch", "usual_start"]

#: Months that count as new where nobody says since when, the last one included.
_LATELY = 3

_OPENED = "new-topics-open"


def usual_start(topic_map: TopicMap) -> str | None:
    """Month from which on papers are new where nobody says otherwise; None where no month is."""
    every = months(topic_map)
    return every[max(1, len(every) - _LATELY)] if len(every) > 1 else None


def switch(topic_map: TopicMap, new: str | None) -> None:
    """Draw the button that shows what is new, where that is not shown already."""
    start = usual_start(topic_map)
    if start is None or new:
        return
    st.button(
        "What is new",
        icon=":material/new_releases:",
        type="tertiary",
        help="Light up the papers of the last months on the map, and list what they are",
        on_click=_show,
        args=(start,),
        key="what-is-new",
    )


def _show(start: str) -> None:
    links.change(new=start, since=None, until=None)


def arrivals(screen: Screen) -> pd.DataFrame:
    """The topics that new papers came into, those with most first.

    Returns:
        Columns ``id`` (``UNCLUSTERED`` for none), ``Topic``, ``New`` and ``Earlier`` (dated
        papers), ``Share of the new`` and ``Share of the earlier`` in per cent.
    """
    import pandas as pd

    # A date less precise than a month may be new: then it does not count as an earlier one.
    every = at_all_times(screen).selection.papers
    dated = every[every["date"].notna()]
    new = screen.selection.papers["topic"].fillna(UNCLUSTERED).value_counts()
    earlier = dated["topic"].fillna(UNCLUSTERED).value_counts() - new.reindex(
        dated["topic"].fillna(UNCLUSTERED).unique(), fill_value=0
    )
    names = {**screen.topic_map.topic_names, UNCLUSTERED: UNCLUSTERED}
    order = {topic: place for place, topic in enumerate(names)}
    ids = sorted(new.index, key=lambda topic: (topic == UNCLUSTERED, -new[topic], order[topic]))
    before = [int(earlier.get(topic, 0)) for topic in ids]
    total = max(1, int(earlier.sum()))
    return pd.DataFrame(
        {
            "id": ids,
            "Topic": [tables.cell_label(names[topic]) for topic in ids],
            "New": [int(new[topic]) for topic in ids],
            "Earlier": before,
            "Share of the new": [100 * int(new[topic]) / max(1, int(new.sum())) for topic in ids],
            "Share of the earlier": [100 * count / total for count in before],
        }
    )


def card(screen: Screen) -> None:
    """Draw what is new below the map, if the view asks for it."""
    view = screen.view
    if view.new is None:
        return
    frame = arrivals(screen)
    with st.container(key="pm-new"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.subheader(f"New since {wording.period_noun(view.new)}", anchor=False)
            _since(screen)
            st.button(
                "Show all papers",
                icon=":material/close:",
                type="tertiary",
                on_click=links.change,
                kwargs={"new": None},
                key="close-new",
            )
        st.markdown(text.plain(_sentence(screen, frame)))
        left, right = st.columns([5, 6], gap="medium")
        with left:
            _topics(screen, frame)
        with right:
            papers = screen.selection.papers.sort_values("date", ascending=False, kind="stable")
            st.html(text.element("div", "The new papers, latest first", css_class="pm-label"))
            tables.paper_table(screen, papers, key="new-papers", height=387)
        with st.container(horizontal=True, vertical_alignment="center", key="pm-new-files"):
            links.link("trends", view, label="Trends", icon=":material/timeline:", new=None)
            tables.downloads(screen, papers, name=f"new since {view.new}", key="new-download")


def _since(screen: Screen) -> None:
    every = list(reversed(months(screen.topic_map)))
    new = screen.view.new
    if new not in every:
        # A link may name a month before the first.
        every = sorted({*every, str(new)}, reverse=True)

    def changed() -> None:
        links.change(new=st.session_state["new-since"], since=None, until=None)

    if st.session_state.get("new-since") != new:
        st.session_state["new-since"] = new
    st.selectbox(
        "New since",
        every,
        format_func=wording.period_noun,
        key="new-since",
        on_change=changed,
        width=170,
        label_visibility="collapsed",
    )


def _sentence(screen: Screen, frame: pd.DataFrame) -> str:
    topic_map, new = screen.topic_map, int(frame["New"].sum())
    inside = frame[frame["id"] != UNCLUSTERED]
    kept = " that pass the filters" if screen.view.at_all_times().filtered else ""
    came = f"{wording.count(new, 'paper')} of {len(topic_map.papers):,}{kept}"
    where = f"in {len(inside):,} of {wording.count(len(topic_map.topics), 'topic')}"
    said = [f"{came}, {where}. The earlier ones stay faint on the map."]
    first = [str(name) for name in inside.loc[inside["Earlier"] == 0, "Topic"]]
    if first:
        names = " and ".join(f"“{name}”" for name in first[:3])
        more = f" and {len(first) - 3:,} more" if len(first) > 3 else ""
        said.append(f"{names}{more} had no dated paper before.")
    if topic_map.undated:
        undated = wording.count(topic_map.undated, "undated paper")
        said.append(f"{undated} may be new or not and {_is(topic_map.undated)} left out.")
    return " ".join(said)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _topics(screen: Screen, frame: pd.DataFrame) -> None:
    config = st.column_config
    st.html(text.element("div", "Where they came in", css_class="pm-label"))
    st.dataframe(
        frame.drop(columns=["id", "Earlier"]),
        hide_index=True,
        key="new-topics",
        height=387 if len(frame) > 10 else "auto",
        column_config={
            "Topic": config.ButtonColumn(
                type="tertiary",
                alignment="left",
                width=210,
                key=_OPENED,
                help="Click a topic to open it",
            ),
            "New": config.NumberColumn(width=55, format="localized"),
            "Share of the new": config.NumberColumn("Of new", width=75, format="%.1f %%"),
            "Share of the earlier": config.NumberColumn("Before", width=75, format="%.1f %%"),
        },
        alt="Table of the topics that new papers came into",
    )
    if click := st.session_state.get(_OPENED):
        topic = str(frame["id"].iloc[int(click["row"])])
        links.go("topic", screen.view, topic=topic, paper=None)
