"""Which terms occur in which papers, counted once for every stage that needs them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from topics.grams import count_grams
from topics.phrases import words
from topics.pieces import Pieces
from topics.tokens import first_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from scipy.sparse import csc_matrix, csr_matrix

__all__ = ["ALIKE", "TermTable", "count_terms", "sameness"]

#: Sameness above which papers are copies of one another in all but a word; corpora on one narrow
#: subject have about 0.25.
ALIKE = 0.8
_SAMENESS_SAMPLE = 2000
_FORMS = 4
_ONE_IN = 20_000

_WORD = re.compile(r"[^\W_]+(?:[-'’+][^\W_]+)*\+*")
_JOINS = re.compile(r"[-'’+]")
_BLANK = re.compile(r"\s")
_SENTENCE_ENDS = frozenset(".!?:")
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
    def lengths(self) -> np.ndarray:
        """Words of each term as written; a hyphenated compound is one."""
        import numpy as np

        lengths = [len(self.spellings[term].split()) for term in self.terms]
        return np.array(lengths, dtype=np.int32)


def count_terms(
    titles: Sequence[str], abstracts: Sequence[str], *, pieces: Pieces | None = None
) -> TermTable:
    """Count the terms of each paper.

    A term must be in at least two papers (three in a corpus of thousands, one in twenty thousand
    of a larger one): what one paper alone says is no name for a group.

    Args:
        titles: of the papers.
        abstracts: of the papers.
        pieces: all titles, then all abstracts, where they are split already.
    """
    pieces = Pieces.of([*titles, *abstracts]) if pieces is None else pieces
    found = count_grams(pieces, least=_least(len(titles)))
    casing = _casing(pieces)
    seen = dict(zip(found.terms, found.forms, strict=True))
    return TermTable(
        terms=found.terms,
        counts=found.counts,
        in_title=found.in_title,
        spellings=_spellings(seen, casing),
        texts=tuple(zip(titles, abstracts, strict=True)),
        casing=casing,
        forms={
            term: tuple(sorted(forms, key=partial(_rank, forms))[:_FORMS])
            for term, forms in seen.items()
            if " " in term
        },
    )


def _least(papers: int) -> int:
    """Papers that must have a term."""
    return 2 if papers < 5000 else max(3, papers // _ONE_IN)


def sameness(texts: Sequence[str]) -> float:
    """How much of their wording the texts share: mean cosine of their sets of words, 0 to 1."""
    step = max(1, len(texts) // _SAMENESS_SAMPLE)
    sets = [set(words(text)) for text in texts[::step]]
    weight: defaultdict[str, float] = defaultdict(float)
    for found in sets:
        for word in found:
            weight[word] += 1 / math.sqrt(len(found))
    return float(sum(value * value for value in weight.values())) / max(len(sets), 1) ** 2


def _spellings(seen: Mapping[str, Mapping[str, int]], casing: Mapping[str, str]) -> dict[str, str]:
    """Most frequent spelling of each term, its words in the case that running text gives them."""
    return {
        term: " ".join(
            casing.get(word, word) for word in min(forms, key=partial(_rank, forms)).split()
        )
        for term, forms in seen.items()
    }


def _rank(forms: Mapping[str, int], form: str) -> tuple[int, str]:
    """Most frequent first; a plural counts double, since it names a group better."""
    return -forms[form] * (2 if form.endswith("s") else 1), form


def _casing(pieces: Pieces) -> dict[str, str]:
    """How each word is written inside a sentence; titles only say of words with odd capitals.

    "Bayesian" and "LoRA" keep their capitals; "Learning", capital in titles only, does not.

    Args:
        pieces: all titles, then all abstracts.
    """
    papers = len(pieces) // 2
    seen = _inside_sentences(pieces, first=papers)
    # The titles come first, and so do their pieces.
    of_titles = int(pieces.numbers[: pieces.starts[papers]].max(initial=-1)) + 1
    for word in dict.fromkeys(_WORD.findall("\n".join(pieces.distinct[:of_titles]))):
        if word.lower() not in seen and not _titled(word):
            seen[word.lower()] = {word: 1}
    common = {lower for lower, forms in seen.items() if lower in forms}
    return {lower: _best_case(lower, forms, common) for lower, forms in seen.items()}


def _inside_sentences(
    texts: Sequence[str] | Pieces, *, first: int = 0
) -> dict[str, dict[str, int]]:
    """How often each word, in lower case, is written how where no sentence begins with it.

    Args:
        texts: or their pieces.
        first: number of the first text that counts.
    """
    import numpy as np

    pieces = Pieces.of(texts)
    starts = pieces.starts[first:]
    numbers = pieces.numbers[starts[0] :]
    ends = np.array([piece[-1:] in _SENTENCE_ENDS for piece in pieces.distinct], dtype=bool)
    after = np.append(True, ends[numbers])
    after[starts[:-1] - starts[0]] = True  # a text begins with a sentence
    inside = np.bincount(numbers[~after[:-1]], minlength=len(pieces.distinct))
    times: defaultdict[str, int] = defaultdict(int)
    for word, often in zip(first_words(pieces), inside.tolist(), strict=True):
        if often:
            times[word] += often
    times.pop("", None)
    if _BLANK.search("".join(pieces.distinct)):  # some piece is more than one word
        whole = np.bincount(numbers, minlength=len(pieces.distinct))
        for number in np.flatnonzero(whole):
            for word in _MID_SENTENCE.findall(pieces.distinct[number]):
                times[word] += int(whole[number])
    seen: dict[str, dict[str, int]] = {}
    for word, often in times.items():
        seen.setdefault(word.lower(), {})[word] = often
    return seen


def _best_case(lower: str, forms: Mapping[str, int], common: set[str]) -> str:
    best = (
        min(forms, key=lambda form: (-forms[form], form)) if len(forms) > 1 else next(iter(forms))
    )
    if best == lower or not _titled(best):
        return best
    # "Classifier-Free Guidance" introduces an abbreviation; its words are common ones.
    parts = _JOINS.split(lower)
    plain = lower in common or (len(parts) > 1 and all(part in common for part in parts))
    return lower if plain else best


def _titled(word: str) -> bool:
    """Whether a word or compound is merely written as in a title: "Score-Based", "Low-rank"."""
    if word == word.lower():
        return False
    return all(part[1:] == part[1:].lower() for part in _JOINS.split(word))
