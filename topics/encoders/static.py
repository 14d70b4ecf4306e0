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

from topics.encoders.base import read_arrays, unit_rows
from topics.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["StaticView", "fit_static", "static_fingerprint"]

MODEL = "l2_supercat"
DIMENSIONS = 256
_BATCH = 2000  # the token lists of a large corpus need not be held at once
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

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts; see `topics.encoders.base.Encoder`."""
        rows = _rows(_token_counts(texts), self.token_idf)
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


def fit_static(texts: Sequence[str]) -> StaticView:
    """Weigh the tokens by the corpus and take its mean.

    Args:
        texts: one string a paper.
    """
    import numpy as np

    counts = _token_counts(texts)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    token_idf = np.log((1 + counts.shape[0]) / (1 + frequency)).astype(np.float32)
    if len(texts) < 10:
        # With a handful of papers every token is common, and their mean is the papers themselves.
        return StaticView(np.ones_like(token_idf), np.zeros(DIMENSIONS, dtype=np.float32))
    return StaticView(token_idf, _rows(counts, token_idf).mean(axis=0))


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


def _token_counts(texts: Sequence[str]) -> csr_matrix:
    """Token counts, shape (texts, tokens of the model)."""
    import numpy as np
    from scipy.sparse import csr_matrix

    tokenizer, table = _model()
    lengths, parts = [0], [np.zeros(0, dtype=np.int32)]
    for start in range(0, len(texts), _BATCH):
        batch = list(texts[start : start + _BATCH])
        for row in tokenizer.encode_batch(batch, add_special_tokens=False):
            lengths.append(len(row.ids))
            parts.append(np.asarray(row.ids, dtype=np.int32))
    indices = np.concatenate(parts)
    counts = csr_matrix(
        (np.ones(len(indices), dtype=np.float32), indices, np.cumsum(lengths)),
        shape=(len(texts), len(table)),
    )
    counts.sum_duplicates()
    return counts


def _rows(counts: csr_matrix, token_idf: np.ndarray) -> np.ndarray:
    import numpy as np

    weights = counts.copy()
    weights.data = np.log1p(weights.data) * token_idf[weights.indices]
    return unit_rows(weights @ _model()[1])
