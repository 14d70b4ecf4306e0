"""Communities of a weighted graph: groups that are tied closer than chance would have it.

The method of Louvain (Blondel et al. 2008) for modularity with a resolution (Reichardt and
Bornholdt 2006): papers move to the neighbouring community that gains most, communities become the
nodes of a smaller graph, and so on until nothing moves.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

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


def _moved(ties: csr_matrix, price: float, order: np.ndarray) -> list[int]:
    """Move single nodes, each to where it gains most, until none gains any more."""
    import numpy as np

    nodes = ties.shape[0]
    # Python's lists: reading one number of an array costs several times as much.
    starts, others, weights = ties.indptr.tolist(), ties.indices.tolist(), ties.data.tolist()
    degree = np.asarray(ties.sum(axis=1)).ravel().tolist()
    member, volume = list(range(nodes)), list(degree)
    queue, waits = deque(order.tolist()), [True] * nodes
    for _ in range(_LOOKS * nodes):
        if not queue:
            break
        node = queue.popleft()
        waits[node] = False
        here, cost = member[node], price * degree[node]
        tied: dict[int, float] = {}
        edges = range(starts[node], starts[node + 1])
        for edge in edges:
            if (other := others[edge]) != node:
                tied[member[other]] = tied.get(member[other], 0.0) + weights[edge]
        volume[here] -= degree[node]
        best, most = here, tied.get(here, 0.0) - cost * volume[here]
        for there, weight in tied.items():
            gain = weight - cost * volume[there]
            if gain > most + 1e-12:
                best, most = there, gain
        volume[best] += degree[node]
        if best != here:
            member[node] = best
            for edge in edges:
                other = others[edge]
                if not waits[other] and member[other] != best:
                    waits[other] = True
                    queue.append(other)
    return member


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
