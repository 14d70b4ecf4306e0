"""Editing in the dashboard: who sees the controls, what a preview says, and what is kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from dashboard.workspace import WORKSPACE_VARIABLE
from tests.dashboard.screens import assert_only_text, html_of, open_page, served, words_of
from tests.factories import make_map, with_groups, write_map
from topics import artefact, drafts
from topics.curation import open_desk, record
from topics.edits.log import parse_log
from topics.publishing import publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streamlit.testing.v1 import AppTest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_map(tmp_path / "map", papers=80, topics=6)
    return tmp_path / "map"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[None]:
    """A dashboard that is served to whoever may edit."""
    (tmp_path / "workspace").mkdir()
    with mock.patch.dict(os.environ, {WORKSPACE_VARIABLE: str(tmp_path / "workspace")}):
        yield


def _keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button}


def _edits(page: AppTest) -> set[str]:
    return {key for key in _keys(page) if key.startswith("edit-")}


def _rename(folder: Path, topic: str, name: str, who: str = "Bo") -> None:
    desk = open_desk(folder)
    record(desk, drafts.rename(desk, topic, name), who=who, why="a reason")


def _run(folder: Path, page: AppTest) -> AppTest:
    with served(folder):
        return page.run()


def test_who_may_edit_sees_the_controls(folder: Path, editor: None) -> None:
    assert _edits(open_page(folder, "topic", topic="1")) == {"edit-topic"}
    paper = artefact.load(folder).papers["id"].iloc[0]
    assert _edits(open_page(folder, "paper", paper=paper)) == {"edit-move-paper"}
    _rename(folder, "1", "one")
    assert _edits(open_page(folder, "topic")) == {"edit-undo", "edit-redo"}


def test_a_reader_without_the_right_sees_none(folder: Path) -> None:
    _rename(folder, "1", "one")
    paper = artefact.load(folder).papers["id"].iloc[0]
    for page, params in (("topic", {"topic": "1"}), ("paper", {"paper": paper}), ("topic", {})):
        found = open_page(folder, page, **params)
        assert not found.exception
        assert not _edits(found)
    assert "Edited by people: 1 edit" in words_of(open_page(folder, "topic"))


def test_what_is_published_and_what_is_shown_at_another_confidence_is_not_edited(
    folder: Path, tmp_path: Path, editor: None
) -> None:
    assert not _edits(open_page(folder, "topic", topic="1", confidence="50"))
    publish(folder, tmp_path / "place")
    page = open_page(tmp_path / "place", "topic", topic="1")
    assert not page.exception
    assert not _edits(page)


def test_a_topic_is_renamed_after_a_preview(folder: Path, editor: None) -> None:
    page = open_page(folder, "topic", topic="1")
    with served(folder):
        page.button(key="edit-topic").click().run()
        assert page.button(key="edit-apply").disabled
        page.text_input(key="edit-in-name").set_value("<b>Named</b> *by hand*").run()
        said = html_of(page)
        assert "What will change" in said
        assert "&lt;b&gt;Named" in said
        assert not artefact.read_log(folder)
        page.text_input(key="edit-in-who").set_value("Ada").run()
        page.text_input(key="edit-in-why").set_value("clearer").run()
        page.button(key="edit-apply").click().run()
    assert not page.exception
    assert_only_text(page)
    assert "edit-apply" not in _keys(page)
    assert "Named" in str(page.title[0].value)
    entry = open_desk(folder).log.entries[0]
    assert (entry.who, entry.why) == ("Ada", "clearer")
    again = open_page(folder, "map")
    assert not again.exception


def test_each_action_is_previewed(folder: Path, editor: None) -> None:
    page = open_page(folder, "topic", topic="0")
    with served(folder):
        page.button(key="edit-topic").click().run()
        for action, told in (("split", "6 → 7 topics"), ("pin", "What will change")):
            page.segmented_control(key="edit-in-action").set_value(action).run()
            assert not page.exception
            assert told in html_of(page), action
        page.segmented_control(key="edit-in-action").set_value("merge").run()
        assert page.button(key="edit-apply").disabled
        page.multiselect(key="edit-in-others").set_value(["2"]).run()
        assert "6 → 5 topics" in html_of(page)
        page.segmented_control(key="edit-in-action").set_value("theme").run()
        page.selectbox(key="edit-in-theme").set_value("scaling").run()
        assert "theme optimization → scaling" in html_of(page)
        page.button(key="edit-cancel").click().run()
    assert "edit-apply" not in _keys(page)
    assert not artefact.read_log(folder)


def test_a_paper_is_moved_from_its_page(folder: Path, editor: None) -> None:
    papers = artefact.load(folder).papers
    paper = str(papers.loc[papers["topic"] == "2", "id"].iloc[0])
    page = open_page(folder, "paper", paper=paper)
    with served(folder):
        page.button(key="edit-move-paper").click().run()
        page.selectbox(key="edit-in-to").set_value("3").run()
        page.button(key="edit-apply").click().run()
    assert not page.exception
    assert artefact.load(folder).papers.set_index("id")["topic"][paper] == "3"
    assert "put here by a person" in html_of(page)


def test_what_others_did_meanwhile_is_not_lost(folder: Path, editor: None) -> None:
    page = open_page(folder, "topic", topic="1")
    with served(folder):
        page.button(key="edit-topic").click().run()
        page.text_input(key="edit-in-name").set_value("mine").run()
        _rename(folder, "1", "theirs")
        page.button(key="edit-apply").click().run()
    assert "Meanwhile Bo changed the same" in words_of(page)
    assert artefact.load(folder).topic_names["1"] == "theirs"


def test_a_right_that_is_gone_is_gone(folder: Path, tmp_path: Path) -> None:
    with mock.patch.dict(os.environ, {WORKSPACE_VARIABLE: str(tmp_path)}):
        page = open_page(folder, "topic", topic="1")
        with served(folder):
            page.button(key="edit-topic").click().run()
            page.text_input(key="edit-in-name").set_value("mine").run()
    with served(folder):
        page.button(key="edit-apply").click().run()
    assert not page.exception
    assert not artefact.read_log(folder)


def test_the_history_undoes_and_redoes(folder: Path, editor: None) -> None:
    before = artefact.load(folder).topic_names["1"]
    _rename(folder, "1", "one")
    page = open_page(folder, "topic")
    frame = next(each.value for each in page.dataframe if "Who" in each.value)
    assert list(frame["Who"]) == ["Bo"]
    assert list(frame["Why"]) == ["a reason"]
    with served(folder):
        page.button(key="edit-undo").click().run()
        page.button(key="edit-apply").click().run()
        assert artefact.load(folder).topic_names["1"] == before
        page.button(key="edit-redo").click().run()
        page.button(key="edit-apply").click().run()
    assert not page.exception
    assert artefact.load(folder).topic_names["1"] == "one"


def test_a_link_to_a_merged_topic_leads_to_the_one_it_is_part_of(folder: Path) -> None:
    desk = open_desk(folder)
    record(desk, drafts.merge(desk, "1", ["2"], name="Two in one"))
    page = open_page(folder, "topic", topic="2")
    assert str(page.title[0].value) == "Two in one"
    assert "part of “Two in one” now" in words_of(page)


def test_the_first_picture_is_of_the_map_with_its_edits(folder: Path) -> None:
    from dashboard import opening

    with served(folder):
        before = opening.head("")
        _rename(folder, "1", "one")
        after = opening.head("")
        assert before != after
        scene = opening.scene({"by": ["topic"]}, dark=False)
    assert scene is not None
    assert "one" in str(scene)
    assert artefact.load(folder).digest[:16] in after


@pytest.mark.parametrize("name", ["map", "trends", "topic", "paper", "quality", "report"])
def test_every_page_shows_an_edited_map(tmp_path: Path, editor: None, name: str) -> None:
    folder = tmp_path / "grouped"
    write_map(folder, with_groups(make_map(papers=90, topics=8)))
    desk = open_desk(folder)
    for make in (
        lambda desk: drafts.split(desk, "0"),
        lambda desk: drafts.merge(desk, "1", ["2", "3"]),
        lambda desk: drafts.retheme(desk, "4", "a theme by hand"),
        lambda desk: drafts.move(desk, list(desk.shown.papers["id"].iloc[:5]), None),
        lambda desk: drafts.pin(desk, "5"),
    ):
        desk = record(desk, make(desk))
    page = open_page(folder, name, by="topic")
    assert not page.exception
    assert_only_text(page)


def test_any_edit_can_be_taken_back_the_later_ones_left_as_they_are(
    folder: Path, editor: None
) -> None:
    before = artefact.load(folder).topic_names["0"]
    _rename(folder, "0", "A first name")
    _rename(folder, "1", "A second name")
    first = parse_log(artefact.read_log(folder)).edits[0].id
    page = open_page(folder, "topic")
    assert page.button(key="edit-any").disabled
    with served(folder):
        page.selectbox(key="edits-choice").set_value(first).run()
        assert page.button(key="edit-any").label == "Undo this edit"
        page.button(key="edit-any").click().run()
        page.button(key="edit-apply").click().run()
    assert not page.exception
    names = artefact.load(folder).topic_names
    assert (names["0"], names["1"]) == (before, "A second name")
