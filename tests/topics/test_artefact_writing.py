"""A map folder is the old map or the new one, whatever happens to it."""

from __future__ import annotations

import errno
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
import pyarrow.parquet as pq
import pytest

from tests.factories import make_map, write_map
from tests.scripts import output_of
from topics import artefact, folders
from topics.errors import BuildError, MapBusy

if TYPE_CHECKING:
    from collections.abc import Iterator


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


def test_notes_put_into_a_map_are_not_lost(tmp_path: Path) -> None:
    folder = tmp_path / "map"
    write_map(folder, papers=20)
    (folder / "notes.md").write_text("mine", encoding="utf-8")
    with pytest.raises(BuildError, match=r"\(notes\.md\)"):
        write_map(folder, papers=5)
    assert (folder / "notes.md").read_text(encoding="utf-8") == "mine"
    assert len(artefact.load(folder).papers) == 20


@pytest.mark.parametrize("raw", [b"", b'{"schema_version": 1', b"{}"])
def test_a_damaged_map_can_be_built_again(tmp_path: Path, raw: bytes) -> None:
    folder = tmp_path / "map"
    write_map(folder, papers=20)
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
    outcomes = output_of(LIMITED, str(tmp_path / "map")).splitlines()
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
