"""A reader of one kind of JSON: which entries are of it, and what each says of a paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topics.errors import SourceError
from topics.sources.entries import Entry, made
from topics.sources.json_entries import JsonText, first_entries, is_lines, stream_lines
from topics.sources.lines import is_large
from topics.sources.record import Record, Reject, SourceRead
from topics.sources.spool import RecordKeeper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from topics.sources.document import Document
    from topics.sources.json_entries import JsonEntry

__all__ = ["JsonReader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReader:
    """Reader of one kind of JSON in any layout; files of lines may be of any size.

    Attributes:
        name: short name of the format.
        expects: what such a file is, in words for the user.
        is_entry: whether an object is of this kind.
        to_entry: what an object says of a paper, whatever is in it; with the entry's line.
    """

    name: str
    expects: str
    is_entry: Callable[[Mapping[str, Any]], bool]
    to_entry: Callable[[Mapping[str, Any], int], Entry]

    def recognises(self, document: Document) -> bool:
        """Whether one of the first entries is of this kind."""
        return any(self.is_entry(entry) for entry in first_entries(document))

    def read(self, document: Document) -> SourceRead:
        """Read all records.

        Raises:
            SourceError: there is no entry in it.
        """
        notices: list[str] = []
        kept = RecordKeeper()
        rejects: list[Reject] = []
        streamed = is_large(document) and is_lines(document.head_text or "")
        found = stream_lines(document, notices) if streamed else _all_entries(document, notices)
        for entry in found:
            one = made(self._entry(entry), document.source)
            if isinstance(one, Record):
                kept.add(one)
            else:
                rejects.append(one)
        if not len(kept) and not rejects:
            raise SourceError(f"{document.source}: no entry in it. Expected {self.expects}.")
        told = (f"{document.source}: {notice}" for notice in notices)
        return SourceRead(
            source=document.source,
            format=self.name,
            records=kept.records,
            rejects=tuple(rejects),
            notices=(*(() if streamed else document.notices), *told),
        )

    def _entry(self, found: JsonEntry) -> Entry:
        if found.problem:
            return Entry(line=found.line, reason=found.problem)
        if not isinstance(found.value, dict):
            return Entry(line=found.line, reason="Not an object with fields, as entries are.")
        return self.to_entry(found.value, found.line)


def _all_entries(document: Document, notices: list[str]) -> Iterator[JsonEntry]:
    text = JsonText(document.text or "")
    yield from text
    notices += text.notices
