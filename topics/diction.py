"""How alike texts are by their words and pairs of words: TF-IDF, some texts at a time.

Words and pairs go by hashes, as in `topics.grams`: the pairs of a large corpus are many millions,
nearly all of them on one paper alone, and no table of their wording is ever held.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from topics.grams import key_hashes
from topics.phrases import words
from topics.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

__all__ = ["Diction"]

_BLOCK = 8192  # texts whose words are held at once


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """Weights of the terms of some texts, rows of length one.

    Attributes:
        row: the text of each weight.
        term: hash of its word or pair.
        value: the weight.
    """

    row: np.ndarray
    term: np.ndarray
    value: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Diction:
    """The words and pairs of a corpus, and how many texts have each.

    Attributes:
        texts: the corpus, or others that are weighed as its texts are.
        terms: hashes of its words and pairs, ascending.
        papers_with: texts with each.
        papers: texts of the corpus.
    """

    texts: Sequence[str]
    terms: np.ndarray
    papers_with: np.ndarray
    papers: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Diction:
        """Count the words and pairs of a corpus."""
        import numpy as np

        found = [np.zeros(0, dtype=np.uint64)]
        for _, row, term in _blocks(texts):
            found.append(_counted(row, term)[1])
        everything = np.concatenate(found)
        found.clear()
        everything.sort()
        first = np.flatnonzero(
            np.append(True, everything[1:] != everything[:-1])[: len(everything)]
        )
        times = np.diff(np.append(first, len(everything)))
        return cls(texts, everything[first], times, len(texts))

    def on(self, texts: Sequence[str]) -> Diction:
        """The same for other texts, whose terms count as much as they would in the corpus."""
        return replace(self, texts=texts)

    def likeness(
        self, wordings: Sequence[Sequence[str]], examples: Sequence[Sequence[int]]
    ) -> np.ndarray:
        """Cosine of each text with the mean of some wordings and texts.

        Args:
            wordings: phrases of each of those that texts are compared with.
            examples: rows of the texts that are each one's examples.

        Returns:
            float64 array of shape (texts, wordings).
        """
        import numpy as np
        from scipy.sparse import csr_matrix

        asked = [
            self._mean([*phrases, *(self.texts[row] for row in rows)])
            for phrases, rows in zip(wordings, examples, strict=True)
        ]
        known = np.unique(np.concatenate([np.zeros(0, np.uint64), *(each.term for each in asked)]))
        table = np.zeros((len(known), len(asked)))
        for column, each in enumerate(asked):
            np.add.at(table[:, column], np.searchsorted(known, each.term), each.value)
        table /= np.maximum(np.linalg.norm(table, axis=0), 1e-12)
        found = np.zeros((len(self.texts), len(asked)))
        for start, row, term in _blocks(self.texts) if len(known) else ():
            weights = self._weigh(row, term)
            place = np.minimum(np.searchsorted(known, weights.term), len(known) - 1)
            kept = known[place] == weights.term
            height = min(_BLOCK, len(self.texts) - start)
            block = csr_matrix(
                (weights.value[kept], (weights.row[kept], place[kept])), shape=(height, len(known))
            )
            found[start : start + height] = block @ table
        return found

    def _mean(self, texts: Sequence[str]) -> _Weights:
        """Sum of the weights of some texts; all that matters of it is its direction."""
        import numpy as np

        parts = [self._weigh(row, term) for _, row, term in _blocks(texts)]
        return _Weights(
            *(
                np.concatenate([getattr(each, name) for each in parts])
                for name in ("row", "term", "value")
            )
        )

    def _weigh(self, row: np.ndarray, term: np.ndarray) -> _Weights:
        """Log frequency times inverse document frequency, of the terms that the corpus has."""
        import numpy as np

        row, term, times = _counted(row, term)
        place = np.minimum(np.searchsorted(self.terms, term), max(len(self.terms) - 1, 0))
        kept = np.flatnonzero(self.terms[place] == term) if len(self.terms) else place[:0]
        row, term, place = row[kept], term[kept], place[kept]
        rare = np.log((1 + self.papers) / (1 + self.papers_with[place])) + 1
        value = (1 + np.log(times[kept])) * rare
        length = np.sqrt(np.bincount(row, weights=value**2)) if len(row) else np.zeros(0)
        return _Weights(row, term, value / length[row])


def _blocks(texts: Sequence[str]) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """For so many texts at a time the first one's number, and the text and hash of each term."""
    import numpy as np

    for start in range(0, len(texts), _BLOCK):
        pieces = Pieces.of(texts[start : start + _BLOCK])
        known: defaultdict[str, int] = defaultdict()
        known.default_factory = known.__len__
        number = known.__getitem__
        spread = pieces.each(
            lambda found, number=number: (list(map(number, words(piece))) for piece in found)  # type: ignore[misc]
        )
        key, power = key_hashes(list(known))
        numbers, places = spread.along(pieces.numbers)
        row = np.repeat(np.arange(len(pieces)), np.diff(pieces.starts))[places]
        one = np.flatnonzero(row[1:] == row[:-1])
        pair = key[numbers[one]] * power[numbers[one + 1]] + key[numbers[one + 1]]
        yield start, np.concatenate([row, row[one]]), np.concatenate([key[numbers], pair])


def _counted(row: np.ndarray, term: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each term of each text once, in order of the terms, and how often it is there."""
    import numpy as np

    order = np.lexsort((row, term))
    row, term = row[order], term[order]
    other = np.append(True, (term[1:] != term[:-1]) | (row[1:] != row[:-1]))[: len(term)]
    first = np.flatnonzero(other)
    return row[first], term[first], np.diff(np.append(first, len(term)))
