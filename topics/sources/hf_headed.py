"""The forms with a heading a paper: Markdown with links, and text of a browser with [n] links."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from topics.sources.hf_parts import (
    BYLINE,
    Card,
    Page,
    arxiv_id,
    author_count,
    date,
    furniture,
    has_byline,
    number,
)
from topics.sources.hf_plain import own_date

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["has_headed_card", "read_headed"]

_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*)$", re.MULTILINE)
#: A heading that is a link: ``### [Title](address)`` or ``### [Title][12]``, maybe wrapped.
_LINKED = re.compile(
    r"^#{1,6}[ \t]+\[(?P<title>(?:(?!\n[ \t]*\n)[^\x00]){1,600}?)\]"
    r"(?:\((?P<address>[^()\s]+)[^)\n]*\)|\[(?P<reference>\d+)\])"
    r"[ \t]*(?:\{[^}\n]*\})?[ \t]*$",
    re.MULTILINE,
)
_MARKED_BYLINE = re.compile(rf"^#{{1,6}}[ \t]+{BYLINE.pattern}", re.MULTILINE | re.IGNORECASE)
_REFERENCE = re.compile(
    r"^[ \t]*(?:\[(\d+)\]:?|(\d+)\.)[ \t]+<?(https?://[^\s>]+)>?[ \t]*$", re.MULTILINE
)
_TARGET = r"(?:\([^()\s]*\)|\[\d+\])"
#: A line that is a link or picture and nothing else: an organisation, an avatar.
_LINK = re.compile(rf"(?:[-*•]\s+)?!?\[(?P<label>.*)\](?P<target>{_TARGET})|[-*•]\s+!?\[[^\]]*\]")
_LINK_END = re.compile(rf"\]{_TARGET}(?:\s*\[[\s\d]*\]{_TARGET})*")
_MARKUP = re.compile(r"<a\s[^>]*>(?:</a>)?|```.*|[\[\]]|!?\[[^\]]*\]|<!--.*-->", re.IGNORECASE)
_WHOLE_LINK = re.compile(rf"\[\s*(?P<text>.*?)\s*\]{_TARGET}", re.DOTALL)
_COUNT_LINK = re.compile(
    r"\[\s*(?:upvote\s*)?(?P<count>\d[\d.,]*k?)\s*\](?:\((?P<address>[^()\s]*)\)|\[\d+\])",
    re.IGNORECASE,
)


def has_headed_card(text: str) -> bool:
    """Whether a heading links to a paper, or the page's own headings are marked as such."""
    if "#" not in text:
        return False
    byline = has_byline(text)
    if byline and _MARKED_BYLINE.search(text):
        return True
    return any(byline or _paper_link(match) for match in _LINKED.finditer(text))


def read_headed(text: str) -> Page:
    """Read the forms with headings."""
    references = {match[1] or match[2]: match[3] for match in _REFERENCE.finditer(text) if match[3]}
    starts = [match for match in _LINKED.finditer(text) if not _furniture(match)]
    ends = [*(match.start() for match in _HEADING.finditer(text)), len(text)]
    breaks = [match.start() for match in re.finditer("\n", text)]
    cards = []
    for match in starts:
        address = match["address"] or references.get(match["reference"] or "", "")
        line = bisect_left(breaks, match.start()) + 1
        card = Card(line, match["title"], arxiv_id=arxiv_id(address))
        _body(card, text[match.end() : ends[bisect_left(ends, match.end())]].split("\n"))
        cards.append(card)
    return Page(cards, own_date(text))


def _paper_link(match: re.Match[str]) -> bool:
    return arxiv_id(match["address"] or "") is not None


def _furniture(match: re.Match[str]) -> bool:
    return furniture(match["title"]) or BYLINE.search(match[0]) is not None


def _body(card: Card, lines: Sequence[str]) -> None:
    """Read what follows a heading: the abstract, then authors, date, comments and upvotes."""
    paragraphs: list[list[str]] = [[]]
    rest = len(lines)
    for row, raw in enumerate(lines):
        line = raw.replace("\xa0", " ").strip()
        if line == "·" or author_count(line) is not None or date(line) is not None:
            rest = row
            break
        if any(paragraphs) and (line in ("-", "*", "•") or _LINK_END.fullmatch(line)):
            rest = row
            break
        if not line:
            paragraphs.append([])
        elif _is_text(line, inside=bool(paragraphs[-1])):
            paragraphs[-1].append(line)
    card.paragraphs = [" ".join(paragraph) for paragraph in paragraphs if paragraph]
    whole = _WHOLE_LINK.fullmatch("\n\n".join(card.paragraphs))
    if whole is not None:
        card.paragraphs = whole["text"].split("\n\n")
    _meta(card, lines[rest:])


def _is_text(line: str, *, inside: bool) -> bool:
    link = _LINK.fullmatch(line)
    if link is not None:
        # The abstract may be one link to the paper; an organisation's name is short.
        return link["label"] is not None and len(link["label"]) > 80
    if _MARKUP.fullmatch(line):
        return False
    # A wrapped line may be the one word "models"; alone it is furniture.
    return inside or not (furniture(line) or number(line) is not None)


def _meta(card: Card, lines: Sequence[str]) -> None:
    rest = len(lines)
    for row, raw in enumerate(lines):
        line = raw.replace("\xa0", " ").strip()
        authors, when = author_count(line), date(line)
        if authors is not None and card.author_count is None:
            card.author_count = authors
        elif when is not None and card.date is None:
            card.date, rest = when, row + 1
    for match in _COUNT_LINK.finditer("\n".join(lines[rest:])):
        if (match["address"] or "").endswith("#community"):
            card.comments = number(match["count"])
        elif card.upvotes is None:
            card.upvotes = number(match["count"])
