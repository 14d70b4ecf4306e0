"""Parquet and JSON: typed and nested values, odd layouts, damage."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mangled import mangled, read, survives
from topics.errors import SourceError
from topics.sources.document import MEMORY_LIMIT, Document
from topics.sources.json_rows import JSON_ROWS
from topics.sources.parquet_rows import PARQUET

if TYPE_CHECKING:
    from topics.sources.record import SourceRead

PAPER = {"title": "On one thing", "abstract": "It is shown, at last.", "year": 2020}


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, **options)
    return target.getvalue()


def titles(found: SourceRead) -> list[tuple[int, str]]:
    return [(record.line, record.title) for record in found.records]


def test_typed_and_nested_columns() -> None:
    data = parquet(
        {
            "title": ["On one thing", "On two things", None],
            "summary": pa.array(["It is shown.", None, None]).dictionary_encode(),
            "authors": [["Ada Lovelace", "Turing, Alan"], [], None],
            "published": [dt.datetime(2020, 5, 17), None, None],
            "ids": [{"DOI": "10.1000/x", "ArXiv": "2401.01234"}, None, None],
            "upvotes": [7, None, 1],
            "embedding": pa.array([[0.5] * 4] * 3, type=pa.list_(pa.float32(), 4)),
            "image": [b"\x00\xff", None, None],
        }
    )
    found = read(PARQUET, data)
    assert titles(found) == [(1, "On one thing"), (2, "On two things")]
    first = found.records[0]
    assert first.abstract == "It is shown."
    assert first.authors == ("Ada Lovelace", "Alan Turing")
    assert (first.date, first.doi, first.arxiv_id) == ("2020-05-17", "10.1000/x", "2401.01234")
    assert first.upvotes == 7
    assert found.records[1].upvotes is None
    assert [reject.line for reject in found.rejects] == [3]
    assert found.matched["doi"] == "ids.DOI"
    assert "embedding" not in found.columns


def test_rows_are_counted_across_groups() -> None:
    data = parquet({"title": [f"Title {at}" for at in range(3000)]}, row_group_size=700)
    found = read(PARQUET, data)
    assert titles(found)[-1] == (3000, "Title 2999")


def test_rows_before_damage_are_kept() -> None:
    names = [f"Title {at} " + "x" * 300 for at in range(4000)]
    options = {"row_group_size": 1000, "compression": "NONE", "use_dictionary": False}
    data = bytearray(parquet({"title": names}, **options))
    at = data.index(b"Title 2500")
    data[at - 4 : at] = b"\xff\xff\xff\x7f"  # a length beyond the page
    found = read(PARQUET, bytes(data))
    assert len(found.records) >= 1024
    assert len(found.rejects) == 1
    assert f"this row and the {4000 - len(found.records) - 1} after it" in found.rejects[0].reason


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (parquet({"title": ["One"]})[:-6], "damaged or cut off"),
        (b"PAR1", "damaged or cut off"),
        (b"PARE" + b"\x00" * 40, "encrypted"),
        (parquet({"price": [1, 2], "colour": ["red", "blue"]}), "columns seen: price, colour"),
        (parquet({"title": pa.array([], pa.string())}), "columns seen: title. There is no row"),
        (parquet({f"c{at}": [1] for at in range(17_000)}), "17,000 columns or more"),
    ],
)
def test_what_no_paper_is_in(data: bytes, what: str) -> None:
    with pytest.raises(SourceError, match=f"file: .*{what}"):
        read(PARQUET, data)


@settings(max_examples=60)
@given(st.data())
def test_damaged_parquet(data: st.DataObject) -> None:
    good = bytearray(parquet({"title": ["On one thing", "On two"], "abstract": ["text", None]}))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(4, len(good) - 1))] = data.draw(st.integers(0, 255))
    survives(PARQUET, bytes(good))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (json.dumps([PAPER, PAPER]), [1, 2]),
        (json.dumps([PAPER, PAPER], indent=1), [2, 7]),
        (f"{json.dumps(PAPER)}\n\n{json.dumps(PAPER)}\n", [1, 3]),
        (json.dumps({"count": 2, "results": [PAPER, PAPER]}), [1, 2]),
        (json.dumps({key: [value, value] for key, value in PAPER.items()}), [1, 2]),
        (json.dumps({key: {"0": value, "1": value} for key, value in PAPER.items()}), [1, 2]),
        (json.dumps({"columns": list(PAPER), "index": [0], "data": [list(PAPER.values())]}), [1]),
        (json.dumps([list(PAPER), list(PAPER.values()), list(PAPER.values())]), [2, 3]),
        (json.dumps(PAPER), [1]),
        ("\ufeff" + json.dumps([PAPER]), [1]),
    ],
)
def test_layouts(text: str, lines: list[int]) -> None:
    document = Document.from_bytes(text.encode(), source="file.txt")
    assert JSON_ROWS.recognises(document)
    found = JSON_ROWS.read(document)
    assert titles(found) == [(line, "On one thing") for line in lines]
    assert all(record.date == "2020" and record.abstract for record in found.records)
    assert not found.rejects


def test_values_within_objects() -> None:
    entry = {
        "_source": {"title": "On one thing", "abstract": ["It is shown.", "At last."]},
        "externalIds": {"DOI": "10.1000/X", "ArXiv": "2401.01234"},
        "authors": [{"first": "Ada", "last": "Lovelace"}],
        "published": 1577836800000,
    }
    found = read(JSON_ROWS, json.dumps([entry]))
    record = found.records[0]
    assert record.title == "On one thing"
    assert record.abstract == "It is shown. At last."
    assert (record.doi, record.arxiv_id) == ("10.1000/x", "2401.01234")
    assert record.authors == ("Ada Lovelace",)
    assert record.date == "2020-01-01"


def test_a_bad_entry_costs_itself_alone() -> None:
    good = json.dumps(PAPER)
    found = read(JSON_ROWS, f'{good}\n{{"title": "Half\n[1]\n{{"year": 2020}}\n{good}\n')
    assert titles(found) == [(1, "On one thing"), (5, "On one thing")]
    assert [reject.line for reject in found.rejects] == [2, 3, 4]
    assert "quotation mark is missing" in found.rejects[0].reason
    cut = read(JSON_ROWS, f"[{good},\n{good},\n{good[:30]}")
    assert len(cut.records) == 2
    assert len(cut.rejects) == 1


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", "[1, 2]", '{"name": "tool", "version": 3}', '[{"price": 1}]', "title", ""],
)
def test_json_of_other_things_is_not_recognised(text: str) -> None:
    assert not JSON_ROWS.recognises(Document.from_bytes(text.encode(), source="file.json"))


def test_a_large_file_of_lines_is_read_as_it_comes() -> None:
    data = f"{json.dumps(PAPER)}\n".encode() * 3
    document = Document(
        source="file", open=lambda: io.BytesIO(data), head=data[:200], size=MEMORY_LIMIT * 2
    )
    found = JSON_ROWS.read(document)
    assert [record.line for record in found.records] == [1, 2, 3]
    assert found.format == "jsonl"


@given(mangled(json.dumps([PAPER, PAPER], indent=1)) | mangled(f"{json.dumps(PAPER)}\n" * 3))
def test_damaged_json(data: bytes) -> None:
    survives(JSON_ROWS, data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["title", "abstract", "authors", "date", "doi", "x"]), inner
            )
        ),
        max_leaves=12,
    )
)
def test_any_json(value: Any) -> None:
    survives(JSON_ROWS, json.dumps(value).encode())
    survives(JSON_ROWS, json.dumps([PAPER, value]).encode())


def test_decimal_numbers_are_numbers() -> None:
    columns = {
        "title": ["On the sums of money", "On the sums of time"],
        "year": pa.array([Decimal(2019), None], pa.decimal128(4, 0)),
        "grant": pa.array([Decimal("12.50"), Decimal("3.00")], pa.decimal128(9, 2)),
    }
    one, other = read(PARQUET, parquet(columns)).records
    assert (one.date, one.extra) == ("2019", (("grant", 12.5),))
    assert (other.date, other.extra) == (None, (("grant", 3.0),))
