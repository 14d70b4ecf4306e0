"""Commands on a map that was built: what they tell, write, find and serve."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import write_map
from topics import sample
from topics.fitting import version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.topics.command_line import Run
    from topics.topicmap import TopicMap


pytestmark = pytest.mark.usefixtures("own_cache")


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
    assert "is a file" in run("publish", folder, "--to", sample.folder() / "page-1.txt").error
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
