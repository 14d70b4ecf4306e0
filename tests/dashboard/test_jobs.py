"""Reading and building in processes of their own: how they end, whatever happens."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from dashboard import building, jobs, workspace
from dashboard.building import OWN_THEMES, Request
from dashboard.workspace import Draft, Refused, built_maps, new_draft
from tests.factories import write_map
from topics import artefact, sample
from topics.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PAGES = sorted(sample.folder().iterdir())
PATIENCE = 90.0


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAPERMAP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "work"


def draft_of(root: Path, *files: Path) -> Draft:
    draft = new_draft(root)
    for file in files or PAGES:
        draft.add(file.name, file.read_bytes())
    return draft


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def ended(draft: Draft) -> jobs.Job:
    until(lambda: not building.build_of(draft).active)
    return building.build_of(draft)


def read(draft: Draft, request: Request | None = None) -> building.Preview:
    request = request or Request(name="x")
    building.start_preview(draft, request)
    until(lambda: not building.preview_of(draft, request).job.active)
    return building.preview_of(draft, request)


def why(root: Path, draft: Draft, job: jobs.Job) -> str:
    return building.why(job, what="The build", root=root, draft=draft)


def test_uploads_are_read_and_accounted_for(root: Path) -> None:
    draft = draft_of(root)
    # Names of modules that a careless interpreter would load in place of its own.
    for name in ("json.py", "topics.py", "sitecustomize.py"):
        draft.add(name, b"raise SystemExit(7)")
    draft.add("photo.txt", b"\x89PNG\r\n\x1a\n\x00")
    preview = read(draft)
    assert preview.job.state == "done"
    assert preview.papers == 153
    by_name = {file.name: file for file in preview.files}
    assert [by_name[page.name].read for page in PAGES] == [12, 58, 28, 35, 34]
    for file in preview.files:
        assert file.read == file.kept + file.merged + file.rejected
        assert len(file.sample) == min(5, file.read)
    assert by_name["photo.txt"].read == 0
    assert "PNG" in by_name["photo.txt"].notices[0]
    # The same files are not read again; other files are.
    building.start_preview(draft, Request(name="another"))
    assert len(list(draft.folder.glob("read-*"))) == 1
    draft.remove("photo.txt")
    assert building.preview_of(draft, Request(name="x")).job.state == "none"


ROWS = b"heading,title,text\nOn maps,Journal of X,About maps of papers and of other things.\n"


def test_columns_of_one_file_can_be_corrected(root: Path) -> None:
    draft = new_draft(root)
    for name in ("table.csv", "other.csv"):
        draft.add(name, ROWS)
    assert [file.sample[0]["title"] for file in read(draft).files] == ["Journal of X"] * 2
    request = Request(name="x").corrected("table.csv", "title", "heading")
    other, table = sorted(read(draft, request).files, key=lambda file: file.name)
    assert (other.sample[0]["title"], other.matched["title"]) == ("Journal of X", "title")
    assert (table.sample[0]["title"], table.matched["title"]) == ("On maps", "heading")
    # A file that is no longer there, and a column that a file does not have, end nothing.
    draft.remove("other.csv")
    odd = request.corrected("other.csv", "title", "heading").corrected("table.csv", "doi", "no")
    (table,) = read(draft, odd).files
    assert table.sample[0]["title"] == "On maps"
    assert "no column “no”" in " ".join(table.notices)


def test_what_was_read_last_is_there_while_files_are_read_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = new_draft(root)
    draft.add("table.csv", ROWS)
    first = Request(name="x")
    assert read(draft, first).papers == 1
    second, third = (first.corrected("table.csv", "title", each) for each in ("heading", "text"))
    with ExitStack() as others:
        for number in range(2):
            others.enter_context(FileLock(root / ".builds" / f".reading-{number}.lock"))
        building.start_preview(draft, second)
        assert building.preview_of(draft, second).job.active
        assert building.preview_of(draft, second).files[0].sample[0]["title"] == "Journal of X"
        building.start_preview(draft, third)
        until(lambda: building.preview_of(draft, second).job.state == "cancelled")
    # A reading that was given up is begun anew when it is wanted after all.
    assert read(draft, second).files[0].sample[0]["title"] == "On maps"
    assert len(list(draft.folder.glob("how-*"))) <= 3


def test_archives_are_opened_within_limits(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def packed(files: dict[str, bytes]) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return stream.getvalue()

    limits = replace(workspace.LIMITS, expanded=100_000, members=8, depth=2)
    monkeypatch.setattr(building, "LIMITS", limits)
    draft = new_draft(root)
    inner = packed({"deep.zip": packed({"a.csv": ROWS})})
    draft.add("deep.zip", packed({"inner.zip": inner}))
    draft.add("large.zip", packed({"a.csv": ROWS, "b.csv": b"title\n" + b"x" * 100_000}))
    draft.add("many.zip", packed({f"{number}.csv": ROWS for number in range(5)}))
    preview = read(draft)
    said = " ".join(notice for file in preview.files for notice in file.notices)
    assert "more than 8 files in all archives together; only the first 8 are read" in said
    assert "large.zip/b.csv: not opened: all archives together would expand to more" in said
    assert "an archive within 2 others; it is not opened" in said
    assert {file.name for file in preview.files if file.read} == {
        "large.zip/a.csv",
        *(f"many.zip/{number}.csv" for number in range(4)),
    }
    # A table in an archive has columns of its own too.
    request = Request(name="x").corrected("many.zip/1.csv", "title", "heading")
    titles = {
        file.name: file.sample[0]["title"] for file in read(draft, request).files if file.read
    }
    assert {name for name, title in titles.items() if title == "On maps"} == {"many.zip/1.csv"}


def test_files_with_nothing_in_them_say_so(root: Path) -> None:
    draft = new_draft(root)
    draft.add("notes.txt", b"nothing of ours")
    preview = read(draft)
    assert (preview.papers, preview.files[0].read) == (0, 0)
    assert "beginning “nothing of ours”" in preview.files[0].notices[-1]
    building.start_build(root, draft, Request(name="mine"))
    said = why(root, draft, ended(draft))
    assert said.startswith("No paper found in the file.")
    assert "notes.txt" in said
    assert str(root) not in said


def test_a_build_makes_a_map_and_removes_the_files(root: Path) -> None:
    draft = draft_of(root, PAGES[0])
    themes = '[[theme]]\nname = "matrices"\nphrases = ["matrix sensing"]\n'
    request = Request(name="Maße & Karten", themes=OWN_THEMES, own_themes=themes)
    read(draft, request)
    building.start_build(root, draft, request)
    with pytest.raises(Refused, match="is being built right now"):
        building.start_build(root, new_draft_with(root), Request(name=request.name))
    assert [each.request for each in building.running_builds(root)] == [request]
    job = ended(draft)
    assert (job.state, job.problem) == ("done", "")
    assert [stage.number for stage in job.stages] == list(range(1, 8))
    assert building.running_builds(root) == []
    assert not draft.inbox.exists()
    assert not list(draft.folder.glob("read-*"))
    (made,) = built_maps(root)
    assert (made.folder.name, made.papers) == (request.name, 12)
    topic_map = artefact.load(made.folder)
    assert list(topic_map.themes["name"]) == ["matrices", "other"]
    assert str(root) not in json.dumps(topic_map.manifest["settings"])


def new_draft_with(root: Path) -> Draft:
    return draft_of(root, PAGES[0])


def test_a_failed_build_leaves_the_old_map_and_says_why(root: Path) -> None:
    old = write_map(root / "mine", papers=20, topics=2).digest
    draft = new_draft(root)
    draft.add("two.csv", b"title,abstract\nOne paper,About it\nTwo papers,About them\n")
    building.start_build(root, draft, Request(name="mine"))
    job = ended(draft)
    assert job.state == "failed"
    assert why(root, draft, job).startswith("A map needs at least 3 different papers and there are")
    assert artefact.load(root / "mine").digest == old
    assert [file.name for file in draft.files()] == ["two.csv"]


def test_a_cancelled_build_leaves_the_old_map(root: Path) -> None:
    old = write_map(root / "mine", papers=20, topics=2).digest
    draft = draft_of(root)
    building.start_build(root, draft, Request(name="mine"))
    until(lambda: bool(building.build_of(draft).stages))
    building.stop_build(draft)
    assert building.build_of(draft).state in ("stopping", "cancelled")
    job = ended(draft)
    assert job.state == "cancelled"
    assert why(root, draft, job) == "The build was cancelled."
    assert artefact.load(root / "mine").digest == old
    assert len(draft.files()) == len(PAGES)
    assert not [path for path in root.iterdir() if ".new-" in path.name]
    # What was cancelled can be built again.
    building.start_build(root, draft, Request(name="mine"))
    assert building.build_of(draft).active
    building.stop_build(draft)
    assert ended(draft).state == "cancelled"


def test_a_killed_build_is_told_from_one_that_runs(root: Path) -> None:
    draft = draft_of(root)
    building.start_preview(draft, Request(name="x"))
    folder = next(draft.folder.glob("read-*"))
    worker = next(worker for at, worker in jobs._WORKERS if at == folder)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    job = building.preview_of(draft, Request(name="x")).job
    assert job.state == "interrupted"
    assert "interrupted" in why(root, draft, job)


def test_work_ends_with_the_dashboard_that_began_it(root: Path) -> None:
    draft = draft_of(root)
    code = (
        "import sys, time; from pathlib import Path; from dashboard import building, workspace\n"
        f"root = Path({str(root)!r}); draft = workspace.find_draft(root, {draft.id!r})\n"
        "building.start_build(root, draft, building.Request(name='mine'))\n"
        "while not building.build_of(draft).stages: time.sleep(0.05)\n"
        "import os; os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=PATIENCE)  # noqa: S603
    job = ended(draft)
    assert job.state == "interrupted"
    assert not (root / "mine").exists()


def test_a_third_build_waits_for_its_turn(root: Path) -> None:
    draft = draft_of(root, PAGES[0])
    (root / ".builds").mkdir(exist_ok=True)
    with ExitStack() as others:
        for number in range(2):
            others.enter_context(FileLock(root / ".builds" / f".reading-{number}.lock"))
        building.start_preview(draft, Request(name="x"))
        folder = next(draft.folder.glob("read-*"))
        until((folder / jobs.LOCK).exists)
        assert jobs.look(folder).state == "waiting"
        assert not (folder / jobs.EVENTS).exists()
    assert read(draft).papers == 12


def test_what_takes_too_long_is_stopped(root: Path) -> None:
    draft = draft_of(root)
    folder = draft.folder / "build"
    jobs.start(
        folder,
        ["build", "files", "--out", str(root / "mine"), "--progress", "json"],
        cwd=draft.folder,
        seconds=0.3,
        turn=root / ".builds" / ".building",
        cache=root / ".cache",
        target=root / "mine",
    )
    job = ended(draft)
    assert job.state == "overdue"
    assert "was stopped after" in why(root, draft, job)


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe", b"[]", b"null", b"{", b'{"how": 3}', b"1" * 9])
def test_any_folder_can_be_looked_at(tmp_path: Path, junk: bytes) -> None:
    for name in (jobs.REQUEST, jobs.EVENTS, jobs.END, jobs.OUTPUT):
        (tmp_path / name).write_bytes(junk)
    jobs.look(tmp_path)
    (tmp_path / jobs.REQUEST).write_text("{}")
    assert jobs.look(tmp_path).ended
    assert jobs.look(tmp_path / "nowhere") == jobs.Job("none")


def test_an_unforeseen_end_is_explained_without_a_path(tmp_path: Path) -> None:
    draft = new_draft(tmp_path)
    folder = draft.folder / "build"
    folder.mkdir()
    (folder / jobs.REQUEST).write_text(json.dumps({"started": 1.0}))
    (folder / jobs.END).write_text(json.dumps({"how": "failed", "time": 5.0}))
    (folder / jobs.EVENTS).write_text(f"Traceback\nValueError: {draft.inbox}/a.txt is odd.\n")
    job = building.build_of(draft)
    assert job.details.startswith("Traceback")
    said = why(tmp_path, draft, job)
    assert said == "The build ended unexpectedly: ValueError: a.txt is odd. Please report it."


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Request(name="a/b"), "“b” would do"),
        (Request(name=""), "Give the map a name"),
        (Request(name="x", themes=OWN_THEMES, own_themes="[[theme]]"), "has no name"),
        (Request(name="x", themes=OWN_THEMES, own_themes="nam ="), "not valid TOML"),
        (Request(name="x", themes=OWN_THEMES, own_themes=""), "no [[theme]] table"),
        (Request(name="x", themes=OWN_THEMES, own_themes="a=" + "[" * 9000), "not valid TOML"),
        (Request(name="x", themes=OWN_THEMES, own_themes="x" * 100_001), "at most"),
    ],
)
def test_what_cannot_be_built_is_not_begun(root: Path, request_: Request, message: str) -> None:
    draft = draft_of(root, PAGES[0])
    with pytest.raises((Refused, SettingsError)) as refused:
        building.start_build(root, draft, request_)
    assert message in str(refused.value)
    assert building.build_of(draft).state == "none"


def test_a_request_survives_on_disk(tmp_path: Path) -> None:
    draft = new_draft(tmp_path)
    assert building.request_of(draft) is None
    columns = {"a.csv": {"title": "Näme"}}
    request = Request(name="x", themes="auto", columns=columns, page_year=2024)
    building.keep_request(draft, request)
    assert building.request_of(draft) == request
    for odd in ('{"name": "x", "columns": {"title": "Name"}}', '{"name": "x", "columns": [1]}'):
        (draft.folder / "request.json").write_text(odd)
        assert building.request_of(draft) is None
    (draft.folder / "request.json").write_text('{"name": "x", "encoder": "unheard of"}')
    assert building.request_of(draft) == Request(name="x")
    (draft.folder / "request.json").write_text('{"nam": 1}')
    assert building.request_of(draft) is None
