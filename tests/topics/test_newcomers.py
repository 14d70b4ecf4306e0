"""The parts of an update: layouts turned back, topics matched, places and topics of new papers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from topics import newcomers
from topics.alignment import align, match_topics
from topics.growth import free_ids
from topics.labels import unlike
from topics.newcomers import assign, nearest_known, place


@pytest.mark.parametrize("mirror", [1, -1])
def test_a_turned_layout_is_turned_back(mirror: int) -> None:
    rng = np.random.default_rng(0)
    old = rng.uniform(-0.6, 0.6, (40, 2))
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]]) * [1, mirror]
    new = np.vstack([old @ turn * 0.5 + 0.2, [[0.25, 0.25]]])
    aligned = align(new, rows=np.arange(40), old=old)
    assert np.allclose(aligned[:40], old)
    assert np.abs(aligned).max() <= 1


def test_an_aligned_layout_stays_in_the_picture() -> None:
    rng = np.random.default_rng(1)
    points = align(rng.normal(size=(30, 2)) * 9, rows=np.arange(5), old=rng.normal(size=(5, 2)))
    assert np.abs(points).max() <= 1
    assert align(np.zeros((3, 2)), rows=np.arange(3), old=np.ones((3, 2))).shape == (3, 2)


def test_topics_match_by_papers_in_common() -> None:
    old = ["a"] * 6 + ["b"] * 4 + ["c"] * 4 + [None]
    new = ["t1"] * 5 + ["t2"] * 5 + ["t4", "t4", "t4", None, "t3"]
    assert match_topics(new, old) == {"t1": "a", "t2": "b", "t4": "c"}
    assert match_topics([None], [None]) == {}


def test_ids_and_names_are_free() -> None:
    assert free_ids(["t3", "t12", "t1x"], 2) == ["t13", "t14"]
    assert free_ids([], 1) == ["t1"]
    assert unlike("Honey bees", ["wax"], []) == "Honey bees"
    assert unlike("Honey bees", ["wax"], ["honey Bees"]) == "Honey bees and wax"
    assert unlike("Honey bees", [], ["Honey bees", "Honey bees 2"]) == "Honey bees 3"


def test_distances_are_those_between_all_pairs() -> None:
    rows = np.random.default_rng(3).normal(size=(600, 9))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    full = 1 - rows @ rows.T
    expected = full[np.triu_indices(600, 1)]
    assert np.allclose(newcomers._distances(rows), expected, atol=1e-6)


def test_the_nearest_known_are_the_nearest() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    near, cosines = nearest_known(rows[:7], rows, k=4)
    assert list(near[:, 0]) == list(range(7))
    assert np.allclose(cosines, np.sort(rows[:7] @ rows.T, axis=1)[:, ::-1][:, :4], atol=1e-5)


def test_a_place_between_islands_is_on_one_of_them() -> None:
    """The mean of the nearest papers would lie in the sea between two of them."""
    rng = np.random.default_rng(0)
    points = np.vstack([rng.normal(-0.8, 0.01, (9, 2)), rng.normal(0.8, 0.01, (6, 2))])
    known = np.tile(np.eye(4, dtype=np.float32)[0], (15, 1))
    args: dict[str, Any] = {"vectors": known[:2], "known": known, "points": points}
    nobody = np.full(15, -1)
    found = place(["a", "b"], np.full(2, -1), known_labels=nobody, **args)
    assert (np.abs(found + 0.8) < 0.1).all()
    assert not np.array_equal(found[0], found[1])


def test_a_map_without_topics_gets_none_by_new_papers() -> None:
    from topics.neighbours import knn_graph

    rows = np.eye(12, dtype=np.float32)
    is_new = np.arange(12) >= 8
    graph = knn_graph(rows, k=4)
    labels = assign(np.full(12, -1), is_new, graph, vectors=rows, min_topic_size=3)
    assert (labels == -1).all()
