"""A report of what a reader looks at: made of blocks, written as HTML or Markdown.

The same map and view give the same bytes. Text from papers is escaped in both forms; the HTML is
one file that loads nothing.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard import tables, wording
from dashboard.trend_lines import read_on, trends
from dashboard.trend_words import WORDS, ranked, share, span_in_words
from topics.exports import author_names, escape_markdown, paper_address
from topics.trend_verdicts import CLAIMS, FALSE_SHARE, trend_verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dashboard.selection import Selection
    from dashboard.state import View
    from topics.topicmap import TopicMap

__all__ = [
    "Block",
    "Heading",
    "Items",
    "Paragraph",
    "Table",
    "filters_in_words",
    "report",
    "to_body",
    "to_html",
    "to_markdown",
]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the report's own."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; numbers are given as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of papers: title, address or None, and what else is known."""

    items: tuple[tuple[str, str | None, str], ...]


Block = Heading | Paragraph | Table | Items


def report(
    topic_map: TopicMap,
    view: View,
    selection: Selection,
    *,
    with_papers: bool = True,
    address: str | None = None,
) -> tuple[Block, ...]:
    """Make the report of a selection.

    Args:
        topic_map: the map.
        view: the filters, for saying them.
        selection: the papers that pass them.
        with_papers: also list every paper.
        address: link to the view, if known.
    """
    papers = selection.papers
    blocks: list[Block] = [
        Heading("Report of a paper map", 1),
        Paragraph(_summary(topic_map, selection)),
        Paragraph(filters_in_words(topic_map, view)),
    ]
    if address:
        blocks.append(Paragraph(f"This view: {address}"))
    blocks += _themes(topic_map, papers)
    blocks += _trends(topic_map, view, papers)
    blocks += _changes(topic_map, papers)
    blocks += _topics(topic_map, papers, with_papers=with_papers)
    return (*blocks, *_provenance(topic_map))


def filters_in_words(topic_map: TopicMap, view: View) -> str:
    """What a view leaves in, as a sentence."""
    names = [topic_map.topic_names.get(topic, topic) for topic in view.topics]
    parts = [
        f"theme {' or '.join(view.themes)}" if view.themes else "",
        f"topic {' or '.join(names)}" if names else "",
        f"dated from {wording.date(view.since)}" if view.since else "",
        f"dated up to {wording.date(view.until)}" if view.until else "",
        f"with the words “{view.text.strip()}”" if view.text.strip() else "",
        "in some topic" if view.hide_unclustered else "",
    ]
    said = "; ".join(part for part in parts if part)
    return f"Only papers: {said}." if said else "All papers of the map."


def to_html(blocks: Sequence[Block], *, title: str) -> bytes:
    """Write a report as one HTML file that loads nothing."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing may be loaded or run, whatever slips in.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{to_body(blocks)}\n</body>\n</html>\n"
    ).encode("utf-8", "replace")


def to_body(blocks: Sequence[Block]) -> str:
    """The HTML of a report's blocks."""
    return "\n".join(_html(block) for block in blocks)


def to_markdown(blocks: Sequence[Block]) -> bytes:
    """Write a report as Markdown."""
    return ("\n\n".join(_markdown(block) for block in blocks) + "\n").encode("utf-8", "replace")


def _summary(topic_map: TopicMap, selection: Selection) -> str:
    papers = selection.papers
    said = [
        f"{selection.summary} in {wording.count(papers['topic'].nunique(), 'topic')}",
        f"{int(papers['topic'].isna().sum()):,} unclustered",
        f"{int(papers['date'].isna().sum()):,} undated",
    ]
    return f"{', '.join(said)}. Sources as of {wording.day(read_on(topic_map))}."


def _themes(topic_map: TopicMap, papers: pd.DataFrame) -> list[Block]:
    counts = papers["theme"].value_counts()
    names = [name for name in topic_map.themes["name"] if counts.get(name, 0)]
    if not names:
        return []
    rows = tuple(
        (name, f"{counts[name]:,}", wording.percent(counts[name] / len(papers))) for name in names
    )
    return [Heading("Themes"), Table(("Theme", "Papers", "Of these papers"), rows)]


def _trends(topic_map: TopicMap, view: View, papers: pd.DataFrame) -> list[Block]:
    found = trends(topic_map, papers=papers, step=view.step, since=view.since, until=view.until)
    if not found.periods:
        return []
    rows = tuple(
        (
            wording.period_label(period) + (" (not over)" if period in found.unfinished else ""),
            f"{found.corpus.totals[i]:,}",
            *(f"{line.papers[i]:,}" for line in found.themes.values()),
        )
        for i, period in enumerate(found.periods)
    )
    columns = ("Period", "All dated papers of the map", *found.themes)
    return [
        Heading("Papers over time"),
        Table(columns, rows),
        Paragraph(
            f"{found.placement.undated:,} of {wording.count(found.placement.papers, 'paper')} of "
            "the map have no date and count in no trend."
        ),
    ]


def _changes(topic_map: TopicMap, papers: pd.DataFrame) -> list[Block]:
    """The verdicts on the topics of the papers, claims first; the rule of each is with its topic.

    They are on the whole map, whatever the filters: a selection has no share of its own.
    """
    found = trend_verdicts(topic_map)
    own = set(papers["topic"].dropna())
    rows = tuple(
        (
            topic_map.topic_names.get(topic, topic),
            WORDS[word][0],
            share(found.topics[topic].first),
            share(found.topics[topic].last),
        )
        for word in CLAIMS
        for topic in ranked(found, word)
        if topic in own
    )
    tested = sum(found.topics[topic].p is not None for topic in own if topic in found.topics)
    if not tested:
        return []
    said = (
        f"{tested:,} of {wording.count(len(own), 'topic')} could be tested, over "
        f"{span_in_words(found)}; {len(rows):,} of them clearly rose or fell. Periods that were "
        "not over and undated papers do not count. Shares are of all dated papers of the map, "
        "those of the fitted line at its two ends. Of all claims on the map at most about "
        f"{100 * FALSE_SHARE:.0f} in 100 are expected to be wrong."
    )
    table = [Table(("Topic", "Trend", "Share at first", "Share at last"), rows)] if rows else []
    return [Heading("What is changing"), *table, Paragraph(said)]


def _topics(topic_map: TopicMap, papers: pd.DataFrame, *, with_papers: bool) -> list[Block]:
    blocks: list[Block] = [Heading("Topics")]
    verdicts = trend_verdicts(topic_map).topics
    for row in tables.records(topic_map.topics):
        own = papers[papers["topic"] == row["id"]]
        if own.empty:
            continue
        size = wording.count(len(own), "paper")
        theme = f"{row['theme']} · " if wording.is_known(row["theme"]) else ""
        blocks += [
            Heading(row["name"], 3),
            Paragraph(f"{theme}{size} · {', '.join(map(str, row['keywords']))}"),
            *([Paragraph(verdicts[row["id"]].rule)] if row["id"] in verdicts else []),
            _items(own if with_papers else own[own["id"].isin(list(row["representatives"])[:3])]),
        ]
    free = papers[papers["topic"].isna()]
    if len(free):
        blocks += [
            Heading("Unclustered", 3),
            Paragraph(f"{wording.count(len(free), 'paper')} in no topic."),
        ]
        if with_papers:
            blocks.append(_items(free))
    return blocks if len(blocks) > 1 else []


def _items(papers: pd.DataFrame) -> Items:
    return Items(
        tuple(
            (
                str(paper["title"] or "Untitled"),
                paper_address(paper),
                f"{author_names(paper)}, {wording.date(paper['date'])}",
            )
            for paper in tables.records(papers)
        )
    )


def _provenance(topic_map: TopicMap) -> list[Block]:
    manifest = topic_map.manifest
    encoder, settings = manifest.get("encoder"), manifest.get("settings")
    facts = [
        ("Papermap", manifest.get("papermap_version")),
        ("Built", wording.day(manifest.get("created"))),
        ("Encoder", encoder.get("name") if isinstance(encoder, dict) else None),
        ("Fingerprint of the papers", manifest.get("corpus_fingerprint")),
        ("Digest of the map", topic_map.digest),
        *(
            (f"Setting: {name.replace('_', ' ')}", value)
            for name, value in sorted(settings.items() if isinstance(settings, dict) else ())
        ),
    ]
    rows = tuple((str(name), str(value)) for name, value in facts if wording.is_known(value))
    return [Heading("How it was made"), Table(("What", "Value"), rows)]


def _html(block: Block) -> str:
    match block:
        case Heading(said, level):
            return f"<h{level}>{html.escape(said)}</h{level}>"
        case Paragraph(said):
            return f"<p>{html.escape(said)}</p>"
        case Table(columns, rows):
            head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
            body = "\n".join(
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
                for row in rows
            )
            return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
        case Items(items):
            return "<ul>\n" + "\n".join(_html_item(*item) for item in items) + "\n</ul>"


def _html_item(title: str, address: str | None, note: str) -> str:
    shown = html.escape(title)
    if address:
        shown = f'<a href="{html.escape(address)}" rel="noopener noreferrer">{shown}</a>'
    return f"<li>{shown} <small>{html.escape(note)}</small></li>"


def _markdown(block: Block) -> str:
    match block:
        case Heading(said, level):
            return f"{'#' * level} {escape_markdown(said)}"
        case Paragraph(said):
            return escape_markdown(said)
        case Table(columns, rows):
            lines = [columns, tuple("---" for _ in columns), *rows]
            return "\n".join(f"| {' | '.join(_markdown_cell(c) for c in line)} |" for line in lines)
        case Items(items):
            return "\n".join(_markdown_item(*item) for item in items)


def _markdown_cell(cell: str) -> str:
    return cell if cell == "---" else escape_markdown(cell)


def _markdown_item(title: str, address: str | None, note: str) -> str:
    shown = escape_markdown(title)
    return f"- {f'[{shown}](<{address}>)' if address else shown}, {escape_markdown(note)}"


_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.55 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "h1,h2,h3{line-height:1.25}h2{margin-top:2.2rem}h3{margin-top:1.6rem}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
    "th,td{text-align:left;padding:.2rem .9rem .2rem 0;border-bottom:1px solid #8884;"
    "vertical-align:top}"
    "li{margin:.25rem 0}small{opacity:.75}"
    "@media print{body{margin:0;max-width:none}a{color:inherit}h2,h3{break-after:avoid}}"
)
