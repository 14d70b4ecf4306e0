"""Communities: cliques are found whatever the order, and worth more than any other grouping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from topics.communities import communities, worth

CLIQUES, SIZE = 6, 8


def _ring() -> tuple[csr_matrix, np.ndarray]:
    """Cliques in a ring, each tied to the next by one weak tie."""
    member = np.repeat(np.arange(CLIQUES), SIZE)
    ties = (member[:, None] == member).astype(float) - np.eye(len(member))
    for clique in range(CLIQUES):
        one, other = clique * SIZE, ((clique + 1) % CLIQUES) * SIZE + 1
        ties[one, other] = ties[other, one] = 0.5
    return csr_matrix(ties), member


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(((one[:, None] == one) == (other[:, None] == other)).all())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("resolution", [1.0, 3.0])
def test_cliques_are_communities(seed: int, resolution: float) -> None:
    ties, member = _ring()
    found = communities(ties, resolution=resolution, seed=seed)
    assert _same(found, member)
    assert sorted(set(found.tolist())) == list(range(CLIQUES))


def test_a_higher_resolution_finds_more() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(120, 2))
    near = np.exp(-((points[:, None] - points) ** 2).sum(axis=2)) * (1 - np.eye(120))
    counts = [
        len(np.unique(communities(csr_matrix(near), resolution=resolution, seed=0)))
        for resolution in (0.2, 1.0, 3.0, 9.0)
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_papers_without_ties_are_alone() -> None:
    ties, member = _ring()
    wider = csr_matrix(np.pad(ties.toarray(), ((0, 3), (0, 3))))
    found = communities(wider, resolution=1.0, seed=0)
    assert _same(found, np.append(member, CLIQUES + np.arange(3)))
    nobody = communities(csr_matrix((4, 4)), resolution=1.0, seed=0)
    assert nobody.tolist() == [0, 1, 2, 3]
    assert worth(csr_matrix((4, 4)), nobody, resolution=1.0) == 0


def test_the_true_groups_are_worth_most() -> None:
    ties, member = _ring()
    best = worth(ties, member, resolution=1.0)
    assert 0.7 < best < 1 - 1 / CLIQUES + 1e-9
    assert worth(ties, member // 2, resolution=1.0) < best
    assert worth(ties, np.zeros_like(member), resolution=1.0) == pytest.approx(0)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_any_graph_and_seed_end_and_do_no_worse_than_alone(graph: int, seed: int) -> None:
    rng = np.random.default_rng(graph)
    half = np.triu(rng.random((15, 15)) * (rng.random((15, 15)) < 0.3), 1)
    ties = csr_matrix(half + half.T)
    found = communities(ties, resolution=1.5, seed=seed)
    assert (found == communities(ties, resolution=1.5, seed=seed)).all()
    alone = worth(ties, np.arange(15), resolution=1.5)
    assert worth(ties, found, resolution=1.5) >= alone - 1e-9
