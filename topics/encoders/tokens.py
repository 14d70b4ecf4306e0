"""Tokens of pieces of text: each distinct part of a piece is looked up once.

No token of the model goes from a letter of English to a digit or a mark or back, so that what is
between two such places gives the same tokens by itself: “method”, “method,” and “(method” have one
part in common. A corpus has half as many parts as pieces.
"""

from __future__ import annotations

import re
from array import array
from itertools import chain
from typing import TYPE_CHECKING, Any

from topics.pieces import Spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

__all__ = ["spread_tokens"]

#: Parts that are looked up at a time: answers are many times as large as the numbers in them.
_BATCH = 20_000
#: What the tokenizer puts before a text and in place of blanks.
_BLANK = "▁"
#: A part of a piece, or the end of one. Line ends and blanks are in no piece that is parted.
_PART_OR_END = re.compile(rf"\n|{_BLANK}?(?:[A-Za-z]+|[!-@\[-`{{-~]+)")
#: Pieces that stay whole: other letters, blanks, and marks that are tokens of their own.
_WHOLE = re.compile(r"[^!-~]|</?s>|<unk>")


def spread_tokens(pieces: Sequence[str], tokenizer: Any) -> Spread:
    """The numbers of the tokens of each piece.

    Args:
        pieces: distinct ones.
        tokenizer: that of the model, which puts a blank before every text.
    """
    import numpy as np
    from tokenizers import Tokenizer

    whole = [_WHOLE.search(piece) is not None for piece in pieces]
    lines = (
        "\n" if stays else f"{_BLANK}{piece}\n" for piece, stays in zip(pieces, whole, strict=True)
    )
    found = _PART_OR_END.findall("".join(lines))
    parts = [part for part in dict.fromkeys(found) if part != "\n"]
    known = {part: number for number, part in enumerate(parts)}
    known["\n"] = len(parts)  # an end, which has no token
    places = np.fromiter(map(known.__getitem__, found), np.int64, len(found))
    # The blank before a text is written already where it is parted.
    tokens = _looked_up([*parts, ""], Tokenizer(tokenizer.model))
    numbers, at = tokens.along(places)
    piece_of = np.cumsum(places == len(parts))[at]
    lengths = np.bincount(piece_of, minlength=len(pieces))
    return _with_whole(numbers, lengths, pieces, np.flatnonzero(whole), tokenizer)


def _with_whole(
    numbers: np.ndarray,
    lengths: np.ndarray,
    pieces: Sequence[str],
    whole: np.ndarray,
    tokenizer: Any,
) -> Spread:
    """Put the tokens of the pieces that stay whole between those of the others."""
    import numpy as np

    others = _looked_up([pieces[place] for place in whole], tokenizer)
    before = (np.cumsum(lengths) - lengths)[whole]
    counts = np.diff(others.starts)
    lengths[whole] = counts
    numbers = np.insert(numbers, np.repeat(before, counts), others.numbers)
    return Spread(numbers, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def _looked_up(texts: Sequence[str], tokenizer: Any) -> Spread:
    import numpy as np

    numbers, lengths = array("i"), array("q", [0])
    for start in range(0, len(texts), _BATCH):
        batch = list(texts[start : start + _BATCH])
        rows = [row.ids for row in tokenizer.encode_batch_fast(batch, add_special_tokens=False)]
        numbers.extend(chain.from_iterable(rows))
        lengths.extend(map(len, rows))
    found = np.frombuffer(numbers, dtype=np.int32) if numbers else np.zeros(0, np.int32)
    return Spread(found, np.cumsum(np.frombuffer(lengths, dtype=np.int64)))
