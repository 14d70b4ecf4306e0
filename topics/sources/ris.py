"""RIS in the dialects of publishers, databases and reference managers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.dates import best_date, partial_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid
from topics.sources.names import listed_names
from topics.sources.tagged import UNENDED, Fields, numbered_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from topics.sources.document import Document
    from topics.sources.record import SourceRead

__all__ = ["RIS", "Ris"]

#: A file of this kind has an entry's first line near its beginning.
_TELLING = re.compile(
    r"^[ \t\ufeff]*TY(?: {2}-(?:[ \t]|$)| ?-[ \t]*[A-Z]{3,8}[ \t]*$)", re.MULTILINE
)
#: Entries whose first lines are lost still have their ends and titles.
_ENDED = re.compile(r"^ER  -[ \t]*$", re.MULTILINE)
_TITLED = re.compile(r"^(?:TI|T1)  - \S", re.MULTILINE)
_LOOSE = re.compile(r"([ \t]*)(PMID|DOI|[A-Z][A-Z0-9])([ \t]{0,3})[-–][ \t]*(.*)")
#: Tags that may be written with one blank, where a text's own lines are not taken for them.
_TYPE = re.compile(r"[A-Z]{3,8}\b|[A-Z][a-z]+(?: [A-Z][a-z]+)?$")
_TEXTS = ("AB", "N2", "N1")
#: A line that only numbers the next entry.
_NUMBER = re.compile(r"\s*\d+\.\s*")
_PUBMED = re.compile(r"pubmed|medline|nlm", re.IGNORECASE)
_RAW_ID = re.compile(r"(?:doi:\s*)?10\.\d{4,9}/\S+", re.IGNORECASE)


class Ris:
    """Reader of RIS files."""

    name = "ris"
    expects = "references exported as RIS (.ris)"

    def recognises(self, document: Document) -> bool:
        """Tell RIS by the first line of an entry."""
        head = document.head_text or ""
        if _TELLING.search(head):
            return True
        return _ENDED.search(head) is not None and _TITLED.search(head) is not None

    def read(self, document: Document) -> SourceRead:
        """Read all entries, whether or not they are ended.

        Raises:
            SourceError: there is no entry.
        """
        notices: list[str] = []
        found = _noted(split(document.text or ""), notices)
        return finish(map(_entry, found), document, kind=self.name, notices=notices)


def _noted(found: Iterable[Fields], notices: list[str]) -> Iterator[Fields]:
    """Pass entries on; after the last, note those that had no end."""
    unended: list[int] = []
    last: Fields | None = None
    for last in found:
        if not last.ended:
            unended.append(last.line)
        yield last
    if last is not None and not last.ended:
        notices.append(UNENDED.format(line=unended.pop()))
    if unended:
        lines = ", ".join(map(str, unended[:3])) + (", …" if len(unended) > 3 else "")
        notices.append(f"No end mark (ER) of the entry at line {lines}; read all the same.")


def split(text: str) -> Iterator[Fields]:
    """Divide a RIS text into entries, each from its TY to its ER or to the next TY."""
    current: Fields | None = None
    value: list[str] | None = None
    for number, line in numbered_lines(text):
        tag, content = _tag(line)
        if tag == "ER":
            if current is not None:
                current.ended = True
                yield current
            current = value = None
            tag, content = _tag(content)
            if tag != "TY":
                continue
        if tag == "TY" and current is not None and ("TY" in current.values or _has_text(current)):
            yield current
            current = None
        if tag:
            current = current or Fields(number)
            value = current.add(tag, content)
        elif value is not None and not _NUMBER.fullmatch(line):
            value.append(line)
    if current is not None:
        yield current


def _has_text(fields: Fields) -> bool:
    return any(tag in fields.values for tag in ("TI", "T1", "AB", "N2"))


def _tag(line: str) -> tuple[str, str]:
    """The tag of a line and what follows it; an empty tag where the line continues another."""
    line = line.lstrip("\ufeff")
    if line[2:5] == "  -" and line[:1].isupper() and line[:2].isalnum() and line[:2].isupper():
        return line[:2], line[5:].strip()
    match = _LOOSE.match(line)
    if match is None:
        return "", ""
    indent, tag, gap, content = match.groups()
    if len(tag) > 2:
        return (tag, content.strip()) if not indent else ("", "")
    if len(gap) >= 2 or (gap and not indent and _is_short(tag, content)):
        return tag, content.strip()
    return "", ""


def _is_short(tag: str, content: str) -> bool:
    """Whether a tag with one blank (``KW - word``) is one, and not a word of a text."""
    if tag == "ER":
        return not content.strip() or content.startswith("TY ")
    return tag != "TY" or _TYPE.match(content) is not None


def _entry(fields: Fields) -> Entry:
    years = [partial_date(value) for value in fields.all("PY", "Y1", "YR")]
    year = next((int(found[:4]) for found in years if found), None)
    days = [partial_date(value, year=year) for value in fields.all("DA")]
    links = fields.all("UR", "LK", "L2", "L1", "LA", "L3")
    links = [f"https:{link}" if link.startswith("//") else link for link in links]
    links = [link for link in links if "://" in link]
    return Entry(
        line=fields.line,
        title=fields.first(
            "TI", "T1", "CT", "BT", "T2" if "BOOK" in fields.first("TY") else "", "ST"
        ),
        abstract=fields.text("AB", "N2"),
        date=best_date(*years, *days),
        authors=[name for value in fields.all("AU", "A1") for name in listed_names(value)],
        doi=_doi(fields, links),
        arxiv_id=_arxiv_id(fields, links),
        pmid=_pmid(fields, links),
        url=" ".join(links),
    )


def _doi(fields: Fields, links: list[str]) -> str | None:
    marked = (value for value in fields.all("M3", "L3", "U2", "ID", "N1") if _RAW_ID.match(value))
    addresses = (link for link in links if "doi" in link.lower())
    found = (find_doi(value) for value in (*fields.all("DO", "DI", "DOI"), *marked, *addresses))
    return next(filter(None, found), None)


def _arxiv_id(fields: Fields, links: list[str]) -> str | None:
    places = fields.all("DO", "DOI", "AN", "M1", "M3", "JO", "JF", "JA", "T2", "U1", "C1", "SN")
    return next(filter(None, map(find_arxiv_id, (*links, *places))), None)


def _pmid(fields: Fields, links: list[str]) -> str | None:
    places = fields.all("PMID")
    if _PUBMED.search(" ".join(fields.all("DB", "DP"))):
        places += fields.all("AN")
    for value in places:
        found = find_pmid(value)
        if found is not None:
            return found
    return next(filter(None, (find_pmid(link, bare=False) for link in links)), None)


RIS = Ris()
