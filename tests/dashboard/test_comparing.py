"""Papers like one, and two topics side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dashboard.selection import best_first, select
from dashboard.state import View
from tests.dashboard.screens import assert_only_text, html_of, open_page, served, words_of
from tests.factories import make_map, write_map
from topics import meaning
from topics.contrast import LEAST_Z, bridges, words_between

if TYPE_CHECKING:
    from pathlib import Path

MAP = make_map()
IDS = [str(paper) for paper in MAP.papers["id"]]
ONE, OTHER = (str(topic) for topic in MAP.topics["id"].iloc[:2])


def rows_of(topic: str) -> np.ndarray:
    return np.flatnonzero(MAP.papers["topic"] == topic)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("maps") / "map"
    write_map(path, MAP)
    return path


def test_papers_like_one_begin_with_it_and_are_capped() -> None:
    for row in range(0, len(IDS), 10):
        view = View(like=IDS[row])
        best = best_first(select(MAP, view), view).rows
        assert best[0] == row
        assert 1 <= len(best) <= meaning.MOST_ALIKE
        cosines = MAP.vectors[best] @ MAP.vectors[row]
        assert list(cosines) == sorted(cosines, reverse=True)
        assert view.filtered
        assert view.without_filters() == View()


def test_papers_like_one_are_listed_with_what_they_share(folder: Path) -> None:
    page = open_page(folder, "", like=IDS[20])
    assert not page.exception
    assert_only_text(page)
    assert "The paper itself" in html_of(page)
    with served(folder):
        page.button(key="close-like").click().run()
    assert "like" not in page.query_params
    gone = open_page(folder, "", like="gone")
    assert not gone.exception
    assert "should be like is not in this map" in gone.warning[0].value


def test_words_between_two_topics_belong_to_one_each() -> None:
    first, second = words_between(MAP, rows_of(ONE), rows_of(OTHER))
    assert first
    assert second
    assert not {word.word for word in first} & {word.word for word in second}
    assert all(word.inside > word.outside and word.z >= LEAST_Z for word in (*first, *second))
    assert words_between(MAP, rows_of(OTHER), rows_of(ONE)) == (second, first)


def test_bridges_are_near_to_both() -> None:
    found = bridges(MAP, rows_of(ONE), rows_of(OTHER))
    lesser = [min(one, two) for _, one, two in found]
    assert lesser == sorted(lesser, reverse=True)
    assert len({row for row, _, _ in found}) == len(found)


def test_two_topics_stand_side_by_side(folder: Path) -> None:
    page = open_page(folder, "topic", topic=ONE, against=OTHER)
    assert not page.exception
    assert_only_text(page)
    said = words_of(page)
    for topic in (ONE, OTHER):
        assert MAP.topic_names[topic] in said
    assert html_of(page).count("pm-apart") == 2
    assert len(page.get("plotly_chart")) == 2
    links = page.get("page_link")
    assert sum("against=" in each.proto.query_string for each in links) < len(links)


def test_a_topic_is_not_compared_with_itself_or_with_one_that_is_gone(folder: Path) -> None:
    for against in (ONE, "gone"):
        page = open_page(folder, "topic", topic=ONE, against=against)
        assert not page.exception
        assert "Words that tell it" not in words_of(page)


def test_a_topic_leads_to_its_comparisons(folder: Path) -> None:
    page = open_page(folder, "topic", topic=ONE)
    compared = [each for each in page.get("page_link") if each.proto.label.startswith("Compare")]
    assert compared
    assert all("against=" in each.proto.query_string for each in compared)
