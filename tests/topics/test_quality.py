"""Quality figures: what they say of maps that are right, wrong, tiny or empty."""

from __future__ import annotations

import numpy as np
import pytest

from topics.clustering import no_topics, settle
from topics.encoders.base import unit_rows
from topics.neighbours import knn_graph
from topics.quality import keyword_diversity, layout_preservation, quality_figures

FIGURES = {"layout_preservation", "topic_agreement", "topic_modularity", "keyword_diversity"}


def _ring(papers: int = 40) -> np.ndarray:
    """Papers on a circle: the plane holds their neighbourhoods exactly."""
    angle = np.arange(papers) ** 1.05 * 2 * np.pi / papers**1.05
    return unit_rows(np.column_stack([np.cos(angle), np.sin(angle)]))


def test_a_faithful_layout_keeps_all_neighbours() -> None:
    vectors = _ring()
    graph = knn_graph(vectors, k=6)
    assert layout_preservation(graph, vectors) == pytest.approx(1)
    shuffled = np.random.default_rng(0).permutation(vectors)
    assert layout_preservation(graph, shuffled) < 0.4


def test_a_handful_of_papers_are_all_neighbours() -> None:
    vectors = _ring(4)
    assert layout_preservation(knn_graph(vectors, k=4), vectors[::-1]) == 1


@pytest.mark.parametrize(
    ("keywords", "share"),
    [
        ([], 1),
        ([()], 1),
        ([("a", "b"), ("c", "d")], 1),
        ([("a", "b"), ("a", "b")], 0.5),
        ([("LoRA",), ("lora",)], 0.5),
    ],
)
def test_diversity_is_the_share_of_different_keywords(
    keywords: list[tuple[str, ...]], share: float
) -> None:
    assert keyword_diversity(keywords) == share


def test_true_topics_agree_with_the_neighbours() -> None:
    vectors = _ring()
    graph = knn_graph(vectors, k=6)
    true = settle(np.arange(40) // 10, graph, vectors=vectors)
    false = settle(np.arange(40) % 4, graph, vectors=vectors)
    good, bad = (
        quality_figures(graph=graph, points=vectors, clustering=found, keywords=[("a",)] * 4)
        for found in (true, false)
    )
    assert good["topic_agreement"] > 0.7 > bad["topic_agreement"]
    assert good["topic_modularity"] > 0.5 > bad["topic_modularity"]
    assert good["keyword_diversity"] == 0.25


def test_a_map_without_topics_has_figures_too() -> None:
    vectors = _ring(12)
    graph = knn_graph(vectors, k=4)
    found = quality_figures(graph=graph, points=vectors, clustering=no_topics(12), keywords=[])
    assert set(found) == FIGURES
    assert found["topic_agreement"] == 0
    assert found["topic_modularity"] == 0
    assert all(np.isfinite(value) for value in found.values())
