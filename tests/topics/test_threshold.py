"""Another confidence: who is in a topic, and what moved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_map
from topics.threshold import at_confidence, moved

MAP = make_map()


@given(least=st.sampled_from([percent / 100 for percent in range(5, 100, 5)]))
def test_a_paper_is_in_its_nearest_topic_exactly_if_sure_enough(least: float) -> None:
    found = at_confidence(MAP, least)
    sure = (MAP.papers["topic_confidence"] >= least) & MAP.papers["nearest_topic"].notna()
    assert found.papers["topic"].notna().equals(sure)
    kept = found.papers[sure]
    assert (kept["topic"] == kept["nearest_topic"]).all()
    sizes = found.papers["topic"].value_counts()
    assert dict(zip(found.topics["id"], found.topics["size"], strict=True)) == dict(sizes)
    assert found.topics["size"].is_monotonic_decreasing
    assert found.manifest["counts"]["unclustered"] == found.unclustered == int((~sure).sum())
    assert found.manifest["counts"]["topics"] == len(found.topics)
    unchanged = [name for name in MAP.papers.columns if name != "topic"]
    pd.testing.assert_frame_equal(found.papers[unchanged], MAP.papers[unchanged])


def test_moved_tells_who_joined_and_who_left() -> None:
    lax, strict = at_confidence(MAP, 0.05), at_confidence(MAP, 0.95)
    change = moved(strict, lax)
    assert len(change.left) == 0
    assert len(change.joined) == strict.unclustered - lax.unclustered > 0
    assert set(moved(lax, strict).left) == set(change.joined)
    own = moved(MAP, MAP)
    assert len(own.joined) == len(own.left) == 0


def test_the_map_itself_stays_and_the_other_has_its_own_digest() -> None:
    before = MAP.papers["topic"].copy()
    found = at_confidence(MAP, 0.9)
    assert MAP.papers["topic"].equals(before)
    assert found.digest != MAP.digest
    assert found is at_confidence(MAP, 0.9)
    assert np.shares_memory(found.vectors, MAP.vectors)


def test_a_map_without_topics_stays_without() -> None:
    found = at_confidence(make_map(papers=5, topics=0), 0.05)
    assert found.topics.empty
    assert found.unclustered == 5


@pytest.mark.parametrize("least", [0.05, 0.95])
def test_names_keep_their_ids(least: float) -> None:
    assert at_confidence(MAP, least).topic_names.items() <= MAP.topic_names.items()
