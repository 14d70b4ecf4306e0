"""RIS in its dialects, whole, unended and damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, read, survives
from topics.errors import SourceError
from topics.sources.detect import read_document
from topics.sources.document import Document
from topics.sources.ris import RIS

if TYPE_CHECKING:
    from pathlib import Path

SCOPUS = """TY  - JOUR
TI  - Roads through <i>narrow</i> valleys: CO2 &amp; noise
T2  - Journal of Roads
AU  - Doe, J.
AU  - van der Berg, Jan
PY  - 2021
DA  - 2021/05/17/
DO  - https://doi.org/10.1000/ROADS.1
UR  - https://www.scopus.com/inward/record.uri?eid=1
AB  - We count cars. © 2021 Elsevier Ltd. All rights reserved.
KW  - roads
N1  - Export Date: 1 June 2022
ER  -

"""

OVID = """1.
TY  - JOUR
ID  - 20203152553
T1  - Counting cars by ear.
A1  - Roe, R.
Y1  - 2020//
N2  - BACKGROUND: Cars are loud. METHODS: We listened.
UR  - http://example.org/a
ER  -

2.
TY  - JOUR
T1  - Counting bicycles.
Y1  - 2019//
N2  - Bicycles are quiet.
ER  -
"""


def test_the_fields_of_an_entry() -> None:
    found = read(RIS, SCOPUS)
    (record,) = found.records
    assert record.title == "Roads through narrow valleys: CO2 & noise"
    assert record.abstract == "We count cars."
    assert record.authors == ("J. Doe", "Jan van der Berg")
    assert record.date == "2021-05-17"
    assert record.doi == "10.1000/roads.1"
    assert record.url == "https://www.scopus.com/inward/record.uri?eid=1"
    assert (record.source, record.line) == ("file", 1)
    assert not found.rejects
    assert not found.notices


def test_entries_between_numbers_and_remarks() -> None:
    found = read(RIS, "Record #1 of 2\nProvider: Some\n" + OVID)
    assert [record.title for record in found.records] == [
        "Counting cars by ear",
        "Counting bicycles",
    ]
    assert [record.line for record in found.records] == [4, 14]
    assert found.records[0].abstract == "Cars are loud. We listened."
    assert [record.date for record in found.records] == ["2020", "2019"]


def test_an_entry_without_its_end_is_one_of_its_own() -> None:
    text = "\ufeffTY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nER  - \nTY  - JOUR\nTI  - Three"
    found = read(RIS, text)
    assert [record.title for record in found.records] == ["One", "Two", "Three"]
    assert len(found.notices) == 2
    assert "line 6" in found.notices[0]
    assert "cut off" in found.notices[0]
    assert "line 1" in found.notices[1]


def test_files_joined_without_a_line_break() -> None:
    found = read(RIS, "TY  - JOUR\nTI  - One\nER  - TY  - JOUR\nTI  - Two\nER  -\n")
    assert [(record.title, record.line) for record in found.records] == [("One", 1), ("Two", 3)]


def test_an_entry_that_says_nothing_is_rejected_with_its_line() -> None:
    found = read(RIS, SCOPUS + "TY  - JOUR\nDO  - 10.1000/none\nER  - \n")
    assert len(found.records) == 1
    (reject,) = found.rejects
    assert reject.line == 15
    assert "title" in reject.reason


def test_texts_go_on_over_lines() -> None:
    text = (
        "TY  - JOUR\nTI  - Roads and\n      rivers\nAB  - We count cars,\nER then bicycles and at "
        "the end\nthe walkers - all of them.\nKW - road\nriver\nPMID - 123\nER  - \n"
    )
    (record,) = read(RIS, text).records
    assert record.title == "Roads and rivers"
    assert (
        record.abstract
        == "We count cars, ER then bicycles and at the end the walkers - all of them."
    )
    assert record.url == "https://pubmed.ncbi.nlm.nih.gov/123/"


def test_entries_that_have_lost_their_first_lines() -> None:
    text = "TI  - One\nAU  - Doe, J.\nER  - \n\nID  - 2\nTY  - JOUR\nTI  - Two\nER  - \n"
    for data in (text, text.replace("TY  - JOUR\n", "")):
        found = read_document(Document.from_bytes(data.encode(), source="any.txt"))
        assert found.format == "ris"
        assert [(record.title, record.line) for record in found.records] == [("One", 1), ("Two", 5)]


def test_tags_with_one_blank_throughout() -> None:
    text = "TY - JOUR\nTI - One\nAB - We count\nand measure.\nER - \nTY - JOUR\nTI - Two\nER -\n"
    found = read_document(Document.from_bytes(text.encode(), source="any.txt"))
    assert [record.title for record in found.records] == ["One", "Two"]
    assert found.records[0].abstract == "We count and measure."


def test_headings_on_lines_of_their_own_go() -> None:
    long = "We count cars " * 12
    text = f"TY  - JOUR\nTI  - Roads\nAB  - Objectives\n{long}here.\nMethods\nBy ear.\nER  - \n"
    (record,) = read(RIS, text).records
    assert record.abstract == f"{long}here. By ear."


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        ("PY  - 2019///\n", "2019"), ("Y1  - 1 Jan.-Feb. 2019\n", "2019"),
        ("PY  - 2018\nDA  - SEP 15\n", "2018-09-15"), ("PY  - 10 15\n", None),
        ("PY  - 10 15\nY1  - May 2019\n", "2019-05"), ("PY  - 2019\nDA  - 2021/01/01\n", "2019"),
        ("PY  - 2020\nY1  - 4-8 Aug. 2020\n", "2020-08"), ("", None),
    ],
)  # fmt: skip
def test_dates_are_as_precise_as_the_entry(lines: str, date: str | None) -> None:
    (record,) = read(RIS, f"TY  - JOUR\nTI  - Roads\n{lines}ER  - \n").records
    assert record.date == date


@pytest.mark.parametrize(
    ("lines", "name", "value"),
    [
        ("UR  - http://arxiv.org/abs/2401.01234v2\n", "arxiv_id", "2401.01234"),
        ("JO  - arXiv:2401.01234 [cs.LG]\n", "arxiv_id", "2401.01234"),
        ("DO  - 10.48550/arXiv.2401.01234\n", "arxiv_id", "2401.01234"),
        ("DO  - 10.48550/arXiv.2401.01234\n", "doi", None),
        ("M3  - doi: 10.1000/abc\n", "doi", "10.1000/abc"),
        ("UR  - https://doi.org/10.1000/abc\n", "doi", "10.1000/abc"),
        ("N1  - we discuss 10.1000/abc\n", "doi", None),
        ("AN  - 29768149\nDB  - PubMed\n", "url", "https://pubmed.ncbi.nlm.nih.gov/29768149/"),
        ("UR  - //www.example.org/a\n", "url", "https://www.example.org/a"),
        ("UR  - javascript:alert(1)\n", "url", None),
        ("AU  - Doe, J.; Roe, R.\n", "authors", ("J. Doe", "R. Roe")),
    ],
)
def test_identifiers_wherever_a_dialect_puts_them(lines: str, name: str, value: object) -> None:
    (record,) = read(RIS, f"TY  - JOUR\nTI  - Roads\n{lines}ER  - \n").records
    assert getattr(record, name) == value


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
    ],
)
def test_line_ends_and_encodings(encode: object) -> None:
    assert callable(encode)
    found = read_document(Document.from_bytes(encode(OVID), source="any.txt"))
    assert found.format == "ris"
    assert [record.date for record in found.records] == ["2020", "2019"]


def test_a_file_that_only_looks_like_ris() -> None:
    with pytest.raises(SourceError, match=r"file: looks like ris and holds no entry"):
        read(RIS, "nothing here")
    for text in ("TI  - x\n", "The TY  - JOUR tag", "", "PT J\nTI x\nER\n"):
        assert not RIS.recognises(Document.from_bytes(text.encode(), source="file"))


titles = st.lists(
    st.text(alphabet=st.characters(categories=("L", "Nd")), min_size=3, max_size=20),
    min_size=1,
    max_size=6,
)


@given(
    titles, st.sampled_from(("ER  - \n", "ER  -\n\n", "", "\n\n")), st.sampled_from(("TI", "T1"))
)
def test_as_many_entries_as_there_are_types(titles: list[str], end: str, tag: str) -> None:
    text = "".join(f"TY  - JOUR\n{tag}  - A {title} of it\n{end}" for title in titles)
    found = read(RIS, text)
    assert len(found.records) + len(found.rejects) == len(titles)


@settings(max_examples=100)
@given(mangled(SCOPUS + OVID) | st.binary(max_size=300))
def test_damage_costs_no_more_than_the_entry(data: bytes) -> None:
    survives(RIS, data)


@pytest.mark.parametrize(
    "long", ["TY  - JOUR\n" * 20_000, "TY  - A\n" + "x\n" * 200_000, "ER  - " * 60_000]
)
def test_long_files_take_no_longer_than_they_are(long: str) -> None:
    survives(RIS, long.encode())


def test_samples_have_the_entries_that_are_known(shared: Path) -> None:
    known = {
        "asreview-demo___baseline.ris": (100, 98),
        "asreview-demo__faulty_year.ris": (1, 1),
        "asreview-demo__proquest.ris": (6, 6),
        "asreview-demo__web_of_science.txt": (10, 10),
        "synthesisr__Ovid_ris_example.ris": (4, 4),
        "litstudy__example.ris": (25, 25),
        "rispy__example_extraneous_data.ris": (2, 2),
        "rispy__example_multiline.ris": (3, 3),
        "rispy__example_bom.ris": (1, 0),
        "colrev__ris_data.ris": (2, 0),
    }
    for name, (entries, abstracts) in known.items():
        document = Document.from_path(shared / "importer-samples" / name)
        found = read_document(document)
        assert found.format == "ris", name
        assert len(found.records) + len(found.rejects) == entries, name
        assert sum(1 for record in found.records if record.abstract) == abstracts, name
