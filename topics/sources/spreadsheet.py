"""Workbooks: Excel (.xlsx, .xls) and OpenDocument (.ods)."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace
from itertools import chain, islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from topics.errors import SourceError
from topics.sources.column_values import is_full
from topics.sources.columns import unique_names
from topics.sources.headers import HEADER_ROWS, find_header, is_data
from topics.sources.old_excel import Unreadable, read_old_excel
from topics.sources.record import SourceRead
from topics.sources.spool import RecordKeeper
from topics.sources.table import MOST_COLUMNS, Row, TableRead, read_table, too_wide
from topics.sources.workbook_guard import check_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from topics.sources.document import Document
    from topics.sources.record import Record

__all__ = ["SPREADSHEET", "Spreadsheet"]

_ZIP = b"PK\x03\x04"
#: Compound files: the old Excel format, and any workbook that is locked.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENDINGS = frozenset((".xls", ".xlsx", ".xlsm", ".xltx", ".ods"))
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OLD_BOOKS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book\x00"))
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


class Spreadsheet:
    """Workbooks with a paper in each row of a sheet."""

    name = "spreadsheet"
    expects = "spreadsheets of papers (XLSX, XLS, ODS)"

    def recognises(self, document: Document) -> bool:
        """Whether it is a workbook, whole or not."""
        return _kind(document) is not None

    def read(self, document: Document) -> SourceRead:
        """Read all sheets that have papers.

        Raises:
            SourceError: the workbook is locked, damaged or too large, or no sheet has papers.
        """
        source, data = document.source, document.data
        kind = _kind(document) or self.name
        if kind == "xlsb":
            raise SourceError(f"{source}: a binary Excel workbook (.xlsb). Save it as .xlsx.")
        if data.startswith(_COMPOUND):
            if _LOCKED in data:
                raise SourceError(_locked(source))
        else:
            check_workbook(data, source=source)
        sheets, others, why = [], [], None
        for name, rows in _sheets(data, source):
            try:
                sheets.append((name, _read_sheet(rows, document)))
            except SourceError as error:
                others.append(name)
                why = why or error
        if not sheets:
            raise why or SourceError(f"{source}: no records; no sheet has anything in it.")
        return _joined(document, kind, sheets, others)


def _joined(
    document: Document, kind: str, sheets: Sequence[tuple[str, TableRead]], others: Sequence[str]
) -> SourceRead:
    notices = []
    for name, table in sheets:
        where = f"sheet “{name}”: " if len(sheets) + len(others) > 1 else ""
        notices += [f"{document.source}: {where}{n}" for n in (str(table.match), *table.notices)]
    if others:
        named = ", ".join(f"“{name}”" for name in others)
        notices.append(f"{document.source}: no papers in sheet {named}.")
    return SourceRead(
        source=document.source,
        format=kind,
        records=sheets[0][1].records if len(sheets) == 1 else _all_records(sheets),
        rejects=tuple(
            replace(reject, reason=f"Sheet “{name}”: {reject.reason}")
            if len(sheets) > 1
            else reject
            for name, table in sheets
            for reject in table.rejects
        ),
        notices=tuple(notices),
        columns=tuple(dict.fromkeys(c for _, table in sheets for c in table.match.columns)),
        matched=sheets[0][1].match.matched,
    )


def _all_records(sheets: Sequence[tuple[str, TableRead]]) -> Sequence[Record]:
    kept = RecordKeeper()
    for _, table in sheets:
        for record in table.records:
            kept.add(record)
    return kept.records


def _kind(document: Document) -> str | None:
    head = document.head
    if head.startswith(_COMPOUND):
        ending = PurePath(document.source).suffix.lower()
        if ending in _ENDINGS or any(mark in head for mark in (_LOCKED, *_OLD_BOOKS)):
            return "xls"
        return None
    if not head.startswith(_ZIP):
        return None
    if _OPEN_DOCUMENT in head[:200]:
        return "ods"
    names = _member_names(document)
    if "xl/workbook.xml" in names or (not names and b"xl/" in head[:8192]):
        return "xlsx"
    return "xlsb" if "xl/workbook.bin" in names else None


def _member_names(document: Document) -> frozenset[str]:
    """Names of the parts, lower case; none where the file is cut off."""
    try:
        with document.open() as stream:
            if not stream.seekable():
                return frozenset()
            with zipfile.ZipFile(stream) as archive:
                return frozenset(name.casefold() for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
        return frozenset()


def _sheets(data: bytes, source: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """The visible sheets, each with its rows from the first on, cells as they are typed.

    Raises:
        SourceError: the workbook or a sheet cannot be opened.
    """
    import python_calamine as calamine

    if data.startswith(_COMPOUND):
        try:
            yield from ((name, iter(rows)) for name, rows in read_old_excel(data) if rows)
        except Unreadable as error:
            locked = str(error) == "password"
            raise SourceError(_locked(source) if locked else _damaged(source, error)) from error
        return
    try:
        with calamine.load_workbook(io.BytesIO(data)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                if sheet.visible != calamine.SheetVisibleEnum.Visible:
                    continue
                opened = book.get_sheet_by_name(sheet.name)
                if opened.height:
                    yield sheet.name, opened.iter_rows()
    except calamine.PasswordError as error:
        raise SourceError(_locked(source)) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise SourceError(_damaged(source, error)) from error
    except BaseException as error:
        # The library is not written in Python: where it gives up, it raises this on its own.
        if type(error).__name__ == "PanicException":
            raise SourceError(_damaged(source, "its cells make no sense")) from None
        raise


def _locked(source: str) -> str:
    return f"{source}: protected by a password. Save the workbook without one."


def _damaged(source: str, why: object) -> str:
    return f"{source}: this workbook is damaged or cut off ({why}). Fetch or save it again."


def _read_sheet(rows: Iterator[list[Any]], document: Document) -> TableRead:
    numbered = ((number, cells) for number, cells in enumerate(rows, start=1))
    filled = ((number, cells) for number, cells in numbered if any(map(is_full, cells)))
    early = list(islice(filled, HEADER_ROWS))
    if not early:
        raise SourceError(f"{document.source}: no records; the sheet is empty.")
    texts = [[_name(cell) for cell in cells] for _, cells in early]
    at, score = find_header(texts, named=document.columns)
    if len(texts[0]) > MOST_COLUMNS:
        raise SourceError(too_wide(document.source, len(texts[0])))
    headless = score == 0 and is_data([text for text in texts[0] if text])
    header = [""] * len(texts[0]) if headless else texts[at]
    body = early if headless else early[at + 1 :]
    return read_table(
        (Row(number, cells) for number, cells in chain(body, filled)),
        source=document.source,
        columns=unique_names(header),
        named=document.columns,
    )


def _name(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return str(cell) if is_full(cell) else ""


SPREADSHEET = Spreadsheet()
