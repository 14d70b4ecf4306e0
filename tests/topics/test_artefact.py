"""A map folder is the old map or the new one, whatever happens to it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_map, write_map
from topics import artefact, folders, tablefiles
from topics.errors import BuildError, MapBroken, MapBusy, MapNotFound, MapTooNew
from topics.topicmap import LATER_TABLES, SCHEMA_VERSION, TABLES, TopicMap

if TYPE_CHECKING:
    from collections.abc import Iterator

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


# -------------------------------------------------------- what may be written over


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_only_a_map_or_an_empty_folder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".DS_Store").write_bytes(b"")
    assert len(write_map(tmp_path / "empty", papers=5).papers) == 5
    assert len(write_map(tmp_path / "empty", papers=6).papers) == 6


@pytest.mark.parametrize(
    "content",
    [
        {"thesis.tex": b"years of work"},
        {".git": b"history"},
        {"manifest.json": b'{"name": "an app", "files": ["a.js"]}'},
        {"manifest.json": b'{"name": "an app", "files": ["a.js"]}', "a.js": b"x"},
        {"manifest.json": b"no JSON"},
    ],
)
def test_a_folder_of_other_things_is_refused(tmp_path: Path, content: dict[str, bytes]) -> None:
    target = tmp_path / "things"
    target.mkdir()
    for name, raw in content.items():
        (target / name).write_bytes(raw)
    with pytest.raises(BuildError, match=r"not part of a map .* Choose a new or empty folder"):
        write_map(target, papers=5)
    assert {name: (target / name).read_bytes() for name in content} == content
    assert _names(tmp_path) == {"things", *(f"things/{name}" for name in content)}


def test_notes_put_into_a_map_are_not_lost(folder: Path) -> None:
    (folder / "notes.md").write_text("mine", encoding="utf-8")
    with pytest.raises(BuildError, match=r"\(notes\.md\)"):
        write_map(folder, papers=5)
    assert (folder / "notes.md").read_text(encoding="utf-8") == "mine"
    assert len(artefact.load(folder).papers) == 20


@pytest.mark.parametrize("raw", [b"", b'{"schema_version": 1', b"{}"])
def test_a_damaged_map_can_be_built_again(folder: Path, raw: bytes) -> None:
    (folder / "manifest.json").write_bytes(raw)
    (folder / "trends.parquet").unlink()
    assert len(write_map(folder, papers=7).papers) == 7
    assert len(artefact.load(folder).papers) == 7


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "map").write_text("mine", encoding="utf-8")
    with pytest.raises(BuildError, match="is a file"):
        write_map(tmp_path / "map", papers=5)
    with pytest.raises(BuildError, match="could not be written"):
        write_map(tmp_path / "map" / "deeper", papers=5)
    assert (tmp_path / "map").read_text(encoding="utf-8") == "mine"


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "map").symlink_to("map")
    with pytest.raises(BuildError, match=r"could not be written|cannot be looked into"):
        write_map(tmp_path / "map", papers=5)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    write_map(tmp_path / "v1", papers=5)
    (tmp_path / "current").symlink_to("v1", target_is_directory=True)
    write_map(tmp_path / "current", papers=6)
    assert (tmp_path / "current").is_symlink()
    assert len(artefact.load(tmp_path / "v1").papers) == 6
    assert {path.name for path in tmp_path.iterdir()} == {"v1", "current", ".v1.lock"}


@pytest.mark.parametrize("name", ["a b", "[x]*", "ä-λ", ".hidden"])
def test_any_name_of_a_folder_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_map(tmp_path / name, papers=5)
    monkeypatch.chdir(tmp_path)
    write_map(Path(name), papers=6)
    monkeypatch.chdir(tmp_path / name)
    assert len(artefact.load(".").papers) == 6
    write_map(Path(), papers=7)
    assert len(artefact.load(tmp_path / name).papers) == 7
    assert {path.name for path in tmp_path.iterdir()} == {name, f".{name}.lock"}


def test_new_maps_have_the_usual_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_map(tmp_path / "map", papers=5)
    finally:
        os.umask(before)
    assert (tmp_path / "map").stat().st_mode & 0o777 == 0o750


# ------------------------------------------------------------------ a disk that fails


class FullDisk:
    """Makes the k-th write, sync or rename below a folder fail as a full disk does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fail_at: int) -> None:
        self.calls = 0
        self.fail_at = fail_at
        for owner, name in [
            (pq, "write_table"),
            (np, "save"),
            (Path, "mkdir"),
            (Path, "write_text"),
            (Path, "rename"),
            (os, "fsync"),
            (folders, "_exchange"),
        ]:
            monkeypatch.setattr(owner, name, self._wrap(getattr(owner, name)))

    def _wrap(self, function: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            self.calls += 1
            if self.calls == self.fail_at:
                if function.__name__ == "write_table":  # cut off in the middle of the file
                    Path(args[1]).write_bytes(b"PAR1 and then nothing")
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*args, **options)

        return call


def _count_calls(tmp_path: Path) -> int:
    with pytest.MonkeyPatch.context() as patch:
        disk = FullDisk(patch, fail_at=-1)
        write_map(tmp_path / "count", papers=5)
        disk.calls = 0
        write_map(tmp_path / "count", papers=6)
        return disk.calls


def test_a_full_disk_leaves_the_old_map(tmp_path: Path) -> None:
    calls = _count_calls(tmp_path)
    assert calls > 20
    write_map(tmp_path / "map", papers=5)
    old = artefact.load(tmp_path / "map").digest
    new = make_map(papers=6)
    for fail_at in range(1, calls):  # the last one syncs the parent, after the swap
        with pytest.MonkeyPatch.context() as patch:
            FullDisk(patch, fail_at)
            with pytest.raises(BuildError, match=r"No space left on device.* is unchanged"):
                write_map(tmp_path / "map", new)
        assert artefact.load(tmp_path / "map").digest == old
        assert {path.name for path in tmp_path.iterdir()} == {
            "map",
            ".map.lock",
            "count",
            ".count.lock",
        }
    write_map(tmp_path / "map", new)
    assert len(artefact.load(tmp_path / "map").papers) == 6


def test_a_full_disk_leaves_nothing_of_a_first_map(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "half.json").write_text("{", encoding="utf-8")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(BuildError, match="No space left"):
        artefact.save(make_map(5), tmp_path / "map", write_encoder=fill)
    assert {path.name for path in tmp_path.iterdir()} <= {".map.lock"}


LIMITED = """
    import resource
    import sys
    from pathlib import Path
    from tests.factories import make_map, write_map
    from topics import artefact
    from topics.errors import BuildError

    target, new = Path(sys.argv[1]), make_map(80)
    for size in range(0, 16_000, 800):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        try:
            write_map(target, new)
        except BuildError as error:
            outcome = "refused"
            assert "could not be written" in str(error), error
        else:
            outcome = "written"
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        print(outcome, len(artefact.load(target).papers))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="takes resource limits")
def test_a_system_that_takes_no_more_bytes(tmp_path: Path) -> None:
    write_map(tmp_path / "map", papers=5)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", textwrap.dedent(LIMITED), str(tmp_path / "map")],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    outcomes = done.stdout.splitlines()
    refused = outcomes.count("refused 5")
    assert refused > 5
    assert outcomes[refused:] == ["written 80"] * (len(outcomes) - refused)
    assert {path.name for path in tmp_path.iterdir()} == {"map", ".map.lock"}


@pytest.mark.parametrize("fail", [True, False])
def test_where_folders_cannot_be_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fail: bool
) -> None:
    write_map(tmp_path / "map", papers=5)
    monkeypatch.setattr(folders, "_exchange", lambda *_: False)
    if fail:
        rename = Path.rename

        def refuse(self: Path, target: Path) -> Path:
            if ".new-" in self.name:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", refuse)
        with pytest.raises(BuildError, match="unchanged"):
            write_map(tmp_path / "map", papers=6)
    else:
        write_map(tmp_path / "map", papers=6)
    assert len(artefact.load(tmp_path / "map").papers) == (5 if fail else 6)
    assert {path.name for path in tmp_path.iterdir()} == {"map", ".map.lock"}


def test_a_swap_cut_short_half_way_is_readable_and_put_right(tmp_path: Path) -> None:
    write_map(tmp_path / "map", papers=5)
    (tmp_path / "map").rename(tmp_path / ".map.old-0")
    (tmp_path / ".map.new-1").mkdir()
    assert len(artefact.load(tmp_path / "map").papers) == 5
    with pytest.raises(BuildError, match="No space left"):
        artefact.save(make_map(6), tmp_path / "map", write_encoder=_no_space)
    assert len(artefact.load(tmp_path / "map").papers) == 5
    assert {path.name for path in tmp_path.iterdir()} == {"map", ".map.lock"}


def _no_space(folder: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_text_that_no_file_can_hold_is_a_clear_error(tmp_path: Path) -> None:
    made = make_map(3)
    broken = made.papers.assign(title=pd.Series(["a", "\ud800", "c"], dtype=object))
    with pytest.raises(BuildError, match="table of papers holds a value that cannot be written"):
        write_map(tmp_path / "map", replace(made, papers=broken))
    assert not (tmp_path / "map").exists()


# ----------------------------------------------------------------- several processes

WRITER = """
    import sys
    from pathlib import Path
    from tests.factories import make_map, write_map

    target, sizes, rounds = Path(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3])
    maps = [make_map(int(size)) for size in sizes]
    print("ready", flush=True)
    for turn in range(rounds):
        write_map(target, maps[turn % len(maps)])
        print(turn, flush=True)
"""


def _start_writer(target: Path, sizes: str, rounds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", textwrap.dedent(WRITER), str(target), sizes, str(rounds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


@pytest.fixture
def writers() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def test_a_killed_writer_leaves_the_old_map_or_the_new(
    tmp_path: Path, writers: list[subprocess.Popen[str]]
) -> None:
    target = tmp_path / "map"
    write_map(target, papers=30)
    rng = np.random.default_rng(5)
    for _ in range(6):
        process = _start_writer(target, "30,31,32", 10_000)
        writers.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        # Some whole maps first, then a random part of the next one.
        for _ in range(int(rng.integers(0, 3))):
            process.stdout.readline()
        threading.Event().wait(float(rng.uniform(0, 0.03)))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(artefact.load(target).papers) in {30, 31, 32}
    write_map(target, papers=33)  # takes the dead writer's lock, and clears what it left
    assert len(artefact.load(target).papers) == 33
    assert {path.name for path in tmp_path.iterdir()} == {"map", ".map.lock"}


def test_two_writers_and_a_reader_at_once(
    tmp_path: Path, writers: list[subprocess.Popen[str]]
) -> None:
    target = tmp_path / "map"
    write_map(target, papers=40)
    writers += [_start_writer(target, "40,41", 25), _start_writer(target, "42,43", 25)]
    seen = set()
    while any(process.poll() is None for process in writers):
        found = artefact.load(target)
        assert len(found.papers) == len(found.vectors) == found.manifest["counts"]["papers"]
        seen.add(len(found.papers))
    assert [process.returncode for process in writers] == [0, 0]
    assert seen <= {40, 41, 42, 43}
    assert len(seen) > 1
    assert {path.name for path in tmp_path.iterdir()} == {"map", ".map.lock"}


def test_a_writer_that_waits_too_long_says_who_is_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LOCK_SECONDS", 0.05)
    target = tmp_path / "map"
    with folders.replacing(target) as other:
        with pytest.raises(MapBusy, match="Another build is writing"):
            write_map(target, papers=5)
        (other / "manifest.json").write_text("{}", encoding="utf-8")
    assert (target / "manifest.json").exists()
