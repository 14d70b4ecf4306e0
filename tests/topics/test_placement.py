"""Where a text falls on a map, and when it is told that it belongs nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.factories import make_map
from topics.errors import MapBroken, SettingsError
from topics.placement import NEAREST, _medoid, place_text

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

FOREIGN = (
    "Seasonal migration of barn swallows, tracked across four breeding colonies in autumn winds.",
    "Slow braise of lamb shoulder with rosemary, garlic, potatoes and a salad of bitter leaves.",
    "Der Wollhandel englischer Klöster mit flämischen Kaufleuten im dreizehnten Jahrhundert.",
)


def test_a_paper_of_the_map_falls_beside_itself(sample_map: TopicMap) -> None:
    papers = sample_map.papers
    right = 0
    rows = range(0, len(papers), 25)
    for row in rows:
        found = place_text(sample_map, f"{papers['title'].iat[row]}. {papers['abstract'].iat[row]}")
        assert found.papers[0][0] == row
        assert not found.unlike
        gap = np.hypot(found.x - papers["x"].iat[row], found.y - papers["y"].iat[row])
        right += bool(gap < 0.5)
        assert sum(votes for _, votes in found.topics) == len(found.papers) == NEAREST
    assert right > 0.8 * len(rows)


def test_a_text_of_the_field_has_a_theme_and_a_topic(sample_map: TopicMap) -> None:
    found = place_text(
        sample_map,
        "We remove the influence of training examples from a language model without retraining: "
        "machine unlearning with a forget set, checked by membership inference.",
    )
    assert not found.unlike
    assert found.themes[0][0] == "unlearning"
    assert found.topics[0][1] >= found.topics[-1][1]


@pytest.mark.parametrize("text", FOREIGN)
def test_a_text_of_another_field_is_told_so(sample_map: TopicMap, text: str) -> None:
    found = place_text(sample_map, text)
    assert found.unlike
    assert found.familiarity.foreign


@pytest.mark.parametrize("text", ["?!", "zxqwv", "the of and", "扩散" * 30, "7 8 9"])
def test_a_text_that_says_nothing_has_no_place(sample_map: TopicMap, text: str) -> None:
    assert place_text(sample_map, text).unlike


def test_no_text_and_no_encoder_are_errors(sample_map: TopicMap) -> None:
    with pytest.raises(SettingsError, match="empty"):
        place_text(sample_map, " \n")
    with pytest.raises(MapBroken):
        place_text(make_map(papers=20, topics=2), "a model")


def test_the_place_is_on_the_larger_island_never_between() -> None:
    points = np.array([[0.0, 0.0], [0.1, 0.0], [0.0, 0.1], [5.0, 5.0]])
    assert _medoid(points, np.array([0.5, 0.5, 0.5, 0.5])) in (0, 1, 2)
