"""The words that the papers of a map use, and how many papers use each."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from topics.folding import fold
from topics.phrases import words
from topics.wordsearch import folded_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.topicmap import TopicMap

__all__ = ["key", "keys_of_paper", "keys_of_text", "papers_with"]

#: Papers that are counted together.
_TOGETHER = 5000

_LETTERS = re.compile(r"[^\W\d_]")


def papers_with(topic_map: TopicMap) -> Counter[str]:
    """How many papers have each word in title or abstract; counted once a map."""
    built = topic_map.built or topic_map
    with _MAKING:
        found = _COUNTS.get(built)
        if found is None:
            found = _COUNTS[built] = _counted(folded_texts(built))
        return found


class _Numbers(dict[str, int]):
    """The number of each word's key, in the order in which keys are met."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_met: dict[str, int] = {}

    def __missing__(self, word: str) -> int:
        self[word] = self.keys_met.setdefault(key(word), len(self.keys_met))
        return self[word]


def _counted(texts: Sequence[str]) -> Counter[str]:
    """How many texts have each key; the words are parted and counted outside of Python."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers, counts = _Numbers(), np.zeros(0, dtype=np.int64)
    for start in range(0, len(texts), _TOGETHER):
        parts = [text.split("\n", 2) for text in texts[start : start + _TOGETHER]]
        said = pa.array([title + abstract for title, _, abstract in parts], type=pa.large_string())
        words = pc.split_pattern(said, " ")
        rows = np.repeat(np.arange(len(words)), np.diff(words.offsets.to_numpy()))
        coded = words.flatten().dictionary_encode()
        known = coded.dictionary.to_pylist()
        number_of = np.array([numbers[word] for word in known], dtype=np.int64)
        # A paper counts once for a key, however many of its words have it.
        pairs = np.sort(rows << 32 | number_of[coded.indices.to_numpy()])
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]
        here = np.bincount(pairs & 0xFFFFFFFF, minlength=len(numbers.keys_met))
        here[: len(counts)] += counts
        counts = here
    found = Counter(dict(zip(numbers.keys_met, counts.tolist(), strict=True)))
    found.pop("", None)
    return found


def keys_of_paper(folded: str) -> set[str]:
    """Keys of the words in title and abstract of a paper as `wordsearch.folded_texts` has it."""
    title, _, abstract = folded.split("\n", 2)
    return _keys(f"{title} {abstract}")


def keys_of_text(text: str) -> set[str]:
    """Keys of the words of any text."""
    return _keys(fold(text))


def _keys(folded: str) -> set[str]:
    found = {key(word) for word in set(folded.split())}
    found.discard("")
    return found


@lru_cache(maxsize=200_000)
def key(word: str) -> str:
    """The key of a folded word: singular; empty for function words, numbers, single letters."""
    found = words(word) if _LETTERS.search(word) else []
    return found[0] if found else ""


#: Goes with the map: whoever drops that drops its words.
_COUNTS: WeakKeyDictionary[TopicMap, Counter[str]] = WeakKeyDictionary()
_MAKING = Lock()
