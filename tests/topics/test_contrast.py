"""What sets some papers apart from the rest of a map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_map
from topics.contrast import FEWEST, LEAST_Z, topic_mix, words_apart
from topics.threshold import at_confidence

MAP = make_map()
PAPERS = len(MAP.papers)


def of_topic(topic: str) -> np.ndarray:
    return np.flatnonzero(MAP.papers["topic"] == topic)


@pytest.mark.parametrize("topic", ["0", "1", "2"])
def test_the_words_of_a_topic_set_its_papers_apart(topic: str) -> None:
    found = words_apart(MAP, of_topic(topic))
    name = MAP.topic_names[topic].lower()
    assert found
    assert found[0].word.lower().rstrip("s") in name
    assert all(word.z >= LEAST_Z and word.inside > word.outside for word in found)
    assert [word.z for word in found] == sorted((word.z for word in found), reverse=True)


def test_a_word_tells_how_many_papers_have_it() -> None:
    animals = ["a zebra and a zebra"] * 12 + ["zebras run"] + ["a horse"] * (PAPERS - 13)
    abstracts = [
        f"{text}; {one}" for text, one in zip(MAP.papers["abstract"], animals, strict=True)
    ]
    few = replace(MAP, papers=MAP.papers.assign(abstract=abstracts))
    (word,) = (w for w in words_apart(few, np.arange(10)) if w.word.startswith("zebra"))
    assert word.word == "zebra"
    assert word.inside == 1.0
    assert word.outside == pytest.approx(3 / (PAPERS - 10))


def test_papers_at_random_have_few_words_of_their_own() -> None:
    rng = np.random.default_rng(3)
    found = [words_apart(MAP, np.sort(rng.choice(PAPERS, 30, replace=False))) for _ in range(5)]
    assert sum(len(words) for words in found) <= 5


@pytest.mark.parametrize("rows", [np.arange(0), np.arange(FEWEST - 1), np.arange(PAPERS)])
def test_too_few_papers_and_all_of_them_have_no_words(rows: np.ndarray) -> None:
    assert words_apart(MAP, rows) == ()


def test_empty_and_missing_texts_do_no_harm() -> None:
    bare = replace(MAP, papers=MAP.papers.assign(title="", abstract=None))
    assert words_apart(bare, np.arange(20)) == ()


@given(rows=st.sets(st.integers(0, PAPERS - 1), max_size=PAPERS))
def test_the_mix_counts_every_paper_once(rows: set[int]) -> None:
    chosen = np.array(sorted(rows), dtype=np.int64)
    mix = topic_mix(MAP, chosen)
    assert sum(part.inside for part in mix) == len(chosen)
    assert all(0 < part.inside <= part.everywhere for part in mix)
    assert all(part.share == pytest.approx(part.inside / len(chosen)) for part in mix)
    if len(chosen) < FEWEST or len(chosen) == PAPERS:
        assert not any(part.clear for part in mix)


def test_a_topic_alone_is_clearly_more_and_a_sample_is_not() -> None:
    (own,) = topic_mix(MAP, of_topic("0"))
    assert own.topic == "0"
    assert own.clear
    assert own.share == 1.0
    every_third = topic_mix(MAP, np.arange(0, PAPERS, 3))
    assert not any(part.clear for part in every_third)
    (free,) = topic_mix(MAP, np.flatnonzero(MAP.papers["topic"].isna()))
    assert free.topic is None


def test_another_confidence_changes_the_topics_and_not_the_words() -> None:
    strict = at_confidence(MAP, 0.9)
    rows = of_topic("0")
    assert words_apart(strict, rows) == words_apart(MAP, rows)
    assert any(part.topic is None for part in topic_mix(strict, rows))
