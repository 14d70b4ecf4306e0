"""What papers can be coloured by: which columns, on which scale, in which groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.factories import make_map
from topics.traits import REST, SEVERAL, UNKNOWN, numbers_of, scale_of, sorted_by, traits

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

MAP = make_map()


def with_column(name: str, values: Any) -> TopicMap:
    return replace(MAP, papers=MAP.papers.assign(**{name: values}))


def test_every_map_has_the_usual_four_and_of_the_others_what_varies() -> None:
    assert list(traits(MAP))[:4] == ["theme", "topic", "date", "source"]
    assert {"confidence", "theme_confidence", "comments", "authors"} <= traits(MAP).keys()
    assert "upvotes" not in traits(MAP)  # no paper of this map has any
    assert list(traits(make_map(papers=0))) == ["theme", "topic", "date", "source"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.arange(153) * 1.5, "number"),
        (["open" if i % 3 else "closed" for i in range(153)], "words"),
        ([i % 2 == 0 for i in range(153)], "words"),
        ([f"text number {i}" for i in range(153)], None),
        (["same"] * 153, None),
        ([None] * 153, None),
        ([["a", "b"]] * 153, None),
    ],
)
def test_other_columns_are_taken_for_what_they_are(values: Any, kind: str | None) -> None:
    found = traits(with_column("peer_review", values)).get("peer_review")
    assert (found.kind if found else None) == kind
    if found:
        assert found.name == "Peer review"


def test_texts_and_places_are_no_traits() -> None:
    columns = {trait.column for trait in traits(MAP).values()}
    assert not columns & {"id", "title", "abstract", "url", "doi", "x", "y", "nearest_topic"}


def test_a_scale_of_few_large_numbers_is_logarithmic_and_ends_before_the_farthest() -> None:
    values = np.r_[np.zeros(40), np.ones(80), np.full(30, 20), [40, 50, 3000]]
    topic_map = with_column("reads", values)
    trait = traits(topic_map)["reads"]
    scale = scale_of(topic_map, trait)
    assert scale.logarithmic
    assert (scale.low, scale.median, scale.most) == (0, 1, 3000)
    assert scale.high < 100
    places = scale.places(numbers_of(topic_map, trait))
    assert places.min() == 0
    assert places[-1] == places.max() == 1
    assert 0.1 < places[60] < 0.5
    first, middle, last = scale.ticks
    assert (first, middle[0]) == (("0", 0.0), "1")
    assert last[0].endswith("or more")


def test_even_numbers_keep_an_even_scale_and_shares_are_told_in_per_cent() -> None:
    scale = scale_of(MAP, traits(MAP)["confidence"])
    assert not scale.logarithmic
    assert scale.places(np.array([scale.low, (scale.low + scale.high) / 2, 9.0])) == pytest.approx(
        [0, 0.5, 1]
    )
    assert all("%" in text for text, _ in scale.ticks)


def test_unknown_numbers_are_no_numbers() -> None:
    topic_map = with_column("reads", [np.inf, None, -3.0, *range(150)])
    values = numbers_of(topic_map, traits(topic_map)["reads"])
    assert np.isnan(values[:2]).all()
    assert scale_of(topic_map, traits(topic_map)["reads"]).low == -3


def test_the_most_frequent_words_are_told_apart_and_the_others_are_one() -> None:
    values = [f"v{min(i % 12, i % 20)}" for i in range(150)] + [None, "", "v0"]
    topic_map = with_column("venue", values)
    found = sorted_by(topic_map, traits(topic_map)["venue"])
    assert found.own == 8
    assert found.names[8:] == (SEVERAL, REST, UNKNOWN)
    said = [found.names[number] for number in found.numbers]
    assert said[150:] == [UNKNOWN, UNKNOWN, "v0"]
    assert all(name in (value, REST) for name, value in zip(said[:150], values, strict=False))
    assert said.count(REST) > 0


def test_a_paper_of_two_sources_is_of_several() -> None:
    found = sorted_by(MAP, traits(MAP)["source"])
    for number, sources in zip(found.numbers, MAP.papers["sources"], strict=True):
        assert found.names[number] == (SEVERAL if len(set(sources)) > 1 else sources[0])
