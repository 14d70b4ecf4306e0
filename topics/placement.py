"""Where a text would fall on a map, and whether it belongs there at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from topics import meaning
from topics.errors import SettingsError
from topics.vocabulary import keys_of_paper, keys_of_text, papers_with
from topics.wordsearch import folded_texts

if TYPE_CHECKING:
    import numpy as np

    from topics.topicmap import TopicMap

__all__ = ["NEAREST", "Familiarity", "Placement", "place_text"]

#: Papers that speak for the place of a text.
NEAREST = 15

#: Papers that must have a word for the map to know it.
_KNOWN_BY = 3
#: The share of known words that all but so many papers of the map have; a text is foreign whose
#: own share is less than so much of that.
_ALL_BUT, _OF_THAT = 0.02, 0.85
_SAMPLED = 400


@dataclass(frozen=True, slots=True)
class Familiarity:
    """How much of the wording of a text the map knows.

    Attributes:
        share: of the text's words, how many at least three papers of the map have.
        usual: the share that nearly every paper of the map has, or more.
        words: how many words that is of; function words and numbers do not count.
    """

    share: float
    usual: float
    words: int

    @property
    def foreign(self) -> bool:
        """Whether the text is written in words of another field, or language."""
        return self.share < _OF_THAT * self.usual


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a text falls.

    Attributes:
        x: on the map.
        y: on the map.
        papers: rows of the nearest papers with their cosines, the nearest first.
        topics: of these papers, how many are in each topic (None: in none), the most first.
        themes: the same of themes.
        familiarity: how much of its wording the map knows.
        near: whether its nearest paper is near at all.
    """

    x: float
    y: float
    papers: tuple[tuple[int, float], ...]
    topics: tuple[tuple[str | None, int], ...]
    themes: tuple[tuple[str, int], ...]
    familiarity: Familiarity
    near: bool

    @property
    def unlike(self) -> bool:
        """Whether the text is unlike anything in the map: its place means nothing then."""
        return self.familiarity.foreign or not self.near

    @property
    def scattered(self) -> bool:
        """Whether the nearest papers agree on no topic."""
        return self.topics[0][1] < len(self.papers) * 0.4


def place_text(topic_map: TopicMap, text: str) -> Placement:
    """Find the place of a text among the papers of a map.

    Its nearest papers by the map's own vectors vote: for topic and theme by counting, for the
    place by their weighted medoid, since between two islands a mean lies in the sea. A text always
    has nearest papers; whether they mean anything is told by how much of its wording the map knows.

    Args:
        topic_map: the map.
        text: a title, an abstract, a draft.

    Raises:
        SettingsError: the text or the map is empty.
        MapBroken: the map has no encoder.
        EncoderError: what the encoder needs is not installed.
    """
    import numpy as np

    if not text.strip():
        raise SettingsError("The text is empty; expected a title or an abstract.")
    if not len(topic_map.papers):
        raise SettingsError("The map has no papers to place a text among.")
    scores = meaning.scores(topic_map, text)
    rows = np.argsort(-scores, kind="stable")[:NEAREST]
    papers = topic_map.papers.iloc[rows]
    points = papers[["x", "y"]].to_numpy(dtype=float)
    at = _medoid(points, scores[rows])
    topics = Counter(one if isinstance(one, str) else None for one in papers["topic"])
    themes = Counter(str(one) for one in papers["theme"] if isinstance(one, str))
    return Placement(
        x=float(points[at, 0]),
        y=float(points[at, 1]),
        papers=tuple((int(row), float(scores[row])) for row in rows),
        topics=tuple(topics.most_common()),
        themes=tuple(themes.most_common()),
        familiarity=_familiarity(topic_map, text),
        near=bool(scores[rows[0]] >= meaning.scale_of(topic_map).least),
    )


def _medoid(points: np.ndarray, scores: np.ndarray) -> int:
    """The point with the least weighted distance to the others; nearer papers weigh more."""
    import numpy as np

    gap = scores.max() - scores
    weight = np.exp(-gap / max(float(gap.mean()), 1e-6))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    return int(np.argmin(apart @ weight))


def _familiarity(topic_map: TopicMap, text: str) -> Familiarity:
    known, keys = papers_with(topic_map), keys_of_text(text)
    least = min(_KNOWN_BY, max(1, len(topic_map.papers) - 1))
    share = sum(known[key] >= least for key in keys) / len(keys) if keys else 0.0
    return Familiarity(share, _usual(topic_map.built or topic_map, least), len(keys))


@lru_cache(maxsize=8)
def _usual(topic_map: TopicMap, least: int) -> float:
    """The share of its words that others have, of nearly every paper."""
    import numpy as np

    known, texts = papers_with(topic_map), folded_texts(topic_map)
    # Every so many papers are enough, and always the same ones.
    rows = np.unique(np.linspace(0, len(texts) - 1, min(len(texts), _SAMPLED)).astype(int))
    shares = [
        sum(known[key] > least for key in keys) / len(keys)
        for keys in (keys_of_paper(texts[row]) for row in rows)
        if keys
    ]
    return float(np.quantile(shares, _ALL_BUT)) if shares else 0.0
