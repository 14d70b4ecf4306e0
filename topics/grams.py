"""The phrases of all texts, counted by number.

What `topics.phrases` finds in a text one by one is found here for all papers at once. A phrase goes
by a hash of its words: runs of words that break no phrase are joined to longer ones, step by step,
as `phrases` does it. Only of phrases that several papers have is the wording itself put together.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.phrases import ends_badly, is_weak, key_of
from topics.pieces import Pieces
from topics.tokens import elements_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from scipy.sparse import csr_matrix

    from topics.pieces import Spread

__all__ = ["Grams", "count_grams", "key_hashes"]

LONGEST = 4
_BASE = 0x9E3779B97F4A7C15  # odd, so that no bit is lost when hashes are multiplied by it
_BLOCK = 8192  # papers whose phrases are held at once


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """Phrases of papers.

    Attributes:
        terms: the phrases' keys, sorted.
        counts: occurrences in title and abstract, csr matrix of shape (papers, terms).
        in_title: occurrences in the title, same shape.
        forms: how often each term is written how, in lower case.
    """

    terms: tuple[str, ...]
    counts: csr_matrix
    in_title: csr_matrix
    forms: tuple[dict[str, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Tokens:
    """What is known of each distinct token, by number.

    Attributes:
        written: the tokens as they are written.
        key: hash of each one's key.
        power: by what the hash of words before it is multiplied.
        form: hash of its spelling in lower case.
        weak: whether it names something only beside another.
        bad_end: whether no phrase ends with it.
    """

    written: tuple[str, ...]
    key: np.ndarray
    power: np.ndarray
    form: np.ndarray
    weak: np.ndarray
    bad_end: np.ndarray

    @classmethod
    def of(cls, written: Sequence[str]) -> _Tokens:
        import numpy as np

        keys = [key_of(token) for token in written]
        key, power = key_hashes(keys)
        form, _ = key_hashes([token.lower() for token in written])
        return cls(
            tuple(written),
            key,
            power,
            form,
            np.array([is_weak(key) for key in keys], dtype=bool),
            np.array([ends_badly(key) for key in keys], dtype=bool),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Phrases of one length in some texts.

    Attributes:
        text: the text of each, as a number.
        term: hash of its key.
        form: hash of its spelling in lower case.
        tokens: numbers of its tokens, shape (phrases, length).
    """

    text: np.ndarray
    term: np.ndarray
    form: np.ndarray
    tokens: np.ndarray


def count_grams(titles: Sequence[str], abstracts: Sequence[str], *, least: int) -> Grams:
    """Count the phrases of each paper.

    Args:
        titles: of the papers.
        abstracts: of the papers.
        least: papers that must have a phrase.
    """
    import numpy as np

    papers = len(titles)
    pieces = Pieces.of([*titles, *abstracts])
    spread, written = elements_of(pieces)
    tokens = _Tokens.of(written)
    blocks = [
        np.concatenate([np.arange(a, b), np.arange(a, b) + papers])
        for a in range(0, papers, _BLOCK)
        for b in [min(a + _BLOCK, papers)]
    ]
    often = _often([_hashes(pieces, spread, tokens, texts) for texts in blocks], least)
    tally = _Tally(often, papers)
    for texts in blocks:
        for found in _found(pieces, spread, tokens, texts):
            tally.add(found)
    return tally.grams(tokens, least)


def key_hashes(keys: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Hash of each key, made of those of its words so that keys can be joined.

    Returns:
        The hashes, and by what the hash of words before each is multiplied before it is added;
        uint64 arrays of shape (keys,).
    """
    import numpy as np

    of_word: dict[str, int] = {}
    hashes: np.ndarray = np.zeros(len(keys), dtype=np.uint64)
    powers: np.ndarray = np.zeros(len(keys), dtype=np.uint64)
    for place, key in enumerate(keys):
        value, power = 0, 1
        for word in key.split():
            value = (value * _BASE + _hash(word, of_word)) % 2**64
            power = power * _BASE % 2**64
        hashes[place], powers[place] = value, power
    return hashes, powers


def _hash(word: str, known: dict[str, int]) -> int:
    value = known.get(word)
    if value is None:
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        value = known[word] = int.from_bytes(digest, "little")
    return value


def _found(pieces: Pieces, spread: Spread, tokens: _Tokens, texts: np.ndarray) -> Iterator[_Found]:
    """The phrases of some texts, the shorter ones first."""
    import numpy as np

    lengths = np.diff(pieces.starts)[texts]
    begins = np.cumsum(lengths) - lengths
    text_of = np.repeat(texts, lengths)
    within = np.arange(len(text_of)) - np.repeat(begins, lengths)
    numbers, places = spread.along(pieces.numbers[pieces.starts[text_of] + within])
    text = np.append(text_of[places], -1)
    stream = np.append(numbers, -1)
    at = np.flatnonzero(stream >= 0)
    term, form = tokens.key[stream[at]], tokens.form[stream[at]]
    weak = tokens.weak[stream[at]]
    for length in range(1, LONGEST + 1):
        kept = ~weak & ~tokens.bad_end[stream[at + length - 1]]
        start = at[kept]
        yield _Found(
            text[start],
            term[kept],
            form[kept],
            stream[start[:, None] + np.arange(length)],
        )
        following = np.minimum(at + length, len(stream) - 1)
        goes_on = (stream[following] >= 0) & (text[following] == text[at])
        at, following = at[goes_on], stream[following[goes_on]]
        term = term[goes_on] * tokens.power[following] + tokens.key[following]
        form = form[goes_on] * np.uint64(_BASE) + tokens.form[following]
        weak = weak[goes_on] & tokens.weak[following]


def _hashes(pieces: Pieces, spread: Spread, tokens: _Tokens, texts: np.ndarray) -> np.ndarray:
    """Hashes of the phrases of some texts, each as often as it occurs."""
    import numpy as np

    return np.concatenate([each.term for each in _found(pieces, spread, tokens, texts)])


def _often(parts: list[np.ndarray], least: int) -> np.ndarray:
    """Hashes that occur so many times, ascending."""
    import numpy as np

    hashes = np.concatenate([np.zeros(0, np.uint64), *parts])
    parts.clear()
    hashes.sort()
    others = np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)]
    first = np.flatnonzero(others)
    times = np.diff(np.append(first, len(hashes)))
    return np.asarray(hashes[first[times >= least]])


class _Tally:
    """Adds up the phrases that occur often enough."""

    def __init__(self, often: np.ndarray, papers: int) -> None:
        self.often, self.papers = often, papers
        self.texts: list[np.ndarray] = []
        self.columns: list[np.ndarray] = []
        self.forms: list[tuple[np.ndarray, ...]] = []

    def add(self, found: _Found) -> None:
        import numpy as np

        if not len(self.often):
            return
        column = np.minimum(np.searchsorted(self.often, found.term), len(self.often) - 1)
        kept = np.flatnonzero(self.often[column] == found.term)
        column = column[kept].astype(np.int32)
        self.texts.append(found.text[kept].astype(np.int32))
        self.columns.append(column)
        form, first, times = np.unique(found.form[kept], return_index=True, return_counts=True)
        tokens = np.full((len(form), LONGEST), -1, dtype=np.int32)
        tokens[:, : found.tokens.shape[1]] = found.tokens[kept[first]]
        self.forms.append((form, column[first], times, tokens))

    def grams(self, tokens: _Tokens, least: int) -> Grams:
        """What was added, but for what too few papers have."""
        import numpy as np
        from scipy.sparse import csr_matrix

        if not self.texts:
            nothing = csr_matrix(np.zeros((self.papers, 0), dtype=np.float32))
            return Grams((), nothing, nothing.copy(), ())
        text, column = np.concatenate(self.texts), np.concatenate(self.columns)
        self.texts.clear()
        self.columns.clear()
        counts = self._matrix(text % self.papers, column)
        papers_with = np.bincount(counts.indices, minlength=len(self.often))
        terms, forms = self._worded(tokens, np.flatnonzero(papers_with >= least))
        order = np.array(sorted(terms, key=terms.__getitem__), dtype=np.int64)
        inside = text < self.papers
        titles = self._matrix(text[inside], column[inside])
        return Grams(
            tuple(terms[place] for place in order),
            _picked(counts, order),
            _picked(titles, order),
            tuple(forms[place] for place in order),
        )

    def _matrix(self, rows: np.ndarray, columns: np.ndarray) -> csr_matrix:
        import numpy as np
        from scipy.sparse import csr_matrix

        found = csr_matrix(
            (np.ones(len(rows), dtype=np.float32), (rows, columns)),
            shape=(self.papers, len(self.often)),
        )
        found.sum_duplicates()
        return found

    def _worded(
        self, tokens: _Tokens, kept: np.ndarray
    ) -> tuple[dict[int, str], dict[int, dict[str, int]]]:
        """Key and spellings of the terms in some columns."""
        import numpy as np

        form, column, times, parts = (
            np.concatenate(each) for each in zip(*self.forms, strict=True)
        )
        self.forms.clear()
        wanted = np.flatnonzero(np.isin(column, kept))
        _, first, same = np.unique(form[wanted], return_index=True, return_inverse=True)
        total = np.bincount(same, weights=times[wanted]).astype(np.int64)
        terms: dict[int, str] = {}
        forms: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for row, often in zip(wanted[first].tolist(), total.tolist(), strict=True):
            written = [tokens.written[token] for token in parts[row].tolist() if token >= 0]
            place = int(column[row])
            forms[place][" ".join(written).lower()] = often
            if place not in terms:
                terms[place] = " ".join(map(key_of, written))
        return terms, forms


def _picked(matrix: csr_matrix, columns: np.ndarray) -> csr_matrix:
    found = matrix[:, columns]
    found.sort_indices()
    return found
