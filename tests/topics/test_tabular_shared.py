"""Real tables: as many records as a careful tool counts in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from topics.corpus import build_corpus
from topics.ledger import counts_by_file
from topics.sources.detect import read_sources

if TYPE_CHECKING:
    from pathlib import Path

#: For each: records, abstracts, dates, DOIs, authors of the first record, and rows rejected for
#: having neither a title nor an abstract.
COUNTS = {
    "asreview-demo__generic_semicolon.csv": (2, 2, 2, 0, 2, 0),
    "asreview-demo__generic_column_names_with_spaces.csv": (2, 2, 2, 0, 2, 0),
    "asreview-demo__missing_values.csv": (4, 2, 0, 0, 0, 0),
    "asreview-demo__duplicate_records.csv": (10, 10, 0, 0, 0, 4),
    "bibliometrix__lens_sample.csv": (8, 8, 8, 8, 10, 0),
    "bibliometrix__openalex_sample.csv": (8, 5, 8, 8, 2, 0),
    "litstudy__ieee.csv": (10, 10, 10, 10, 2, 0),
    "litstudy__springer.csv": (18, 0, 18, 18, 2, 0),
    "slr-adaj__ieee.csv": (16, 16, 16, 16, 6, 0),
    "colrev__xlsx_data.xlsx": (3, 0, 3, 0, 2, 0),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(shared: Path, name: str) -> None:
    (found,) = read_sources([shared / "importer-samples" / name])
    records = list(found.records)
    assert (
        len(records),
        sum(bool(record.abstract) for record in records),
        sum(record.date is not None for record in records),
        sum(record.doi is not None for record in records),
        len(records[0].authors),
        len(found.rejects),
    ) == COUNTS[name]
    corpus = build_corpus([found])
    assert len(corpus.ledger) == len(records) + len(found.rejects)
    assert counts_by_file([found], corpus)[0]["read"] == len(corpus.ledger)
