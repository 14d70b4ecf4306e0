"""Web of Science's own tagged form: ``PT J`` to ``ER``, values broken over indented lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.dates import best_date, partial_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_doi, find_pmid
from topics.sources.names import listed_names
from topics.sources.tagged import UNENDED, Fields, numbered_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from topics.sources.document import Document
    from topics.sources.record import SourceRead

__all__ = ["WOS", "Wos"]

_TELLING = re.compile(
    r"^\ufeff?FN (?:Clarivate|Thomson|ISI\b|Web of)|^\ufeff?PT [A-Z][a-z]*\s*\n[A-Z][A-Z0-9] \S",
    re.MULTILINE,
)
_TAG = re.compile(r"\ufeff?([A-Z][A-Z0-9])(?: (.*)|\s*)$")
_HEADER = ("FN", "VR")


class Wos:
    """Reader of Web of Science's tagged files."""

    name = "wos"
    expects = "references exported from Web of Science as plain text or for EndNote (.ciw, .txt)"

    def recognises(self, document: Document) -> bool:
        """Tell it by its header or the first lines of an entry."""
        return _TELLING.search(document.head_text or "") is not None

    def read(self, document: Document) -> SourceRead:
        """Read all entries.

        Raises:
            SourceError: there is no entry.
        """
        notices: list[str] = []
        found = _noted(split(document.text or ""), notices)
        return finish(map(_entry, found), document, kind=self.name, notices=notices)


def _noted(found: Iterable[Fields], notices: list[str]) -> Iterator[Fields]:
    """Pass entries on; note a last one that had no end."""
    last: Fields | None = None
    for last in found:
        yield last
    if last is not None and not last.ended:
        notices.append(UNENDED.format(line=last.line))


def split(text: str) -> Iterator[Fields]:
    """Divide a text into entries, each from its PT to its ER or to the next PT."""
    current: Fields | None = None
    value: list[str] | None = None
    for number, line in numbered_lines(text):
        match = _TAG.match(line)
        if match is None:
            if value is not None:
                value.append(line)
            continue
        tag, content = match[1], match[2] or ""
        if tag in ("ER", "EF") and not content.strip():
            if current is not None:
                current.ended = True
                yield current
            current = value = None
        elif tag == "PT" and current is not None and "PT" in current.values:
            yield current
            current = Fields(number)
            value = current.add(tag, content)
        elif tag not in _HEADER or current is not None:
            current = current or Fields(number)
            value = current.add(tag, content)
    if current is not None:
        yield current


def _entry(fields: Fields) -> Entry:
    years = [partial_date(value) for value in fields.all("PY")]
    year = next((int(found[:4]) for found in years if found), None)
    days = [partial_date(value, year=year) for value in fields.all("PD")]
    # An article not yet in an issue has the date of its early access alone.
    early = [] if year else [partial_date(value) for value in fields.all("EA", "EY")]
    people = fields.values.get("AF") or fields.values.get("AU") or []
    numbers = [*fields.all("PM"), *(ut for ut in fields.all("UT") if ut.startswith("MEDLINE"))]
    return Entry(
        line=fields.line,
        title=fields.first("TI"),
        abstract=fields.text("AB", wrapped=True),
        date=best_date(*years, *days, *early),
        authors=[name for lines in people for line in lines for name in listed_names(line)],
        doi=next(filter(None, map(find_doi, fields.all("DI", "D2"))), None),
        pmid=next(filter(None, map(find_pmid, numbers)), None),
    )


WOS = Wos()
