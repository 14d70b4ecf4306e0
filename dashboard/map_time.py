"""Time on the map: what the bar under it is told, and what it tells back.

Which papers a span of time lights up is found out in the browser, on the dates that the points
carry, so that a film needs no server. So the map gets the colours of all papers that pass the
other filters, and the span beside them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dashboard.selection import months, select
from topics.trends import choose_period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.screen import Screen
    from topics.topicmap import TopicMap

__all__ = ["at_all_times", "date_months", "period_change", "time_data"]

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def at_all_times(screen: Screen) -> Screen:
    """The same screen with papers of all times selected."""
    timeless = screen.view.at_all_times()
    if timeless == screen.view:
        return screen
    return replace(screen, view=timeless, selection=select(screen.topic_map, timeless))


def time_data(screen: Screen) -> dict[str, Any] | None:
    """What the bar of time is told; None where the map's dates span no two months.

    Returns:
        ``since`` and ``until`` (``YYYY-MM`` or None) and ``grain``, the shortest period that the
        dates of the map bear.
    """
    if len(months(screen.topic_map)) < 2:
        return None
    view = screen.view
    return {"since": view.begin, "until": view.until, "grain": _grain(screen.topic_map)}


@lru_cache(maxsize=8)
def _grain(topic_map: TopicMap) -> str:
    papers = topic_map.papers
    return choose_period(papers["date"], papers["date_precision"])


def date_months(dates: Mapping[str, str | None]) -> list[list[int] | None]:
    """First and last month that each date may lie in, as 12 times the year and the month from 0.

    Args:
        dates: a date by what it is called, None where that stands for no date.
    """
    return [_months(date) for date in dates.values()]


def _months(date: str | None) -> list[int] | None:
    if not isinstance(date, str) or not date:
        return None
    year, _, rest = date.partition("-")
    if not rest:
        return [12 * int(year), 12 * int(year) + 11]
    month = 12 * int(year) + int(rest[:2]) - 1
    return [month, month]


def period_change(event: Mapping[str, Any]) -> dict[str, Any]:
    """What a span that was chosen on the bar changes in the view; nothing where it is none."""
    bounds = [event.get(name) for name in ("since", "until")]
    if not all(each is None or _is_month(each) for each in bounds):
        return {}
    since, until = bounds
    if since and until and since > until:
        return {}
    return {"since": since, "until": until, "new": None}


def _is_month(value: Any) -> bool:
    return isinstance(value, str) and _MONTH.fullmatch(value) is not None
