"""EndNote: its tagged form (.enw, ``%T A title``) and its XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.dates import best_date, partial_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid
from topics.sources.names import listed_names
from topics.sources.tagged import Fields, is_spaced, numbered_lines
from topics.sources.xmlrecords import child_text, inner_text, records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from topics.sources.document import Document
    from topics.sources.record import SourceRead
    from topics.sources.xmlrecords import XmlRecord

__all__ = ["ENDNOTE", "ENDNOTE_XML", "Endnote", "EndnoteXml"]

_BEGIN = re.compile(r"^\ufeff?%0(?: [^\n]*)?$", re.MULTILINE)
_TITLE = re.compile(r"^\ufeff?%T \S", re.MULTILINE)
_OTHER = re.compile(r"^%[ADJX] \S", re.MULTILINE)
_TAG = re.compile(r"\ufeff?%([0-9A-Za-z!@#$&*()+=<>?\[\]^~])(?:[ \t](.*)|\s*)$")
_XML = re.compile(r"<records?\b[^<>]*>", re.IGNORECASE)
_XML_OWN = re.compile(
    r"<(?:rec-number|ref-type|foreign-keys|source-app|titles|reference_type|refnum|contributors)\b",
    re.IGNORECASE,
)
_PUBMED = re.compile(r"pubmed|medline|nlm", re.IGNORECASE)


class Endnote:
    """Reader of EndNote's tagged files, which Google Scholar and others write too."""

    name = "endnote"
    expects = "references exported for EndNote (.enw)"

    def recognises(self, document: Document) -> bool:
        """Tell it by an entry's first line, or by its title and another tag."""
        head = document.head_text or ""
        if _BEGIN.search(head):
            return _OTHER.search(head) is not None or _TITLE.search(head) is not None
        return _TITLE.search(head) is not None and _OTHER.search(head) is not None

    def read(self, document: Document) -> SourceRead:
        """Read all entries.

        Raises:
            SourceError: there is no entry.
        """
        return finish(map(_tagged, split(document.text or "")), document, kind=self.name)


def split(text: str) -> Iterator[Fields]:
    """Divide a text into entries: at every %0, or at empty lines where there is none."""
    divided = _BEGIN.search(text) is None and not is_spaced(text)
    current: Fields | None = None
    value: list[str] | None = None
    empty = False
    for number, line in numbered_lines(text):
        match = _TAG.match(line)
        if match is None:
            empty = not line.strip()
            if value is not None:
                value.append(line)
            continue
        tag, content = match[1], match[2] or ""
        ends = "0" in current.values if current and tag == "0" else empty and divided
        if current is not None and ends:
            yield current
            current = None
        current = current or Fields(number)
        value = current.add(tag, content)
        empty = False
    if current is not None:
        yield current


def _tagged(fields: Fields) -> Entry:
    years = [partial_date(value) for value in fields.all("D")]
    year = next((int(found[:4]) for found in years if found), None)
    days = [partial_date(value, year=year) for value in fields.all("8")]
    links = fields.all("U", ">")
    numbers = fields.all("M") if _PUBMED.search(" ".join(fields.all("~", "W"))) else []
    return _entry(
        line=fields.line,
        title=fields.first("T", "!"),
        abstract=fields.text("X"),
        dates=[*years, *days],
        authors=fields.all("A"),
        dois=fields.all("R"),
        links=links,
        places=fields.all("M", "J", "B", "R", "Z"),
        numbers=numbers,
    )


def _entry(
    *,
    line: int,
    title: str,
    abstract: str,
    dates: list[str | None],
    authors: list[str],
    dois: list[str],
    links: list[str],
    places: list[str],
    numbers: list[str],
) -> Entry:
    addresses = [link for link in links if "doi" in link.lower()]
    known = [find_pmid(number) for number in numbers]
    known += [find_pmid(link, bare=False) for link in links]
    return Entry(
        line=line,
        title=title,
        abstract=abstract,
        date=best_date(*dates),
        authors=[name for value in authors for name in listed_names(value)],
        doi=next(filter(None, map(find_doi, (*dois, *addresses))), None),
        arxiv_id=next(filter(None, map(find_arxiv_id, (*links, *places))), None),
        pmid=next(filter(None, known), None),
        url=" ".join(links),
    )


class EndnoteXml:
    """Reader of EndNote's XML."""

    name = "endnote-xml"
    expects = "an EndNote library exported as XML"

    def recognises(self, document: Document) -> bool:
        """Tell it by its records and what only they hold."""
        head = document.head_text or ""
        if _XML.search(head) is None or "<OAI-PMH" in head:
            return False
        return _XML_OWN.search(head) is not None

    def read(self, document: Document) -> SourceRead:
        """Read all records.

        Raises:
            SourceError: there is none, or the file declares entities.
        """
        found = records(document.text or "", ("record", "RECORD"), source=document.source)
        return finish(map(_xml, found), document, kind=self.name)


def _xml(record: XmlRecord) -> Entry:
    element = record.element
    if element is None:
        return Entry(line=record.line, reason=record.reason)
    for part in element.iter():
        part.tag = str(part.tag).lower()
    year = partial_date(child_text(element, "dates/year", "year"))
    days = [*_texts(element, "dates/pub-dates/date"), *_texts(element, "date")]
    database = child_text(element, "remote-database-name", "remote-database-provider")
    numbers = _texts(element, "accession-num") if _PUBMED.search(database) else []
    paths = ("urls/related-urls/url", "urls/web-urls/url", "urls/url", "url")
    title = element.find("titles/title")
    return _entry(
        line=record.line,
        title=inner_text(title) if title is not None else _text(element, "title"),
        abstract=_text(element, "abstract"),
        dates=[year, *(partial_date(day, year=int(year[:4]) if year else None) for day in days)],
        authors=[
            *_texts(element, "contributors/authors/author"),
            *_texts(element, "authors/author"),
        ],
        dois=_texts(element, "electronic-resource-num"),
        links=[link for path in paths for link in _texts(element, path)],
        places=[*_texts(element, "accession-num"), *_texts(element, "titles/secondary-title")],
        numbers=numbers,
    )


def _text(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else inner_text(found)


def _texts(element: Element, path: str) -> list[str]:
    found = (" ".join(inner_text(part).split()) for part in element.iterfind(path))
    return [text for text in found if text]


ENDNOTE = Endnote()
ENDNOTE_XML = EndnoteXml()
