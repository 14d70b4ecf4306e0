"""Which papers count as near to a text, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import make_map
from topics import meaning
from topics.errors import MapBroken
from topics.selection import Filters, filters_in_words, matching, ranked

if TYPE_CHECKING:
    from topics.topicmap import TopicMap


def near(topic_map: TopicMap, text: str) -> list[int]:
    return [int(row) for row in np.flatnonzero(meaning.near(topic_map, text)[0])]


def test_near_papers_are_few_and_about_it(sample_map: TopicMap) -> None:
    rows = near(sample_map, "making a model forget private training data")
    assert 0 < len(rows) < len(sample_map.papers) / 3
    themes = sample_map.papers["theme"].iloc[rows]
    assert (themes == "unlearning").mean() > 0.5


@pytest.mark.parametrize("text", ["", "the of", "!?", "\u200b"])
def test_nothing_is_near_to_a_text_that_says_nothing(sample_map: TopicMap, text: str) -> None:
    assert near(sample_map, text) == []


def test_a_title_is_very_near_to_its_own_paper(sample_map: TopicMap) -> None:
    words = [
        meaning.nearness(sample_map, float(meaning.scores(sample_map, title)[row]))
        for row, title in enumerate(sample_map.papers["title"].iloc[:40])
    ]
    assert words.count("very near") > len(words) / 2
    assert "far" not in words


@given(text=st.text(max_size=60))
@settings(max_examples=40)
def test_any_text_has_an_answer_that_is_never_the_whole_map(
    sample_map: TopicMap, text: str
) -> None:
    is_near, scores = meaning.near(sample_map, text)
    assert is_near.shape == scores.shape == (len(sample_map.papers),)
    assert np.isfinite(scores).all()
    assert is_near.sum() < len(sample_map.papers) / 2
    assert not is_near.any() or scores[is_near].min() >= scores[~is_near].max()


def test_the_nearest_of_those_that_pass_all_else_are_kept(
    sample_map: TopicMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "MOST_NEAR", 3)
    asked = Filters(text="machine unlearning", by_meaning=True)
    rows = matching(sample_map, asked)
    scores = meaning.scores(sample_map, "machine unlearning")
    assert sorted(rows) == sorted(np.argsort(-scores)[:3])
    best = ranked(sample_map, asked, rows)
    assert list(scores[best]) == sorted(scores[rows], reverse=True)
    rest = sample_map.topics["id"][
        ~sample_map.topics["id"].isin(sample_map.papers["topic"].iloc[rows])
    ]
    others = matching(sample_map, replace(asked, topics=tuple(rest)))
    assert not set(others) & set(rows)


def test_a_search_by_meaning_is_told_from_one_by_words(sample_map: TopicMap) -> None:
    by_words = filters_in_words(sample_map, Filters(text="forget"))
    by_meaning = filters_in_words(sample_map, Filters(text="forget", by_meaning=True))
    assert "with the words “forget”" in by_words
    assert "near in meaning to “forget”" in by_meaning


def test_the_nearest_sentence_is_of_the_abstract(sample_map: TopicMap) -> None:
    abstracts = [str(text) for text in sample_map.papers["abstract"].iloc[:5]]
    found = meaning.nearest_sentences(sample_map, abstracts[2][:200], [*abstracts, "", " \n "])
    for abstract, sentence in zip(abstracts, found, strict=False):
        assert sentence is not None
        assert sentence.text in abstract
    assert found[-2:] == (None, None)
    best = max(range(5), key=lambda row: found[row].score if found[row] else -1.0)
    assert best == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two is here! And 3?", ["One.", "Two is here!", "And 3?"]),
        ("We use e.g. this. It works", ["We use e.g. this.", "It works"]),
        ("A line\n\nanother", ["A line", "another"]),
        ("", []),
    ],
)
def test_sentences_end_before_a_capital(text: str, parts: list[str]) -> None:
    assert list(meaning.sentences(text)) == parts


def test_a_map_without_an_encoder_says_why(sample_map: TopicMap) -> None:
    made = make_map(papers=20, topics=2)
    assert "never written" in (meaning.problem(made) or "")
    with pytest.raises(MapBroken):
        matching(made, Filters(text="x", by_meaning=True))
    assert meaning.problem(sample_map) is None


def test_warming_up_is_done_once_and_tells_nobody_of_a_missing_encoder() -> None:
    made = make_map(papers=20, topics=2)
    meaning.warm_up(made)
    meaning.warm_up(made)
    assert meaning.problem(made)
