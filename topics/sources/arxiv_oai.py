"""OAI-PMH: what arXiv and other archives answer, in arXiv's own formats or Dublin Core."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.sources.arxiv_snapshot import arxiv_url, split_authors, without_withdrawal
from topics.sources.dates import best_date, partial_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_arxiv_id, find_doi
from topics.sources.names import person_name
from topics.sources.xml_prefixes import without_prefixes
from topics.sources.xmlrecords import child_text, inner_text, records

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from topics.sources.document import Document
    from topics.sources.record import SourceRead
    from topics.sources.xmlrecords import XmlRecord

__all__ = ["OAI_PMH", "OaiPmh"]

_TELLING = re.compile(
    r"<(?:[\w.-]+:)?(?:OAI-PMH|ListRecords|GetRecord)[\s>]"
    r"|<(?:[\w.-]+:)?record[\s>]\s*(?:[^<]*<){1,3}(?:[\w.-]+:)?identifier[^<>]*>\s*oai:"
)
_ERROR = re.compile(r"<error\s[^<>]*code\s*=\s*[\"'](\w{1,40})[\"'][^<>]*>([^<]{0,300})")
_TOKEN = re.compile(r"<resumptionToken([^<>]*)>\s*([^<\s][^<]*)?</resumptionToken>")
_TOTAL = re.compile(r"completeListSize\s*=\s*[\"'](\d{1,12})[\"']")
_COMMENT = re.compile(r"\s*comments?\s*:", re.IGNORECASE)
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class OaiPmh:
    """Reader of records harvested by OAI-PMH."""

    name = "oai-pmh"
    expects = "records harvested by OAI-PMH, of arXiv or another archive (XML)"

    def recognises(self, document: Document) -> bool:
        """Tell it by its elements, or by the names of its records."""
        head = document.head_text or ""
        return head.lstrip().startswith("<") and _TELLING.search(head[:65536]) is not None

    def read(self, document: Document) -> SourceRead:
        """Read all records.

        Raises:
            SourceError: there is none, or the file declares entities.
        """
        text = without_prefixes(document.text or "")
        entries = [_entry(found) for found in records(text, ("record",), source=document.source)]
        if not entries and (error := _ERROR.search(text)) is not None:
            said = " ".join(error[2].split()) or "no more is said"
            raise SourceError(
                f"{document.source}: the archive answered with an error, {error[1]} ({said}). "
                "Change the request and fetch it again."
            )
        if not entries and "<ListIdentifiers" in text:
            raise SourceError(
                f"{document.source}: lists only the names of records. Ask the archive for "
                "ListRecords instead of ListIdentifiers."
            )
        return finish(entries, document, kind=self.name, notices=_unfinished(text))


def _unfinished(text: str) -> list[str]:
    """A remark on a list of which the archive has sent only a part."""
    tokens = list(_TOKEN.finditer(text))
    if not tokens or not tokens[-1][2]:
        return []
    last = tokens[-1]
    total = _TOTAL.search(last[1])
    whole = f"a list of {total[1]} records" if total else "a longer list"
    return [f"one part of {whole}; the rest has to be fetched with its resumption token."]


def _entry(found: XmlRecord) -> Entry:
    record = found.element
    if record is None:
        return Entry(line=found.line, reason=found.reason)
    header = record.find("header")
    if header is not None and header.get("status") == "deleted":
        return Entry(line=found.line, reason="Deleted from the archive; nothing else is said.")
    metadata = record.find("metadata")
    if metadata is None:
        metadata = record
    identifiers = [child_text(record, "header/identifier"), *_all(metadata, "id", "identifier")]
    arxiv_id = _arxiv_id(identifiers)
    dates = _dates(metadata)
    return Entry(
        line=found.line,
        title=_in_english(metadata, "title"),
        abstract=without_withdrawal(_abstract(metadata)),
        date=best_date(dates[0], *dates) if dates else None,
        authors=_authors(metadata),
        doi=next(filter(None, map(find_doi, [*_all(metadata, "doi"), *identifiers])), None),
        arxiv_id=arxiv_id,
        url=arxiv_url(arxiv_id) or next((name for name in identifiers if "://" in name), None),
    )


def _all(element: Element, *names: str) -> list[str]:
    found = (inner_text(part) for name in names for part in element.iter(name))
    return [text for text in found if text.strip()]


def _arxiv_id(identifiers: list[str]) -> str | None:
    own = [name for name in identifiers if "arxiv" in name.casefold()]
    found = next(filter(None, map(find_arxiv_id, own)), None)
    # arXiv's own formats hold the id alone, beside the name of the record.
    return found or next(
        (find_arxiv_id(name, bare=True) for name in identifiers[1:] if own and name), None
    )


def _in_english(element: Element, name: str) -> str:
    """The text of an element; of several the English one if they say, else the first."""
    parts = [part for part in element.iter(name) if inner_text(part).strip()]
    english = [part for part in parts if (part.get(_LANGUAGE) or "").casefold().startswith("en")]
    return inner_text((english or parts)[0]) if parts else ""


def _abstract(metadata: Element) -> str:
    if abstract := _in_english(metadata, "abstract"):
        return abstract
    parts = [
        part
        for part in metadata.iter("description")
        if (text := inner_text(part).strip()) and not _COMMENT.match(text)
    ]
    english = [part for part in parts if (part.get(_LANGUAGE) or "").casefold().startswith("en")]
    return max(map(inner_text, english or parts), key=len, default="")


def _dates(metadata: Element) -> list[str]:
    """The dates that a record gives, the first first; not those of its changes where it tells."""
    first = metadata.find(".//version/date")
    given = [inner_text(first)] if first is not None else _all(metadata, "created")
    dates = (partial_date(text) for text in given or _all(metadata, "date", "issued"))
    return sorted(date for date in dates if date is not None)


def _authors(metadata: Element) -> list[str]:
    people = [
        " ".join(child_text(person, part) for part in ("forenames", "keyname", "suffix"))
        for person in metadata.iter("author")
    ]
    people = [name for person in people if (name := " ".join(person.split()))]
    if not people:
        people = [name for text in _all(metadata, "creator") if (name := person_name(text))]
    return people or [name for text in _all(metadata, "authors") for name in split_authors(text)]


OAI_PMH = OaiPmh()
