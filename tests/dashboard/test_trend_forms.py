"""Trends drawn together, and the way from a point to the papers behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dashboard.selection import select
from dashboard.state import View
from dashboard.theme import LIGHT
from dashboard.trend_forms import MOST_BANDS, lines, point, stream
from dashboard.trend_papers import behind, period_clicked
from tests.dashboard.screens import assert_only_text, figures_of, open_page, words_of
from tests.factories import make_map, write_map
from topics.trend_lines import trends

if TYPE_CHECKING:
    from pathlib import Path

MAP = make_map()
FOUND = trends(MAP, step="year")
COLOURS = dict(zip(FOUND.themes, LIGHT.groups, strict=False))
OPTIONS: dict[str, Any] = {
    "unfinished": FOUND.unfinished,
    "colours": COLOURS,
    "palette": LIGHT,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maps") / "map"
    write_map(path, MAP)
    return path


@pytest.mark.parametrize("measure", ["share", "papers"])
def test_every_number_is_a_point_that_can_be_clicked(measure: str) -> None:
    figure = lines(dict(FOUND.themes), measure=measure, **OPTIONS)
    points = {
        tuple(chosen): value
        for trace in figure.data
        if trace.mode == "markers"
        for chosen, value in zip(trace.customdata, trace.y, strict=True)
    }
    for name, line in FOUND.themes.items():
        for period, value in zip(line.periods, line.values(measure), strict=True):
            assert points[name, period] == value
    assert sorted(t.name for t in figure.data if t.showlegend) == sorted(FOUND.themes)


def test_few_lines_have_their_intervals_and_many_do_not() -> None:
    every = dict(FOUND.themes)
    few = dict(list(every.items())[:MOST_BANDS])

    def bands(drawn: dict[str, Any], measure: str) -> int:
        figure = lines(drawn, measure=measure, **OPTIONS)
        return sum(trace.fill == "toself" for trace in figure.data)

    assert bands(few, "share") == len(few)
    assert bands(few, "papers") == bands(every, "share") == 0


def test_the_bands_of_a_stream_are_as_wide_as_their_numbers() -> None:
    figure = stream(dict(FOUND.themes), measure="papers", **OPTIONS)
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    count = len(FOUND.periods)
    for band, line in zip(bands, FOUND.themes.values(), strict=True):
        top, low = band.y[:count], band.y[count:][::-1]
        assert [a - b for a, b in zip(top, low, strict=True)] == pytest.approx(line.papers)
    middle = [(bands[0].y[2 * count - 1 - i] + bands[-1].y[i]) / 2 for i in range(count)]
    assert middle == pytest.approx([0] * count, abs=1e-9)
    assert FOUND.unfinished == {"2025"}
    assert figure.layout.shapes[0].x0 == 1.5, "what is not over lies under a veil"
    assert "not over" in [note.text for note in figure.layout.annotations]


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"selection": {"points": [{"customdata": ["diffusion", "2024"]}]}}, ("diffusion", "2024")),
        ({"selection": {"points": [{"customdata": [3, "2024"]}]}}, None),
        ({"selection": {"points": [{"customdata": "2024"}]}}, None),
        ({"selection": {"points": [{}]}}, None),
        ({"selection": {"points": []}}, None),
        (None, None),
    ],
)
def test_a_click_means_a_line_and_a_period(event: Any, found: Any) -> None:
    assert point(event) == found


def test_a_click_on_a_small_chart_means_a_period() -> None:
    for data in ("2024-Q2", ["2024-Q2"]):
        assert period_clicked({"selection": {"points": [{"customdata": data}]}}) == "2024-Q2"
    for nothing in (None, {"selection": {"points": []}}, {"selection": {"points": [{}]}}):
        assert period_clicked(nothing) is None


@pytest.mark.parametrize("by", ["theme", "topic"])
def test_the_papers_behind_a_point_are_those_counted(by: str) -> None:
    found = trends(MAP, step="quarter")
    every = found.themes if by == "theme" else found.topics
    view = View(by=by, new="2025-01")
    for name, line in list(every.items())[:4]:
        for period, papers in zip(line.periods, line.papers, strict=True):
            rows = select(MAP, View(**{"by": by, **behind(view, name, period)})).papers
            precise = rows[rows["date_precision"] != "year"]
            assert len(precise) == papers
    assert behind(view, None, "2024")["since"] == "2024-01"


@pytest.mark.parametrize("chart", ["lines", "stream"])
def test_the_page_draws_what_the_link_asks_for(folder: Path, chart: str) -> None:
    page = open_page(folder, "trends", chart=chart, by="topic")
    assert not page.exception
    figures = figures_of(page)
    assert len(figures) == 2, "the papers of all periods, and one figure of all lines"
    shown = {trace["name"] for trace in figures[1]["data"] if trace.get("showlegend")}
    assert len(shown) == 8
    said = words_of(page)
    assert "The 8 largest of 12 topics are drawn" in said
    assert "opens its papers" in said
    assert_only_text(page)
    name = page.selectbox(key="behind-topic")
    assert len(name.options) == 12
    links = [link.proto.label for link in page.get("page_link")]
    assert any(label.startswith("Open ") for label in links) or "No paper there." in said


def test_an_unknown_form_is_said(folder: Path) -> None:
    page = open_page(folder, "trends", chart="pie")
    assert not page.exception
    assert "should be one of panels, lines, stream" in words_of(page)
