"""Groups of a map found anew, under the ids and names of the old ones that they are."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from topics.alignment import SAME_TOPIC
from topics.labels import unlike

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from topics.topicmap import TopicMap

__all__ = ["match_groups", "regrouped"]

_GROUP_ID = re.compile(r"g(\d+)")


def regrouped(found: TopicMap, old: TopicMap, *, used: Iterable[str]) -> TopicMap:
    """Give groups the ids and names of the old groups of the same papers.

    Args:
        found: a map whose topics have their ids and names for good.
        old: the map as it was.
        used: ids of groups that were on the map at any time.
    """
    if found.groups.empty:
        return found
    matched = match_groups(found, old)
    fresh = [group for group in found.groups["id"] if group not in matched]
    ids = matched | dict(zip(fresh, _free_ids(used, len(fresh)), strict=True))
    kept = {group: old.group_names[matched[group]] for group in matched}
    taken = [*found.topics["name"], *kept.values()]
    names = []
    for group in found.groups.to_dict("records"):
        name = kept.get(group["id"])
        if name is None or name in set(found.topics["name"]):
            name = unlike(group["name"], group["keywords"], taken)
            taken.append(name)
        names.append(name)
    groups = found.groups.assign(id=[ids[group] for group in found.groups["id"]], name=names)
    tables = [
        table.assign(parent=table["parent"].map(ids, na_action="ignore").astype("str"))
        for table in (found.topics, groups)
    ]
    return replace(found, topics=tables[0], groups=tables[1])


def match_groups(found: TopicMap, old: TopicMap) -> dict[str, str]:
    """Find which group is which old one, by the papers that they have in common.

    Groups hold one another, so that one may be like several: the most alike are taken first.
    """
    known = set(old.papers["id"])
    olds = _papers_of(old, known)
    pairs = [
        (len(mine & theirs) / len(mine | theirs), group, other)
        for group, mine in _papers_of(found, known).items()
        for other, theirs in olds.items()
        if mine & theirs
    ]
    matched: dict[str, str] = {}
    for overlap, group, other in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if overlap > SAME_TOPIC and group not in matched and other not in matched.values():
            matched[group] = other
    return matched


def _papers_of(topic_map: TopicMap, known: Collection[str]) -> dict[str, set[str]]:
    papers = topic_map.papers[topic_map.papers["id"].isin(list(known))]
    return {
        group: set(papers.loc[papers["topic"].isin(topics), "id"])
        for group, topics in topic_map.topics_in.items()
    }


def _free_ids(used: Iterable[str], count: int) -> list[str]:
    numbers = [int(match[1]) for group in used if (match := _GROUP_ID.fullmatch(group))]
    first = max(numbers, default=0) + 1
    return [f"g{number}" for number in range(first, first + count)]
