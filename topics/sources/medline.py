"""MEDLINE's tagged form, as PubMed exports it (.nbib, .txt): ``PMID- 123``, ``TI  - A title``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.dates import best_date, partial_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_doi, find_pmid
from topics.sources.names import person_name
from topics.sources.tagged import Fields, is_spaced, numbered_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from topics.sources.document import Document
    from topics.sources.record import SourceRead

__all__ = ["MEDLINE", "Medline"]

_TELLING = re.compile(r"^\ufeff?(?:PMID- {0,2}\d|OWN - |STAT- |FAU - )", re.MULTILINE)
_TITLED = re.compile(r"^\ufeff?(?:TI|BTI|PMID) {0,2}-", re.MULTILINE)
_TAG = re.compile(r"\ufeff?([A-Z][A-Z0-9]{1,3}) {0,2}-\s?(.*)")
_EMPTY_TITLE = re.compile(r"\[?(?:not available|in process citation)\]?\.?", re.IGNORECASE)


class Medline:
    """Reader of MEDLINE's tagged files."""

    name = "medline"
    expects = "references exported from PubMed (.nbib, or its “PubMed” text format)"

    def recognises(self, document: Document) -> bool:
        """Tell it by its tags of four characters."""
        head = document.head_text or ""
        return _TELLING.search(head) is not None and _TITLED.search(head) is not None

    def read(self, document: Document) -> SourceRead:
        """Read all entries.

        Raises:
            SourceError: there is no entry.
        """
        return finish(map(_entry, split(document.text or "")), document, kind=self.name)


def split(text: str) -> Iterator[Fields]:
    """Divide a text into entries: at every PMID, and at empty lines where these divide entries."""
    divided = not is_spaced(text)
    current: Fields | None = None
    value: list[str] | None = None
    empty = False
    for number, line in numbered_lines(text):
        if not line.strip():
            empty = divided
            continue
        match = _TAG.match(line)
        if match is None:
            if value is not None and line[:1].isspace():
                value.append(line)
            continue
        tag, content = match[1], match[2]
        if current is not None and _begins(tag, current, empty):
            yield current
            current = None
        current = current or Fields(number)
        value = current.add(tag, content)
        empty = False
    if current is not None:
        yield current


def _begins(tag: str, current: Fields, empty: bool) -> bool:
    return empty or (tag == "PMID" and tag in current.values)


def _entry(fields: Fields) -> Entry:
    titles = [title for title in fields.all("TI", "BTI", "TT") if not _EMPTY_TITLE.fullmatch(title)]
    dates = [partial_date(value) for value in fields.all("DP", "DEP")]
    people = fields.all("FAU") or fields.all("AU")
    given = [value for value in fields.all("LID", "AID", "SO") if "10." in value]
    return Entry(
        line=fields.line,
        title=titles[0] if titles else "",
        abstract=fields.text("AB", wrapped=True) or fields.text("OAB", wrapped=True),
        date=best_date(*dates),
        authors=[name for name in map(person_name, [*people, *fields.all("CN")]) if name],
        doi=next(filter(None, map(find_doi, given)), None),
        pmid=find_pmid(fields.first("PMID")),
    )


MEDLINE = Medline()
