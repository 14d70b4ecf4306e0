"""Stability: what comes back scores high, what is found once in one way scores low."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from topics.clustering import UNCLUSTERED, Clustering, cluster, no_topics
from topics.encoders.base import unit_rows
from topics.neighbours import NeighbourGraph, knn_graph
from topics.projection import cluster_space
from topics.quality import mean_stability
from topics.stability import MOST_PAPERS, come_back, kept_neighbours, repeats_for, sought_again

SOLID, SIZE, BLOB = 4, 30, 60


def _papers() -> tuple[np.ndarray, np.ndarray]:
    """Four tight groups and a blob of papers alike to no others, cut in two at random."""
    rng = np.random.default_rng(0)
    tight = np.repeat(np.eye(SOLID, 24), SIZE, axis=0) + rng.normal(size=(SOLID * SIZE, 24)) * 0.06
    labels = np.append(np.repeat(np.arange(SOLID), SIZE), SOLID + rng.integers(0, 2, BLOB))
    return unit_rows(np.vstack([tight, rng.normal(size=(BLOB, 24))])), labels


def _seek(vectors: np.ndarray, graph: NeighbourGraph, seed: int) -> Clustering:
    return cluster(
        cluster_space(vectors, graph, dimensions=5, seed=seed, epochs=100), graph, vectors=vectors
    )


def _stability(
    labels: np.ndarray, vectors: np.ndarray, graph: NeighbourGraph, **how: Any
) -> np.ndarray:
    return come_back(labels, *sought_again(vectors, graph, **how))


def test_solid_groups_score_high_and_a_blob_low() -> None:
    vectors, labels = _papers()
    graph = knn_graph(vectors, k=12)
    scores = _stability(labels, vectors, graph, seek=_seek, seed=0, repeats=3)
    assert scores.shape == (SOLID + 2,)
    assert scores[:SOLID].min() > 0.8
    assert scores[SOLID:].max() < 0.6
    again = _stability(labels, vectors, graph, seek=_seek, seed=0, repeats=3)
    assert (scores == again).all()


def test_the_score_is_the_mean_jaccard_index_with_the_most_similar_topic() -> None:
    vectors, labels = _papers()
    graph = knn_graph(vectors, k=12)
    seen: list[int] = []

    def same(rows: np.ndarray, _: NeighbourGraph, seed: int) -> Clustering:
        seen.append(seed)
        found = (rows[:, None] == vectors[None]).all(axis=2).argmax(axis=1)
        kept = labels[found]
        if len(seen) == 2:  # the second time, two groups are found as one
            kept = np.where(kept == 1, 0, kept)
        return Clustering(kept, np.ones(len(kept)), kept)

    scores = _stability(labels, vectors, graph, seek=same, seed=7, repeats=2)
    assert len(set(seen)) == 2
    assert scores[2:] == pytest.approx(np.ones(SOLID))
    assert scores[:2] == pytest.approx(np.full(2, 0.75), abs=0.05)


def test_topics_that_never_come_back_score_nothing() -> None:
    vectors, labels = _papers()
    scores = _stability(
        labels,
        vectors,
        knn_graph(vectors, k=12),
        seek=lambda rows, _graph, _seed: no_topics(len(rows)),
        seed=0,
    )
    assert (scores == 0).all()


def test_without_repeats_nothing_is_claimed() -> None:
    vectors, labels = _papers()
    graph = knn_graph(vectors, k=12)
    assert repeats_for(MOST_PAPERS + 1) == 0
    unknown = _stability(labels, vectors, graph, seek=_seek, seed=0, repeats=0)
    assert np.isnan(unknown).all()
    assert mean_stability(unknown, np.bincount(labels)) == {}
    none = _stability(np.full(len(labels), UNCLUSTERED), vectors, graph, seek=_seek, seed=0)
    assert none.shape == (0,)
    assert mean_stability(none, np.zeros(0)) == {}


@pytest.mark.parametrize("papers", [20, 500, 501, 5000, 5001, MOST_PAPERS])
def test_larger_corpora_are_tried_less_often(papers: int) -> None:
    assert 2 <= repeats_for(papers) <= repeats_for(papers - 1)


def test_the_mean_counts_papers() -> None:
    assert mean_stability([1.0, 0.5], np.array([30, 10])) == {"topic_stability": 0.875}


def test_kept_neighbours_are_the_nearest_that_are_kept() -> None:
    vectors, _ = _papers()
    graph = knn_graph(vectors, k=12)
    rows = np.flatnonzero(np.arange(len(vectors)) % 10)
    kept = kept_neighbours(graph, rows)
    assert kept.indices.shape == kept.distances.shape == (len(rows), 9)
    assert (kept.indices[:, 0] == np.arange(len(rows))).all()
    assert (np.diff(kept.distances, axis=1) >= 0).all()
    exact = knn_graph(vectors[rows], k=9)
    assert np.mean(kept.indices == exact.indices) > 0.95


def test_a_paper_that_lost_its_neighbours_keeps_the_last_one() -> None:
    graph = NeighbourGraph(
        np.array([[0, 1, 2, 3], [1, 0, 2, 3], [2, 0, 1, 3], [3, 0, 1, 2]], dtype=np.int32),
        np.tile(np.float32([0, 0.1, 0.2, 0.3]), (4, 1)),
    )
    kept = kept_neighbours(graph, np.array([0, 3]))
    assert kept.indices.tolist() == [[0, 1, 1], [1, 0, 0]]
    assert kept.distances.tolist() == np.float32([[0, 0.3, 0.3], [0, 0.1, 0.1]]).tolist()
