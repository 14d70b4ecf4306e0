"""The stage cache: right or absent, never wrong and never in the way."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.scripts import output_of
from topics import store
from topics.store import NullCache, StageCache, digest

KEY = digest("layout", 1)


class Stage:
    """A stage that counts how often it is computed."""

    def __init__(self, value: dict[str, np.ndarray] | None = None) -> None:
        self.value = value or {"xy": np.arange(6.0).reshape(3, 2), "label": np.array([0, 1, -1])}
        self.runs = 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.runs += 1
        return self.value

    def ask(self, cache: store.Cache, *, key: str = KEY) -> dict[str, np.ndarray]:
        return cache.get_or_compute(
            "layout", key, self, save=store.save_arrays, load=store.load_arrays
        )


def _same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    return first.keys() == second.keys() and all(
        first[name].dtype == second[name].dtype and np.array_equal(first[name], second[name])
        for name in first
    )


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ------------------------------------------------------------------------ keeping


def test_a_stage_is_computed_once(tmp_path: Path) -> None:
    stage, cache = Stage(), StageCache(tmp_path)
    assert _same(stage.ask(cache), stage.value)
    assert cache.hits == set()
    assert _same(stage.ask(cache), stage.value)
    assert cache.hits == {"layout"}
    assert _same(stage.ask(StageCache(tmp_path)), stage.value)
    assert stage.runs == 1


def test_another_key_or_stage_is_another_entry(tmp_path: Path) -> None:
    stage, cache = Stage(), StageCache(tmp_path)
    stage.ask(cache)
    stage.ask(cache, key=digest("layout", 2))
    assert stage.runs == 2
    cache.get_or_compute("other", KEY, stage, save=store.save_arrays, load=store.load_arrays)
    assert stage.runs == 3


def test_plain_values_are_kept_as_json(tmp_path: Path) -> None:
    value = {"names": ["a", "é"], "share": 0.25, "none": None}
    for _ in range(2):
        found: Any = StageCache(tmp_path).get_or_compute(
            "names", KEY, lambda: value, save=store.save_json, load=store.load_json
        )
        assert found == value


def test_folders_within_an_entry_are_kept_and_watched(tmp_path: Path) -> None:
    def save(value: str, folder: Path) -> None:
        (folder / "deep").mkdir()
        (folder / "deep" / "file.txt").write_text(value, encoding="utf-8")

    def ask(value: str) -> str:
        return StageCache(tmp_path).get_or_compute(
            "deep",
            KEY,
            lambda: value,
            save=save,
            load=lambda folder: (folder / "deep" / "file.txt").read_text(encoding="utf-8"),
        )

    assert [ask("old"), ask("new")] == ["old", "old"]
    (tmp_path / "stages" / "deep" / KEY / "deep" / "file.txt").write_text("x", encoding="utf-8")
    assert [ask("new"), ask("newer")] == ["new", "new"]


def test_arrays_of_objects_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    stage = Stage({"names": np.array([{}], dtype=object)})
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        stage.ask(StageCache(tmp_path))
    assert _names(tmp_path / "stages" / "layout") == []


def test_what_a_stage_raises_is_the_callers(tmp_path: Path) -> None:
    def fail() -> dict[str, np.ndarray]:
        raise OSError("of the stage, not of the cache")

    notices: list[str] = []
    cache = StageCache(tmp_path, notify=notices.append)
    with pytest.raises(OSError, match="of the stage"):
        cache.get_or_compute("x", KEY, fail, save=store.save_arrays, load=store.load_arrays)
    assert notices == []


def test_without_a_cache_everything_is_computed() -> None:
    stage = Stage()
    assert _same(stage.ask(NullCache()), stage.value)
    stage.ask(NullCache())
    assert stage.runs == 2


# ------------------------------------------------------------------ damaged entries


def _damage(entry: Path, how: str) -> None:
    file = entry / "xy.npy"
    raw = file.read_bytes()
    match how:
        case "cut":
            file.write_bytes(raw[:-5])
        case "empty":
            file.write_bytes(b"")
        case "bit":
            file.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
        case "missing":
            file.unlink()
        case "no digests":
            (entry / "digests.json").unlink()
        case "torn digests":
            (entry / "digests.json").write_bytes(b'{"xy.n')
        case "odd digests":
            (entry / "digests.json").write_bytes(b"[1]")
        case "a file":
            for each in entry.iterdir():
                each.unlink()
            entry.rmdir()
            entry.write_bytes(b"x")


@pytest.mark.parametrize(
    "how",
    ["cut", "empty", "bit", "missing", "no digests", "torn digests", "odd digests", "a file"],
)
def test_a_damaged_entry_is_computed_again_and_replaced(tmp_path: Path, how: str) -> None:
    stage = Stage()
    stage.ask(StageCache(tmp_path))
    _damage(tmp_path / "stages" / "layout" / KEY, how)
    cache = StageCache(tmp_path, notify=pytest.fail)
    assert _same(stage.ask(cache), stage.value)
    assert cache.hits == set()
    assert stage.runs == 2
    assert _same(stage.ask(cache), stage.value)
    assert stage.runs == 2
    assert _names(tmp_path / "stages" / "layout") == [KEY]


def test_an_entry_that_its_reader_cannot_use_is_replaced(tmp_path: Path) -> None:
    stage = Stage()
    StageCache(tmp_path).get_or_compute(
        "layout", KEY, lambda: [1], save=store.save_json, load=store.load_json
    )

    def load(folder: Path) -> dict[str, np.ndarray]:
        return {"xy": store.load_arrays(folder)["xy"]}

    for _ in range(2):
        StageCache(tmp_path).get_or_compute("layout", KEY, stage, save=store.save_arrays, load=load)
    assert stage.runs == 1


# ----------------------------------------------------------- disks that take no more


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("where", ["mkdir", "write_text", "rename"])
def test_a_disk_that_refuses_only_costs_the_caching(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, where: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    stage, notices = Stage(), []
    cache = StageCache(tmp_path / "cache", notify=notices.append)
    with monkeypatch.context() as patch:
        patch.setattr(Path, where, refuse)
        assert _same(stage.ask(cache), stage.value)
        assert _same(stage.ask(cache, key=digest("more")), stage.value)
    assert len(notices) == 1, "said once, not for each stage"
    assert os.strerror(code) in notices[0]
    assert "goes on without" in notices[0]
    assert not list(tmp_path.rglob("*.npy"))


def test_a_file_in_the_place_of_the_cache(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"")
    stage, notices = Stage(), []
    cache = StageCache(tmp_path / "cache", notify=notices.append)
    assert _same(stage.ask(cache), stage.value)
    assert "PAPERMAP_CACHE" in notices[0]
    assert cache.prune() == 0


READ_ONLY = """
    import os
    import sys
    import numpy as np
    from topics import store

    root, key = sys.argv[1], sys.argv[2]
    if os.getuid() == 0:
        os.setuid(65534)  # root is refused nothing
    notices = []
    cache = store.StageCache(root, notify=notices.append)
    for name in (key, "0" * 64):
        value = cache.get_or_compute(
            "layout",
            name,
            lambda: {"xy": np.ones(1)},
            save=store.save_arrays,
            load=store.load_arrays,
        )
        print(len(value["xy"]), sorted(cache.hits), len(notices))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="takes POSIX permissions")
def test_a_read_only_cache_is_read(tmp_path: Path) -> None:
    Stage().ask(StageCache(tmp_path / "cache"))
    folders = [tmp_path / "cache", *(p for p in tmp_path.rglob("*") if p.is_dir())]
    # The folder of the run's user, of the run, and of the process where there are several.
    above = tmp_path.parents[: 3 if "PYTEST_XDIST_WORKER" in os.environ else 2]
    for folder in {tmp_path, *above} - {Path("/"), Path("/tmp")}:  # noqa: S108
        if folder.owner() == tmp_path.owner():
            folder.chmod(0o755)
    for folder in folders:
        folder.chmod(0o555)
    try:
        done = output_of(READ_ONLY, str(tmp_path / "cache"), KEY)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert done.splitlines() == ["3 ['layout'] 0", "1 ['layout'] 1"]


# ----------------------------------------------------------------- several processes

SHARED = """
    import sys
    import numpy as np
    from topics import store

    cache = store.StageCache(sys.argv[1], notify=lambda text: print("NOTICE", text))
    print("ready", flush=True)
    sys.stdin.readline()
    for turn in range(60):
        value = cache.get_or_compute(
            "layout",
            store.digest(turn // 2),
            lambda: {"xy": np.full(5000, turn // 2)},
            save=store.save_arrays,
            load=store.load_arrays,
        )
        assert value["xy"].tolist() == [turn // 2] * 5000
        if turn % 7 == 0:
            cache.prune(120_000)
    print("done")
"""


def test_processes_share_a_cache(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", textwrap.dedent(SHARED), str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    said = [process.communicate("go\n")[0] for process in processes]
    assert said == ["done\n"] * 3
    assert not [name for name in _names(tmp_path / "stages" / "layout") if name.startswith(".")]


# ------------------------------------------------------------------------- pruning


def _fill(root: Path, ages: dict[str, float]) -> None:
    for name, age in ages.items():
        Stage().ask(StageCache(root), key=name)
        entry = root / "stages" / "layout" / name
        for path in (entry, *entry.iterdir()):
            os.utime(path, (time.time() - age,) * 2)


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    _fill(tmp_path, {"a": 30, "b": 20, "c": 10})
    cache = StageCache(tmp_path)
    size = sum(p.stat().st_size for p in (tmp_path / "stages" / "layout" / "a").iterdir())
    assert cache.prune(10**9) == 0
    Stage().ask(cache, key="a")  # used again
    freed = cache.prune(int(2.5 * size) + 3 * 4096)
    assert freed >= size
    assert _names(tmp_path / "stages" / "layout") == ["a", "c"]
    assert cache.prune(0) > 0
    assert _names(tmp_path / "stages" / "layout") == []


def test_only_stage_outputs_are_pruned(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "manifest.json").write_text("{}", encoding="utf-8")
    _fill(tmp_path, {"a": 1})
    StageCache(tmp_path).prune(0)
    assert (tmp_path / "sample" / "manifest.json").exists()
    assert StageCache(tmp_path / "nowhere").prune(0) == 0


def test_what_killed_builds_left_is_cleared_after_a_day(tmp_path: Path) -> None:
    _fill(tmp_path, {"a": 1, ".old.new-1": 100_000, ".young.new-2": 1000})
    assert StageCache(tmp_path).prune() > 0
    assert _names(tmp_path / "stages" / "layout") == [".young.new-2", "a"]


# --------------------------------------------------------------------------- roots


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PAPERMAP_CACHE", str(tmp_path / "named"))
    assert store.default_root() == tmp_path / "named"
    monkeypatch.delenv("PAPERMAP_CACHE")
    assert store.default_root() == Path(store.__file__).parents[1] / "cache"
    # Installed as a wheel, there is no checkout around the package.
    monkeypatch.setattr(store, "__file__", str(tmp_path / "site-packages" / "topics" / "store.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert store.default_root() == tmp_path / "xdg" / "papermap"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert store.default_root() == tmp_path / "home" / ".cache" / "papermap"


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(store, "__file__", str(tmp_path / "topics" / "store.py"))
    monkeypatch.delenv("PAPERMAP_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert store.default_root().name == "papermap"
