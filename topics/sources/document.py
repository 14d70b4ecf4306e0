"""One file as bytes and text, read no sooner than needed, and what a reader of it looks like."""

from __future__ import annotations

import io
import lzma
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from topics.errors import SourceError
from topics.sources.decoding import Decoded, decode

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from topics.sources.record import SourceRead

__all__ = ["HEAD_SIZE", "MEMORY_LIMIT", "TOO_LARGE", "Document", "Reader", "in_words"]

#: Bytes by which a format is recognised.
HEAD_SIZE = 256 * 1024
#: Bytes of a file that is read as a whole; larger ones are read only by formats that stream.
MEMORY_LIMIT = 512 * 1024 * 1024

_CHUNK = 1024 * 1024
#: What a stream raises where its file is damaged or cut off.
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    r"""A file to be read. Only its head is in memory until a reader asks for more.

    Attributes:
        source: the file's name as the user knows it.
        open: opens the file's bytes anew, from the beginning.
        size: number of bytes, None where that is not known before reading.
        head: the first bytes, `HEAD_SIZE` of them where there are as many.
        encoding: an encoding named by the user, None to find it.
        columns: for tables, the column that holds a field, by the field's name, as the user says.
    """

    source: str
    open: Callable[[], io.BufferedIOBase]
    head: bytes
    size: int | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> Document:
        """A file that is in memory already."""
        return cls(
            source=source,
            open=lambda: io.BytesIO(data),
            head=data[:HEAD_SIZE],
            size=len(data),
            encoding=encoding,
            columns=columns or {},
        )

    @classmethod
    def from_path(
        cls,
        path: str | os.PathLike[str],
        *,
        source: str = "",
        encoding: str | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> Document:
        """A file on disk.

        Raises:
            SourceError: it cannot be opened.
        """
        file = Path(path)
        try:
            with file.open("rb") as stream:
                head = stream.read(HEAD_SIZE)
            size = file.stat().st_size
        except OSError as error:
            raise SourceError(
                f"{file} cannot be read ({error.strerror or error}). Check its permissions."
            ) from error
        return cls(
            source=source or file.name,
            open=lambda: file.open("rb"),
            head=head,
            size=size,
            encoding=encoding,
            columns=columns or {},
        )

    def holding(self, data: bytes, *, source: str) -> Document:
        """A file found in this one, read with the same choices of the user."""
        return Document.from_bytes(
            data, source=source, encoding=self.encoding, columns=self.columns
        )

    @property
    def is_large(self) -> bool:
        """Whether the file is too large to be read as a whole, as far as its size is known."""
        return self.size is not None and self.size > MEMORY_LIMIT

    @property
    def data(self) -> bytes:
        """All bytes.

        Raises:
            SourceError: they are too many, or the file cannot be read.
        """
        return self._contents[0]

    @property
    def text(self) -> str | None:
        r"""The decoded text with ``\n`` line ends, None for binary content.

        Raises:
            SourceError: as for `data`.
        """
        return self._decoded[0].text

    @property
    def notices(self) -> tuple[str, ...]:
        """Remarks on the file's state and decoding, each with its name; `text` is decoded for it.

        Raises:
            SourceError: as for `data`.
        """
        found, state = self._decoded
        notes = (*state, *found.notices)
        return tuple(f"{self.source}: {note}" for note in notes)

    @cached_property
    def head_text(self) -> str | None:
        """The decoded head, without what may be half a character at its end; None for binary."""
        if self.size is not None and self.size <= len(self.head):
            return self.text
        return decode(self.head, encoding=self.encoding).text

    @cached_property
    def _contents(self) -> tuple[bytes, tuple[str, ...]]:
        if self.size == len(self.head):
            return self.head, ()
        if self.is_large:
            raise SourceError(f"{self.source}: {TOO_LARGE}.")
        parts: list[bytes] = []
        size = 0
        try:
            with self.open() as stream:
                # Piece by piece, so that all that comes before some damage is kept.
                while chunk := stream.read1(_CHUNK):
                    parts.append(chunk)
                    size += len(chunk)
                    if size > MEMORY_LIMIT:
                        raise SourceError(f"{self.source}: {TOO_LARGE}.")
        except _DAMAGE as error:
            if not parts:
                raise SourceError(
                    f"{self.source}: damaged or cut off ({error}). Fetch it again."
                ) from error
            note = f"damaged or cut off after {in_words(size)}; what comes before was read."
            return b"".join(parts), (note,)
        return b"".join(parts), ()

    @cached_property
    def _decoded(self) -> tuple[Decoded, tuple[str, ...]]:
        data, state = self._contents
        found = decode(data, encoding=self.encoding)
        if len(data) > _CHUNK:
            # Whoever reads the text has no use for the bytes, which take as much memory.
            self.__dict__.pop("_contents", None)
        return found, state


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


def in_words(size: int) -> str:
    """A number of bytes for people, such as 1.5 MB."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} GB"


#: What to tell of a file that is too large for its format.
TOO_LARGE = (
    f"more than {in_words(MEMORY_LIMIT)}. Only CSV, Parquet and JSON lines are read at that size: "
    "split the file, or save it as one of these"
)
