"""Fewer dimensions: every corpus gets a layout that can be looked at."""

from __future__ import annotations

import numpy as np
import pytest

from topics.encoders.base import unit_rows
from topics.neighbours import knn_graph
from topics.projection import UMAP_MIN_PAPERS, cluster_space, layout, neighbours_for


def _blobs(*sizes: int, dimensions: int = 20, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(sizes), dimensions)) * 2
    member = np.repeat(np.arange(len(sizes)), sizes)
    return unit_rows(centres[member] + rng.normal(size=(len(member), dimensions)) * 0.3), member


def _layout(vectors: np.ndarray, *, seed: int = 0) -> np.ndarray:
    graph = knn_graph(vectors, k=neighbours_for(len(vectors)) + 1)
    return layout(vectors, graph, min_dist=0.1, seed=seed)


@pytest.mark.parametrize("papers", [0, 1, 2, 3, 10, 150, 1500, 10**6])
def test_neighbours_suit_the_corpus(papers: int) -> None:
    found = neighbours_for(papers)
    assert 2 <= found <= 30
    assert found <= max(2, papers - 1)
    assert found <= neighbours_for(papers + 1000)


@pytest.mark.parametrize("papers", [3, 4, 7, UMAP_MIN_PAPERS - 1, UMAP_MIN_PAPERS, 40])
def test_a_layout_is_finite_centred_and_of_one_size(papers: int) -> None:
    points = _layout(_blobs(papers)[0])
    assert points.shape == (papers, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    assert len(np.unique(points, axis=0)) == papers
    assert np.abs(points).max() == pytest.approx(1)
    assert np.allclose(points.max(axis=0) + points.min(axis=0), 0, atol=1e-5)


@pytest.mark.parametrize("papers", [3, 11, 12, 30])
@pytest.mark.parametrize("kind", ["alike", "zero", "two places"])
def test_papers_that_are_all_alike_lie_apart(papers: int, kind: str) -> None:
    vectors = np.repeat(unit_rows(np.ones((1, 8))), papers, axis=0)
    if kind == "zero":
        vectors *= 0
    elif kind == "two places":
        vectors[papers // 2 :, 0] *= -1
    points = _layout(vectors)
    assert np.isfinite(points).all()
    assert len(np.unique(points, axis=0)) == papers
    assert np.abs(points).max() == pytest.approx(1)


def test_what_is_alike_lies_together() -> None:
    vectors, member = _blobs(20, 20, 20)
    points = _layout(vectors)
    centres = np.stack([points[member == blob].mean(axis=0) for blob in range(3)])
    nearest = np.linalg.norm(points[:, None] - centres[None], axis=2).argmin(axis=1)
    assert (nearest == member).all()


def test_the_layout_follows_from_papers_and_seed() -> None:
    vectors, _ = _blobs(15, 15)
    assert (_layout(vectors) == _layout(vectors)).all()
    assert (_layout(vectors, seed=1) != _layout(vectors)).any()


def test_the_largest_seed_can_be_used() -> None:
    assert np.isfinite(_layout(_blobs(14)[0], seed=2**32 - 1)).all()


@pytest.mark.parametrize("papers", [3, 6, 11, 12, 45, 130])
def test_the_space_of_topics_is_as_wide_as_the_corpus_allows(papers: int) -> None:
    vectors, _ = _blobs(papers)
    graph = knn_graph(vectors, k=neighbours_for(papers) + 1)
    space = cluster_space(vectors, graph, dimensions=10, epochs=50, seed=0)
    assert space.shape[0] == papers
    assert 2 <= space.shape[1] <= min(10, papers - 1)
    assert np.isfinite(space).all()
