"""The built map as one frozen value: what every reader of a map works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import pandas as pd

__all__ = ["LATER_TABLES", "OTHER_THEME", "SCHEMA_VERSION", "TABLES", "TopicMap"]

SCHEMA_VERSION = 1

#: The theme of a paper that fits none of the given themes.
OTHER_THEME = "other"

#: Columns of each table of a map, in order.
TABLES: Mapping[str, tuple[str, ...]] = {
    "papers": (
        "id",
        "title",
        "abstract",
        "date",
        "date_precision",
        "authors",
        "author_count",
        "comments",
        "upvotes",
        "url",
        "doi",
        "arxiv_id",
        "sources",
        "topic",
        "topic_confidence",
        "nearest_topic",
        "theme",
        "theme_confidence",
        "x",
        "y",
    ),
    "topics": (
        "id",
        "name",
        "keywords",
        "size",
        "theme",
        "parent",
        "x",
        "y",
        "representatives",
        "stability",
    ),
    "themes": ("name", "description", "size"),
    "trends": ("period", "topic", "theme", "papers", "share", "low", "high"),
    "ledger": ("source", "line", "outcome", "paper_id", "reason"),
}

#: The same of tables that older maps lack; they are empty there.
LATER_TABLES: Mapping[str, tuple[str, ...]] = {
    "memberships": ("paper_id", "topic", "confidence", "rank"),
}


def _no_groups() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=list(TABLES["topics"]))


def _no_memberships() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=list(LATER_TABLES["memberships"]))


@dataclass(frozen=True, eq=False)
class TopicMap:
    """A map of a corpus: papers, topics, themes, trends and where they came from.

    The frames are shared by every reader of the map: treat them as read-only.

    Attributes:
        papers: one row a paper, in canonical order (columns ``TABLES["papers"]``).
            ``topic`` is null for an unclustered paper.
        topics: one row a topic, largest first. ``parent`` is the group that it is in, or null.
        themes: one row a theme, in the order of the themes file, ``other`` last.
        trends: papers and share (of all dated papers of the period, with a 95 % interval)
            per period for each topic (``theme`` null), each theme (``topic`` null) and the
            whole corpus (both null).
        ledger: one row a record read: ``outcome`` is kept, merged or rejected.
        vectors: float32 array of shape (papers, dimensions), rows of length one.
        manifest: settings, versions, counts, timings and digests.
        path: the folder it was loaded from; None for a map not yet written.
        groups: one row a group of topics, in the columns of ``topics``, those at the top first;
            ``size`` counts the papers of all topics below, ``parent`` is a larger group or null,
            ``stability`` is null. None where there are few topics, and on older maps.
        memberships: the topics that each paper belongs to: its own at rank 1, then up to two more
            that its nearest papers speak for; ``confidence`` is the estimated probability that it
            belongs there. An unclustered paper has no rank 1. Empty on older maps.
        built: the map as it was built, where this is the same with other memberships.
    """

    papers: pd.DataFrame
    topics: pd.DataFrame
    themes: pd.DataFrame
    trends: pd.DataFrame
    ledger: pd.DataFrame
    vectors: np.ndarray
    manifest: Mapping[str, Any]
    path: Path | None = None
    groups: pd.DataFrame = field(default_factory=_no_groups)
    memberships: pd.DataFrame = field(default_factory=_no_memberships)
    built: TopicMap | None = None

    @property
    def digest(self) -> str:
        """Digest of the manifest: names this very map, e.g. as a cache key."""
        return str(self.manifest.get("digest", ""))

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Row number of each paper id."""
        return {paper_id: row for row, paper_id in enumerate(self.papers["id"])}

    @cached_property
    def topic_names(self) -> Mapping[str, str]:
        """Name of each topic id."""
        return dict(zip(self.topics["id"], self.topics["name"], strict=True))

    @cached_property
    def _topics_of(self) -> Mapping[str, tuple[tuple[str, float], ...]]:
        """All topics of each paper with the confidence of each, the surest first."""
        found: dict[str, list[tuple[str, float]]] = {}
        columns = (self.memberships[name] for name in ("paper_id", "topic", "confidence"))
        for paper, topic, confidence in zip(*columns, strict=True):
            if topic in self.topic_names:
                found.setdefault(str(paper), []).append((str(topic), float(confidence)))
        return {
            paper: tuple(sorted(topics, key=lambda topic: -topic[1]))
            for paper, topics in found.items()
        }

    def also_near(self, paper_id: str) -> tuple[tuple[str, float], ...]:
        """The topics that a paper belongs to beside its own, and how probably; the surest first.

        Raises:
            KeyError: the map has no such paper.
        """
        own = self.papers["topic"].iat[self.row_of[paper_id]]
        return tuple(topic for topic in self._topics_of.get(paper_id, ()) if topic[0] != own)

    def also_belonging(self, topic: str) -> tuple[tuple[str, float], ...]:
        """The papers of other topics, or of none, that belong to a topic too; the surest first."""
        rows = self.memberships[self.memberships["topic"] == topic]
        found = [
            (str(paper), float(confidence))
            for paper, confidence in zip(rows["paper_id"], rows["confidence"], strict=True)
            if paper in self.row_of and self.papers["topic"].iat[self.row_of[paper]] != topic
        ]
        return tuple(sorted(found, key=lambda paper: -paper[1]))

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """The group that each topic or group is in; those at the top are left out."""
        known = set(self.groups["id"])
        return {
            str(row_id): str(parent)
            for table in (self.topics, self.groups)
            for row_id, parent in zip(table["id"], table["parent"], strict=True)
            if parent in known and parent != row_id
        }

    def groups_of(self, row_id: str) -> tuple[str, ...]:
        """The groups that a topic or group is in, from the nearest to the top."""
        found: list[str] = []
        above = self.parents.get(row_id)
        while above is not None and above not in found:
            found.append(above)
            above = self.parents.get(above)
        return tuple(found)

    @cached_property
    def topics_in(self) -> Mapping[str, tuple[str, ...]]:
        """The topics in each group, at any depth, in the order of ``topics``."""
        found: dict[str, list[str]] = {str(group): [] for group in self.groups["id"]}
        for topic in self.topics["id"]:
            for group in self.groups_of(topic):
                found[group].append(str(topic))
        return {group: tuple(topics) for group, topics in found.items()}

    @cached_property
    def group_names(self) -> Mapping[str, str]:
        """Name of each group id."""
        return dict(zip(self.groups["id"], self.groups["name"], strict=True))

    @cached_property
    def unclustered(self) -> int:
        """Number of papers in no topic."""
        return int(self.papers["topic"].isna().sum())

    @cached_property
    def undated(self) -> int:
        """Number of papers without a date."""
        return int(self.papers["date"].isna().sum())
