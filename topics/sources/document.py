"""One file as bytes and text, and what a reader of a format looks like."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from topics.sources.record import SourceRead

__all__ = ["Document", "Reader", "decode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    r"""A file to be read.

    Attributes:
        source: the file's name as the user knows it.
        data: the bytes as they are on disk.
        text: the decoded text with ``\n`` line ends, None for binary content.
        notices: remarks on the decoding, e.g. a guessed encoding.
    """

    source: str
    data: bytes
    text: str | None
    notices: tuple[str, ...] = ()

    @classmethod
    def from_bytes(cls, data: bytes, *, source: str) -> Document:
        """Decode the bytes of a file; binary content leaves ``text`` None."""
        text, notices = decode(data)
        named = tuple(f"{source}: {notice}" for notice in notices)
        return cls(source=source, data=data, text=text, notices=named)


class Reader(Protocol):
    """A format: told apart by content, then read."""

    @property
    def name(self) -> str:
        """Short name of the format, e.g. ``hf-page``."""

    @property
    def expects(self) -> str:
        """What such a file is, in words for the user."""

    def recognises(self, document: Document) -> bool:
        """Whether the document's content is of this format; cheap and without exceptions."""

    def read(self, document: Document) -> SourceRead:
        """Read all records.

        Raises:
            SourceError: the document holds no record at all.
        """


def decode(data: bytes) -> tuple[str | None, tuple[str, ...]]:
    """Decode text: UTF-8 or UTF-16 by its mark, strict UTF-8, else Windows-1252 with a notice.

    Args:
        data: the bytes of a file.

    Returns:
        The text with Unix line ends and no byte-order mark, and notices for the user. The text
        is None where the bytes are no text.
    """
    notices: tuple[str, ...] = ()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            text = data.decode("utf-16", errors="replace")
            notices = ("Parts of this UTF-16 file could not be decoded; they are shown as \ufffd.",)
    elif b"\x00" in data:
        return None, ()
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            text, notices = _legacy(data, error)
    if "\x00" in text:
        return None, ()
    return text.replace("\r\n", "\n").replace("\r", "\n"), notices


def _legacy(data: bytes, error: UnicodeDecodeError) -> tuple[str, tuple[str, ...]]:
    # A UTF-8 file cut off in the middle of its last character is still UTF-8.
    if error.reason == "unexpected end of data" and len(data) - error.start < 4:
        return data[: error.start].decode("utf-8-sig"), ("The file ends within a character.",)
    line = data.count(b"\n", 0, error.start) + 1
    notice = (
        f"Not valid UTF-8 from line {line} on: read as Windows-1252. "
        "If letters look wrong, save the file as UTF-8 and read it again."
    )
    return data.decode("cp1252", errors="replace"), (notice,)
