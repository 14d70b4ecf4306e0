"""The second pass: neighbours of one subject come nearer, doubtful papers stay in no topic."""

from __future__ import annotations

import numpy as np
import pytest

from topics.clustering import UNCLUSTERED, Clustering
from topics.consensus import Effort, find_topics
from topics.encoders.base import unit_rows
from topics.neighbours import NeighbourGraph, knn_graph
from topics.second_pass import LEAST_PAPERS, left_out, sharpened

GROUPS, SIZE, K = 12, 40, 16


@pytest.fixture(scope="module")
def blurred() -> tuple[np.ndarray, np.ndarray, NeighbourGraph]:
    """Vectors of groups in much noise, the group of each, and twice as many neighbours as used."""
    rng = np.random.default_rng(0)
    member = np.repeat(np.arange(GROUPS), SIZE)
    centres = rng.normal(size=(GROUPS, 60))
    vectors = unit_rows(centres[member] + 2.3 * rng.normal(size=(len(member), 60)))
    return vectors, member, knn_graph(vectors, k=2 * K + 1)


def _alike(graph: NeighbourGraph, member: np.ndarray) -> float:
    return float(np.mean(member[graph.indices[:, 1:]] == member[:, None]))


def test_neighbours_are_of_the_same_group_more_often(
    blurred: tuple[np.ndarray, np.ndarray, NeighbourGraph],
) -> None:
    vectors, member, near = blurred
    graph = near.nearest(K + 1)
    found = sharpened(vectors, graph, near=near, seed=0)
    assert _alike(found.graph, member) > _alike(graph, member) + 0.05
    assert found.graph.indices.shape == graph.indices.shape
    assert (found.graph.indices[:, 0] == np.arange(len(vectors))).all()
    assert (np.diff(found.graph.distances, axis=1) >= 0).all()
    assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(np.ones(len(vectors)), abs=1e-5)
    again = sharpened(vectors, graph, near=near, seed=0)
    assert (again.graph.indices == found.graph.indices).all()
    assert (again.vectors == found.vectors).all()


def test_noise_gains_nothing_that_the_next_look_would_take_for_a_subject() -> None:
    """Halves of each paper's own coordinates that were not learned from say nothing new."""
    rng = np.random.default_rng(1)
    vectors = unit_rows(rng.normal(size=(LEAST_PAPERS, 120)))
    hidden = np.repeat([0, 1], LEAST_PAPERS // 2)
    near = knn_graph(vectors, k=2 * K + 1)
    graph = near.nearest(K + 1)
    after = _alike(sharpened(vectors, graph, near=near, seed=0).graph, hidden)
    assert after == pytest.approx(_alike(graph, hidden), abs=0.03)


def test_papers_whose_first_neighbours_are_elsewhere_are_left_out(
    blurred: tuple[np.ndarray, np.ndarray, NeighbourGraph],
) -> None:
    vectors, member, near = blurred
    graph = near.nearest(K + 1)
    moved = member.copy()
    moved[:5] = GROUPS - 1  # five papers of the first group are said to be of the last
    labels = moved.copy()
    found = left_out(
        Clustering(labels, np.ones(len(labels)), labels), graph, vectors=vectors, size=5
    )
    assert (found.labels[:5] == UNCLUSTERED).sum() >= 4
    assert len(np.unique(found.nearest[:5])) == 1
    assert np.mean(found.labels == UNCLUSTERED) <= 0.12
    out = found.labels == UNCLUSTERED
    assert found.confidence[out].max() < found.confidence[~out].mean()
    sizes = np.bincount(found.labels[~out])
    assert (np.diff(sizes) <= 0).all()
    none = np.full(len(labels), UNCLUSTERED)
    assert (
        left_out(Clustering(none, np.zeros(len(none)), none), graph, vectors=vectors, size=5).topics
        == 0
    )


def test_topics_are_sought_among_sharpened_neighbours_where_papers_are_enough(
    blurred: tuple[np.ndarray, np.ndarray, NeighbourGraph],
) -> None:
    vectors, member, near = blurred
    effort = Effort(embeddings=1, epochs=60, repeats=1, last=2)

    def right(near: NeighbourGraph | None) -> float:
        from sklearn.metrics import normalized_mutual_info_score

        graph = knn_graph(vectors, k=K + 1)
        found = find_topics(vectors, graph, near=near, effort=effort, dimensions=5, seed=0)[1]
        return float(normalized_mutual_info_score(member, found.nearest))

    assert len(vectors) >= LEAST_PAPERS
    assert right(near) > right(None)
