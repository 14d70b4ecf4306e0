"""Consensus: groups that are there are found from any seed, and noise has no topics."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from topics.clustering import UNCLUSTERED, Clustering
from topics.consensus import Effort, agreed, effort_again, effort_for, find_topics
from topics.encoders.base import unit_rows
from topics.neighbours import NeighbourGraph, knn_graph

GROUPS, SIZE = 9, 16
QUICK = Effort(embeddings=2, epochs=60, repeats=1, last=2)


def _vectors(*, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Groups, each of two halves that are a little nearer to one another than to the other."""
    rng = np.random.default_rng(0)
    member = np.repeat(np.arange(GROUPS), SIZE)
    half = np.tile(np.arange(SIZE) % 2, GROUPS)
    centres = np.eye(GROUPS, 40)[member] + 0.1 * np.eye(2, 40, k=20)[half]
    return unit_rows(centres + rng.normal(size=(GROUPS * SIZE, 40)) * noise), member


def _find(vectors: np.ndarray, *, seed: int = 0) -> tuple[Clustering, NeighbourGraph]:
    graph = knn_graph(vectors, k=13)
    space, found = find_topics(vectors, graph, effort=QUICK, dimensions=5, seed=seed)
    assert space.shape[0] == len(vectors)
    return found, graph


def test_groups_are_found_from_any_seed() -> None:
    vectors, member = _vectors(noise=0.08)
    found = [_find(vectors, seed=seed)[0] for seed in (0, 7)]
    for each in found:
        assert each.topics == GROUPS
        assert adjusted_rand_score(member, each.nearest) > 0.95
    again = _find(vectors, seed=0)[0]
    assert (again.labels == found[0].labels).all()
    assert (again.confidence == found[0].confidence).all()


def test_papers_alike_to_none_have_no_topics() -> None:
    rng = np.random.default_rng(0)
    vectors = unit_rows(np.ones((40, 8)) + rng.normal(size=(40, 8)) * 1e-9)
    found, _ = _find(vectors)
    assert found.topics == 0
    assert (found.labels == UNCLUSTERED).all()


def test_two_runs_against_one_decide() -> None:
    """Where one run of three tears a group apart, the group stays whole."""
    vectors, member = _vectors(noise=0.08)
    graph = knn_graph(vectors, k=13)
    torn = np.where((member == 0) & (np.arange(len(member)) % 2 == 0), GROUPS, member)
    found = agreed([member, member, torn], graph, vectors=vectors, size=5, effort=QUICK, seed=0)
    assert found.topics == GROUPS
    assert len(np.unique(found.labels[member == 0])) == 1


def test_a_paper_between_all_groups_stays_unclustered() -> None:
    vectors, member = _vectors(noise=0.08)
    graph = knn_graph(np.vstack([vectors, np.full((1, 40), 40**-0.5)]).astype(np.float32), k=13)
    indices, distances = graph.indices.copy(), graph.distances.copy()
    indices[-1, 1:] = [SIZE * (place % GROUPS) + place // GROUPS for place in range(12)]
    distances[-1, 1:] = 0.6
    regions = [np.append(member, 0)] * 2
    found = agreed(
        regions,
        NeighbourGraph(indices, distances),
        vectors=np.vstack([vectors, np.full((1, 40), 40**-0.5)]),
        size=5,
        effort=QUICK,
        seed=0,
    )
    assert found.labels[-1] == UNCLUSTERED
    assert found.nearest[-1] >= 0
    assert (found.labels[:-1] >= 0).all()


@pytest.mark.parametrize("papers", [50, 500, 3000, 20000])
def test_a_larger_corpus_is_looked_at_less_often(papers: int) -> None:
    effort, again, larger = effort_for(papers), effort_again(papers), effort_for(4 * papers)
    assert effort.embeddings >= larger.embeddings >= 1
    assert effort.repeats >= larger.repeats >= 1
    assert again.embeddings <= effort.embeddings + 1
    assert again.epochs <= effort.epochs
