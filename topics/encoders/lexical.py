"""The lexical view: latent semantic analysis of the corpus' own words.

TF-IDF rows reduced by truncated SVD (Deerwester et al. 1990), fitted on the corpus, so that it
knows the corpus' special terms. A word counts the same in the singular and the plural.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topics.encoders.base import read_arrays, unit_rows
from topics.thirdparty import quiet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["LexicalView", "fit_lexical"]

DIMENSIONS = 100
_MAX_TERMS = 50_000
_WORD = r"(?u)\b[^\W\d_][\w+-]*\w\b"
_PLURAL = re.compile(r"(?<=[a-z]{3})(?<![su])s\b")
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

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts; see `topics.encoders.base.Encoder`."""
        import numpy as np

        if not self.dimensions or not len(texts):
            return np.zeros((len(texts), self.dimensions), dtype=np.float32)
        vectorizer = _vectorizer(merge_plurals=self.plurals_merged, vocabulary=self.vocabulary)
        vectorizer.idf_ = self.idf
        return unit_rows(vectorizer.transform(texts) @ self.components)

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


def fit_lexical(texts: Sequence[str], *, seed: int) -> LexicalView:
    """Fit the lexical view.

    Args:
        texts: one string a paper.
        seed: of the randomised SVD.
    """
    import numpy as np

    papers = len(texts)
    vectorizer = _vectorizer(
        min_df=min(papers, 2 if papers < 5000 else 3),
        max_df=1.0 if papers < 10 else 0.5,
        max_features=_MAX_TERMS,
    )
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:  # stop words only, or no word on two papers
        return LexicalView({}, np.zeros(0, np.float32), np.zeros((0, 0), np.float32))
    return LexicalView(
        vocabulary={term: int(row) for term, row in vectorizer.vocabulary_.items()},
        idf=vectorizer.idf_.astype(np.float32),
        components=_directions(matrix, seed=seed),
    )


def _vectorizer(*, merge_plurals: bool = True, **settings: Any) -> Any:
    import numpy as np
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

    prepare = _singular if merge_plurals else str.lower
    return TfidfVectorizer(
        preprocessor=prepare,
        stop_words=sorted({prepare(word) for word in ENGLISH_STOP_WORDS}),
        token_pattern=_WORD,
        sublinear_tf=True,
        dtype=np.float32,
        **settings,
    )


def _singular(text: str) -> str:
    """Lower case, words without the s of a plural; "loss" and "virus" stay as they are."""
    return _PLURAL.sub("", text.lower())


def _directions(matrix: csr_matrix, *, seed: int) -> np.ndarray:
    import numpy as np
    from sklearn.decomposition import TruncatedSVD

    dimensions = min(DIMENSIONS, min(matrix.shape) - 1)
    if dimensions < 1:
        return np.zeros((matrix.shape[1], 0), dtype=np.float32)
    with quiet():  # papers all alike have no variance to explain
        svd = TruncatedSVD(dimensions, n_iter=5, random_state=seed).fit(matrix)
    kept = svd.singular_values_ > 1e-4
    # Rows of `matrix @ V` carry their singular value in full: on labelled corpora the neighbours
    # agreed with the labels more often than where it was tempered to its root.
    return np.asarray(svd.components_[kept].T, dtype=np.float32)
