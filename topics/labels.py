"""Names, keywords and representatives of topics, from the papers themselves.

A name is a phrase of two to five words that many of the topic's papers use and few others do. What
counts is the share of papers, not of occurrences, so that one paper that repeats itself names
nothing; a fragment of a longer phrase ("rate schedule" of "learning rate schedule") gives way to
it, in the spirit of the C-value of Frantzi, Ananiadou and Mima (2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from topics.clustering import UNCLUSTERED, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from topics.clustering import Clustering
    from topics.model import Fit
    from topics.neighbours import NeighbourGraph
    from topics.terms import TermTable

__all__ = ["Nearness", "TopicLabel", "label_topics", "representatives", "with_words"]

#: From a topic's number and phrases to the cosine of each phrase with the topic's centre.
Nearness: TypeAlias = "Callable[[int, Sequence[str]], Sequence[float]]"

KEYWORDS = 10
REPRESENTATIVES = 5

#: A term is a fragment where one longer phrase covers this share of its papers.
FRAGMENT_SHARE = 0.7
#: A name that fewer of the papers use is widened by a keyword.
NARROW_SHARE = 0.15
#: How many times commoner than elsewhere that keyword must be.
NAME_LIFT = 3.0
#: How much the share of papers counts against how special the phrase is.
_COVERAGE = 0.75
#: How much it counts that a phrase means what the topic is about.
_NEARNESS = 2.0
_NAME_WORDS = (2, 5)
_CANDIDATES = 40
_HEAVIEST = 300


@dataclass(frozen=True, slots=True)
class TopicLabel:
    """Name and keywords of one topic."""

    name: str
    keywords: tuple[str, ...]


def label_topics(fit: Fit, terms: TermTable, *, nearness: Nearness) -> tuple[TopicLabel, ...]:
    """Name every topic, no two alike.

    Args:
        fit: the topic model.
        terms: the terms that its weights are about.
        nearness: gives, for a topic and some phrases, the cosine of each phrase with the topic's
            centre; among phrases that fit by count, the one that means the topic is preferred.
    """
    if fit.topics == 0:
        return ()
    counts = _count(fit.clustering.labels, fit.topics, terms)
    keywords = [_keywords(fit, terms, counts, topic) for topic in range(fit.topics)]
    candidates = [_name_candidates(terms, counts, topic, nearness) for topic in range(fit.topics)]
    names = _distinct(candidates, keywords, terms, counts)
    return tuple(
        TopicLabel(name, tuple(terms.spellings[terms.terms[column]] for column in columns))
        for name, columns in zip(names, keywords, strict=True)
    )


def with_words(
    clustering: Clustering, terms: TermTable, graph: NeighbourGraph, vectors: np.ndarray
) -> Clustering:
    """Give up topics whose papers share no term of their own: nothing says what they are about.

    A term is a topic's own if two of its papers use it, and a larger share of them than of others.
    """
    import numpy as np

    counts = _count(clustering.labels, clustering.topics, terms)
    elsewhere = np.asarray(terms.presence.sum(axis=0)).ravel() - counts.inside
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

    found = []
    for topic in range(topics):
        rows = np.flatnonzero(labels == topic)
        centre = vectors[rows].mean(axis=0)
        nearness = np.round(vectors[rows] @ centre, 6)
        found.append(rows[np.argsort(-nearness, kind="stable")][:REPRESENTATIVES])
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """Papers with each term: arrays of shape (topics, terms) but for ``sizes``, (topics,).

    Attributes:
        inside: papers of the topic with the term.
        in_titles: those that have it in their title.
        rest: share of all other papers with the term.
        sizes: papers of the topic.
    """

    inside: np.ndarray
    in_titles: np.ndarray
    rest: np.ndarray
    sizes: np.ndarray


def _count(labels: np.ndarray, topics: int, terms: TermTable) -> _Counts:
    import numpy as np
    from scipy.sparse import csr_matrix

    rows = np.flatnonzero(labels >= 0)
    member = csr_matrix((np.ones(len(rows)), (labels[rows], rows)), shape=(topics, len(labels)))
    inside = np.asarray((member @ terms.presence).todense())
    titles = np.asarray((member @ (terms.in_title > 0).astype(float)).todense())
    sizes = np.asarray(member.sum(axis=1)).ravel()
    everywhere = np.asarray(terms.presence.sum(axis=0)).ravel()
    # Half a paper of doubt keeps a term that happens to be nowhere else from looking perfect.
    rest = (everywhere - inside + 0.5) / (len(labels) - sizes + 1)[:, None]
    return _Counts(inside, titles, rest, sizes)


def _keywords(fit: Fit, terms: TermTable, counts: _Counts, topic: int) -> list[int]:
    """Columns of the heaviest terms that at least two papers use and no other keyword holds."""
    import numpy as np

    inside = counts.inside[topic]
    weights = np.asarray(fit.weights[topic].todense()).ravel()
    weights = weights * np.sqrt(inside / counts.sizes[topic]) * (inside >= 2)
    heaviest = [int(c) for c in np.lexsort((np.arange(len(weights)), -weights))[:_HEAVIEST]]
    chosen: list[int] = []
    for column in heaviest:
        if weights[column] <= 0 or len(chosen) == KEYWORDS:
            break
        # "language" may stand for "language models", but "large language" means nothing.
        if " " in terms.terms[column] and _is_fragment(column, heaviest, inside, terms):
            continue
        if not any(_alike(terms.terms[column], terms.terms[other]) for other in chosen):
            chosen.append(column)
    return chosen


def _alike(term: str, other: str) -> bool:
    mine, theirs = set(term.split()), set(other.split())
    return mine <= theirs or theirs <= mine


def _name_candidates(
    terms: TermTable, counts: _Counts, topic: int, nearness: Nearness
) -> list[tuple[float, int]]:
    """Phrases that could name a topic, best first, as (score, column)."""
    import numpy as np

    inside, outside, size = counts.inside[topic], counts.rest[topic], counts.sizes[topic]
    lengths = np.asarray(terms.lengths)
    fits = (lengths >= _NAME_WORDS[0]) & (lengths <= _NAME_WORDS[1])
    usable = fits & (inside >= 2)
    if not usable.any():
        usable = fits & (inside >= 1)
    # Two papers of doubt: half of four papers says less than half of forty.
    share = inside / (size + 2)
    in_titles = counts.in_titles[topic] / np.maximum(inside, 1)
    gain = share**_COVERAGE * np.log(np.maximum(share, 1e-9) / outside) * (1 + 0.5 * in_titles)
    gain = np.where(usable, gain, 0)
    best = np.lexsort((np.arange(len(gain)), -gain))[: 4 * _CANDIDATES]
    order = [int(column) for column in best if gain[column] > 0]
    order = [column for column in order if not _is_fragment(column, order, inside, terms)]
    near = nearness(topic, [terms.spellings[terms.terms[column]] for column in order])
    scores = [
        float(gain[column] * (1 + _NEARNESS * max(0.0, near[i]))) for i, column in enumerate(order)
    ]
    found = zip(scores, order, strict=True)
    return sorted(found, key=lambda item: (-item[0], item[1]))[:_CANDIDATES]


def _is_fragment(column: int, order: Sequence[int], inside: np.ndarray, terms: TermTable) -> bool:
    return any(
        inside[other] >= FRAGMENT_SHARE * inside[column]
        for other in order
        if other != column and _holds(terms.terms[other], terms.terms[column])
    )


def _holds(longer: str, shorter: str) -> bool:
    return f" {shorter} " in f" {longer} "


def _distinct(
    candidates: Sequence[Sequence[tuple[float, int]]],
    keywords: Sequence[Sequence[int]],
    terms: TermTable,
    counts: _Counts,
) -> list[str]:
    """Choose names so that the surest topic chooses first and no two are alike."""
    names: dict[int, str] = {}
    taken: list[str] = []
    order = sorted(
        range(len(candidates)),
        key=lambda topic: (-(candidates[topic][0][0] if candidates[topic] else 0), topic),
    )
    for topic in order:
        for _, column in candidates[topic]:
            term = terms.terms[column]
            if not any(_alike(term, other) for other in taken):
                names[topic] = _widened(column, topic, keywords[topic], terms, counts)
                taken.append(term)
                break
        else:
            names[topic] = _joined(keywords[topic], terms, set(names.values()))
    return [names[topic] for topic in range(len(candidates))]


def _widened(
    column: int, topic: int, keywords: Sequence[int], terms: TermTable, counts: _Counts
) -> str:
    """Add the topic's commonest keyword to a phrase that only few of its papers use."""
    phrase = terms.spellings[terms.terms[column]]
    size = counts.sizes[topic]
    if counts.inside[topic, column] >= NARROW_SHARE * size:
        return _sentence(phrase)
    lift = counts.inside[topic] / size / counts.rest[topic]
    known = [other for other in keywords if lift[other] >= NAME_LIFT]
    for other in sorted(known, key=lambda other: -counts.inside[topic, other]):
        word = terms.spellings[terms.terms[other]]
        name = f"{word} and {phrase}"
        fits = len(name.split()) <= _NAME_WORDS[1]
        if fits and not _alike(terms.terms[other], terms.terms[column]):
            return _sentence(name)
    return _sentence(phrase)


def _joined(columns: Sequence[int], terms: TermTable, taken: set[str]) -> str:
    """Name a topic without a phrase of its own by two of its keywords."""
    words = [terms.spellings[terms.terms[column]] for column in columns]
    known = {_word_set(name) for name in taken}
    for first in range(len(words)):
        for second in range(first + 1, len(words)):
            name = _sentence(f"{words[first]} and {words[second]}")
            if _word_set(name) not in known and len(name.split()) <= _NAME_WORDS[1]:
                return name
    number = len(taken) + 1
    return f"Mixed topic {number}" if not words else _sentence(f"{words[0]}, group {number}")


def _word_set(name: str) -> frozenset[str]:
    return frozenset(name.casefold().split())


def _sentence(name: str) -> str:
    first = name.split()[0]
    return name[0].upper() + name[1:] if first == first.lower() and len(first) > 2 else name
