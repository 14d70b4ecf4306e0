"""What is told of files before a build, and of a build while it runs, to another program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from topics import cli, sample
from topics.commands import command_line
from topics.progress import STAGES
from topics.serving import WORKSPACE_VARIABLE, environment, is_this_machine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PAGES = sorted(sample.folder().iterdir())
READ = (12, 58, 28, 35, 34)
ANYWHERE = "0.0.0.0"  # noqa: S104


def run(
    capsys: pytest.CaptureFixture[str], arguments: Sequence[str | Path]
) -> tuple[int, Any, list[dict[str, Any]]]:
    """Exit code, the JSON on stdout and the events on stderr."""
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out or "null"), [json.loads(line) for line in err.splitlines()]


def test_a_preview_shows_records_and_accounts_for_all(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "pages.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    code, told, events = run(
        capsys, ["read", *PAGES, picture, "--json", "--sample", "5", "--progress", "json"]
    )
    assert code == 0
    assert told["papers"] == 153
    by_name = {file["file"]: file for file in told["files"]}
    assert tuple(by_name[page.name]["read"] for page in PAGES) == READ
    for file in told["files"]:
        assert file["read"] == file["kept"] + file["merged"] + file["rejected"]
        assert len(file["sample"]) == min(5, file["read"])
        assert len(file["others"]) == file["merged"] + file["rejected"]
    assert "PNG" in by_name["pages.txt"]["notices"][0]
    first = by_name["page-1.txt"]["sample"][0]
    assert first["title"].startswith("Global Convergence of Sub-gradient Method")
    # The page writes its day without a year; the year is found from all pages together.
    assert first["date"] == "2022-02-17"
    merged = by_name["page-2.txt"]["others"][0]
    assert (merged["outcome"], merged["title"]) == ("merged", first["title"])
    assert merged["reason"] == "The same paper as line 11 of page-1.txt."
    assert [event["event"] for event in events[:1] + events[-1:]] == ["stage", "done"]


def test_without_a_sample_the_counts_alone_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    _, told, _ = run(capsys, ["read", PAGES[0], "--json", "--progress", "json"])
    counts = {"format": "hf-page", "read": 12, "kept": 12, "merged": 0, "rejected": 0}
    assert told == {"papers": 12, "files": [{"file": "page-1.txt", **counts}]}


def test_the_events_of_a_build(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    flags = ["--out", tmp_path / "map", "--no-cache", "--json", "--progress", "json"]
    code, told, events = run(capsys, ["build", PAGES[0], *flags])
    assert code == 0
    assert told["counts"]["papers"] == 12
    stages = [event for event in events if event["event"] == "stage"]
    assert [event["name"] for event in stages] == list(STAGES)
    assert [event["number"] for event in stages] == list(range(1, len(STAGES) + 1))
    assert {event["total"] for event in stages} == {len(STAGES)}
    assert events[-1]["event"] == "done"
    times = [event["time"] for event in events]
    assert times == sorted(times)


def test_an_error_is_an_event_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lone = tmp_path / "notes.txt"
    lone.write_text("nothing of ours", encoding="utf-8")
    code, told, events = run(
        capsys, ["build", lone, "--out", tmp_path / "map", "--json", "--progress", "json"]
    )
    assert (code, told) == (1, None)
    assert events[-1]["event"] == "error"
    assert "No paper found in the file" in events[-1]["text"]
    assert "done" not in {event["event"] for event in events}


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        (ANYWHERE, False),
        ("::", False),
        ("", False),
        ("192.168.0.7", False),
        ("example.org", False),
    ],
)
def test_who_can_reach_an_address(host: str, alone: bool) -> None:
    assert is_this_machine(host) is alone


@pytest.mark.parametrize(
    ("flags", "allowed"),
    [
        ([], True),
        (["--read-only"], False),
        (["--host", ANYWHERE], False),
        (["--host", ANYWHERE, "--allow-builds"], True),
        (["--host", "127.0.0.1"], True),
    ],
)
def test_who_may_build(
    flags: list[str], allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERMAP_CACHE", str(tmp_path))
    monkeypatch.delenv(WORKSPACE_VARIABLE, raising=False)
    parsed = command_line(version=cli._Version).parse_args(["serve", *flags])
    workspace = cli._workspace(parsed, editors=False)
    assert workspace == (str(tmp_path / "maps") if allowed else None)


def test_the_dashboard_is_told_of_the_workspace_by_its_server_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WORKSPACE_VARIABLE, "/elsewhere")
    assert environment(["a-map"], tmp_path)[WORKSPACE_VARIABLE] == str(tmp_path)
    assert WORKSPACE_VARIABLE not in environment(["a-map"])
    monkeypatch.delenv("PAPERMAP_CACHE", raising=False)
    assert environment([], tmp_path, tmp_path / "cache")["PAPERMAP_CACHE"] == f"{tmp_path}/cache"
    monkeypatch.setenv("PAPERMAP_CACHE", "/own")
    assert environment([], tmp_path, tmp_path / "cache")["PAPERMAP_CACHE"] == "/own"


def test_read_only_and_builds_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command_line(version=cli._Version).parse_args(["serve", "--read-only", "--allow-builds"])
    assert stopped.value.code == 2
    assert "not allowed with" in capsys.readouterr().err
