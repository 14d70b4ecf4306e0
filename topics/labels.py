"""Names, keywords and representatives of topics and of groups of topics, from the papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.choosing import alike
from topics.clustering import UNCLUSTERED, settle
from topics.hierarchy import flat
from topics.names import choose_names, covering, heaviest, is_fragment
from topics.usage import usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from scipy.sparse import csr_matrix

    from topics.clustering import Clustering
    from topics.encoders.base import Encoder
    from topics.hierarchy import Tree
    from topics.model import Fit
    from topics.names import Nearness
    from topics.neighbours import NeighbourGraph
    from topics.terms import TermTable
    from topics.usage import Usage

__all__ = [
    "TopicLabel",
    "central",
    "cosines",
    "label_topics",
    "representatives",
    "unlike",
    "with_words",
]

KEYWORDS = 10
REPRESENTATIVES = 5

_HEAVIEST = 300


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """Name and keywords of one topic or group."""

    name: str
    keywords: tuple[str, ...]


def label_topics(
    fit: Fit, terms: TermTable, *, nearness: Nearness, tree: Tree | None = None
) -> tuple[TopicLabel, ...]:
    """Name every topic and every group of topics, no two alike.

    Args:
        fit: the topic model.
        terms: the terms that its weights are about.
        nearness: gives, for phrases and the number of the topic or group that each is for, the
            cosine of each with that one's centre; among phrases that fit by count, the one that
            means the topic is preferred.
        tree: the groups; none where not given.

    Returns:
        One label a node of the tree, the topics first.
    """
    if fit.topics == 0:
        return ()
    tree = tree or flat(fit.topics)
    labels = fit.clustering.labels
    counts = usage(labels, tree, terms)
    weights = _weights_of(fit, tree, counts)
    keywords = [_keywords(weights[node], terms, counts, node) for node in range(len(tree.parents))]
    names = choose_names(labels, tree, terms, counts, keywords, nearness=nearness)
    return tuple(
        TopicLabel(name, tuple(terms.spellings[terms.terms[column]] for column in columns))
        for name, columns in zip(names, keywords, strict=True)
    )


def cosines(
    encoder: Encoder, phrases: Sequence[str], centres: np.ndarray, nodes: Sequence[int]
) -> list[float]:
    """The cosine of each phrase with one of some centres; a phrase that comes again costs nothing.

    Args:
        encoder: encodes phrases into the space of the centres.
        phrases: in any order.
        centres: rows of length one.
        nodes: number of the centre for each phrase.
    """
    import numpy as np

    if not phrases:
        return []
    number = {phrase: at for at, phrase in enumerate(dict.fromkeys(phrases))}
    rows = encoder.encode(list(number))[[number[phrase] for phrase in phrases]]
    # Rounded, so that the last digits of a sum do not decide between two phrases.
    return [round(float(each), 6) for each in np.einsum("ij,ij->i", rows, centres[list(nodes)])]


def _weights_of(fit: Fit, tree: Tree, counts: Usage) -> csr_matrix:
    """Weights of the terms in each node: of a group, the mean over the papers of its topics."""
    import numpy as np
    from scipy.sparse import csr_matrix

    parts = [
        (node, leaf, counts.sizes[leaf] / counts.sizes[node])
        for node in range(len(tree.parents))
        for leaf in tree.leaves(node)
    ]
    rows, columns, shares = (np.array(part) for part in zip(*parts, strict=True))
    above = csr_matrix((shares, (rows, columns)), shape=(len(tree.parents), tree.topics))
    return csr_matrix(above @ fit.weights)


def unlike(name: str, keywords: Sequence[str], taken: Iterable[str]) -> str:
    """The name of a topic, or another one where that says the same as a name that is taken."""
    known = {frozenset(other.casefold().split()) for other in taken}
    tries = [
        name,
        *(f"{name} and {word}" for word in keywords if word.casefold() not in name.casefold()),
    ]
    for tried in tries:
        if frozenset(tried.casefold().split()) not in known and len(tried.split()) <= 5:
            return tried
    number = 2
    while frozenset(f"{name} {number}".casefold().split()) in known:
        number += 1
    return f"{name} {number}"


def with_words(
    clustering: Clustering, terms: TermTable, graph: NeighbourGraph, vectors: np.ndarray
) -> Clustering:
    """Give up topics whose papers share no term of their own: nothing says what they are about.

    A term is a topic's own if two of its papers use it, and a larger share of them than of others.
    """
    import numpy as np

    counts = usage(clustering.labels, flat(clustering.topics), terms)
    elsewhere = counts.everywhere - counts.inside
    others = np.maximum(len(clustering.labels) - counts.sizes, 1)[:, None]
    own = (counts.inside >= 2) & (counts.inside / counts.sizes[:, None] > elsewhere / others)
    wordless = np.flatnonzero(~own.any(axis=1))
    if not wordless.size:
        return clustering
    labels = np.where(np.isin(clustering.labels, wordless), UNCLUSTERED, clustering.labels)
    return settle(labels, graph, vectors=vectors)


def representatives(labels: np.ndarray, vectors: np.ndarray, topics: int) -> list[np.ndarray]:
    """Rows of the papers nearest to the centre of each topic, nearest first."""
    import numpy as np

    return [central(np.flatnonzero(labels == topic), vectors) for topic in range(topics)]


def central(rows: np.ndarray, vectors: np.ndarray, *, most: int = REPRESENTATIVES) -> np.ndarray:
    """Those of some rows that are nearest to their centre, nearest first."""
    import numpy as np

    nearness = np.round(vectors[rows] @ vectors[rows].mean(axis=0), 6)
    return np.asarray(rows[np.argsort(-nearness, kind="stable")][:most])


def _keywords(weights: csr_matrix, terms: TermTable, counts: Usage, node: int) -> list[int]:
    """Columns of the heaviest terms that at least two papers use and no other keyword holds."""
    import numpy as np

    inside = counts.inside[node]
    dense = np.asarray(weights.todense()).ravel()
    dense = dense * np.sqrt(inside / counts.sizes[node]) * (inside >= 2)
    likely = heaviest(dense, _HEAVIEST)
    longer = covering(likely, inside, terms)
    chosen: list[int] = []
    for column in likely:
        if dense[column] <= 0 or len(chosen) == KEYWORDS:
            break
        # "language" may stand for "language models", but "large language" means nothing.
        if " " in terms.terms[column] and is_fragment(column, longer, inside, terms):
            continue
        if not any(alike(terms.terms[column], terms.terms[other]) for other in chosen):
            chosen.append(column)
    return chosen
