"""How well the map keeps neighbourhoods, topic by topic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.factories import make_map
from topics import faithfulness
from topics.faithfulness import kept_by_topic

if TYPE_CHECKING:
    from topics.topicmap import TopicMap


def on_the_map(vectors: np.ndarray, topic_map: TopicMap) -> TopicMap:
    return replace(topic_map, vectors=vectors.astype(np.float32))


def test_a_map_that_is_true_keeps_all_and_a_torn_topic_stands_out() -> None:
    made = make_map(papers=200, topics=2, unclustered=0.0)
    line = np.linspace(0, 10, 200)
    papers = made.papers.assign(x=line, y=0.0)
    angles = line * 0.2
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    true = on_the_map(vectors, replace(made, papers=papers))
    assert all(share > 0.9 for share in kept_by_topic(true).values())
    torn = papers.copy()
    rows = np.flatnonzero(papers["topic"] == "1")
    torn.loc[rows, "x"] = np.random.default_rng(0).permutation(torn.loc[rows, "x"])
    found = kept_by_topic(replace(true, papers=torn))
    assert found["0"] > 0.8
    assert found["1"] < 0.4


def test_papers_in_one_place_and_few_papers_can_be_looked_at() -> None:
    made = make_map(papers=60, topics=2)
    flat = replace(made, papers=made.papers.assign(x=0.0, y=0.0))
    assert all(0 <= share <= 1 for share in kept_by_topic(flat).values())
    assert kept_by_topic(make_map(papers=11, topics=1)) == {}
    assert kept_by_topic(make_map(papers=40, topics=0)) == {}


def test_a_sample_is_close_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_map(papers=600, topics=3, unclustered=0.0)
    every = kept_by_topic(made)
    monkeypatch.setattr(faithfulness, "_SAMPLED", 300)
    some = kept_by_topic(replace(made))
    assert some.keys() == every.keys()
    assert some == pytest.approx(every, abs=0.1)
