"""Words of all pieces at once are those of one piece after another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from topics import tokens
from topics.phrases import TOKEN, breaks, key_of, segments, words
from topics.pieces import Pieces, Spread
from topics.tokens import BREAK, elements_of, first_words, words_of

if TYPE_CHECKING:
    import pytest

_PARTS = ["low-rank", "GPUs", "the", "don’t", " ", "\n", "–", "-", "--", ".", "C++", "\x00", "\x01"]
_TEXTS = st.lists(st.lists(st.sampled_from(_PARTS) | st.text(max_size=3)).map("".join), max_size=8)


def _by_piece(spread: Spread) -> list[list[int]]:
    bounds = zip(spread.starts[:-1], spread.starts[1:], strict=True)
    return [spread.numbers[start:end].tolist() for start, end in bounds]


@settings(max_examples=60)
@given(_TEXTS)
def test_words_are_those_of_each_piece(texts: list[str]) -> None:
    pieces = Pieces.of(texts)
    spread, keys = words_of(pieces)
    found = [[keys[number] for number in numbers] for numbers in _by_piece(spread)]
    assert found == [words(piece) for piece in pieces.distinct]


def test_many_pieces_are_gone_through_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = Pieces.of(["Graph-based nets: the nets", "of low-rank nets, – graphs \x01"])
    at_once = [words_of(pieces), elements_of(pieces)]
    begins = first_words(pieces)
    monkeypatch.setattr(tokens, "_BATCH", 2)
    for (one, known), (other, same) in zip(
        at_once, [words_of(pieces), elements_of(pieces)], strict=True
    ):
        assert (_by_piece(one), known) == (_by_piece(other), same)
    assert first_words(pieces) == begins


@settings(max_examples=60)
@given(_TEXTS)
def test_elements_are_those_of_each_piece(texts: list[str]) -> None:
    pieces = Pieces.of(texts)
    spread, written = elements_of(pieces)
    found = [
        [None if number == BREAK else written[number] for number in numbers]
        for numbers in _by_piece(spread)
    ]
    expected = []
    for piece in pieces.distinct:
        parts: list[str | None] = []
        for segment in segments(f" {piece} "):
            parts += [None if breaks(key_of(token)) else token for token in segment]
            parts.append(None)
        expected.append(parts[:-1])
    assert found == expected


@settings(max_examples=60)
@given(_TEXTS)
def test_first_words_are_those_that_pieces_begin_with(texts: list[str]) -> None:
    pieces = Pieces.of(texts)
    begins = [re.match(TOKEN, piece) for piece in pieces.distinct]
    assert first_words(pieces) == [found[0] if found else "" for found in begins]
