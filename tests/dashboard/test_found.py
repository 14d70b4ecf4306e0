"""The list of what a search has found, beside the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dashboard.screens import assert_only_text, html_of, open_page, served, words_of
from tests.factories import make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path

    from topics.topicmap import TopicMap

MAP = make_map()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maps") / "map"
    write_map(path, MAP)
    return path


def test_a_search_by_words_says_where_they_stand(folder: Path) -> None:
    page = open_page(folder, "", text="taming")
    assert not page.exception
    said = html_of(page)
    assert "papers found" in said
    assert "In title" in said
    page = open_page(folder, "", text="gradient")
    assert "<mark>gradient</mark>" in html_of(page)


def test_hostile_titles_and_queries_stay_text(folder: Path) -> None:
    for text in ("<img src=x onerror=alert(1)>", "alert", '"</mark><b>alert"', "href"):
        page = open_page(folder, "", text=text)
        assert not page.exception
        assert_only_text(page)


def test_without_a_search_there_is_no_list(folder: Path) -> None:
    assert "pm-found-head" not in html_of(open_page(folder, ""))
    assert "pm-found-head" not in html_of(open_page(folder, "", text="  "))


def test_a_paper_of_the_list_opens_beside_the_map_and_leads_back(folder: Path) -> None:
    page = open_page(folder, "", text="taming", paper=str(MAP.papers["id"].iloc[0]))
    assert "pm-found-head" not in html_of(page)
    assert page.button(key="close-paper").label == "Back to the list"
    with served(folder):
        page.button(key="close-paper").click().run()
    assert "pm-found-head" in html_of(page)


def test_a_search_by_meaning_says_how_near_and_by_which_sentence(sample_map: TopicMap) -> None:
    assert sample_map.path is not None
    page = open_page(sample_map.path, "", text="making a model forget", search="meaning")
    assert not page.exception
    said = html_of(page)
    assert "pm-found-head" in said
    assert "ear (0." in said
    assert "vectors" in words_of(page)
    listed = open_page(sample_map.path, "paper", text="making a model forget", search="meaning")
    assert not listed.exception


def test_nothing_near_is_told_with_what_to_do(sample_map: TopicMap) -> None:
    assert sample_map.path is not None
    page = open_page(sample_map.path, "", text="zxqwv", search="meaning")
    assert not page.exception
    assert "near in meaning" in words_of(page)


def test_a_map_without_an_encoder_searches_by_words_and_says_so(folder: Path) -> None:
    page = open_page(folder, "", text="taming", search="meaning")
    assert not page.exception
    assert any("none by meaning is possible" in each.value for each in page.warning)
    assert "In title" in html_of(page)


def test_the_choice_is_in_the_address(sample_map: TopicMap) -> None:
    assert sample_map.path is not None
    page = open_page(sample_map.path, "", text="forget")
    with served(sample_map.path):
        page.segmented_control(key="view:search").set_value("meaning").run()
    assert page.query_params["search"] in ("meaning", ["meaning"])
    with served(sample_map.path):
        page.segmented_control(key="view:search").set_value("words").run()
    assert "search" not in page.query_params
