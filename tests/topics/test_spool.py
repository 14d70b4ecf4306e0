"""Records that are too many for the memory: kept in a temporary file, otherwise the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from topics.corpus import build_corpus
from topics.errors import SourceError
from topics.ledger import counts_by_file, write_papers
from topics.preview import preview
from topics.sources import detect, lines, spool
from topics.sources.detect import read_sources
from topics.sources.document import Document
from topics.sources.hf_page import HF_PAGE
from topics.sources.record import Record, SourceRead
from topics.sources.spool import RecordKeeper, Spool, SpooledRecords, spooled

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = range(40)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file of each of some formats, with papers of which some are the same, and one bad row."""
    rows = [
        {
            "title": f"Old tree {n // 2 * 2} grows",
            "abstract": f"Its root {n} is deep.",
            "year": 1999,
        }
        for n in NUMBERS
    ]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "a.csv", index=False)
    with (tmp_path / "a.csv").open("a", encoding="utf-8") as stream:
        stream.write("too,many,fields,here\n")
    frame.to_parquet(tmp_path / "b.parquet")
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "c.jsonl").write_text(text + "{\n", encoding="utf-8")
    entries = (
        f"TY  - JOUR\nTI  - Young tree {n}\nAB  - Its root is not.\nER  - \n" for n in NUMBERS
    )
    (tmp_path / "d.ris").write_text("".join(entries), encoding="utf-8")
    return tmp_path


def test_what_is_spooled_is_read_as_if_it_were_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain = read_sources([folder])
    whole = build_corpus(plain)
    assert all(isinstance(read.records, tuple) for read in plain)
    monkeypatch.setattr(spool, "_AT_ONCE", 3000)
    monkeypatch.setattr(lines, "_LARGE", 10)
    reads = read_sources([folder])
    assert all(isinstance(read.records, SpooledRecords) for read in reads)
    for one, other in zip(plain, reads, strict=True):
        assert list(other.records) == list(one.records)
        assert (other.rejects, other.format) == (one.rejects, one.format)
    corpus = build_corpus(reads)
    assert corpus.fingerprint == whole.fingerprint
    assert corpus.counts == whole.counts == {"kept": 60, "merged": 100, "rejected": 2}
    pd.testing.assert_frame_equal(corpus.papers, whole.papers)
    pd.testing.assert_frame_equal(corpus.ledger, whole.ledger)
    assert (
        preview(reads, corpus)["files"][0]["sample"] == preview(plain, whole)["files"][0]["sample"]
    )
    assert counts_by_file(reads, corpus) == counts_by_file(plain, whole)


def test_all_files_together_have_a_share_of_the_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detect, "_IN_MEMORY", 40_000)
    kinds = [isinstance(read.records, SpooledRecords) for read in read_sources([folder])]
    assert kinds == sorted(kinds)
    assert set(kinds) == {False, True}


def test_batches_are_the_table(folder: Path, tmp_path: Path) -> None:
    corpus = build_corpus(read_sources([folder]))
    joined = pd.concat(list(corpus.batches(7)), ignore_index=True)
    pd.testing.assert_frame_equal(joined, corpus.papers)
    ledger = pd.concat(list(corpus.outcomes.batches(7)), ignore_index=True)
    pd.testing.assert_frame_equal(ledger, corpus.ledger)
    for name in ("papers.parquet", "papers.csv"):
        write_papers(corpus, tmp_path / name)
    assert list(pd.read_parquet(tmp_path / "papers.parquet")["id"]) == list(corpus.papers["id"])
    assert list(pd.read_csv(tmp_path / "papers.csv")["title"]) == list(corpus.papers["title"])
    empty = build_corpus([])
    write_papers(empty, tmp_path / "none.csv")
    write_papers(empty, tmp_path / "none.parquet")
    assert (tmp_path / "none.csv").read_text("utf-8-sig").startswith('"id"')
    assert len(pd.read_parquet(tmp_path / "none.parquet")) == 0


def test_many_records_of_several_spools_keep_their_order() -> None:
    made = [Record(title=f"Tree {n}", abstract="deep " * (n % 700), line=n) for n in range(2000)]
    shared = Spool()
    first, second = spooled(made[::2], shared), spooled(made[1::2], shared)
    assert list(first) == made[::2]
    assert list(second) == made[1::2]
    assert second[-1] == made[-1]
    reads = [
        SourceRead(source=name, format="made", records=records)
        for name, records in (("a", first), ("b", second))
    ]
    assert len(build_corpus(reads)) == 2000


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool.tempfile, "TemporaryFile", full)
    keeper = RecordKeeper(limit=1000)
    keeper.add(Record(title="Old trees"))
    with pytest.raises(SourceError, match=r"no room for temporary files in .* TMPDIR"):
        keeper.add(Record(title="Old trees" * 200_000))


def test_a_page_is_told_by_its_beginning() -> None:
    page = "by AK and the research community\n\nApr 28\n\nOld Trees\n"
    assert HF_PAGE.recognises(Document.from_bytes((page + "x " * 400_000).encode(), source="a"))
    assert not HF_PAGE.recognises(Document.from_bytes(("x " * 400_000 + page).encode(), source="a"))
    styled = (
        "<!doctype html><style>" + "p{}" * 200_000 + "</style><a href='/papers/2401.00001'>x</a>"
    )
    assert HF_PAGE.recognises(Document.from_bytes(styled.encode(), source="a"))
