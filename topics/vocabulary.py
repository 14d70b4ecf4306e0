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
    from topics.topicmap import TopicMap

__all__ = ["key", "keys_of_paper", "keys_of_text", "papers_with"]

_LETTERS = re.compile(r"[^\W\d_]")


def papers_with(topic_map: TopicMap) -> Counter[str]:
    """How many papers have each word in title or abstract; counted once a map."""
    built = topic_map.built or topic_map
    with _MAKING:
        found = _COUNTS.get(built)
        if found is None:
            found = Counter()
            for text in folded_texts(built):
                found.update(keys_of_paper(text))
            _COUNTS[built] = found
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
