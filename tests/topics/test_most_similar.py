"""The papers most like one paper."""

from __future__ import annotations

import numpy as np
import pytest

from topics.neighbours import most_similar


def test_the_nearest_come_first_without_the_paper_itself() -> None:
    angles = np.radians([0, 10, 80, 5, 180])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    rows, cosines = most_similar(vectors, 0, k=3)
    assert rows.tolist() == [3, 1, 2]
    assert cosines == pytest.approx(np.cos(np.radians([5, 10, 80])), abs=1e-6)


def test_equals_stand_in_order_of_row_and_k_is_an_upper_bound() -> None:
    vectors = np.ones((4, 1), dtype=np.float32)
    rows, cosines = most_similar(vectors, 1, k=10)
    assert rows.tolist() == [0, 2, 3]
    assert (cosines == 1).all()
    assert most_similar(vectors[:1], 0)[0].size == 0


def test_empty_vectors_and_rows_that_are_not_there() -> None:
    vectors = np.zeros((3, 2), dtype=np.float32)
    assert most_similar(vectors, 2)[1].tolist() == [0, 0]
    with pytest.raises(IndexError):
        most_similar(vectors, 3)
    with pytest.raises(IndexError):
        most_similar(vectors, -1)
