"""The reading list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.state import MOST_READING, View
from tests.dashboard.screens import assert_only_text, open_page, served, words_of
from tests.factories import make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path

MAP = make_map()
IDS = [str(paper) for paper in MAP.papers["id"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maps") / "map"
    write_map(path, MAP)
    return path


@given(ids=st.lists(st.sampled_from(IDS), max_size=MOST_READING, unique=True))
def test_a_list_comes_back_from_its_address(ids: list[str]) -> None:
    view = View(reading=tuple(ids))
    assert View.from_params(view.to_params()) == (view, ())
    assert view.within(MAP) == (view, ())
    assert not view.filtered


def test_papers_that_are_gone_are_told_and_left_out() -> None:
    view, notices = View(reading=("gone", IDS[0])).within(MAP)
    assert view.reading == (IDS[0],)
    assert "1 paper of the reading list" in notices[0]


def test_a_paper_is_added_and_taken_off(folder: Path) -> None:
    page = open_page(folder, "paper", paper=IDS[3])
    assert not page.exception
    with served(folder):
        page.button(key="keep-paper").click().run()
    assert list(page.query_params["reading"]) == [IDS[3]] or page.query_params["reading"] == IDS[3]
    assert page.button(key="keep-paper").label == "On the reading list"
    with served(folder):
        page.button(key="keep-paper").click().run()
    assert "reading" not in page.query_params


def test_the_list_shows_its_papers_in_their_order(folder: Path) -> None:
    page = open_page(folder, "reading", reading=[IDS[9], IDS[0]])
    assert not page.exception
    assert_only_text(page)
    table = page.dataframe[0].value
    assert len(table) == 2
    assert str(MAP.papers["title"].iloc[9]) in table["Title"].iloc[0]
    assert "2 papers" in words_of(page)
    with served(folder):
        page.button(key="clear-reading").click().run()
    assert "Nothing is on it yet" in words_of(page)


def test_search_results_are_added_together_up_to_the_limit(folder: Path) -> None:
    page = open_page(folder, "", text="taming", reading=IDS[:78])
    button = page.button(key="keep-found")
    assert button.label == "Add the first 2 to reading list"
    with served(folder):
        button.click().run()
    assert len(page.query_params["reading"]) == MOST_READING
    assert page.button(key="keep-found").disabled
    assert (
        open_page(folder, "paper", paper=IDS[120], reading=IDS[:80])
        .button(key="keep-paper")
        .disabled
    )


def test_the_count_is_on_every_page_and_links_keep_the_list(folder: Path) -> None:
    for name in ("", "trends", "topic", "quality", "report", "reading"):
        page = open_page(folder, name, reading=IDS[:3])
        assert not page.exception
        links = page.get("page_link")
        assert any(each.proto.label == "Reading list 3" for each in links)
        assert all("reading=" in each.proto.query_string for each in links)
