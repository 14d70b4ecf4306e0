"""Text of Ovid, the Cochrane Library and RefWorks: entries in their own fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.errors import SourceError
from topics.sources.detect import read_document
from topics.sources.document import Document
from topics.sources.labelled import LABELLED

if TYPE_CHECKING:
    from topics.sources.record import SourceRead

OVID = """<1>
Unique Identifier
  33456789
Title
  Effect of walks on sleep: a trial.
Source
  Sleep Notes. 77:1-9, 2021 Jan.
Status
  MEDLINE
Authors
  Ek A; Li BC
Authors Full Name
  Ek, Ada; Li, Bo C
Abstract
  OBJECTIVE: To test walks. RESULTS: Sleep was longer
  by 20 minutes.
Digital Object Identifier
  https://dx.doi.org/10.1016/j.sleep.2021.01.001
Year of Publication
  2021

<2>
Title
  Naps.
Source
  Sleep Notes. 44(2), 2020 Feb 12.
"""
OVID_TAGS = """<1. >
UI  - 33456789
TI  - Effect of walks on sleep: a trial.
AU  - Ek A
AU  - Li BC
AB  - OBJECTIVE: To test walks. RESULTS: Sleep was longer
      by 20 minutes.
DO  - https://dx.doi.org/10.1016/j.sleep.2021.01.001
YR  - 2021
"""
COCHRANE = """Record #1 of 2
ID: CN-01234567
AU: Ek A
AU: Li BC
TI: Effect of walks on sleep: a trial
YR: 2021
PM: PUBMED 33456789
DOI: 10.1016/j.sleep.2021.01.001
AB: OBJECTIVE: To test walks. RESULTS: Sleep was longer by 20 minutes.

Record #2 of 2
ID: CN-01234568
AB:
"""
REFWORKS = """RT Journal Article
SR Electronic(1)
A1 Ek,Ada
A1 Li,Bo C
T1 Effect of walks on sleep: a trial
YR 2021
DO 10.1016/j.sleep.2021.01.001
AB To test walks. Sleep was longer
by 20 minutes.
UL https://example.org/walks

RT Journal Article
T1 Naps
YR 2020
FD Feb 12
"""


def read(text: str) -> SourceRead:
    return read_document(Document.from_bytes(text.encode(), source="a.txt"))


@pytest.mark.parametrize("text", [OVID, OVID_TAGS, COCHRANE, REFWORKS])
def test_fields_of_an_entry(text: str) -> None:
    found = read(text)
    first = found.records[0]
    assert found.format == "labelled-text"
    assert first.title == "Effect of walks on sleep: a trial"
    assert first.abstract == "To test walks. Sleep was longer by 20 minutes."
    assert (first.date, first.doi) == ("2021", "10.1016/j.sleep.2021.01.001")
    assert len(first.authors) == 2
    assert {name for names in first.authors for name in names.split()} >= {"Ek", "Li"}


def test_what_each_of_them_says_beside_it() -> None:
    ovid = read(OVID).records
    assert ovid[0].authors == ("Ada Ek", "Bo C Li")
    assert ovid[0].pmid == "33456789"
    assert (ovid[1].title, ovid[1].date, ovid[1].line) == ("Naps", "2020-02-12", 22)
    cochrane = read(COCHRANE)
    assert cochrane.records[0].pmid == "33456789"
    assert [(bad.line, bad.reason) for bad in cochrane.rejects] == [
        (11, "Neither a title nor an abstract.")
    ]
    refworks = read(REFWORKS).records
    assert refworks[0].authors == ("Ada Ek", "Bo C Li")
    assert refworks[0].url == "https://example.org/walks"
    assert refworks[1].date == "2020-02-12"


@given(st.text(max_size=200), st.sampled_from((OVID, OVID_TAGS, COCHRANE, REFWORKS)))
def test_any_text_gives_entries_or_an_error(noise: str, text: str) -> None:
    for whole in (noise, text[:60] + noise + text[60:], text + noise):
        document = Document.from_bytes(whole.encode(errors="replace"), source="a.txt")
        if not LABELLED.recognises(document):
            continue
        try:
            found = LABELLED.read(document)
        except SourceError:
            continue
        assert found.records or found.rejects
