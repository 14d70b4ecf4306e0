"""Web of Science's tagged form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, read, survives
from topics.errors import SourceError
from topics.sources.detect import read_document
from topics.sources.document import Document
from topics.sources.wos import WOS

if TYPE_CHECKING:
    from pathlib import Path

ROADS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Doe, J
   van der Berg, J
AF Doe, Jane
   van der Berg, Jan
TI Roads through
   narrow valleys
SO JOURNAL OF ROADS
AB Background: We count cars that go
   through a valley. Results: There are many. (C) 2020 Elsevier B.V. All
   rights reserved.
PD DEC 16
PY 2020
DI 10.1000/roads.1
UT WOS:000514379300001
ER

PT J
AU Roe, R
TI Counting by ear
PD SEP-OCT
PY 2019
UT MEDLINE:31858815
PM 31858815
ER

EF"""


def test_the_fields_of_an_entry() -> None:
    found = read(WOS, ROADS)
    first, second = found.records
    assert first.title == "Roads through narrow valleys"
    assert first.abstract == "We count cars that go through a valley. There are many."
    assert first.authors == ("Jane Doe", "Jan van der Berg")
    assert (first.date, first.doi, first.line) == ("2020-12-16", "10.1000/roads.1", 3)
    assert second.authors == ("R Roe",)
    assert (second.date, second.line) == ("2019", 20)
    assert second.url == "https://pubmed.ncbi.nlm.nih.gov/31858815/"
    assert not found.notices


def test_an_article_not_yet_in_an_issue_has_its_early_date() -> None:
    (record,) = read(WOS, "PT J\nTI Roads\nEA MAR 2021\nER\n").records
    assert record.date == "2021-03"


def test_an_unended_entry_is_kept_and_told_of() -> None:
    found = read(WOS, "PT J\nTI Roads\nPT J\nTI Rivers\nAB They flow")
    assert [record.title for record in found.records] == ["Roads", "Rivers"]
    assert "line 3" in found.notices[0]


def test_an_entry_that_says_nothing_is_rejected() -> None:
    found = read(WOS, ROADS + "\nPT J\nUT WOS:1\nER\n")
    assert [reject.line for reject in found.rejects] == [ROADS.count("\n") + 2]


def test_the_same_letters_in_other_files_are_no_sign() -> None:
    for text in ("PT\tAU\tTI\nJ\tDoe\tRoads\n", "TY  - JOUR\nER  -\n", "PT is short", "", "ER\n"):
        assert not WOS.recognises(Document.from_bytes(text.encode(), source="file"))
    with pytest.raises(SourceError, match="holds no entry"):
        read(WOS, "FN Clarivate Analytics Web of Science\nVR 1.0\nEF\n")


def test_it_is_told_by_content() -> None:
    for text in (ROADS, "\ufeff" + ROADS, ROADS.replace("\n", "\r\n"), ROADS[49:]):
        found = read_document(Document.from_bytes(text.encode(), source="any.bib"))
        assert (found.format, len(found.records)) == ("wos", 2)


@given(st.lists(st.text(alphabet="abcdef ", min_size=1, max_size=30), min_size=1, max_size=6))
def test_as_many_entries_as_there_are_ends(titles: list[str]) -> None:
    text = "".join(f"PT J\nTI A {title}\nER\n\n" for title in titles)
    assert len(read(WOS, text).records) == len(titles)


@settings(max_examples=100)
@given(mangled(ROADS) | st.binary(max_size=300))
def test_damage_costs_no_more_than_the_entry(data: bytes) -> None:
    survives(WOS, data)


def test_the_sample_has_the_entries_that_are_known(shared: Path) -> None:
    sample = shared / "importer-samples" / "synthesisr__WoS_ciw_example.ciw"
    found = read_document(Document.from_path(sample))
    assert (found.format, len(found.records), len(found.rejects)) == ("wos", 5, 0)
    assert all(record.abstract and record.doi and record.date for record in found.records)
