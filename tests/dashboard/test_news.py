"""What is new since a month: counted by topic, listed, in the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dashboard.news import arrivals, usual_start
from dashboard.screen import Screen
from dashboard.selection import months, select
from dashboard.state import UNCLUSTERED, View
from dashboard.theme import LIGHT
from tests.dashboard.screens import assert_only_text, components_of, open_page, served, words_of
from tests.factories import make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path

MAP = make_map()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maps") / "map"
    write_map(path, MAP)
    return path


def screen(**fields: Any) -> Screen:
    view = View(**fields)
    return Screen(MAP, view, select(MAP, view), LIGHT)


@pytest.mark.parametrize("fields", [{}, {"themes": ("diffusion",)}, {"hide_unclustered": True}])
def test_every_new_paper_is_counted_once_beside_the_earlier_ones(fields: dict[str, Any]) -> None:
    here = screen(new="2025-03", **fields)
    found = arrivals(here)
    assert found["New"].sum() == len(here.selection.rows) > 0
    every = select(MAP, View(**fields)).papers
    assert found["New"].sum() + found["Earlier"].sum() <= every["date"].notna().sum()
    assert found["Share of the new"].sum() == pytest.approx(100)
    assert found["Share of the earlier"].between(0, 100).all()
    inside = found[found["id"] != UNCLUSTERED]
    assert list(inside["New"]) == sorted(inside["New"], reverse=True)
    for topic, new, earlier in zip(inside["id"], inside["New"], inside["Earlier"], strict=True):
        own = every[(every["topic"] == topic) & every["date"].notna()]
        assert new + earlier == len(own)


def test_the_card_says_what_came_in_and_leads_there(folder: Path) -> None:
    page = open_page(folder, "", new="2025-10")
    assert not page.exception
    new = len(select(MAP, View(new="2025-10")).rows)
    assert "New since October 2025" in [each.value for each in page.subheader]
    said = words_of(page)
    assert f"{new} papers of 153, in " in said
    assert f"{MAP.undated} undated papers may be new or not" in said
    assert components_of(page)["papermap.map_layer"]["time"]["since"] == "2025-10"
    assert len(page.dataframe) == 2
    assert_only_text(page)
    with served(folder):
        page.selectbox(key="new-since").set_value("2025-06").run()
        assert page.query_params["new"] in ("2025-06", ["2025-06"])
        page.button(key="close-new").click().run()
    assert "new" not in page.query_params
    assert not page.dataframe


def test_what_is_new_is_a_click_away(folder: Path) -> None:
    page = open_page(folder, "", since="2024-01")
    with served(folder):
        page.button(key="what-is-new").click().run()
    assert not page.exception
    start = usual_start(MAP)
    assert start == months(MAP)[-3]
    assert page.query_params["new"] in (start, [start])
    assert "since" not in page.query_params
    assert page.select_slider(key="period").value[0] == start


def test_a_map_without_dates_has_nothing_new() -> None:
    assert usual_start(make_map(papers=30, undated=1)) is None
