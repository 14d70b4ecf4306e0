"""MEDLINE's tagged form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, read, survives
from topics.errors import SourceError
from topics.sources.detect import read_document
from topics.sources.document import Document
from topics.sources.medline import MEDLINE

if TYPE_CHECKING:
    from pathlib import Path

ROADS = """
PMID- 32336025
OWN - NLM
STAT- Publisher
DP  - 2020 Apr 26
TI  - Roads through narrow valleys: an app for
      counting cars.
LID - 10.1000/roads.1 [doi]
AB  - BACKGROUND: Cars are loud.
      METHODS: We listened to 30 of
      them. CONCLUSIONS: They are. This article is
      protected by copyright. All rights reserved.
CI  - This article is protected by copyright. All rights reserved.
FAU - Doe, Jane A
AU  - Doe JA
CN  - The Road Group
AD  - Institute of Roads, Road-
      town.
SO  - J Roads. 2020 Apr 26. doi: 10.1000/roads.1.

PMID- 31355546
DP  - 2019 Nov-Dec
DEP - 20191018
TI  - [Counting by ear].
AU  - Roe R
"""


def test_the_fields_of_an_entry() -> None:
    first, second = read(MEDLINE, ROADS).records
    assert first.title == "Roads through narrow valleys: an app for counting cars"
    assert first.abstract == "Cars are loud. We listened to 30 of them. They are."
    assert first.authors == ("Jane A Doe", "The Road Group")
    assert (first.date, first.doi, first.line) == ("2020-04-26", "10.1000/roads.1", 2)
    assert first.url == "https://pubmed.ncbi.nlm.nih.gov/32336025/"
    assert second.title == "Counting by ear"
    assert second.authors == ("Roe R",)
    assert (second.date, second.line) == ("2019-10-18", 21)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("PMID- 1\nTI  - One\nPMID- 2\nTI  - Two\n", ["One", "Two"]),
        ("PMC - PMC1\nPMID- 1\nTI  - One\n\nPMC - PMC2\nPMID- 2\nTI  - Two\n", ["One", "Two"]),
        ("PMID-1\nTI  - One\n\nA remark.\n\nPMC -2\nTI- Two\n", ["One", "Two"]),
        ("PMID- 1\n\nOWN - NLM\n\nTI  - One\n\nPMID- 2\n\nTI  - Two\n", ["One", "Two"]),
        ("PMID- 1\nTI  - [Not Available].\nTT  - Straßen\n", ["Straßen"]),
        ("PMID- 1\nBTI - A book\n", ["A book"]),
    ],
)  # fmt: skip
def test_where_an_entry_begins(text: str, titles: list[str]) -> None:
    found = read(MEDLINE, text)
    assert [record.title for record in found.records] == titles
    assert not found.rejects


def test_an_entry_that_says_nothing_is_rejected() -> None:
    found = read(MEDLINE, ROADS + "\nPMID- 5\nOWN - NLM\n")
    assert [reject.line for reject in found.rejects] == [27]


def test_an_abstract_in_another_place_counts() -> None:
    (record,) = read(MEDLINE, "PMID- 1\nTI  - One\nOAB - We count.\n").records
    assert record.abstract == "We count."


def test_it_is_told_by_content() -> None:
    for text in (ROADS, "\ufeff" + ROADS.lstrip(), ROADS.replace("\n", "\r\n")):
        found = read_document(Document.from_bytes(text.encode(), source="any.csv"))
        assert (found.format, len(found.records)) == ("medline", 2)
    for text in ("PMID 1", "", "TY  - JOUR\nTI  - x\nER  -\n", "The OWN - tag"):
        assert not MEDLINE.recognises(Document.from_bytes(text.encode(), source="file"))
    with pytest.raises(SourceError, match="holds no entry"):
        read(MEDLINE, "no tags at all")


@given(st.lists(st.text(alphabet="abcdef ", min_size=1, max_size=30), min_size=1, max_size=6))
def test_as_many_entries_as_there_are_ids(titles: list[str]) -> None:
    text = "\n".join(f"PMID- {at}\nTI  - A {title}\n" for at, title in enumerate(titles, 1))
    assert len(read(MEDLINE, text).records) == len(titles)


@settings(max_examples=100)
@given(mangled(ROADS) | st.binary(max_size=300))
def test_damage_costs_no_more_than_the_entry(data: bytes) -> None:
    survives(MEDLINE, data)


def test_the_sample_has_the_entries_that_are_known(shared: Path) -> None:
    sample = shared / "importer-samples" / "synthesisr__res_synth_methods.txt"
    found = read_document(Document.from_path(sample))
    assert (found.format, len(found.records), len(found.rejects)) == ("medline", 2, 0)
    assert all("reserved" not in record.abstract for record in found.records)
