"""What sets some papers of a map apart from the rest: their topics and their words."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from topics.vocabulary import key as key_of
from topics.vocabulary import keys_of_paper, papers_with
from topics.wordsearch import folded_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

    from topics.topicmap import TopicMap

__all__ = [
    "FEWEST",
    "LEAST_Z",
    "Part",
    "Word",
    "bridges",
    "topic_mix",
    "words_apart",
    "words_between",
]

#: Papers below which words and shares are mere chance.
FEWEST = 5

#: Standard errors from which a word sets papers apart; words by the thousand are compared.
LEAST_Z = 3.0

#: Words in the prior: as much as a handful of abstracts says.
_PRIOR = 500.0
#: Papers of which the words are counted at most; every so many of more.
_MOST_READ = 2000
#: Share of differences called clear that may be chance.
_FALSE_SHARE = 0.05

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Part:
    """A topic among some papers, beside the whole map.

    Attributes:
        topic: id; None for the unclustered.
        inside: of the papers, how many are in it.
        everywhere: of the whole map, how many.
        share: of the papers.
        usual: share of the whole map.
        clear: whether the difference from the other papers is more than chance would make of it.
    """

    topic: str | None
    inside: int
    everywhere: int
    share: float
    usual: float
    clear: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A word that some papers use more than the others.

    Attributes:
        word: as the papers most often write it.
        inside: share of the papers that use it.
        outside: share of the others.
        z: log odds ratio in standard errors.
    """

    word: str
    inside: float
    outside: float
    z: float


def topic_mix(topic_map: TopicMap, rows: np.ndarray) -> tuple[Part, ...]:
    """The topics of some papers beside their share of the whole map, the largest first.

    Whether a difference is clear is decided by the hypergeometric distribution of papers drawn
    from the map at random (Fisher's exact test, twice the smaller tail), with at most one in
    twenty of the differences called clear to be chance (Benjamini and Hochberg 1995). Topics that
    none of the papers is in are left out.
    """
    import numpy as np
    from scipy.stats import hypergeom

    topics = topic_map.papers["topic"]
    total, own = len(topics), len(rows)
    if not own:
        return ()
    inside, everywhere = _counts(topics.iloc[rows]), _counts(topics)
    names = list(everywhere)
    held = np.array([inside.get(name, 0) for name in names])
    given = (total, np.array([everywhere[name] for name in names]), own)
    tails = np.minimum(hypergeom.cdf(held, *given), hypergeom.sf(held - 1, *given))
    clear = _clear(dict(zip(names, np.minimum(2 * tails, 1.0), strict=True)))
    parts = [
        Part(
            topic=topic,
            inside=inside[topic],
            everywhere=everywhere[topic],
            share=inside[topic] / own,
            usual=everywhere[topic] / total,
            clear=topic in clear and own >= FEWEST,
        )
        for topic in inside
    ]
    return tuple(sorted(parts, key=lambda part: (-part.inside, -part.usual, part.topic or "")))


def _counts(topics: Iterable[object]) -> Counter[str | None]:
    return Counter(topic if isinstance(topic, str) else None for topic in topics)


def _clear(p_of: Mapping[str | None, float]) -> set[str | None]:
    """Those whose p is small enough, by the rule of Benjamini and Hochberg."""
    ranked = sorted(p_of, key=lambda topic: p_of[topic])
    last = 0
    for place, topic in enumerate(ranked, 1):
        if p_of[topic] <= _FALSE_SHARE * place / len(ranked):
            last = place
    return set(ranked[:last])


def words_apart(topic_map: TopicMap, rows: np.ndarray, *, most: int = 20) -> tuple[Word, ...]:
    """The words that some papers use more than all others do, the surest first.

    Log odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin'
    Words"): the odds of a word among the papers against its odds among the others, both drawn
    towards its odds in the whole map, in standard errors. What is counted is papers that have the
    word in title or abstract, so that one paper that says a word fifty times says it once. A word
    counts the same in the singular and the plural; function words and numbers do not count.

    Args:
        topic_map: the map.
        rows: of the papers.
        most: words to return at most.

    Returns:
        Words above `LEAST_Z` that at least two of the papers have; none for fewer papers than
        `FEWEST`, and none for all papers of the map.
    """
    total = len(topic_map.papers)
    if not FEWEST <= len(rows) < total:
        return ()
    built = topic_map.built or topic_map
    known = papers_with(built)
    texts = folded_texts(built)
    step = -(-len(rows) // _MOST_READ)
    read = [int(row) for row in rows[::step]]
    inside: Counter[str] = Counter()
    for row in read:
        inside.update(keys_of_paper(texts[row]))
    scale = len(rows) / len(read)
    mass, own_mass = sum(known.values()), scale * sum(inside.values())
    found = []
    for key, papers in inside.items():
        if papers < 2:
            continue
        own = scale * papers
        rest = max(known[key] - own, 0.0)
        z = _z(own, own_mass, rest, mass - own_mass, prior=_PRIOR * known[key] / mass)
        if z >= LEAST_Z:
            found.append((z, key, own / len(rows), rest / (total - len(rows))))
    found.sort(key=lambda word: (-word[0], word[1]))
    best = found[:most]
    spelled = _spelled(built, read, {key for _, key, _, _ in best})
    return tuple(
        Word(spelled.get(key, key), share, min(others, 1.0), z) for z, key, share, others in best
    )


def words_between(
    topic_map: TopicMap, rows: np.ndarray, others: np.ndarray, *, most: int = 12
) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The words that tell two groups of papers from one another, by the rule of `words_apart`.

    Args:
        topic_map: the map.
        rows: of the first papers.
        others: of the second.
        most: words of each to return at most.

    Returns:
        Words of the first and of the second; ``inside`` is the share of the group whose word it
        is, ``outside`` that of the other.
    """
    built = topic_map.built or topic_map
    known = papers_with(built)
    mass = max(sum(known.values()), 1)
    groups = [_counted(built, group) for group in (rows, others)]
    masses = [sum(counts.values()) for counts in groups]
    found: list[tuple[Word, ...]] = []
    for one, two in ((0, 1), (1, 0)):
        sizes = [len((rows, others)[group]) for group in (one, two)]
        words = []
        for key, papers in groups[one].items():
            rest, prior = groups[two][key], _PRIOR * known[key] / mass
            z = _z(papers, masses[one], rest, masses[two], prior=prior)
            if papers >= 2 and z >= LEAST_Z:
                words.append(Word(key, papers / sizes[0], rest / max(sizes[1], 1), z))
        words.sort(key=lambda word: (-word.z, word.word))
        read = [int(row) for row in (rows, others)[one]]
        spelled = _spelled(built, read, {word.word for word in words[:most]})
        found.append(tuple(replace(w, word=spelled.get(w.word, w.word)) for w in words[:most]))
    return found[0], found[1]


def _counted(topic_map: TopicMap, rows: np.ndarray) -> Counter[str]:
    """Papers among some with each word."""
    texts = folded_texts(topic_map)
    found: Counter[str] = Counter()
    for row in rows:
        found.update(keys_of_paper(texts[int(row)]))
    return found


def bridges(
    topic_map: TopicMap, rows: np.ndarray, others: np.ndarray, *, most: int = 10
) -> tuple[tuple[int, float, float], ...]:
    """The papers between two groups: near to the middle of both.

    Every paper of the map may be one, whatever its topic; it counts by the lesser of its cosines
    with the two mean vectors. A paper is left out that is nearer to neither than papers are to the
    other group as a rule.

    Returns:
        Row, cosine with the first middle, cosine with the second; the best bridge first.
    """
    import numpy as np

    vectors = topic_map.vectors
    near = []
    for group in (rows, others):
        middle = np.asarray(vectors[group], dtype=np.float64).mean(axis=0)
        near.append(np.asarray(vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9))))
    across = max(float(np.median(near[1][rows])), float(np.median(near[0][others])))
    lesser = np.minimum(near[0], near[1])
    best = np.argsort(-lesser, kind="stable")[:most]
    return tuple(
        (int(row), float(near[0][row]), float(near[1][row])) for row in best if lesser[row] > across
    )


def _z(own: float, own_mass: float, rest: float, rest_mass: float, *, prior: float) -> float:
    """The log odds ratio of a word, in standard errors."""

    def odds(count: float, mass: float) -> float:
        return math.log((count + prior) / max(mass + _PRIOR - count - prior, 1e-9))

    variance = 1 / (own + prior) + 1 / (rest + prior)
    return (odds(own, own_mass) - odds(rest, rest_mass)) / math.sqrt(variance)


def _spelled(topic_map: TopicMap, rows: Iterable[int], keys: set[str]) -> dict[str, str]:
    """How papers most often write some words."""
    seen: dict[str, Counter[str]] = {key: Counter() for key in keys}
    for row in list(rows)[:200]:
        abstract = topic_map.papers["abstract"].iat[row]
        for word in _WORD.findall(abstract if isinstance(abstract, str) else ""):
            key = key_of(word.lower())
            if key in seen:
                seen[key][word] += 1
    return {key: _commonest(forms) for key, forms in seen.items() if forms}


def _commonest(forms: Counter[str]) -> str:
    """The most frequent form, in small letters where it is ever written so."""
    best = min(forms, key=lambda form: (-forms[form], form))
    lower = best.lower()
    return lower if forms[lower] * 4 >= forms[best] else best
