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
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from topics.choosing import FEW_PAPERS, NAME_WORDS, Candidate, distinct
from topics.phrases import continues, is_weak, key_of, phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np

    from topics.hierarchy import Tree
    from topics.terms import TermTable
    from topics.usage import Usage

__all__ = ["Nearness", "choose_names", "covering", "heaviest", "is_fragment"]

#: From phrases, each for a topic or group that goes by its number, to the cosine of each with the
#: centre of that one.
Nearness: TypeAlias = "Callable[[Sequence[int], Sequence[str]], Sequence[float]]"

#: A term is a fragment where one longer phrase covers this share of its papers.
FRAGMENT_SHARE = 0.7

#: How much the share of papers counts against how special the phrase is, for topics and groups.
_COVERAGE, _GROUP_COVERAGE = 0.9, 1.5
#: How much of what is special about it is told from the siblings rather than from all papers.
_AGAINST_SIBLINGS = 0.35
#: How much it counts that most papers with the phrase are of the node.
_HELD = 0.12
#: How much the words of a phrase count by themselves.
_WORDS = 0.35
#: How much it counts that a phrase stands as a noun of its own.
_CLOSED = 0.5
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
#: Share of a group's papers, and number of them, that must use it, too.
_COMMON, _FEWEST = 0.1, 3
_CANDIDATES = 40
_POOL = 160
#: Papers of a topic up to which one of them with a phrase is enough, if its words are in more.
_SMALL = 15
#: Papers that must have a phrase, lest one of two keywords is sought.
_SPOKEN = 2
#: Papers in which is looked how a phrase is written, and letters after it.
_READ, _AHEAD = 200, 40
#: What is between a phrase and a further word of it.
_JOINING = " -"


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
    lower = _Lowered(terms.texts)
    words = {term: column for column, term in enumerate(terms.terms)}
    written = [
        _as_written(
            _pool(node, tree, terms, counts, words),
            np.isin(labels, tree.leaves(node)),
            terms,
            lower,
            _telling(keywords[node], terms) if node >= tree.topics else frozenset(),
        )
        for node in nodes
    ]
    candidates = _ranked(written, nearness)
    for node in nodes:
        if not candidates[node] or candidates[node][0].papers < _SPOKEN:
            rows = np.flatnonzero(np.isin(labels, tree.leaves(node)))
            candidates[node] = _of_keywords(keywords[node], rows, terms) + candidates[node]
    sizes = [int(size) for size in counts.sizes]
    return distinct(candidates, tree, keywords, terms, sizes)


class _Lowered(dict[int, str]):
    """Title and abstract of a paper in lower case, made when it is first read."""

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, row: int) -> str:
        title, abstract = self._texts[row]
        self[row] = found = f"{title}. {abstract}".lower()
        return found


# ---------------------------------------------------------------- what could be a name


def _pool(
    node: int, tree: Tree, terms: TermTable, counts: Usage, words: Mapping[str, int]
) -> dict[int, tuple[float, bool]]:
    """Columns of phrases that fit by count: how well, and whether all members of a group do."""
    import numpy as np

    inside, lengths = counts.inside[node], terms.lengths
    fits = (lengths >= NAME_WORDS[0]) & (lengths <= NAME_WORDS[1])
    fewest = 3 if counts.sizes[node] > 2 * _SMALL else 2 if counts.sizes[node] > _SMALL else 1
    usable = fits & (inside >= fewest)
    if not usable.any():
        usable = fits & (inside >= 1)
    gain = _gain(node, tree, counts)
    titles = counts.in_titles[node] / np.maximum(inside, 1)
    scores = np.where(usable, gain * (1 + 0.5 * titles), 0)
    best = [column for column in heaviest(scores, _POOL) if scores[column] > 0]
    # What two papers do not share even by the word is no subject of theirs.
    shared = [
        column
        for column in best
        if inside[column] >= 2 or all(inside[part] >= 2 for part in _parts(column, words, terms))
    ]
    longer = covering(best, inside, terms)
    kept = [column for column in shared if not is_fragment(column, longer, inside, terms)]
    share = inside / (counts.sizes[node] + 2)
    even = (share >= _COMMON) & (inside >= _FEWEST) & (_share(node, tree, counts) >= _EVEN * share)
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
    # A group is named for what all of it is about, a topic more for what is special about it.
    coverage = _COVERAGE if node < tree.topics else _GROUP_COVERAGE
    gain = np.zeros_like(special)
    # Most terms tell nothing; powers take long.
    some = np.flatnonzero(special > 0)
    held = np.maximum(counts.inside[node, some], 1e-9) / np.maximum(counts.everywhere[some], 1)
    gain[some] = share[some] ** coverage * special[some] * held**_HELD
    return np.asarray(gain)


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


def heaviest(weights: np.ndarray, most: int) -> list[int]:
    """Where the largest weights are, so many of them, the largest first."""
    import numpy as np

    places = np.arange(len(weights))
    if len(places) > most:
        places = np.flatnonzero(weights >= np.partition(weights, -most)[-most])
    order = np.lexsort((places, -weights[places]))[:most]
    return [int(place) for place in places[order]]


def covering(columns: Iterable[int], inside: np.ndarray, terms: TermTable) -> dict[str, float]:
    """In how many papers the most used of the terms is that each phrase is a part of."""
    found: dict[str, float] = {}
    for column in columns:
        words, papers = terms.terms[column].split(), float(inside[column])
        for start in range(len(words)):
            for end in range(start + 1, len(words) + (start > 0)):
                part = " ".join(words[start:end])
                found[part] = max(papers, found.get(part, 0.0))
    return found


def is_fragment(
    column: int, longer: Mapping[str, float], inside: np.ndarray, terms: TermTable
) -> bool:
    """Whether one of some longer terms covers most papers of a term.

    Args:
        column: of the term.
        longer: the longer terms, from `covering`.
        inside: papers with each term.
        terms: the terms.
    """
    papers = longer.get(terms.terms[column])
    return papers is not None and papers >= FRAGMENT_SHARE * inside[column]


# ------------------------------------------------------------------- how it is written


def _as_written(
    pool: Mapping[int, tuple[float, bool]],
    papers: np.ndarray,
    terms: TermTable,
    lower: Mapping[int, str],
    telling: frozenset[str],
) -> list[Candidate]:
    """Phrases that could name a node, those that fit best by count, as its papers write them.

    Args:
        pool: from `_pool`.
        papers: whether each paper is of the node.
        terms: the terms of the papers.
        lower: title and abstract of each paper in lower case.
        telling: words of a group's keywords.
    """
    found = []
    few = telling and papers.sum() <= FEW_PAPERS
    for column in sorted(pool, key=lambda each: (-pool[each][0], each))[: 2 * _CANDIDATES]:
        start, end = terms.papers_with.indptr[column : column + 2]
        rows = terms.papers_with.indices[start:end]
        rows = rows[papers[rows]]
        read = [lower[row] for row in rows[:: max(1, len(rows) // _READ)].tolist()]
        term = terms.terms[column]
        forms = [form for form in terms.forms[term] if _fits(form)]
        spelling, closed = _written(forms, read) if forms else ("", 0.0)
        if spelling:
            text = " ".join(terms.casing.get(word, word) for word in spelling.split())
            score, even = pool[column]
            long = _LONG if len(text.split()) > 3 else 1.0
            score *= 1 + _TELLING * _share_of(telling, term)
            if few:
                score *= len(rows)
            found.append(Candidate(score * long * closed**_CLOSED, term, text, even, len(rows)))
    return found


def _ranked(candidates: Sequence[Sequence[Candidate]], nearness: Nearness) -> list[list[Candidate]]:
    """The phrases of each node, best first, now that it counts too what they mean."""
    asked = [(node, each.text) for node, found in enumerate(candidates) for each in found]
    near = iter(nearness([node for node, _ in asked], [text for _, text in asked]))
    weighed = [
        [
            replace(each, score=each.score * (1 + _NEARNESS * max(0.0, float(next(near)))))
            for each in found
        ]
        for found in candidates
    ]
    return [
        sorted(found, key=lambda each: (-each.score, each.term))[:_CANDIDATES] for found in weighed
    ]


def _telling(keywords: Sequence[int], terms: TermTable) -> frozenset[str]:
    return frozenset(word for column in keywords for word in terms.terms[column].split())


def _share_of(telling: frozenset[str], term: str) -> float:
    """Share of a term's words, but for those that name little, that are among some others."""
    words = [word for word in term.split() if not is_weak(word)] or term.split()
    return sum(word in telling for word in words) / len(words)


def _of_keywords(keywords: Sequence[int], rows: Iterable[int], terms: TermTable) -> list[Candidate]:
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
        found.append(Candidate(score, term, text, even=False, papers=times))
    return sorted(found, key=lambda each: (-each.score, each.term))[:_CANDIDATES]


def _fits(name: str) -> bool:
    return NAME_WORDS[0] <= len(name.split()) <= NAME_WORDS[1]


def _written(forms: Sequence[str], texts: Sequence[str]) -> tuple[str, float]:
    """The spelling that most texts have as it is, and how often it stands as a noun of its own.

    Returns:
        The spelling, empty where no text has one, and the share of its places after which no
        further word of the phrase comes.
    """
    counts = {form: _places(form, texts) for form in forms}
    # A plural counts double, since it names a group better.
    best = min(counts, key=lambda form: (-counts[form][0] * (1 + form.endswith("s")), form))
    if not counts[best][0]:
        return "", 0.0
    times, followed = (sum(each[part] for each in counts.values()) for part in (0, 1))
    return best, (times - followed + 0.5) / (times + 1)


def _places(form: str, texts: Sequence[str]) -> tuple[int, int]:
    """In how many texts a form first stands as a whole, and in how many of them it goes on."""
    whole = goes_on = 0
    length = len(form)
    for text in texts:
        at = text.find(form)
        end = at + length
        if at < 0 or text[end : end + 1].isalnum() or (at and text[at - 1].isalnum()):
            continue
        whole += 1
        if text[end : end + 1] in _JOINING:
            goes_on += continues(text[end : end + _AHEAD])
    return whole, goes_on
