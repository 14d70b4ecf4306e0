"""The folder of the builds: safe names, limits, what is kept and what is cleared away."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard import workspace as ws
from dashboard.loading import served_maps
from dashboard.workspace import Refused, find_draft, name_problem, new_draft, safe_name
from tests.factories import write_map
from topics import serving

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("page-1.txt", "page-1.txt"),
        ("Mémoire – été 2024.bib", "Mémoire – été 2024.bib"),
        ("論文リスト.csv", "論文リスト.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("\\\\server\\share\\papers.ris", "papers.ris"),
        ("C:\\Users\\me\\papers.ris", "papers.ris"),
        ("C:papers.ris", "C_papers.ris"),
        ("papers.ris:hidden", "papers.ris_hidden"),
        ("folder/sub/papers.ris", "papers.ris"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (".htaccess", "htaccess"),
        ("  spaced \t out .txt", "spaced out.txt"),
        ("dots...", "dots"),
        ("NUL", "_NUL"),
        ("com1.txt", "_com1.txt"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("photo\u202egnp.txt", "photognp.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("half \ud800 a pair.txt", "half a pair.txt"),
        ("what?*.txt", "what__.txt"),
    ],
)
def test_names_become_safe_and_stay_readable(given: str, expected: str) -> None:
    assert safe_name(given) == expected


@given(st.text(max_size=400), st.lists(st.text(max_size=20), max_size=4))
@example("x" * 300 + ".csv", [])
@example("é" * 300, ["file"])
@example("a ..b", [])
def test_any_name_is_safe(given: str, others: list[str]) -> None:
    taken = {safe_name(other) for other in others}
    name = safe_name(given, taken=taken)
    assert name not in ("", ".", "..")
    assert not set(name) & set('/\\:*?"<>|\0')
    assert name == name.strip()
    assert not name.startswith(".")
    assert len(name.encode()) <= 200
    assert name.casefold() not in {other.casefold() for other in taken}
    assert safe_name(name) == name


def test_uploads_stay_in_the_folder_of_their_build(tmp_path: Path) -> None:
    draft = new_draft(tmp_path / "work")
    for name in ("../../out.txt", "/etc/passwd", "\\\\host\\c$\\x.txt", "same.txt", "SAME.txt"):
        draft.add(name, b"x")
    assert [file.name for file in draft.files()] == [
        "SAME (2).txt",
        "out.txt",
        "passwd",
        "same.txt",
        "x.txt",
    ]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.parent for path in written} == {draft.inbox}
    draft.remove("../../../x.txt")
    draft.remove("x.txt")
    assert len(draft.files()) == 4


def test_too_many_and_too_large_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ws, "LIMITS", replace(ws.LIMITS, files=3, size=1000, waiting=1500))
    draft = new_draft(tmp_path)
    draft.add("a.txt", b"x" * 600)
    with pytest.raises(Refused, match=r"“b\.txt” was left out: all files together"):
        draft.add("b.txt", b"x" * 401)
    draft.add("c.txt", b"x" * 100)
    draft.add("d.txt", b"x" * 100)
    with pytest.raises(Refused, match="can be built of 3 files"):
        draft.add("e.txt", b"x")
    with pytest.raises(Refused, match="no room for more uploads"):
        new_draft(tmp_path).add("f.txt", b"x" * 800)


def test_a_folder_that_cannot_be_written_to_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Refused, match="cannot be written to"):
        new_draft(tmp_path / "file")
    draft = new_draft(tmp_path / "work")
    draft.inbox.rmdir()
    draft.inbox.write_text("in the way")
    with pytest.raises(Refused, match=r"“a\.txt” could not be kept"):
        draft.add("a.txt", b"x")


@pytest.mark.parametrize("mark", ["", "..", "../..", "0" * 31, "0" * 33, "G" * 32, "/", "a/b"])
def test_only_the_mark_of_a_build_finds_one(tmp_path: Path, mark: str) -> None:
    new_draft(tmp_path)
    assert find_draft(tmp_path, mark) is None


def test_a_build_is_found_by_its_mark(tmp_path: Path) -> None:
    draft = new_draft(tmp_path)
    assert find_draft(tmp_path, draft.id) == draft
    draft.discard()
    assert find_draft(tmp_path, draft.id) is None


def test_old_uploads_are_cleared_away(tmp_path: Path) -> None:
    old, busy, fresh = (new_draft(tmp_path) for _ in range(3))
    for draft in (old, busy):
        draft.add("a.txt", b"x")
        os.utime(draft.folder, (time.time() - 2 * 86400,) * 2)
    ws.sweep(tmp_path, busy={busy.id})
    assert {draft.id for draft in ws.drafts(tmp_path)} == {busy.id, fresh.id}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Unlearning 2024", ""),
        ("Überblick – été", ""),
        ("", "Give the map a name"),
        ("x" * 61, "too long"),
        ("a/b", "“b” would do"),
        ("..", "“file” would do"),
        (".hidden", "“hidden” would do"),
        ("what?", "“what_” would do"),
    ],
)
def test_names_of_maps(name: str, problem: str) -> None:
    assert problem in name_problem(name)
    assert bool(problem) == bool(name_problem(name))


def test_maps_of_the_workspace_are_listed_and_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "work"
    write_map(root / "Zebra", papers=20, topics=2)
    write_map(root / "apple", papers=30, topics=3)
    write_map(tmp_path / "apple", papers=10, topics=1)
    (root / "broken").mkdir()
    (root / "broken" / "manifest.json").write_text("{}")
    (root / "no map").mkdir()
    new_draft(root)
    found = {each.folder.name: each for each in ws.built_maps(root)}
    assert set(found) == {"Zebra", "apple", "broken"}
    assert (found["apple"].papers, found["apple"].topics) == (30, 3)
    assert "schema_version" in found["broken"].problem
    monkeypatch.setenv(ws.WORKSPACE_VARIABLE, str(root))
    served = [(each.name, each.folder) for each in served_maps(str(tmp_path / "apple"))]
    assert served == [
        ("apple", tmp_path / "apple"),
        ("apple (2)", root / "apple"),
        ("broken", root / "broken"),
        ("Zebra", root / "Zebra"),
    ]
    # A map that is given and lies in the workspace is served once.
    assert len(served_maps(os.pathsep.join([str(root / "apple"), str(root / "Zebra")]))) == 3


def test_without_the_variable_nobody_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ws.WORKSPACE_VARIABLE, raising=False)
    assert ws.workspace() is None
    monkeypatch.setenv(ws.WORKSPACE_VARIABLE, "  ")
    assert ws.workspace() is None
    assert ws.WORKSPACE_VARIABLE == serving.WORKSPACE_VARIABLE
