"""Where a report comes from: what was read, how the map was made, how to cite it, its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics import wording
from topics.limits import FIGURES, SAMPLED, limits, sampled
from topics.report.blocks import Block, Bullets, Heading, Paragraph, Table
from topics.trend_lines import read_on

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

__all__ = ["citing", "limits_of", "method", "sources"]

#: Sources and reasons that are listed; the rest are counted.
_MOST_SOURCES, _MOST_REASONS = 30, 8


def sources(topic_map: TopicMap) -> list[Block]:
    """What was read and what became of every record."""
    ledger = topic_map.ledger
    blocks: list[Block] = [Heading("What was read", anchor="sources")]
    dates = sorted(str(date) for date in topic_map.papers["date"].dropna())
    counts = ledger.groupby(["source", "outcome"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["kept", "merged", "rejected"], fill_value=0)
    files = wording.count(len(counts), "source")
    span = (
        f" The papers are dated from {wording.date(dates[0])} to {wording.date(dates[-1])}."
        if dates
        else " None of the papers has a date."
    )
    blocks.append(
        Paragraph(
            f"{wording.count(len(ledger), 'record')} of {files}, as of "
            f"{wording.day(read_on(topic_map))}: {int(counts['kept'].sum()):,} kept as papers, "
            f"{int(counts['merged'].sum()):,} merged as the same paper, "
            f"{int(counts['rejected'].sum()):,} rejected.{span}"
        )
    )
    order = counts.assign(read=counts.sum(axis=1)).sort_values(
        "read", ascending=False, kind="stable"
    )
    rows = [
        (str(source), *(f"{int(row[name]):,}" for name in ("read", "kept", "merged", "rejected")))
        for source, row in order.head(_MOST_SOURCES).iterrows()
    ]
    rest = order.iloc[_MOST_SOURCES:]
    if len(rest):
        sums = [f"{int(rest[name].sum()):,}" for name in ("read", "kept", "merged", "rejected")]
        rows.append(
            (f"and {wording.count(len(rest), 'more source', plural='more sources')}", *sums)
        )
    if rows:
        columns = ("Source", "Read", "Kept", "Merged", "Rejected")
        blocks.append(Table(columns, tuple(rows), frozenset({1, 2, 3, 4})))
    return blocks + _rejections(topic_map)


def _rejections(topic_map: TopicMap) -> list[Block]:
    ledger = topic_map.ledger
    reasons = ledger.loc[ledger["outcome"] == "rejected", "reason"].dropna().value_counts()
    if reasons.empty:
        return []
    rows = tuple(
        (str(reason), f"{count:,}") for reason, count in reasons.head(_MOST_REASONS).items()
    )
    return [Table(("Why records were rejected", "Records"), rows, frozenset({1}))]


def method(topic_map: TopicMap) -> list[Block]:
    """How the map was made, with every setting and version."""
    manifest = topic_map.manifest
    encoder, settings = manifest.get("encoder"), manifest.get("settings")
    facts = [
        ("Papermap", manifest.get("papermap_version")),
        ("Built", wording.day(manifest.get("created"))),
        ("Encoder", encoder.get("name") if isinstance(encoder, dict) else None),
        (SAMPLED, sampled(manifest)),
        ("Fingerprint of the papers", manifest.get("corpus_fingerprint")),
        ("Digest of the map", topic_map.digest),
        *(
            (f"Setting: {name.replace('_', ' ')}", value)
            for name, value in sorted(settings.items() if isinstance(settings, dict) else ())
        ),
    ]
    rows = tuple((str(name), str(value)) for name, value in facts if wording.is_known(value))
    return [
        Heading("How it was made", anchor="method"),
        Paragraph(_how(topic_map)),
        Table(("", ""), rows),
        *_figures(topic_map),
    ]


def _how(topic_map: TopicMap) -> str:
    """The method in a few sentences, as far as the map tells which one it was."""
    settings = topic_map.manifest.get("settings")
    model = settings.get("name_model") if isinstance(settings, dict) else None
    several = len(topic_map.memberships) > 0
    topics = (
        "groups that several runs agree on, each of which seeks dense regions (HDBSCAN) or "
        "communities of the neighbour graph"
        if several
        else "the dense groups among them (HDBSCAN)"
    )
    written = (
        f"The language model {model} proposed names of topics; one was taken only where papers "
        "use its words."
        if model and model != "none"
        else "No language model wrote any of this."
    )
    return (
        "Title and abstract of each paper were turned into a vector. Papers are neighbours where "
        "their vectors are alike; the map lays neighbours close together (UMAP), and topics are "
        f"{topics}. Topics are named by phrases that are frequent in their papers and rare in "
        f"others. {written} The sentences that describe a topic stand in its papers' abstracts, "
        "chosen by how much they say of what sets the topic apart."
    )


def _figures(topic_map: TopicMap) -> list[Block]:
    quality = topic_map.manifest.get("quality")
    numbers = quality if isinstance(quality, dict) else {}
    rows = tuple(
        (name, wording.number(numbers[key]), meaning)
        for key, (name, meaning) in FIGURES.items()
        if isinstance(numbers.get(key), int | float)
    )
    return [Table(("Figure", "Value", "What it says"), rows, frozenset({1}))] if rows else []


def citing(topic_map: TopicMap) -> list[Block]:
    """A sentence by which others find this very map again."""
    manifest = topic_map.manifest
    version = manifest.get("papermap_version") or "of an unknown version"
    fingerprint = str(manifest.get("corpus_fingerprint") or "unknown")
    sources_read = topic_map.ledger["source"].nunique()
    return [
        Heading("How to cite", anchor="cite"),
        Paragraph(
            f"Topic map of {wording.count(len(topic_map.papers), 'paper')} from "
            f"{wording.count(sources_read, 'source')} as of {wording.day(read_on(topic_map))}, "
            f"made with Papermap {version} on {wording.day(manifest.get('created'))}; "
            f"fingerprint of the papers {fingerprint[:16]}, digest of the map "
            f"{topic_map.digest[:16] or 'unknown'}."
        ),
    ]


def limits_of(topic_map: TopicMap) -> list[Block]:
    """What a reader should not take from the report."""
    more = (
        (
            "A topic's sentences are its papers' own claims, taken from their abstracts; nobody "
            "has checked them."
        ),
    )
    return [Heading("Limits", anchor="limits"), Bullets((*limits(topic_map), *more))]
