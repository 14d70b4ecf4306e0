"""The command line: results to stdout, progress to stderr, errors that say what to do."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import write_map
from topics import cli, sample
from topics.errors import PapermapError
from topics.fitting import version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from topics.topicmap import TopicMap

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


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERMAP_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(sample_map: TopicMap) -> str:
    return str(sample_map.path)


class Outcome:
    """What a command gave back."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Stdout as the one JSON document that it must be."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The message of an expected error: one line on stderr, nothing on stdout."""
        assert self.code == 1
        assert self.out == ""
        assert "Traceback" not in self.err
        last = self.err.splitlines()[-1]
        assert last.startswith("papermap: ")
        return last.removeprefix("papermap: ")


class Run:
    """Runs the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Outcome:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Outcome(code, *self._capsys.readouterr())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)


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


# -------------------------------------------------------------- info, report, search


def test_info_says_what_a_map_is(run: Run, folder: str) -> None:
    done = run("info", folder)
    assert done.code == 0
    for text in ("153 (13 without a date)", "hybrid", f"Papermap {version()}", "note"):
        assert text in done.out


def test_info_prints_the_manifest_alone(run: Run, folder: str) -> None:
    done = run("info", folder, "--json")
    assert done.err == ""
    assert done.json == json.loads((Path(folder) / "manifest.json").read_bytes())


def test_info_makes_do_with_what_a_manifest_says(run: Run, tmp_path: Path) -> None:
    write_map(tmp_path / "map", papers=20, topics=2)
    done = run("info", tmp_path / "map")
    assert done.code == 0, done.err
    assert "20 (" in done.out
    assert "?" in done.out  # the version that made it


@pytest.mark.parametrize("command", ["info", "report", "export", "search", "place"])
@pytest.mark.parametrize("kind", ["missing", "no map", "damaged", "newer"])
def test_a_map_that_cannot_be_opened_is_an_error(
    run: Run, folder: str, tmp_path: Path, command: str, kind: str
) -> None:
    target = tmp_path / "map"
    match kind:
        case "no map":
            target.mkdir()
        case "damaged":
            shutil.copytree(folder, target)
            (target / "manifest.json").write_text("{")
        case "newer":
            shutil.copytree(folder, target)
            (target / "manifest.json").write_text('{"schema_version": 99, "files": {}}')
    more: dict[str, list[object]] = {
        "info": [],
        "report": ["--format", "csv", "--out", tmp_path / "out.csv"],
        "export": ["--out", tmp_path / "out.html"],
        "search": ["words"],
        "place": ["--text", "words"],
    }
    error = run(command, target, *more[command]).error
    assert str(target) in error
    assert ("Update Papermap" if kind == "newer" else "papermap build") in error


@pytest.mark.parametrize("file_format", ["html", "md", "csv", "bib", "ris", "json"])
def test_report_writes_each_format(run: Run, folder: str, tmp_path: Path, file_format: str) -> None:
    target = tmp_path / f"report.{file_format}"
    done = run("report", folder, "--format", file_format, "--out", target, "--topic", "t1")
    size = json.loads((Path(folder) / "manifest.json").read_bytes())["counts"]["papers"]
    written = int(done.out.split()[0])
    assert 0 < written < size
    assert done.out == f"{written} papers written to {target}\n"
    text = target.read_text(encoding="utf-8-sig")
    signs = {
        "html": "<li>",
        "md": "- ",
        "csv": "\n",
        "bib": "@",
        "ris": "TY  -",
        "json": '"title"',
    }
    assert text.count(signs[file_format]) >= written


def test_report_of_a_theme(run: Run, folder: str, tmp_path: Path) -> None:
    target = tmp_path / "theme.json"
    done = run("report", folder, "--format", "json", "--out", target, "--theme", "unlearning")
    assert done.code == 0
    assert {row["theme"] for row in json.loads(target.read_bytes())} == {"unlearning"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--topic", "t99"], ["'t99'", "t1, t2"]),
        (["--theme", "cooking"], ["'cooking'", "unlearning", "other"]),
    ],
    ids=str,
)
def test_report_of_what_is_not_there(
    run: Run, folder: str, tmp_path: Path, arguments: list[str], said: list[str]
) -> None:
    target = tmp_path / "x.csv"
    error = run("report", folder, "--format", "csv", "--out", target, *arguments).error
    assert all(word in error for word in said)
    assert not target.exists()


def test_export_writes_one_file(run: Run, folder: str, tmp_path: Path) -> None:
    target = tmp_path / "map.html"
    done = run("export", folder, "--out", target, "--title", "Read <this>")
    assert done.out.startswith(f"153 papers written to {target} (")
    assert "<title>Read &lt;this&gt; · Papermap</title>" in target.read_text(encoding="utf-8")
    assert "--out" in run("export", folder, "--out", tmp_path / "no" / "map.html").error


def test_publish_and_unpublish(run: Run, folder: str, tmp_path: Path) -> None:
    target = tmp_path / "place"
    done = run("publish", folder, "--to", target, "--json").json
    assert done["current"] == str(target)
    assert run("info", target, "--json").json == run("info", done["address"], "--json").json
    listed = run("unpublish", target)
    assert listed.code == 2
    assert listed.out.startswith(done["digest"][:12])
    assert run("unpublish", target, done["digest"][:8], "--reason", "no more").code == 0
    assert "no more" in run("info", done["address"]).error
    assert "withdrawn" in run("info", target).error
    assert "is a file" in run("publish", folder, "--to", PAGE).error
    assert "papermap publish" in run("unpublish", tmp_path / "none", "--keep", "1").error


def test_search_and_place_print_hits(run: Run, folder: str) -> None:
    found = run("search", folder, "machine unlearning", "--json", "--limit", "4")
    assert found.err == ""
    assert len(found.json) == 4
    for hit in found.json:
        assert list(hit) == ["id", "title", "topic", "theme", "score"]
    assert "nlearning" in found.json[0]["title"]
    placed = run("place", folder, "--text", "machine unlearning", "--json", "--limit", "4")
    assert placed.json == found.json
    told = run("search", folder, "machine unlearning", "--limit", "4")
    lines = told.out.splitlines()
    assert len(lines) == 4
    for line, hit in zip(lines, found.json, strict=True):
        assert hit["title"] in line
        assert hit["id"] in line
        assert f"[{hit['topic'] or 'unclustered'}]" in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", " "], "empty"),
        (["search", "x", "--limit", "0"], "--limit"),
        (["place", "--text", ""], "empty"),
    ],
    ids=str,
)
def test_questions_that_cannot_be_answered(
    run: Run, folder: str, arguments: list[str], said: str
) -> None:
    command, *more = arguments
    assert said in run(command, folder, *more).error


# ----------------------------------------------------------------------------- serve


class _Server:
    """Stands for the dashboard's process."""

    made: list[dict[str, Any]] = []  # noqa: RUF012  watched by the tests
    address = "http://localhost:4000"

    def __init__(self, maps: Sequence[str], **options: Any) -> None:
        self.made.append({"maps": list(maps), **options, "opened": False})

    def start(self) -> None:
        pass

    def open_browser(self) -> None:
        self.made[-1]["opened"] = True

    def wait(self) -> int:
        return 0


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr(_Server, "made", [])
    monkeypatch.setattr("topics.serving.Server", _Server)
    monkeypatch.delenv("PAPERMAP_WORKSPACE", raising=False)
    return _Server.made


def test_serve_opens_maps_and_prints_the_address(
    run: Run, servers: list[dict[str, Any]], folder: str
) -> None:
    done = run("serve", folder, "other", "--port", "4000")
    assert done.code == 0
    assert done.out == "Papermap is at http://localhost:4000 (Ctrl+C stops it)\n"
    assert "Starting the dashboard" in done.err
    assert servers[0]["maps"] == [folder, "other"]
    assert (servers[0]["host"], servers[0]["port"]) == ("localhost", 4000)
    assert servers[0]["opened"]
    run("serve", folder, "--no-browser")
    assert not servers[1]["opened"]
    assert servers[1]["port"] is None


@pytest.mark.parametrize(
    ("options", "builds"),
    [
        ([], True),
        (["--read-only"], False),
        (["--host", "0.0.0.0"], False),  # noqa: S104
        (["--host", "0.0.0.0", "--allow-builds"], True),  # noqa: S104
        (["--host", "127.0.0.1"], True),
    ],
    ids=str,
)
def test_only_this_machine_builds_unless_asked(
    run: Run, servers: list[dict[str, Any]], folder: str, options: list[str], builds: bool
) -> None:
    run("serve", folder, *options)
    workspace = servers[0]["workspace"]
    assert (workspace is not None) == builds
    assert not builds or str(workspace).startswith(os.environ["PAPERMAP_CACHE"])


def test_serve_without_a_map_builds_the_sample_once(
    run: Run,
    servers: list[dict[str, Any]],
    tmp_path: Path,
    sample_map: TopicMap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert sample_map.path is not None
    shutil.copytree(sample_map.path.parent / "cache", tmp_path / "cache")
    done = run("serve")
    assert "Building the map of the bundled sample" in done.err
    (built,) = servers[0]["maps"]
    assert json.loads((Path(built) / "manifest.json").read_bytes())["counts"]["papers"] == 153
    assert "Building" not in run("serve").err
    # Another version's sample is built anew.
    monkeypatch.setattr("topics.fitting.version", lambda: "99.0")
    assert "Building" in run("serve").err
    assert servers[2]["maps"] == [built]


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
