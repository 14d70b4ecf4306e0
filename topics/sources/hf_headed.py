"""The forms with a heading a paper: Markdown with links, and text of a browser with [n] links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.hf_parts import BYLINE, Card, arxiv_id, author_count, date, furniture, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["has_headed_card", "read_headed"]

_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*)$", re.MULTILINE)
#: A heading that is a link: ``### [Title](address)`` or ``### [Title][12]``, maybe wrapped.
_LINKED = re.compile(
    r"^#{1,6}[ \t]+\[(?P<title>(?:(?!\n[ \t]*\n)[^\x00]){1,600}?)\]"
    r"(?:\((?P<address>[^()\s]+)[^)\n]*\)|\[(?P<reference>\d+)\])"
    r"[ \t]*(?:\{[^}\n]*\})?[ \t]*$",
    re.MULTILINE,
)
_REFERENCE = re.compile(
    r"^[ \t]*(?:\[(\d+)\]:?|(\d+)\.)[ \t]+<?(https?://[^\s>]+)>?[ \t]*$", re.MULTILINE
)
_LINK_TAIL = re.compile(r"\](?:\([^()\s]*\)|\[\d+\])$")
_JUNK = re.compile(
    r"<a\s[^>]*>(?:</a>)?|!?\[?\[[^\]]*\]\]?(?:\([^)]*\)|\[\d+\])?|```.*|[\[\]*•·|-]*",
    re.IGNORECASE,
)


def has_headed_card(text: str) -> bool:
    """Whether a heading links to a paper, or links at all on a page with the byline."""
    byline = BYLINE.search(text) is not None
    return any(byline or _paper_link(match) for match in _LINKED.finditer(text))


def read_headed(text: str) -> list[Card]:
    """Read the forms with headings."""
    references = {match[1] or match[2]: match[3] for match in _REFERENCE.finditer(text) if match[3]}
    starts = [match for match in _LINKED.finditer(text) if not _furniture(match)]
    ends = sorted(match.start() for match in _HEADING.finditer(text))
    cards = []
    for match in starts:
        end = next((place for place in ends if place >= match.end()), len(text))
        cards.append(_card(match, text, end, references))
    return cards


def _paper_link(match: re.Match[str]) -> bool:
    return arxiv_id(match["address"] or "") is not None


def _furniture(match: re.Match[str]) -> bool:
    return furniture(match["title"]) or BYLINE.search(match[0]) is not None


def _card(match: re.Match[str], text: str, end: int, references: Mapping[str, str]) -> Card:
    address = match["address"] or references.get(match["reference"] or "", "")
    card = Card(text.count("\n", 0, match.start()) + 1, match["title"], arxiv_id=arxiv_id(address))
    _body(card, text[match.end() : end].split("\n"))
    return card


def _body(card: Card, lines: Sequence[str]) -> None:
    """Read what follows a heading: the abstract, then authors, date, comments and upvotes."""
    paragraph: list[str] = []
    abstract = True
    for raw in lines:
        line = raw.replace("\xa0", " ").strip()
        plain = _LINK_TAIL.sub("", line.lstrip("[")).strip() if line.startswith("[") else line
        authors, when = author_count(line), date(line)
        if authors is not None:
            card.author_count, abstract = authors, False
        elif when is not None:
            card.date, abstract = card.date or when, False
        elif line == "·":
            abstract = False
        elif not abstract:
            votes = number(_LINK_TAIL.sub("", plain))
            if votes is not None and card.upvotes is None and card.date is not None:
                card.upvotes = votes
        elif not line:
            _flush(card, paragraph)
        elif not _JUNK.fullmatch(line) and not furniture(line) and number(line) is None:
            paragraph.append(line)
    _flush(card, paragraph)


def _flush(card: Card, paragraph: list[str]) -> None:
    if paragraph:
        card.paragraphs.append(" ".join(paragraph))
        paragraph.clear()
