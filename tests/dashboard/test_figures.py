"""The figure of the map and the layer over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dashboard.figures import UNCLUSTERED, extent, groups, map_figure, marker_size
from dashboard.map_layer import layer_data, view_change
from dashboard.screen import Screen
from dashboard.selection import select
from dashboard.state import COLOURS, View
from dashboard.theme import DARK, LIGHT
from tests.factories import HOSTILE_TITLES, make_map

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

MAP = make_map()


def screen(topic_map: TopicMap = MAP, **fields: Any) -> Screen:
    view = View(**fields)
    return Screen(topic_map, view, select(topic_map, view), LIGHT)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("topic_map", [MAP, make_map(papers=1), make_map(papers=40, undated=1)])
def test_every_paper_is_one_point(colour: str, topic_map: TopicMap) -> None:
    page = screen(topic_map, colour=colour)
    figure = map_figure(page, groups(page), revision="r")
    rows = np.concatenate([trace.customdata for trace in figure.data])
    assert sorted(rows) == list(range(len(topic_map.papers)))
    assert {trace.type for trace in figure.data} == {"scattergl"}
    for trace in figure.data:
        assert trace.x == pytest.approx(topic_map.papers["x"].iloc[trace.customdata], abs=1e-5)


@pytest.mark.parametrize("colour", COLOURS)
def test_unclustered_papers_are_grey_rings_behind_the_others(colour: str) -> None:
    page = screen(colour=colour)
    first, *rest = groups(page)
    assert (first.key, first.colour, first.hollow) == (UNCLUSTERED, LIGHT.grey, True)
    assert len(first.rows) == MAP.unclustered
    assert not any(group.hollow for group in rest)
    hidden = screen(colour=colour, hide_unclustered=True)
    assert UNCLUSTERED not in {group.key for group in groups(hidden)}


def test_dates_are_spread_over_the_whole_scale() -> None:
    page = screen(colour="date")
    scale = next(group for group in groups(page) if group.values is not None)
    assert scale.values is not None
    order = np.argsort(scale.values, kind="stable")
    years = MAP.papers["date"].iloc[scale.rows].str[:4].to_numpy()[order]
    assert list(years) == sorted(years)
    assert scale.values.min() < 0.1
    assert scale.values.max() > 0.9
    assert len(scale.ticks) == 3


def test_a_paper_of_several_sources_belongs_to_none_of_them() -> None:
    found = {group.key: len(group.rows) for group in groups(screen(colour="source"))}
    several = sum(
        len(set(sources)) > 1
        for sources, topic in zip(MAP.papers["sources"], MAP.papers["topic"], strict=True)
        if isinstance(topic, str)
    )
    assert found["several sources"] == several > 0
    assert {f"page-{i}.txt" for i in range(1, 6)} <= found.keys()


def test_hover_says_title_date_and_topic_as_text() -> None:
    page = screen()
    figure = map_figure(page, groups(page), revision="r")
    said = [hover for trace in figure.data for hover in trace.hovertext]
    assert len(said) == len(MAP.papers)
    assert any("undated · " in hover for hover in said)
    assert any("adaptive step sizes" in hover for hover in said)
    for hover in said:
        bare = hover.replace("<br>", "").removeprefix("<b>").replace("</b>", "", 1)
        assert "<" not in bare
        assert "$" not in bare
    assert sum("&lt;img src=x onerror=alert(1)&gt;" in hover for hover in said) == sum(
        title == HOSTILE_TITLES[0] for title in MAP.papers["title"]
    )


def test_the_whole_map_is_in_sight_whatever_the_filters() -> None:
    (x0, x1), (y0, y1) = extent(MAP)
    assert x0 < MAP.papers["x"].min() < MAP.papers["x"].max() < x1
    assert y0 < MAP.papers["y"].min() < MAP.papers["y"].max() < y1
    page = screen(themes=("diffusion",))
    figure = map_figure(page, groups(page), revision="r")
    assert tuple(figure.layout.xaxis.range) == (x0, x1)
    assert extent(make_map(papers=1))[0][0] < extent(make_map(papers=1))[0][1]
    assert extent(make_map(papers=0)) == ((-0.07, 1.07), (-0.07, 1.07))


def test_points_shrink_in_a_crowd() -> None:
    sizes = [marker_size(papers) for papers in (10, 150, 800, 3_000, 15_000, 100_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) >= 2


def test_an_unchanged_map_is_the_same_figure() -> None:
    figures = [
        map_figure(page, groups(page), revision="r").to_json()
        for page in (screen(), screen(paper=str(MAP.papers["id"].iloc[3]), area="0,0 1,0 1,1"))
    ]
    assert figures[0] == figures[1], "a click must not draw the map again"
    dark = Screen(MAP, View(), select(MAP, View()), DARK)
    assert map_figure(dark, groups(dark), revision="r").to_json() != figures[0]


def test_the_layer_names_the_topics_that_are_shown() -> None:
    page = screen()
    data = layer_data(page, groups(page), size=9, revision="r")
    assert [label["name"] for label in data["labels"]] == list(MAP.topics["name"])
    numbers = {label["number"]: label["id"] for label in data["labels"]}
    assert [numbers.get(number) for number in data["topics"]] == [
        topic if isinstance(topic, str) else None for topic in MAP.papers["topic"]
    ]
    page = screen(themes=("diffusion",))
    some = layer_data(page, groups(page), size=9, revision="r")
    assert 0 < len(some["labels"]) < len(data["labels"])
    assert sum(label["count"] for label in some["labels"]) + int(
        page.selection.papers["topic"].isna().sum()
    ) == len(page.selection.rows)


def test_the_layer_marks_what_the_address_names() -> None:
    paper = MAP.papers.iloc[7]
    page = screen(paper=str(paper["id"]), area="0,0 1,0 1,1.5")
    data = layer_data(page, groups(page), size=9, revision="r")
    assert data["selected"] == [paper["x"], paper["y"]]
    assert data["area"] == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.5]]


def test_the_legend_says_what_the_colours_mean() -> None:
    def legend(**fields: Any) -> dict[str, Any]:
        page = screen(**fields)
        found: dict[str, Any] = layer_data(page, groups(page), size=9, revision="r")["legend"]
        return found

    themes = legend(themes=("scaling",))["items"]
    assert [item["name"] for item in themes if item["on"] and item["kind"] == "theme"] == [
        "scaling"
    ]
    assert len(themes) == 7
    assert legend(hide_unclustered=True)["items"][-1]["on"] is False
    assert [item["name"] for item in legend(colour="topic")["items"]] == [UNCLUSTERED]
    assert legend(colour="date")["scale"]["colours"] == list(LIGHT.ramp)


@pytest.mark.parametrize(
    ("event", "changes"),
    [
        ({"kind": "paper", "row": 3}, {"paper": str(MAP.papers["id"].iloc[3])}),
        ({"kind": "theme", "key": "scaling"}, {"themes": ("diffusion", "scaling")}),
        ({"kind": "theme", "key": "diffusion"}, {"themes": ()}),
        ({"kind": "unclustered", "key": UNCLUSTERED}, {"hide_unclustered": True}),
        (
            {"kind": "area", "outline": [[0, 0], [1, 0.12345], [1, 1]]},
            {"area": "0.000,0.000 1.000,0.123 1.000,1.000"},
        ),
        ({"kind": "paper", "row": -1}, {}),
        ({"kind": "paper", "row": 9999}, {}),
        ({"kind": "paper", "row": "3"}, {}),
        ({"kind": "theme", "key": "alchemy"}, {}),
        ({"kind": "area", "outline": [[0, 0], ["x", 1], [1, 1]]}, {}),
        ({"kind": "area", "outline": [[0, 0], [1e300, 1], [1, 1]]}, {}),
        ({"kind": "area", "outline": "no"}, {}),
        ({"kind": "else"}, {}),
        ({}, {}),
    ],
)
def test_what_a_browser_sends_is_checked(event: dict[str, Any], changes: dict[str, Any]) -> None:
    assert view_change(screen(themes=("diffusion",)), event) == changes
