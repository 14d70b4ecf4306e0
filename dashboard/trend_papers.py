"""From a point of a trend to the papers behind it: by a click, or by two choices and a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, text, wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.screen import Screen
    from dashboard.state import View
    from topics.trend_lines import Line, Trends

__all__ = ["behind", "papers_behind", "period_clicked"]


def behind(view: View, name: str | None, period: str) -> dict[str, Any]:
    """What to change in the view for the papers behind a point.

    Args:
        view: the view.
        name: the theme or topic of the line; None for all papers.
        period: its period.
    """
    from topics.trends import period_span

    since, until = (day.isoformat()[:7] for day in period_span(period))
    own: dict[str, Any] = {} if name is None else {f"{view.by}s": (name,)}
    return {**own, "since": since, "until": until, "new": None, "paper": None, "topic": None}


def period_clicked(event: Any) -> str | None:
    """The period of the point that was clicked; None where none was."""
    try:
        chosen = event["selection"]["points"][0]["customdata"]
    except (KeyError, IndexError, TypeError):
        return None
    # Plotly hands on a lone value as it is, or as a list of one.
    period = chosen[0] if isinstance(chosen, (list, tuple)) and chosen else chosen
    return period if isinstance(period, str) else None


def papers_behind(screen: Screen, found: Trends, lines: Mapping[str, Line]) -> None:
    """The papers behind a point for who does not click on figures: two choices and a link.

    Args:
        screen: what the page is given.
        found: what is counted.
        lines: the lines to choose from, by theme or topic id.
    """
    if not lines:
        return
    periods = list(reversed(found.periods))
    with st.container(horizontal=True, vertical_alignment="bottom", key="pm-behind"):
        name = st.selectbox(
            f"Papers of a {screen.view.by}",
            list(lines),
            format_func=lambda each: text.plain(lines[each].name),
            key=f"behind-{screen.view.by}",
            width=300,
        )
        period = st.selectbox(
            f"in a {found.period}",
            periods,
            format_func=wording.period_label,
            key=f"behind-{found.period}",
            width=150,
        )
        papers = lines[name].papers[found.periods.index(period)]
        if papers:
            links.link(
                "paper",
                screen.view,
                label=f"Open {wording.count(papers, 'paper')}",
                icon=":material/article:",
                **behind(screen.view, name, period),
            )
        else:
            st.caption("No paper there.")
