"""The sample that topics and layout of a large corpus are found among."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.clustering import topic_size_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

__all__ = ["LEAST", "Draw", "Drawn", "draw", "least_topic", "ranks_of", "sample_size"]

#: Papers up to which a corpus is its own sample, and beyond which no sample goes: finding topics
#: among so many takes some minutes and some gigabytes of the process that builds.
LEAST, MOST = 50_000, 200_000
#: Papers of a sample for each root of the corpus' papers, between these two.
_PER_ROOT = 100

#: Papers of a sample that make a topic at the least, so that chance makes none.
_FEWEST = 10

#: Sources up to which each is drawn from on its own.
MOST_SOURCES = 100


@dataclass(frozen=True, slots=True)
class Draw:
    """A sample to be drawn.

    Attributes:
        papers: in it.
        asked: whether this size was asked for, and not found by rule.
    """

    papers: int
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a sample was drawn, for the manifest.

    Attributes:
        papers: in the sample.
        of: in the corpus.
        strata: combinations of year and source that it was drawn from, each by its share.
        asked: whether its size was asked for, and not found by rule.
        least: papers of the sample that make a topic.
    """

    papers: int
    of: int
    strata: int
    asked: bool
    least: int

    @property
    def smallest_topic(self) -> int:
        """Papers that a topic has in the corpus at the least to be seen in the sample."""
        return math.ceil(self.least * self.of / max(self.papers, 1))


def sample_size(papers: int) -> int:
    """Papers of the sample of a corpus: all up to 50,000; then 100 times the root, to 200,000."""
    return min(papers, MOST, max(LEAST, round(_PER_ROOT * math.sqrt(papers))))


def least_topic(sample: int, papers: int, *, asked: int | None = None) -> int:
    """Papers of a sample that make a topic: the share that makes one of the whole corpus.

    Args:
        sample: papers in it.
        papers: papers of the corpus.
        asked: fewest papers of a topic of the corpus, where somebody says it.
    """
    share = (asked or topic_size_for(papers)) * sample / papers
    floor = 2 if asked else min(_FEWEST, topic_size_for(sample))
    return max(floor, round(share))


def ranks_of(ids: Iterable[str], *, seed: int) -> np.ndarray:
    """A number for each id, by chance and always the same; uint64 array of shape (ids,)."""
    import numpy as np

    key = seed.to_bytes(8, "little")
    drawn = b"".join(
        hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()
        for name in ids
    )
    return np.frombuffer(drawn, dtype="<u8")


def draw(strata: np.ndarray, ranks: np.ndarray, *, size: int) -> np.ndarray:
    """Draw papers, of each stratum its share of them and at least one where that is possible.

    Args:
        strata: number of the stratum of each paper, shape (papers,).
        ranks: as `ranks_of` gives them; of a stratum the lowest are drawn, so that the order of
            the papers makes no difference.
        size: papers to draw.

    Returns:
        bool array of shape (papers,).
    """
    import numpy as np

    _, stratum, counts = np.unique(strata, return_inverse=True, return_counts=True)
    wanted = _shares(counts, min(size, len(strata)))
    order = np.lexsort((ranks, stratum))
    starts = np.cumsum(counts) - counts
    place = np.empty(len(strata), dtype=np.int64)
    place[order] = np.arange(len(strata)) - starts[stratum[order]]
    return np.asarray(place < wanted[stratum])


def _shares(counts: np.ndarray, size: int) -> np.ndarray:
    """Papers to draw of each stratum: by largest remainders, one at least if there are enough."""
    import numpy as np

    exact = counts * (size / counts.sum())
    wanted = np.floor(exact).astype(np.int64)
    if len(counts) <= size:
        wanted = np.maximum(wanted, 1)
    order = np.lexsort((np.arange(len(counts)), -(exact - np.floor(exact))))
    for stratum in order[: max(0, size - int(wanted.sum()))]:
        wanted[stratum] += 1
    while (over := int(wanted.sum()) - size) > 0:  # the largest give what the smallest were given
        largest = np.argsort(-wanted, kind="stable")[:over]
        wanted[largest] -= 1
    return np.asarray(np.minimum(wanted, counts))
