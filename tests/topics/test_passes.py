"""How often the data is gone through: counted, so that a slip in effort shows without a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from topics.encoders import fit_encoder, tokens
from topics.pieces import Pieces
from topics.reading import read_files
from topics.sources.table import _Maker
from topics.terms import count_terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORDS = ["graph", "neural", "networks", "learn", "sparse", "codes", "of", "images", "quickly"]


def _texts(papers: int) -> list[str]:
    return [" ".join(WORDS[(n * k + k) % len(WORDS)] for k in range(1, 30)) for n in range(papers)]


def _counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[Any]:
    """The first argument of each call of a function, from now on."""
    asked: list[Any] = []
    before: Callable[..., Any] = getattr(owner, name)

    def told(first: Any, *rest: Any, **named: Any) -> Any:
        asked.append(first)
        return before(first, *rest, **named)

    monkeypatch.setattr(owner, name, told)
    return asked


def test_each_distinct_word_is_tokenised_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = _counted(monkeypatch, tokens, "_looked_up")
    fit_encoder("hybrid", _texts(400), seed=0, transformer_model="")
    parts = [part for parts in looked_up for part in parts if part]
    assert sorted(parts) == sorted(f"▁{word}" for word in WORDS)


def test_a_corpus_is_split_once_for_both_views_and_once_for_its_terms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    split = _counted(monkeypatch, __import__("topics.pieces").pieces, "_split")
    texts = _texts(50)
    fit_encoder("hybrid", texts, seed=0, transformer_model="")
    assert sum(map(len, split)) == 50
    count_terms(texts, texts)
    assert sum(map(len, split)) == 150
    Pieces.of(Pieces.of(texts))
    assert sum(map(len, split)) == 200


@pytest.mark.parametrize(("letters", "more"), [("naïve", 0), ("â€œquotedâ€\x9d", 1)])
def test_each_row_is_made_once_and_again_only_where_letters_are_repaired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, letters: str, more: int
) -> None:
    pq, pa = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    titles = [f"A paper of number {n} on graphs" for n in range(40)]
    abstracts = [f"We study {n} graphs and what they tell." for n in range(39)]
    table = pa.table({"title": titles, "abstract": [*abstracts, f"A {letters} text on graphs."]})
    pq.write_table(table, tmp_path / "papers.parquet")
    made = _counted(monkeypatch, _Maker, "make")
    (read,) = read_files([tmp_path / "papers.parquet"])
    assert len(read.records) == 40
    assert len(made) == 40 + more
    assert list(read.as_written) == [39] * more
