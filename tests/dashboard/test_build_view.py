"""The Build view in every state, from nothing to a new map."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from streamlit.testing.v1 import AppTest

from dashboard import building, jobs, links
from dashboard.building import Request
from dashboard.file_cards import kind
from dashboard.loading import MAPS_VARIABLE
from dashboard.workspace import WORKSPACE_VARIABLE, drafts
from tests.dashboard.drafting import TABLE, draft_with, open_build, upload
from tests.dashboard.screens import APP, assert_only_text, html_of, open_page, words_of
from tests.factories import HOSTILE_TITLES, write_map
from topics import sample
from topics.settings import ENCODERS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PAGES = sorted(sample.folder().iterdir())


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


# ----------------------------------------------------------------------------- afterwards


def test_every_format_has_a_name_in_words() -> None:
    from topics.sources.detect import READERS

    for reader in READERS:
        words = kind(reader.name)
        assert words != reader.name or reader.name.isupper()
        assert words[0].isupper() or words.startswith("arXiv")
