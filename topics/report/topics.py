"""Each topic of a report: what it is about, which papers stand for it, how solid it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics import wording
from topics.faithfulness import kept_by_topic
from topics.report.blocks import Block, Heading, Papers, Paragraph, Quotes, Words
from topics.report.papers import by_topic, listed, newest, paper_of, records
from topics.report.summaries import summary
from topics.trend_verdicts import trend_verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.topicmap import TopicMap

    Record = dict[str, Any]

__all__ = ["groups_in_words", "topic_sections"]

#: Papers under each label.
_FEW = 3


def topic_sections(topic_map: TopicMap, papers: Sequence[Record]) -> list[Block]:
    """A part for every topic that has any of the papers, and one for those in none."""
    blocks: list[Block] = [Heading("Topics", anchor="topics")]
    groups = by_topic(papers)
    for row in records(topic_map.topics):
        if own := groups.get(row["id"]):
            blocks += _topic(topic_map, row, own, len(papers))
    if free := groups.get(None):
        share = wording.percent(len(free) / len(papers))
        blocks += [
            Heading("Unclustered", 3, "topic-none"),
            Paragraph(f"{wording.count(len(free), 'paper')} ({share}) in no topic.", "meta"),
            *_group("Newest", _newest(free)),
        ]
    return blocks if len(blocks) > 1 else []


def _topic(topic_map: TopicMap, row: Record, papers: list[Record], total: int) -> list[Block]:
    stand = [str(paper) for paper in row["representatives"]]
    verdict = trend_verdicts(topic_map).topics.get(str(row["id"]))
    by_id = {paper["id"]: paper for paper in papers}
    known = [by_id[paper] for paper in stand if paper in by_id][:_FEW]
    return [
        Heading(str(row["name"]), 3, f"topic-{row['id']}"),
        Paragraph(_facts(topic_map, row, len(papers), total), "meta"),
        Words(tuple(str(word) for word in row["keywords"])),
        *_summary(topic_map, papers, stand),
        *([Paragraph(verdict.rule)] if verdict else []),
        *_group("Stands for the topic", known),
        *_group("Newest", _newest(papers)),
        *_discussed(papers),
    ]


def groups_in_words(topic_map: TopicMap, topic: str) -> str:
    """Names of the groups that a topic is in, from the top; empty where it is in none."""
    names = [topic_map.group_names[group] for group in topic_map.groups_of(topic)]
    return " › ".join(reversed(names))


def _facts(topic_map: TopicMap, row: Record, size: int, total: int) -> str:
    path = groups_in_words(topic_map, str(row["id"]))
    said = [
        f"in {path}" if path else "",
        str(row["theme"]) if wording.is_known(row["theme"]) else "",
        f"{wording.count(size, 'paper')}, {wording.percent(size / total)} of these papers",
    ]
    if word := wording.solidity(row["stability"]):
        said.append(f"{word}: {wording.percent(row['stability'])} comes back when sought again")
    kept = kept_by_topic(topic_map).get(str(row["id"]))
    if kept is not None:
        said.append(f"{wording.percent(kept)} of near papers kept near on the map")
    return " · ".join(part for part in said if part)


def _summary(topic_map: TopicMap, papers: list[Record], stand: list[str]) -> list[Block]:
    found = summary(topic_map, papers, representatives=stand)
    items = tuple((sentence, paper_of(papers[at])) for sentence, at in found)
    return [Quotes("In sentences of its papers", items)] if items else []


def _newest(papers: list[Record]) -> list[Record]:
    return newest([paper for paper in papers if paper["date"]])[:_FEW]


def _group(label: str, papers: list[Record]) -> list[Block]:
    return [Papers(label, listed(papers))] if papers else []


def _discussed(papers: list[Record]) -> list[Block]:
    """The papers with most upvotes and comments, where the sources tell of any."""

    def heat(paper: Record) -> int:
        return int(paper["upvotes"] or 0) + int(paper["comments"] or 0)

    top = sorted((paper for paper in papers if heat(paper)), key=heat, reverse=True)[:_FEW]
    items = tuple(
        paper_of(
            paper,
            more=[
                wording.count(int(paper[name]), name[:-1])
                for name in ("upvotes", "comments")
                if paper[name]
            ],
        )
        for paper in top
    )
    return [Papers("Most discussed", items)] if items else []
