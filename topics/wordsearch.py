"""Papers that hold the words a reader asks for.

A word stands for every word that begins with it, in any case and without its accents; ``"words in
quotes"`` must follow each other; a word or a quotation after ``-`` must be missing. A word that no
paper has is taken for a slip of the pen: the nearest words of titles and authors, one letter away
or two in a long word (optimal string alignment, Damerau 1964), stand for it, and the reader is
told.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock, Timer
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakKeyDictionary, WeakSet

from topics.folding import fold, folded_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

    from topics.topicmap import TopicMap

__all__ = [
    "Query",
    "Respelled",
    "folded_texts",
    "is_unspaced",
    "parse",
    "ranked",
    "rows_with",
    "rows_with_words",
    "warm_up",
]

_PARTS = re.compile(r'(-?)(?:["“”]([^"“”]*)["“”]?|(\S+))')

#: Letters of a word from which one slip, and from which two, are forgiven.
_FORGIVEN = (4, 8)

_MOST_SPELLINGS = 3

#: Times that a word of an abstract counts for the order: more is mere length.
_MOST_COUNTED = 5

#: Searches of a map whose papers are remembered.
_MOST_HITS = 32

#: Letters of scripts that put no spaces between words: Thai to Khmer, and those of East Asia.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Query:
    """What a paper must hold, and what it must not; folded as `folding.fold` does.

    Attributes:
        wanted: words and quotations.
        unwanted: words and quotations.
        quoted: which of them are quotations, whose last word is whole.
    """

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    quoted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Respelled:
    """A word that no paper has, and the words that stand for it; none where none is near."""

    word: str
    spellings: tuple[str, ...]


#: Whether each paper has what was asked for, and what was read otherwise than it was written.
Hits: TypeAlias = "tuple[np.ndarray, tuple[Respelled, ...]]"


def parse(text: str) -> Query:
    """Read what a reader typed; never fails."""
    wanted: list[str] = []
    unwanted: list[str] = []
    quoted: set[str] = set()
    for minus, quotation, word in _PARTS.findall(text):
        part = fold(quotation or word).strip()
        # A dash or a quotation mark alone asks for nothing.
        if not part:
            continue
        if quotation:
            quoted.add(part)
        (unwanted if minus else wanted).append(part)
    return Query(_unique(wanted), _unique(unwanted), frozenset(quoted))


def _unique(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parts))


def rows_with_words(topic_map: TopicMap, text: str) -> np.ndarray:
    """Which papers have what is asked for in title, abstract or authors; bool, (papers,)."""
    return rows_with(topic_map, text)[0]


def rows_with(topic_map: TopicMap, text: str) -> Hits:
    """Which papers have what is asked for, and what was read otherwise than it was written.

    Args:
        topic_map: the map.
        text: as the reader typed it.

    Returns:
        Bool array of shape (papers,), and each word that had to be read as others.
    """
    index = _index_of(topic_map.built or topic_map)
    with index.lock:
        if text not in index.hits:
            index.hits[text] = _look_up(index, parse(text))
        index.hits.move_to_end(text)
        if len(index.hits) > _MOST_HITS:
            index.hits.popitem(last=False)
        return index.hits[text]


def ranked(topic_map: TopicMap, text: str, rows: np.ndarray) -> np.ndarray:
    """Rows of papers that were found, those first that say most of what was asked for.

    First the papers with more of it in the title, then in the authors, then those whose abstract
    says it more often; among equals the order stays.
    """
    import numpy as np

    asked = rows_with(topic_map, text)
    stands_for = {each.word: each.spellings for each in asked[1]}
    wanted = [f" {word}" for part in parse(text).wanted for word in stands_for.get(part) or (part,)]
    texts = _index_of(topic_map.built or topic_map).texts

    def weight(row: int) -> tuple[int, int, int]:
        title, authors, abstract = texts[row].split("\n", 2)
        said = sum(min(abstract.count(part), _MOST_COUNTED) for part in wanted)
        return (
            -sum(part in title for part in wanted),
            -sum(part in authors for part in wanted),
            -said,
        )

    return np.asarray(sorted((int(row) for row in rows), key=weight), dtype=np.int64)


def warm_up(topic_map: TopicMap) -> None:
    """Read the words of a map beside what goes on: the first search need not wait for it."""
    built = topic_map.built or topic_map
    if built not in _WARMED:
        _WARMED.add(built)
        # Not while the page is made at which a reader first sees the map.
        thread = Timer(_PAUSE, lambda: _index_of(built).vocabulary)
        thread.daemon = True
        thread.start()


def folded_texts(topic_map: TopicMap) -> tuple[str, ...]:
    """Title, authors and abstract of each paper, folded as `folding.fold` does, a line each."""
    return _index_of(topic_map.built or topic_map).texts


def is_unspaced(part: str) -> bool:
    """Whether what is asked for is of a script that puts no spaces between words."""
    return _UNSPACED.search(part) is not None


def _look_up(index: _Index, query: Query) -> Hits:
    import numpy as np

    texts = index.texts
    keep = np.ones(len(texts), dtype=bool)
    respelled = []
    for part in query.wanted:
        whole = part in query.quoted
        found = _having(texts, part, whole=whole, among=keep)
        is_missing = not found.any() and " " not in part
        if is_missing and not _anywhere(texts, part, whole=whole):
            spellings = _near(index.vocabulary, part)
            respelled.append(Respelled(part, spellings))
            for spelling in spellings:
                found |= _having(texts, spelling, whole=True, among=keep)
        keep = found
    for part in query.unwanted:
        keep &= ~_having(texts, part, whole=True, among=keep)
    keep.setflags(write=False)
    return keep, tuple(respelled)


def _having(texts: tuple[str, ...], part: str, *, whole: bool, among: np.ndarray) -> np.ndarray:
    """Which of some papers have it; bool, (papers,)."""
    import numpy as np

    asked = _asked(part, whole=whole)
    rows = np.flatnonzero(among)
    found = np.zeros(len(texts), dtype=bool)
    found[rows] = np.fromiter((asked in texts[row] for row in rows.tolist()), bool, len(rows))
    return found


def _anywhere(texts: tuple[str, ...], part: str, *, whole: bool) -> bool:
    asked = _asked(part, whole=whole)
    return any(asked in text for text in texts)


def _asked(part: str, *, whole: bool) -> str:
    # Where words are written without spaces, one begins anywhere.
    return part if is_unspaced(part) else f" {part}{' ' if whole else ''}"


def _near(known: Mapping[str, int], word: str) -> tuple[str, ...]:
    """The words that a word was probably meant to be: the nearest, the most frequent first."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    slips = sum(len(word) >= letters for letters in _FORGIVEN)
    if not slips:
        return ()
    near = extract(word, list(known), scorer=OSA.distance, score_cutoff=slips, limit=None)
    least = min((distance for _, distance, _ in near), default=0)
    best = [found for found, distance, _ in near if distance == least]
    best.sort(key=lambda found: (-known[found], found))
    # Beside a frequent word a rare one is a slip of its own.
    common = [found for found in best if known[found] >= known[best[0]] / 10]
    return tuple(common[:_MOST_SPELLINGS])


class _Index:
    """The words of a map's papers, and what was found among them of late.

    Attributes:
        texts: of each paper its folded title, authors and abstract.
        hits: what was found, the latest last.
        lock: held while something is looked up.
    """

    def __init__(self, topic_map: TopicMap) -> None:
        papers = topic_map.papers
        columns = (papers["title"], papers["authors"], papers["abstract"])
        self.texts = tuple(
            folded_lines(
                [
                    (_text(title), _names(authors), _text(abstract))
                    for title, authors, abstract in zip(*columns, strict=True)
                ]
            )
        )
        self.hits: OrderedDict[str, Hits] = OrderedDict()
        self.lock = Lock()

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """How often titles and authors have each word."""
        counts: Counter[str] = Counter()
        for text in self.texts:
            title, authors, _ = text.split("\n", 2)
            counts.update(title.split())
            counts.update(authors.split())
        return counts


#: Goes with the map: whoever drops that drops its words.
_INDEXES: WeakKeyDictionary[TopicMap, _Index] = WeakKeyDictionary()
_MAKING = Lock()
_WARMED: WeakSet[TopicMap] = WeakSet()
_PAUSE = 1.5


def _index_of(topic_map: TopicMap) -> _Index:
    with _MAKING:
        found = _INDEXES.get(topic_map)
        if found is None:
            found = _INDEXES[topic_map] = _Index(topic_map)
        return found


def _text(text: object) -> str:
    return text if isinstance(text, str) else ""


def _names(authors: Iterable[str] | None) -> str:
    return "" if authors is None else ", ".join(authors)
