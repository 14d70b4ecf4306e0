"""Themes: each paper in the one that fits, or in none; groups of topics found without names."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.encoders.base import unit_rows
from topics.themefile import Theme
from topics.themes import assign_themes, find_themes, theme_of_topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.themes import Assignment

SOUND = Theme(name="sound", description="speech and audio", phrases=("speech recognition", "codec"))
GAMES = Theme(name="games", phrases=("chess", "go engine", "self-play"))


class _Words:
    """An encoder that knows nothing but which words a text has."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                rows[row, zlib.crc32(word.encode()) % 512] += 1
        return unit_rows(rows)


def _assign(texts: Sequence[str], *themes: Theme) -> Assignment:
    return assign_themes(themes or (SOUND, GAMES), texts, _Words().encode(texts), _Words())


TEXTS = (
    "Speech recognition with a neural codec",
    "A go engine by self-play",
    "Self-play for chess",
    "Crop yields in dry years",
    "Streaming speech recognition",
)


def test_papers_get_the_theme_whose_words_they_use() -> None:
    found = _assign(TEXTS)
    assert found.names == ["sound", "games", "games", "other", "sound"]
    assert found.labels.tolist() == [0, 1, 1, -1, 0]
    assert ((found.confidence > 0.5) & (found.confidence < 1)).all()


def test_a_surer_paper_has_more_confidence() -> None:
    found = _assign([*TEXTS, "Speech recognition that plays chess"])
    assert found.confidence[0] > found.confidence[-1]
    assert found.confidence[4] > found.confidence[-1]


def test_the_order_of_themes_does_not_matter() -> None:
    one, other = _assign(TEXTS, SOUND, GAMES), _assign(TEXTS, GAMES, SOUND)
    assert one.names == other.names
    assert np.allclose(one.confidence, other.confidence)


def test_an_example_has_its_theme_and_draws_papers_like_it() -> None:
    texts = [*TEXTS, "Harvest of maize after a drought", "Maize harvest and soil"]
    without = _assign(texts, SOUND, Theme(name="farming"))
    assert without.names[-2:] == ["other", "other"]
    farming = Theme(name="farming")
    found = assign_themes(
        [SOUND, farming],
        texts,
        _Words().encode(texts),
        _Words(),
        examples=[[], [len(texts) - 2]],
    )
    assert found.names[-2:] == ["farming", "farming"]
    assert found.confidence[-2] == 1
    assert found.confidence[-1] < 1
    assert found.names[0] == "sound"


def test_one_theme_is_enough() -> None:
    found = _assign(TEXTS, GAMES)
    assert found.names == ["other", "games", "games", "other", "other"]
    assert np.isfinite(found.confidence).all()


@pytest.mark.parametrize("texts", [["", ""], ["the of and"] * 3, ["12 34"], ["\u200b"]])
def test_papers_without_words_are_other(texts: list[str]) -> None:
    found = _assign(texts)
    assert found.names == ["other"] * len(texts)
    assert np.isfinite(found.confidence).all()


def test_a_theme_of_unknown_words_fits_nobody() -> None:
    found = _assign(TEXTS, Theme(name="zzyzx"), GAMES)
    assert "zzyzx" not in found.names
    assert found.names.count("games") == 2


@settings(max_examples=40)
@given(st.lists(st.text(max_size=50), min_size=1, max_size=8))
def test_any_texts_get_a_theme_and_a_confidence(texts: list[str]) -> None:
    found = _assign(texts)
    assert set(found.names) <= {"sound", "games", "other"}
    assert len(found.names) == len(found.confidence) == len(texts)
    assert ((found.confidence >= 0.5) & (found.confidence <= 1)).all()


# ------------------------------------------------------------------ themes of topics


def test_a_topic_has_the_theme_that_weighs_most() -> None:
    themes = ["a", "b", "b", "a", "b", "a"]
    confidence = np.array([0.9, 0.4, 0.4, 0.5, 0.5, 0.9])
    labels = np.array([0, 0, 0, 1, 1, -1])
    # 0: "a" by confidence, although "b" is more often; 1: a tie, so the first by name.
    assert theme_of_topics(themes, confidence, labels, 2) == ["a", "a"]


def test_a_topic_of_nobody_has_no_theme() -> None:
    assert theme_of_topics([], np.zeros(0), np.zeros(0, dtype=int), 1) == [None]


# -------------------------------------------------------------------- found themes


def _centres(*groups: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    member = np.repeat(np.arange(len(groups)), groups)
    return unit_rows(np.eye(9)[member] + rng.normal(size=(len(member), 9)) * 0.05), member


def test_near_topics_are_one_theme() -> None:
    centres, member = _centres(4, 3, 3, 2)
    sizes = np.array([5, 5, 5, 5, 20, 20, 20, 9, 9, 9, 30, 40])
    found = find_themes(centres, sizes)
    assert found.tolist() == np.array([3, 1, 2, 0])[member].tolist()  # most papers first


@pytest.mark.parametrize("topics", [0, 1, 2, 3])
def test_a_few_topics_are_themes_of_their_own(topics: int) -> None:
    found = find_themes(np.eye(9)[:topics], np.ones(topics))
    assert found.tolist() == list(range(topics))


@given(st.integers(4, 25), st.integers(0, 5))
def test_themes_are_three_to_eight_and_numbered_by_size(topics: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(3, 50, size=topics)
    found = find_themes(unit_rows(rng.normal(size=(topics, 6))), sizes)
    count = int(found.max()) + 1
    assert 3 <= count <= 8
    assert set(found.tolist()) == set(range(count))
    papers = np.bincount(found, weights=sizes)
    assert (np.diff(papers) <= 0).all()


def test_topics_all_in_one_place_can_be_grouped() -> None:
    found = find_themes(np.repeat(unit_rows(np.ones((1, 4))), 6, axis=0), np.ones(6))
    assert len(found) == 6
    assert set(found.tolist()) == set(range(int(found.max()) + 1))


def test_a_topic_of_which_nothing_is_known_can_be_grouped() -> None:
    centres, _ = _centres(2, 2, 2)
    centres[0] = 0
    assert len(find_themes(centres, np.ones(6))) == 6
