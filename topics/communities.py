"""Communities of a weighted graph: groups that are tied closer than chance would have it.

The method of Louvain (Blondel et al. 2008) for modularity with a resolution (Reichardt and
Bornholdt 2006): papers move to the neighbouring community that gains most, communities become the
nodes of a smaller graph, and so on until nothing moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics.thirdparty import compiled

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["communities", "worth"]

#: Times that a node may be looked at, on average: an end to moves that gain next to nothing.
_LOOKS = 30


def communities(ties: csr_matrix, *, resolution: float, seed: int) -> np.ndarray:
    """Find communities.

    Args:
        ties: symmetric matrix of shape (papers, papers) with weights of 0 or more.
        resolution: higher finds more and smaller communities; 1 is plain modularity.
        seed: of the order in which papers are looked at.

    Returns:
        int array of shape (papers,): communities numbered from 0.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(seed)
    member, total = np.arange(ties.shape[0]), float(ties.sum())
    while total > 0:
        found = _moved(ties, resolution / total, rng.permutation(ties.shape[0]))
        names, labels = np.unique(found, return_inverse=True)
        member = labels[member]
        if len(names) == ties.shape[0]:
            break
        nodes = np.arange(len(labels))
        into = csr_matrix((np.ones(len(labels)), (nodes, labels)), shape=(len(labels), len(names)))
        ties = (into.T @ ties @ into).tocsr()
    return member


def _moved(ties: csr_matrix, price: float, order: np.ndarray) -> np.ndarray:
    """Move single nodes, each to where it gains most, until none gains any more."""
    import numpy as np

    nodes = ties.shape[0]
    member = np.arange(nodes, dtype=np.int64)
    degree = np.asarray(ties.sum(axis=1), dtype=np.float64).ravel()
    graph = (ties.indptr.astype(np.int64), ties.indices.astype(np.int64), ties.data.astype(float))
    compiled(_moves)(
        *graph,
        degree,
        degree.copy(),
        float(price),
        order.astype(np.int64),
        member,
        np.ones(nodes, dtype=bool),
        np.zeros(nodes),
        np.full(nodes, -1, dtype=np.int64),
        np.empty(nodes, dtype=np.int64),
        _LOOKS,
    )
    return member


def _moves(
    starts: np.ndarray,
    others: np.ndarray,
    weights: np.ndarray,
    degree: np.ndarray,
    volume: np.ndarray,
    price: float,
    queue: np.ndarray,
    member: np.ndarray,
    waits: np.ndarray,
    tied: np.ndarray,
    seen: np.ndarray,
    touched: np.ndarray,
    looks: int,
) -> None:
    """The loop of `_moved`, in the part of Python that is compiled; changes ``member``.

    A node's ties begin at ``starts`` and lead to ``others``. ``queue`` is a ring of the nodes that
    wait (``waits``): each waits once, so that all have room. ``tied`` holds the weight that ties a
    node to each of the communities ``touched``, set at the look that ``seen`` names.
    """
    nodes = len(degree)
    first, waiting = 0, nodes
    for look in range(looks * nodes):
        if waiting == 0:
            break
        node = queue[first]
        first, waiting = (first + 1) % nodes, waiting - 1
        waits[node] = False
        here, cost, near = member[node], price * degree[node], 0
        for edge in range(starts[node], starts[node + 1]):
            other = others[edge]
            if other == node:
                continue
            there = member[other]
            if seen[there] != look:
                seen[there], tied[there], touched[near] = look, 0.0, there
                near += 1
            tied[there] += weights[edge]
        volume[here] -= degree[node]
        best = here
        most = (tied[here] if seen[here] == look else 0.0) - cost * volume[here]
        for at in range(near):
            there = touched[at]
            gain = tied[there] - cost * volume[there]
            if gain > most + 1e-12:
                best, most = there, gain
        volume[best] += degree[node]
        if best != here:
            member[node] = best
            for edge in range(starts[node], starts[node + 1]):
                other = others[edge]
                if not waits[other] and member[other] != best:
                    waits[other] = True
                    queue[(first + waiting) % nodes] = other
                    waiting += 1


def worth(ties: csr_matrix, member: np.ndarray, *, resolution: float) -> float:
    """Modularity of communities at a resolution; higher is better.

    Args:
        ties: as for `communities`.
        member: community of each paper, numbered from 0.
        resolution: as for `communities`.
    """
    import numpy as np

    total = float(ties.sum())
    if total <= 0:
        return 0.0
    pairs = ties.tocoo()
    inside = float(pairs.data[member[pairs.row] == member[pairs.col]].sum()) / total
    volume = np.bincount(member, weights=np.asarray(ties.sum(axis=1)).ravel()) / total
    return inside - resolution * float(volume @ volume)
