"""The panel in which a reader's own text is placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dashboard.screens import assert_only_text, components_of, open_page, served, words_of
from tests.factories import make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from topics.topicmap import TopicMap

DRAFT = (
    "We remove the influence of training examples from a language model without retraining: "
    "machine unlearning with a forget set, checked by membership inference."
)


@pytest.fixture
def sample(sample_map: TopicMap) -> Path:
    assert sample_map.path is not None
    return sample_map.path


def placed(folder: Path, text: str) -> AppTest:
    page = open_page(folder, "", place="yes")
    assert not page.exception
    with served(folder):
        page.text_area(key="place-text").set_value(text)
        page.button[_submit(page)].click().run()
    assert not page.exception
    return page


def _submit(page: AppTest) -> int:
    return next(i for i, each in enumerate(page.button) if each.label == "Find its place")


def test_a_text_gets_a_mark_topics_and_papers(sample: Path) -> None:
    page = placed(sample, DRAFT)
    mark = components_of(page)["papermap.map_layer"]["mark"]
    assert mark["said"] == "Your text"
    said = words_of(page)
    assert "Theme: unlearning" in said
    assert "of 15" in said
    assert "falls near to papers of" in components_of(page)["papermap.map_layer"]["said"]


def test_the_text_is_in_no_address(sample: Path) -> None:
    page = placed(sample, DRAFT)
    assert set(page.query_params) == {"place"}
    assert "forget" not in str(dict(page.query_params))


@pytest.mark.parametrize("text", ["Lamb shoulder with rosemary, garlic and olive oil", "?!"])
def test_a_foreign_text_is_told_so_and_gets_no_mark(sample: Path, text: str) -> None:
    page = placed(sample, text)
    assert components_of(page)["papermap.map_layer"]["mark"] is None
    assert "no place" in page.warning[0].value


def test_hostile_text_stays_text(sample: Path) -> None:
    assert_only_text(placed(sample, "<img src=x onerror=alert(1)> machine unlearning $x$ :red[a]"))


def test_without_an_encoder_it_says_why(tmp_path: Path) -> None:
    write_map(tmp_path / "map", make_map(papers=40))
    page = placed(tmp_path / "map", DRAFT)
    assert page.warning


def test_closing_leaves_the_map_alone(sample: Path) -> None:
    page = placed(sample, DRAFT)
    with served(sample):
        page.button(key="close-place").click().run()
    assert not page.query_params
    assert components_of(page)["papermap.map_layer"]["mark"] is None
