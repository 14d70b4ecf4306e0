"""The default encoder: the corpus' own vocabulary joined with static token vectors.

Two views of a text are joined. *Lexical*: TF-IDF weights of words and word pairs, reduced by
truncated SVD (latent semantic analysis, Deerwester et al. 1990) and fitted on the corpus, so that
it knows the corpus' special terms. *Static*: the mean of pre-trained token vectors (WordLlama),
each token weighted by log frequency times inverse document frequency, with the corpus' mean
direction removed (Arora et al. 2017), so that it knows synonyms from elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from topics.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["HybridEncoder", "fit_hybrid"]

SVD_DIMENSIONS = 100
#: Share of the lexical view; on corpora of 150 to 4,300 labelled papers half did as well as any.
LEXICAL_WEIGHT = 0.5
STATIC_MODEL = "l2_supercat"
STATIC_DIMENSIONS = 256
_TOKEN_PATTERN = r"(?u)\b[^\W\d_][\w+-]*\w\b"  # noqa: S105  words, not a secret


@dataclass(frozen=True, eq=False)
class HybridEncoder:
    """Fitted lexical and static views, and how much each counts.

    Attributes:
        vocabulary: term → column of the lexical view.
        idf: inverse document frequency of each term, shape (terms,).
        components: SVD directions scaled by the root of their singular value,
            shape (terms, lexical dimensions).
        token_idf: weight of each token of the static model, shape (tokens,).
        static_mean: mean static vector of the corpus, shape (static dimensions,).
        lexical_weight: share of the lexical view in the squared length of a joined row.
    """

    vocabulary: dict[str, int]
    idf: np.ndarray
    components: np.ndarray
    token_idf: np.ndarray
    static_mean: np.ndarray
    lexical_weight: float

    name = "hybrid"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts; see `topics.encoders.base.Encoder`."""
        import numpy as np

        lexical = _unit(_tfidf(texts, self.vocabulary, self.idf) @ self.components)
        static = _static_rows(_token_counts(texts), self.token_idf, self.static_mean)
        joined = np.hstack(
            [
                np.sqrt(self.lexical_weight) * lexical,
                np.sqrt(1 - self.lexical_weight) * static,
            ]
        )
        return _unit(joined).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the fitted state as JSON and npz files."""
        import numpy as np

        terms = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        state = {
            "encoder": self.name,
            "static_model": STATIC_MODEL,
            "static_fingerprint": static_fingerprint(),
            "lexical_weight": self.lexical_weight,
            "terms": terms,
        }
        (folder / "encoder.json").write_text(
            json.dumps(state, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        np.savez(
            folder / "arrays.npz",
            idf=self.idf.astype(np.float32),
            components=self.components.astype(np.float32),
            token_idf=self.token_idf.astype(np.float32),
            static_mean=self.static_mean.astype(np.float32),
        )

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> HybridEncoder:
        """Read what `save` wrote.

        Raises:
            EncoderError: the installed static vectors are not those that the map was made with.
        """
        import numpy as np

        if state["static_fingerprint"] != static_fingerprint():
            raise EncoderError(
                "This map was made with another version of the WordLlama vectors than the one "
                "installed. Install the version that the map's manifest names, or build again."
            )
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            return cls(
                vocabulary={term: column for column, term in enumerate(state["terms"])},
                idf=arrays["idf"],
                components=arrays["components"],
                token_idf=arrays["token_idf"],
                static_mean=arrays["static_mean"],
                lexical_weight=float(state["lexical_weight"]),
            )


def fit_hybrid(texts: Sequence[str], *, seed: int = 0) -> HybridEncoder:
    """Fit the hybrid encoder on a corpus.

    Args:
        texts: one string a paper; at least one.
        seed: of the randomised SVD.
    """
    import numpy as np

    vocabulary, idf, matrix = _fit_tfidf(texts)
    components = _svd(matrix, seed=seed)
    counts = _token_counts(texts)
    token_idf = _token_idf(counts)
    static_mean = _static_rows(counts, token_idf, None).mean(axis=0)
    if len(texts) < 3:
        # The mean of one or two papers is those papers: removing it would remove them.
        static_mean = np.zeros_like(static_mean)
    return HybridEncoder(
        vocabulary=vocabulary,
        idf=idf,
        components=components,
        token_idf=token_idf,
        static_mean=static_mean,
        lexical_weight=LEXICAL_WEIGHT if components.shape[1] else 0.0,
    )


def static_fingerprint() -> str:
    """Short digest that names the static token vectors in use."""
    import hashlib

    table = _static_model()[1]
    return hashlib.sha256(table.tobytes()).hexdigest()[:16]


@lru_cache(maxsize=1)
def _static_model() -> tuple[Any, np.ndarray]:
    """Tokenizer and token table (tokens, dimensions) from WordLlama's own package folder."""
    import os
    from pathlib import Path

    # Must be set before `tokenizers` first runs: forks of the dashboard would otherwise warn.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    import numpy as np
    import wordllama

    try:
        model = wordllama.WordLlama.load(
            config=STATIC_MODEL,
            cache_dir=Path(wordllama.__file__).parent,
            dim=STATIC_DIMENSIONS,
            disable_download=True,
        )
    except (FileNotFoundError, ValueError, OSError) as error:
        raise EncoderError(
            f"The static vectors of the wordllama package cannot be loaded ({error}). "
            "Install the package again: `uv sync --reinstall-package wordllama`."
        ) from error
    tokenizer = model.tokenizer
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, np.asarray(model.embedding, dtype=np.float32)


def _token_counts(texts: Sequence[str]) -> csr_matrix:
    """Token counts, shape (texts, tokens of the static model)."""
    import numpy as np
    from scipy.sparse import csr_matrix

    tokenizer, table = _static_model()
    lengths, parts = [0], []
    batch = 2000  # token lists of a large corpus need not be held at once
    for start in range(0, len(texts), batch):
        encoded = tokenizer.encode_batch(list(texts[start : start + batch]), add_special_tokens=False)
        lengths.extend(len(row.ids) for row in encoded)
        parts.extend(np.asarray(row.ids, dtype=np.int32) for row in encoded)
    indices = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
    counts = csr_matrix(
        (np.ones(len(indices), dtype=np.float32), indices, np.cumsum(lengths)),
        shape=(len(texts), len(table)),
    )
    counts.sum_duplicates()
    return counts


def _token_idf(counts: csr_matrix) -> np.ndarray:
    import numpy as np

    papers = counts.shape[0]
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1 + papers) / (1 + frequency)), dtype=np.float32)


def _static_rows(
    counts: csr_matrix, token_idf: np.ndarray, mean: np.ndarray | None
) -> np.ndarray:
    weights = counts.copy()
    import numpy as np

    weights.data = np.log1p(weights.data) * token_idf[weights.indices]
    rows = _unit(weights @ _static_model()[1])
    return rows if mean is None else _unit(rows - mean * (np.abs(rows).sum(axis=1, keepdims=True) > 0))


def _vectorizer(**settings: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        stop_words="english",
        token_pattern=_TOKEN_PATTERN,
        sublinear_tf=True,
        **settings,
    )


def _fit_tfidf(texts: Sequence[str]) -> tuple[dict[str, int], np.ndarray, csr_matrix]:
    import numpy as np
    from scipy.sparse import csr_matrix

    papers = len(texts)
    vectorizer = _vectorizer(
        min_df=min(papers, 2 if papers < 5000 else 3),
        max_df=1.0 if papers < 10 else 0.5,
        max_features=50_000,
        dtype=np.float32,
    )
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:  # no term is left: stop words only, or no word on two papers
        return {}, np.zeros(0, dtype=np.float32), csr_matrix((papers, 0), dtype=np.float32)
    vocabulary = {term: int(column) for term, column in vectorizer.vocabulary_.items()}
    return vocabulary, vectorizer.idf_.astype(np.float32), matrix


def _tfidf(texts: Sequence[str], vocabulary: dict[str, int], idf: np.ndarray) -> csr_matrix:
    import numpy as np
    from scipy.sparse import csr_matrix

    if not vocabulary:
        return csr_matrix((len(texts), 0), dtype=np.float32)
    vectorizer = _vectorizer(vocabulary=vocabulary, dtype=np.float32)
    vectorizer.idf_ = idf
    return vectorizer.transform(texts)


def _svd(matrix: csr_matrix, *, seed: int) -> np.ndarray:
    """Directions of the lexical view, each scaled by the root of its singular value."""
    import numpy as np
    from sklearn.decomposition import TruncatedSVD

    dimensions = min(SVD_DIMENSIONS, min(matrix.shape) - 1)
    if dimensions < 1:
        return np.zeros((matrix.shape[1], 0), dtype=np.float32)
    svd = TruncatedSVD(dimensions, n_iter=5, random_state=seed).fit(matrix)
    # Rows of `matrix @ V` carry σ already; dividing by √σ leaves √σ, which tempers the first axes.
    scale = 1 / np.sqrt(np.maximum(svd.singular_values_, 1e-6))
    return np.asarray(svd.components_.T * scale, dtype=np.float32)


def _unit(rows: Any) -> np.ndarray:
    import numpy as np

    rows = np.asarray(rows, dtype=np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-12))
