"""The lexical view: latent semantic analysis of the corpus' own words.

TF-IDF rows reduced by truncated SVD (Deerwester et al. 1990), fitted on the corpus, so that it
knows the corpus' special terms. A word counts the same in the singular and the plural.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from topics.encoders.base import product, read_arrays, unit_rows
from topics.encoders.directions import main_directions
from topics.pieces import Pieces, Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["LexicalView", "fit_lexical"]

DIMENSIONS = 100
_MAX_TERMS = 50_000
_WORD = re.compile(r"\b[^\W\d_][\w+-]*\w\b")
_WORD_OR_END = re.compile(rf"\n|{_WORD.pattern}")
_PLURAL = re.compile(r"(?<=[a-z]{3})(?<![su])s\b")
#: In place of the number of a term: a piece ends here, a word that is none.
_END, _NO_TERM = -1, -2
_ARRAYS = "lexical.npz"
_TERMS = "lexical.json"


@dataclass(frozen=True, eq=False)
class LexicalView:
    """A fitted vocabulary and its latent directions.

    Attributes:
        vocabulary: term → row of ``components``.
        idf: inverse document frequency of each term, shape (terms,).
        components: the directions, shape (terms, dimensions).
        plurals_merged: whether the terms are without the s of a plural; not so in maps of
            Papermap 0.1's first encoders.
    """

    vocabulary: dict[str, int]
    idf: np.ndarray
    components: np.ndarray
    plurals_merged: bool = True

    @property
    def dimensions(self) -> int:
        """Length of a vector; 0 where no word is on two papers."""
        return int(self.components.shape[1])

    def encode(self, texts: Sequence[str] | Pieces) -> np.ndarray:
        """Encode texts; see `topics.encoders.base.Encoder`."""
        import numpy as np

        if not self.dimensions or not len(texts):
            return np.zeros((len(texts), self.dimensions), dtype=np.float32)
        pieces = Pieces.of(texts)
        known = partial(_terms_of, number=self.vocabulary.get, merge_plurals=self.plurals_merged)
        counts = pieces.counts() @ known(pieces).matrix(len(self.vocabulary))
        counts.sort_indices()
        return unit_rows(product(_weighted(counts, self.idf), self.components))

    def save(self, folder: Path) -> None:
        """Write as JSON and npz."""
        import numpy as np

        terms = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        state = {"plurals_merged": self.plurals_merged, "terms": terms}
        (folder / _TERMS).write_text(json.dumps(state, ensure_ascii=False) + "\n", encoding="utf-8")
        np.savez(folder / _ARRAYS, idf=self.idf, components=self.components)

    @classmethod
    def load(cls, folder: Path) -> LexicalView:
        """Read what `save` wrote."""
        state = json.loads((folder / _TERMS).read_text(encoding="utf-8"))
        if isinstance(state, list):  # the form in which plurals were terms of their own
            state = {"plurals_merged": False, "terms": state}
        arrays = read_arrays(folder / _ARRAYS)
        view = cls(
            vocabulary={term: row for row, term in enumerate(state["terms"])},
            idf=arrays["idf"],
            components=arrays["components"],
            plurals_merged=bool(state["plurals_merged"]),
        )
        if not len(view.vocabulary) == len(view.idf) == len(view.components):
            raise ValueError(f"{_TERMS} and {_ARRAYS} do not belong together")
        return view


def fit_lexical(texts: Sequence[str] | Pieces, *, seed: int) -> tuple[LexicalView, np.ndarray]:
    """Fit the lexical view and encode the same texts.

    Args:
        texts: one string a paper.
        seed: of the randomised SVD.

    Returns:
        The view, and the vectors of the texts.
    """
    import numpy as np

    counts, terms = _all_terms(texts)
    kept = _kept(counts)
    if not len(kept):  # stop words only, or no word on two papers
        nothing = LexicalView({}, np.zeros(0, np.float32), np.zeros((0, 0), np.float32))
        return nothing, np.zeros((counts.shape[0], 0), np.float32)
    counts = counts[:, kept]
    papers_with = np.bincount(counts.indices, minlength=len(kept)).astype(np.float32)
    idf = (np.log((1 + counts.shape[0]) / (1 + papers_with)) + 1).astype(np.float32)
    matrix = _weighted(counts, idf)
    view = LexicalView(
        vocabulary={terms[column]: row for row, column in enumerate(kept)},
        idf=idf,
        components=_directions(matrix, seed=seed),
    )
    return view, unit_rows(product(matrix, view.components))


def _all_terms(texts: Sequence[str] | Pieces) -> tuple[csr_matrix, list[str]]:
    """How often each text has each term, and the terms in alphabetical order."""
    import numpy as np

    known: defaultdict[str, int] = defaultdict()
    known.default_factory = known.__len__
    pieces = Pieces.of(texts)
    of_pieces = _terms_of(pieces, number=known.__getitem__)
    counts = pieces.counts() @ of_pieces.matrix(len(known))
    terms = sorted(known)
    place = np.empty(len(terms), dtype=np.int32)
    place[[known[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
    counts.indices = place[counts.indices]
    counts.has_sorted_indices = False
    counts.sort_indices()
    return counts, terms


def _terms_of(
    pieces: Pieces,
    *,
    number: Callable[[str], int | None],
    merge_plurals: bool = True,
) -> Spread:
    """Numbers of the terms of each piece, but for function words and those without a number."""
    import numpy as np

    prepare = _singular if merge_plurals else str.lower
    # No word goes across a line's end, so that all pieces are gone through at once.
    lines = prepare("\n".join(pieces.distinct) + "\n")
    if lines.count("\n") != len(pieces.distinct):  # of texts that nobody has made readable
        lines = "\n".join(piece.replace("\n", "\r") for piece in map(prepare, pieces.distinct))
        lines += "\n"
    words = _WORD_OR_END.findall(lines)
    told = dict.fromkeys(words, _NO_TERM)
    for word in told.keys() - {"\n", *map(prepare, _stop_words())}:
        if (known := number(word)) is not None:
            told[word] = known
    told["\n"] = _END
    numbers = np.fromiter(map(told.__getitem__, words), dtype=np.int32, count=len(words))
    of_piece = np.cumsum(numbers == _END)
    terms = numbers >= 0
    starts = np.zeros(len(pieces.distinct) + 1, dtype=np.int64)
    np.cumsum(np.bincount(of_piece[terms], minlength=len(pieces.distinct)), out=starts[1:])
    return Spread(numbers[terms], starts)


def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)


def _kept(counts: csr_matrix) -> np.ndarray:
    """Columns of the terms that tell papers apart: neither in one alone nor in most."""
    import numpy as np

    papers = counts.shape[0]
    papers_with = np.bincount(counts.indices, minlength=counts.shape[1])
    least = min(papers, 2 if papers < 5000 else 3)
    most = papers if papers < 10 else 0.5 * papers
    kept = np.flatnonzero((papers_with >= least) & (papers_with <= most))
    if len(kept) > _MAX_TERMS:
        times = np.asarray(counts.sum(axis=0)).ravel()[kept]
        kept = np.sort(kept[np.argsort(-times, kind="stable")[:_MAX_TERMS]])
    return kept


def _weighted(counts: csr_matrix, idf: np.ndarray) -> csr_matrix:
    """TF-IDF: log frequency times inverse document frequency, rows of length one."""
    import numpy as np
    from scipy.sparse import csr_matrix

    data = (np.log(counts.data) + 1) * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    length = np.sqrt(np.bincount(rows, weights=data.astype(np.float64) ** 2))
    data = (data / length[rows]).astype(np.float32)
    return csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)


def _singular(text: str) -> str:
    """Lower case, words without the s of a plural; "loss" and "virus" stay as they are."""
    return _PLURAL.sub("", text.lower())


def _directions(matrix: csr_matrix, *, seed: int) -> np.ndarray:
    import numpy as np

    dimensions = min(DIMENSIONS, min(matrix.shape) - 1)
    if dimensions < 1:
        return np.zeros((matrix.shape[1], 0), dtype=np.float32)
    values, found = main_directions(matrix, dimensions, seed=seed)
    # Rows of `matrix @ V` carry their singular value in full: on labelled corpora the neighbours
    # agreed with the labels more often than where it was tempered to its root.
    return np.asarray(found[values > 1e-4].T, dtype=np.float32)
