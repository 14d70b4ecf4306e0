"""Names and keywords for topics of a finished map that have other papers now.

They are found as in a build, against a sample of the other papers, so that it takes seconds in
any corpus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics.errors import EncoderError, MapBroken
from topics.labels import cosines, label_topics, unlike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from scipy.sparse import csr_matrix

    from topics.labels import TopicLabel
    from topics.names import Nearness
    from topics.terms import TermTable
    from topics.topicmap import TopicMap

__all__ = ["class_weights", "label_parts"]

#: Papers of the topics, and of all others, that are read at most.
_READ, _BESIDE = 1200, 1000


def label_parts(
    topic_map: TopicMap, parts: Sequence[np.ndarray], *, taken: Iterable[str] = ()
) -> list[TopicLabel]:
    """Name groups of papers, no two alike.

    Args:
        topic_map: the map that they are of.
        parts: rows of the papers of each, at least one paper.
        taken: names that they must not have.
    """
    import numpy as np

    from topics.clustering import Clustering
    from topics.model import Fit
    from topics.terms import count_terms

    papers = topic_map.papers
    read = [_some(rows, max(_READ // len(parts), 20)) for rows in parts]
    others = np.setdiff1d(np.arange(len(papers)), np.concatenate(list(parts)))
    beside = _some(others, _BESIDE)
    rows = np.concatenate([*read, beside])
    labels = np.concatenate(
        [*(np.full(len(each), at) for at, each in enumerate(read)), np.full(len(beside), -1)]
    )
    texts = papers.iloc[rows]
    terms = count_terms(list(texts["title"]), list(texts["abstract"].fillna("")))
    # Topics that stay as they are count as classes of their own, as in a build.
    classes = np.where(labels >= 0, labels, len(parts) + _classes(topic_map, rows))
    weights = class_weights(terms.counts, classes)[: len(parts)]
    fit = Fit(Clustering(labels, np.ones(len(rows)), labels), weights)
    if not len(terms.terms):
        return _fallback(len(parts), taken)
    found = label_topics(fit, terms, nearness=_nearness(topic_map, parts))
    return _apart(found, terms, taken)


def _some(rows: np.ndarray, most: int) -> np.ndarray:
    """So many of some rows at most, evenly among them."""
    import numpy as np

    if len(rows) <= most:
        return rows
    return np.asarray(rows[np.linspace(0, len(rows) - 1, most).astype(int)])


def _classes(topic_map: TopicMap, rows: np.ndarray) -> np.ndarray:
    """Number of each paper's topic, from 1 on; 0 for none."""
    import numpy as np

    number = {topic: at for at, topic in enumerate(topic_map.topics["id"], 1)}
    return np.array([number.get(topic, 0) for topic in topic_map.papers["topic"].iloc[rows]])


def class_weights(counts: csr_matrix, classes: np.ndarray) -> csr_matrix:
    """Class-based TF-IDF as BERTopic weighs it in a build (BM25, square roots of frequencies).

    Args:
        counts: occurrences of terms, shape (papers, terms).
        classes: of each paper, from 0 on; some may be empty.

    Returns:
        Shape (classes, terms); rows of empty classes are zero.
    """
    import numpy as np
    from scipy.sparse import csr_matrix, diags

    kept, place = np.unique(classes, return_inverse=True)
    member = csr_matrix(
        (np.ones(len(classes)), (place, np.arange(len(classes)))), shape=(len(kept), len(classes))
    )
    inside = csr_matrix(member @ counts)
    everywhere = np.asarray(inside.sum(axis=0)).ravel()
    usual = int(inside.sum(axis=1).mean())
    rarity = np.log(1 + (usual - everywhere + 0.5) / (everywhere + 0.5))
    total = np.maximum(np.asarray(inside.sum(axis=1)).ravel(), 1e-9)
    shares = csr_matrix(diags(1 / total) @ inside)
    shares.data = np.sqrt(shares.data)
    told = csr_matrix(shares @ diags(rarity)).tocoo()
    shape = (int(kept.max(initial=0)) + 1, counts.shape[1])
    return csr_matrix((told.data, (kept[told.row], told.col)), shape=shape)


def _nearness(topic_map: TopicMap, parts: Sequence[np.ndarray]) -> Nearness:
    """How near phrases are in meaning to each group; nothing is near where no encoder is."""
    import numpy as np

    from topics.encoders import load_encoder
    from topics.encoders.base import unit_rows

    centres = unit_rows(np.stack([topic_map.vectors[rows].mean(axis=0) for rows in parts]))
    try:
        encoder = load_encoder(topic_map.path / "encoder") if topic_map.path else None
    except (EncoderError, MapBroken, OSError):
        encoder = None

    def nearness(nodes: Sequence[int], phrases: Sequence[str]) -> Sequence[float]:
        if encoder is None:
            return [0.0] * len(phrases)
        return cosines(encoder, phrases, centres, nodes)

    return nearness


def _apart(found: Sequence[TopicLabel], terms: TermTable, taken: Iterable[str]) -> list[TopicLabel]:
    from topics.labels import TopicLabel

    names, labels = list(taken), []
    for label in found:
        name = label.name or next(iter(label.keywords), "")
        names.append(unlike(name or "unnamed topic", label.keywords, names))
        labels.append(TopicLabel(names[-1], label.keywords or terms.terms[:1]))
    return labels


def _fallback(parts: int, taken: Iterable[str]) -> list[TopicLabel]:
    """Names of groups whose papers share no word at all."""
    from topics.labels import TopicLabel

    names, labels = list(taken), []
    for _ in range(parts):
        names.append(unlike("unnamed topic", (), names))
        labels.append(TopicLabel(names[-1], ()))
    return labels
