"""Encoders: unit rows, the same after they were saved, and an answer to any text."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import random as sparse_random
from sklearn.decomposition import TruncatedSVD

from topics import sample
from topics.encoders import Encoder, JoinedEncoder, fit_encoder, load_encoder
from topics.encoders.base import product, unit_rows
from topics.encoders.directions import main_directions
from topics.encoders.lexical import LexicalView, fit_lexical
from topics.encoders.static import (
    DIMENSIONS,
    _model,
    _token_counts,
    fit_static,
    static_fingerprint,
)
from topics.encoders.tokens import spread_tokens
from topics.errors import EncoderError, MapBroken
from topics.settings import BuildSettings
from topics.sources.detect import read_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

TRANSFORMER = BuildSettings().transformer_model

QUERIES = (
    "removing personal data from a language model",
    "λ-ECLIPSE",
    "扩散模型",
    "qzxv wvutq",
    "",
    " \n",
    "the of and",
    "\u200b\x00",
    "x" * 5000,
)


def _fit(texts: list[str]) -> JoinedEncoder:
    return fit_encoder("hybrid", texts, seed=0, transformer_model=TRANSFORMER)[0]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    reads = read_sources([sample.folder()])
    return [f"{record.title}. {record.abstract}" for read in reads for record in read.records]


@pytest.fixture(scope="module")
def hybrid(texts: list[str]) -> JoinedEncoder:
    return _fit(texts)


def _is_unit_or_zero(rows: np.ndarray) -> bool:
    length = np.linalg.norm(rows, axis=1)
    return bool((np.isclose(length, 1, atol=1e-5) | (length == 0)).all())


# --------------------------------------------------------------------------- base


def test_rows_are_scaled_to_length_one() -> None:
    rows = unit_rows([[3, 4], [0, 0], [1e-9, 0], [1e6, 0]])
    assert rows.dtype == np.float32
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0], [0, 0], [1, 0]]


# ------------------------------------------------------------------------- hybrid


def test_papers_become_unit_rows(hybrid: JoinedEncoder, texts: list[str]) -> None:
    encoder: Encoder = hybrid
    rows = encoder.encode(texts)
    assert rows.dtype == np.float32
    assert rows.shape == (len(texts), hybrid.lexical.dimensions + DIMENSIONS)
    assert np.isfinite(rows).all()
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_text_is_nearest_to_the_paper_it_is_about(
    hybrid: JoinedEncoder, texts: list[str]
) -> None:
    rows = hybrid.encode(texts)
    for paper in range(0, len(texts), 20):
        cosines = rows @ hybrid.encode([texts[paper].partition(". ")[0]])[0]
        assert paper in np.argsort(-cosines)[:3]


def test_any_query_has_a_row(hybrid: JoinedEncoder) -> None:
    rows = hybrid.encode(QUERIES)
    assert rows.shape[0] == len(QUERIES)
    assert np.isfinite(rows).all()
    assert _is_unit_or_zero(rows)
    assert (rows[QUERIES.index("")] == 0).all()
    assert hybrid.encode([]).shape == (0, rows.shape[1])


@settings(max_examples=25)
@given(text=st.text())
def test_any_text_has_a_row(hybrid: JoinedEncoder, text: str) -> None:
    assert _is_unit_or_zero(hybrid.encode([text]))


def test_a_text_is_encoded_alike_alone_and_in_company(
    hybrid: JoinedEncoder, texts: list[str]
) -> None:
    together = hybrid.encode(texts[:40])
    alone = np.vstack([hybrid.encode([text]) for text in texts[:40]])
    assert np.abs(together - alone).max() < 1e-6


def test_a_saved_encoder_encodes_as_before(
    hybrid: JoinedEncoder, texts: list[str], tmp_path: Path
) -> None:
    hybrid.save(tmp_path)
    loaded = load_encoder(tmp_path)
    assert loaded.name == "hybrid"
    assert loaded.fingerprint == hybrid.fingerprint
    asked = [*texts, *QUERIES]
    assert (loaded.encode(asked) == hybrid.encode(asked)).all()


def test_saving_writes_data_files_alone_and_always_the_same(
    hybrid: JoinedEncoder, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    hybrid.save(tmp_path / "one")
    load_encoder(tmp_path / "one").save(tmp_path / "two")
    names = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert {Path(name).suffix for name in names} <= {".json", ".npy", ".npz", ".safetensors"}
    for name in names:
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), name


def test_fitting_twice_gives_the_same_vectors(hybrid: JoinedEncoder, texts: list[str]) -> None:
    assert (_fit(texts).encode(texts) == hybrid.encode(texts)).all()


@pytest.mark.parametrize(
    "texts",
    [
        ["Normalizing flows"],
        ["Normalizing flows", "Policy gradients", "Matrix sketching"],
        [f"Paper {n}" for n in range(12)],
        ["the of and"] * 12,
        ["the of and"] * 4,
        [""] * 12,
        [str(n) for n in range(12)],
        ["扩散模型"] * 11 + ["语言模型"],
        ["word"] * 30,
    ],
    ids=repr,
)
def test_odd_corpora_are_encoded(texts: list[str], tmp_path: Path) -> None:
    encoder = _fit(texts)
    rows = encoder.encode(texts)
    assert np.isfinite(rows).all()
    assert _is_unit_or_zero(rows)
    encoder.save(tmp_path)
    asked = [*texts, *QUERIES]
    assert (load_encoder(tmp_path).encode(asked) == encoder.encode(asked)).all()


# -------------------------------------------------------------------------- views


def test_the_lexical_view_knows_only_words_of_the_corpus(texts: list[str]) -> None:
    view, _ = fit_lexical(texts, seed=0)
    known, unknown = view.encode(["diffusion sampling", "qzxv wvutq"])
    assert np.linalg.norm(known) == pytest.approx(1, abs=1e-5)
    assert (unknown == 0).all()
    assert view.components.shape == (len(view.vocabulary), view.dimensions)


@pytest.mark.parametrize("texts", [["", ""], ["one two", "three four"], ["1 2", "1 2"]])
def test_a_corpus_without_common_words_has_no_lexical_view(
    texts: list[str], tmp_path: Path
) -> None:
    view, _ = fit_lexical(texts, seed=0)
    assert view.dimensions == 0
    view.save(tmp_path)
    assert LexicalView.load(tmp_path).encode(texts).shape == (2, 0)


def test_the_static_view_knows_words_that_mean_the_same(texts: list[str]) -> None:
    rows = fit_static(texts)[0].encode(["car engine", "automobile motor", "poem about love"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


def test_a_handful_of_papers_is_not_centred() -> None:
    view, _ = fit_static(["car engine"] * 3)
    assert (view.mean == 0).all()
    assert np.linalg.norm(view.encode(["car engine"])) == pytest.approx(1, abs=1e-5)


def test_large_batches_give_the_same_rows(
    texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit_static(texts)[0].encode(texts)
    monkeypatch.setattr("topics.encoders.tokens._BATCH", 7)
    assert (fit_static(texts)[0].encode(texts) == whole).all()


def test_a_corpus_is_encoded_as_its_papers_are_one_by_one(texts: list[str]) -> None:
    asked = [*texts, *QUERIES]
    encoder, rows = fit_encoder("hybrid", asked, seed=0, transformer_model=TRANSFORMER)
    alone = np.concatenate([encoder.encode([text]) for text in asked])
    assert np.allclose(rows, alone, atol=1e-6)


def test_tokens_looked_up_word_by_word_are_those_of_the_whole_text(texts: list[str]) -> None:
    odd = ["a  b", " a", "a ", "the <s> mark", "a▁b c", "tab\tand\nline", "naïve 扩散 λ-term x²"]
    tokenizer, table = _model()
    for text, row in zip([*texts, *odd], _token_counts([*texts, *odd]), strict=True):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert (np.bincount(ids, minlength=len(table)) == row.toarray().ravel()).all(), text


def test_no_token_goes_from_a_letter_to_a_digit_or_a_mark() -> None:
    tokenizer, _ = _model()
    own = re.compile(r"<0x[0-9A-F]{2}>|<s>|</s>|<unk>")
    mixed = re.compile(r"[A-Za-z][!-@\[-`{-~]|[!-@\[-`{-~][A-Za-z]")
    tokens = [token for token in tokenizer.get_vocab() if not own.fullmatch(token)]
    assert len(tokens) > 30_000
    assert [token for token in tokens if mixed.search(token)] == []


@given(st.lists(st.text(st.sampled_from("aB1,(- é▁<s>/\n"), max_size=9), unique=True, max_size=9))
@settings(max_examples=60, deadline=None)
def test_tokens_of_parts_are_those_of_the_piece(pieces: list[str]) -> None:
    tokenizer, _ = _model()
    spread = spread_tokens(pieces, tokenizer)
    for piece, start, end in zip(pieces, spread.starts, spread.starts[1:], strict=False):
        ids = tokenizer.encode(piece, add_special_tokens=False).ids
        assert spread.numbers[start:end].tolist() == ids, piece


# -------------------------------------------------------------------- directions


@pytest.mark.parametrize("shape", [(60, 40), (40, 60)])
def test_directions_are_those_of_the_library(shape: tuple[int, int]) -> None:
    matrix = sparse_random(*shape, density=0.2, format="csr", dtype=np.float32, random_state=3)
    values, directions = main_directions(matrix, 12, seed=7)
    known = TruncatedSVD(12, n_iter=5, random_state=7).fit(matrix)
    assert np.allclose(values, known.singular_values_)
    assert np.allclose(directions, known.components_, atol=1e-6)


def test_a_product_by_parts_is_the_product() -> None:
    matrix = sparse_random(50, 30, density=0.3, format="csr", dtype=np.float32, random_state=3)
    dense = np.random.default_rng(0).normal(size=(30, 37)).astype(np.float32)
    assert (product(matrix, dense) == matrix @ dense).all()


# ------------------------------------------------------------------------- errors


def _state(folder: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((folder / "encoder.json").read_bytes())
    return state


def test_other_token_vectors_are_noticed(hybrid: JoinedEncoder, tmp_path: Path) -> None:
    hybrid.save(tmp_path)
    assert _state(tmp_path)["fingerprint"] == static_fingerprint()
    (tmp_path / "encoder.json").write_text('{"encoder": "hybrid", "fingerprint": "other"}')
    with pytest.raises(EncoderError, match="build the map again"):
        load_encoder(tmp_path)


@pytest.mark.parametrize("damage", ["missing", "cut off", "empty", "another's", "a list"])
@pytest.mark.parametrize("name", ["encoder.json", "lexical.json", "lexical.npz", "static.npz"])
def test_a_damaged_encoder_is_noticed(
    hybrid: JoinedEncoder, tmp_path: Path, name: str, damage: str
) -> None:
    hybrid.save(tmp_path)
    file = tmp_path / name
    data = file.read_bytes()
    match damage:
        case "missing":
            file.unlink()
        case "cut off":
            file.write_bytes(data[: len(data) // 2])
        case "empty":
            file.write_bytes(b"")
        case "another's":
            file.write_bytes(b"{}")
        case "a list":
            file.write_bytes(b"[1, 2]")
    with pytest.raises(MapBroken) as caught:
        load_encoder(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "Build the map again" in str(caught.value)


def test_missing_token_vectors_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from topics.encoders import static

    monkeypatch.setattr(static, "MODEL", "l2_supercat")
    static._model.cache_clear()

    def fail(**_: object) -> None:
        raise FileNotFoundError("no weights")

    monkeypatch.setattr("wordllama.WordLlama.load", fail)
    try:
        with pytest.raises(EncoderError, match="Install the package again"):
            fit_static(["a text"])
    finally:
        static._model.cache_clear()


@pytest.mark.skipif(find_spec("sentence_transformers") is not None, reason="the extra is installed")
def test_without_the_extra_the_transformer_says_how_to_get_it() -> None:
    with pytest.raises(EncoderError) as caught:
        fit_encoder("transformer", ["a text"], seed=0, transformer_model=TRANSFORMER)
    for advice in ("uv sync --extra transformer", "papermap[transformer]", "hybrid"):
        assert advice in str(caught.value)


class _Model:
    """Stands for a sentence-transformers model: a row for the letters of a text."""

    loaded: list[str] = []  # noqa: RUF012  watched by the test

    def __init__(self, name: str) -> None:
        if name == "no/such-model":
            raise OSError("not found")
        self.loaded.append(name)

    def encode(self, texts: list[str], **_: object) -> np.ndarray:
        rows = np.zeros((len(texts), 128))
        for row, text in enumerate(texts):
            for letter in text:
                rows[row, ord(letter) % 128] += 1
        return rows


@pytest.fixture
def transformer(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Model]]:
    import sys
    from types import ModuleType

    from topics.encoders.transformer import _load

    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = _Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setattr(_Model, "loaded", [])
    _load.cache_clear()
    yield _Model
    _load.cache_clear()


def test_a_transformer_is_centred_saved_and_loaded(
    transformer: type[_Model], texts: list[str], tmp_path: Path
) -> None:
    encoder, fitted = fit_encoder("transformer", texts[:30], seed=0, transformer_model="./a-model")
    rows = encoder.encode(texts[:30])
    assert (fitted == rows).all()
    assert transformer.loaded == ["./a-model"]
    assert encoder.lexical_share < 0.5, "a transformer says more than the words alone"
    assert _is_unit_or_zero(rows)
    assert encoder.fingerprint == "./a-model"
    encoder.save(tmp_path)
    assert (load_encoder(tmp_path).encode(texts[:30]) == rows).all()


def test_a_model_that_cannot_be_loaded_is_an_error(transformer: type[_Model]) -> None:
    with pytest.raises(EncoderError, match=r"no/such-model.*--transformer-model"):
        fit_encoder("transformer", ["a"], seed=0, transformer_model="no/such-model")


def test_a_plural_counts_with_its_word() -> None:
    words = ["graph", "proof", "cell", "star"]
    texts = [
        f"{words[n % 4]} {words[(n + n // 4) % 4]} {'loss' if n % 3 == 0 else 'virus'}"
        for n in range(24)
    ]
    view, _ = fit_lexical(texts, seed=0)
    singular, plural = view.encode(["graph proof", "Graphs, proofs"])
    assert np.allclose(singular, plural)
    assert {"loss", "graph"} <= view.vocabulary.keys()
    assert "graphs" not in view.vocabulary


def test_an_encoder_of_an_earlier_map_is_read_as_it_was(tmp_path: Path) -> None:
    view = LexicalView(
        vocabulary={"graphs": 0, "proof": 1},
        idf=np.ones(2, dtype=np.float32),
        components=np.eye(2, dtype=np.float32),
    )
    view.save(tmp_path)
    (tmp_path / "lexical.json").write_text('["graphs", "proof"]', encoding="utf-8")
    read = LexicalView.load(tmp_path)
    assert not read.plurals_merged
    assert read.encode(["graphs"]).tolist() == [[1, 0]]
