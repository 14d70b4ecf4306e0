"""The phrases of all texts, counted by number.

What `topics.phrases` finds in a text one by one is found here for all papers at once. A phrase goes
by a hash of its words: runs of words that break no phrase are joined to longer ones, step by step,
as `phrases` does it. Only of phrases that several papers have is the wording itself put together.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.phrases import ends_badly, is_weak, key_of
from topics.tokens import elements_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from scipy.sparse import csr_matrix

    from topics.pieces import Pieces, Spread

__all__ = ["Grams", "count_grams", "key_hashes"]

LONGEST = 4
_BASE = 0x9E3779B97F4A7C15  # odd, so that no bit is lost when hashes are multiplied by it
_BLOCK = 8192  # papers whose phrases are held at once
_FIRST_BITS = 22
_SHIFT = 64 - _FIRST_BITS


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
        start: where each begins in the stream.
        term: hash of its key.
        length: tokens of each.
        stream: numbers of the texts' tokens.
        text: the text of each token, as a number.
    """

    start: np.ndarray
    term: np.ndarray
    length: int
    stream: np.ndarray
    text: np.ndarray


def count_grams(pieces: Pieces, *, least: int) -> Grams:
    """Count the phrases of each paper.

    Args:
        pieces: all titles, then all abstracts.
        least: papers that must have a phrase.
    """
    import numpy as np

    papers = len(pieces) // 2
    spread, written = elements_of(pieces)
    tokens = _Tokens.of(written)
    blocks = [
        np.concatenate([np.arange(a, b), np.arange(a, b) + papers])
        for a in range(0, papers, _BLOCK)
        for b in [min(a + _BLOCK, papers)]
    ]
    often = _often([_hashes(pieces, spread, tokens, texts) for texts in blocks], least)
    tally = _Tally(often, papers, tokens)
    for texts in blocks:
        for found in _found(pieces, spread, tokens, texts):
            tally.add(found)
    return tally.grams(least)


def key_hashes(keys: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Hash of each key, made of those of its words so that keys can be joined.

    Args:
        keys: words with one blank between them.

    Returns:
        The hashes, and by what the hash of words before each is multiplied before it is added;
        uint64 arrays of shape (keys,).
    """
    import numpy as np

    if not len(keys):
        return np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    of_words = _hashes_of(" ".join(keys).split(" "))
    lengths = np.array([key.count(" ") + 1 for key in keys])
    start = np.cumsum(lengths) - lengths
    hashes, power = of_words[start], np.full(len(keys), _BASE, dtype=np.uint64)
    for place in range(1, int(lengths.max())):
        more = np.flatnonzero(lengths > place)
        hashes[more] = hashes[more] * np.uint64(_BASE) + of_words[start[more] + place]
        power[more] *= np.uint64(_BASE)
    return hashes, power


def _hashes_of(words: Sequence[str]) -> np.ndarray:
    """A number for each word, the same in every process."""
    import numpy as np
    from pandas.util import hash_array

    try:
        return np.asarray(hash_array(np.array(words, dtype=object), categorize=False))
    except UnicodeEncodeError:  # halves of characters
        plain = [word.encode("utf-8", "backslashreplace").decode() for word in words]
        return np.asarray(hash_array(np.array(plain, dtype=object), categorize=False))


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
    last = stream[at]
    term, weak = tokens.key[last], tokens.weak[last]
    # Whether a token goes on with the next one.
    goes_on = np.append((stream[1:] >= 0) & (text[1:] == text[:-1]), False)
    for length in range(1, LONGEST + 1):
        kept = np.flatnonzero(~(weak | tokens.bad_end[last]))
        yield _Found(at[kept], term[kept], length, stream, text)
        more = np.flatnonzero(goes_on[at + length - 1])
        at = at[more]
        last = stream[at + length]
        term = term[more] * tokens.power[last] + tokens.key[last]
        weak = weak[more] & tokens.weak[last]


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

    def __init__(self, often: np.ndarray, papers: int, tokens: _Tokens) -> None:
        import numpy as np

        self.often, self.papers, self.tokens = often, papers, tokens
        self.texts: list[np.ndarray] = []
        self.columns: list[np.ndarray] = []
        self.forms: list[tuple[np.ndarray, ...]] = []
        # Most phrases are seldom: a look at a few bits of their hash spares the search for them.
        self._beginnings = np.zeros(1 << _FIRST_BITS, dtype=bool)
        self._beginnings[often >> _SHIFT] = True

    def add(self, found: _Found) -> None:
        import numpy as np

        if not len(self.often):
            return
        likely = np.flatnonzero(self._beginnings[found.term >> _SHIFT])
        term = found.term[likely]
        column = np.minimum(np.searchsorted(self.often, term), len(self.often) - 1)
        kept = np.flatnonzero(self.often[column] == term)
        column, start = column[kept].astype(np.int32), found.start[likely[kept]]
        self.texts.append(found.text[start].astype(np.int32))
        self.columns.append(column)
        form = self.tokens.form[found.stream[start]]
        for place in range(1, found.length):
            form = form * np.uint64(_BASE) + self.tokens.form[found.stream[start + place]]
        form, first, times = np.unique(form, return_index=True, return_counts=True)
        tokens = np.full((len(form), LONGEST), -1, dtype=np.int32)
        tokens[:, : found.length] = found.stream[start[first, None] + np.arange(found.length)]
        self.forms.append((form, column[first], times, tokens))

    def grams(self, least: int) -> Grams:
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
        terms, forms = self._worded(np.flatnonzero(papers_with >= least))
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

    def _worded(self, kept: np.ndarray) -> tuple[dict[int, str], dict[int, dict[str, int]]]:
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
            written = [self.tokens.written[token] for token in parts[row].tolist() if token >= 0]
            place = int(column[row])
            forms[place][" ".join(written).lower()] = often
            if place not in terms:
                terms[place] = " ".join(map(key_of, written))
        return terms, forms


def _picked(matrix: csr_matrix, columns: np.ndarray) -> csr_matrix:
    found = matrix[:, columns]
    found.sort_indices()
    return found
