"""The Build view while a map is built, and afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dashboard import build_progress, jobs
from tests.dashboard.drafting import TABLE, draft_with, job_of, open_build, stage, upload
from tests.dashboard.screens import assert_only_text, html_of, words_of
from tests.factories import write_map
from topics.progress import STAGES

if TYPE_CHECKING:
    from pathlib import Path


def test_building_shows_its_stages_and_can_be_cancelled(root: Path) -> None:
    draft = draft_with(root, name="My <b>map", themes="ml")
    job_of(draft, None, stage(1), stage(2), stage(3))
    page = open_build(root, build=draft.id)
    assert "Building “My <b>map”" in words_of(page)
    assert_only_text(page)
    body = html_of(page)
    for name in STAGES:
        assert name in body
    assert body.count("pm-stage-done") == 2
    assert body.count("pm-stage-runs") == 1
    assert body.count("pm-stage-todo") == 4
    assert not page.file_uploader
    page.button(key="cancel-build").click().run()
    assert (draft.folder / "build" / jobs.CANCEL).exists()
    assert page.button(key="cancel-build").disabled
    assert page.button(key="cancel-build").label == "Stopping …"


def test_others_see_that_a_map_is_being_built(root: Path) -> None:
    draft = draft_with(root, name="Unlearning", themes="ml")
    job_of(draft, None, stage(1))
    page = open_build(root)
    assert "Being built now" in words_of(page)
    assert "<strong>Unlearning</strong>" in html_of(page)
    assert draft.id not in words_of(page)


def test_two_builds_of_the_same_name(root: Path) -> None:
    job_of(draft_with(root, name="table", themes="ml"), None, stage(1))
    page = open_build(root)
    upload(page, ("table.csv", TABLE))
    page.button(key="build-now").click().run()
    assert "“table” is being built right now" in words_of(page)
    assert page.file_uploader


@pytest.mark.parametrize(
    ("how", "events", "said"),
    [
        ("cancelled", [stage(1)], "The build was cancelled."),
        ("interrupted", [stage(1)], "The build was interrupted"),
        ("killed", [stage(1)], "The build was ended by the system, as a rule for want of memory"),
        ("overdue", [stage(1)], "The build was stopped after 0 minutes"),
        (
            "failed",
            [stage(1), {"event": "error", "text": "Another build is writing it. Wait\n<b>now</b>"}],
            "Another build is writing it. Wait",
        ),
        ("failed", [], "The build ended unexpectedly: it said nothing"),
    ],
)
def test_a_build_that_gave_no_map(
    root: Path, how: str, events: list[dict[str, Any]], said: str
) -> None:
    write_map(root / "mine", papers=20, topics=2)
    draft = draft_with(root, name="mine", themes="auto")
    job_of(draft, how, *events)
    page = open_build(root, build=draft.id)
    words = words_of(page)
    assert said in words
    assert "The map that was there is unchanged." in words
    assert "Your files are still here" in words
    assert_only_text(page)
    # All is there to try again.
    assert page.text_input[0].value == "mine"
    assert page.radio[0].value == "auto"
    assert not page.button(key="build-now").disabled


def test_a_finished_build_lands_on_its_map_once(root: Path) -> None:
    draft = draft_with(root, name="mine", themes="auto")
    job_of(draft, None, stage(1))
    page = open_build(root, build=draft.id, colour="topic")
    write_map(root / "mine", papers=30, topics=3)
    (draft.folder / "build" / jobs.END).write_text(json.dumps({"how": "done", "time": 1.0}))
    page.run()
    assert page.query_params == {"map": "mine", "colour": "topic"}
    assert "30 papers" in html_of(page)
    later = open_build(root, build=draft.id)
    assert "“mine” is ready" in words_of(later)
    assert later.query_params["build"] == draft.id


def test_the_maps_that_were_built_are_listed(root: Path) -> None:
    write_map(root / "One & two", papers=30, topics=3)
    (root / "broken").mkdir()
    (root / "broken" / "manifest.json").write_text("{}")
    page = open_build(root)
    assert "Maps built here" in words_of(page)
    assert "30 papers · 3 topics" in html_of(page)
    assert "cannot be opened" in html_of(page)
    linked = [link.proto.query_string for link in page.main.get("page_link")]
    assert "map=One+%26+two" in linked


@pytest.mark.parametrize("mark", ["0" * 32, "../../etc", "x"])
def test_a_build_that_is_gone(root: Path, mark: str) -> None:
    page = open_build(root, build=mark)
    assert page.file_uploader
    assert "no longer here" in words_of(page) or "was ignored" in words_of(page)


def test_who_looks_elsewhere_finds_the_build_again(root: Path) -> None:
    draft = draft_with(root, name="mine", themes="auto")
    page = open_build(root, build=draft.id)
    page.query_params.clear()
    page.run()
    assert page.query_params == {"build": draft.id}


def test_stages_that_are_unknown_do_no_harm() -> None:
    job = jobs.Job("running", (jobs.Stage(12, 12, "<b>new</b>", 3.0),))
    body = build_progress.stages_html(job)
    assert "<b>new" not in body
    assert body.count("pm-stage-todo") == len(STAGES)
