"""The built map as one frozen value: what every reader of a map works with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import pandas as pd

__all__ = ["OTHER_THEME", "SCHEMA_VERSION", "TABLES", "TopicMap"]

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


@dataclass(frozen=True, eq=False)
class TopicMap:
    """A map of a corpus: papers, topics, themes, trends and where they came from.

    The frames are shared by every reader of the map: treat them as read-only.

    Attributes:
        papers: one row a paper, in canonical order (columns ``TABLES["papers"]``).
            ``topic`` is null for an unclustered paper.
        topics: one row a topic, largest first.
        themes: one row a theme, in the order of the themes file, ``other`` last.
        trends: papers and share (of all dated papers of the period, with a 95 % interval)
            per period for each topic (``theme`` null), each theme (``topic`` null) and the
            whole corpus (both null).
        ledger: one row a record read: ``outcome`` is kept, merged or rejected.
        vectors: float32 array of shape (papers, dimensions), rows of length one.
        manifest: settings, versions, counts, timings and digests.
        path: the folder it was loaded from; None for a map not yet written.
    """

    papers: pd.DataFrame
    topics: pd.DataFrame
    themes: pd.DataFrame
    trends: pd.DataFrame
    ledger: pd.DataFrame
    vectors: np.ndarray
    manifest: Mapping[str, Any]
    path: Path | None = None

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

    @property
    def unclustered(self) -> int:
        """Number of papers in no topic."""
        return int(self.papers["topic"].isna().sum())

    @property
    def undated(self) -> int:
        """Number of papers without a date."""
        return int(self.papers["date"].isna().sum())
