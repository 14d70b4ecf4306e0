"""Texts split at blanks: each distinct piece once, by number."""

from __future__ import annotations

import numpy as np
import pytest

from topics.pieces import Pieces

TEXTS = ["a b a", "", "b c.", "two  blanks", " first"]


def test_the_texts_can_be_put_together_again() -> None:
    pieces = Pieces.of(TEXTS)
    again = [
        " ".join(pieces.distinct[number] for number in pieces.numbers[start:end])
        for start, end in zip(pieces.starts, pieces.starts[1:], strict=False)
    ]
    assert again == TEXTS
    assert len(pieces) == len(TEXTS)
    assert len(set(pieces.distinct)) == len(pieces.distinct)


def test_what_is_split_is_not_split_again() -> None:
    pieces = Pieces.of(TEXTS)
    assert Pieces.of(pieces) is pieces


def test_pieces_are_counted() -> None:
    counts = Pieces.of(["a b a", "b"]).counts().toarray()
    assert counts.tolist() == [[2, 1], [0, 1]]


def test_numbers_of_pieces_are_spread_along_the_texts() -> None:
    pieces = Pieces.of(["ab c ab", "c"])
    letters = pieces.each(lambda found: [[ord(letter) for letter in each] for each in found])
    numbers, places = letters.along(pieces.numbers)
    assert "".join(map(chr, numbers)) == "abcabc"
    assert places.tolist() == [0, 0, 1, 2, 2, 3]
    assert np.array_equal(letters.matrix(128).toarray()[1], np.arange(128) == ord("c"))


def test_no_texts_have_no_pieces() -> None:
    pieces = Pieces.of([])
    assert (len(pieces), pieces.distinct, pieces.numbers.tolist()) == (0, (), [])


@pytest.mark.parametrize("odd", ["a\x00 b", "half \ud800", "▁ a", "<s> a", " a", "a ", "a  b", ""])
def test_a_column_is_split_as_its_texts_are_one_by_one(odd: str) -> None:
    texts = [*(f"w{number % 7} w{number % 5} c" for number in range(100)), odd, "x y"]
    pieces, alone = Pieces.of(texts), [Pieces.of([text]) for text in texts]
    split = [piece for one in alone for piece in (one.distinct[number] for number in one.numbers)]
    assert [pieces.distinct[number] for number in pieces.numbers] == split
    assert pieces.distinct == tuple(dict.fromkeys(split))
    assert np.diff(pieces.starts).tolist() == [len(one.numbers) for one in alone]
