"""A report as Markdown: every text literal, no markup but its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics.exports import escape_markdown
from topics.report.blocks import (
    Block,
    Bullets,
    Figure,
    Heading,
    Paper,
    Papers,
    Paragraph,
    Quotes,
    Table,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["to_markdown"]


def to_markdown(blocks: Sequence[Block]) -> bytes:
    """Write a report as Markdown; figures are there by their captions."""
    return ("\n\n".join(_markdown(block) for block in blocks) + "\n").encode("utf-8", "replace")


def _markdown(block: Block) -> str:
    match block:
        case Heading(said, level):
            return f"{'#' * level} {escape_markdown(said)}"
        case Paragraph(said):
            return _line(said)
        case Table():
            return _table(block)
        case Words(words):
            return f"Keywords: {escape_markdown(', '.join(words))}"
        case Bullets(items):
            return "\n".join(f"- {escape_markdown(item)}" for item in items)
        case Papers(label, items):
            lines = "\n".join(f"- {_paper(paper)}" for paper in items)
            return f"**{escape_markdown(label)}**\n\n{lines}" if label else lines
        case Quotes(label, items):
            lines = "\n>\n".join(
                f"> “{escape_markdown(said)}” ({_paper(paper)})" for said, paper in items
            )
            return f"**{escape_markdown(label)}**\n\n{lines}"
        case Figure(_, caption, _):
            return f"_Figure: {escape_markdown(caption)}_"


def _line(said: str) -> str:
    """A paragraph; what could begin a list, a heading or a quotation does not."""
    text = escape_markdown(said)
    start = text[:1]
    if start in "-+#>=":
        return f"\\{text}"
    head = text.split(" ", 1)[0]
    return text.replace(".", "\\.", 1) if head[:-1].isdigit() and head.endswith(".") else text


def _table(table: Table) -> str:
    columns = table.columns if any(table.columns) else ("What", "Value")
    rules = tuple("---:" if i in table.numeric else "---" for i in range(len(columns)))
    head, rows = _row(columns), [_row(row) for row in table.rows]
    return "\n".join([head, f"| {' | '.join(rules)} |", *rows])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(escape_markdown(cell) for cell in cells)} |"


def _paper(paper: Paper) -> str:
    title = escape_markdown(paper.title)
    shown = f"[{title}](<{paper.address}>)" if paper.address else title
    return f"{shown}, {escape_markdown(paper.note)}"
