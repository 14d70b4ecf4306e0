"""What a person says on how files are read."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from topics.errors import SettingsError, SourceError
from topics.reading import Reading, read_files

if TYPE_CHECKING:
    from pathlib import Path

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
    told = {"columns": {"a.csv": OTHER}, "archives": {"members": 7, "depth": 1}}
    file.write_text(json.dumps(told))
    reading = Reading.from_file(file)
    assert reading.by_file == {"a.csv": OTHER}
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
