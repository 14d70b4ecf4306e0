"""What is written is read back, and what cannot be read is told with its name."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_map, write_map
from topics import artefact, tablefiles
from topics.errors import MapBroken, MapNotFound, MapTooNew
from topics.topicmap import LATER_TABLES, SCHEMA_VERSION, TABLES, TopicMap

ALL_TABLES = {**TABLES, **LATER_TABLES}
FILES = [*(f"{name}.parquet" for name in TABLES), "vectors.npy"]

# ------------------------------------------------------------------ round trip

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
number = st.floats(allow_nan=False, width=64)
whole = st.integers(-(2**53), 2**53)


def _column(table: str, column: str) -> st.SearchStrategy[Any]:
    if column in tablefiles.LISTS:
        return st.lists(text, max_size=3)
    if column in tablefiles.WHOLE or (table, column) == ("trends", "papers"):
        return st.none() | whole
    return st.none() | (number if column in tablefiles.REAL else text)


@st.composite
def maps(draw: st.DrawFn) -> TopicMap:
    tables = {
        name: pd.DataFrame(
            draw(st.lists(st.tuples(*(_column(name, column) for column in columns)), max_size=4)),
            columns=list(columns),
        )
        for name, columns in ALL_TABLES.items()
    }
    rows = len(tables["papers"])
    vectors = np.arange(rows * 3, dtype=np.float32).reshape(rows, 3)
    return TopicMap(vectors=vectors, manifest={"schema_version": SCHEMA_VERSION}, **tables)


def _rows(frame: pd.DataFrame) -> list[list[Any]]:
    return [
        [value if isinstance(value, list) or not pd.isna(value) else None for value in row]
        for row in frame.itertuples(index=False)
    ]


def _write_encoder(folder: Path) -> None:
    (folder / "encoder.json").write_text("{}", encoding="utf-8")


@given(maps())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, topic_map: TopicMap
) -> None:
    folder = tmp_path_factory.mktemp("maps") / "map"
    artefact.save(topic_map, folder, write_encoder=_write_encoder)
    found = artefact.load(folder)
    for name, columns in ALL_TABLES.items():
        before, after = getattr(topic_map, name), getattr(found, name)
        assert list(after.columns) == list(columns)
        assert _rows(after) == _rows(before)
    assert np.array_equal(found.vectors, topic_map.vectors)
    assert found.vectors.dtype == np.float32


def test_a_map_of_before_there_were_memberships_opens_without_any(tmp_path: Path) -> None:
    made = write_map(tmp_path / "map", make_map(40))
    assert "memberships.parquet" in made.manifest["files"]
    assert len(made.memberships)
    (tmp_path / "map" / "memberships.parquet").unlink()
    with pytest.raises(MapBroken, match="memberships"):
        artefact.load(tmp_path / "map")
    manifest = json.loads((tmp_path / "map" / "manifest.json").read_bytes())
    del manifest["files"]["memberships.parquet"]
    (tmp_path / "map" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = artefact.load(tmp_path / "map")
    assert list(found.memberships.columns) == list(LATER_TABLES["memberships"])
    assert found.memberships.empty
    assert found.also_near(found.papers["id"].iat[0]) == ()
    assert found.also_belonging(found.topics["id"].iat[0]) == ()


@pytest.mark.parametrize("papers", [0, 1, 40])
def test_maps_of_any_size(tmp_path: Path, papers: int) -> None:
    made = make_map(papers)
    found = write_map(tmp_path / "map", made)
    assert len(found.papers) == papers
    assert _rows(found.papers) == _rows(made.papers)
    assert found.digest == artefact.read_manifest(tmp_path / "map")["digest"]
    assert found.path == tmp_path / "map"


def test_columns_keep_their_types_when_all_null(tmp_path: Path) -> None:
    made = make_map(12)
    nulls = dict.fromkeys(["date", "doi", "upvotes", "topic", "topic_confidence"], None)
    write_map(tmp_path / "map", replace(made, papers=made.papers.assign(**nulls)))
    schema = pq.read_schema(tmp_path / "map" / "papers.parquet")
    assert schema.field("topic").type == pa.string()
    assert schema.field("upvotes").type == pa.int64()
    assert schema.field("topic_confidence").type == pa.float64()
    found = artefact.load(tmp_path / "map")
    assert found.unclustered == found.undated == 12


@pytest.mark.parametrize("empty", [None, [], (), np.array([], dtype=object)])
def test_a_missing_list_is_an_empty_one(tmp_path: Path, empty: object) -> None:
    made = make_map(3)
    papers = made.papers.assign(authors=pd.Series([["Ada", "Bo"], empty, ("Cy",)], dtype=object))
    found = write_map(tmp_path / "map", replace(made, papers=papers))
    assert list(found.papers["authors"]) == [["Ada", "Bo"], [], ["Cy"]]


def test_the_same_map_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_map(tmp_path / name, seed=3) for name in ("a", "b"))
    write_map(tmp_path / "b", seed=4)
    third = write_map(tmp_path / "b", replace(second, manifest=first.manifest))
    assert first.digest == second.digest == third.digest
    for name in [*FILES, "manifest.json", "encoder/encoder.json"]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_numbers_of_the_manifest_are_json(tmp_path: Path) -> None:
    made = make_map(5)
    quality = {"a": np.float32(0.5), "b": np.int64(3), "c": float("nan"), "d": [np.inf, (1,)]}
    write_map(tmp_path / "map", replace(made, manifest={**made.manifest, "quality": quality}))
    raw = (tmp_path / "map" / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(raw, parse_constant=pytest.fail)["quality"] == {
        "a": 0.5,
        "b": 3,
        "c": None,
        "d": [None, [1]],
    }


# ----------------------------------------------------------- what cannot be read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_map(tmp_path / "map", papers=20)
    return tmp_path / "map"


def _edit_manifest(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    manifest = json.loads(file.read_bytes()) | changes
    file.write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("name", [*FILES, "encoder/encoder.json"])
@pytest.mark.parametrize("damage", ["missing", "cut", "empty", "altered"])
def test_a_damaged_file_is_named(folder: Path, name: str, damage: str) -> None:
    file = folder / name
    raw = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        flipped = raw[:-1] + bytes([raw[-1] ^ 1])
        file.write_bytes({"cut": raw[: len(raw) // 2], "empty": b"", "altered": flipped}[damage])
    with pytest.raises(MapBroken, match=rf"damaged: {name}.* Build it again") as caught:
        artefact.load(folder)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [0, 4, 60])
def test_a_cut_off_file_is_named_even_unverified(folder: Path, name: str, size: int) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:size])
    with pytest.raises(MapBroken, match=f"{name} cannot be read"):
        artefact.load(folder, verify=False)


def test_a_column_of_another_type_is_refused(folder: Path) -> None:
    file = folder / "papers.parquet"
    table = pq.read_table(file)
    place = table.column_names.index("x")
    pq.write_table(table.set_column(place, "x", pa.array(["left"] * len(table))), file)
    with pytest.raises(MapBroken, match=r"papers\.parquet cannot be read"):
        artefact.load(folder, verify=False)


def test_a_missing_column_is_named(folder: Path) -> None:
    file = folder / "topics.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["keywords"]), file)
    with pytest.raises(MapBroken, match=r"topics\.parquet lacks the column\(s\) keywords"):
        artefact.load(folder, verify=False)


@pytest.mark.parametrize(
    ("vectors", "found"),
    [
        (np.zeros((19, 16), np.float32), "19 vectors stand beside 20 papers"),
        (np.zeros((20, 16)), "float32"),
        (np.zeros(20, np.float32), "float32"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(folder: Path, vectors: np.ndarray, found: str) -> None:
    np.save(folder / "vectors.npy", vectors)
    with pytest.raises(MapBroken, match=found):
        artefact.load(folder, verify=False)


def test_vectors_are_never_unpickled(folder: Path) -> None:
    np.save(folder / "vectors.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(MapBroken, match=r"vectors\.npy cannot be read"):
        artefact.load(folder, verify=False)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", "cannot be read"),
        (b'{"schema_version": 1, "fil', "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"[1]", "no schema_version"),
        (b'{"name": "an app", "start_url": "/"}', "no schema_version"),
        (b'{"schema_version": "1"}', "no schema_version"),
        (b'{"schema_version": 0, "files": {}}', "no schema_version"),
        (b'{"schema_version": 1}', "does not list the map's files"),
        (b'{"schema_version": 1, "files": {}}', "does not list papers.parquet"),
        (b'{"schema_version": 1, "files": {"../x": "0"}}', "does not list the map's files"),
        (b'{"schema_version": 1, "files": {"/etc/x": "0"}}', "does not list the map's files"),
    ],
)
def test_a_manifest_that_is_none_is_refused(folder: Path, raw: bytes, found: str) -> None:
    (folder / "manifest.json").write_bytes(raw)
    with pytest.raises(MapBroken, match=found):
        artefact.load(folder)


def test_a_newer_schema_says_to_update(folder: Path) -> None:
    _edit_manifest(folder, schema_version=SCHEMA_VERSION + 1, files=["other", "shape"])
    with pytest.raises(MapTooNew, match=r"schema version 2; .* reads up to 1\. Update Papermap"):
        artefact.load(folder)


def test_no_map_says_how_to_build_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name, found in [
        ("none", "nothing"),
        ("none/deeper", "nothing"),
        ("file", "a file, not a folder"),
        ("empty", r"a folder without manifest\.json"),
    ]:
        with pytest.raises(MapNotFound, match=rf"found {found}\. Build one with `papermap build"):
            artefact.load(tmp_path / name)


def test_a_manifest_that_may_not_be_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(MapBroken, match=r"cannot be read \(Permission denied\)"):
        artefact.load(folder)
