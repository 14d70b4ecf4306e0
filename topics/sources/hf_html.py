"""The page as HTML, saved by a browser: cards in the markup and the data it was drawn from."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from topics.sources.hf_parts import (
    Card,
    Page,
    PageDate,
    arxiv_id,
    author_count,
    date,
    furniture,
    number,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["is_archive", "is_html", "read_html", "unpack"]

_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|article|main|div|section|h3)\b", re.IGNORECASE
)
_PAPER_LINK = re.compile(r"/papers/\d{4}\.\d{4,5}")
_SITE = re.compile(r"data-target=[\"']DailyPapers|huggingface\.co/papers|>\s*Daily Papers\s*<")
_ARCHIVE = re.compile(
    r"\A(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?i:content-type:\s*multipart/related)"
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Where a cut-off page ends: within a tag, within a heading.
_UNCLOSED_TAG = re.compile(r"<[^<>]*\Z")
_UNCLOSED_HEADING = re.compile(r"<h[1-6]\b(?:(?!</h[1-6]).){0,2000}\Z", re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DEPTH = 60


def is_archive(text: str) -> bool:
    """Whether a text begins as a browser's single-file archive."""
    return _ARCHIVE.match(text[:4000]) is not None


def unpack(text: str) -> tuple[str, str | None]:
    """Take the page out of a browser's single-file archive (MHTML).

    Returns:
        The HTML and the day on which it was saved; the text itself where it is no archive.
    """
    if not is_archive(text):
        return text, None
    import email
    import email.policy
    from email.utils import parsedate_to_datetime

    try:
        message = email.message_from_string(text, policy=email.policy.default)
        saved = message.get("Date")
        day = parsedate_to_datetime(str(saved)).date().isoformat() if saved else None
        for part in message.walk():
            if part.get_content_type() == "text/html":
                return str(part.get_content()), day
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
        pass
    return text, None


def is_html(text: str) -> bool:
    """Whether the text is HTML of such a page."""
    return (
        text.lstrip()[:1] == "<"
        and _TAG.search(text[:20000]) is not None
        and (_PAPER_LINK.search(text) is not None or _SITE.search(text) is not None)
    )


def read_html(text: str) -> Page:
    """Read the page's cards, made complete by the data in the page where it is there."""
    import lxml.etree
    import lxml.html

    text = _UNCLOSED_TAG.sub("", text)

    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return Page([], None)
    for line_break in root.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    data = {card.arxiv_id: card for card in _data_cards(root)}
    cards = list(_markup_cards(root))
    cut = cards.pop().line if cards and _UNCLOSED_HEADING.search(text) else None
    for card in cards:
        if card.arxiv_id in data:
            _complete(card, data[card.arxiv_id])
    shown = {card.arxiv_id for card in cards}
    rest = [card for key, card in data.items() if key not in shown]
    return Page(cards + rest, _own_date(root), cut)


def _complete(card: Card, other: Card) -> None:
    """Add what the page's data knows of a paper beyond its card."""
    if len("".join(other.paragraphs)) >= len("".join(card.paragraphs)):
        card.paragraphs = other.paragraphs
    card.title = other.title or card.title
    if card.full_date is None and (card.date is None or card.date.year is None):
        card.full_date = other.full_date
    card.authors = other.authors
    for name in ("author_count", "comments", "upvotes"):
        if getattr(card, name) is None:
            setattr(card, name, getattr(other, name))


def _own_date(root: Any) -> PageDate | None:
    """The first date of the page before its first card."""
    for element in root.iter():
        if element.tag == "article" or (element.tag in _HEADINGS and _link(element) is not None):
            return None
        if isinstance(element.tag, str) and len(element) == 0:
            found = date(_text(element))
            if found is not None:
                return found
    return None


def _markup_cards(root: Any) -> Iterator[Card]:
    linked = [
        (heading, link) for heading in root.iter(*_HEADINGS) if (link := _link(heading)) is not None
    ]
    shows = _papers_within(linked)
    for heading, link in linked:
        paper = arxiv_id(link.get("href"))
        card = Card(heading.sourceline or 0, _text(link) or _text(heading), arxiv_id=paper)
        if card.title:
            _fill(card, _container(heading, shows), heading)
            yield card


def _link(heading: Any) -> Any:
    """The link to a paper in a heading, or around it."""
    for link in (*heading.iter("a"), *heading.iterancestors("a")):
        if arxiv_id(link.get("href") or "") is not None:
            return link
    return None


def _papers_within(linked: Sequence[tuple[Any, Any]]) -> dict[Any, str | None]:
    """For every element around a heading the one paper it shows, None if there are several."""
    shows: dict[Any, str | None] = {}
    for heading, link in linked:
        paper = arxiv_id(link.get("href"))
        for element in heading.iterancestors():
            if shows.setdefault(element, paper) != paper:
                shows[element] = None
    return shows


def _container(heading: Any, shows: Mapping[Any, str | None]) -> Any:
    """The article around a heading, or the largest element that shows no other paper."""
    best = heading
    for element in heading.iterancestors():
        if element.tag in ("body", "html", "main") or shows[element] is None:
            break
        best = element
        if element.tag == "article":
            break
    return best


def _fill(card: Card, container: Any, heading: Any) -> None:
    """Read a card's abstract, authors, date, comments and upvotes."""
    for element in container.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "svg"):
            continue
        if element is heading or heading in element.iterancestors():
            continue
        text = _text(element)
        address = element.get("href") or ""
        if element.tag == "time":
            _stamp(card, element.get("datetime") or "", text)
        elif len(text) < 80 and author_count(text) is not None:
            card.author_count = author_count(text)
        elif len(text) < 80 and date(text) is not None:
            card.date = card.date or date(text)
        elif element.tag == "p" or "line-clamp" in (element.get("class") or ""):
            _paragraph(card, element, text)
        elif address.endswith("#community") and card.comments is None:
            card.comments = number(text)
        elif "/login" in address and card.upvotes is None:
            card.upvotes = number(text.removeprefix("Upvote").strip())


def _stamp(card: Card, stamp: str, text: str) -> None:
    shown = date(text)
    card.date = shown or card.date
    full = _DAY.match(stamp)
    # The page's reader saw the written date; the stamp is of another time zone.
    if full is not None and (shown is None or shown.year is None):
        card.full_date = full[0]


def _paragraph(card: Card, element: Any, text: str) -> None:
    inside_item = next(element.iterancestors("li"), None) is not None
    nested = any(parent.tag == "p" for parent in element.iterancestors())
    if inside_item or nested or furniture(text) or number(text) is not None:
        return
    if len(text.split()) >= 3 and text not in card.paragraphs and text != card.title:
        card.paragraphs.append(text)


def _text(element: Any) -> str:
    """Text of an element on one line; of a rendered formula, its TeX alone."""
    if element.find(".//annotation") is None:
        return " ".join("".join(element.itertext()).split())
    parts: list[str] = []
    _collect(element, parts)
    return " ".join("".join(parts).split())


def _collect(element: Any, parts: list[str], depth: int = 0) -> None:
    if "katex-html" in (element.get("class") or "") or depth > _DEPTH:
        return
    if element.tag == "math":
        parts += [f"${note.text_content()}$" for note in element.iter("annotation")]
        return
    parts.append(element.text or "")
    for child in element:
        if isinstance(child.tag, str):
            _collect(child, parts, depth + 1)
        parts.append(child.tail or "")


def _data_cards(root: Any) -> Iterator[Card]:
    """Papers in the data that the page's script draws the cards from."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        raw = element.get("data-props") or ""
        if element.tag == "script" and "json" in (element.get("type") or ""):
            raw = element.text or ""
        if '"paper' not in raw.casefold() and '"dailypapers' not in raw.casefold():
            continue
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        for entry in _entries(value, 0):
            card = _data_card(entry)
            if card is not None:
                card.line = element.sourceline or 0
                yield card


def _entries(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        paper = value.get("paper")
        if isinstance(paper, dict) and isinstance(paper.get("title"), str):
            yield {**value, **paper}
            return
        if isinstance(value.get("title"), str) and isinstance(value.get("summary"), str):
            yield value
            return
        for item in value.values():
            yield from _entries(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _entries(item, depth + 1)


def _data_card(entry: Mapping[str, Any]) -> Card | None:
    paper = arxiv_id(f"/papers/{entry.get('id')}")
    if paper is None:
        return None
    listed = entry.get("authors")
    names = tuple(
        person["name"]
        for person in (listed if isinstance(listed, list) else [])
        if isinstance(person, dict) and isinstance(person.get("name"), str)
    )
    summary = entry.get("summary")
    stamp = _DAY.match(str(entry.get("publishedAt") or ""))
    return Card(
        0,
        str(entry["title"]),
        paragraphs=[summary] if isinstance(summary, str) and summary else [],
        full_date=stamp[0] if stamp else None,
        authors=names,
        author_count=len(names) or None,
        comments=_whole(entry.get("numComments")),
        upvotes=_whole(entry.get("upvotes")),
        arxiv_id=paper,
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
