"""Text that databases write for people to read: Ovid's and Cochrane's fields, RefWorks' tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.dates import best_date, partial_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid
from topics.sources.names import listed_names
from topics.sources.tagged import Fields, numbered_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from topics.sources.document import Document
    from topics.sources.record import SourceRead

__all__ = ["LABELLED", "Labelled"]

#: The line that an entry begins with: Cochrane's, Ovid's, RefWorks'.
_BEGIN = re.compile(r"\ufeff?(?:Record #\d+ of \d+|<\d+(?:\. ?)?>|RT (?P<kind>[A-Z][\w /-]*))\s*$")
_BEGINS = re.compile(_BEGIN.pattern, re.MULTILINE)
_TITLED = re.compile(
    r"^(?:TI: \S|TI {2}- \S|TI\n {2}\S|T1 \S|Title\n {2}\S|Article Title\n {2}\S)", re.MULTILINE
)
#: A field in one line: ``TI: …``, ``TI  - …``, ``T1 …`` of RefWorks.
_FIELD = re.compile(r"([A-Z][A-Z0-9]{1,3})(?:: ?| {2}- ?|:$)(.*)")
_REFWORKS = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)")
#: A field whose values stand on lines of their own below its name.
_LABEL = re.compile(r"[A-Z][\w()/&' -]{1,60}")
#: Names that Ovid writes out, and their tags.
_TAGS = {
    "title": "TI",
    "article title": "TI",
    "original title": "OT",
    "abstract": "AB",
    "author": "AU",
    "authors": "AU",
    "authors full name": "FA",
    "author full name": "FA",
    "digital object identifier": "DO",
    "doi": "DO",
    "unique identifier": "UI",
    "accession number": "AN",
    "pubmed id": "PM",
    "pmid": "PM",
    "year of publication": "YR",
    "publication year": "YR",
    "date of publication": "DP",
    "publication date": "DP",
    "source": "SO",
    "url": "UR",
}
_BY_PUBMED = re.compile(r"medline|pubmed|in-process|publisher", re.IGNORECASE)
_DAY = re.compile(r"\b(?:1[5-9]|20)\d\d\b(?: [A-Z][a-z]{2}\b)?(?: \d{1,2}\b)?")


class Labelled:
    """Reader of entries as Ovid, the Cochrane Library and RefWorks write them as text."""

    name = "labelled-text"
    expects = "references saved as text from Ovid, the Cochrane Library or RefWorks"

    def recognises(self, document: Document) -> bool:
        """Tell it by an entry's first line and a title."""
        head = document.head_text or ""
        return _BEGINS.search(head) is not None and _TITLED.search(head) is not None

    def read(self, document: Document) -> SourceRead:
        """Read all entries.

        Raises:
            SourceError: there is no entry.
        """
        return finish(map(_entry, split(document.text or "")), document, kind=self.name)


def split(text: str) -> Iterator[Fields]:
    """Divide a text into entries, each from the line that only begins one."""
    current: Fields | None = None
    value: list[str] | None = None
    refworks = False
    for number, line in numbered_lines(text):
        begin = _BEGIN.match(line)
        if begin is not None:
            if current is not None:
                yield current
            current, value = Fields(number), None
            refworks = begin["kind"] is not None
            continue
        if current is None or not line.strip():
            continue
        tag, content = _tag(line, refworks=refworks)
        if tag:
            value = current.add(tag, content)
        elif value is not None:
            value.append(line)
    if current is not None:
        yield current


def _tag(line: str, *, refworks: bool) -> tuple[str, str]:
    """The tag of a line and what follows it; an empty tag where the line continues another."""
    match = (_REFWORKS if refworks else _FIELD).match(line)
    if match is not None:
        return match[1], (match[2] or "").strip()
    if not refworks and not line[:1].isspace() and _LABEL.fullmatch(line.rstrip()):
        name = line.strip()
        return _TAGS.get(name.casefold(), name), ""
    return "", ""


def _entry(fields: Fields) -> Entry:
    years = [partial_date(value) for value in fields.all("YR", "PY")]
    year = next((int(found[:4]) for found in years if found), None)
    days = [partial_date(value, year=year) for value in fields.all("DP", "FD")]
    if not any((*years, *days)):
        found = _DAY.search(fields.first("SO"))
        days.append(partial_date(found[0]) if found else None)
    people = fields.values.get("FA") or [*fields.values.get("AU", []), *fields.values.get("A1", [])]
    links = fields.all("UR", "UL", "LK", "US")
    dois = [*fields.all("DO", "DOI", "DI"), *links]
    numbers = fields.all("PM", "PMID")
    if _BY_PUBMED.search(" ".join(fields.all("ST", "DB", "Status", "VN"))):
        numbers += fields.all("UI")
    known = [find_pmid(number.removeprefix("PUBMED ")) for number in numbers]
    known += [find_pmid(link, bare=False) for link in links]
    return Entry(
        line=fields.line,
        title=fields.first("TI", "T1"),
        abstract=fields.text("AB", wrapped=True),
        date=best_date(*years, *days),
        authors=[
            name for lines in people for line in lines for name in listed_names(_spaced(line))
        ],
        doi=next(filter(None, map(find_doi, dois)), None),
        arxiv_id=next(filter(None, map(find_arxiv_id, dois)), None),
        pmid=next(filter(None, known), None),
        url=" ".join(links),
    )


def _spaced(name: str) -> str:
    """``Ek,Ada`` of RefWorks as others write it."""
    return re.sub(r",(?=\S)", ", ", name)


LABELLED = Labelled()
