"""Two views of a text joined into one vector."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topics.aside import aside
from topics.encoders.base import unit_rows
from topics.encoders.lexical import LexicalView, fit_lexical
from topics.encoders.static import StaticView, fit_static, static_fingerprint
from topics.encoders.transformer import TransformerView, fit_transformer
from topics.errors import EncoderError, MapBroken
from topics.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

__all__ = ["JoinedEncoder", "fit_encoder", "load_encoder"]

#: Share of the lexical view in a vector's squared length, beside static token vectors: on labelled
#: corpora of one field more was better, on those of all fields less; this cost neither. A
#: transformer says more by itself: with a fifth, topics of three corpora of 2,000 to 5,000 papers
#: agreed with the labels 3 to 4 % better (NMI) and 5 to 9 % (ARI) than with this share.
LEXICAL_SHARE = 0.6
_LEXICAL_SHARES = {"hybrid": LEXICAL_SHARE, "transformer": 0.2}

#: The share in maps whose encoder does not say.
_FORMER_SHARE = 0.5

_STATE = "encoder.json"
_BLOCK = 20_000  # papers whose vectors are held twice


@dataclass(frozen=True, eq=False)
class JoinedEncoder:
    """The corpus' own words beside a pre-trained view.

    Attributes:
        name: ``hybrid`` (with static token vectors) or ``transformer``.
        lexical: fitted on the corpus.
        semantic: pre-trained, centred on the corpus.
        lexical_share: share of the lexical view in a vector's squared length.
    """

    name: str
    lexical: LexicalView
    semantic: StaticView | TransformerView
    lexical_share: float = LEXICAL_SHARE

    @property
    def fingerprint(self) -> str:
        """Names the pre-trained part."""
        if isinstance(self.semantic, TransformerView):
            return self.semantic.model
        return static_fingerprint()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts; see `topics.encoders.base.Encoder`."""
        pieces, view = Pieces.of(texts), self.semantic
        rows = view.encode(pieces) if isinstance(view, StaticView) else view.encode(texts)
        return self._joined(self.lexical.encode(pieces), rows)

    def _joined(self, lexical: np.ndarray, semantic: np.ndarray) -> np.ndarray:
        """Vectors of texts from those that the two views have of them."""
        import numpy as np

        share = self.lexical_share if self.lexical.dimensions else 0.0
        width = lexical.shape[1] + semantic.shape[1]
        rows: np.ndarray = np.empty((len(lexical), width), dtype=np.float32)
        for start in range(0, len(rows), _BLOCK):
            part = slice(start, start + _BLOCK)
            parts = [np.sqrt(share) * lexical[part], np.sqrt(1 - share) * semantic[part]]
            rows[part] = unit_rows(np.hstack(parts))
        return rows

    def save(self, folder: Path) -> None:
        """Write all that encoding needs, as JSON and npz files."""
        state = {
            "encoder": self.name,
            "fingerprint": self.fingerprint,
            "lexical_share": self.lexical_share,
        }
        (folder / _STATE).write_text(json.dumps(state) + "\n", encoding="utf-8")
        self.lexical.save(folder)
        self.semantic.save(folder)


def fit_encoder(
    name: str, texts: Sequence[str], *, seed: int, transformer_model: str
) -> tuple[JoinedEncoder, np.ndarray]:
    """Fit an encoder on a corpus and encode the same corpus, whose words are counted once for both.

    Args:
        name: ``hybrid`` or ``transformer``.
        texts: one string a paper; at least one.
        seed: of the randomised SVD.
        transformer_model: for ``transformer``.

    Returns:
        The encoder, and the vectors of the texts; see `topics.encoders.base.Encoder`.

    Raises:
        EncoderError: what the encoder needs is not there.
    """
    pieces = Pieces.of(texts)
    semantic: StaticView | TransformerView
    if name == "transformer":
        semantic = fit_transformer(texts, model=transformer_model)
        rows = semantic.encode(texts)
        lexical, own = fit_lexical(pieces, seed=seed)
    else:
        static_fingerprint()  # what is imported for it is imported by one thread
        static = aside(fit_static, pieces)
        lexical, own = fit_lexical(pieces, seed=seed)
        semantic, rows = static()
    encoder = JoinedEncoder(name, lexical, semantic, lexical_share=_LEXICAL_SHARES[name])
    return encoder, encoder._joined(own, rows)


def load_encoder(folder: Path) -> JoinedEncoder:
    """Read the encoder of a map from its ``encoder`` folder.

    Raises:
        MapBroken: files are missing or not an encoder's.
        EncoderError: the pre-trained part that is installed is not the one it was made with.
    """
    try:
        state: dict[str, Any] = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        view = TransformerView if state["encoder"] == "transformer" else StaticView
        encoder = JoinedEncoder(
            state["encoder"],
            LexicalView.load(folder),
            view.load(folder),
            lexical_share=float(state.get("lexical_share", _FORMER_SHARE)),
        )
        expected = state["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MapBroken(
            f"The encoder in {folder} cannot be read ({error}). Build the map again."
        ) from error
    if encoder.fingerprint != expected:
        raise EncoderError(
            "This map was made with other token vectors than those installed. Install the version "
            "of Papermap that its manifest names, or build the map again."
        )
    return encoder
