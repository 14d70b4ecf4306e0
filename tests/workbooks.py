"""Workbooks written by hand: small, whole, and as odd as a test wants them."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Cell = str | int | float | None
    Rows = Sequence[Sequence[Cell]]

__all__ = ["make_compound", "make_ods", "make_xls", "make_xlsx", "sheet_xml"]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def column_letters(place: int) -> str:
    """The letters of a column counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_xml(rows: Rows, *, first: int = 1) -> str:
    """The XML of a sheet whose rows begin at the given number; None leaves a cell out."""
    lines = []
    for number, row in enumerate(rows, start=first):
        cells = []
        for place, value in enumerate(row):
            where = f'r="{column_letters(place)}{number}"'
            if isinstance(value, str):
                text = f"<is><t>{escape(value)}</t></is>"
                cells.append(f'<c {where} t="inlineStr">{text}</c>')
            elif value is not None:
                cells.append(f"<c {where}><v>{value}</v></c>")
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def make_xlsx(
    sheets: Mapping[str, Rows | str], *, hidden: Sequence[str] = (), shared: str = ""
) -> bytes:
    """A workbook; a sheet may be given as its XML, ``shared`` is that of shared strings."""
    names = list(sheets)
    state = {name: "hidden" if name in hidden else "visible" for name in names}
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}" state="{state[name]}"/>'
        for at, name in enumerate(names, start=1)
    )
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(names) + 1)
    )
    relations += (
        f'<Relationship Id="rIdS" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
    }
    for at, name in enumerate(names, start=1):
        sheet = sheets[name]
        parts[f"xl/worksheets/sheet{at}.xml"] = (
            sheet if isinstance(sheet, str) else sheet_xml(sheet)
        )
    return _zipped(parts)


def make_ods(rows: Rows, *, body: str | None = None) -> bytes:
    """An OpenDocument spreadsheet; ``body`` replaces the XML of its rows."""
    if body is None:
        body = "".join(
            "<table:table-row>"
            + "".join(
                "<table:table-cell/>"
                if value is None
                else '<table:table-cell office:value-type="string">'
                f"<text:p>{escape(str(value))}</text:p></table:table-cell>"
                for value in row
            )
            + "</table:table-row>"
            for row in rows
        )
    content = (
        f'<office:document-content xmlns:office="{_ODF}:office:1.0" xmlns:table="{_ODF}:table:1.0" '
        f'xmlns:text="{_ODF}:text:1.0"><office:body><office:spreadsheet><table:table '
        f'table:name="Papers">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"/>'
    return _zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": manifest,
        }
    )


def make_xls(rows: Rows) -> bytes:
    """A workbook in the old Excel format (BIFF8) with one sheet."""

    def piece(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def begin(kind: int) -> bytes:
        return piece(0x809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    cells = b""
    for at, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                head = struct.pack("<HHHHB", at, place, 0, len(value), 1)
                cells += piece(0x204, head + text)
            elif value is not None:
                cells += piece(0x203, struct.pack("<HHHd", at, place, 0, value))
    width = max(len(row) for row in rows)
    sheet = begin(0x10) + piece(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    sheet += cells + piece(0x0A, b"")
    name = b"Papers"
    entry = struct.pack("<BBBB", 0, 0, len(name), 0) + name
    offset = len(begin(5)) + 4 + 4 + len(entry) + 4
    book = begin(5) + piece(0x85, struct.pack("<I", offset) + entry) + piece(0x0A, b"")
    return make_compound("Workbook", book + sheet)


def make_compound(name: str, data: bytes) -> bytes:
    """A compound file with one stream."""
    data = data.ljust(4096, b"\0")
    count = -(-len(data) // 512)
    data = data.ljust(count * 512, b"\0")
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, end, *range(3, count + 2), end]
    assert len(chain) <= 128, "one sector of the table holds no more"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0)[:40]
    head += struct.pack("<I", free) * 108

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = title.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBB", len(text), kind, 1)
            + struct.pack("<III", free, free, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    directory = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(data))
    directory += bytes(256)
    sectors = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    return head.ljust(512, b"\xff") + sectors + directory + data


def _zipped(parts: Mapping[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), text, compress_type=kind)
    return target.getvalue()
