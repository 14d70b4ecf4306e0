"""What topics are called and what groups they form, from their papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.hierarchy import Group, flat, grow_tree, topic_links

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from topics.clustering import Clustering
    from topics.encoders import JoinedEncoder
    from topics.hierarchy import Tree
    from topics.labels import TopicLabel
    from topics.neighbours import NeighbourGraph
    from topics.terms import TermTable

__all__ = ["Description", "describe_topics"]


@dataclass(frozen=True, slots=True)
class Description:
    """Names, keywords and representative rows of topics, and the groups that they form.

    Attributes:
        names: of each topic.
        keywords: of each topic.
        representatives: rows of the papers nearest to each topic's centre.
        groups: of the topics, those at the top first.
        parents: which of these each topic is in right away; -1 for none.
    """

    names: tuple[str, ...]
    keywords: tuple[tuple[str, ...], ...]
    representatives: tuple[tuple[int, ...], ...]
    groups: tuple[Group, ...]
    parents: tuple[int, ...]


def describe_topics(
    terms: TermTable,
    encoder: JoinedEncoder,
    clustering: Clustering,
    *,
    vectors: np.ndarray,
    graph: NeighbourGraph,
    grouped: bool = True,
) -> Description:
    """Name topics and sort them into groups.

    Args:
        terms: terms of each paper.
        encoder: encodes phrases into the space of the vectors.
        clustering: the topics, at least one.
        vectors: float32 array of shape (papers, dimensions).
        graph: the papers' neighbours.
        grouped: whether groups are wanted.
    """
    import numpy as np

    from topics.encoders.base import unit_rows
    from topics.labels import central, cosines, label_topics
    from topics.model import fit_topics

    labels = clustering.labels
    of_topics = _centres(labels, vectors, flat(clustering.topics))
    sizes = np.bincount(labels[labels >= 0], minlength=clustering.topics)
    links = topic_links(labels, graph, clustering.topics)
    tree = grow_tree(links, unit_rows(of_topics), sizes) if grouped else flat(clustering.topics)
    centres = unit_rows(_centres(labels, vectors, tree))

    def nearness(nodes: Sequence[int], phrases: Sequence[str]) -> list[float]:
        return cosines(encoder, phrases, centres, nodes)

    fit = fit_topics(terms, clustering)
    found = label_topics(fit, terms, nearness=nearness, tree=tree)
    shown = [
        tuple(int(row) for row in central(np.flatnonzero(_members(labels, tree, node)), vectors))
        for node in range(len(tree.parents))
    ]
    topics = clustering.topics
    return Description(
        names=tuple(label.name for label in found[:topics]),
        keywords=tuple(label.keywords for label in found[:topics]),
        representatives=tuple(shown[:topics]),
        groups=tuple(_group(tree, node, found[node], shown[node]) for node in tree.groups),
        parents=tuple(max(parent - topics, -1) for parent in tree.parents[:topics]),
    )


def _group(tree: Tree, node: int, label: TopicLabel, shown: tuple[int, ...]) -> Group:
    return Group(
        topics=tree.leaves(node),
        parent=max(tree.parents[node] - tree.topics, -1),
        name=label.name,
        keywords=label.keywords,
        representatives=shown,
    )


def _members(labels: np.ndarray, tree: Tree, node: int) -> np.ndarray:
    import numpy as np

    return np.isin(labels, tree.leaves(node))


def _centres(labels: np.ndarray, vectors: np.ndarray, tree: Tree) -> np.ndarray:
    """Mean vector of the papers of each node, shape (nodes, dimensions)."""
    import numpy as np

    rows = [vectors[_members(labels, tree, node)] for node in range(len(tree.parents))]
    return np.stack([each.mean(axis=0) for each in rows])
