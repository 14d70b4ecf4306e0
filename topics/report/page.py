"""A report as one HTML file: opens offline, prints well, loads and runs nothing."""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

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

__all__ = ["to_body", "to_html"]


def to_html(blocks: Sequence[Block], *, title: str) -> bytes:
    """Write a report as one HTML file."""
    style = _style()
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # Nothing may be loaded or run, whatever slips in; only this very style sheet counts.
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{_contents(blocks)}<main>\n{to_body(blocks)}\n</main>\n</body>\n</html>\n"
    ).encode("utf-8", "replace")


def to_body(blocks: Sequence[Block]) -> str:
    """The HTML of a report's blocks."""
    return "\n".join(_html(block) for block in blocks)


@cache
def _style() -> str:
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8")


def _contents(blocks: Sequence[Block]) -> str:
    """Links to the sections."""
    items = [
        f'<a href="#{html.escape(block.anchor)}">{html.escape(block.text)}</a>'
        for block in blocks
        if isinstance(block, Heading) and block.level == 2 and block.anchor
    ]
    return f'<nav aria-label="Sections">{" ".join(items)}</nav>\n' if len(items) > 2 else ""


def _html(block: Block) -> str:
    match block:
        case Heading(said, level, anchor):
            name = f' id="{html.escape(anchor)}"' if anchor else ""
            return f"<h{level}{name}>{_text(said)}</h{level}>"
        case Paragraph(said, kind):
            css_class = "" if kind == "plain" else f' class="{kind}"'
            return f"<p{css_class}>{_text(said)}</p>"
        case Table():
            return _table(block)
        case Words(words):
            return (
                f'<p class="words">{" ".join(f"<span>{_text(word)}</span>" for word in words)}</p>'
            )
        case Bullets(items):
            return "<ul>\n" + "\n".join(f"<li>{_text(item)}</li>" for item in items) + "\n</ul>"
        case Papers(label, items):
            lines = "\n".join(f"<li>{_paper(paper)}</li>" for paper in items)
            head = f"<h4>{_text(label)}</h4>\n" if label else ""
            return f"{head}<ul>\n{lines}\n</ul>"
        case Quotes(label, items):
            lines = "\n".join(
                f"<blockquote><p>“{_text(said)}”</p><cite>{_paper(paper)}</cite></blockquote>"
                for said, paper in items
            )
            return f"<h4>{_text(label)}</h4>\n{lines}"
        case Figure(svg, caption, _):
            return f"<figure><div>{svg}</div>\n<figcaption>{_text(caption)}</figcaption></figure>"


def _table(table: Table) -> str:
    def cell(tag: str, i: int, shown: str) -> str:
        return (
            f'<{tag} class="n">{shown}</{tag}>' if i in table.numeric else f"<{tag}>{shown}</{tag}>"
        )

    head = ""
    if any(table.columns):
        cells = "".join(cell("th", i, _text(text)) for i, text in enumerate(table.columns))
        head = f"<thead><tr>{cells}</tr></thead>\n"
    rows = []
    for place, row in enumerate(table.rows):
        shown = [_text(text) for text in row]
        if table.links and table.links[place]:
            shown[0] = f'<a href="#{html.escape(table.links[place])}">{shown[0]}</a>'
        rows.append("<tr>" + "".join(cell("td", i, text) for i, text in enumerate(shown)) + "</tr>")
    body = "\n".join(rows)
    # Where it is wider than the page it scrolls, by keyboard too.
    frame = '<div class="table" tabindex="0" role="group" aria-label="Table">'
    return f"{frame}<table>\n{head}<tbody>\n{body}\n</tbody>\n</table></div>"


def _paper(paper: Paper) -> str:
    # Each title keeps its own reading direction, so that it turns nothing after it.
    shown = f"<bdi>{_text(paper.title)}</bdi>"
    if paper.address:
        shown = f'<a href="{html.escape(paper.address)}" rel="noopener noreferrer">{shown}</a>'
    return f"{shown} <small><bdi>{_text(paper.note)}</bdi></small>"


def _text(text: str) -> str:
    return html.escape(text)
