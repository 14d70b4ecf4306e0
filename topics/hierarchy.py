"""Topics as a tree: which of them belong together, in layers down to about a handful.

Two groups of topics are joined by how many links of neighbouring papers they share, over those
that chance would give groups with so many links at all; the two with the highest ratio become one,
again and again (the node pair sampling ratio of Bonald, Charpentier, Galland and Hollocou,
"Hierarchical graph clustering using node pair sampling", 2018). Of that binary tree a few layers
are kept, each with a few times fewer groups than the one below.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from topics.neighbours import NeighbourGraph

__all__ = ["MOST_AT_ONCE", "Group", "Tree", "flat", "grow_tree", "layer_sizes", "topic_links"]

#: Topics up to which a reader takes them in at once, so that they need no groups.
MOST_AT_ONCE = 8

#: Groups at the top of the tree of many topics.
_TOP = 7
#: Topics or groups that one group holds on average, at the least and at most.
_FEWEST_MEMBERS, _MOST_MEMBERS = 3, 6
#: How far the groups of a layer may be from the number asked for, to cut where the gap is widest.
_LEEWAY = 0.3
#: Share of all links that the nearness of centres counts for: it joins what has no links.
_NEARNESS = 1e-3


@dataclass(frozen=True, eq=False)
class Tree:
    """Topics and the groups above them; nodes are numbered, the topics first.

    Attributes:
        topics: number of topics.
        parents: the group that each node is in; -1 at the top. The groups follow the topics,
            those at the top first, the largest of a layer first. A group has two members or more.
    """

    topics: int
    parents: tuple[int, ...]

    @property
    def groups(self) -> range:
        """Numbers of the groups."""
        return range(self.topics, len(self.parents))

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """The nodes right below each node."""
        found: list[list[int]] = [[] for _ in self.parents]
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                found[parent].append(node)
        return tuple(map(tuple, found))

    @property
    def top(self) -> tuple[int, ...]:
        """The nodes that are in no group."""
        return tuple(node for node, parent in enumerate(self.parents) if parent < 0)

    def leaves(self, node: int) -> tuple[int, ...]:
        """The topics below a node, or the topic itself."""
        if node < self.topics:
            return (node,)
        return tuple(sorted(leaf for child in self.children[node] for leaf in self.leaves(child)))

    def below(self, node: int) -> tuple[int, ...]:
        """All nodes below a group; none below a topic."""
        return tuple(
            other for child in self.children[node] for other in (child, *self.below(child))
        )

    def siblings(self, node: int) -> tuple[int, ...]:
        """The other nodes of the same group, or at the top."""
        parent = self.parents[node]
        beside = self.top if parent < 0 else self.children[parent]
        return tuple(other for other in beside if other != node)

    def ancestors(self, node: int) -> tuple[int, ...]:
        """The groups that a node is in, from the nearest to the top."""
        found = []
        while (node := self.parents[node]) >= 0:
            found.append(node)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of topics, as a map tells of it.

    Attributes:
        topics: numbers of all topics in it.
        parent: which of the groups it is in; -1 at the top.
        name: a phrase.
        keywords: of its papers.
        representatives: rows of the papers nearest to its centre.
    """

    topics: tuple[int, ...]
    parent: int
    name: str
    keywords: tuple[str, ...]
    representatives: tuple[int, ...]


def flat(topics: int) -> Tree:
    """Topics without groups."""
    return Tree(topics, (-1,) * topics)


def layer_sizes(topics: int) -> tuple[int, ...]:
    """About how many groups each layer has, the finest first.

    Twelve topics have one layer of 4, sixty have 20 and 7, five hundred have 121, 29 and 7. So few
    that a reader takes them in at once have none.
    """
    if topics <= MOST_AT_ONCE:
        return ()
    top = min(_TOP, round(topics / _FEWEST_MEMBERS))
    layers = 1
    while topics / top > _MOST_MEMBERS**layers:
        layers += 1
    return tuple(round(topics * (top / topics) ** (at / layers)) for at in range(1, layers + 1))


def topic_links(labels: np.ndarray, graph: NeighbourGraph, topics: int) -> np.ndarray:
    """Weight of the links from papers to their nearest ones, between and within topics.

    Args:
        labels: topic of each paper, negative for none.
        graph: the papers' neighbours.
        topics: number of topics.

    Returns:
        float64 array of shape (topics, topics), symmetric.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    near = labels[graph.indices[:, 1:]]
    mine = np.broadcast_to(labels[:, None], near.shape)
    weight = np.clip(1 - graph.distances[:, 1:].astype(np.float64), 1e-6, None)
    kept = (mine >= 0) & (near >= 0)
    found = csr_matrix((weight[kept], (mine[kept], near[kept])), shape=(topics, topics)).toarray()
    return np.asarray(found + found.T)


def grow_tree(links: np.ndarray, centres: np.ndarray, sizes: np.ndarray) -> Tree:
    """Sort topics into groups, and groups into larger ones.

    Args:
        links: weight of links between topics, from `topic_links`.
        centres: mean vector of each topic, shape (topics, dimensions), rows of length one.
        sizes: papers of each topic.
    """
    topics = len(sizes)
    wanted = layer_sizes(topics)
    if not wanted:
        return flat(topics)
    merges, ratios = _merged(links, centres, sizes)
    layers: list[list[frozenset[int]]] = []
    for count in wanted:
        groups = _cut(merges, topics, _nearby_gap(ratios, topics, count))
        layers.append([group for group in groups if len(group) > 1])
    return _tree(layers, sizes)


def _merged(
    links: np.ndarray, centres: np.ndarray, sizes: np.ndarray
) -> tuple[list[tuple[int, int]], list[float]]:
    """Which two groups become one at each step (named by their first topic), and how near."""
    import numpy as np

    topics = len(sizes)
    close = np.clip(np.round(np.asarray(centres @ centres.T, dtype=np.float64), 6), 0, None) + 1e-3
    close *= np.outer(sizes, sizes)
    shared = links / max(float(links.sum()), 1e-12) + _NEARNESS * close / close.sum()
    volume = shared.sum(axis=1)
    np.fill_diagonal(shared, 0)
    gone = np.eye(topics, dtype=bool)
    merges, ratios = [], []
    for _ in range(topics - 1):
        # The last digits of a sum do not decide between equals.
        ratio = np.where(gone, -1.0, shared / np.outer(volume, volume))
        best = float(ratio.max())
        first, second = np.argwhere(ratio >= best * (1 - 1e-9))[0]
        merges.append((int(first), int(second)))
        ratios.append(best)
        shared[first] += shared[second]
        shared[:, first] += shared[:, second]
        shared[first, first] = 0
        volume[first] += volume[second]
        gone[second], gone[:, second] = True, True
    return merges, ratios


def _nearby_gap(ratios: list[float], topics: int, count: int) -> int:
    """The number of groups near to the one asked for after which the next step is the farthest."""
    slack = max(1, round(_LEEWAY * count))
    most = MOST_AT_ONCE if count <= MOST_AT_ONCE else count + slack
    counts = [n for n in range(max(3, count - slack), min(count + slack, most) + 1) if n < topics]

    def gap(groups: int) -> float:
        # Before the step that would leave one fewer, and after the one that led here.
        ahead, behind = ratios[topics - groups], ratios[topics - groups - 1]
        return round(math.log(max(behind, 1e-12)) - math.log(max(ahead, 1e-12)), 6)

    return max(counts, key=lambda n: (gap(n), -abs(n - count), -n))


def _cut(merges: list[tuple[int, int]], topics: int, groups: int) -> list[frozenset[int]]:
    members: dict[int, frozenset[int]] = {topic: frozenset({topic}) for topic in range(topics)}
    for first, second in merges[: topics - groups]:
        members[first] |= members.pop(second)
    return list(members.values())


def _tree(layers: list[list[frozenset[int]]], sizes: np.ndarray) -> Tree:
    """The tree of nested groups; one that is in two layers alike counts once."""
    topics = len(sizes)

    def rank(group: frozenset[int]) -> tuple[int, int]:
        return -int(sum(sizes[topic] for topic in group)), min(group)

    ordered: list[frozenset[int]] = []
    for layer in reversed(layers):
        ordered += sorted((group for group in layer if group not in ordered), key=rank)
    nodes = [*(frozenset({topic}) for topic in range(topics)), *ordered]
    parents = []
    for node in nodes:
        above = [at for at in range(topics, len(nodes)) if node < nodes[at]]
        parents.append(min(above, key=lambda at: len(nodes[at]), default=-1))
    return Tree(topics, tuple(parents))
