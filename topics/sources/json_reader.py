"""A reader of one kind of JSON: which entries are of it, and what each says of a paper."""

from __future__ import annotations

import lzma
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topics.errors import SourceError
from topics.sources.entries import NOTHING_IN_IT, Entry, made
from topics.sources.json_entries import JsonText, first_entries, is_lines, stream_lines
from topics.sources.record import Record, Reject, SourceRead
from topics.sources.streaming import StreamedRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from topics.sources.document import Document
    from topics.sources.json_entries import JsonEntry

__all__ = ["JsonReader"]

#: Bytes of a file of lines from which on its records are not kept but read when needed.
_STREAMED = 64 * 1024 * 1024
#: What the stream of a damaged file raises.
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReader:
    """Reader of one kind of JSON in any layout; files of lines may be of any size.

    Attributes:
        name: short name of the format.
        expects: what such a file is, in words for the user.
        is_entry: whether an object is of this kind.
        to_entry: what an object says of a paper, whatever is in it; with the entry's line.
        texts: keys of which one holds text in every entry that is a paper, so that those of a
            large file are counted at little cost; empty to read each for it.
    """

    name: str
    expects: str
    is_entry: Callable[[Mapping[str, Any]], bool]
    to_entry: Callable[[Mapping[str, Any], int], Entry]
    texts: tuple[str, ...] = ()

    def recognises(self, document: Document) -> bool:
        """Whether one of the first entries is of this kind."""
        return any(self.is_entry(entry) for entry in first_entries(document))

    def read(self, document: Document) -> SourceRead:
        """Read all records.

        Raises:
            SourceError: there is no entry in it.
        """
        large = document.size is None or document.size > _STREAMED
        if large and is_lines(document.head_text or ""):
            return self._stream(document)
        text = JsonText(document.text or "")
        records: list[Record] = []
        rejects: list[Reject] = []
        for found in text:
            one = made(self._entry(found), document.source)
            if isinstance(one, Record):
                records.append(one)
            else:
                rejects.append(one)
        if not records and not rejects:
            raise SourceError(f"{document.source}: no entry in it. Expected {self.expects}.")
        told = (f"{document.source}: {notice}" for notice in text.notices)
        return SourceRead(
            source=document.source,
            format=self.name,
            records=tuple(records),
            rejects=tuple(rejects),
            notices=(*document.notices, *told),
        )

    def _stream(self, document: Document) -> SourceRead:
        """Count the records and keep the rejects; the records are read when they are needed."""
        count = 0
        rejects: list[Reject] = []
        notices: tuple[str, ...] = ()
        try:
            for found in stream_lines(document):
                reason = self._problem(found)
                if reason is None:
                    count += 1
                else:
                    rejects.append(Reject(source=document.source, line=found.line, reason=reason))
        except _DAMAGE as error:
            notices = (
                f"{document.source}: damaged or cut off ({error}); what comes before was read.",
            )
        return SourceRead(
            source=document.source,
            format=self.name,
            records=StreamedRecords(lambda: self._records(document), count),
            rejects=tuple(rejects),
            notices=notices,
        )

    def _records(self, document: Document) -> Iterator[Record]:
        """The records of a file of lines: as many as were counted."""
        try:
            for found in stream_lines(document):
                if self._problem(found) is None:
                    one = made(self._entry(found), document.source)
                    # What is empty once it is readable has been counted all the same.
                    yield (
                        one
                        if isinstance(one, Record)
                        else Record(title="", source=document.source, line=found.line)
                    )
        except _DAMAGE:
            return

    def _problem(self, found: JsonEntry) -> str | None:
        """Why an entry is no record, as far as it is told without making it readable."""
        if self.texts and isinstance(found.value, dict):
            return None if any(map(found.value.get, self.texts)) else NOTHING_IN_IT
        entry = self._entry(found)
        if entry.reason is None and not (entry.title.strip() or entry.abstract.strip()):
            return NOTHING_IN_IT
        return entry.reason

    def _entry(self, found: JsonEntry) -> Entry:
        if found.problem:
            return Entry(line=found.line, reason=found.problem)
        if not isinstance(found.value, dict):
            return Entry(line=found.line, reason="Not an object with fields, as entries are.")
        return self.to_entry(found.value, found.line)
