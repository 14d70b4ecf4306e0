"""Memberships: a paper's own topic first, further ones only where its nearest papers say so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_map
from topics.clustering import UNCLUSTERED, Clustering, no_topics, settle
from topics.memberships import (
    LEAST_CONFIDENCE,
    MOST_FURTHER,
    belonging,
    membership_table,
)
from topics.neighbours import NeighbourGraph
from topics.threshold import at_confidence
from topics.topicmap import LATER_TABLES

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("t1", "t2", "t3", "t4")


def _table(labels: list[int], near: list[list[int]]) -> pd.DataFrame:
    """Memberships of papers whose neighbours are given, all equally near."""
    indices = np.array([[row, *others] for row, others in enumerate(near)], dtype=np.int32)
    distances = np.full(indices.shape, 0.5, dtype=np.float32)
    vectors = np.eye(len(labels), dtype=np.float32)
    found = settle(np.array(labels), NeighbourGraph(indices, distances), vectors=vectors)
    assert found.labels.tolist() == labels
    ids = [f"p{row}" for row in range(len(labels))]
    return membership_table(ids, found, NeighbourGraph(indices, distances), names=NAMES)


def test_further_topics_come_after_the_own_one() -> None:
    labels = [0] * 5 + [1] * 4 + [2] * 3 + [UNCLUSTERED]
    inside = [[(row + 1) % 5, (row + 2) % 5, (row + 3) % 5, (row + 4) % 5] for row in range(5)]
    inside += [[5 + (row + step) % 4 for step in (1, 2, 3, 1)] for row in range(4)]
    inside += [[9 + (row + step) % 3 for step in (1, 2, 1, 2)] for row in range(3)]
    near = [*inside, [0, 5, 12, 12]]
    near[0] = [1, 2, 5, 6]  # half of its nearest papers are of the next topic
    near[1] = [0, 2, 3, 12]  # one is of no topic
    table = _table(labels, near)
    assert list(table.columns) == list(LATER_TABLES["memberships"])
    first = table[table["paper_id"] == "p0"]
    assert first["topic"].tolist() == ["t1", "t2"]
    assert first["rank"].tolist() == [1, 2]
    assert (
        first["confidence"].iloc[0]
        == first["confidence"].iloc[1]
        == pytest.approx(0.5474, abs=1e-4)
    )
    assert table[table["paper_id"] == "p1"]["topic"].tolist() == ["t1"]
    stray = table[table["paper_id"] == "p12"]
    assert stray["rank"].tolist() == [2, 3], "an unclustered paper has no topic of its own"
    assert stray["topic"].tolist() == ["t1", "t2"]


def test_a_map_without_topics_has_no_memberships() -> None:
    graph = NeighbourGraph(np.array([[0, 1], [1, 0]]), np.zeros((2, 2)))
    table = membership_table(["a", "b"], no_topics(2), graph, names=())
    assert table.empty
    assert list(table.columns) == list(LATER_TABLES["memberships"])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_more_of_the_nearest_papers_means_more_surely(shares: list[float]) -> None:
    sure = belonging(np.sort(np.array(shares)))
    assert (np.diff(sure) >= 0).all()
    assert ((sure > 0) & (sure < 1)).all()


@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_what_is_said_of_any_papers_is_sound(seed: int, topics: int) -> None:
    rng = np.random.default_rng(seed)
    indices = np.column_stack([np.arange(30), rng.integers(0, 30, (30, 6))]).astype(np.int32)
    labels = np.concatenate([np.arange(topics), rng.integers(-1, topics, 30 - topics)])
    found = Clustering(labels, np.zeros(30), np.maximum(labels, 0))
    graph = NeighbourGraph(indices, rng.random((30, 7)).astype(np.float32))
    ids = [f"p{row:02d}" for row in range(30)]
    table = membership_table(ids, found, graph, names=NAMES[:topics])
    own = table[table["rank"] == 1].set_index("paper_id")["topic"]
    assert own.to_dict() == {
        paper: NAMES[label] for paper, label in zip(ids, labels, strict=True) if label >= 0
    }
    further = table[table["rank"] > 1]
    assert (further["confidence"] >= LEAST_CONFIDENCE - 1e-4).all()
    assert (further.groupby("paper_id").size() <= MOST_FURTHER).all()
    assert not table.duplicated(["paper_id", "topic"]).any()
    order = list(zip(table["paper_id"], table["rank"], strict=True))
    assert order == sorted(order)


# --------------------------------------------------------------------- reading them


def test_a_paper_knows_its_further_topics_and_a_topic_its_further_papers() -> None:
    made = make_map(60)
    paper, largest = made.papers["id"].iat[20], made.topics["id"].iat[0]
    near = made.also_near(paper)
    assert len(near) == 1
    topic, confidence = near[0]
    assert confidence == 0.35
    assert topic != made.papers["topic"].iat[20]
    others = made.also_belonging(largest)
    assert others
    assert all(made.papers["topic"].iat[made.row_of[other]] != largest for other, _ in others)
    with pytest.raises(KeyError):
        made.also_near("nobody")


def test_a_paper_that_leaves_its_topic_is_still_near_to_it() -> None:
    """Where a reader draws another line, what was a paper's own topic is a further one."""
    made = make_map(60)
    strict = at_confidence(made, 0.7)
    left = made.papers["topic"].notna() & strict.papers["topic"].isna()
    for paper, topic in made.papers.loc[left, ["id", "topic"]].itertuples(index=False):
        if topic in strict.topic_names:
            assert topic in dict(strict.also_near(paper))
    gone = replace(made, topics=made.topics.iloc[1:].reset_index(drop=True))
    assert all(
        topic != made.topics["id"].iat[0]
        for paper in gone.papers["id"]
        for topic, _ in gone.also_near(paper)
    )
