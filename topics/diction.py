"""How alike texts are by their words and pairs of words: TF-IDF, some texts at a time.

Words and pairs go by hashes, as in `topics.grams`: the pairs of a large corpus are many millions,
nearly all of them on one paper alone, and no table of their wording is ever held. The last bits of
a hash give way to the number of the text, so that one sort of plain numbers counts the terms.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from topics.grams import key_hashes
from topics.pieces import Pieces, Spread
from topics.tokens import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

__all__ = ["Diction"]

_BITS = 13
_BLOCK = 2**_BITS  # texts whose words are held at once
_MOST_TIMES = 2**16 - 1
_PARTS = (0, 0, 1)  # the title counts twice


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """The terms of some texts, each term of a text once, in order of the terms.

    Attributes:
        start: number of the first text.
        texts: how many there are.
        term: hash of each distinct word or pair, ascending.
        papers: texts with each.
        row: number of the text of each term of a text, from the first one.
        times: how often the text has it.
    """

    start: int
    texts: int
    term: np.ndarray
    papers: np.ndarray
    row: np.ndarray
    times: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """Weights of the terms of some texts, rows of length one.

    Attributes:
        row: the text of each weight.
        term: number of its word or pair among the block's terms.
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
        counted: the terms of the texts, where they are counted already.
    """

    texts: Sequence[str]
    terms: np.ndarray
    papers_with: np.ndarray
    papers: int
    counted: tuple[_Block, ...] = ()

    @classmethod
    def of(cls, texts: Sequence[str], *, pieces: Pieces | None = None) -> Diction:
        """Count the words and pairs of a corpus.

        Args:
            texts: the title twice, then the abstract of each paper.
            pieces: all titles, then all abstracts, where they are split already.
        """
        import numpy as np

        blocks = tuple(_blocks(texts) if pieces is None else _blocks_of(pieces, parts=_PARTS))
        everything = np.concatenate([np.zeros(0, np.uint64), *(each.term for each in blocks)])
        papers = np.concatenate([np.zeros(0, np.int32), *(each.papers for each in blocks)])
        order = np.argsort(everything)
        everything = everything[order]
        first = _firsts(everything)
        times = np.add.reduceat(papers[order], first) if len(first) else papers
        return cls(texts, everything[first], times.astype(np.int64), len(texts), blocks)

    def on(self, texts: Sequence[str]) -> Diction:
        """The same for other texts, whose terms count as much as they would in the corpus."""
        return replace(self, texts=texts, counted=())

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
            self._sums([*phrases, *(self.texts[row] for row in rows)])
            for phrases, rows in zip(wordings, examples, strict=True)
        ]
        known = np.unique(np.concatenate([np.zeros(0, np.uint64), *(term for term, _ in asked)]))
        table = np.zeros((len(known), len(asked)))
        for column, (term, value) in enumerate(asked):
            np.add.at(table[:, column], np.searchsorted(known, term), value)
        table /= np.maximum(np.linalg.norm(table, axis=0), 1e-12)
        found = np.zeros((len(self.texts), len(asked)))
        for block in (self.counted or _blocks(self.texts)) if len(known) else ():
            weights = self._weigh(block)
            place = np.minimum(np.searchsorted(known, block.term), len(known) - 1)
            kept = np.flatnonzero((known[place] == block.term)[weights.term])
            entries = (weights.row[kept], place[weights.term[kept]])
            rows = csr_matrix((weights.value[kept], entries), shape=(block.texts, len(known)))
            found[block.start : block.start + block.texts] = rows @ table
        return found

    def _sums(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Terms of some texts with their weights; only the direction of their sum matters."""
        import numpy as np

        terms, values = [np.zeros(0, np.uint64)], [np.zeros(0)]
        for block in _blocks(texts):
            weights = self._weigh(block)
            terms.append(block.term[weights.term])
            values.append(weights.value)
        return np.concatenate(terms), np.concatenate(values)

    def _weigh(self, block: _Block) -> _Weights:
        """Log frequency times inverse document frequency, of the terms that the corpus has."""
        import numpy as np

        if not len(self.terms) or not len(block.term):
            nothing = np.zeros(0, dtype=np.int64)
            return _Weights(nothing, nothing, np.zeros(0))
        place = np.minimum(np.searchsorted(self.terms, block.term), len(self.terms) - 1)
        known = self.terms[place] == block.term
        rare = np.log((1 + self.papers) / (1 + self.papers_with[place])) + 1
        row, times = block.row, block.times
        term = np.repeat(np.arange(len(block.term), dtype=np.int32), block.papers)
        if not known.all():
            kept = np.flatnonzero(known[term])
            row, term, times = row[kept], term[kept], times[kept]
        value = _logarithms(times) * rare[term]
        length = np.sqrt(np.bincount(row, weights=value**2)) if len(row) else np.zeros(0)
        return _Weights(row, term, value / length[row])


def _logarithms(times: np.ndarray) -> np.ndarray:
    """One and the logarithm of each number; most are small ones."""
    import numpy as np

    known = 1 + np.log(np.arange(1, int(times.max(initial=1)) + 1))
    return np.asarray(known[times - np.uint16(1)])


def _firsts(ordered: np.ndarray) -> np.ndarray:
    """Where each distinct value begins among ascending ones."""
    import numpy as np

    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])


def _blocks(texts: Sequence[str]) -> Iterator[_Block]:
    """The words and pairs of so many texts at a time."""
    yield from _blocks_of(Pieces.of(texts), parts=(0,))


def _blocks_of(pieces: Pieces, *, parts: Sequence[int]) -> Iterator[_Block]:
    """The same of texts of several parts: all first parts are split first, then all second ones.

    Args:
        pieces: the parts.
        parts: which parts make a text, in order.
    """
    import numpy as np

    spread, known = words_of(pieces)
    key, power = key_hashes(known)
    texts = len(pieces) // (max(parts) + 1)
    split = Spread(pieces.numbers, pieces.starts)
    for start in range(0, texts, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, texts))
        of_parts = (block[:, None] + texts * np.array(parts)).ravel()
        numbers, part = split.along(of_parts)
        numbers, places = spread.along(numbers)
        row = (part // len(parts)).astype(np.uint64)[places]
        one = np.flatnonzero(row[1:] == row[:-1])
        words = key[numbers]
        pairs = words[one] * power[numbers[one + 1]] + words[one + 1]
        rows = np.concatenate([row, row[one]])
        yield _counted(start, len(block), rows, words, pairs)


def _counted(
    start: int, texts: int, row: np.ndarray, words: np.ndarray, pairs: np.ndarray
) -> _Block:
    import numpy as np

    codes = np.concatenate([words, pairs])
    codes &= np.uint64(2**64 - _BLOCK)
    codes |= row
    codes.sort()
    each = _firsts(codes)
    times = np.minimum(np.diff(np.append(each, len(codes))), _MOST_TIMES).astype(np.uint16)
    codes = codes[each]
    terms = codes & np.uint64(2**64 - _BLOCK)
    first = _firsts(terms)
    return _Block(
        start,
        texts,
        terms[first],
        np.diff(np.append(first, len(terms))).astype(np.int32),
        (codes & np.uint64(_BLOCK - 1)).astype(np.uint16),
        times,
    )
