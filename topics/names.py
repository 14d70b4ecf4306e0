"""Names for topics and groups of topics: phrases that their papers contain, each its own.

A phrase is judged by the share of a topic's papers that use it, against all other papers and
against the topic's siblings in particular; by how telling its words are by themselves; by whether
it stands as a noun of its own ("medical image" mostly goes on: "segmentation"); and by how near it
is in meaning. What counts is the share of papers, not of occurrences, so that one paper that
repeats itself names nothing; a fragment of a longer phrase gives way to it, in the spirit of the
C-value of Frantzi, Ananiadou and Mima (2000). For a group that share is even over its members: a
phrase of one member does not name them all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from topics.phrases import continues, is_weak, key_of, phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np

    from topics.hierarchy import Tree
    from topics.terms import TermTable
    from topics.usage import Usage

__all__ = ["NAME_WORDS", "Nearness", "alike", "choose_names", "is_fragment", "sentence"]

#: From the number of a topic or group and phrases to the cosine of each with its centre.
Nearness: TypeAlias = "Callable[[int, Sequence[str]], Sequence[float]]"

#: Fewest and most words of a name.
NAME_WORDS = (2, 5)
#: A term is a fragment where one longer phrase covers this share of its papers.
FRAGMENT_SHARE = 0.7

#: How much the share of papers counts against how special the phrase is.
_COVERAGE = 0.75
#: How much of what is special about it is told from the siblings rather than from all papers.
_AGAINST_SIBLINGS = 0.35
#: How much it counts that most papers with the phrase are of the node.
_HELD = 0.12
#: How much the words of a phrase count by themselves.
_WORDS = 0.35
#: How much it counts that a phrase stands as a noun of its own.
_CLOSED = 0.5
#: Papers of a group up to which few of them have a phrase in common: then each paper counts more.
_FEW_PAPERS = 300
#: How much it counts that the words of a phrase are among the keywords of a group.
_TELLING = 0.6
#: What a phrase of four words or more must make up for: it is seldom one noun.
_LONG = 0.85
#: How much it counts that a phrase means what the topic is about.
_NEARNESS = 2.0
#: What is added to the shares of a group's members before their geometric mean is taken.
_DOUBT = 0.05
#: Least share of a group's papers, as its members' mean has it, from which on they all use a term.
_EVEN = 0.7
#: How near to the best score of a group such a term must be to be taken before topics choose.
_CLEAR = 0.75
#: Share of a group's papers that must use it, too.
_COMMON = 0.1
#: Words that any name could go on with.
_EMPTY = frozenset(
    "algorithm approach framework method model problem setting system task technique".split()
)
_CANDIDATES = 40
_POOL = 160
#: Papers of a topic up to which one of them with a phrase is enough, if its words are in more.
_SMALL = 15
#: Papers that must have a phrase, lest one of two keywords is sought.
_SPOKEN = 2
#: Papers in which is looked how a phrase is written, and letters after it.
_READ, _AHEAD = 200, 40


def choose_names(
    labels: np.ndarray,
    tree: Tree,
    terms: TermTable,
    counts: Usage,
    keywords: Sequence[Sequence[int]],
    *,
    nearness: Nearness,
) -> list[str]:
    """Name every topic and group, no two alike.

    Args:
        labels: topic of each paper, negative for none.
        tree: the topics and groups.
        terms: the terms of the papers.
        counts: how many papers of each node use them.
        keywords: columns of each node's keywords, for those without a phrase of their own.
        nearness: among phrases that fit by count, those that mean the topic are preferred.
    """
    import numpy as np

    nodes = range(len(tree.parents))
    lower = [f"{title}. {abstract}".lower() for title, abstract in terms.texts]
    words = {term: column for column, term in enumerate(terms.terms)}
    candidates = [
        _ranked(
            _pool(node, tree, terms, counts, words),
            node,
            np.isin(labels, tree.leaves(node)),
            terms,
            lower,
            nearness,
            _telling(keywords[node], terms) if node >= tree.topics else frozenset(),
        )
        for node in nodes
    ]
    for node in nodes:
        if not candidates[node] or candidates[node][0].papers < _SPOKEN:
            rows = np.flatnonzero(np.isin(labels, tree.leaves(node)))
            candidates[node] = _of_keywords(keywords[node], rows, terms) + candidates[node]
    return _distinct(candidates, tree, keywords, terms)


# ---------------------------------------------------------------- what could be a name


def _pool(
    node: int, tree: Tree, terms: TermTable, counts: Usage, words: Mapping[str, int]
) -> dict[int, tuple[float, bool]]:
    """Columns of phrases that fit by count: how well, and whether all members of a group do."""
    import numpy as np

    inside, lengths = counts.inside[node], np.asarray(terms.lengths)
    fits = (lengths >= NAME_WORDS[0]) & (lengths <= NAME_WORDS[1])
    fewest = 3 if counts.sizes[node] > 2 * _SMALL else 2 if counts.sizes[node] > _SMALL else 1
    usable = fits & (inside >= fewest)
    if not usable.any():
        usable = fits & (inside >= 1)
    gain = _gain(node, tree, counts)
    titles = counts.in_titles[node] / np.maximum(inside, 1)
    scores = np.where(usable, gain * (1 + 0.5 * titles), 0)
    best = [
        int(column)
        for column in np.lexsort((np.arange(len(scores)), -scores))[:_POOL]
        if scores[column] > 0
    ]
    # What two papers do not share even by the word is no subject of theirs.
    shared = [
        column
        for column in best
        if inside[column] >= 2 or all(inside[part] >= 2 for part in _parts(column, words, terms))
    ]
    kept = [column for column in shared if not is_fragment(column, best, inside, terms)]
    share = inside / (counts.sizes[node] + 2)
    even = (share >= _COMMON) & (_share(node, tree, counts) >= _EVEN * share)
    return {
        column: (_with_words(column, scores, gain, words, terms), bool(even[column]))
        for column in kept
    }


def _share(node: int, tree: Tree, counts: Usage) -> np.ndarray:
    """Share of a node's papers with each term; of a group, the geometric mean of its members'."""
    import numpy as np

    # Two papers of doubt: half of four papers says less than half of forty.
    if node < tree.topics:
        return counts.inside[node] / (counts.sizes[node] + 2)  # type: ignore[no-any-return]
    parts = list(tree.children[node])
    shares = counts.inside[parts] / (counts.sizes[parts, None] + 2)
    return np.asarray(np.exp(np.log(shares + _DOUBT).mean(axis=0)) - _DOUBT)


def _gain(node: int, tree: Tree, counts: Usage) -> np.ndarray:
    """How well each term tells a node's papers from others; shape (terms,)."""
    import numpy as np

    share = np.maximum(_share(node, tree, counts), 1e-9)
    special, siblings = np.log(share / counts.rest(node)), tree.siblings(node)
    if siblings:
        apart = np.log(share / counts.beside(siblings))
        special = (1 - _AGAINST_SIBLINGS) * special + _AGAINST_SIBLINGS * apart
    # A group is named for what all of it is about, a topic for what is special about it.
    coverage = _COVERAGE if node < tree.topics else 1.0
    held = np.maximum(counts.inside[node], 1e-9) / np.maximum(counts.everywhere, 1)
    return np.asarray(share**coverage * np.maximum(special, 0) * held**_HELD)


def _parts(column: int, words: Mapping[str, int], terms: TermTable) -> list[int]:
    """Columns of the words of a phrase; a hyphenated compound is one."""
    keys = [key_of(word) for word in terms.spellings[terms.terms[column]].split()]
    return [words[key] for key in keys if key in words]


def _with_words(
    column: int,
    scores: np.ndarray,
    gain: np.ndarray,
    words: Mapping[str, int],
    terms: TermTable,
) -> float:
    """The score of a phrase with that of its words: "robot learning" where all is of robots."""
    parts = _parts(column, words, terms)
    strong = [part for part in parts if not is_weak(terms.terms[part])]
    if not strong:
        return float(scores[column])
    support = sum(float(gain[part]) for part in strong) / len(strong)
    return float(scores[column] ** (1 - _WORDS) * support**_WORDS)


def is_fragment(column: int, others: Iterable[int], inside: np.ndarray, terms: TermTable) -> bool:
    """Whether one of some longer terms covers most papers of a term."""
    term = terms.terms[column]
    return any(
        inside[other] >= FRAGMENT_SHARE * inside[column]
        for other in others
        if other != column and f" {term} " in f" {terms.terms[other]} "
    )


# ------------------------------------------------------------------- how it is written


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A phrase that could name a node.

    Attributes:
        score: how well it fits.
        term: its key.
        text: as the papers write it.
        even: whether all members of a group are about it.
        papers: papers of the node that have it.
    """

    score: float
    term: str
    text: str
    even: bool
    papers: int


def _ranked(
    pool: Mapping[int, tuple[float, bool]],
    node: int,
    papers: np.ndarray,
    terms: TermTable,
    lower: Sequence[str],
    nearness: Nearness,
    telling: frozenset[str],
) -> list[_Candidate]:
    """Phrases that could name a node, best first, as its papers write them.

    Args:
        pool: from `_pool`.
        node: number of the topic or group.
        papers: whether each paper is of the node.
        terms: the terms of the papers.
        lower: title and abstract of each paper in lower case.
        nearness: see `choose_names`.
        telling: words of a group's keywords.
    """
    found = []
    for column in sorted(pool, key=lambda each: (-pool[each][0], each))[: 2 * _CANDIDATES]:
        start, end = terms.papers_with.indptr[column : column + 2]
        rows = terms.papers_with.indices[start:end]
        rows = rows[papers[rows]]
        read = [lower[row] for row in rows[:: max(1, len(rows) // _READ)]]
        term = terms.terms[column]
        forms = [form for form in terms.forms[term] if _fits(form)]
        spelling, closed = _written(forms, read) if forms else ("", 0.0)
        if spelling:
            text = " ".join(terms.casing.get(word, word) for word in spelling.split())
            score, even = pool[column]
            long = _LONG if len(text.split()) > 3 else 1.0
            score *= 1 + _TELLING * _share_of(telling, term)
            if telling and papers.sum() <= _FEW_PAPERS:
                score *= len(rows)
            found.append(_Candidate(score * long * closed**_CLOSED, term, text, even, len(rows)))
    near = nearness(node, [each.text for each in found])
    weighed = [
        replace(each, score=each.score * (1 + _NEARNESS * max(0.0, float(near[at]))))
        for at, each in enumerate(found)
    ]
    return sorted(weighed, key=lambda each: (-each.score, each.term))[:_CANDIDATES]


def _telling(keywords: Sequence[int], terms: TermTable) -> frozenset[str]:
    return frozenset(word for column in keywords for word in terms.terms[column].split())


def _share_of(telling: frozenset[str], term: str) -> float:
    """Share of a term's words, but for those that name little, that are among some others."""
    words = [word for word in term.split() if not is_weak(word)] or term.split()
    return sum(word in telling for word in words) / len(words)


def _of_keywords(
    keywords: Sequence[int], rows: Iterable[int], terms: TermTable
) -> list[_Candidate]:
    """Phrases of two keywords that some paper has, for a node whose papers share no phrase."""
    rank = {terms.terms[column]: len(keywords) - at for at, column in enumerate(keywords)}
    papers: Counter[tuple[str, str]] = Counter()
    for row in rows:
        papers.update({phrase for text in terms.texts[row] for phrase in phrases(text)})
    found = []
    for (term, surface), times in sorted(papers.items()):
        parts = [part for part in rank if f" {part} " in f" {term} "]
        if len(parts) < 2 or not _fits(surface):
            continue
        score = times * sum(rank[part] for part in parts) / len(surface.split())
        text = " ".join(terms.casing.get(word, word) for word in surface.lower().split())
        found.append(_Candidate(score, term, text, even=False, papers=times))
    return sorted(found, key=lambda each: (-each.score, each.term))[:_CANDIDATES]


def _fits(name: str) -> bool:
    return NAME_WORDS[0] <= len(name.split()) <= NAME_WORDS[1]


def _written(forms: Sequence[str], texts: Sequence[str]) -> tuple[str, float]:
    """The spelling that most texts have as it is, and how often it stands as a noun of its own.

    Returns:
        The spelling, empty where no text has one, and the share of its places after which no
        further word of the phrase comes.
    """
    counts: dict[str, tuple[int, int]] = {}
    for form in forms:
        places = [
            (text, at + len(form))
            for text in texts
            if (at := text.find(form)) >= 0 and _is_whole(text, at, at + len(form))
        ]
        goes_on = sum(continues(text[end : end + _AHEAD]) for text, end in places)
        counts[form] = len(places), goes_on
    # A plural counts double, since it names a group better.
    best = min(counts, key=lambda form: (-counts[form][0] * (1 + form.endswith("s")), form))
    if not counts[best][0]:
        return "", 0.0
    times, followed = (sum(each[part] for each in counts.values()) for part in (0, 1))
    return best, (times - followed + 0.5) / (times + 1)


def _is_whole(text: str, start: int, end: int) -> bool:
    return not (text[max(start - 1, 0) : start].isalnum() or text[end : end + 1].isalnum())


# ------------------------------------------------------------------------- which to take


def _distinct(
    candidates: Sequence[Sequence[_Candidate]],
    tree: Tree,
    keywords: Sequence[Sequence[int]],
    terms: TermTable,
) -> list[str]:
    """Choose names: what all of a group is about first, from the top; then topics; then the rest.

    Of topics those that are surest of their name come first.
    """
    chosen: dict[int, str] = {}
    named: dict[int, str] = {}

    def choose(node: int, those: Iterable[_Candidate]) -> None:
        beside = {chosen[other] for other in tree.siblings(node) if other in chosen}
        above = {chosen[other] for other in tree.ancestors(node) if other in chosen}
        below = {chosen[other] for other in tree.below(node) if other in chosen}
        taken = set(chosen.values())
        for each in those:
            if not _clashes(each.term, beside, above, below, taken):
                chosen[node], named[node] = each.term, sentence(each.text)
                return

    for group in tree.groups:
        best = candidates[group][0].score if candidates[group] else 0.0
        choose(
            group, (each for each in candidates[group] if each.even and each.score >= _CLEAR * best)
        )
    rest = [node for node in range(len(tree.parents)) if node not in chosen]
    surest = {
        node: -candidates[node][0].score if candidates[node] and node < tree.topics else 0.0
        for node in rest
    }
    for node in sorted(rest, key=lambda node: (node >= tree.topics, surest[node], node)):
        choose(node, candidates[node])
        if node not in chosen:
            named[node] = _joined(keywords[node], terms, set(named.values()))
            chosen[node] = named[node].casefold()
    return [named[node] for node in range(len(tree.parents))]


def _clashes(
    term: str, beside: set[str], above: set[str], below: set[str], taken: set[str]
) -> bool:
    """Whether a name says what another's says too, or no more than that of its group."""
    return (
        any(alike(term, other) for other in beside)
        or any(set(term.split()) <= set(other.split()) for other in above)
        or any(set(term.split()) >= set(other.split()) for other in below)
        or any(_core(term) == _core(other) for other in taken)
    )


def alike(term: str, other: str) -> bool:
    """Whether one of two terms says nothing that the other does not."""
    mine, theirs = set(term.split()), set(other.split())
    return mine <= theirs or theirs <= mine


def _core(term: str) -> frozenset[str]:
    """The words that make a name different: "speech models" says no more than "speech tasks"."""
    words = frozenset(term.split())
    return words - _EMPTY or words


def _joined(columns: Sequence[int], terms: TermTable, taken: set[str]) -> str:
    """Name a topic without a phrase of its own by two of its keywords."""
    words = [terms.spellings[terms.terms[column]] for column in columns]
    known = {frozenset(name.casefold().split()) for name in taken}
    for first in range(len(words)):
        for second in range(first + 1, len(words)):
            name = sentence(f"{words[first]} and {words[second]}")
            fits = len(name.split()) <= NAME_WORDS[1]
            if fits and frozenset(name.casefold().split()) not in known:
                return name
    number = len(taken) + 1
    return f"Mixed topic {number}" if not words else sentence(f"{words[0]}, group {number}")


def sentence(name: str) -> str:
    """A name with a capital first letter, unless its first word is written in its own way."""
    first = name.split()[0]
    return name[0].upper() + name[1:] if first == first.lower() and len(first) > 2 else name
