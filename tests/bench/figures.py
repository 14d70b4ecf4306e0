"""Figures that topics, keywords and layouts are judged by, each from plain arrays."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "agreement",
    "coherence",
    "faithfulness",
    "label_accuracy",
    "majority_labels",
    "names_held",
    "reliability",
    "topic_figures",
]

_WORDS = re.compile(r"[^\W_]+(?:[-'+][^\W_]+)*")
_NEAREST = 10
_SAMPLE = 3000  # trustworthiness takes the square of the papers


def agreement(truth: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """NMI, AMI and ARI of two partitions."""
    from sklearn import metrics

    return {
        "nmi": float(metrics.normalized_mutual_info_score(truth, found)),
        "ami": float(metrics.adjusted_mutual_info_score(truth, found)),
        "ari": float(metrics.adjusted_rand_score(truth, found)),
    }


def topic_figures(truth: np.ndarray, labels: np.ndarray, nearest: np.ndarray) -> dict[str, float]:
    """Agreement with the labels given, and what the partition looks like.

    Args:
        truth: label of each paper.
        labels: topic of each paper, negative where unclustered: together one more group.
        nearest: the same after every paper was given a topic.
    """
    sizes = np.bincount(labels[labels >= 0]) if (labels >= 0).any() else np.zeros(1)
    return {
        "topics": int(labels.max(initial=-1)) + 1,
        "unclustered": float(np.mean(labels < 0)),
        "largest": float(sizes.max() / len(labels)),
        **agreement(truth, labels),
        **{f"{name}_assigned": value for name, value in agreement(truth, nearest).items()},
    }


def coherence(keywords: Sequence[Sequence[str]], texts: Sequence[str]) -> float:
    """Mean NPMI of the pairs of each topic's first ten keywords, over the papers (Bouma 2009)."""
    padded = [f" {' '.join(_WORDS.findall(text.lower()))} " for text in texts]
    listed = [[" ".join(_WORDS.findall(word.lower())) for word in row[:10]] for row in keywords]
    has = {
        word: np.fromiter((f" {word} " in text for text in padded), bool, len(padded))
        for word in {word for row in listed for word in row}
    }
    scores = [
        _npmi(has[one], has[other])
        for row in listed
        for one, other in combinations([word for word in row if has[word].any()], 2)
    ]
    return float(np.mean(scores)) if scores else 0.0


def _npmi(one: np.ndarray, other: np.ndarray) -> float:
    both = float(np.mean(one & other))
    if both in (0.0, 1.0):
        return -1.0 if both == 0 else 1.0
    return float(np.log(both / (one.mean() * other.mean())) / -np.log(both))


def names_held(names: Sequence[str], labels: np.ndarray, texts: Sequence[str]) -> dict[str, float]:
    """Share of names that no other topic has, that their papers contain, that are well formed.

    Well formed: one to five words, none twice, the first and the last no function word.
    """
    if not names:
        return {}
    lower = [text.lower() for text in texts]
    held = [
        any(name.lower() in lower[row] for row in np.flatnonzero(labels == topic))
        for topic, name in enumerate(names)
    ]
    unique = len({name.casefold() for name in names}) / len(names)
    formed = float(np.mean([_well_formed(name) for name in names]))
    return {
        "names_unique": unique,
        "names_in_papers": float(np.mean(held)),
        "names_well_formed": formed,
    }


def _well_formed(name: str) -> bool:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    said = name.casefold().split()
    ends = {said[0], said[-1]} if said else set(ENGLISH_STOP_WORDS)
    return len(said) <= 5 and len(set(said)) == len(said) and not ends & ENGLISH_STOP_WORDS


def label_accuracy(truth: np.ndarray, near: np.ndarray) -> float:
    """Share of the ten nearest papers with a paper's own label; ``near`` is without itself."""
    return float(np.mean(truth[near[:, :_NEAREST]] == truth[:, None]))


def faithfulness(truth: np.ndarray, vectors: np.ndarray, points: np.ndarray) -> dict[str, float]:
    """How far the layout can be trusted: trustworthiness of 15 neighbours, and nearest labels."""
    from scipy.spatial import KDTree
    from sklearn.manifold import trustworthiness

    rows = np.linspace(0, len(points) - 1, min(len(points), _SAMPLE)).astype(int)
    near = np.asarray(KDTree(points).query(points, k=_NEAREST + 1)[1])[:, 1:]
    return {
        "trustworthiness": float(
            trustworthiness(vectors[rows], points[rows], n_neighbors=15, metric="cosine")
        ),
        "knn_labels_2d": label_accuracy(truth, near),
    }


def majority_labels(truth: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The label that most papers of each topic carry; shape (topics,)."""
    topics = int(labels.max(initial=-1)) + 1
    return np.array([np.bincount(truth[labels == topic]).argmax() for topic in range(topics)])


def reliability(confidence: np.ndarray, right: np.ndarray, *, bins: int = 10) -> dict[str, Any]:
    """Reliability diagram and expected calibration error (Naeini, Cooper and Hauskrecht 2015).

    Args:
        confidence: of each answer, 0 to 1.
        right: 1 where it is right, 0 where not, or how right it is.
        bins: of equal width.
    """
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    cells = [
        {
            "confidence": float(confidence[at == cell].mean()),
            "right": float(right[at == cell].mean()),
            "cases": int((at == cell).sum()),
        }
        for cell in range(bins)
        if (at == cell).any()
    ]
    off = sum(cell["cases"] * abs(cell["confidence"] - cell["right"]) for cell in cells)
    return {"ece": off / max(len(confidence), 1), "cases": len(confidence), "bins": cells}
