"""Texts split at blanks, each distinct piece stored once and known by its number.

What is said of words (tokens, terms, spellings) depends on a piece alone, so it is worked out once
a distinct piece and counted by numbers: a corpus of 30 million words has a million distinct ones.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from scipy.sparse import csr_matrix

__all__ = ["Pieces", "Spread"]

#: What a tokenizer reads in a way of its own, so that texts with it are not split.
_WHOLE = ("  ", "▁", "<s>", "</s>", "<unk>")
#: Texts that are split at a time, and the least of them for which it pays to make a column first.
_BATCH, _COLUMN = 8192, 64
#: What no readable text holds: it stands for the blanks of a text that is not to be split.
_NO_BLANK = "\x00"


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Texts as numbers of pieces.

    Attributes:
        distinct: the pieces, in the order in which they first occur. A text that begins or ends
            with a blank, or has two in a row, is one piece.
        numbers: int32 array: the pieces of all texts, one after another.
        starts: int64 array of shape (texts + 1,): where each text begins among these.
    """

    distinct: tuple[str, ...]
    numbers: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.starts) - 1

    @classmethod
    def of(cls, texts: Iterable[str] | Pieces) -> Pieces:
        """Split texts; what is split already stays as it is."""
        import numpy as np

        if isinstance(texts, Pieces):
            return texts
        known: defaultdict[str, int] = defaultdict()
        known.default_factory = known.__len__
        number = known.__getitem__
        numbers: list[np.ndarray] = [np.zeros(0, np.int32)]
        lengths: list[np.ndarray] = [np.zeros(0, np.int64)]
        for some in _batches(texts):
            places, words, counted = _split(some)
            # Each distinct piece of the batch is looked up, not each of all.
            global_numbers = np.fromiter(map(number, words), dtype=np.int32, count=len(words))
            numbers.append(global_numbers[places])
            lengths.append(counted)
        starts = np.zeros(sum(map(len, lengths)) + 1, dtype=np.int64)
        np.cumsum(np.concatenate(lengths), out=starts[1:])
        return cls(tuple(known), np.concatenate(numbers), starts)

    def counts(self) -> csr_matrix:
        """How often each text has each piece; float32, shape (texts, pieces)."""
        import numpy as np
        from scipy.sparse import csr_matrix

        found = csr_matrix(
            (np.ones(len(self.numbers), dtype=np.float32), self.numbers.copy(), self.starts),
            shape=(len(self), len(self.distinct)),
        )
        found.sum_duplicates()
        return found

    def each(self, of_pieces: Callable[[Sequence[str]], Iterable[Sequence[int]]]) -> Spread:
        """What is known of each distinct piece as numbers, such as its tokens.

        Args:
            of_pieces: gives the numbers of each of some pieces.
        """
        import numpy as np

        numbers, starts = array("i"), array("q", [0])
        for found in of_pieces(self.distinct):
            numbers.extend(found)
            starts.append(len(numbers))
        return Spread(
            np.frombuffer(numbers, dtype=np.int32) if numbers else np.zeros(0, np.int32),
            np.frombuffer(starts, dtype=np.int64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Numbers of each piece, one piece after another.

    Attributes:
        numbers: int32 array.
        starts: int64 array of shape (pieces + 1,).
    """

    numbers: np.ndarray
    starts: np.ndarray

    def matrix(self, columns: int) -> csr_matrix:
        """How often each piece has each number; float32, shape (pieces, columns)."""
        import numpy as np
        from scipy.sparse import csr_matrix

        ones = np.ones(len(self.numbers), dtype=np.float32)
        return csr_matrix(
            (ones, self.numbers.copy(), self.starts), shape=(len(self.starts) - 1, columns)
        )

    def along(self, pieces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of pieces in the order given.

        Returns:
            The numbers, and the place among ``pieces`` that each is from.
        """
        import numpy as np

        lengths = np.diff(self.starts)[pieces]
        places = np.repeat(np.arange(len(pieces)), lengths)
        begins = np.cumsum(lengths) - lengths
        within = np.arange(len(places)) - begins[places]
        return self.numbers[self.starts[pieces][places] + within], places


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    texts = iter(texts)
    while some := list(islice(texts, _BATCH)):
        yield some


def _split(texts: Sequence[str]) -> tuple[np.ndarray, Sequence[str], np.ndarray]:
    """The pieces of some texts as places among the distinct ones, these, and each text's number."""
    import numpy as np

    if len(texts) >= _COLUMN and not any(_NO_BLANK in text for text in texts):
        try:
            return _split_column(texts)
        except UnicodeEncodeError:  # halves of characters, which no column can hold
            pass
    known: defaultdict[str, int] = defaultdict()
    known.default_factory = known.__len__
    split = [[text] if _is_whole(text) else text.split(" ") for text in texts]
    places = np.fromiter(map(known.__getitem__, chain.from_iterable(split)), dtype=np.int32)
    return places, tuple(known), np.fromiter(map(len, split), dtype=np.int64)


def _split_column(texts: Sequence[str]) -> tuple[np.ndarray, Sequence[str], np.ndarray]:
    """`_split` in compiled code."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(texts, pa.large_string())
    whole = pc.match_substring_regex(column, rf"^ | $|{'|'.join(_WHOLE)}")
    # A text that is one piece as a whole goes without blanks until all are split.
    unsplit = pc.replace_substring(column.filter(whole), " ", _NO_BLANK)
    pieces = pc.split_pattern(pc.replace_with_mask(column, whole, unsplit), " ")
    coded = pieces.flatten().dictionary_encode()
    words = pc.replace_substring(coded.dictionary, _NO_BLANK, " ").to_pylist()
    return coded.indices.to_numpy(), words, pc.list_value_length(pieces).to_numpy()


def _is_whole(text: str) -> bool:
    return text[:1] == " " or text[-1:] == " " or any(mark in text for mark in _WHOLE)
