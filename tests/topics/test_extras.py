"""Columns of tables that hold no known field: kept, typed, bounded, and harmless."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.factories import make_map, write_map
from topics.artefact import load
from topics.corpus import build_corpus
from topics.exports import to_csv
from topics.extras import extra_names
from topics.known import enlarge
from topics.sources.detect import read_sources
from topics.topicmap import TABLES
from topics.traits import sizes, traits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOSTILE = '<img src=x onerror="alert(1)">'


def rows(count: int = 12) -> list[dict[str, object]]:
    """Papers as a table has them, with columns of its own."""
    return [
        {
            "Title": f"A study of some subject number {at}",
            "Abstract": f"We study subject {at} and find out how much it tells us of it. " * 6,
            "Venue": ("NeurIPS", HOSTILE, "=SUM(A1)")[at % 3],
            "Citations": at * 3,
            "Impact": at / 4,
            "Code": f"0{at:02d}",
            "topic": "their own",
            HOSTILE: "x\x00y" if at else "",
            "Remarks": "A long remark that nobody would call a category. " * 9,
        }
        for at in range(count)
    ]


def as_csv(path: Path) -> Path:
    file = path / "papers.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows()[0].keys())
        writer.writeheader()
        writer.writerows(rows())
    return file


def as_jsonl(path: Path) -> Path:
    file = path / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, rows())), encoding="utf-8")
    return file


def as_parquet(path: Path) -> Path:
    file = path / "papers.parquet"
    pd.DataFrame(rows()).assign(vector=[[0.5] * 80] * 12).to_parquet(file)
    return file


def as_xlsx(path: Path) -> Path:
    import xlsxwriter

    file = path / "papers.xlsx"
    with xlsxwriter.Workbook(str(file), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate([list(rows()[0]), *[list(row.values()) for row in rows()]]):
            sheet.write_row(at, 0, [str(x).replace("\x00", "") if at else x for x in line])
    return file


@pytest.mark.parametrize("write", [as_csv, as_jsonl, as_parquet, as_xlsx])
def test_other_columns_of_a_table_are_kept_with_their_names_and_types(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    (read,) = read_sources([write(tmp_path)])
    assert "kept as they are: Venue, Citations, Impact" in " ".join(read.notices)
    assert "not used: Remarks" in " ".join(read.notices)
    papers = build_corpus([read]).papers
    assert extra_names(papers) == sorted(
        [HOSTILE, "Citations", "Code", "Impact", "Venue", "topic (in the table)"]
    )
    own = papers.set_index("title").sort_index(key=lambda titles: titles.str.len())
    assert pd.api.types.is_integer_dtype(own["Citations"])
    assert pd.api.types.is_float_dtype(own["Impact"])
    last = own.loc["A study of some subject number 11"]
    assert (last["Citations"], last["Impact"], last["Code"]) == (33, 2.75, "011")
    assert set(own["Venue"]) == {"NeurIPS", HOSTILE, "=SUM(A1)"}
    assert "\x00" not in "".join(own[HOSTILE].dropna())


def test_the_order_of_files_and_records_makes_no_difference(tmp_path: Path) -> None:
    first = [{**row, "venue": "AAAI", "Venue": None} for row in rows(6)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, first)), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(
        "\n".join(map(json.dumps, reversed(rows()))), encoding="utf-8"
    )
    reads = read_sources([tmp_path])
    one, other = build_corpus(reads), build_corpus(list(reversed(reads)))
    pd.testing.assert_frame_equal(one.papers, other.papers)
    assert one.fingerprint == other.fingerprint
    # The two spellings of one name are one column, and the fuller text wins.
    assert "venue" not in one.papers
    assert len(one.papers) == 12


def test_a_wide_table_gives_as_many_as_there_is_room_for(tmp_path: Path) -> None:
    wide = [{**row, **{f"c{at}": at + n for at in range(90)}} for n, row in enumerate(rows())]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, wide)), encoding="utf-8")
    papers = build_corpus(read_sources([tmp_path])).papers
    assert len(extra_names(papers)) == 40


def test_a_map_keeps_them_and_offers_them_for_colours_and_sizes(tmp_path: Path) -> None:
    made = make_map(30, 3)
    extras = {
        "Citations": pd.Series([None, *range(29)], dtype="Int64"),
        "Impact": pd.Series([at / 3 for at in range(30)], dtype="float64"),
        HOSTILE: pd.Series(["a", "b", None] * 10, dtype="str"),
    }
    made.papers[list(extras)] = pd.DataFrame(extras)
    saved = write_map(tmp_path / "map", made)
    again = load(tmp_path / "map")
    assert extra_names(again.papers) == list(extras)
    assert again.papers["Citations"].iloc[29] == 28
    assert pd.isna(again.papers[HOSTILE].iloc[2])
    found = traits(again)
    assert (found["Citations"].kind, found[HOSTILE].kind) == ("number", "words")
    assert {"Citations", "Impact"} <= set(sizes(again))
    table = list(csv.reader(io.StringIO(to_csv(saved.papers).decode("utf-8-sig"))))
    assert table[0][-3:] == list(extras)
    assert table[30][-3:-1] == ["28", "9.6667"]


def test_an_update_keeps_them_and_learns_more(tmp_path: Path) -> None:
    made = make_map(12, 2, hostile=())
    made.papers["Venue"] = pd.Series(["ICML"] * 12, dtype="str")
    made.papers["Citations"] = pd.Series([1] * 12, dtype="Int64")
    known = write_map(tmp_path / "map", made)
    title = str(known.papers["title"].iloc[3])
    new = [
        {"title": title, "venue": "A longer venue", "citations": 7, "pages": 9},
        *[{**row, "citations": "many"} for row in rows(2)],
    ]
    (tmp_path / "new.jsonl").write_text("\n".join(map(json.dumps, new)), encoding="utf-8")
    papers = enlarge(known, read_sources([tmp_path / "new.jsonl"])).papers
    assert len(papers) == 14
    row = papers[papers["title"] == title].iloc[0]
    assert row["Venue"] == "A longer venue"
    # Not all of its values are numbers any more.
    assert (row["Citations"], row["pages"]) == ("7", 9)
    assert list(papers.columns[: len(TABLES["papers"]) - 7]) == list(TABLES["papers"])[:-7]
