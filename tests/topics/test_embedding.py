"""UMAP's embedding: the forces are UMAP's, the start is sound, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_matrix

from topics.embedding import BINS, embed, forces, fuzzy_graph, principal, start_of
from topics.encoders.base import unit_rows
from topics.neighbours import NeighbourGraph, knn_graph
from topics.projection import neighbours_for
from topics.thirdparty import umap_module


def _blobs(*sizes: int, dimensions: int = 20, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(len(sizes), dimensions)) * 2
    member = np.repeat(np.arange(len(sizes)), sizes)
    vectors = unit_rows(centres[member] + rng.normal(size=(len(member), dimensions)) * 0.3)
    return vectors.astype(np.float32), member


def _graph(vectors: np.ndarray) -> NeighbourGraph:
    return knn_graph(vectors, k=neighbours_for(len(vectors)) + 1)


def _embedded(vectors: np.ndarray, **how: float) -> np.ndarray:
    settings = {"dimensions": 2, "min_dist": 0.1, "epochs": 200, "seed": 0, **how}
    return embed(vectors, _graph(vectors), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5])
def test_the_tables_hold_the_forces_of_the_loss(min_dist: float) -> None:
    """Each entry is the slope of UMAP's cross entropy along the difference of two places."""
    a, b = umap_module().umap_.find_ab_params(1.0, min_dist)
    draws, pushes, first = forces(min_dist)
    for distance in (1e-3, 0.02, 0.7, 1.0, 3.0, 11.0):
        square = np.float32(distance**2)
        entry = (int(square.view(np.int32)) >> 17) - first
        near = 1e-6 * distance

        def likely(apart: float) -> float:
            return float(1 / (1 + a * apart ** (2 * b)))

        slope = (np.log(likely(distance + near)) - np.log(likely(distance - near))) / (2 * near)
        assert draws[entry] * distance == pytest.approx(slope, rel=0.02)
        unlike = [np.log1p(-likely(distance + step)) for step in (-near, near)]
        slope = (unlike[1] - unlike[0]) / (2 * near)
        # UMAP adds .001 to the squared distance, so that papers at one place do not fly apart.
        slope *= square / (square + 0.001)
        assert pushes[entry] * distance == pytest.approx(slope, rel=0.02)


def test_neighbouring_entries_differ_little() -> None:
    draws, pushes, _ = forces(0.1)
    assert len(draws) == len(pushes) == 52 * BINS
    for table in (draws, pushes):
        assert np.abs(np.diff(table) / table[:-1]).max() < 0.04


def test_what_is_alike_lies_together() -> None:
    vectors, member = _blobs(40, 40, 40)
    points = _embedded(vectors)
    nearest = knn_graph(unit_rows(np.hstack([points, np.ones((120, 1))])), k=2).indices[:, 1]
    assert (member[nearest] == member).mean() > 0.95


def test_neighbours_stay_neighbours() -> None:
    """Most of a paper's ten nearest papers are among its thirty nearest on the map."""
    vectors, _ = _blobs(60, 60, 60, 60)
    near = knn_graph(vectors, k=11).indices[:, 1:]
    points = _embedded(vectors)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    there = np.argsort(apart, axis=1)[:, 1:31]
    kept = [len(set(one) & set(other)) for one, other in zip(near, there, strict=True)]
    assert np.mean(kept) > 6


def test_an_embedding_follows_from_papers_and_seed() -> None:
    vectors, _ = _blobs(30, 30)
    assert (_embedded(vectors) == _embedded(vectors)).all()
    assert (_embedded(vectors, seed=1) != _embedded(vectors)).any()
    assert np.isfinite(_embedded(vectors, seed=2**32 - 1)).all()


@pytest.mark.parametrize("dimensions", [1, 2, 10])
def test_an_embedding_has_as_many_dimensions_as_asked(dimensions: int) -> None:
    points = _embedded(_blobs(50, 50)[0], dimensions=dimensions, epochs=20)
    assert points.shape == (100, dimensions)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()


def test_a_graph_in_parts_has_a_start() -> None:
    """Eigenvectors of such a graph only say which part a paper is in."""
    part = csr_matrix(np.ones((20, 20)) - np.eye(20))
    vectors, _ = _blobs(20, 20, seed=2)
    start = start_of(vectors, block_diag([part, part]).tocsr(), dimensions=4)
    assert start.shape == (40, 4)
    assert np.isfinite(start).all()
    assert start.min() == 0
    assert start.max() == pytest.approx(1)


def test_the_start_follows_the_graph() -> None:
    """It lies nearer to the slow eigenvectors of the graph than the principal components do."""
    vectors, _ = _blobs(200, dimensions=40, seed=4)
    edges = fuzzy_graph(_graph(vectors)).tocsr()
    scale = np.diag(1 / np.sqrt(np.asarray(edges.sum(axis=1)).ravel()))
    _, axes = np.linalg.eigh(scale @ edges.toarray() @ scale)
    slow = np.column_stack([axes[:, -8:], np.ones(200)])

    def missed(points: np.ndarray) -> float:
        points = points - points.mean(axis=0)
        apart = points - slow @ np.linalg.lstsq(slow, points, rcond=None)[0]
        return float((apart**2).sum() / (points**2).sum())

    start = start_of(vectors, edges, dimensions=3)
    assert missed(start) < 0.5 * missed(principal(vectors, 3))


def test_edges_are_symmetric_and_likely() -> None:
    edges = fuzzy_graph(_graph(_blobs(40, 40)[0])).tocsr()
    assert abs(edges - edges.T).max() < 1e-6
    assert 0 < edges.data.min() <= edges.data.max() <= 1


@pytest.mark.parametrize(("papers", "wide"), [(5, 20), (50, 20)])
def test_principal_components_are_those_of_the_vectors(papers: int, wide: int) -> None:
    vectors, _ = _blobs(papers, dimensions=wide)
    found = principal(vectors, 3)
    centred = vectors - vectors.mean(axis=0)
    singular = np.linalg.svd(centred, compute_uv=False)[:3]
    assert np.linalg.norm(found, axis=0) == pytest.approx(singular, rel=1e-3)
    assert (found[np.abs(found).argmax(axis=0), range(3)] > 0).all()
    assert not principal(vectors[:2], 3)[:, 2].any()
