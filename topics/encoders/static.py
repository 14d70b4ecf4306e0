"""The static view: pre-trained token vectors, weighted by what is rare in the corpus.

The mean of WordLlama's token vectors, each token weighted by log frequency times inverse document
frequency, with the corpus' mean direction removed (Arora, Liang and Ma 2017). It knows from
elsewhere which words mean the same. The vectors come with the wordllama package; nothing is
downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from topics.encoders.base import product, read_arrays, unit_rows
from topics.encoders.tokens import spread_tokens
from topics.errors import EncoderError
from topics.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["StaticView", "fit_static", "static_fingerprint"]

MODEL = "l2_supercat"
DIMENSIONS = 256
_ARRAYS = "static.npz"


@dataclass(frozen=True, eq=False)
class StaticView:
    """Token weights and the corpus' mean.

    Attributes:
        token_idf: weight of each token, shape (tokens,).
        mean: mean vector of the corpus, shape (dimensions,).
    """

    token_idf: np.ndarray
    mean: np.ndarray

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return DIMENSIONS

    def encode(self, texts: Sequence[str] | Pieces) -> np.ndarray:
        """Encode texts; see `topics.encoders.base.Encoder`."""
        return self._centred(_rows(_token_counts(texts), self.token_idf))

    def _centred(self, rows: np.ndarray) -> np.ndarray:
        known = (rows != 0).any(axis=1, keepdims=True)
        return unit_rows(rows - self.mean * known)

    def save(self, folder: Path) -> None:
        """Write as npz."""
        import numpy as np

        np.savez(folder / _ARRAYS, token_idf=self.token_idf, mean=self.mean)

    @classmethod
    def load(cls, folder: Path) -> StaticView:
        """Read what `save` wrote."""
        arrays = read_arrays(folder / _ARRAYS)
        return cls(token_idf=arrays["token_idf"], mean=arrays["mean"])


def fit_static(texts: Sequence[str] | Pieces) -> tuple[StaticView, np.ndarray]:
    """Weigh the tokens by the corpus, take its mean and encode it.

    Args:
        texts: one string a paper.

    Returns:
        The view, and the vectors of the texts.
    """
    import numpy as np

    counts = _token_counts(texts)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    token_idf = np.log((1 + counts.shape[0]) / (1 + frequency)).astype(np.float32)
    few = len(texts) < 10
    if few:
        # With a handful of papers every token is common, and their mean is the papers themselves.
        token_idf = np.ones_like(token_idf)
    rows = _rows(counts, token_idf)
    mean = np.zeros(DIMENSIONS, dtype=np.float32) if few else rows.mean(axis=0)
    view = StaticView(token_idf, mean)
    return view, view._centred(rows)


@lru_cache(maxsize=1)
def static_fingerprint() -> str:
    """Short digest that names the token vectors in use."""
    import hashlib

    return hashlib.sha256(_model()[1].tobytes()).hexdigest()[:16]


@lru_cache(maxsize=1)
def _model() -> tuple[Any, np.ndarray]:
    """Tokenizer and token table (tokens, dimensions)."""
    from pathlib import Path

    import numpy as np
    import wordllama

    try:
        model = wordllama.WordLlama.load(
            config=MODEL,
            cache_dir=Path(wordllama.__file__).parent,
            dim=DIMENSIONS,
            disable_download=True,
        )
    except (FileNotFoundError, ValueError, OSError) as error:
        raise EncoderError(
            f"The token vectors of the wordllama package cannot be loaded ({error}). "
            "Install the package again, for example with `uv sync --reinstall-package wordllama`."
        ) from error
    model.tokenizer.no_padding()
    model.tokenizer.no_truncation()
    return model.tokenizer, np.asarray(model.embedding, dtype=np.float32)


def _token_counts(texts: Sequence[str] | Pieces) -> csr_matrix:
    """Token counts, shape (texts, tokens of the model)."""
    # The tokenizer marks a blank as a part of the word after it, and no token goes across one: so
    # each distinct word is looked up once, not every text.
    pieces = Pieces.of(texts)
    tokenizer, table = _model()
    of_pieces = spread_tokens(pieces.distinct, tokenizer)
    counts: csr_matrix = pieces.counts() @ of_pieces.matrix(len(table))
    counts.sum_duplicates()
    return counts


def _rows(counts: csr_matrix, token_idf: np.ndarray) -> np.ndarray:
    import numpy as np
    from scipy.sparse import csr_matrix

    data = np.log1p(counts.data) * token_idf[counts.indices]
    weights = csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)
    return unit_rows(product(weights, _model()[1]))
