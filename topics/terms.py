"""Which terms occur in which papers, counted once for every stage that needs them."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from topics.phrases import phrases, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scipy.sparse import csc_matrix, csr_matrix

__all__ = ["ALIKE", "TermTable", "count_terms", "sameness"]

#: Sameness above which papers are copies of one another in all but a word; corpora on one narrow
#: subject have about 0.25.
ALIKE = 0.8
_SAMENESS_SAMPLE = 2000
_FORMS = 4

_WORD = re.compile(r"[^\W_]+(?:[-'’+][^\W_]+)*\+*")
_MID_SENTENCE = re.compile(r"(?<![.!?:]\s)(?<=\s)[^\W_]+(?:[-'’+][^\W_]+)*\+*")


@dataclass(frozen=True, eq=False)
class TermTable:
    """Terms of a corpus.

    Attributes:
        terms: term keys, sorted.
        counts: occurrences, csr matrix of shape (papers, terms), title and abstract.
        in_title: 1 where the title has the term, same shape.
        spellings: how each term is written, most frequent spelling, by term.
        texts: title and abstract of each paper, for those who look closer.
        casing: how each word is written inside a sentence, by the word in lower case.
        forms: the most frequent spellings of each phrase, in lower case.
    """

    terms: tuple[str, ...]
    counts: csr_matrix
    in_title: csr_matrix
    spellings: Mapping[str, str]
    texts: tuple[tuple[str, str], ...]
    casing: Mapping[str, str]
    forms: Mapping[str, tuple[str, ...]]

    @cached_property
    def presence(self) -> csr_matrix:
        """1 where a paper has the term."""
        present = self.counts.copy()
        present.data[:] = 1
        return present

    @cached_property
    def papers_with(self) -> csc_matrix:
        """The same by term: which papers have it."""
        return self.presence.tocsc()

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Words of each term as written; a hyphenated compound is one."""
        return tuple(len(self.spellings[term].split()) for term in self.terms)


def count_terms(titles: Sequence[str], abstracts: Sequence[str]) -> TermTable:
    """Count the terms of each paper.

    A term must be in at least two papers (three in a corpus of thousands): what one paper alone
    says is no name for a group.
    """
    least = 2 if len(titles) < 5000 else 3
    in_titles = [Counter(phrases(text)) for text in titles]
    in_abstracts = [Counter(phrases(text)) for text in abstracts]
    papers_with: Counter[str] = Counter()
    for title, abstract in zip(in_titles, in_abstracts, strict=True):
        papers_with.update({term for term, _ in title} | {term for term, _ in abstract})
    terms = tuple(sorted(term for term, papers in papers_with.items() if papers >= least))
    column = {term: index for index, term in enumerate(terms)}
    both = [title + abstract for title, abstract in zip(in_titles, in_abstracts, strict=True)]
    casing = _casing(titles, abstracts)
    seen = _surfaces(both, column)
    return TermTable(
        terms=terms,
        counts=_matrix(both, column),
        in_title=_matrix(in_titles, column),
        spellings=_spellings(seen, casing),
        texts=tuple(zip(titles, abstracts, strict=True)),
        casing=casing,
        forms={
            term: tuple(sorted(forms, key=partial(_rank, forms))[:_FORMS])
            for term, forms in seen.items()
            if " " in term
        },
    )


def sameness(texts: Sequence[str]) -> float:
    """How much of their wording the texts share: mean cosine of their sets of words, 0 to 1."""
    step = max(1, len(texts) // _SAMENESS_SAMPLE)
    sets = [set(words(text)) for text in texts[::step]]
    weight: defaultdict[str, float] = defaultdict(float)
    for found in sets:
        for word in found:
            weight[word] += 1 / math.sqrt(len(found))
    return float(sum(value * value for value in weight.values())) / max(len(sets), 1) ** 2


def _matrix(rows: Sequence[Counter[tuple[str, str]]], column: Mapping[str, int]) -> csr_matrix:
    import numpy as np
    from scipy.sparse import csr_matrix

    indices: list[int] = []
    values: list[int] = []
    ends = [0]
    for row in rows:
        for (term, _), times in row.items():
            if term in column:
                indices.append(column[term])
                values.append(times)
        ends.append(len(indices))
    matrix = csr_matrix(
        (np.asarray(values, dtype=np.float32), np.asarray(indices, dtype=np.int32), ends),
        shape=(len(rows), len(column)),
    )
    matrix.sum_duplicates()
    return matrix


def _surfaces(
    rows: Sequence[Counter[tuple[str, str]]], column: Mapping[str, int]
) -> dict[str, Counter[str]]:
    """How often each term is spelled how, in lower case."""
    seen: dict[str, Counter[str]] = {term: Counter() for term in column}
    for row in rows:
        for (term, surface), times in row.items():
            if term in seen:
                seen[term][surface.lower()] += times
    return seen


def _spellings(seen: Mapping[str, Counter[str]], casing: Mapping[str, str]) -> dict[str, str]:
    """Most frequent spelling of each term, its words in the case that running text gives them."""
    return {
        term: " ".join(
            casing.get(word, word) for word in min(forms, key=partial(_rank, forms)).split()
        )
        for term, forms in seen.items()
    }


def _rank(forms: Counter[str], form: str) -> tuple[int, str]:
    """Most frequent first; a plural counts double, since it names a group better."""
    return -forms[form] * (2 if form.endswith("s") else 1), form


def _casing(titles: Sequence[str], abstracts: Sequence[str]) -> dict[str, str]:
    """How each word is written inside a sentence; titles only say of words with odd capitals.

    "Bayesian" and "LoRA" keep their capitals; "Learning", capital in titles only, does not.
    """
    seen: dict[str, Counter[str]] = {}
    for text in abstracts:
        for word in _MID_SENTENCE.findall(text):
            seen.setdefault(word.lower(), Counter())[word] += 1
    for text in titles:
        for word in _WORD.findall(text):
            if word.lower() not in seen and not _titled(word):
                seen.setdefault(word.lower(), Counter())[word] += 1
    common = {lower for lower, forms in seen.items() if forms[lower] > 0}
    return {lower: _best_case(lower, forms, common) for lower, forms in seen.items()}


def _best_case(lower: str, forms: Counter[str], common: set[str]) -> str:
    best = min(forms, key=lambda form: (-forms[form], form))
    if not _titled(best):
        return best
    # "Classifier-Free Guidance" introduces an abbreviation; its words are common ones.
    parts = re.split(r"[-'’+]", lower)
    plain = lower in common or (len(parts) > 1 and all(part in common for part in parts))
    return lower if plain else best


def _titled(word: str) -> bool:
    """Whether a word or compound is merely written as in a title: "Score-Based", "Low-rank"."""
    parts = re.split(r"[-'’+]", word)
    return word != word.lower() and all(part[1:] == part[1:].lower() for part in parts)
