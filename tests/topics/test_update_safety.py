"""An update is done or it is not, whatever comes in between; and how the command tells it."""

from __future__ import annotations

import json
import shutil
import threading
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tests.topics.additions import bee_papers, known_of, late_of, table_of
from tests.topics.corpora import files_of
from topics import artefact, updating
from topics.errors import BuildError, MapBroken, MapBusy, MapNotFound, MapTooNew
from topics.updating import UPDATE_STAGES, update

if TYPE_CHECKING:
    from pathlib import Path

    from tests.topics.command_line import Run
    from topics.sources.record import Record


pytestmark = pytest.mark.usefixtures("built_at", "own_cache")


def test_a_failure_while_writing_leaves_the_old_map(
    started: Path, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(started)
    late = table_of(tmp_path / "late.csv", late_of(records))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("numpy.save", "topics.folders.sync_tree", "pyarrow.parquet.write_table"):
        with monkeypatch.context() as patch:
            patch.setattr(name, full)
            with pytest.raises(BuildError, match="No space left"):
                update(started, [late])
        assert files_of(started) == before
        assert not [path for path in tmp_path.iterdir() if ".new-" in path.name]
    assert update(started, [late]).added == len(late_of(records))


def test_a_map_that_was_replaced_meanwhile_is_not_overwritten(
    started: Path, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = table_of(tmp_path / "late.csv", late_of(records))
    manifest = json.loads((started / "manifest.json").read_bytes())

    def replaced(*_: object, **__: object) -> dict[str, float]:
        (started / "manifest.json").write_text(json.dumps({**manifest, "created": "later"}))
        return {}

    monkeypatch.setattr(updating, "_quality", replaced)
    with pytest.raises(MapBusy, match="replaced the map"):
        update(started, [late])
    assert artefact.read_manifest(started)["created"] == "later"


def test_two_updates_at_once_are_refused(
    started: Path, records: list[Record], tmp_path: Path
) -> None:
    late = table_of(tmp_path / "late.csv", late_of(records))
    with (
        FileLock(started.with_name(f".{started.name}.claim.lock")),
        pytest.raises(MapBusy, match="is updating"),
    ):
        update(started, [late])
    update(started, [late])


def test_readers_see_the_old_map_or_the_new_one(
    started: Path, records: list[Record], tmp_path: Path
) -> None:
    late = table_of(tmp_path / "late.csv", late_of(records))
    sizes, done = set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            sizes.add(len(artefact.load(started).papers))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        update(started, [late])
    finally:
        done.set()
        reader.join()
    sizes.add(len(artefact.load(started).papers))
    known = len(known_of(records))
    assert sizes <= {known, known + len(late_of(records))}


def test_maps_that_cannot_be_updated(started: Path, records: list[Record], tmp_path: Path) -> None:
    late = table_of(tmp_path / "late.csv", late_of(records))
    with pytest.raises(MapNotFound):
        update(tmp_path / "nowhere", [late])
    manifest = json.loads((started / "manifest.json").read_bytes())
    text = (started / "manifest.json").read_text()
    (started / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 99}))
    with pytest.raises(MapTooNew):
        update(started, [late])
    (started / "manifest.json").write_text(json.dumps({**manifest, "settings": {"seed": -1}}))
    with pytest.raises(MapBroken, match="settings"):
        update(started, [late])
    (started / "manifest.json").write_text(text)
    shutil.rmtree(started / "encoder")
    with pytest.raises(MapBroken, match="encoder"):
        update(started, [late])


def test_the_command_line(run: Run, started: Path, records: list[Record], tmp_path: Path) -> None:
    late = table_of(tmp_path / "late.csv", late_of(records))
    done = run("update", started, late)
    assert done.code == 0
    assert f"{len(late_of(records))} papers added" in done.out
    assert f"[1/{len(UPDATE_STAGES)}] {UPDATE_STAGES[0]}" in done.err
    done = run("update", started, late)
    assert done.code == 0
    assert "Nothing new" in done.out
    bees = table_of(tmp_path / "bees.csv", bee_papers(60))
    done = run("update", started, bees)
    assert done.code == 0
    assert "New topic t" in done.out
    assert "--refit" in done.out, "sixty papers more are many"
    done = run("update", started, bees, "--json")
    assert done.code == 0
    assert done.json == json.loads((started / "manifest.json").read_bytes())


def test_errors_of_the_command_line(run: Run, started: Path, tmp_path: Path) -> None:
    assert "No map at" in run("update", tmp_path / "nowhere", tmp_path / "none.csv").error
    assert "none.csv" in run("update", started, tmp_path / "none.csv").error
    done = run("update", started)
    assert (done.code, done.out) == (2, "")
    assert "--refit" in done.err
    assert "--page-year" in run("update", started, "x.csv", "--page-year", "12").error
