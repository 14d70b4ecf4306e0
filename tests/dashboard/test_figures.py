"""The figure of the map and the layer over it."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dashboard import map_points
from dashboard.figures import UNCLUSTERED, extent, groups, marker_size
from dashboard.map_layer import layer_data, view_change
from dashboard.map_points import packed, paint
from dashboard.point_sizes import UNIT, factors
from dashboard.screen import Screen
from dashboard.selection import select
from dashboard.state import View
from dashboard.theme import DARK, LIGHT
from tests.dashboard.screens import unpacked
from tests.factories import HOSTILE_TITLES, make_map
from topics.traits import traits

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

MAP = make_map()
COLOURS = tuple(traits(MAP))


def screen(topic_map: TopicMap = MAP, **fields: Any) -> Screen:
    view = View(**fields)
    return Screen(topic_map, view, select(topic_map, view), LIGHT)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("topic_map", [MAP, make_map(papers=1), make_map(papers=40, undated=1)])
def test_every_paper_is_one_point_of_its_colour(colour: str, topic_map: TopicMap) -> None:
    if colour not in traits(topic_map):
        return
    page = screen(topic_map, colour=colour)
    parts = groups(page)
    assert sorted(np.concatenate([group.rows for group in parts])) == list(
        range(len(topic_map.papers))
    )
    painted = paint(page, parts)
    codes = b64decode(painted["codes"])
    assert len(codes) == len(topic_map.papers)
    for group in parts:
        looks = [painted["looks"][codes[row]] for row in group.rows]
        assert all(look["hollow"] == group.hollow for look in looks)
        if group.values is None:
            assert {look["colour"] for look in looks} == {group.colour}
        elif len(group.rows) > 1:
            late = int(np.argmax(group.values))
            assert looks[late]["colour"] != looks[int(np.argmin(group.values))]["colour"]


def unpack(topic_map: TopicMap) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The papers as the browser reads them."""
    return unpacked(packed(topic_map))


def test_the_browser_gets_places_topics_dates_and_titles() -> None:
    header, columns = unpack(MAP)
    papers = MAP.papers
    assert columns["x"] == pytest.approx(papers["x"], abs=1e-5)
    assert columns["y"] == pytest.approx(papers["y"], abs=1e-5)
    assert all(column["at"] % 4 == 0 for column in header["columns"].values())
    names = [header["topics"][number] if number >= 0 else None for number in columns["topic"]]
    assert names == [MAP.topic_names.get(topic) for topic in papers["topic"]]
    dates = {header["dates"][number] for number in columns["date"][papers["date"].isna()]}
    assert dates == {"undated"}
    titles = columns["titles"].tobytes()
    starts = [0, *columns["ends"][:-1]]
    said = [titles[start:end].decode() for start, end in zip(starts, columns["ends"], strict=True)]
    assert said == [" ".join(title.split()) for title in papers["title"]]
    assert HOSTILE_TITLES[0] in said


def test_titles_of_a_very_large_map_stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_points, "MOST_TITLES", 100)
    header, _ = unpack(make_map())
    assert "titles" not in header["columns"]
    assert header["columns"]["x"]["size"] == 153


def test_what_the_browser_gets_stays_small() -> None:
    assert len(packed(make_map(papers=3_000, topics=60))) < 40 * 3_000


@pytest.mark.parametrize("colour", COLOURS)
def test_unclustered_papers_are_rings_and_grey_where_colours_are_of_topics(colour: str) -> None:
    page = screen(colour=colour)
    parts = groups(page)
    hollow = [group for group in parts if group.hollow]
    assert sum(len(group.rows) for group in hollow) == MAP.unclustered
    assert all(MAP.papers["topic"].iloc[group.rows].isna().all() for group in hollow)
    if colour in ("theme", "topic"):
        assert [(group.key, group.colour) for group in hollow] == [(UNCLUSTERED, LIGHT.grey)]
    assert parts[: len(hollow)] == tuple(hollow)
    hidden = screen(colour=colour, hide_unclustered=True)
    assert not any(group.hollow for group in groups(hidden))


def test_dates_are_spread_over_the_whole_scale() -> None:
    scales = [group for group in groups(screen(colour="date")) if group.values is not None]
    rows = np.concatenate([group.rows for group in scales])
    values = np.concatenate([group.values for group in scales if group.values is not None])
    years = MAP.papers["date"].iloc[rows[np.argsort(values, kind="stable")]].str[:4].to_numpy()
    assert list(years) == sorted(years)
    assert values.min() < 0.1
    assert values.max() > 0.9
    assert [place for _, place in scales[0].ticks] == [0, 0.5, 1]


def test_more_of_a_number_is_farther_along_the_scale() -> None:
    scales = [group for group in groups(screen(colour="comments")) if group.values is not None]
    comments = MAP.papers["comments"]
    for group in scales:
        assert group.values is not None
        order = np.argsort(group.values, kind="stable")
        assert comments.iloc[group.rows[order]].is_monotonic_increasing
    unknown = [group for group in groups(screen(colour="comments")) if group.quiet]
    assert sum(len(group.rows) for group in unknown) == comments.isna().sum()
    legend = layer_data(screen(colour="comments"), groups(screen(colour="comments")))["legend"]
    assert legend["scale"]["name"] == "Comments"
    assert [tick["text"] for tick in legend["scale"]["ticks"]] == ["0", "4", "8"]
    assert legend["items"][0]["count"] == str(comments.isna().sum())


def test_a_paper_of_several_sources_belongs_to_none_of_them() -> None:
    found: Counter[str] = Counter()
    for group in groups(screen(colour="source")):
        found[group.key] += len(group.rows)
    several = sum(len(set(sources)) > 1 for sources in MAP.papers["sources"])
    assert found["several sources"] == several > 0
    assert {f"page-{i}.txt" for i in range(1, 6)} <= found.keys()


def test_the_whole_map_is_in_sight_whatever_the_filters() -> None:
    (x0, x1), (y0, y1) = extent(MAP)
    assert x0 < MAP.papers["x"].min() < MAP.papers["x"].max() < x1
    assert y0 < MAP.papers["y"].min() < MAP.papers["y"].max() < y1
    assert unpack(MAP)[0]["extent"] == [x0, x1, y0, y1]
    assert extent(make_map(papers=1))[0][0] < extent(make_map(papers=1))[0][1]
    assert extent(make_map(papers=0)) == ((-0.07, 1.07), (-0.07, 1.07))


def test_points_shrink_in_a_crowd() -> None:
    sizes = [marker_size(papers) for papers in (10, 150, 800, 3_000, 15_000, 100_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) >= 2


def test_filters_leave_the_other_papers_faintly_in_sight() -> None:
    page = screen(themes=("diffusion",))
    painted = paint(page, groups(page))
    looks = [painted["looks"][code] for code in b64decode(painted["codes"])]
    faint = [row for row, look in enumerate(looks) if look["faint"]]
    assert sorted([*faint, *page.selection.rows]) == list(range(len(MAP.papers)))
    hidden = screen(hide_unclustered=True)
    painted = paint(hidden, groups(hidden))
    looks = [painted["looks"][code] for code in b64decode(painted["codes"])]
    assert looks.count(None) == MAP.unclustered


def test_a_click_changes_no_colour_and_the_appearance_all() -> None:
    opened = screen(paper=str(MAP.papers["id"].iloc[3]), area="0,0 1,0 1,1")
    assert paint(opened, groups(opened)) == paint(screen(), groups(screen()))
    dark = Screen(MAP, View(), select(MAP, View()), DARK)
    assert paint(dark, groups(dark)) != paint(screen(), groups(screen()))


def test_the_layer_names_the_topics_that_are_shown() -> None:
    page = screen()
    data = layer_data(page, groups(page))
    assert [label["name"] for label in data["labels"]] == list(MAP.topics["name"])
    assert [label["number"] for label in data["labels"]] == list(range(len(MAP.topics)))
    page = screen(themes=("diffusion",))
    some = layer_data(page, groups(page))
    assert 0 < len(some["labels"]) < len(data["labels"])
    assert sum(label["count"] for label in some["labels"]) + int(
        page.selection.papers["topic"].isna().sum()
    ) == len(page.selection.rows)


def test_the_layer_marks_what_the_address_names() -> None:
    paper = MAP.papers.iloc[7]
    page = screen(paper=str(paper["id"]), area="0,0 1,0 1,1.5", at="1.5,-2,0.25")
    data = layer_data(page, groups(page))
    assert data["selected"] == 7
    assert data["camera"] == {"x": 1.5, "y": -2.0, "span": 0.25}
    assert data["papers"] == unpack(MAP)[0]["id"]
    nothing = layer_data(screen(), groups(screen()))
    assert (nothing["selected"], nothing["area"], nothing["camera"]) == (None, [], None)
    assert data["area"] == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.5]]


def test_the_legend_says_what_the_colours_mean() -> None:
    def legend(**fields: Any) -> dict[str, Any]:
        page = screen(**fields)
        found: dict[str, Any] = layer_data(page, groups(page))["legend"]
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
            {"area": "0.000,0.000 1.000,0.123 1.000,1.000", "named": None},
        ),
        (
            {"kind": "camera", "camera": {"x": 1, "y": -2.00049, "span": 0.5}},
            {"at": "1.000000,-2.000490,0.500000"},
        ),
        ({"kind": "camera", "camera": None}, {"at": None}),
        ({"kind": "camera", "camera": {"x": 1, "y": 2, "span": -1}}, {"at": None}),
        ({"kind": "camera", "camera": {"x": 1e300, "y": 2, "span": 1}}, {"at": None}),
        ({"kind": "camera", "camera": {"x": 1}}, {"at": None}),
        ({"kind": "paper", "row": -1}, {}),
        ({"kind": "paper", "row": 9999}, {}),
        ({"kind": "paper", "row": "3"}, {}),
        ({"kind": "theme", "key": "alchemy"}, {}),
        ({"kind": "colour", "key": "comments"}, {"colour": "comments", "only": ()}),
        ({"kind": "colour", "key": "abstract"}, {}),
        ({"kind": "size", "key": "authors"}, {"size": "authors"}),
        ({"kind": "size", "key": "even"}, {"size": "even"}),
        ({"kind": "shade"}, {"shade": "none"}),
        ({"kind": "size", "key": "confidence"}, {}),
        ({"kind": "colour", "key": ["theme"]}, {}),
        ({"kind": "area", "outline": [[0, 0], ["x", 1], [1, 1]]}, {}),
        ({"kind": "area", "outline": [[0, 0], [1e300, 1], [1, 1]]}, {}),
        ({"kind": "area", "outline": "no"}, {}),
        ({"kind": "else"}, {}),
        ({}, {}),
    ],
)
def test_what_a_browser_sends_is_checked(event: dict[str, Any], changes: dict[str, Any]) -> None:
    assert view_change(screen(themes=("diffusion",)), event) == changes


def test_the_area_of_a_point_grows_with_its_number() -> None:
    page = screen(size="comments")
    found = np.frombuffer(b64decode(str(factors(page))), dtype=np.uint8) / UNIT
    comments = MAP.papers["comments"]
    assert found[comments.isna()] == pytest.approx(found.min(), abs=0.01)
    least, most = found.min(), found.max()
    grown = (found - least) ** 2
    assert grown == pytest.approx((most - least) ** 2 * comments.fillna(0) / 8, abs=0.06)
    legend = layer_data(page, groups(page))["legend"]["sizes"]
    assert legend["name"] == "Comments"
    assert [step["text"] for step in legend["steps"]] == ["1", "2", "8"]
    sizes = [step["factor"] for step in legend["steps"]]
    assert sizes == sorted(sizes)


def test_points_are_of_one_size_unless_asked() -> None:
    data = layer_data(screen(), groups(screen()))
    assert (data["factors"], data["legend"]["sizes"]) == (None, None)
    colour, size, shade = data["controls"]
    assert (shade["value"], data["shade"]) == (True, "soft")
    assert (colour["value"], size["value"]) == ("theme", "even")
    assert [option["key"] for option in size["options"]] == ["even", "comments", "authors"]
    assert [option["key"] for option in colour["options"]] == list(COLOURS)
    nothing = make_map(papers=1)
    assert len(layer_data(screen(nothing), groups(screen(nothing)))["controls"]) == 2


def test_a_size_that_the_map_does_not_have_is_left_out() -> None:
    for size in ("confidence", "upvotes", "alchemy"):
        view, notices = View(size=size).within(MAP)
        assert view.size == "even"
        assert f"no “{size}” to size points by" in notices[0]


def test_the_legend_of_words_filters_by_them() -> None:
    page = screen(colour="source", only=("page-2.txt",))
    wanted = [
        row for row, sources in enumerate(MAP.papers["sources"]) if set(sources) == {"page-2.txt"}
    ]
    assert list(page.selection.rows) == wanted
    items = layer_data(page, groups(page))["legend"]["items"]
    assert [item["name"] for item in items if item.get("kind") == "only" and item["on"]] == [
        "page-2.txt"
    ]
    assert {item["name"]: item["count"] for item in items}["page-1.txt"] == "0"
    event = {"kind": "only", "key": "page-1.txt"}
    assert view_change(page, event) == {"only": ("page-2.txt", "page-1.txt")}
    assert view_change(page, {"kind": "only", "key": "page-2.txt"}) == {"only": ()}
    assert view_change(screen(), event) == {}


def test_values_that_the_map_does_not_have_are_left_out() -> None:
    view, notices = View(colour="source", only=("page-1.txt", "alchemy")).within(MAP)
    assert view.only == ("page-1.txt",)
    assert len(notices) == 1
    view, _ = View(colour="theme", only=("page-1.txt",)).within(MAP)
    assert view.only == ()
