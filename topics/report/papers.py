"""Papers as a report lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics import wording
from topics.exports import author_names, paper_address
from topics.report.blocks import Block, Heading, Paper, Papers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from topics.topicmap import TopicMap

    Record = dict[str, Any]

__all__ = ["all_papers", "by_topic", "listed", "newest", "paper_of", "records"]

#: Names of authors that are told; of more only their number is.
_MOST_AUTHORS = 6


def all_papers(topic_map: TopicMap, papers: Sequence[Record]) -> list[Block]:
    """Every paper with its link, topic by topic, the newest first."""
    if not papers:
        return []
    blocks: list[Block] = [Heading("All papers", anchor="papers")]
    groups = by_topic(papers)
    for topic, name in topic_map.topic_names.items():
        if own := groups.get(topic):
            blocks.append(_list(f"{name} ({len(own):,})", own))
    if free := groups.get(None):
        blocks.append(_list(f"Unclustered ({len(free):,})", free))
    return blocks


def by_topic(papers: Sequence[Record]) -> dict[str | None, list[Record]]:
    """The papers of each topic id, those in none under None; in their order."""
    groups: dict[str | None, list[Record]] = {}
    for paper in papers:
        groups.setdefault(paper["topic"], []).append(paper)
    return groups


def newest(papers: Sequence[Record]) -> list[Record]:
    """The papers with the latest first, the undated last."""
    return sorted(papers, key=lambda paper: paper["date"] or "", reverse=True)


def listed(papers: Iterable[Record]) -> tuple[Paper, ...]:
    """Papers as lines of a list, in their order."""
    return tuple(paper_of(paper) for paper in papers)


def paper_of(paper: Record, *, more: Iterable[str] = ()) -> Paper:
    """A paper as a line: who wrote it, when, and what else is to be told."""
    note = ", ".join((_authors(paper), wording.date(paper["date"]), *more))
    return Paper(str(paper["title"] or "Untitled"), paper_address(paper), note)


def records(table: pd.DataFrame) -> list[Record]:
    """The rows of a table as mappings; what is missing is None."""
    columns = {
        str(name): [
            None if isinstance(cell, float) and cell != cell else cell
            for cell in table[name].astype(object)
        ]
        for name in table.columns
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _list(label: str, papers: Sequence[Record]) -> Papers:
    return Papers(label, listed(newest(papers)))


def _authors(paper: Record) -> str:
    names = list(paper["authors"]) if paper["authors"] is not None else []
    if len(names) <= _MOST_AUTHORS:
        return author_names(paper)
    total = max(len(names), int(paper["author_count"] or 0))
    shown = author_names({"authors": names[:3], "author_count": 3})
    return f"{shown} and {total - 3} more"
