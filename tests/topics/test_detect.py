"""Files and folders: formats by content, nothing dropped in silence, errors that help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.errors import SourceError
from topics.sources import document, lines
from topics.sources.decoding import decode
from topics.sources.detect import READERS, UNRECOGNISED, read_document, read_sources
from topics.sources.document import Document

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """new

byAK and the research community

Apr 28

Sparse Memory for Naïve Models

We show that it helps, as the method uses fewer steps than before.

  • 4 authors
·
Sep 14, 2024
"""


def test_a_folder_is_read_whole_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("b.txt", "a.html", "sub/c", ".hidden/d.txt", "sub/.e.txt", "z.bib"):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    reads = read_sources([tmp_path])
    assert [read.source for read in reads] == ["a.html", "b.txt", "c", "z.bib"]
    assert {read.format for read in reads} == {"hf-page"}
    assert all(record.source == read.source for read in reads for record in read.records)


def test_a_file_named_twice_is_read_once_and_names_stay_distinct(tmp_path: Path) -> None:
    for name in ("x/page.txt", "y/page.txt", "y/other.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    reads = read_sources([tmp_path / "y", str(tmp_path / "x"), tmp_path / "y" / "page.txt"])
    assert [read.source for read in reads] == ["other.txt", "y/page.txt", "x/page.txt"]


def test_what_cannot_be_read_stays_in_sight(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.txt").write_text("Buy milk.\n\nAnd bread.", encoding="utf-8")
    (tmp_path / "c.txt").write_bytes(b"%PDF-1.7 \x00\x01")
    (tmp_path / "d.txt").write_text("", encoding="utf-8")
    (tmp_path / "e.txt").write_text("byAK and the research community\n\nApr 28\n", encoding="utf-8")
    lines: list[str] = []
    reads = read_sources([tmp_path], progress=lines.append)
    assert [(read.format, len(read.records)) for read in reads] == [
        ("hf-page", 1),
        (UNRECOGNISED, 0),
        (UNRECOGNISED, 0),
        (UNRECOGNISED, 0),
        ("hf-page", 0),
    ]
    told = [read.notices[-1] for read in reads[1:]]
    for name, words, notice in zip(
        "bcde", ("Buy milk", "PDF", "empty", "no paper"), told, strict=True
    ):
        assert notice.startswith(f"{name}.txt")
        assert words in notice
    assert len(lines) == 5


def test_nothing_at_all_is_an_error_that_says_what_was_found(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("Buy milk.", encoding="utf-8")
    (tmp_path / "c.bin").write_bytes(bytes(range(256)))
    with pytest.raises(SourceError) as caught:
        read_sources([tmp_path])
    for words in ("b.txt", "Buy milk", "c.bin", "binary", "Expected", "Hugging Face"):
        assert words in str(caught.value)


def test_missing_and_empty_paths_are_errors(tmp_path: Path) -> None:
    for paths in ([tmp_path / "nowhere"], [tmp_path], [], ["\x00"]):
        with pytest.raises(SourceError):
            read_sources(paths)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_encodings(encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    text = PAGE.replace("•", "*") if encoding == "cp1252" else PAGE
    read = read_document(Document.from_bytes(mark + text.encode(encoding), source="a"))
    assert read.records[0].title == "Sparse Memory for Naïve Models"
    assert read.records[0].date == "2024-09-14"
    assert bool(read.notices) == (encoding == "cp1252")
    assert all(notice.startswith("a: ") for notice in read.notices)


def test_decoding() -> None:
    assert decode(b"a\r\nb\rc").text == "a\nb\nc"
    assert decode("naïve".encode()[:-3]).text == "na"
    assert decode(bytes(range(32)) * 4).text is None
    found = decode(b"line\nna\xefve and caf\xe9")
    assert found.text == "line\nnaïve and café"
    assert "line 2" in found.notices[0]


@given(
    st.binary(max_size=200) | st.text(max_size=80).map(lambda text: (PAGE + text).encode("utf-16"))
)
def test_any_bytes_are_read_or_said_to_be_unreadable(data: bytes) -> None:
    read = read_document(Document.from_bytes(data, source="a"))
    assert read.records or read.notices


def test_readers_tell_what_they_expect() -> None:
    assert len({reader.name for reader in READERS}) == len(READERS)
    assert all(reader.expects for reader in READERS)


def test_a_file_too_large_for_its_format_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MEMORY_LIMIT", 300_000)
    monkeypatch.setattr(lines, "_LARGE", 300_000)
    entry = "TY  - JOUR\nTI  - Old trees\nAB  - Their roots are deep.\nER  - \n"
    read = read_document(Document.from_bytes(entry.encode() * 9000, source="refs.ris"))
    assert read.records == ()
    assert read.notices[-1].startswith("refs.ris: more than ")
    read = read_document(Document.from_bytes(b"some words\n" * 90_000, source="notes.txt"))
    assert "split the file" in read.notices[-1]
    # Lines need not be in memory all at once.
    line = b'{"paperId": "a", "title": "Old trees", "abstract": "Their roots are deep."}\n'
    read = read_document(Document.from_bytes(line * 9000, source="papers.jsonl"))
    assert len(read.records) == 9000


@pytest.mark.parametrize(
    "lines",
    [
        "TY  - JOUR\nTI  - x\nER  - ",
        "@article{x,\n title={y}\n}",
        "FN Clarivate\nVR 1.0\nPT J\nTI x\nER\nEF",
        "PMID- 123\nTI  - x\nAB  - y",
        "%0 Journal Article\n%T x\n%A y",
        "<PubmedArticleSet><PubmedArticle>",
        "Record #1 of 5\nID: CN-1\nAU: x\nTI: y",
        "RT Journal Article\nT1 x\nA1 y",
        "Daily Papers\nUpvote\n12\nTitle\n· Published on Nov 3",
    ],
)
def test_a_cell_of_a_table_makes_no_other_file_of_it(lines: str, tmp_path: Path) -> None:
    """An abstract may quote the lines by which another format is told."""
    rows = "".join(f'Paper {n} of many,"We study {n}.",2024\n' for n in range(12))
    text = f'title,abstract,year\nOn exports,"Such as\n{lines}\nand more.",2023\n{rows}'
    (tmp_path / "papers.txt").write_text(text, encoding="utf-8")
    (found,) = read_sources([tmp_path / "papers.txt"])
    assert (found.format, len(found.records)) == ("csv", 13)
