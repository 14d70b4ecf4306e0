"""Reports: the right papers in each format, the same bytes every time, whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.factories import make_map
from topics.errors import SettingsError
from topics.reports import FORMATS, checked, report_bytes, write_report
from topics.selection import Filters, matching

if TYPE_CHECKING:
    from pathlib import Path

    from topics.topicmap import TopicMap


@pytest.fixture(scope="module")
def built() -> TopicMap:
    return make_map(papers=60, topics=5)


def text_of(target: Path) -> str:
    """What a file says; of a workbook the texts of its cells."""
    if target.suffix == ".xlsx":
        with zipfile.ZipFile(target) as book:
            return book.read("xl/sharedStrings.xml").decode()
    return target.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("file_format", sorted({*FORMATS} - {"pdf"}))
def test_every_paper_is_in_every_format(built: TopicMap, tmp_path: Path, file_format: str) -> None:
    target = tmp_path / f"report.{file_format}"
    assert write_report(built, target, file_format=file_format) == 60
    text = text_of(target)
    for number in range(60):
        # Titles that are hostile are written otherwise in each format; their tests are elsewhere.
        if f"part {number}" in built.papers["title"].iloc[number]:
            assert f"part {number}" in text, number
    assert [file.name for file in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_map_gives_the_same_bytes(built: TopicMap, file_format: str) -> None:
    again = make_map(papers=60, topics=5)
    assert report_bytes(built, Filters(), file_format=file_format) == report_bytes(
        again, Filters(), file_format=file_format
    )


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_papers_are_a_report_too(built: TopicMap, file_format: str) -> None:
    data = report_bytes(built, Filters(text="no such word"), file_format=file_format)
    assert isinstance(data, bytes)
    if file_format not in ("pdf", "xlsx"):
        data.decode()


def test_json_says_all_of_a_paper(built: TopicMap) -> None:
    rows = json.loads(report_bytes(built, Filters(), file_format="json"))
    assert len(rows) == 60
    for row, paper in zip(rows, built.papers.to_dict("records"), strict=True):
        assert row.keys() == paper.keys()
        assert row["title"] == paper["title"]
        assert row["authors"] == list(paper["authors"])
        assert row["topic"] is None or row["topic"] == paper["topic"]
        assert row["upvotes"] is None
        assert isinstance(row["author_count"], int)
        assert isinstance(row["comments"], int | None)
    assert any(row["topic"] is None for row in rows)
    assert any(row["date"] is None for row in rows)


def test_json_of_a_map_that_was_read_has_whole_numbers(sample_map: TopicMap) -> None:
    rows = json.loads(report_bytes(sample_map, Filters(), file_format="json"))
    assert all(isinstance(row["author_count"], int | None) for row in rows)
    assert any(row["comments"] for row in rows)
    assert all(isinstance(row["comments"], int | None) for row in rows)
    assert all(isinstance(row["x"], float) for row in rows)


def test_a_topic_or_theme_alone(built: TopicMap, tmp_path: Path) -> None:
    topic = built.topics["id"].iloc[0]
    size = int(built.topics["size"].iloc[0])
    assert len(matching(built, Filters(topics=(topic,)))) == size
    theme = built.themes["name"].iloc[0]
    assert len(matching(built, Filters(themes=(theme,)))) == built.themes["size"].iloc[0]
    both = built.papers.iloc[matching(built, Filters(topics=(topic,), themes=(theme,)))]
    assert set(both["topic"]) <= {topic}
    assert set(both["theme"]) <= {theme}
    target = tmp_path / "one.csv"
    filters = Filters(topics=(topic,))
    assert write_report(built, target, file_format="csv", filters=filters) == size
    rows = list(csv.DictReader(io.StringIO(target.read_bytes().decode("utf-8-sig"))))
    assert len(rows) == size


def test_an_unknown_topic_or_theme_names_those_there_are(built: TopicMap) -> None:
    with pytest.raises(SettingsError) as caught:
        checked(built, Filters(topics=("t99",)))
    assert "'t99'" in str(caught.value)
    assert ", ".join(built.topics["id"]) in str(caught.value)
    with pytest.raises(SettingsError, match="optimization"):
        checked(built, Filters(themes=("cooking",)))
    with pytest.raises(SettingsError, match="none"):
        checked(make_map(papers=4, topics=0), Filters(topics=("t1",)))
    with pytest.raises(SettingsError, match="…"):
        checked(make_map(papers=200, topics=20), Filters(topics=("t99",)))


def test_an_unknown_format_names_those_there_are(built: TopicMap, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        write_report(built, tmp_path / "x", file_format="docx")
    assert all(name in str(caught.value) for name in ("docx", *FORMATS))
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_leaves_nothing(built: TopicMap, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--out"):
        write_report(built, tmp_path / "no" / "such" / "folder.csv", file_format="csv")
    with pytest.raises(SettingsError, match="--out"):
        write_report(built, tmp_path, file_format="csv")
    assert list(tmp_path.iterdir()) == []


def test_an_old_report_is_replaced(built: TopicMap, tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    target.write_text("old")
    write_report(built, target, file_format="md")
    assert "old" not in target.read_text(encoding="utf-8").splitlines()


def test_a_report_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.csv"
    target.write_text("old", encoding="utf-8")

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("topics.folders.sync", full)
    with pytest.raises(SettingsError, match="No space left on device"):
        write_report(make_map(papers=30, topics=2), target, file_format="csv")
    assert target.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.csv"]
