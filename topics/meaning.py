"""Papers near to a text in meaning, by the map's own encoder.

Nearness is the cosine of two vectors: of the text, and of title and abstract of a paper. Every text
is near to something, so a cosine alone says little, and each encoder has a scale of its own. What
counts as near is therefore measured on the map itself: its titles are encoded as if somebody had
asked for them, and a paper is near to a text where it is nearer than all but a few papers are to a
title that is not theirs.
"""

from __future__ import annotations

import contextlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock, Thread
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from topics.errors import MapBroken, PapermapError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from topics.encoders import JoinedEncoder
    from topics.topicmap import TopicMap

__all__ = [
    "MOST_ALIKE",
    "MOST_NEAR",
    "NEARNESS",
    "Scale",
    "Sentence",
    "alike",
    "near",
    "nearest_sentences",
    "nearness",
    "problem",
    "rare_similarity",
    "scale_of",
    "scores",
    "sentences",
    "vector_of",
    "warm_up",
]

#: Papers that a search by meaning finds at most.
MOST_NEAR = 200

#: Papers like another that are found at most, with that one.
MOST_ALIKE = 50

#: From which part of the way between the cutoff and a paper's own title a text is how near.
NEARNESS = ((0.66, "very near"), (0.33, "near"), (0.0, "fairly near"))

#: Share of papers that are as near to the title of another as the cutoff.
_BY_CHANCE = 0.02
#: Beside one that is very near, papers less than so many times as near are of something else.
_BESIDE_BEST = 0.4
_SAMPLED = 200
_MOST_KEPT = 32
#: A text of which nothing is known has no direction.
_NOTHING = 1e-6

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-z])|\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Scale:
    """What cosines mean in a map.

    Attributes:
        least: cosine from which a paper is near to a text at all.
        own: median cosine of a title and its own paper.
    """

    least: float
    own: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an abstract, and its cosine with what was asked for."""

    text: str
    score: float


def problem(topic_map: TopicMap) -> str | None:
    """Why there is no search by meaning in a map; None where there is one."""
    try:
        _state_of(topic_map).encoder  # noqa: B018 - loaded here, once
    except PapermapError as error:
        return str(error)
    return None


def warm_up(topic_map: TopicMap) -> None:
    """Load the encoder of a map beside what goes on: the first search need not wait for it."""
    state = _state_of(topic_map)
    if not state.warmed:
        state.warmed = True
        Thread(target=state.load, daemon=True).start()


def vector_of(topic_map: TopicMap, text: str) -> np.ndarray:
    """The vector of a text, shape (dimensions,), of length one; zeros if nothing is known of it.

    Raises:
        MapBroken: the map has no encoder.
        EncoderError: what the encoder needs is not installed.
    """
    state = _state_of(topic_map)
    with state.lock:
        if text not in state.vectors:
            state.vectors[text] = state.encoder.encode([text])[0]
        state.vectors.move_to_end(text)
        if len(state.vectors) > _MOST_KEPT:
            state.vectors.popitem(last=False)
        return state.vectors[text]


def scores(topic_map: TopicMap, text: str) -> np.ndarray:
    """The cosine of each paper with a text, float32, shape (papers,).

    Raises:
        MapBroken: the map has no encoder.
        EncoderError: what the encoder needs is not installed.
    """
    import numpy as np

    return np.asarray(topic_map.vectors @ vector_of(topic_map, text), dtype=np.float32)


def near(topic_map: TopicMap, text: str) -> tuple[np.ndarray, np.ndarray]:
    """The papers that are near to a text.

    Returns:
        Bool and float32 arrays of shape (papers,): whether each paper is near, and its cosine.
        None is near to a text of which the map knows nothing.

    Raises:
        MapBroken: the map has no encoder.
        EncoderError: what the encoder needs is not installed.
    """
    found = scores(topic_map, text)
    best = float(found.max(initial=0.0))
    least = max(scale_of(topic_map).least, _BESIDE_BEST * best, _NOTHING)
    return found >= least, found


def alike(topic_map: TopicMap, row: int) -> tuple[np.ndarray, np.ndarray]:
    """The papers that are like one; no encoder is needed.

    Returns:
        Bool and float32 arrays of shape (papers,): whether each paper is at least as like the one
        as a rare pair is, and its cosine; the paper itself is like itself.
    """
    import numpy as np

    cosines = np.asarray(topic_map.vectors @ topic_map.vectors[row], dtype=np.float32)
    like = cosines >= rare_similarity(topic_map.built or topic_map)
    like[row] = True
    return like, cosines


@lru_cache(maxsize=8)
def rare_similarity(topic_map: TopicMap) -> float:
    """The cosine that one pair of papers in a hundred reaches: what "alike" means in this map.

    Cosines of different encoders have different scales, so a number alone says little.
    """
    import numpy as np

    papers = len(topic_map.vectors)
    if papers < 2:
        return 1.0
    # Every so many rows are enough, and always the same ones.
    rows = np.unique(np.linspace(0, papers - 1, min(papers, 1500)).astype(int))
    some = np.asarray(topic_map.vectors[rows], dtype=np.float64)
    cosines = (some @ some.T)[np.triu_indices(len(rows), 1)]
    return float(np.quantile(np.nan_to_num(cosines), 0.99))


def scale_of(topic_map: TopicMap) -> Scale:
    """What cosines of texts and papers mean in a map, measured once.

    Raises:
        MapBroken: the map has no encoder.
        EncoderError: what the encoder needs is not installed.
    """
    return _state_of(topic_map).scale


def nearness(topic_map: TopicMap, score: float) -> str:
    """A cosine of a text and a paper in words: how near to that of a title and its own paper."""
    scale = scale_of(topic_map)
    part = (score - scale.least) / max(scale.own - scale.least, _NOTHING)
    return next((word for least, word in NEARNESS if part >= least), "far")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text: ended by a mark and followed by a capital or a number."""
    return tuple(part for part in (each.strip() for each in _SENTENCE.split(text)) if part)


def nearest_sentences(
    topic_map: TopicMap, text: str, abstracts: Sequence[str]
) -> tuple[Sentence | None, ...]:
    """The sentence of each abstract that is nearest to a text; None where there is none.

    Raises:
        MapBroken: the map has no encoder.
        EncoderError: what the encoder needs is not installed.
    """
    split = [sentences(abstract) for abstract in abstracts]
    every = [sentence for part in split for sentence in part]
    if not every:
        return (None,) * len(split)
    alike = _state_of(topic_map).encoder.encode(every) @ vector_of(topic_map, text)
    found: list[Sentence | None] = []
    at = 0
    for part in split:
        own = alike[at : at + len(part)]
        at += len(part)
        best = int(own.argmax()) if len(part) else -1
        found.append(Sentence(part[best], float(own[best])) if len(part) else None)
    return tuple(found)


class _State:
    """The encoder of a map, loaded once, with what it said of late.

    Attributes:
        vectors: of texts, the latest last.
        lock: held while a text is encoded.
        warmed: whether somebody has begun to load the encoder ahead of the first search.
    """

    def __init__(self, topic_map: TopicMap) -> None:
        self._path = topic_map.path
        # Not the map: that would keep it from being dropped.
        self._rows = topic_map.vectors
        self._titles = topic_map.papers["title"]
        self.vectors: OrderedDict[str, np.ndarray] = OrderedDict()
        self.lock = Lock()
        self.warmed = False
        self._loading = Lock()
        self._encoder: JoinedEncoder | None = None

    @property
    def encoder(self) -> JoinedEncoder:
        from topics.encoders import load_encoder

        if self._path is None:
            raise MapBroken("This map was never written to a folder, so it has no encoder.")
        with self._loading:
            if self._encoder is None:
                self._encoder = load_encoder(self._path / "encoder")
            return self._encoder

    def load(self) -> None:
        """Load all that a search needs; whoever searches is told of what goes wrong."""
        with contextlib.suppress(PapermapError):
            self.scale  # noqa: B018 - measured with the encoder, and kept

    @cached_property
    def scale(self) -> Scale:
        import numpy as np

        papers = len(self._rows)
        if papers < 2:
            return Scale(_NOTHING, 1.0)
        # Every so many rows are enough, and always the same ones.
        rows = np.unique(np.linspace(0, papers - 1, min(papers, _SAMPLED)).astype(int))
        titles = [str(title or "") for title in self._titles.iloc[rows]]
        cosines = np.asarray(self.encoder.encode(titles) @ self._rows.T, dtype=np.float64)
        own = cosines[np.arange(len(rows)), rows].copy()
        cosines[np.arange(len(rows)), rows] = np.nan
        least = float(np.nanquantile(cosines, 1 - _BY_CHANCE))
        return Scale(max(least, _NOTHING), max(float(np.median(own)), least))


#: Goes with the map: whoever drops that drops its encoder.
_STATES: WeakKeyDictionary[TopicMap, _State] = WeakKeyDictionary()
_MAKING = Lock()


def _state_of(topic_map: TopicMap) -> _State:
    built = topic_map.built or topic_map
    with _MAKING:
        found = _STATES.get(built)
        if found is None:
            found = _STATES[built] = _State(built)
        return found
