"""What a report says, section by section."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from topics import wording
from topics.palette import LIGHT
from topics.report.blocks import Block, Heading, Paragraph, Table
from topics.report.map_figure import map_figure
from topics.report.papers import all_papers, records
from topics.report.provenance import citing, limits_of, method, sources
from topics.report.topics import groups_in_words, topic_sections
from topics.report.trend_figure import trend_figure
from topics.report.wishes import SECTIONS
from topics.selection import filters_in_words
from topics.trend_lines import read_on, trends, with_solid_shares
from topics.trend_verdicts import CLAIMS, FALSE_SHARE, trend_verdicts
from topics.trend_wording import WORDS, ranked, share, span_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from topics.report.wishes import Wishes
    from topics.selection import Filters
    from topics.topicmap import TopicMap

__all__ = ["report"]

#: Signs of a name at the head of a narrow column.
_LONGEST_HEAD = 22


@dataclass(frozen=True, eq=False)
class _Given:
    """What the sections are made of; the papers keep the map's row numbers as their index."""

    topic_map: TopicMap
    papers: pd.DataFrame
    filters: Filters
    wishes: Wishes

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        return records(self.papers)

    @property
    def whole(self) -> bool:
        return len(self.papers) == len(self.topic_map.papers)


def report(
    topic_map: TopicMap, papers: pd.DataFrame, filters: Filters, wishes: Wishes
) -> tuple[Block, ...]:
    """Make the report of some papers of a map.

    Args:
        topic_map: the map.
        papers: rows of its papers, their index the row numbers.
        filters: what chose them, for saying it.
        wishes: title, sections and the like.
    """
    given = _Given(topic_map, papers, filters, wishes)
    blocks = _head(given)
    for name in SECTIONS:
        if _has(given, name):
            blocks += _SECTIONS[name](given)
    return tuple(blocks)


def _head(given: _Given) -> list[Block]:
    wishes = given.wishes
    blocks: list[Block] = [Heading(wishes.heading, 1)]
    if wishes.author.strip():
        blocks.append(Paragraph(f"By {wishes.author.strip()}", "meta"))
    blocks.append(Paragraph(_summary(given), "lead"))
    blocks.append(Paragraph(filters_in_words(given.topic_map, given.filters), "meta"))
    if wishes.link:
        blocks.append(Paragraph(f"This view: {wishes.link}", "meta"))
    blocks += [Paragraph(part) for part in wishes.note.split("\n") if part.strip()]
    return blocks


def _summary(given: _Given) -> str:
    papers, total = given.papers, len(given.topic_map.papers)
    size = wording.count(total, "paper")
    said = [
        (size if given.whole else f"{len(papers):,} of {size}")
        + f" in {wording.count(papers['topic'].nunique(), 'topic')}",
        f"{int(papers['topic'].isna().sum()):,} unclustered",
        f"{int(papers['date'].isna().sum()):,} undated",
    ]
    return f"{', '.join(said)}. Sources as of {wording.day(read_on(given.topic_map))}."


def _map(given: _Given) -> list[Block]:
    figure = map_figure(given.topic_map, given.papers)
    return [Heading("The map", anchor="map"), figure] if figure else []


def _themes(given: _Given) -> list[Block]:
    papers = given.papers
    counts = papers["theme"].value_counts()
    names = [name for name in given.topic_map.themes["name"] if counts.get(name, 0)]
    blocks: list[Block] = []
    if names:
        rows = tuple(
            (str(name), f"{counts[name]:,}", wording.percent(counts[name] / len(papers)))
            for name in names
        )
        numeric = frozenset({1, 2})
        blocks += [
            Heading("Themes", anchor="themes"),
            Table(("Theme", "Papers", "Of these papers"), rows, numeric),
        ]
    return blocks + _topic_table(given)


def _topic_table(given: _Given) -> list[Block]:
    """All topics at a glance; what the map does not know of any has no column."""
    topic_map = given.topic_map
    verdicts = trend_verdicts(topic_map).topics
    sizes = given.papers["topic"].value_counts()
    rows: list[tuple[str, ...]] = []
    links: list[str] = []
    for row in topic_map.topics.to_dict("records"):
        size = int(sizes.get(row["id"], 0))
        if not size:
            continue
        verdict = verdicts.get(str(row["id"]))
        rows.append(
            (
                str(row["name"]),
                groups_in_words(topic_map, str(row["id"])),
                str(row["theme"]) if wording.is_known(row["theme"]) else "",
                f"{size:,}",
                wording.percent(size / len(given.papers)),
                WORDS[verdict.word][0] if verdict else "",
                wording.solidity(row["stability"]) or "",
            )
        )
        links.append(f"topic-{row['id']}" if _has(given, "topics") else "")
    columns = ("Topic", "Group", "Theme", "Papers", "Share", "Trend", "Solid?")
    kept = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    if not kept:
        return []
    return [
        Heading("Topics at a glance", anchor="glance"),
        Table(
            tuple(columns[i] for i in kept),
            tuple(tuple(row[i] for i in kept) for row in rows),
            frozenset(at for at, i in enumerate(kept) if columns[i] in ("Papers", "Share")),
            tuple(links),
        ),
    ]


def _has(given: _Given, section: str) -> bool:
    return not given.wishes.sections or section in given.wishes.sections


def _trends(given: _Given) -> list[Block]:
    topic_map, filters = given.topic_map, given.filters
    until = f"{filters.until}-12"[:7] if filters.until else None
    found = trends(
        topic_map,
        papers=given.papers,
        step=given.wishes.step,
        since=_month(filters.since),
        until=until,
    )
    if not found.periods:
        return []
    drawn, _ = with_solid_shares(found)
    order = [name for name in topic_map.themes["name"] if name in drawn.themes]
    figure = (
        trend_figure(
            drawn,
            {name: drawn.themes[name] for name in order},
            LIGHT.theme_colours(topic_map),
            noun="theme",
        )
        if order
        else trend_figure(drawn, drawn.topics, LIGHT.topic_colours(topic_map), noun="topic")
    )
    names = [name for name in topic_map.themes["name"] if name in found.themes]
    rows = tuple(
        (
            wording.period_label(period) + (" (not over)" if period in found.unfinished else ""),
            f"{found.corpus.totals[i]:,}",
            *(f"{found.themes[name].papers[i]:,}" for name in names),
        )
        for i, period in enumerate(found.periods)
    )
    heads = (wording.shorten(name, _LONGEST_HEAD) for name in names)
    columns = ("Period", "All dated papers", *heads)
    numeric = frozenset(range(1, len(columns)))
    placed = found.placement
    return [
        Heading("Papers over time", anchor="trends"),
        *([figure] if figure else []),
        Table(columns, rows, numeric),
        Paragraph(
            f"{placed.undated:,} of {wording.count(placed.papers, 'paper')} of the map have no "
            "date and count in no trend.",
            "note",
        ),
        *_changes(given),
    ]


def _month(since: str | None) -> str | None:
    """The month that a date is in or begins with."""
    return (since + "-01")[:7] if since else None


def _changes(given: _Given) -> list[Block]:
    """The verdicts on the topics of the papers, claims first; the rule of each is with its topic.

    They are on the whole map, whatever the filters: a selection has no share of its own.
    """
    found = trend_verdicts(given.topic_map)
    own = set(given.papers["topic"].dropna())
    rows = tuple(
        (
            given.topic_map.topic_names.get(topic, topic),
            WORDS[word][0],
            share(found.topics[topic].first),
            share(found.topics[topic].last),
            _odds(found.topics[topic].odds_per_year),
        )
        for word in CLAIMS
        for topic in ranked(found, word)
        if topic in own
    )
    tested = sum(found.topics[topic].p is not None for topic in own if topic in found.topics)
    heading = Heading("What is changing", anchor="changes")
    if not tested:
        rule = next((found.topics[topic].rule for topic in own if topic in found.topics), "")
        return (
            [heading, Paragraph(rule.replace("Not tested: ", "No trend tested: "))] if rule else []
        )
    said = (
        f"{tested:,} of {wording.count(len(own), 'topic')} could be tested, over "
        f"{span_in_words(found)}; {len(rows):,} of them clearly rose or fell. Periods that were "
        "not over and undated papers do not count. Shares are of all dated papers of the map, "
        "those of the fitted line at its two ends. Of all claims on the map at most about "
        f"{100 * FALSE_SHARE:.0f} in 100 are expected to be wrong."
    )
    columns = ("Topic", "Trend", "Share at first", "Share at last", "Odds a year (95 % interval)")
    table = [Table(columns, rows, frozenset({2, 3, 4}))] if rows else []
    return [heading, *table, Paragraph(said, "note")]


def _odds(odds: tuple[float, float, float] | None) -> str:
    if odds is None:
        return "–"
    middle, low, high = (_factor(value) for value in odds)
    return f"× {middle} ({low} to {high})"


def _factor(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}" if value < 1000 else "over 1,000"


def _sources(given: _Given) -> list[Block]:
    return sources(given.topic_map)


def _topics(given: _Given) -> list[Block]:
    return topic_sections(given.topic_map, given.records)


def _papers(given: _Given) -> list[Block]:
    return all_papers(given.topic_map, given.records)


def _method(given: _Given) -> list[Block]:
    return [*method(given.topic_map), *citing(given.topic_map)]


def _limits(given: _Given) -> list[Block]:
    return limits_of(given.topic_map)


_SECTIONS: Mapping[str, Callable[[_Given], list[Block]]] = {
    "sources": _sources,
    "map": _map,
    "themes": _themes,
    "trends": _trends,
    "topics": _topics,
    "papers": _papers,
    "method": _method,
    "limits": _limits,
}
