"""The transformer view: a sentence-transformers model, for those who installed the extra.

Its vectors have the corpus' mean direction removed, as the static view's have.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from topics.encoders.base import read_arrays, unit_rows
from topics.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

__all__ = ["TransformerView", "fit_transformer"]

_ARRAYS = "transformer.npz"
_STATE = "transformer.json"
_MEAN_SAMPLE = 512


@dataclass(frozen=True, eq=False)
class TransformerView:
    """A model's name and the corpus' mean.

    Attributes:
        model: name or local folder of the model.
        mean: mean vector of the corpus, shape (dimensions,).
    """

    model: str
    mean: np.ndarray

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.mean.shape[0])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts; see `topics.encoders.base.Encoder`."""
        return unit_rows(_embed(self.model, texts) - self.mean)

    def save(self, folder: Path) -> None:
        """Write as JSON and npz; the model itself is not copied."""
        import numpy as np

        (folder / _STATE).write_text(json.dumps({"model": self.model}) + "\n", encoding="utf-8")
        np.savez(folder / _ARRAYS, mean=self.mean)

    @classmethod
    def load(cls, folder: Path) -> TransformerView:
        """Read what `save` wrote."""
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        return cls(model=state["model"], mean=read_arrays(folder / _ARRAYS)["mean"])


def fit_transformer(texts: Sequence[str], *, model: str) -> TransformerView:
    """Take the corpus' mean under a model.

    Raises:
        EncoderError: the extra is not installed, or the model cannot be loaded.
    """
    import numpy as np

    # A transformer is slow, and a mean over some hundred papers is as good as one over all.
    rows = _embed(model, texts[:: max(1, len(texts) // _MEAN_SAMPLE)])
    mean = rows.mean(axis=0) if len(texts) >= 10 else np.zeros(rows.shape[1], dtype=np.float32)
    return TransformerView(model, mean)


def _embed(model: str, texts: Sequence[str]) -> np.ndarray:
    import numpy as np

    encoded = _load(model).encode(
        list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
    )
    return np.asarray(encoded, dtype=np.float32)


@lru_cache(maxsize=1)
def _load(model: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EncoderError(
            "The transformer encoder needs the extra of that name: `uv sync --extra transformer` "
            "(or `pip install 'papermap[transformer]'`). The default, hybrid, needs nothing."
        ) from error
    try:
        return SentenceTransformer(model)
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"The transformer model {model!r} cannot be loaded ({error}). Name a local folder with "
            "--transformer-model, or a model that can be downloaded from here."
        ) from error
