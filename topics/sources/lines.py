"""The lines of a document as text: of a small one from memory, of a large one as they are read."""

from __future__ import annotations

import io
import lzma
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

from topics.sources.decoding import guess_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from topics.sources.document import Document

__all__ = ["DocumentLines", "is_large", "text_lines"]

#: Bytes from which on a file is decoded line by line, so that it is never in memory as a whole.
_LARGE = 64 * 1024 * 1024
#: Bytes of one line; a longer one is cut in pieces.
_LONGEST = 64 * 1024 * 1024
#: What the stream of a damaged file raises.
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError)


def is_large(document: Document) -> bool:
    """Whether a document is better not held in memory, as far as its size is known."""
    if document.size is None:
        return len(document.head) >= 65536
    return document.size > _LARGE


def text_lines(text: str) -> Iterator[str]:
    r"""The lines of a text with their ends; only ``\n`` ends one."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start : end + 1]
        start = end + 1
    if start < len(text):
        yield text[start:]


@dataclass(slots=True)
class DocumentLines:
    r"""Iterates over the lines of a document, each with ``\n`` at its end.

    Attributes:
        document: the document.
        notices: remarks on its state and its letters; complete once all lines are read.
    """

    document: Document
    notices: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        if not is_large(self.document):
            # The notices have the document's name in front of them.
            self.notices += [n.removeprefix(f"{self.document.source}: ") for n in self._noted()]
            yield from text_lines(self.document.text or "")
            return
        encoding = self.document.encoding or guess_encoding(self.document.head)
        try:
            with self.document.open() as stream:
                head = self.document.head
                if encoding.startswith("utf-8") and not (b"\r" in head and b"\n" not in head):
                    yield from self._decoded(stream)
                else:
                    plain = cast("IO[bytes]", stream)
                    yield from io.TextIOWrapper(plain, encoding=encoding, errors="replace")
        except _DAMAGE as error:
            self.notices.append(f"damaged or cut off ({error}); what comes before was read.")

    def _noted(self) -> tuple[str, ...]:
        return self.document.notices

    def _decoded(self, stream: io.BufferedIOBase) -> Iterator[str]:
        """Lines in UTF-8; those that are not are taken for Windows-1252, and counted."""
        wrong, first = 0, 0
        number = 0
        while raw := stream.readline(_LONGEST):
            number += 1
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError:
                wrong, first = wrong + 1, first or number
                line = raw.decode("cp1252", errors="replace")
            if "\r" in line:
                line = line.replace("\r\n", "\n").replace("\r", "\n")
            if "\x00" in line:
                line = line.replace("\x00", "")
            yield line
        if wrong:
            lines = "1 line is" if wrong == 1 else f"{wrong} lines are"
            self.notices.append(
                f"{lines} not valid UTF-8, the first {first}: letters there may be wrong."
            )
