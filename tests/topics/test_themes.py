"""Themes: each paper in the one that fits, or in none."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.encoders.base import unit_rows
from topics.pieces import Pieces
from topics.stages import joined_texts
from topics.themefile import Theme
from topics.themes import assign_themes, theme_of_topics

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


def test_papers_that_are_split_already_get_the_same_themes() -> None:
    titles = ["Speech recognition", "A go engine –", "Crops. ", ""]
    abstracts = ["with a neural codec.", "by self-play", " in dry  years", "Chess engines"]
    texts = joined_texts(titles, abstracts)
    vectors = _Words().encode(texts)
    at_once = assign_themes((SOUND, GAMES), texts, vectors, _Words())
    split = Pieces.of([*titles, *abstracts])
    again = assign_themes((SOUND, GAMES), texts, vectors, _Words(), pieces=split)
    assert again.labels.tolist() == at_once.labels.tolist()
    assert again.confidence == pytest.approx(at_once.confidence)
