"""Archives: their members as files, within limits, without a byte written to disk."""

from __future__ import annotations

import bz2
import copy
import gzip
import io
import lzma
import stat
import struct
import sys
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, cast

from topics.errors import SourceError
from topics.sources.archive_limits import (
    ArchiveLimits,
    Opened,
    Room,
    too_large,
    unpacked,
    unpacked_stream,
)
from topics.sources.document import HEAD_SIZE, MEMORY_LIMIT, Document, in_words
from topics.sources.record import SourceRead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

__all__ = ["UNREADABLE", "ArchiveLimits", "Opened", "expand", "is_archive"]

#: Format of a member that is not read.
UNREADABLE = "unreadable"

#: Expanded bytes up to which no ratio is suspicious.
_HARMLESS = 32 * 1024**2
#: Members up to this size are read while the archive is open; larger ones when they are needed.
_AT_ONCE = 16 * 1024**2
#: Bytes of a ZIP archive's list of members, beyond which it is not even opened.
_LIST_LIMIT = 32 * 1024**2
#: ZIP packings whose output can be bounded piece by piece; the others inflate in one go.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: Names of ZIP packings that are not read, by their number in the format.
_PACKINGS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}

#: Bytes of a tar archive's note on its next file, such as a long name; it is read as a whole.
_NOTE_LIMIT = 1024**2
_NOTES = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)

_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    IndexError,
)
#: Compressions of single files, by their first bytes.
_SINGLE: dict[bytes, Callable[[io.BufferedIOBase], io.BufferedIOBase]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": lambda stream: bz2.BZ2File(stream),
    b"\xfd7zXZ\x00": lambda stream: lzma.LZMAFile(cast("IO[bytes]", stream)),  # noqa: SIM115 - closed by its user
}


def is_archive(document: Document) -> bool:
    """Whether a file is an archive of files or one compressed file; Office documents are none."""
    head = document.head
    if head.startswith(b"PK\x03\x04"):
        try:
            with document.open() as stream:
                names = _zip(stream, document).namelist()
        except (*_DAMAGE, SourceError):
            return b"[Content_Types].xml" not in head
        return "[Content_Types].xml" not in names and "mimetype" not in names
    if head.startswith(b"BZh"):
        # Its first block, or the end of an empty file: three letters may begin a text.
        return head[4:10] in (b"1AY&SY", b"\x17rE8P\x90")
    return head.startswith((b"PK\x05\x06", *_SINGLE)) or head[257:262] == b"ustar"


def expand(
    document: Document, *, limits: ArchiveLimits | None = None, opened: Opened | None = None
) -> Iterator[Document | SourceRead]:
    """The files in an archive, with those in archives within it.

    Args:
        document: an archive.
        limits: how far it is opened, where it is the only one.
        opened: what came out of the archives before it, and how far all are opened together.

    Yields:
        A document for each file, named ``archive/member``; for what is not opened, an empty
        result with the reason.
    """
    opened = opened or Opened(limits or ArchiveLimits())
    yield from _Expansion(opened).files(document, 1)


@dataclass(slots=True)
class _Expansion:
    """One archive on its way to files."""

    opened: Opened
    taken: set[str] = field(default_factory=set)

    @property
    def limits(self) -> ArchiveLimits:
        return self.opened.limits

    def files(self, document: Document, depth: int) -> Iterator[Document | SourceRead]:
        """Files of an archive; a document that is none is a file itself."""
        if not is_archive(document):
            yield document
            return
        if depth > self.limits.depth:
            yield _refused(
                document.source,
                f"an archive within {self.limits.depth} others; it is not opened. Unpack it first",
            )
            return
        found = 0
        for member in self._members(document):
            found += 1
            if isinstance(member, SourceRead):
                yield member
            else:
                yield from self.files(member, depth + 1)
        if not found:
            yield _refused(document.source, "an archive with no file in it")

    def _members(self, document: Document) -> Iterator[Document | SourceRead]:
        head = document.head
        try:
            if head.startswith(b"PK"):
                yield from self._zipped(document)
            elif head[257:262] == b"ustar":
                yield from self._taped(document)
            else:
                yield self._single(document)
        except _DAMAGE as error:
            yield _refused(
                document.source, f"a damaged or cut-off archive ({error}). Fetch it again"
            )
        except _LongNoteError as error:
            yield _refused(document.source, str(error))
        except SourceError as error:
            yield _not_read(document.source, error)

    def _single(self, document: Document) -> Document:
        """The one file in a gzip, bzip2 or xz file; it keeps the archive's name."""
        unpack = next(_SINGLE[mark] for mark in _SINGLE if document.head.startswith(mark))
        most = max(_HARMLESS, self.limits.ratio * (document.size or _HARMLESS))
        room = Room(self.opened, most)

        def reopen() -> io.BufferedIOBase:
            packed = document.open()
            return unpacked_stream(unpack(packed), packed, source=document.source, room=room)

        with reopen() as stream:
            head, is_whole = _beginning(stream)
        if is_whole:
            return document.holding(head, source=document.source)
        found = replace(document, open=reopen, head=head, size=None)
        if is_archive(found):
            # What is in it is counted file by file; what no file is counted for, such as skipped
            # files and headers, comes out of the stream all the same.
            self.opened.expanded -= room.counted
            room.opened = None
            if self.limits.expanded < most:
                room.most, room.reason = self.limits.expanded, too_large(self.limits)
        return found

    def _zipped(self, document: Document) -> Iterator[Document | SourceRead]:
        packed = _seekable(document)
        with packed.open() as stream:
            archive = _zip(stream, packed)
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                if info.is_dir() or _is_hidden(info.filename):
                    continue
                name = self._named(document.source, _readable(info))
                if self._too_many():
                    yield self._full(document)
                    return
                problem = self._problem(info)
                if problem:
                    yield _refused(name, problem)
                    continue
                self.opened.expanded += info.file_size
                try:
                    yield _member(packed, archive, info, name)
                except NotImplementedError:
                    yield _refused(name, "packed in a way that is not known here. Unpack it first")
                except _DAMAGE as error:
                    yield _refused(name, f"damaged in the archive ({error})")
                except SourceError as error:
                    yield _not_read(name, error)

    def _problem(self, info: zipfile.ZipInfo) -> str:
        """Why a member of a ZIP archive is not opened; empty if it is."""
        if unsafe := _unsafe(info.filename):
            return unsafe
        if info.flag_bits & 0x1:
            return "protected by a password. Unpack the archive with it first"
        if stat.S_ISLNK(info.external_attr >> 16):
            return "a link to another place; it is not followed"
        if info.compress_type not in _BOUNDED:
            packing = _PACKINGS.get(info.compress_type, f"method {info.compress_type}")
            return (
                f"packed by {packing}, which is not read within a ZIP archive; pack it anew as a "
                "plain zip or unpack it first"
            )
        if info.file_size > max(_HARMLESS, self.limits.ratio * info.compress_size):
            return (
                f"expands to more than {self.limits.ratio} times its size, as files do that are "
                "made to fill a disk; it is not opened"
            )
        return self._too_much(info.file_size)

    def _too_much(self, size: int) -> str:
        if self.opened.expanded + size > self.limits.expanded:
            self.opened.is_full = True
            return f"not opened: {too_large(self.limits)}"
        return ""

    def _too_many(self) -> bool:
        """Count a file; whether there were too many before it."""
        if self.opened.members >= self.limits.members:
            self.opened.is_full = True
            return True
        self.opened.members += 1
        return False

    def _taped(self, document: Document) -> Iterator[Document | SourceRead]:
        """Members of a tar archive, which can only be read in order."""
        with (
            document.open() as stream,
            tarfile.open(fileobj=stream, mode="r|", tarinfo=_headers()) as archive,
        ):
            for info in archive:
                if info.size < 0:  # it would give back room that others took
                    raise tarfile.ReadError(f"a file of {info.size} bytes")
                if not (info.isfile() or info.issym() or info.islnk()) or _is_hidden(info.name):
                    continue
                name = self._named(document.source, info.name)
                if self._too_many():
                    yield self._full(document)
                    return
                problem = _unsafe(info.name) or self._too_much(info.size)
                if not info.isfile():
                    problem = "a link to another place; it is not followed"
                elif info.size > MEMORY_LIMIT:
                    problem = f"more than {in_words(MEMORY_LIMIT)}. Unpack the archive first"
                content = None if problem else archive.extractfile(info)
                if content is None:
                    yield _refused(name, problem or "cannot be read")
                    continue
                self.opened.expanded += info.size
                yield document.holding(content.read(), source=name)

    def _full(self, document: Document) -> SourceRead:
        return _refused(
            document.source,
            f"more than {self.limits.members} files in all archives together; only the first "
            f"{self.limits.members} are read. Unpack it first and name the files you need",
        )

    def _named(self, archive: str, member: str) -> str:
        """A name that no other member has."""
        name = plain = f"{archive}/{member}"
        number = 2
        while name in self.taken:
            name = f"{plain} ({number})"
            number += 1
        self.taken.add(name)
        return name


class _LongNoteError(Exception):
    """What a tar archive says about one file would fill the memory."""


def _headers() -> type[tarfile.TarInfo]:
    """Headers for one tar archive, which stop at notes that would fill the memory."""

    class Header(tarfile.TarInfo):
        held = 0

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
            header = super().frombuf(buf, encoding, errors)
            # Notes may follow each other, and all are held until the file comes.
            cls.held = cls.held + max(0, header.size) if header.type in _NOTES else 0
            if cls.held > _NOTE_LIMIT:
                raise _LongNoteError(
                    f"a tar archive with headers of {in_words(cls.held)} for one file, where at "
                    f"most {in_words(_NOTE_LIMIT)} are read; it is read no further. Unpack it "
                    "first if it is genuine"
                )
            return header

    return Header


def _beginning(stream: io.BufferedIOBase) -> tuple[bytes, bool]:
    """The first bytes, and whether they are all; of a damaged file those before the damage."""
    parts: list[bytes] = []
    size = 0
    while size < HEAD_SIZE:
        try:
            part = stream.read1(HEAD_SIZE - size)
        except (EOFError, OSError, zlib.error, lzma.LZMAError):
            if not parts:
                raise
            return b"".join(parts), False
        if not part:
            return b"".join(parts), True
        parts.append(part)
        size += len(part)
    return b"".join(parts), False


def _member(
    packed: Document, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str
) -> Document:
    # No size is told to the reader of ZIP archives: it would cut off unseen what is too much.
    asked = copy.copy(info)
    asked.file_size = sys.maxsize
    # Counted already, by the size that the archive states.
    room = Room(
        None,
        info.file_size,
        reason=f"holds more than the {info.file_size} bytes that the archive states for it, as "
        "damaged files do and files that are made to fill a disk. Unpack it first if it is genuine",
    )
    if info.file_size <= _AT_ONCE:
        with archive.open(asked) as content:
            data = unpacked(cast("io.BufferedIOBase", content), source=name, room=room)
        return packed.holding(data, source=name)

    def reopen() -> io.BufferedIOBase:
        stream = packed.open()
        inner = zipfile.ZipFile(stream).open(asked)  # noqa: SIM115 - the stream closes it
        return unpacked_stream(cast("io.BufferedIOBase", inner), stream, source=name, room=room)

    with reopen() as stream:
        head, _ = _beginning(stream)
    return replace(packed, source=name, open=reopen, head=head, size=info.file_size)


def _seekable(document: Document) -> Document:
    """An archive that can be read in any order: on disk as it is, within another in memory."""
    with document.open() as stream:
        if stream.seekable():
            return document
    return document.holding(document.data, source=document.source)


def _zip(stream: io.BufferedIOBase, document: Document) -> zipfile.ZipFile:
    """Open a ZIP archive, unless its list of members alone would fill the memory."""
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, end - 66_000))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    size = struct.unpack_from("<I", tail, at + 12)[0] if 0 <= at <= len(tail) - 16 else 0
    wide = tail.rfind(b"PK\x06\x06")
    if size == 0xFFFFFFFF and 0 <= wide <= len(tail) - 48:
        size = struct.unpack_from("<Q", tail, wide + 40)[0]
    if size > _LIST_LIMIT:
        raise SourceError(
            f"{document.source}: an archive with a list of files of {in_words(size)}; it is not "
            "opened. Unpack it first and name the files you need."
        )
    stream.seek(0)
    return zipfile.ZipFile(stream)


def _readable(info: zipfile.ZipInfo) -> str:
    """A member's name; one without a mark of its encoding is mostly UTF-8 all the same."""
    name = info.filename.replace("\\", "/")
    if not info.flag_bits & 0x800 and not name.isascii():
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name
    return name


def _unsafe(name: str) -> str:
    """What is wrong with a name that leads out of the archive; empty if nothing is."""
    parts = name.replace("\\", "/").split("/")
    if ".." in parts:
        return "named so that it would lie outside the archive; it is not opened"
    if parts[0] == "" or parts[0].endswith(":"):
        return "named with a place on the disk instead of one in the archive; it is not opened"
    return ""


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return any(part == "__MACOSX" or (part.startswith(".") and part.strip(".")) for part in parts)


def _refused(source: str, reason: str) -> SourceRead:
    return SourceRead(
        source=source, format=UNREADABLE, records=(), notices=(f"{source}: {reason}.",)
    )


def _not_read(source: str, error: SourceError) -> SourceRead:
    """An empty result for what an error told already, with its name."""
    return SourceRead(source=source, format=UNREADABLE, records=(), notices=(str(error),))
