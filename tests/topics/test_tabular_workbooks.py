"""Workbooks: sheets, typed cells, locked, damaged and hostile files."""

from __future__ import annotations

import io
import random
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import read, survives
from tests.workbooks import make_compound, make_ods, make_xls, make_xlsx, sheet_xml
from topics.errors import SourceError
from topics.sources.document import Document
from topics.sources.spreadsheet import SPREADSHEET
from topics.sources.workbook_guard import check_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS: list[list[str | int | float | None]] = [
    ["Title", "Abstract", "Date", "DOI"],
    ["On one thing", "It is shown.", 43831, "10.1000/x"],
    ["On two things", None, 2020.0, None],
    [None, None, 2001, None],
    [None, None, None, None],
    ["1984", "A year as a title.", None, None],
]
MAKERS: dict[str, Callable[[list[list[str | int | float | None]]], bytes]] = {
    "xlsx": lambda rows: make_xlsx({"Papers": rows}),
    "xls": make_xls,
    "ods": make_ods,
}
_ROW = (
    '<table:table-row{}><table:table-cell{} office:value-type="string"><text:p>x</text:p>'
    "</table:table-cell></table:table-row>"
)
#: How a member's entry in the directory of a ZIP archive begins, up to its flags.
_UNLOCKED = b"PK\x01\x02\x14\x03\x14\x00\x00"


@pytest.mark.parametrize("kind", MAKERS)
def test_rows_of_a_sheet(kind: str) -> None:
    data = MAKERS[kind](ROWS)
    assert SPREADSHEET.recognises(Document.from_bytes(data, source="whatever"))
    found = read(SPREADSHEET, data, source=f"papers.{kind}")
    assert found.format == kind
    assert [(r.line, r.title, r.date) for r in found.records] == [
        (2, "On one thing", "2020-01-01"),
        (3, "On two things", "2020"),
        (6, "1984", None),
    ]
    assert found.records[0].abstract == "It is shown."
    assert found.records[0].doi == "10.1000/x"
    assert [reject.line for reject in found.rejects] == [4]
    assert found.matched == {"title": "Title", "abstract": "Abstract", "date": "Date", "doi": "DOI"}


def test_every_visible_sheet_with_papers_is_read() -> None:
    data = make_xlsx(
        {"About": [["Made on", "Monday"]], "One": ROWS, "Two": ROWS[:2], "Old": ROWS},
        hidden=["Old"],
    )
    found = read(SPREADSHEET, data)
    assert [record.line for record in found.records] == [2, 3, 6, 2]
    assert found.rejects[0].reason.startswith("Sheet “One”: ")
    assert any("no papers in sheet “About”" in notice for notice in found.notices)
    assert any("sheet “Two”: columns: title" in notice for notice in found.notices)


def test_rows_before_the_header_and_an_empty_first_column() -> None:
    rows = [[None, "My library"], [None], *([None, *row] for row in ROWS)]
    found = read(SPREADSHEET, make_xlsx({"Papers": rows}))
    assert [record.line for record in found.records] == [4, 5, 8]


def test_row_numbers_count_from_the_top_of_the_sheet() -> None:
    found = read(SPREADSHEET, make_xlsx({"Papers": sheet_xml(ROWS[:2], first=7)}))
    assert [record.line for record in found.records] == [8]


@pytest.mark.parametrize(
    "data",
    [
        make_compound("EncryptedPackage", b"secret"),
        make_xlsx({"Papers": ROWS}).replace(_UNLOCKED, _UNLOCKED[:-1] + b"\x01"),
    ],
)
def test_a_locked_workbook_says_so(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"file: protected by a password. Save the workbook"):
        read(SPREADSHEET, data)


@pytest.mark.parametrize(
    "data",
    [
        make_xlsx({"Papers": ROWS})[:900],
        make_xlsx({"Papers": ROWS})[:-40],
        make_xlsx({"Papers": "<worksheet><sheetData><row"}),
        make_xls(ROWS)[:2000],
        make_ods(ROWS, body="<table:table-row>"),
    ],
)
def test_a_damaged_workbook_says_so(data: bytes) -> None:
    with pytest.raises(SourceError, match="file: this workbook is damaged or cut off"):
        read(SPREADSHEET, data)


def _far_apart() -> bytes:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="XFD999999"><v>1</v></c></row>'
    return make_xlsx({"Papers": f"<worksheet><sheetData>{cells}</sheetData></worksheet>"})


def _shared_text() -> bytes:
    cells = "".join(f'<row r="{at}"><c r="A{at}" t="s"><v>0</v></c></row>' for at in range(1, 3001))
    sheet = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
    return make_xlsx({"Papers": sheet}, shared=f"<si><t>{'x' * 2_000_000}</t></si>")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (_far_apart(), "999,999 rows and 16,384 columns"),
        (_shared_text(), "more than 4.29 GB of text"),
        (
            make_ods(
                [],
                body=_ROW.format(
                    ' table:number-rows-repeated="1048576"',
                    ' table:number-columns-repeated="16384"',
                ),
            ),
            "more than 40,000,000 cells",
        ),
        (make_xlsx({"Papers": [["x"] * 17_000]}), "17,000 columns or more"),
    ],
)
def test_what_would_fill_the_memory_is_refused(data: bytes, what: str) -> None:
    assert len(data) < 100_000
    with pytest.raises(SourceError, match=what):
        read(SPREADSHEET, data)


def test_a_part_larger_than_it_claims_is_refused() -> None:
    data = bytearray(make_xlsx({"Papers": [["x" * 100_000]]}))
    entry = data.index(b"PK\x01\x02", data.rindex(b"xl/worksheets/") - 60)
    data[entry + 24 : entry + 28] = (50).to_bytes(4, "little")
    with pytest.raises(SourceError, match="larger than it claims"):
        check_workbook(bytes(data), source="file")


def test_rows_kept_for_looks_alone_do_no_harm() -> None:
    cells = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    empty = '<table:table-cell table:number-columns-repeated="16383"/>'
    rows = "".join(
        f"<table:table-row>{cells.format(text)}{empty}</table:table-row>"
        for text in ("title", "On one thing")
    )
    rows += f'<table:table-row table:number-rows-repeated="1048574">{empty}</table:table-row>'
    found = read(SPREADSHEET, make_ods([], body=rows))
    assert [record.title for record in found.records] == ["On one thing"]


def test_other_files_are_no_workbooks() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("papers.csv", "title\nOne\n")
    for data in (target.getvalue(), make_compound("WordDocument", b"x"), b"title,abstract\n"):
        assert not SPREADSHEET.recognises(Document.from_bytes(data, source="file"))


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from(["xlsx", "ods"]))
def test_damaged_workbooks(seed: int, kind: str) -> None:
    survives(SPREADSHEET, _spoilt(MAKERS[kind](ROWS), seed))


@pytest.mark.parametrize("seed", range(6))
def test_damaged_old_workbooks(seed: int) -> None:
    # Only the first sectors: what follows is blank.
    data = make_xls(ROWS)
    survives(SPREADSHEET, _spoilt(data[:2400], seed) + data[2400:])


def test_an_old_workbook_that_ends_its_reader_is_only_refused() -> None:
    data = make_xls(ROWS)
    at = data.index(b"\x04\x02")  # the first cell with text: put it in the last column there is
    spoilt = data[: at + 4] + b"\xff\xff\xff\xff" + data[at + 8 :]
    with pytest.raises(SourceError, match="file: this workbook is damaged"):
        read(SPREADSHEET, spoilt)


def _spoilt(data: bytes, seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        spoilt[chance.randrange(len(spoilt))] = chance.choice([0, 255, chance.randrange(256)])
    return bytes(spoilt[: chance.randint(len(data) // 2, len(data) * 2)])
