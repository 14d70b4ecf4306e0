"""How many papers of each topic and group use each term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from topics.hierarchy import Tree
    from topics.terms import TermTable

__all__ = ["Usage", "usage"]


@dataclass(frozen=True, slots=True, eq=False)
class Usage:
    """Papers with each term, of topics and groups: arrays of shape (nodes, terms) or (nodes,).

    Attributes:
        inside: papers of the node with the term.
        in_titles: those that have it in their title.
        sizes: papers of the node.
        everywhere: papers with each term at all, shape (terms,).
        papers: number of all papers.
    """

    inside: np.ndarray
    in_titles: np.ndarray
    sizes: np.ndarray
    everywhere: np.ndarray
    papers: int

    def rest(self, node: int) -> np.ndarray:
        """Share of all other papers with each term.

        Half a paper of doubt keeps a term that happens to be nowhere else from looking perfect.
        """
        others = self.papers - self.sizes[node] + 1
        return (self.everywhere - self.inside[node] + 0.5) / others  # type: ignore[no-any-return]

    def beside(self, nodes: Sequence[int]) -> np.ndarray:
        """Share of the papers of some nodes with each term, with the same doubt."""
        rows = list(nodes)
        inside, papers = self.inside[rows].sum(axis=0), self.sizes[rows].sum()
        return (inside + 0.5) / (papers + 1)  # type: ignore[no-any-return]


def usage(labels: np.ndarray, tree: Tree, terms: TermTable) -> Usage:
    """Count the papers of each topic and group that use each term."""
    import numpy as np
    from scipy.sparse import csr_matrix

    nodes = len(tree.parents)
    leaves = [(node, leaf) for node in range(nodes) for leaf in tree.leaves(node)]
    above = csr_matrix(
        (np.ones(len(leaves), dtype=np.float32), np.array(leaves).reshape(-1, 2).T),
        shape=(nodes, tree.topics),
    )
    rows = np.flatnonzero(labels >= 0)
    member = csr_matrix(
        (np.ones(len(rows), dtype=np.float32), (labels[rows], rows)),
        shape=(tree.topics, len(labels)),
    )
    titles = (terms.in_title > 0).astype(np.float32)
    return Usage(
        inside=(above @ (member @ terms.presence)).toarray(),
        in_titles=(above @ (member @ titles)).toarray(),
        sizes=np.asarray((above @ member).sum(axis=1)).ravel(),
        everywhere=np.asarray(terms.presence.sum(axis=0)).ravel(),
        papers=len(labels),
    )
