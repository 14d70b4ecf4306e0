"""The lexical view: latent semantic analysis of the corpus' own words.

TF-IDF rows reduced by truncated SVD (Deerwester et al. 1990), fitted on the corpus, so that it
knows the corpus' special terms.
"""

from __future__ import annotations

import json
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
_ARRAYS = "lexical.npz"
_TERMS = "lexical.json"


@dataclass(frozen=True, eq=False)
class LexicalView:
    """A fitted vocabulary and its latent directions.

    Attributes:
        vocabulary: term → row of ``components``.
        idf: inverse document frequency of each term, shape (terms,).
        components: directions over the root of their singular value, shape (terms, dimensions).
    """

    vocabulary: dict[str, int]
    idf: np.ndarray
    components: np.ndarray

    @property
    def dimensions(self) -> int:
        """Length of a vector; 0 where no word is on two papers."""
        return int(self.components.shape[1])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts; see `topics.encoders.base.Encoder`."""
        import numpy as np

        if not self.dimensions or not len(texts):
            return np.zeros((len(texts), self.dimensions), dtype=np.float32)
        vectorizer = _vectorizer(vocabulary=self.vocabulary)
        vectorizer.idf_ = self.idf
        return unit_rows(vectorizer.transform(texts) @ self.components)

    def save(self, folder: Path) -> None:
        """Write as JSON and npz."""
        import numpy as np

        terms = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        (folder / _TERMS).write_text(json.dumps(terms, ensure_ascii=False) + "\n", encoding="utf-8")
        np.savez(folder / _ARRAYS, idf=self.idf, components=self.components)

    @classmethod
    def load(cls, folder: Path) -> LexicalView:
        """Read what `save` wrote."""
        terms = json.loads((folder / _TERMS).read_text(encoding="utf-8"))
        arrays = read_arrays(folder / _ARRAYS)
        view = cls(
            vocabulary={term: row for row, term in enumerate(terms)},
            idf=arrays["idf"],
            components=arrays["components"],
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


def _vectorizer(**settings: Any) -> Any:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        stop_words="english",
        token_pattern=_WORD,
        sublinear_tf=True,
        dtype=np.float32,
        **settings,
    )


def _directions(matrix: csr_matrix, *, seed: int) -> np.ndarray:
    import numpy as np
    from sklearn.decomposition import TruncatedSVD

    dimensions = min(DIMENSIONS, min(matrix.shape) - 1)
    if dimensions < 1:
        return np.zeros((matrix.shape[1], 0), dtype=np.float32)
    with quiet():  # papers all alike have no variance to explain
        svd = TruncatedSVD(dimensions, n_iter=5, random_state=seed).fit(matrix)
    kept = svd.singular_values_ > 1e-4
    # Rows of `matrix @ V` carry σ already; dividing by √σ leaves √σ, which tempers the first axes.
    directions = svd.components_[kept].T / np.sqrt(svd.singular_values_[kept])
    return np.asarray(directions, dtype=np.float32)
