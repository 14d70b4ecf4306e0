"""Time on the map: what the bar is told, what it tells, and what "new" means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboard.map_layer import layer_data, view_change
from dashboard.map_points import packed
from dashboard.map_time import at_all_times, date_months, period_change, time_data
from dashboard.screen import Screen
from dashboard.selection import select
from dashboard.state import View
from dashboard.theme import LIGHT
from tests.dashboard.screens import unpacked
from tests.factories import make_map

MAP = make_map()


def screen(**fields: Any) -> Screen:
    view = View(**fields)
    return Screen(MAP, view, select(MAP, view), LIGHT)


def test_a_date_may_lie_in_all_months_of_its_year() -> None:
    said = {"2024": "2024", "March 2025": "2025-03", "3 May 2025": "2025-05-03", "undated": None}
    year = 12 * 2024
    assert date_months(said) == [[year, year + 11], [year + 14] * 2, [year + 16] * 2, None]


def test_the_browser_knows_the_months_of_every_date() -> None:
    header, columns = unpacked(packed(MAP))
    assert len(header["months"]) == len(header["dates"])
    for number, date in zip(columns["date"], MAP.papers["date"], strict=True):
        months = header["months"][number]
        if not isinstance(date, str):
            assert months is None
        else:
            first = 12 * int(date[:4]) + (int(date[5:7]) - 1 if len(date) > 4 else 0)
            assert months == [first, first if len(date) > 4 else first + 11]


def test_the_colours_are_of_all_times_and_the_counts_of_the_span() -> None:
    whole, some = screen(themes=("diffusion",)), screen(themes=("diffusion",), since="2024-06")
    from dashboard.figures import groups

    told, of_all = layer_data(some, groups(some)), layer_data(whole, groups(whole))
    assert told["codes"] == of_all["codes"]
    assert told["labels"] == of_all["labels"]
    assert told["legend"] != of_all["legend"]
    assert told["time"] == {"since": "2024-06", "until": None, "grain": of_all["time"]["grain"]}
    assert at_all_times(whole) is whole
    assert at_all_times(some).selection.summary == whole.selection.summary


def test_a_map_of_one_month_or_none_has_no_bar_of_time() -> None:
    undated = make_map(papers=40, undated=1)
    view = View()
    assert time_data(Screen(undated, view, select(undated, view), LIGHT)) is None
    papers = MAP.papers.assign(date="2024-05-02", date_precision="day")
    one = replace(MAP, papers=papers)
    assert time_data(Screen(one, view, select(one, view), LIGHT)) is None


@pytest.mark.parametrize(
    ("event", "change"),
    [
        (
            {"since": "2024-03", "until": None},
            {"since": "2024-03", "until": None, "new": None},
        ),
        ({"since": None, "until": None}, {"since": None, "until": None, "new": None}),
        ({"since": "2024-13"}, {}),
        ({"since": 3}, {}),
        ({"since": ["2024-01"]}, {}),
        ({"since": "2025-01", "until": "2024-01"}, {}),
    ],
)
def test_only_months_of_the_bar_change_the_view(
    event: dict[str, Any], change: dict[str, Any]
) -> None:
    assert period_change(event) == change
    assert view_change(screen(), {"kind": "period", **event}) == change


def test_new_papers_are_those_from_a_month_on() -> None:
    view, notices = View.from_params({"new": "2025-03", "since": "2024-01", "until": "2025-01"})
    assert (view.new, view.begin, view.until, notices) == ("2025-03", "2025-03", None, ())
    assert view.filtered
    assert not view.without_filters().filtered
    assert list(select(MAP, View(new="2025-03")).rows) == list(
        select(MAP, View(since="2025-03")).rows
    )
    assert View.from_params({"new": "lately"})[1]
