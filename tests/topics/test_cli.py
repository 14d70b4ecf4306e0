"""The command line: results to stdout, progress to stderr, errors that say what to do."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from topics import cli, sample
from topics.errors import PapermapError
from topics.fitting import version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.topics.command_line import Run

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "build",
    "update",
    "serve",
    "read",
    "info",
    "report",
    "export",
    "publish",
    "unpublish",
    "search",
    "place",
)
PAGE = sample.folder() / "page-1.txt"


pytestmark = pytest.mark.usefixtures("own_cache")


def _start(*arguments: object, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """Run the command line in a process of its own."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "topics.cli", *map(str, arguments)],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


# ----------------------------------------------------------------------------- usage


def test_help_names_every_command(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    assert done.err == ""
    for command in COMMANDS:
        assert re.search(rf"\n    {command}\s", done.out)
    assert "examples:" in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert f"papermap {command}" in done.out
    assert "--debug" in done.out


def test_the_version_is_told(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.out) == (0, f"papermap {version()}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["build"],
        ["build", "pages"],
        ["build", "--out", "map"],
        ["build", "pages", "--out", "map", "--seed", "x"],
        ["build", "pages", "--out", "map", "--seed", "1.5"],
        ["build", "pages", "--out", "map", "--progress", "loud"],
        ["build", "pages", "--out", "map", "--wings"],
        ["read"],
        ["info"],
        ["report", "map", "--out", "x"],
        ["report", "map", "--out", "x", "--format", "docx"],
        ["report", "map", "--out", "x", "--format", "md", "--since", "yesterday"],
        ["report", "map", "--out", "x", "--format", "md", "--since", "2025-13"],
        ["report", "map", "--out", "x", "--format", "md", "--confidence", "101"],
        ["report", "map", "--out", "x", "--format", "md", "--sections", "map,weather"],
        ["search", "map"],
        ["place", "map"],
        ["search", "map", "x", "--limit", "many"],
        ["serve", "--port", "http"],
        ["serve", "--read-only", "--allow-builds"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_two(run: Run, arguments: Sequence[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "usage: papermap" in done.err
    assert "Traceback" not in done.err


# ----------------------------------------------------------------------------- build


def test_build_says_what_it_made_and_how_to_open_it(run: Run, tmp_path: Path) -> None:
    done = run("build", PAGE, "--out", tmp_path / "map", "--themes", "none")
    assert done.code == 0, done.err
    assert done.out.startswith("Read 12 records: 12 kept, 0 merged as duplicates, 0 rejected.\n")
    assert "12 papers in " in done.out
    assert f"papermap serve {tmp_path / 'map'}" in done.out
    assert "[1/7] Reading the sources …" in done.err
    assert "[7/7] Writing the map …" in done.err
    assert (tmp_path / "cache" / "stages").is_dir()
    # The second time the stages come from the cache, and the answer is the same.
    again = run("build", PAGE, "--out", tmp_path / "map", "--themes", "none")
    assert again.out == done.out


def test_build_tells_programs_what_it_does(run: Run, tmp_path: Path) -> None:
    done = run("build", PAGE, "--out", tmp_path / "map", "--json", "--progress", "json")
    assert done.code == 0, done.err
    assert done.json["counts"]["papers"] == 12
    assert "digest" not in done.json
    events = [json.loads(line) for line in done.err.splitlines()]
    stages = [event["number"] for event in events if event["event"] == "stage"]
    assert stages == [1, 2, 3, 4, 5, 6, 7]
    assert events[-1]["event"] == "done"
    assert [event["text"] for event in events if event["event"] == "note"]


def _other_files(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"\xff\xd8\xff\xe0 no paper")
    return folder


def test_too_few_papers_are_said(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_text("title,abstract\nA first paper,About this\nA second one,About that\n")
    error = run("build", file, "--out", tmp_path / "map").error
    assert "at least 3 different papers" in error
    assert "only 2" in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--encoder", "magic"], ["'magic'", "hybrid", "transformer"]),
        (["--themes", "no-such.toml"], ["no-such.toml", "ml", "auto", "none"]),
        (["--seed", "-1"], ["--seed"]),
        (["--page-year", "1800"], ["--page-year", "1800"]),
        (["--layout-spread", "nan"], ["--layout-spread"]),
    ],
    ids=str,
)
def test_settings_that_cannot_be_used_are_said(
    run: Run, tmp_path: Path, arguments: list[str], said: list[str]
) -> None:
    error = run("build", PAGE, "--out", tmp_path / "map", *arguments).error
    assert all(word in error for word in said), error
    assert not (tmp_path / "map").exists()


def test_sources_that_are_not_there_are_said(run: Run, tmp_path: Path) -> None:
    for command in (["build", "--out", tmp_path / "map"], ["read"]):
        error = run(*command, tmp_path / "nothing.txt").error
        assert "nothing.txt" in error


def test_a_target_that_is_no_map_is_left_alone(run: Run, tmp_path: Path) -> None:
    pictures = _other_files(tmp_path)
    error = run("build", PAGE, "--out", pictures).error
    assert "holiday.jpg" in error
    assert "--out" in error
    assert [file.name for file in pictures.iterdir()] == ["holiday.jpg"]


def test_errors_are_events_where_progress_is(run: Run, tmp_path: Path) -> None:
    done = run("build", tmp_path / "x.txt", "--out", tmp_path / "map", "--progress", "json")
    assert (done.code, done.out) == (1, "")
    *_, last = [json.loads(line) for line in done.err.splitlines()]
    assert last["event"] == "error"
    assert "x.txt" in last["text"]


# ------------------------------------------------------------------------------ read


def test_read_counts_what_became_of_every_record(run: Run) -> None:
    done = run("read", sample.folder(), "--json")
    assert done.code == 0
    found = done.json
    assert list(found) == ["papers", "files"]
    assert found["papers"] == 153
    assert [file["read"] for file in found["files"]] == [12, 58, 28, 35, 34]
    for file in found["files"]:
        assert list(file) == ["file", "format", "read", "kept", "merged", "rejected"]
        assert file["read"] == file["kept"] + file["merged"] + file["rejected"]
        assert file["format"] == "hf-page"
    assert "Reading the sources" in done.err


def test_read_tells_people_the_same(run: Run) -> None:
    done = run("read", PAGE)
    first, second = done.out.splitlines()
    assert first.startswith("12 papers, ")
    assert "page-1.txt (hf-page): read 12 = 12 kept + 0 merged + 0 rejected" in second


def test_read_writes_the_papers_as_csv(run: Run, tmp_path: Path) -> None:
    done = run("read", PAGE, "--out", tmp_path / "papers.csv")
    assert "Papers written to" in done.out
    text = (tmp_path / "papers.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 12
    assert all(row["title"] for row in rows)
    assert [file.name for file in tmp_path.iterdir()] == ["papers.csv"]


def test_read_writes_the_papers_as_parquet(run: Run, tmp_path: Path) -> None:
    import pandas as pd

    run("read", sample.folder(), "--out", tmp_path / "papers.parquet", "--json")
    papers = pd.read_parquet(tmp_path / "papers.parquet")
    assert len(papers) == 153
    assert int(papers["date"].isna().sum()) == 13


@pytest.mark.parametrize("name", ["papers.xlsx", "papers", "no/such/folder/papers.csv"])
def test_read_says_where_it_cannot_write(run: Run, tmp_path: Path, name: str) -> None:
    error = run("read", PAGE, "--out", tmp_path / name).error
    assert "--out" in error
    assert name in error
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------------- errors


def test_debug_shows_where_an_error_came_from(run: Run, tmp_path: Path) -> None:
    with pytest.raises(PapermapError):
        cli.main(["info", str(tmp_path), "--debug"])
    with _start("info", tmp_path, "--debug") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == b""
    assert b"Traceback" in err
    assert b"MapNotFound" in err


def _raise(error: BaseException) -> Callable[[object], None]:
    def fail(_: object) -> None:
        raise error

    return fail


def test_a_fault_of_ours_is_admitted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topics.artefact.read_manifest", _raise(ZeroDivisionError("by zero")))
    error = run("info", "map").error
    assert "ZeroDivisionError" in error
    assert "--debug" in error
    with pytest.raises(ZeroDivisionError):
        cli.main(["info", "map", "--debug"])


def test_an_interrupt_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topics.artefact.read_manifest", _raise(KeyboardInterrupt()))
    done = run("info", "map")
    assert done.code == 130
    assert done.err == "papermap: stopped; nothing was left half done.\n"


def test_a_reader_who_has_had_enough_is_no_error(folder: str) -> None:
    read, write = os.pipe()
    os.close(read)  # as `papermap … | true` does
    with _start("info", folder, "--json", stdout=write) as process:
        os.close(write)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err == b""


def _told_narrowly(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """What a command prints where only ASCII can be shown."""
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", screen)
    assert cli.main(arguments) == 0
    screen.seek(0)
    return screen.read()


def test_a_narrow_terminal_gets_escapes(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hits = json.loads(_told_narrowly(monkeypatch, "search", folder, "λ-ECLIPSE", "--json"))
    assert any("λ" in hit["title"] for hit in hits)
    assert "\\u03bb" in _told_narrowly(monkeypatch, "search", folder, "λ-ECLIPSE")
