"""The neighbour graph: exact, itself first, ties by row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import neighbours
from topics.encoders.base import unit_rows
from topics.neighbours import NeighbourGraph, knn_graph


def _rows(papers: int, dimensions: int = 12, seed: int = 0) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(papers, dimensions)))


def _brute_force(vectors: np.ndarray, k: int) -> np.ndarray:
    """Neighbours by sorting every row's cosines, itself first, equal ones by row."""
    cosines = np.round(vectors.astype(np.float32) @ vectors.T, 6)
    found = []
    for row in range(len(vectors)):
        others = sorted((-float(c), i) for i, c in enumerate(cosines[row]) if i != row)
        found.append([row, *(i for _, i in others[: k - 1])])
    return np.array(found)


def _check(graph: NeighbourGraph, papers: int, k: int) -> None:
    assert graph.k == min(k, papers)
    assert graph.indices.shape == graph.distances.shape == (papers, graph.k)
    assert graph.indices.dtype == np.int32
    assert graph.distances.dtype == np.float32
    assert (graph.indices[:, 0] == np.arange(papers)).all()
    assert (graph.distances[:, 0] == 0).all()
    assert (np.diff(graph.distances[:, 1:], axis=1) >= 0).all()
    for row in graph.indices:
        assert len(set(row.tolist())) == len(row)


@pytest.mark.parametrize(("papers", "k"), [(2, 2), (3, 5), (50, 11), (200, 16)])
def test_the_graph_is_what_brute_force_finds(papers: int, k: int) -> None:
    vectors = _rows(papers)
    graph = knn_graph(vectors, k=k)
    _check(graph, papers, k)
    assert graph.indices.tolist() == _brute_force(vectors, graph.k).tolist()
    cosines = np.take_along_axis(vectors @ vectors.T, graph.indices.astype(int), axis=1)
    assert np.allclose(1 - cosines[:, 1:], graph.distances[:, 1:], atol=2e-6)


def test_blocks_do_not_show_in_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = _rows(70)
    whole = knn_graph(vectors, k=9)
    monkeypatch.setattr(neighbours, "_BLOCK", 16)
    parts = knn_graph(vectors, k=9)
    assert (whole.indices == parts.indices).all()
    assert (whole.distances == parts.distances).all()


def test_equal_papers_come_in_order_of_row() -> None:
    vectors = np.repeat(_rows(2, seed=3), 6, axis=0)
    graph = knn_graph(vectors, k=5)
    assert graph.indices[0].tolist() == [0, 1, 2, 3, 4]
    assert graph.indices[3].tolist() == [3, 0, 1, 2, 4]
    assert graph.indices[8].tolist() == [8, 6, 7, 9, 10]


def test_equal_papers_at_the_edge_of_the_neighbourhood_come_in_order_of_row() -> None:
    """Where more papers are equally near than there is room for, the first rows win."""
    vectors = np.repeat(_rows(1), 40, axis=0)
    graph = knn_graph(vectors, k=6)
    assert graph.indices[39].tolist() == [39, 0, 1, 2, 3, 4]


def test_papers_of_which_nothing_is_known_are_far_from_all() -> None:
    vectors = _rows(12)
    vectors[4] = 0
    graph = knn_graph(vectors, k=4)
    _check(graph, 12, 4)
    assert (graph.distances[4, 1:] == 1).all()


@given(st.integers(1, 25), st.integers(1, 8), st.integers(0, 5))
def test_any_graph_is_in_order(papers: int, k: int, seed: int) -> None:
    _check(knn_graph(_rows(papers, 3, seed), k=k), papers, k)
