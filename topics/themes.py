"""Themes: coarse groups that a reader names.

A named theme is a name, a description and phrases. A paper's score for it has two parts: how much
of the theme's wording the paper uses (cosine of TF-IDF rows over words and word pairs) and how near
it is in meaning (cosine of encoded phrases with the paper's vector). A paper given as an example
counts like a phrase, in both. The wording counts three times as much: on labelled corpora of 150
to 4,300 papers that was as good as any other weight. A paper whose best score stays below
`OTHER_BELOW` has the theme "other".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.diction import Diction
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from topics.encoders.base import Encoder
    from topics.pieces import Pieces
    from topics.themefile import Theme

__all__ = ["Assignment", "assign_themes", "theme_of_topics"]

WORDING_WEIGHT = 0.75

#: Best score below which a paper fits no theme. Chosen on labelled papers of other themes than
#: the preset's, where the best threshold lay between .058 and .073 whatever the corpus' size.
OTHER_BELOW = 0.06

# Logistic curve from a score's lead over the next answer to the share of right answers, close to
# what 4,300 labelled papers gave for leads up to 0.06.
_CURVE = (0.2, 22.0)


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """The theme of each paper.

    Attributes:
        themes: the themes, without "other".
        labels: int array of shape (papers,), -1 for "other".
        confidence: float array of shape (papers,): estimated share of right answers among papers
            with such a score.
    """

    themes: tuple[Theme, ...]
    labels: np.ndarray
    confidence: np.ndarray

    @property
    def names(self) -> list[str]:
        """The theme's name of each paper."""
        known = [theme.name for theme in self.themes]
        return [known[label] if label >= 0 else OTHER_THEME for label in self.labels]


def assign_themes(
    themes: Sequence[Theme],
    texts: Sequence[str],
    vectors: np.ndarray,
    encoder: Encoder,
    *,
    examples: Sequence[Sequence[int]] = (),
    diction: Diction | None = None,
    pieces: Pieces | None = None,
) -> Assignment:
    """Give every paper the theme that fits best, or none; an example has the theme it is of.

    Args:
        themes: at least one.
        texts: one string a paper, the title first and twice.
        vectors: the papers' vectors, shape (papers, dimensions).
        encoder: encodes the themes' phrases into the same space.
        examples: rows of the papers given as examples of each theme.
        diction: words of the corpus that the papers are of, where they are not all of it.
        pieces: all titles, then all abstracts, where they are split already.
    """
    import numpy as np

    examples = examples or [()] * len(themes)
    known = diction.on(texts) if diction else Diction.of(texts, pieces=pieces)
    wording = known.likeness([theme.wording for theme in themes], examples)
    meaning = _meaning(themes, vectors, encoder, examples)
    scores = WORDING_WEIGHT * wording + (1 - WORDING_WEIGHT) * meaning
    best = scores.argmax(axis=1)
    top = scores[np.arange(len(scores)), best]
    rivals = np.where(np.arange(len(themes)) == best[:, None], -np.inf, scores)
    second = rivals.max(axis=1, initial=-np.inf)
    fits = top > OTHER_BELOW
    lead = np.where(fits, top - np.maximum(second, OTHER_BELOW), OTHER_BELOW - top)
    confidence = 1 / (1 + np.exp(-(_CURVE[0] + _CURVE[1] * lead)))
    labels = np.where(fits, best, -1)
    for theme, rows in enumerate(examples):
        labels[list(rows)], confidence[list(rows)] = theme, 1.0
    return Assignment(tuple(themes), labels, confidence)


def _meaning(
    themes: Sequence[Theme],
    vectors: np.ndarray,
    encoder: Encoder,
    examples: Sequence[Sequence[int]],
) -> np.ndarray:
    """Cosine of each paper with the mean of each theme's encoded phrases and examples."""
    import numpy as np

    encoded = encoder.encode([phrase for theme in themes for phrase in theme.wording])
    ends = np.cumsum([len(theme.wording) for theme in themes])
    described = [
        np.concatenate([wording, vectors[list(shown)]])
        for wording, shown in zip(np.split(encoded, ends[:-1]), examples, strict=True)
    ]
    rows = np.stack([each.mean(axis=0) for each in described])
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(vectors @ (rows / np.maximum(length, 1e-12)).T)


def theme_of_topics(
    themes: Sequence[str], confidence: np.ndarray, labels: np.ndarray, topics: int
) -> list[str | None]:
    """The theme that weighs most among the papers of each topic.

    Args:
        themes: the theme of each paper.
        confidence: of each paper's theme.
        labels: the topic number of each paper, -1 for none.
        topics: number of topics.
    """
    import numpy as np

    names = np.asarray(themes, dtype=object)
    found: list[str | None] = []
    for topic in range(topics):
        rows = np.flatnonzero(labels == topic)
        own, weighs = names[rows], confidence[rows]
        weight = {name: float(weighs[own == name].sum()) for name in dict.fromkeys(own)}
        found.append(max(sorted(weight), key=weight.__getitem__) if weight else None)
    return found
