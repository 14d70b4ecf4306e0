"""Topics: dense groups are found, numbered by size, and what lies between them is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.clustering import (
    MIN_TOPIC_PAPERS,
    UNCLUSTERED,
    Clustering,
    _polished,
    cluster,
    no_topics,
    settle,
    siblings_merged,
    topic_size_for,
)
from topics.encoders.base import unit_rows
from topics.neighbours import NeighbourGraph, knn_graph
from topics.quality import modularity

SIZES = (24, 20, 18, 16, 12, 10)
#: Places of the groups in the plane, and of strays: all far from one another.
PLACES = np.array([(0, 0), (0, 9), (9, 0), (9, 9), (-9, 0), (0, -9)], dtype=float)
STRAYS = np.array([(60, 60), (-80, 70), (70, -90), (-100, -100)])


def _groups(sizes: tuple[int, ...] = SIZES) -> np.ndarray:
    return np.repeat(np.arange(len(sizes)), sizes)


def _points(member: np.ndarray) -> np.ndarray:
    """A place in the plane for each paper: on its group's ring, or far away for -1."""
    sizes = np.bincount(member[member >= 0])
    angle = np.concatenate([np.arange(size) * 2 * np.pi / size for size in sizes])
    points = PLACES[member]
    points[member >= 0] += np.column_stack([np.cos(angle), np.sin(angle)])
    points += np.random.default_rng(0).normal(size=points.shape) * 0.001
    points[member < 0] = STRAYS[: (member < 0).sum()]
    return np.asarray(points)


def _vectors(member: np.ndarray) -> np.ndarray:
    """A unit row for each paper: near its group's direction, or between all for -1."""
    rng = np.random.default_rng(0)
    directions = np.vstack([np.eye(len(PLACES), 20), np.full((1, 20), 0.3)])
    return unit_rows(directions[member] + rng.normal(size=(len(member), 20)) * 0.1)


def _cluster(member: np.ndarray, **options: int) -> tuple[Clustering, NeighbourGraph]:
    vectors = _vectors(member)
    graph = knn_graph(vectors, k=9)
    return cluster(_points(member), graph, vectors=vectors, **options), graph


def _settle(labels: list[int]) -> Clustering:
    vectors = _vectors(_groups((len(labels),)))
    return settle(np.array(labels), knn_graph(vectors, k=4), vectors=vectors)


@pytest.mark.parametrize(
    ("papers", "size"), [(0, 3), (20, 3), (59, 7), (100, 5), (2000, 15), (15000, 38)]
)
def test_the_size_of_a_topic_grows_with_the_corpus(papers: int, size: int) -> None:
    assert topic_size_for(papers) == size


def test_groups_are_found_and_numbered_by_size() -> None:
    member = _groups(SIZES[::-1])
    found, _ = _cluster(member)
    assert np.bincount(found.labels).tolist() == list(SIZES)
    assert (found.labels == len(SIZES) - 1 - member).all()
    assert (found.nearest == found.labels).all()
    assert found.confidence.min() > 0.9


def _graph_of(member: np.ndarray) -> NeighbourGraph:
    """Neighbours in the own group; those of strays are two of each group, equally near."""
    graph = knn_graph(_vectors(member), k=2 * len(PLACES) + 1)
    indices, distances = graph.indices.copy(), graph.distances.copy()
    spread = [row for group in range(len(PLACES)) for row in np.flatnonzero(member == group)[:2]]
    indices[member < 0, 1:] = spread
    distances[member < 0, 1:] = 0.5
    return NeighbourGraph(indices, distances)


def test_strays_stay_unclustered_and_know_their_nearest_topic() -> None:
    member = np.append(_groups(), [-1] * len(STRAYS))
    found = cluster(_points(member), _graph_of(member), vectors=_vectors(member))
    assert (found.labels == member).all()
    assert (found.nearest >= 0).all()
    assert np.allclose(found.confidence[member < 0], 1 / len(PLACES))
    assert found.confidence[member >= 0].min() > 0.7


def test_a_paper_beside_a_group_joins_where_its_nearest_papers_are() -> None:
    member = np.append(_groups(), [-1])
    graph = knn_graph(_vectors(np.append(_groups(), [3])), k=9)
    found = cluster(_points(member), graph, vectors=_vectors(member))
    assert found.labels[-1] == 3
    assert found.confidence[-1] > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_papers_permutes_the_labels(seed: int) -> None:
    member = np.append(_groups(), [-1] * len(STRAYS))
    points, vectors = _points(member), _vectors(member)
    order = np.random.default_rng(seed).permutation(len(member))
    straight = cluster(points, knn_graph(vectors, k=9), vectors=vectors)
    shuffled = cluster(points[order], knn_graph(vectors[order], k=9), vectors=vectors[order])
    assert straight.topics == len(SIZES)
    assert (shuffled.labels == straight.labels[order]).all()
    assert (shuffled.nearest == straight.nearest[order]).all()
    assert np.allclose(shuffled.confidence, straight.confidence[order])


@pytest.mark.parametrize("papers", [1, 3, MIN_TOPIC_PAPERS - 1])
def test_a_handful_of_papers_has_no_topics(papers: int) -> None:
    found, graph = _cluster(_groups((papers,)))
    assert found.topics == 0
    assert (found.labels == UNCLUSTERED).all()
    assert (found.nearest == UNCLUSTERED).all()
    assert (found.confidence == 0).all()
    assert modularity(found, graph) == 0


def test_papers_all_alike_are_no_topic() -> None:
    vectors = np.repeat(_vectors(np.zeros(1, dtype=int)), 50, axis=0)
    found = cluster(np.zeros((50, 2)), knn_graph(vectors, k=9), vectors=vectors)
    assert found.topics == 0


def test_a_smallest_topic_can_be_asked_for() -> None:
    member = _groups((20, 20, 20, 20, 6, 5))
    assert _cluster(member, min_topic_size=5)[0].topics == 6
    larger, _ = _cluster(member, min_topic_size=10)
    assert 1 <= larger.topics <= 4
    assert np.bincount(larger.labels[larger.labels >= 0]).min() >= 10
    assert _cluster(member, min_topic_size=60)[0].topics == 0  # fewer than two would fit


def test_the_bulk_of_a_corpus_is_no_topic() -> None:
    """Where one dense region would hold nearly all papers, its parts are sought instead."""
    member = _groups((90, 15))
    found, _ = _cluster(member)
    assert found.topics >= 2
    assert np.bincount(found.labels[found.labels >= 0]).max() < 90


# -------------------------------------------------------------------------- settle


def test_settling_numbers_by_size_and_then_by_first_paper() -> None:
    found = _settle([7, 7, -1, 2, 2, 5, 5, 5, -1, 9])
    assert found.labels.tolist() == [1, 1, -1, 2, 2, 0, 0, 0, -1, 3]
    assert found.topics == 4


@given(st.lists(st.integers(-1, 4), min_size=5, max_size=20), st.permutations(range(5)))
def test_settling_forgets_the_numbers_it_was_given(labels: list[int], renamed: list[int]) -> None:
    found = _settle(labels)
    other = _settle([renamed[label] if label >= 0 else -1 for label in labels])
    assert found.labels.tolist() == other.labels.tolist()
    sizes = np.bincount(found.labels[found.labels >= 0], minlength=found.topics)
    assert (np.diff(sizes) <= 0).all()
    assert ((found.labels < 0) == (np.array(labels) < 0)).all()
    assert ((found.confidence >= 0) & (found.confidence <= 1 + 1e-9)).all()
    assert np.allclose(found.confidence, other.confidence)
    assert (found.nearest[found.labels >= 0] == found.labels[found.labels >= 0]).all()
    assert found.topics == 0 or (found.nearest >= 0).all()


def test_a_paper_without_neighbours_in_a_topic_goes_by_the_centre() -> None:
    member = _groups((5, 5, 5))
    vectors = _vectors(member)
    graph = knn_graph(vectors, k=3)
    assert (member[graph.indices] == member[:, None]).all(), "no neighbour in another group"
    found = settle(np.where(member == 2, UNCLUSTERED, member), graph, vectors=vectors)
    cosines = vectors[10:] @ np.stack([vectors[:5].mean(0), vectors[5:10].mean(0)]).T
    assert found.nearest[10:].tolist() == cosines.argmax(axis=1).tolist()
    assert (found.confidence[10:] == 0).all()


# ---------------------------------------------------------------------- modularity


def test_modularity_prefers_the_true_groups() -> None:
    member = _groups()
    vectors = _vectors(member)
    graph = knn_graph(vectors, k=9)

    def score(labels: np.ndarray) -> float:
        return modularity(settle(labels, graph, vectors=vectors), graph)

    true = score(member)
    merged = score(np.maximum(member, 2))
    chance = score(np.random.default_rng(0).permutation(member))
    assert 0.6 < true < 1
    assert chance < merged < true
    assert abs(chance) < 0.1
    assert score(np.where(np.arange(len(member)) % 2, member, UNCLUSTERED)) < true / 2


@given(st.lists(st.integers(-1, 3), min_size=12, max_size=12))
def test_modularity_is_below_one_and_above_minus_one(labels: list[int]) -> None:
    vectors = _vectors(_groups((6, 6)))
    graph = knn_graph(vectors, k=4)
    found = modularity(settle(np.array(labels), graph, vectors=vectors), graph)
    assert -1 <= found < 1


def test_one_topic_of_all_is_as_good_as_chance() -> None:
    vectors = _vectors(_groups((12,)))
    graph = knn_graph(vectors, k=4)
    everything = settle(np.zeros(12, dtype=int), graph, vectors=vectors)
    assert modularity(everything, graph) == pytest.approx(0, abs=1e-9)
    assert modularity(no_topics(12), graph) == 0


# ------------------------------------------------------------------ one or two topics


def _halved(pull: float) -> tuple[np.ndarray, NeighbourGraph, np.ndarray]:
    """Ten groups of eighty papers; the first is labelled as two, drawn apart by less than one."""
    rng = np.random.default_rng(1)
    member = np.repeat(np.arange(10), 80)
    vectors = np.eye(10, 40)[member] + rng.normal(size=(800, 40)) * 0.1
    labels = np.where((member == 0) & (np.arange(800) % 2 == 1), 10, member)
    vectors[labels == 10, 39] += pull
    vectors = unit_rows(vectors)
    return labels, knn_graph(vectors, k=16), vectors


def test_topics_that_share_their_neighbours_are_made_one() -> None:
    labels, graph, vectors = _halved(0)
    merged = siblings_merged(labels, graph, vectors=vectors)
    assert len(np.unique(merged)) == 10
    assert len(np.unique(merged[:80])) == 1


def test_topics_with_neighbours_of_their_own_stay_apart() -> None:
    labels, graph, vectors = _halved(2)
    merged = siblings_merged(labels, graph, vectors=vectors)
    assert len(np.unique(merged)) == 11
    assert len(np.unique(merged[:80])) == 2


def test_merging_makes_no_topic_of_the_corpus_bulk() -> None:
    """All papers are alike, so that nothing but size speaks against one topic of all."""
    rng = np.random.default_rng(2)
    vectors = unit_rows(np.ones((1, 30)) + rng.normal(size=(600, 30)) * 0.2)
    labels = np.repeat(np.arange(20), 30)
    merged = siblings_merged(labels, knn_graph(vectors, k=16), vectors=vectors)
    assert 4 <= len(np.unique(merged)) <= 20
    assert np.bincount(merged).max() <= 600 * 0.25


def test_unclustered_papers_stay_so_when_topics_are_made_one() -> None:
    labels, graph, vectors = _halved(0)
    labels[::7] = UNCLUSTERED
    merged = siblings_merged(labels, graph, vectors=vectors)
    assert ((merged < 0) == (labels < 0)).all()
    assert len(np.unique(merged[merged >= 0])) == 10


def test_polishing_brings_strayed_papers_home() -> None:
    member = _groups((40, 40, 40))
    vectors = _vectors(member)
    strayed = member.copy()
    strayed[::8] = (strayed[::8] + 1) % 3
    graph = knn_graph(vectors, k=9)
    assert (_polished(strayed, graph, vectors=vectors, size=5) == member).all()
    assert (_polished(strayed, graph, vectors=vectors, size=41) == strayed).all()
