"""The page as HTML, saved by a browser: cards in the markup and the data it was drawn from."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from topics.sources.hf_parts import Card, arxiv_id, author_count, date, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["is_html", "read_html"]

_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|main|div|section)\b", re.IGNORECASE)
_PAPER_LINK = re.compile(r"/papers/\d{4}\.\d{4,5}")
_DEPTH = 60


def is_html(text: str) -> bool:
    """Whether the text is HTML of such a page."""
    return (
        text.lstrip()[:1] == "<"
        and _HTML.search(text[:20000]) is not None
        and (_PAPER_LINK.search(text) is not None or "huggingface.co" in text)
    )


def read_html(text: str) -> list[Card]:
    """Read the page's cards, made complete by the data in the page where it is there."""
    import lxml.html

    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, huge_tree=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return []
    data = {card.arxiv_id: card for card in _data_cards(root)}
    cards = list(_markup_cards(root))
    for card in cards:
        if card.arxiv_id in data:
            _complete(card, data[card.arxiv_id])
    shown = {card.arxiv_id for card in cards}
    return cards + [card for key, card in data.items() if key not in shown]


def _complete(card: Card, other: Card) -> None:
    if sum(map(len, other.paragraphs)) >= sum(map(len, card.paragraphs)):
        card.paragraphs = other.paragraphs or card.paragraphs
    card.title = other.title or card.title
    card.full_date = card.full_date or other.full_date
    card.authors = other.authors
    card.author_count = card.author_count or other.author_count
    card.comments = card.comments if card.comments is not None else other.comments
    card.upvotes = card.upvotes if card.upvotes is not None else other.upvotes


def _markup_cards(root: Any) -> Iterator[Card]:
    for heading in root.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        link = next(
            (a for a in heading.iter("a") if arxiv_id(a.get("href") or "") is not None), None
        )
        if link is None or not _text(link):
            continue
        paper = arxiv_id(link.get("href"))
        card = Card(heading.sourceline or 0, _text(link), arxiv_id=paper)
        _fill(card, _container(heading, paper))
        yield card


def _container(heading: Any, paper: str | None) -> Any:
    """The largest element around a heading that holds no other paper's heading."""
    best = heading
    for element in heading.iterancestors():
        others = [
            link
            for link in element.iterfind(".//a[@href]")
            if arxiv_id(link.get("href")) not in (None, paper)
        ]
        if others or element.tag in ("body", "html", "main"):
            break
        best = element
        if element.tag == "article":
            break
    return best


def _fill(card: Card, container: Any) -> None:
    for element in container.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "svg"):
            continue
        text = _text(element) if len(element) < 12 else ""
        if element.tag == "time" and card.full_date is None:
            stamp = re.match(r"\d{4}-\d{2}-\d{2}", element.get("datetime") or "")
            card.full_date = stamp[0] if stamp else None
            card.date = card.date or date(text)
        elif element.tag == "p":
            if len(text) > 40 and date(text) is None:
                card.paragraphs.append(text)
        elif author_count(text) is not None:
            card.author_count = author_count(text)
        elif date(text) is not None:
            card.date = card.date or date(text)
        elif element.tag == "a":
            address = element.get("href") or ""
            if address.endswith("#community"):
                card.comments = number(text) if card.comments is None else card.comments
            elif "/login" in address and card.upvotes is None:
                card.upvotes = number(text.removeprefix("Upvote").strip())


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _data_cards(root: Any) -> Iterator[Card]:
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        raw = element.get("data-props") or ""
        if element.tag == "script" and "json" in (element.get("type") or ""):
            raw = element.text or ""
        if "apers" not in raw:
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
    stamp = re.match(r"\d{4}-\d{2}-\d{2}", str(entry.get("publishedAt") or ""))
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
    return value if isinstance(value, int) and not isinstance(value, bool) else None
