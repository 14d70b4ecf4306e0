"""The Build view in every state, from nothing to a new map."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import build_progress, building, jobs, links
from dashboard.building import Request
from dashboard.file_cards import kind
from dashboard.loading import MAPS_VARIABLE
from dashboard.workspace import WORKSPACE_VARIABLE, Draft, drafts, new_draft
from tests.dashboard.screens import APP, assert_only_text, html_of, open_page, words_of
from tests.factories import HOSTILE_TITLES, write_map
from topics import cli, sample
from topics.progress import STAGES
from topics.settings import ENCODERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PAGES = sorted(sample.folder().iterdir())
TABLE = b"title,abstract,year\n" + b"".join(
    f"Paper number {n} on maps,What is said about it in {n} words,{2000 + n}\n".encode()
    for n in range(5)
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace, beside one map that is served anyway."""
    write_map(tmp_path / "given", papers=20, topics=2)
    monkeypatch.setenv(MAPS_VARIABLE, str(tmp_path / "given"))
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path / "work"))
    monkeypatch.setattr(jobs, "start", at_once)
    return tmp_path / "work"


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


def navigation(page: AppTest) -> list[str]:
    return [link.proto.label for link in page.main.get("page_link")][: len(links.PAGES) + 1]


# ---------------------------------------------------------------- where it is not allowed


def test_where_it_is_not_allowed_nothing_can_be_uploaded(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_with(root)
    monkeypatch.delenv(WORKSPACE_VARIABLE)
    for page in (open_build(root), open_build(root, build=draft.id)):
        assert [title.value for title in page.title] == ["Maps are not built here"]
        assert not page.file_uploader
        assert not page.button
        assert "papermap build" in page.code[0].value
        assert "Build" not in navigation(page)
    assert "Build" not in navigation(open_page(root.parent / "given", "map"))


def test_where_it_is_allowed_every_page_leads_there(root: Path) -> None:
    for name in ("map", "quality", "build"):
        assert navigation(open_page(root.parent / "given", name))[-1] == "Build"


def test_without_any_map_the_page_works(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MAPS_VARIABLE, "")
    page = AppTest.from_file(APP, default_timeout=60).run()
    assert not page.exception
    assert "Build one here" in words_of(page)
    assert [link.proto.page for link in page.main.get("page_link")][-1] == "build"
    nothing = open_page(root / "none", "build")
    assert not nothing.exception
    assert nothing.file_uploader


# ------------------------------------------------------------------------------ the form


def test_empty(root: Path) -> None:
    page = open_build(root)
    assert [title.value for title in page.title] == ["Build a map"]
    assert not page.text_input
    assert not page.button
    assert drafts(root) == []


def test_files_are_shown_as_they_were_read(root: Path) -> None:
    page = open_build(root)
    upload(page, *((file.name, file.read_bytes()) for file in PAGES))
    (draft,) = drafts(root)
    assert page.query_params["build"] == draft.id
    words = words_of(page)
    assert "5 files, 153 papers" in words
    assert "**167** records read = **153** kept + **14** merged" in words
    for read in (12, 58, 28, 35, 34):
        assert f"{read} records: " in words
    assert words.count("<li>") == 25
    assert words.count("Hugging Face page") == 5 + 1  # the cards and the words on the drop zone
    assert not page.button(key="build-now").disabled
    # A page that is loaded again shows the same.
    again = open_build(root, build=draft.id)
    assert "5 files, 153 papers" in words_of(again)
    assert again.text_input[0].value == page.text_input[0].value == "My papers"


def test_while_files_are_read_nothing_can_be_built(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(folder: Path, *_: Any, **__: Any) -> None:
        folder.mkdir()
        (folder / jobs.REQUEST).write_text(json.dumps({"started": time.time()}))

    monkeypatch.setattr(jobs, "start", begun)
    page = open_build(root)
    upload(page, ("table.csv", TABLE))
    assert "Reading 1 file …" in html_of(page)
    assert page.button(key="build-now").disabled
    assert page.text_input[0].value == "table"
    (draft,) = drafts(root)
    end = next(draft.folder.glob("read-*")) / jobs.END
    end.write_text(json.dumps({"how": "overdue", "time": time.time()}))
    page.run()
    assert "Reading was stopped after 0 minutes. Try with fewer files." in words_of(page)


def test_a_bad_file_among_good_ones(root: Path) -> None:
    page = open_build(root)
    upload(page, ("table.csv", TABLE), ("photo.csv", b"\x89PNG\r\n\x1a\n\x00"), ("empty.txt", b""))
    words = words_of(page)
    assert "3 files, 5 papers" in words
    assert "Nothing was found in empty.txt, photo.csv: see below." in words
    assert "A PNG image" in words
    assert "empty file" in words.lower()
    assert not page.button(key="build-now").disabled
    remove = [button for button in page.button if button.label == "Remove"]
    assert len(remove) == 3
    # The bad ones come first.
    remove[0].click().run()
    assert "2 files, 5 papers" in words_of(page)


def test_only_bad_files(root: Path) -> None:
    page = open_build(root)
    upload(page, ("notes.txt", b"nothing of ours"))
    assert "1 file, 0 papers" in words_of(page)
    assert "beginning “nothing of ours”" in words_of(page)
    assert "at least 3 different papers and there are none" in words_of(page)
    assert page.button(key="build-now").disabled
    next(button for button in page.button if button.label == "Remove").click().run()
    assert not page.text_input
    assert page.file_uploader


def test_too_few_papers_cannot_be_built(root: Path) -> None:
    page = open_build(root)
    upload(page, ("two.csv", b"title,abstract\nOne paper,About it\nTwo papers,About them\n"))
    assert page.button(key="build-now").disabled
    assert "at least 3 different papers and there are 2" in words_of(page)


def test_hostile_names_and_titles_are_only_text(root: Path) -> None:
    rows = "\n".join(
        '"' + title.replace('"', '""') + '",about it' for title in HOSTILE_TITLES
    ).encode()
    page = open_build(root)
    name = "<img src=x onerror=alert(1)> :red[x] $5 `c`.csv"
    upload(page, (name, b"title,abstract\n" + rows), (HOSTILE_TITLES[2], b"\x00\x01"))
    assert_only_text(page)
    assert "&lt;script&gt;" in html_of(page)
    (draft,) = drafts(root)
    assert all(file.parent == draft.inbox for file in draft.files())


def test_refused_files_are_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from dashboard import workspace

    monkeypatch.setattr(workspace, "LIMITS", replace(workspace.LIMITS, files=1))
    page = open_build(root)
    upload(page, ("table.csv", TABLE), ("more.csv", TABLE))
    assert "“more.csv” was left out: a map can be built of 1 files" in words_of(page)
    assert "5 papers" in words_of(page)


def test_columns_can_be_corrected_for_each_file(root: Path) -> None:
    table = b"heading,title,text\nOn maps,Journal of X,About maps of papers and of other things.\n"
    page = open_build(root)
    upload(page, ("table.csv", table), ("other.csv", table))
    assert html_of(page).count("<strong>Journal of X</strong>") == 2
    (draft,) = drafts(root)
    building.keep_request(draft, Request(name="x").corrected("table.csv", "title", "heading"))
    corrected = open_build(root, build=draft.id)
    assert html_of(corrected).count("<strong>On maps</strong>") == 1
    assert html_of(corrected).count("<strong>Journal of X</strong>") == 1
    # Without the table nothing is left of it.
    draft.remove("table.csv")
    other = open_build(root, build=draft.id)
    assert not other.error
    assert "<strong>On maps</strong>" not in html_of(other)


def test_a_table_of_unknown_columns_asks_for_them(root: Path) -> None:
    page = open_build(root)
    upload(page, ("table.csv", b"one,two\nxx,yy\nvv,ww\nss,tt\n"))
    assert "choose the right one below" in words_of(page)
    assert "--" not in words_of(page)
    labels = [each.label for each in page.expander]
    assert "Choose the columns" in labels
    choice = next(each for each in page.selectbox if each.label == "Title")
    choice.set_value("two").run()
    assert "<strong>yy</strong>" in html_of(page)
    assert "1 file, 3 papers" in words_of(page)


def test_a_table_may_have_no_such_column(root: Path) -> None:
    page = open_build(root)
    upload(page, ("table.csv", TABLE), ("other.csv", b"one,two\nxx,yy\nvv,ww\n"))
    assert "No abstract." not in html_of(page)
    (draft,) = drafts(root)
    building.keep_request(draft, Request(name="x").corrected("table.csv", "abstract", ""))
    page = open_build(root, build=draft.id)
    assert html_of(page).count("No abstract.") == 5
    # Where the columns are open to be chosen, it is the first choice.
    choice = next(each for each in page.selectbox if each.label == "Abstract")
    assert choice.options[0] == "none of them"
    choice.set_value(choice.options[0]).run()
    request = building.request_of(draft)
    assert request is not None
    assert request.columns == {"table.csv": {"abstract": ""}, "other.csv": {"abstract": ""}}
    assert not request.corrected("table.csv", "abstract", None).columns["table.csv"]


def test_an_encoder_is_asked_for_only_where_there_is_a_choice(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_build(root)
    upload(page, ("table.csv", TABLE))
    assert not [each for each in page.selectbox if each.label == "Encoder"]
    monkeypatch.setattr(building, "encoders", lambda: ENCODERS)
    page.run()
    choice = next(each for each in page.selectbox if each.label == "Encoder")
    assert choice.value == "hybrid"
    choice.set_value("transformer").run()
    (draft,) = drafts(root)
    request = building.request_of(draft)
    assert request is not None
    assert request.encoder == "transformer"


def test_themes_are_checked_at_once(root: Path) -> None:
    page = open_build(root)
    upload(page, ("table.csv", TABLE))
    page.radio[0].set_value("own").run()
    assert page.button(key="build-now").disabled
    page.text_area[0].set_value('[[theme]]\nnam = "x"').run()
    assert "theme 1 has no name" in words_of(page)
    assert page.button(key="build-now").disabled
    page.text_area[0].set_value('[[theme]]\nname = "<b>maps"').run()
    assert not page.error
    assert '<span class="pm-chip">&lt;b&gt;maps</span>' in html_of(page)
    assert not page.button(key="build-now").disabled
    page.file_uploader[1].set_value(("themes.toml", b'[[theme]]\nname = "other"', "x")).run()
    assert "that name is kept" in words_of(page)
    page.file_uploader[1].set_value(("themes.toml", b"\xff\xfe", "x")).run()
    assert "“themes.toml” is not a themes file" in words_of(page)
    page.radio[0].set_value("auto").run()
    assert not page.button(key="build-now").disabled


def test_names_are_checked_at_once(root: Path) -> None:
    write_map(root / "Taken", papers=20, topics=2)
    page = open_build(root)
    upload(page, ("table.csv", TABLE))
    assert page.text_input[0].value == "table"
    page.text_input[0].set_value("../up").run()
    assert "“up” would do" in words_of(page)
    assert page.button(key="build-now").disabled
    page.text_input[0].set_value("Taken").run()
    said = "There is a map “Taken”. The new one takes its place when it is complete."
    assert said in words_of(page)
    assert not page.button(key="build-now").disabled


def test_what_was_filled_in_survives_a_reload(root: Path) -> None:
    page = open_build(root)
    upload(page, ("table.csv", TABLE))
    page.text_input[0].set_value("My own name").run()
    page.radio[0].set_value("own").run()
    page.text_area[0].set_value('[[theme]]\nname = "maps"').run()
    again = open_build(root, build=page.query_params["build"])
    assert again.text_input[0].value == "My own name"
    assert again.radio[0].value == "own"
    assert again.text_area[0].value == '[[theme]]\nname = "maps"'


def test_files_can_be_discarded(root: Path) -> None:
    page = open_build(root)
    upload(page, ("table.csv", TABLE))
    page.button(key="build-discard").click().run()
    assert drafts(root) == []
    assert "build" not in page.query_params
    assert not page.text_input


# --------------------------------------------------------------------- while it is built


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


# ----------------------------------------------------------------------------- afterwards


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


def test_every_format_has_a_name_in_words() -> None:
    from topics.sources.detect import READERS

    for reader in READERS:
        words = kind(reader.name)
        assert words != reader.name or reader.name.isupper()
        assert words[0].isupper() or words.startswith("arXiv")
