"""Topics under the groups they are in, in the order of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from topics.topicmap import TopicMap

__all__ = ["Section", "path_of", "sections"]

#: Heading of the topics that are in no group while others are.
NO_GROUP = "On their own"


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and the topics right under it.

    Attributes:
        name: of the group; empty where the map has no groups.
        depth: 0 for a group at the top.
        topics: ids of the topics that are in this group and in none of its groups.
        held: topics below the heading, those of its groups counted in.
        papers: their papers.
    """

    name: str
    depth: int
    topics: tuple[str, ...]
    held: int
    papers: int


def sections(topic_map: TopicMap, counts: Mapping[str, int]) -> list[Section]:
    """The groups with their topics, those of most papers first.

    Args:
        topic_map: the map.
        counts: papers to count of each topic; topics without any are left out.
    """
    topics = [str(topic) for topic in topic_map.topics["id"] if counts.get(str(topic))]
    topics.sort(key=lambda topic: -counts[topic])  # of equals the one that the map has first
    below: dict[str | None, list[str]] = {}
    for topic in topics:
        below.setdefault(topic_map.parents.get(topic), []).append(topic)
    if topic_map.groups.empty:
        return [Section("", 0, tuple(topics), len(topics), 0)] if topics else []
    papers = {
        group: sum(counts.get(topic, 0) for topic in members)
        for group, members in topic_map.topics_in.items()
    }
    held = {
        group: sum(1 for topic in members if counts.get(topic))
        for group, members in topic_map.topics_in.items()
    }
    inside: dict[str | None, list[str]] = {}
    for group in sorted(papers, key=lambda group: -papers[group]):
        if papers[group]:
            inside.setdefault(topic_map.parents.get(group), []).append(group)

    def walk(group: str, depth: int) -> Iterator[Section]:
        own = tuple(below.get(group, ()))
        yield Section(topic_map.group_names[group], depth, own, held[group], papers[group])
        for other in inside.get(group, ()):
            yield from walk(other, depth + 1)

    found = [section for group in inside.get(None, ()) for section in walk(group, 0)]
    if alone := tuple(below.get(None, ())):
        total = sum(counts[topic] for topic in alone)
        found.append(Section(NO_GROUP, 0, alone, len(alone), total))
    return found


def path_of(topic_map: TopicMap, topic: str) -> str:
    """Names of the groups of a topic, from the top; empty where it is in none."""
    names = [topic_map.group_names[group] for group in topic_map.groups_of(topic)]
    return " › ".join(reversed(names))
