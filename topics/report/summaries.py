"""A topic in three sentences of its own papers: chosen by a rule, none of them written.

Words count by how much more frequent they are in the topic than in the whole map. The sentence
with the most of them for its length comes first; what it has said counts little for the next
(after A. Nenkova and L. Vanderwende, "The impact of frequency on summarization", Microsoft
Research, 2005). Each sentence is of another paper, and none needs the one before it to be
understood.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import islice
from math import log, sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from topics.topicmap import TopicMap

    Record = Mapping[str, Any]

__all__ = ["sentences", "summary"]

#: Sentences of a summary, and papers of a topic that they are sought in.
SENTENCES, SOUGHT_IN = 3, 24
#: Papers of the map that tell how frequent a word is anywhere.
_SAMPLE = 1500
#: Words that a sentence may have.
_SHORTEST, _LONGEST = 9, 42
#: What a word that was said counts for another sentence.
_SAID = 0.2
#: Factor for papers that stand for their topic.
_REPRESENTATIVE = 1.15

_WORD = re.compile(r"[^\W\d_][\w-]{2,}")
_END = re.compile(r"(?<=[.!?])[)\"”’]?\s+(?=[A-Z\"“‘(])")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|vs|cf|resp|Fig|Figs|Eq|Sec|Dr|Prof|approx|no|[A-Z])\.)$"
)
_ADDRESS = re.compile(r"https?:|www\.|[\w.-]+\.(?:com|org|io)\b|\bgithub\b", re.IGNORECASE)
#: Sentences that begin so lean on the one before.
_LEANS = re.compile(
    r"(?:however|moreover|furthermore|additionally|in addition|therefore|thus|hence|then|also|"
    r"consequently|as a result|finally|lastly|second|third|next|instead|here|yet|but|and|or|so|"
    r"it|its|they|their|he|she|both|such|these|those|the former|the latter|"
    r"to (?:address|tackle|overcome|solve|mitigate|bridge|fill|this|do|that)|"
    r"this (?!(?:paper|work|article|study|survey|review|thesis|report|tutorial)\b)|"
    r"for (?:example|instance)|in (?:particular|contrast|this|that|these|fact)|specifically|"
    r"notably|similarly|conversely|meanwhile|nevertheless|nonetheless|on the other|"
    r"our (?:code|data|model weights|project)|(?:all )?(?:the )?codes?|the project|project page)\b",
    re.IGNORECASE,
)


def summary(
    topic_map: TopicMap, papers: Sequence[Record], *, representatives: Sequence[str]
) -> tuple[tuple[str, int], ...]:
    """Choose sentences that say what some papers are about.

    Args:
        topic_map: the map, for how frequent words are elsewhere.
        papers: papers of one topic, by the names of the map's columns.
        representatives: ids of the papers that stand for the topic.

    Returns:
        Up to three sentences, each with the position in ``papers`` of its paper; fewer where the
        papers have no abstracts.
    """
    stand = set(representatives)
    found = _candidates(papers, stand)
    known = {at: set(_words(text)) for at, text in found}
    weights = _weights(topic_map, known.values())
    options = [
        (at, sentence, set(_words(sentence)), papers[at]["id"] in stand)
        for at, text in found
        for sentence in sentences(text)
        if _stands_alone(sentence)
    ]
    chosen: list[tuple[str, int]] = []
    while options and len(chosen) < SENTENCES:
        scores = [
            sum(weights.get(word, 0.0) for word in words)
            / sqrt(max(len(words), _SHORTEST))
            * (_REPRESENTATIVE if stands else 1.0)
            for _, _, words, stands in options
        ]
        at, sentence, words, _ = options[max(range(len(options)), key=scores.__getitem__)]
        chosen.append((sentence, at))
        weights = {w: value * (_SAID if w in words else 1.0) for w, value in weights.items()}
        options = [option for option in options if option[0] != at]
    return tuple(chosen)


def sentences(text: str) -> list[str]:
    """Cut a text into sentences; abbreviations end none."""
    found: list[str] = []
    for piece in _END.split(" ".join(text.split())):
        if found and _NO_END.search(found[-1]):
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return [sentence for sentence in found if sentence]


def _candidates(papers: Sequence[Record], stand: set[str]) -> list[tuple[int, str]]:
    """Abstracts to choose from: of the papers that stand for the topic, then the surest ones."""
    order = sorted(
        range(len(papers)),
        key=lambda at: (papers[at]["id"] not in stand, -(papers[at]["topic_confidence"] or 0), at),
    )
    found = ((at, papers[at]["abstract"]) for at in order)
    kept = ((at, text) for at, text in found if isinstance(text, str) and text.strip())
    return list(islice(kept, SOUGHT_IN))


def _weights(topic_map: TopicMap, known: Iterable[set[str]]) -> dict[str, float]:
    """How much each word is of the topic: 0 for one that is as frequent anywhere."""
    abstracts = list(known)
    inside = Counter(word for words in abstracts for word in words)
    papers, outside = _frequencies(topic_map)
    weights = {}
    for word, count in inside.items():
        if count < min(2, len(abstracts)):
            continue
        here = (count + 0.5) / (len(abstracts) + 1)
        anywhere = (outside.get(word, 0) + 0.5) / (papers + 1)
        weights[word] = max(0.0, log(here / anywhere)) * here
    return weights


@lru_cache(maxsize=4)
def _frequencies(topic_map: TopicMap) -> tuple[int, Mapping[str, int]]:
    """Papers looked at, spread over the map, and in how many of them each word is."""
    abstracts: Any = topic_map.papers["abstract"]
    step = max(1, len(abstracts) // _SAMPLE)
    texts = [text for text in abstracts.iloc[::step] if isinstance(text, str)]
    return len(texts), Counter(word for text in texts for word in set(_words(text)))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _stands_alone(sentence: str) -> bool:
    count = len(sentence.split())
    return (
        _SHORTEST <= count <= _LONGEST
        and len(sentence) <= 400
        and sentence.endswith((".", "!"))
        and not _ADDRESS.search(sentence)
        and not _LEANS.match(sentence)
    )
