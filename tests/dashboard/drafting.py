"""The Build view of a workspace: files put into it, and what builds would have left there."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

from dashboard import building, jobs
from dashboard.building import Request
from dashboard.workspace import Draft, new_draft
from tests.dashboard.screens import open_page
from topics import cli
from topics.progress import STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

TABLE = b"title,abstract,year\n" + b"".join(
    f"Paper number {n} on maps,What is said about it in {n} words,{2000 + n}\n".encode()
    for n in range(5)
)


def at_once(folder: Path, arguments: Sequence[str], *, cwd: Path, **_: Any) -> None:
    """Do in this process, and at once, what a process of its own would do."""
    assert arguments[0] == "read"
    folder.mkdir()
    (folder / jobs.REQUEST).write_text(json.dumps({"started": time.time()}))
    with (
        contextlib.chdir(cwd),
        (folder / jobs.OUTPUT).open("w", encoding="utf-8") as out,
        (folder / jobs.EVENTS).open("w", encoding="utf-8") as err,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = cli.main(arguments)
    end = {"how": "failed" if code else "done", "time": time.time()}
    (folder / jobs.END).write_text(json.dumps(end))


def open_build(root: Path, **params: str) -> AppTest:
    page = open_page(root.parent / "given", "build", **params)
    assert not page.exception
    return page


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    page.file_uploader[0].set_value([(name, data, "text/plain") for name, data in files])
    page.run()
    assert not page.exception
    return page


def draft_with(root: Path, *files: tuple[str, bytes], **request: Any) -> Draft:
    draft = new_draft(root)
    for name, data in files or (("table.csv", TABLE),):
        draft.add(name, data)
    if request:
        building.keep_request(draft, Request(**request))
    return draft


def job_of(draft: Draft, how: str | None = None, *events: dict[str, Any]) -> None:
    """Put in place what a worker would have written."""
    folder = draft.folder / "build"
    folder.mkdir()
    now = time.time()
    (folder / jobs.REQUEST).write_text(json.dumps({"started": now - 9}))
    lines = [json.dumps({"time": now - 5, **event}) for event in events]
    (folder / jobs.EVENTS).write_text("\n".join(lines))
    if how:
        (folder / jobs.END).write_text(json.dumps({"how": how, "time": now}))


def stage(number: int) -> dict[str, Any]:
    name = STAGES[number - 1]
    return {"event": "stage", "number": number, "total": len(STAGES), "name": name}
