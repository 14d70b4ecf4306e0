"""What a workbook would take in memory, before it is opened; too much is refused.

A sheet is laid out whole when it is opened, from its first cell to its last: two cells far apart,
or one long text that a million cells share, take little room in the file and all of the machine's.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.sources.document import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_workbook"]

#: Bytes that all parts of a workbook may have together, and the number of parts.
_MOST_BYTES, _MOST_PARTS = 2 * 1024**3, 20_000
#: Cells of one sheet, the empty ones between others too, and bytes of text in its cells.
_MOST_CELLS, _MOST_TEXT = 40_000_000, 4 * 1024**3
_CHUNK, _OVERLAP = 1 << 20, 256

_CELL = re.compile(rb"\sr=[\"']([A-Z]{1,7})([0-9]{1,10})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\sr=[\"']([0-9]{1,10})[\"']")
_SHARED = re.compile(rb"\st=[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>([0-9]{1,9})<")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


def check_workbook(data: bytes, *, source: str) -> None:
    """Raise SourceError for a workbook (.xlsx, .ods) that is damaged, locked or far too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {part.filename: part for part in archive.infolist()}
            if any(part.flag_bits & 1 for part in parts.values()):
                raise SourceError(
                    f"{source}: protected by a password. Save the workbook without one."
                )
            if len(parts) > _MOST_PARTS or sum(p.file_size for p in parts.values()) > _MOST_BYTES:
                raise SourceError(_too_large(source, f"more than {in_words(_MOST_BYTES)} unpacked"))
            _check_parts(data, parts, source)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise SourceError(
            f"{source}: this workbook is damaged or cut off ({error}). Fetch or save it again."
        ) from error


def _check_parts(data: bytes, parts: dict[str, zipfile.ZipInfo], source: str) -> None:
    sizes = [
        size
        for name, part in parts.items()
        if name.casefold() == "xl/sharedstrings.xml"
        for size in _string_sizes(_unpacked(data, part))
    ]
    longest = max(sizes, default=0)
    for name, part in parts.items():
        if _SHEET.fullmatch(name):
            extent = _Extent()
            for chunk in _overlapping(_unpacked(data, part)):
                extent.add(chunk)
            extent.check(source)
            if extent.shared * longest > _MOST_TEXT:
                _check_text(_unpacked(data, part), sizes, source)
        elif name == "content.xml":
            _check_content(b"".join(_unpacked(data, part)), source)


@dataclass(slots=True)
class _Extent:
    """The last row and column of a sheet, and its cells with shared text."""

    row: int = 0
    letters: set[bytes] = field(default_factory=set)
    cells: int = 0
    shared: int = 0

    def add(self, chunk: bytes) -> None:
        for letters, row in _CELL.findall(chunk):
            self.letters.add(letters)
            self.cells += 1
            number = int(row)
            if number > self.row:
                self.row = number
        self.row = max([self.row, *map(int, _ROW.findall(chunk))])
        self.shared += chunk.count(b't="s"') + chunk.count(b"t='s'")

    def check(self, source: str) -> None:
        column = max(map(_column_number, self.letters), default=1)
        if self.row * column > _MOST_CELLS:
            raise SourceError(
                _too_large(source, f"a sheet of {self.row:,} rows and {column:,} columns")
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_text(chunks: Iterator[bytes], sizes: list[int], source: str) -> None:
    total = 0
    for chunk in _overlapping(chunks):
        total += sum(sizes[at] for at in map(int, _SHARED.findall(chunk)) if at < len(sizes))
        if total > _MOST_TEXT:
            raise SourceError(_too_large(source, f"more than {in_words(_MOST_TEXT)} of text"))


def _string_sizes(chunks: Iterator[bytes]) -> Iterator[int]:
    """Bytes of each shared text."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"</si>")
        yield from map(len, whole)


def _check_content(content: bytes, source: str) -> None:
    """Check an OpenDocument sheet, where cells and rows are repeated by a number."""
    from lxml import etree

    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    cells = text = 0
    # Entities stay as they are, so that none can grow.
    parser = etree.iterparse(
        io.BytesIO(content),
        tag=f"{table}table-row",
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    )
    try:
        for _, row in parser:
            width = filled = length = 0
            for cell in row:
                count = _repeated(cell.get(f"{table}number-columns-repeated"))
                width += count
                if len(cell) or cell.get(f"{office}value-type"):
                    filled = width
                    length += count * sum(len(part) for part in cell.itertext())
            rows = _repeated(row.get(f"{table}number-rows-repeated")) if filled else 0
            cells, text = cells + rows * filled, text + rows * length
            if cells > _MOST_CELLS or text > _MOST_TEXT:
                raise SourceError(_too_large(source, f"more than {_MOST_CELLS:,} cells"))
            row.clear()
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error


def _repeated(number: str | None) -> int:
    return int(number) if number is not None and number.isdecimal() and len(number) < 12 else 1


def _overlapping(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Chunks that end between tags, so that none is seen in halves."""
    rest = b""
    for chunk in chunks:
        joined = rest + chunk
        end = joined.rfind(b"<")
        if end < 0 or len(joined) - end > _CHUNK:
            end = len(joined)
        yield joined[:end]
        rest = joined[end:]
    yield rest


def _unpacked(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part as they are, whatever size its entry claims."""
    start = part.header_offset
    names = int.from_bytes(data[start + 26 : start + 28], "little")
    extra = int.from_bytes(data[start + 28 : start + 30], "little")
    start += 30 + names + extra
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        for at in range(0, len(packed), _CHUNK):
            yield bytes(packed[at : at + _CHUNK])
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError("packed in a way that spreadsheet programs do not use")
    inflate = zlib.decompressobj(-15)
    size = 0
    for at in range(0, len(packed), _CHUNK):
        left: bytes = bytes(packed[at : at + _CHUNK])
        while left and not inflate.eof:
            chunk = inflate.decompress(left, _CHUNK)
            size += len(chunk)
            if size > part.file_size:
                raise ValueError(f"{part.filename} is larger than it claims")
            yield chunk
            left = inflate.unconsumed_tail
    if not inflate.eof:
        raise EOFError(f"{part.filename} ends too early")


def _too_large(source: str, what: str) -> str:
    return f"{source}: {what}. That is no table of papers; save the sheet with them as CSV."
