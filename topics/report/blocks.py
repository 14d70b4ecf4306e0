"""What a report is made of, whatever file it becomes: headings, sentences, tables, figures."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Block",
    "Bullets",
    "Figure",
    "Heading",
    "Paper",
    "Papers",
    "Paragraph",
    "Quotes",
    "Table",
    "Words",
]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the report's own. ``anchor`` names it for links, "" where none do."""

    text: str
    level: int = 2
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences; ``kind`` is ``plain``, ``lead``, ``meta`` or ``note``."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; numbers are given as text.

    Attributes:
        columns: heads; all empty for a table of facts, which has none.
        rows: cells.
        numeric: columns that are set flush right.
        links: anchors that the first cells lead to, "" for none; empty where no row has one.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Keywords."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper in a list: title, address or None, and what else is known."""

    title: str
    address: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Papers:
    """A list of papers under a label, which may be empty.

    Attributes:
        label: what these papers are.
        items: the papers.
        anchor: names the list for links.
    """

    label: str
    items: tuple[Paper, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Quotes:
    """Sentences of abstracts, each with the paper it stands in."""

    label: str
    items: tuple[tuple[str, Paper], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing.

    Attributes:
        svg: the drawing, with texts escaped and nothing that is loaded or run.
        caption: what it shows, and how to read it.
        alt: what it shows for those who do not see it.
    """

    svg: str
    caption: str
    alt: str


Block = Heading | Paragraph | Table | Words | Bullets | Papers | Quotes | Figure
