"""The Trends view: honest shares, nothing undated hidden, a way through to every topic."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from dashboard.theme import LIGHT
from dashboard.trend_figures import column_bars, panel, volume
from dashboard.views.trends import _giant, frame_of
from tests.dashboard.screens import assert_only_text, figures_of, open_page, served, words_of
from tests.factories import make_map, write_map
from topics.trend_lines import FEW, trends, with_solid_shares

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trends") / "map"
    write_map(path)
    return path


def test_every_theme_has_a_panel_and_what_is_left_out_is_said(folder: Path) -> None:
    page = open_page(folder, "trends")
    assert not page.exception
    assert page.title[0].value == "Trends"
    # One bar chart of the whole map and one panel for each of the six themes.
    assert len(figures_of(page)) == 7
    said = words_of(page)
    undated = int(make_map().papers["date"].isna().sum())
    assert f"{undated} of 153 papers have no date" in said
    assert "was not over when the papers were collected (20 Nov 2025)" in said
    assert "The shaded band is its 95 % interval" in said
    assert "less precise than a quarter" in said


def test_topics_and_counts_by_link(folder: Path) -> None:
    page = open_page(folder, "trends", by="topic", measure="papers", step="year")
    assert not page.exception
    assert len(figures_of(page)) == 13
    assert page.segmented_control[0].value == "topic"
    assert "The shaded band" not in words_of(page)


def test_a_choice_goes_into_the_address(folder: Path) -> None:
    page = open_page(folder, "trends")
    by = next(control for control in page.segmented_control if control.label == "Of")
    with served(folder):
        by.set_value("topic").run()
    assert page.query_params["by"] == "topic"
    assert len(figures_of(page)) == 13


def test_only_the_largest_of_many_topics_are_drawn_unless_chosen(tmp_path: Path) -> None:
    made = write_map(tmp_path / "map", papers=400, topics=20)
    page = open_page(tmp_path / "map", "trends", by="topic")
    assert len(figures_of(page)) == 13
    assert f"The 12 largest of {len(made.topics)} topics are drawn" in words_of(page)
    last = str(made.topics["id"].iloc[-1])
    page = open_page(tmp_path / "map", "trends", by="topic", topics=[last, "0"])
    assert len(figures_of(page)) == 3


def test_shares_stay_shares_of_the_whole_map_under_a_filter(folder: Path) -> None:
    everything = figures_of(open_page(folder, "trends"))
    filtered = figures_of(open_page(folder, "trends", themes="diffusion"))
    assert len(filtered) == 2
    hovers = [trace["hovertext"] for trace in filtered[1]["data"] if "hovertext" in trace]
    assert hovers[0] in [
        trace["hovertext"]
        for figure in everything
        for trace in figure["data"]
        if "hovertext" in trace
    ]


def test_a_filter_of_months_only_chooses_the_periods() -> None:
    topic_map = make_map()
    whole = trends(topic_map, step="quarter")
    some = trends(topic_map, step="quarter", since="2024-02", until="2024-08")
    assert some.periods == ("2024-Q1", "2024-Q2", "2024-Q3")
    start = whole.periods.index("2024-Q1")
    assert some.corpus.papers == whole.corpus.papers[start : start + 3]


def test_nothing_matches(folder: Path) -> None:
    page = open_page(folder, "trends", text="no paper has this word")
    assert not page.exception
    assert not figures_of(page)
    assert any(button.label == "Reset filters" for button in page.button)


def test_no_dates_no_trend(tmp_path: Path) -> None:
    write_map(tmp_path / "map", papers=20, topics=2, undated=1.1)
    made = make_map(papers=20, topics=2)
    bare = made.papers.assign(date=None, date_precision=None)
    write_map(tmp_path / "map", replace(made, papers=bare))
    page = open_page(tmp_path / "map", "trends")
    assert not page.exception
    assert "None of these papers has a date" in words_of(page)


def test_no_topics_and_too_fine_a_period(tmp_path: Path) -> None:
    made = make_map(papers=12, topics=0)
    years = made.papers.assign(
        date=made.papers["date"].str[:4], date_precision=made.papers["date"].map({}, "ignore")
    )
    write_map(tmp_path / "map", replace(made, papers=years))
    page = open_page(tmp_path / "map", "trends", by="topic", step="month")
    assert not page.exception
    assert "No paper that passes the filters is in a topic." in words_of(page)
    assert "No date of this map is precise enough for a month." in words_of(page)


def test_hostile_names_are_only_text(tmp_path: Path) -> None:
    made = make_map(papers=40, topics=3)
    names = ["<img src=x onerror=alert(1)>", "$\\href{javascript:alert(1)}{x}$", ":red[x]"]
    write_map(tmp_path / "map", replace(made, topics=made.topics.assign(name=names)))
    page = open_page(tmp_path / "map", "trends", by="topic")
    assert not page.exception
    assert len(figures_of(page)) == 4
    assert_only_text(page)
    assert "<img src=x onerror=alert(1)>" in words_of(page)


def test_a_period_that_is_not_over_is_hollow_and_dashed() -> None:
    found = trends(make_map(), step="year")
    assert found.unfinished == {"2025"}
    line = next(iter(found.themes.values()))
    options = {"unfinished": found.unfinished, "palette": LIGHT}
    figure = panel(line, measure="papers", colour="#0072b2", **options)
    points = figure.data[-1]
    assert list(points.marker.color) == ["#0072b2", "#0072b2", LIGHT.background]
    assert "(not over yet)" in points.hovertext[2]
    solid, dashed = figure.data[-3:-1]
    assert list(solid.y) == [*line.papers[:2], None]
    assert list(dashed.y) == [None, *line.papers[1:]]
    assert dashed.line.dash == "dot"
    bars = volume(found.corpus, **options).data[0]
    assert list(bars.marker.line.width) == [0, 0, 1.5]


def test_the_band_is_the_interval() -> None:
    found = trends(make_map(), step="year")
    line = next(iter(found.themes.values()))
    figure = panel(
        line, measure="share", colour="#0072b2", unfinished=found.unfinished, palette=LIGHT
    )
    band = next(trace for trace in figure.data if trace.fill == "toself")
    assert [y for y in band.y if y is not None] == [*line.high, *line.low[::-1]]


def test_no_share_of_a_handful_of_papers() -> None:
    found = trends(make_map(papers=60), step="quarter")
    solid, few = with_solid_shares(found)
    assert few
    assert set(few) == {
        p for p, n in zip(found.periods, found.corpus.totals, strict=True) if n < FEW
    }
    for line in (solid.corpus, *solid.themes.values()):
        for total, share in zip(line.totals, line.share, strict=True):
            assert (share != share) == (total < FEW)
    few_periods = trends(make_map(papers=9), step="year")
    assert with_solid_shares(few_periods) == (few_periods, ())


def test_the_table_holds_the_numbers_drawn() -> None:
    found = trends(make_map(), step="year")
    table = frame_of(dict(found.themes), "papers")
    assert list(table["Period"]) == ["2023", "2024", "2025"]
    assert list(table["diffusion"]) == list(found.themes["diffusion"].papers)
    shares = frame_of(dict(found.themes), "share")
    assert shares.iloc[:, 2:].sum(axis=1).to_list() == pytest.approx([100] * 3)


def test_tiny_columns_are_safe_and_scaled() -> None:
    html = column_bars([0, 2, 4, float("nan")], "#123456", label="<b>papers</b>")
    assert "&lt;b&gt;" in html
    assert [int(part.split("%")[0]) for part in html.split("height:")[1:]] == [0, 50, 100, 0]


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map in which topic 0 rises, topic 1 falls and the last month has just begun."""
    made = make_map(papers=1200, topics=12, undated=0.02, unclustered=0.0, hostile=())
    papers = made.papers.copy()
    months = pd.Series(range(len(papers)), index=papers.index) % 12
    turn = papers.groupby("topic").cumcount() / papers.groupby("topic")["id"].transform("size")
    # As many papers in each month as its number says, so the share rises all the year.
    ramp = (12 * turn**0.5).astype(int)
    months = months.mask(papers["topic"].eq("0"), ramp).mask(papers["topic"].eq("1"), 11 - ramp)
    days = [dt.date(2024 + (m + 8) // 12, (m + 8) % 12 + 1, 15).isoformat() for m in months]
    papers["date"] = pd.Series(days, index=papers.index).where(papers["date"].notna(), None)
    papers["date_precision"] = papers["date"].map(lambda date: "day" if date else None)
    papers.loc[papers.index[-1], ["date", "date_precision"]] = ["2025-09-02", "day"]
    path = tmp_path_factory.mktemp("moving") / "map"
    write_map(path, replace(made, papers=papers, manifest={**made.manifest, "as_of": "2025-09-03"}))
    return path


def test_what_is_changing_leads_to_its_topic(moving: Path) -> None:
    page = open_page(moving, "trends", by="topic")
    assert not page.exception
    said = words_of(page)
    assert "What is changing" in said
    tips = {link.proto.label: link.proto.help for link in page.get("page_link") if link.proto.help}
    assert "share rose from" in tips["adaptive step sizes"]
    assert "share fell from" in tips["machine unlearning benchmarks"]
    assert "12 of 12 topics could be tested" in said
    assert "September 2024 to August 2025" in said
    assert "at most about 5 in 100 are expected to be wrong" in said
    assert "undated papers left out" in said
    assert "September 2025 was not over" in said
    assert "in no verdict" in said
    assert 'class="pm-verdict" title="Growing: its fitted share rose' in said
    for theme in ("optimization", "other"):
        assert f'<span class="pm-theme">{theme}</span> · <span>' in said
    assert_only_text(page)


def test_a_topic_says_its_trend_and_the_rule(moving: Path) -> None:
    rising, falling = (words_of(open_page(moving, "topic", topic=topic)) for topic in "01")
    assert "Growing: its fitted share rose from" in rising
    assert "Fading: its fitted share fell from" in falling
    assert "in no verdict" in rising


def test_nothing_is_claimed_of_little(folder: Path) -> None:
    said = words_of(open_page(folder, "trends"))
    assert "What is changing" in said
    assert "clearly rises or falls" in said
    assert "pm-changes" not in said
    assert "Filters do not change a verdict" in words_of(
        open_page(folder, "trends", themes="diffusion")
    )


def test_a_giant_has_a_scale_of_its_own() -> None:
    assert _giant({"a": 0.8, "b": 0.1, "c": 0.05}) == "a"
    assert _giant({"a": 0.2, "b": 0.1, "c": 0.05}) is None
    assert _giant({"a": 0.8, "b": 0.1}) is None
