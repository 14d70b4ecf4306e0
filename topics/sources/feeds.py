"""Feeds: arXiv's API, the feeds of arXiv, Hugging Face's daily papers and journals."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from topics.sources.arxiv_snapshot import split_authors, without_withdrawal
from topics.sources.dates import partial_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_arxiv_id, find_doi
from topics.sources.markup import plain
from topics.sources.names import listed_names
from topics.sources.xml_prefixes import without_prefixes
from topics.sources.xmlrecords import child_text, inner_text, records

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from topics.sources.document import Document
    from topics.sources.record import SourceRead
    from topics.sources.xmlrecords import XmlRecord

__all__ = ["ARXIV_ATOM", "FEED", "Feed"]

_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:(?P<feed>feed)|(?P<rss>rss)|(?P<rdf>RDF))(?=[\s>])")
_RDF_FEED = re.compile(r"purl\.org/rss|<(?:[\w.-]+:)?channel[\s>]")
_ARXIV = re.compile(r"arxiv\.org/(?:api|abs|schemas)")
_FIRST = re.compile(r"<(?:entry|item)[\s>]")
_BUILT = re.compile(r"<(?:lastBuildDate|updated|pubDate|date)>([^<]{4,40})<")
#: Fields that feeds of papers write into the text, each on a line of its own.
_LABELLED = re.compile(
    r"(?:\A|\n)[ \t]*(authors?|upvotes|published|likes)\s*:[ \t]*([^\n]*)", re.IGNORECASE
)
_ABSTRACT = re.compile(r"(?<!\S)(?:summary|abstract)\s*:\s*(?=\S)", re.IGNORECASE)
_ANNOUNCED = re.compile(r"\s*arxiv:\S+\s+announce type:\s*(\S+)", re.IGNORECASE)
#: What older feeds of arXiv add to a title.
_TITLE_END = re.compile(r" ?\(arXiv:[^()]*\)$")
#: Characters of a summary that need no longer text beside it.
_LONG_ENOUGH = 300
_EMAIL = re.compile(r"[^\s@]+@\S+ \(([^()]+)\)")


class Feed:
    """Reader of Atom and RSS feeds."""

    def __init__(self, *, arxiv: bool) -> None:
        self.name = "arxiv-atom" if arxiv else "feed"
        self.expects = (
            "an answer of arXiv's API (Atom)"
            if arxiv
            else "a feed of papers (RSS or Atom), such as that of Hugging Face's daily papers"
        )
        self._arxiv = arxiv

    def recognises(self, document: Document) -> bool:
        """Tell a feed by its outermost element."""
        head = document.head_text or ""
        if not head.lstrip().startswith("<"):
            return False
        root = _ROOT.search(head[:8192])
        if root is None or (root["rdf"] and _RDF_FEED.search(head) is None):
            return False
        return not self._arxiv or (root["feed"] and _ARXIV.search(head)) is not None

    def read(self, document: Document) -> SourceRead:
        """Read all entries.

        Raises:
            SourceError: there is none, or the file declares entities.
        """
        text = without_prefixes(document.text or "")
        names = ("entry", "item")
        entries = (_entry(found) for found in records(text, names, source=document.source))
        read = finish(entries, document, kind=self.name)
        return replace(read, as_of=_built(text))


def _built(text: str) -> str | None:
    """The day on which the feed was made, where it says so in full."""
    first = _FIRST.search(text)
    match = _BUILT.search(text, 0, first.start() if first else len(text))
    day = partial_date(match[1]) if match else None
    return day if day is not None and len(day) == 10 else None


def _entry(found: XmlRecord) -> Entry:
    item = found.element
    if item is None:
        return Entry(line=found.line, reason=found.reason)
    name = _first(item, "id", "guid")
    if "/api/errors" in name:
        said = child_text(item, "summary").rstrip(".") or "no more is said"
        return Entry(line=found.line, reason=f"An error of arXiv's API: {said}.")
    links = _links(item)
    body = _body(item)
    labels = {match[1].casefold(): match[2].strip() for match in _LABELLED.finditer(body)}
    arxiv_id = next(filter(None, map(find_arxiv_id, (name, *links))), None)
    upvotes = labels.get("upvotes", "")
    return Entry(
        line=found.line,
        title=_TITLE_END.sub("", " ".join(_first(item, "title").split())),
        abstract=without_withdrawal(_abstract(body)),
        date=_date(item, body),
        authors=_authors(item) or split_authors(labels.get("authors", labels.get("author", ""))),
        upvotes=int(upvotes) if upvotes.isdecimal() and len(upvotes) < 9 else None,
        doi=_doi(item, links),
        arxiv_id=arxiv_id,
        url=next(iter(links), None) or name,
    )


def _first(item: Element, *names: str) -> str:
    """The text of the first of an entry's own fields that has any."""
    found = (inner_text(part) for name in names for part in item.findall(name))
    return next((text for text in found if text.strip()), "")


def _links(item: Element) -> list[str]:
    """Addresses of an entry, that of its page first."""
    parts = [part for part in item.findall("link") if part.get("rel") != "self"]
    parts.sort(key=lambda part: part.get("rel", "alternate") != "alternate")
    found = ((part.get("href") or inner_text(part)).strip() for part in parts)
    return [address for address in found if address]


def _body(item: Element) -> str:
    """What an entry says of its paper, readable but for its line breaks."""
    short = plain(_first(item, "summary", "description", "abstract"))
    if len(short) >= _LONG_ENOUGH:
        return short
    return max(short, plain(_first(item, "encoded", "content")), key=len)


def _abstract(body: str) -> str:
    """The text after its label, or all that stands after the labelled fields."""
    label = _ABSTRACT.search(body)
    if label is not None and (label.start() == 0 or _LABELLED.search(body) or _announced(body)):
        return body[label.end() :]
    return _LABELLED.sub("", body)


def _announced(body: str) -> re.Match[str] | None:
    return _ANNOUNCED.match(body)


def _date(item: Element, body: str) -> str | None:
    """When the paper came out; not when arXiv announced a new version of it."""
    kind = _announced(body)
    if kind is not None and kind[1].casefold().startswith("replace"):
        return None
    named = ("published", "publicationDate", "issued", "date", "pubDate", "updated")
    found = (partial_date(_first(item, name)) for name in named)
    return next(filter(None, found), None)


def _authors(item: Element) -> list[str]:
    people = [name for one in item.findall("author") if (name := child_text(one, "name"))]
    if people:
        return people
    lines = [
        plain(inner_text(part)) for name in ("creator", "author") for part in item.findall(name)
    ]
    lines = [" ".join(line.split()) for line in lines]
    lines = [match[1] if (match := _EMAIL.fullmatch(line)) else line for line in lines]
    lines = list(dict.fromkeys(filter(None, lines)))
    if len(lines) == 1 and ";" not in lines[0]:
        names = split_authors(lines[0])
        # One name with a comma in it, family name first, or a list of whole names.
        return names if all(" " in name for name in names) else listed_names(lines[0])
    return [name for line in lines for name in listed_names(line)]


def _doi(item: Element, links: list[str]) -> str | None:
    own = _first(item, "doi"), _first(item, "identifier"), *links
    return next(filter(None, map(find_doi, own)), None)


ARXIV_ATOM = Feed(arxiv=True)
FEED = Feed(arxiv=False)
