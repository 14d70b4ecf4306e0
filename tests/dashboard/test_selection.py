"""Which papers a view shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dashboard.selection import Selection, corners, inside, months, select
from dashboard.state import View
from tests.factories import make_map

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

MAP = make_map()


def dated(*dates: str | None) -> TopicMap:
    """A map whose papers have these dates."""
    made = make_map(papers=len(dates), topics=1, hostile=())
    return replace(made, papers=made.papers.assign(date=list(dates)))


def shown(view: View, topic_map: TopicMap = MAP) -> list[int]:
    return [int(row) for row in select(topic_map, view).rows]


def test_no_filter_shows_everything() -> None:
    found = select(MAP, View())
    assert len(found.rows) == found.total == len(MAP.papers)
    assert found.summary == "153 papers"
    assert not found.empty


@pytest.mark.parametrize(
    ("view", "keeps"),
    [
        (View(themes=("diffusion",)), lambda row: row["theme"] == "diffusion"),
        (View(themes=("other", "scaling")), lambda row: row["theme"] in ("other", "scaling")),
        (View(topics=("3", "4")), lambda row: row["topic"] in ("3", "4")),
        (View(hide_unclustered=True), lambda row: isinstance(row["topic"], str)),
        (View(text="SCALING"), lambda row: "scaling" in row["title"].lower() + row["abstract"]),
    ],
)
def test_each_filter_keeps_what_it_names(view: View, keeps: Any) -> None:
    wanted = [i for i, row in enumerate(MAP.papers.to_dict("records")) if keeps(row)]
    assert 0 < len(wanted) < len(MAP.papers)
    assert shown(view) == wanted


def test_filters_add_up_and_are_counted() -> None:
    view = View(themes=("scaling",), hide_unclustered=True, text="model")
    found = select(MAP, view)
    assert set(found.rows) == set(shown(View(themes=("scaling",)))) & set(
        shown(View(hide_unclustered=True))
    ) & set(shown(View(text="model")))
    assert found.summary == f"{len(found.rows)} of 153 papers"
    assert list(found.papers.index) == list(found.rows)


def test_all_words_must_be_there_in_title_abstract_or_authors() -> None:
    named = [i for i in (7, *range(70, 80)) if i % 4]
    assert shown(View(text="author7 WRITER")) == named
    assert select(MAP, View(text="nosuchword model")).empty


def test_a_period_keeps_what_may_lie_in_it() -> None:
    topic_map = dated("2024-05-17", "2024-05", "2024", "2023-12-31", None)
    assert shown(View(since="2024-05", until="2024-05"), topic_map) == [0, 1, 2]
    assert shown(View(until="2024-01"), topic_map) == [2, 3]
    assert shown(View(since="2025-01"), topic_map) == []


def test_the_months_of_a_map_have_no_gap() -> None:
    assert months(dated("2024-11-02", "2025-02", None)) == (
        "2024-11",
        "2024-12",
        "2025-01",
        "2025-02",
    )
    assert months(dated("2024"))[::11] == ("2024-01", "2024-12")
    assert months(dated(None, None)) == ()


def test_an_outline_holds_what_lies_in_it() -> None:
    box = "0.0,0.0 4.0,0.0 4.0,4.0 0.0,4.0"
    x, y = (MAP.papers[axis].to_numpy() for axis in "xy")
    wanted = np.flatnonzero((x > 0) & (x < 4) & (y > 0) & (y < 4))
    assert len(wanted)
    everything = select(MAP, View())
    assert list(inside(everything, box).rows) == list(wanted)
    assert inside(everything, None).empty
    some = Selection(MAP, wanted[:2])
    assert list(inside(some, box).rows) == list(wanted[:2])


def test_an_outline_need_not_be_convex() -> None:
    corner = "0,0 4,0 4,4 3,4 3,1 0,1"
    topic_map = replace(
        make_map(papers=3, topics=1, hostile=()),
        papers=make_map(papers=3, topics=1, hostile=()).papers.assign(
            x=[0.5, 3.5, 1.0], y=[0.5, 3.5, 3.0]
        ),
    )
    assert corners(corner)[2] == (4.0, 4.0)
    assert list(inside(select(topic_map, View()), corner).rows) == [0, 1]


def test_a_map_without_papers_is_empty() -> None:
    assert select(make_map(papers=0), View()).empty
    assert months(make_map(papers=0)) == ()
