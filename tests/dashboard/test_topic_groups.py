"""Topics under their groups: on the page, and in the order of a reader."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dashboard.map_layer import layer_data
from dashboard.screen import Screen
from dashboard.selection import select
from dashboard.state import View
from dashboard.theme import LIGHT
from dashboard.topic_groups import NO_GROUP, path_of, sections
from tests.dashboard.screens import open_page, words_of
from tests.factories import make_map, with_groups, write_map

if TYPE_CHECKING:
    from pathlib import Path

    from topics.topicmap import TopicMap


@pytest.fixture(scope="module")
def grouped() -> TopicMap:
    return with_groups(make_map(papers=400, topics=18))


def _sizes(topic_map: TopicMap) -> dict[str, int]:
    return dict(zip(topic_map.topics["id"], topic_map.topics["size"], strict=True))


def test_every_topic_is_under_one_heading(grouped: TopicMap) -> None:
    found = sections(grouped, _sizes(grouped))
    listed = [topic for section in found for topic in section.topics]
    assert sorted(listed) == sorted(grouped.topics["id"])
    tops = [section for section in found if section.depth == 0]
    assert sum(section.held for section in tops) == len(grouped.topics)
    assert sum(section.papers for section in tops) == int(grouped.topics["size"].sum())
    assert [section.papers for section in tops] == sorted(
        (section.papers for section in tops), reverse=True
    )
    assert {section.depth for section in found} == {0, 1}
    for section in found:
        sizes = [_sizes(grouped)[topic] for topic in section.topics]
        assert sizes == sorted(sizes, reverse=True)


def test_only_what_passes_the_filters_is_listed(grouped: TopicMap) -> None:
    topic = str(grouped.topics["id"].iloc[0])
    found = sections(grouped, {topic: 3})
    assert [section.name for section in found] == ["subject area g6", "subject area g1"]
    assert [section.topics for section in found] == [(), (topic,)]
    assert all((section.held, section.papers) == (1, 3) for section in found)
    assert sections(grouped, {}) == []


def test_without_groups_there_is_no_heading() -> None:
    made = make_map(papers=60, topics=4)
    (only,) = sections(made, _sizes(made))
    assert only.name == ""
    assert only.topics == tuple(made.topics["id"])
    assert path_of(made, "0") == ""


def test_topics_of_no_group_come_last(grouped: TopicMap) -> None:
    topics = grouped.topics.copy()
    topics.loc[0, "parent"] = None
    alone = replace(grouped, topics=topics)
    last = sections(alone, _sizes(alone))[-1]
    assert (last.name, last.topics) == (NO_GROUP, (topics["id"].iloc[0],))


def test_the_page_lists_topics_under_groups(grouped: TopicMap, tmp_path: Path) -> None:
    write_map(tmp_path / "map", grouped)
    page = open_page(tmp_path / "map", "topic")
    assert not page.exception
    said = words_of(page)
    assert "18 topics in 7 groups, largest first" in said
    for name in grouped.groups["name"]:
        assert name in said
    assert next(iter(page.dataframe[0].value["Group"])) == "subject area g6 › subject area g1"
    topic = str(grouped.topics["id"].iloc[0])
    page = open_page(tmp_path / "map", "topic", topic=topic)
    assert "in subject area g6 › subject area g1" in words_of(page)


def test_names_on_the_map_come_with_their_groups(grouped: TopicMap) -> None:
    view = View()
    screen = Screen(grouped, view, select(grouped, view), LIGHT)
    told = layer_data(screen, ())
    assert {label["id"] for label in told["labels"]} == set(grouped.topics["id"])
    assert {group["id"] for group in told["groups"]} == set(grouped.groups["id"])
    parents = {node["id"]: node["parent"] for node in (*told["labels"], *told["groups"])}
    assert parents == {node: grouped.parents.get(node) for node in parents}
    counts = {group["id"]: group["count"] for group in told["groups"]}
    assert counts == _of_groups(grouped)


def _of_groups(topic_map: TopicMap) -> dict[str, int]:
    return dict(zip(topic_map.groups["id"], topic_map.groups["size"], strict=True))
