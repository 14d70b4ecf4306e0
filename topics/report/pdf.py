"""A report as PDF: set by typst, a library of its own that needs no browser and no network.

Texts reach the typesetter as data, never as markup, so nothing in them is read as a command.
"""

from __future__ import annotations

import json
import re
import unicodedata
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from topics.errors import PapermapError
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
from topics.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["to_pdf", "to_pictures"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TEMPLATE = Path(__file__).with_name("report.typ")
#: The typesetter's own letters; those that it lacks come from the system, where it has them.
_FONT = "Libertinus Serif"
#: Letters that the typesetter's own fonts have, by the beginning of their names.
_OWN = ("LATIN", "GREEK", "CYRILLIC", "COMBINING", "MODIFIER")
#: Papers up to which the file tells screen readers what is a heading, a list and a table. For tens
#: of thousands of lines that makes it nearly three times as large; the HTML tells it of any number.
_MOST_MARKED = 4_000
#: Signs of a cell from which on its column takes its share of the width.
_WIDE = 22


def to_pdf(blocks: Sequence[Block], *, title: str, author: str = "") -> bytes:
    """Write a report as PDF; the same blocks give the same bytes on one machine.

    Raises:
        PapermapError: the typesetter failed.
    """
    return _typeset(blocks, title=title, author=author, file_format="pdf")[0]


def to_pictures(blocks: Sequence[Block], *, title: str, ppi: float = 60) -> list[bytes]:
    """The pages of the PDF as PNG pictures, for looking at them."""
    return _typeset(blocks, title=title, author="", file_format="png", ppi=ppi)


def _typeset(
    blocks: Sequence[Block],
    *,
    title: str,
    author: str,
    file_format: Literal["pdf", "png"],
    ppi: float | None = None,
) -> list[bytes]:
    try:
        import typst
    except (ImportError, PackageNotFoundError) as error:
        raise PapermapError(
            "A PDF needs the package typst, which is not installed. Install Papermap again, "
            "or choose --format html."
        ) from error
    data = {
        "title": title,
        "short": shorten(title, 80),
        "author": [author] if author else [],
        "fonts": [_FONT],
        "blocks": [_plain(block) for block in blocks],
    }
    text = json.dumps(data, ensure_ascii=False)
    text = text.encode("utf-8", "replace").decode()
    try:
        made: Any = typst.compile(
            str(_TEMPLATE),
            format=file_format,
            sys_inputs={"data": text},
            ignore_system_fonts=not _needs_more_letters(text),
            ppi=ppi,
            pdf_tags=_lines(blocks) <= _MOST_MARKED,
        )
    except (typst.TypstError, RuntimeError) as error:
        raise PapermapError(
            f"The PDF could not be typeset ({error}). Choose --format html, and please report it."
        ) from error
    pages = made if isinstance(made, list) else [made]
    return [bytes(page) for page in pages]


def _lines(blocks: Sequence[Block]) -> int:
    return sum(len(block.items) for block in blocks if isinstance(block, Papers))


def _needs_more_letters(text: str) -> bool:
    """Whether there are letters that the typesetter's own fonts do not have."""
    return any(
        not unicodedata.name(sign, "LATIN").startswith(_OWN)
        for sign in set(text)
        if ord(sign) > 0x24F and unicodedata.category(sign)[0] == "L"
    )


def _plain(block: Block) -> dict[str, Any]:
    match block:
        case Heading(said, level):
            return {"k": "heading", "text": _line(said), "level": level}
        case Paragraph(said, kind):
            return {"k": "paragraph", "text": _line(said), "kind": kind}
        case Table():
            return _table(block)
        case Words(words):
            return {"k": "words", "words": [_line(word) for word in words]}
        case Bullets(items):
            return {"k": "bullets", "items": [_line(item) for item in items]}
        case Papers(label, items):
            papers = [_paper(paper) for paper in items]
            return {"k": "papers", "label": _line(label), "items": papers}
        case Quotes(label, items):
            quoted = [{"text": f"“{_line(said)}”", "paper": _paper(paper)} for said, paper in items]
            return {"k": "quotes", "label": _line(label), "items": quoted}
        case Figure(svg, caption, alt):
            return {"k": "figure", "svg": svg, "caption": _line(caption), "alt": _line(alt)}


def _table(table: Table) -> dict[str, Any]:
    columns = [_line(column) for column in table.columns if column]
    rows = [[_line(cell) for cell in row] for row in table.rows]
    widths = []
    for i in range(len(table.columns)):
        longest = max((len(row[i]) for row in rows), default=0)
        widths.append(0 if i in table.numeric or longest < _WIDE else min(longest, 60))
    return {
        "k": "table",
        "columns": columns or None,
        "rows": rows,
        "numeric": sorted(table.numeric),
        "widths": widths,
    }


def _paper(paper: Paper) -> dict[str, str | None]:
    return {"t": _line(paper.title), "a": paper.address, "n": _line(paper.note)}


def _line(text: str) -> str:
    """A text on one line: the typesetter would keep its line ends, and stumble on control signs."""
    return " ".join(_CONTROL.sub(" ", text).split())
