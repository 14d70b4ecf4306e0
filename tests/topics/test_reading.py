"""What a person says on how files are read."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from topics.errors import SettingsError, SourceError
from topics.reading import Reading, read_files
from topics.sources import detect
from topics.sources.archives import ArchiveLimits
from topics.sources.detect import read_document

if TYPE_CHECKING:
    from topics.sources.document import Document
    from topics.sources.record import SourceRead

TABLE = "heading,title,text\nOn maps,Journal of X,About maps of papers and of other things.\n"
OTHER = {"title": "heading"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    (root / "a.csv").write_text(TABLE)
    (root / "b.csv").write_text(TABLE)
    (root / "d.tsv").write_text(TABLE.replace(",", "\t"))
    (root / ".hidden.csv").write_text(TABLE)
    (root / "sub" / "a.csv").write_text(TABLE)
    (root / "c.ris").write_text("TY  - JOUR\nTI  - A title\nER  - \n")
    with zipfile.ZipFile(root / "z.zip", "w") as archive:
        archive.writestr("x/a.csv", TABLE)
        archive.writestr("b.csv", TABLE)
    return root


def titles(folder: Path, reading: Reading) -> dict[str, str]:
    return {read.source: read.records[0].title for read in read_files([folder], reading=reading)}


@pytest.mark.parametrize(
    "name", ["in/a.csv", "b.csv", "d.tsv", "sub/a.csv", "z.zip/x/a.csv", "z.zip/b.csv"]
)
def test_columns_of_one_file_change_that_file_alone(folder: Path, name: str) -> None:
    plain = titles(folder, Reading())
    assert set(plain.values()) == {"Journal of X", "A title"}
    corrected = titles(folder, Reading(by_file={name: OTHER, "c.ris": OTHER, "gone.csv": OTHER}))
    assert corrected.keys() == plain.keys()
    assert {each for each in plain if corrected[each] != plain[each]} == {name}
    assert corrected[name] == "On maps"


def test_columns_of_a_file_go_before_those_of_all(folder: Path) -> None:
    reading = Reading(columns=OTHER, by_file={"b.csv": {"title": "text"}})
    found = titles(folder, reading)
    assert found["sub/a.csv"] == "On maps"
    assert found["b.csv"].startswith("About maps")


def test_columns_of_all_may_be_those_of_the_corrected_file_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE)
    (tmp_path / "b.csv").write_text("title,abstract\nOn lists,About lists.\n")
    reading = Reading(columns=OTHER, by_file={"a.csv": {"abstract": "text"}})
    one, other = read_files([tmp_path], reading=reading)
    assert one.matched == {"title": "heading", "abstract": "text"}
    assert other.records[0].title == "On lists"
    with pytest.raises(SourceError, match="No column “gone” for title"):
        read_files([tmp_path], reading=Reading(columns={"title": "gone"}, by_file=reading.by_file))


def test_no_column_need_hold_a_field(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("title,date,year\nOn maps,2019-03-02,2019\nOn lists,2020-01-01,2020\n")
    (read,) = read_files([file], reading=Reading(columns={"date": ""}))
    assert read.matched == {"title": "title", "year": "year"}
    assert [record.date for record in read.records] == ["2019", "2020"]
    assert "none for date, as you say" in read.notices[0]
    reading = Reading(columns={"date": "date"}, by_file={"t.csv": {"date": "", "year": ""}})
    (read,) = read_files([file], reading=reading)
    assert [record.date for record in read.records] == [None, None]
    with pytest.raises(SourceError, match="no records; columns seen: title, date, year"):
        read_files([file], reading=Reading(columns={"title": ""}))


def test_a_corrected_file_alone_is_read_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def counted(document: Document) -> SourceRead:
        seen.append(document.source)
        return read_document(document)

    monkeypatch.setattr(detect, "read_document", counted)
    plain = read_files([folder])
    said: list[str] = []
    kept = Reading(kept=tmp_path / "kept")
    for reading, again in (
        (kept, 7),
        (kept, 0),
        (replace(kept, by_file={"b.csv": OTHER}), 1),
        (replace(kept, by_file={"b.csv": OTHER, "z.zip/x/a.csv": OTHER}), 2),
        (replace(kept, columns=OTHER), 7),
        (kept, 7),
    ):
        seen.clear()
        said.clear()
        found = read_files([folder], reading=reading, progress=said.append)
        assert len(seen) == again
        assert found == read_files([folder], reading=replace(reading, kept=None))
        assert len(said) == len(found)
    assert found == plain
    (folder / "d.tsv").write_text(TABLE.replace("maps", "lÃ¯sts").replace(",", "\t"))
    seen.clear()
    assert read_files([folder], reading=kept) == read_files([folder])
    assert seen[0] == "d.tsv"
    for file in (tmp_path / "kept").iterdir():
        file.write_bytes(file.read_bytes()[:-9])
    assert read_files([folder], reading=kept) == read_files([folder])


def test_what_is_very_large_is_not_kept(folder: Path, tmp_path: Path) -> None:
    reading = Reading(kept=tmp_path / "kept", most_kept=700)
    (folder / "long.csv").write_text(TABLE + "Long,J,word " + "word " * 200 + "\n")
    first = read_files([folder], reading=reading)
    assert len(list((tmp_path / "kept").iterdir())) == len(list(folder.iterdir())) - 2
    assert read_files([folder], reading=reading) == first


def test_what_was_kept_of_an_archive_counts_as_if_it_were_opened(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "y.zip").write_bytes((folder / "z.zip").read_bytes())
    limits = {"archives": ArchiveLimits(members=3)}
    kept = tmp_path / "kept"
    first = read_files([folder], reading=Reading(kept=kept, **limits))
    assert "more than 3 files in all archives together" in first[-1].notices[0]
    for reading in (Reading(kept=kept, **limits), Reading(**limits)):
        assert read_files([folder], reading=reading) == first


def test_what_is_told_of_files_is_told_once_each(folder: Path) -> None:
    said: list[str] = []
    read_files([folder], reading=Reading(by_file={"d.tsv": OTHER}), progress=said.append)
    assert sorted(line.partition(":")[0] for line in said) == sorted(titles(folder, Reading()))
    with pytest.raises(SourceError, match="is not there"):
        read_files([folder / "none"], reading=Reading(by_file={"d.tsv": OTHER}))


def test_a_table_is_read_that_could_not_be_without_its_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("one,two\nxx,yy\nvv,ww\n")
    reading = Reading(by_file={"t.csv": {"title": "two"}})
    (read,) = read_files([tmp_path / "t.csv"], reading=reading)
    assert [record.title for record in read.records] == ["yy", "ww"]
    with pytest.raises(SourceError, match="No paper found"):
        read_files([tmp_path / "t.csv"], reading=Reading(by_file={"t.csv": {"doi": "two"}}))


def test_a_file_says_it(tmp_path: Path) -> None:
    file = tmp_path / "how.json"
    told = {
        "columns": {"a.csv": {**OTHER, "date": None, "year": ""}},
        "archives": {"members": 7, "depth": 1},
        "kept": "reads",
    }
    file.write_text(json.dumps(told))
    reading = Reading.from_file(file)
    assert reading.by_file == {"a.csv": {**OTHER, "date": "", "year": ""}}
    assert reading.kept == Path("reads")
    assert (reading.archives.members, reading.archives.depth) == (7, 1)
    file.write_text("{}")
    assert Reading.from_file(file) == Reading()


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        "3",
        '{"columns": []}',
        '{"columns": {"a.csv": "title"}}',
        '{"archives": {"size": 3}}',
        '{"archives": {"members": 0}}',
        '{"archives": {"members": "7"}}',
        '{"kept": 3}',
        "[" * 100_000,
    ],
)
def test_a_file_that_says_something_else(tmp_path: Path, told: str) -> None:
    file = tmp_path / "how.json"
    file.write_text(told)
    with pytest.raises(SettingsError, match="does not say how files are read: expected JSON"):
        Reading.from_file(file)


def test_what_is_not_there_or_no_field(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        Reading.from_file(tmp_path / "nothing.json")
    with pytest.raises(SettingsError, match="no field “titel”"):
        Reading(by_file={"a.csv": {"titel": "x"}})
