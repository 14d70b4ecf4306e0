"""Maps that readers have built: renamed and deleted, whoever else is at them."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from dashboard import building, jobs, upkeep
from dashboard import workspace as ws
from dashboard.building import Request
from dashboard.loading import MAPS_VARIABLE
from dashboard.workspace import WORKSPACE_VARIABLE, Refused, map_folders, new_draft
from tests.dashboard.screens import assert_only_text, html_of, open_page, words_of
from tests.factories import write_map
from topics import artefact

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "map"
    write_map(folder, papers=20, topics=2)
    return folder


@pytest.fixture
def root(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("given", "work/One", "work/Two"):
        shutil.copytree(made, tmp_path / name)
    monkeypatch.setenv(MAPS_VARIABLE, str(tmp_path / "given"))
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path / "work"))
    return tmp_path / "work"


def names(root: Path) -> list[str]:
    return [folder.name for folder in map_folders(root)]


def being_built(root: Path, name: str) -> None:
    draft = new_draft(root)
    draft.add("a.txt", b"x")
    building.keep_request(draft, Request(name=name))
    (draft.folder / "build").mkdir()
    (draft.folder / "build" / jobs.REQUEST).write_text(json.dumps({"started": time.time()}))


def test_a_deleted_map_is_gone_at_once_and_for_good(root: Path) -> None:
    upkeep.delete_map(root, "One")
    assert names(root) == ["Two"]
    fate = upkeep.fate_of(root, "One")
    assert fate is not None
    assert fate.name == ""
    # Nothing brings it back, not even the next build of that name, which puts right half swaps.
    left = {path.name for path in root.iterdir() if path.is_dir()}
    assert left == {"Two"}
    with pytest.raises(Refused, match="not here any more"):
        upkeep.delete_map(root, "One")


def test_what_is_open_elsewhere_stays_readable(root: Path) -> None:
    elsewhere = artefact.load(root / "One")
    upkeep.delete_map(root, "One")
    assert len(elsewhere.papers) == 20
    assert float(elsewhere.vectors[7] @ elsewhere.vectors[7]) == pytest.approx(1.0, abs=1e-3)


def test_a_renamed_map_is_the_same_map(root: Path, made: Path) -> None:
    before = artefact.load(root / "One").digest
    upkeep.rename_map(root, "One", "Ünlearning & more")
    assert names(root) == ["Two", "Ünlearning & more"]
    assert artefact.load(root / "Ünlearning & more").digest == before
    upkeep.rename_map(root, "Ünlearning & more", "Third")
    fate = upkeep.fate_of(root, "One")
    assert fate is not None
    assert fate.name == "Third"
    # Round in a circle, and a new map under the old name.
    upkeep.rename_map(root, "Third", "One")
    assert upkeep.fate_of(root, "One") is None
    assert upkeep.fate_of(root, "Third") == upkeep.fate_of(root, "Third")
    shutil.copytree(made, root / "Third")
    assert upkeep.fate_of(root, "nothing of that name") is None


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("Two", "There is a map “Two” already"),
        ("two", "There is a map “two” already"),
        ("../up", "“up” would do"),
        ("", "Give the map a name"),
        (".hidden", "“hidden” would do"),
    ],
)
def test_a_name_that_cannot_be_given(root: Path, new: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        upkeep.rename_map(root, "One", new)
    assert names(root) == ["One", "Two"]


def test_only_the_case_of_a_name_may_change(root: Path) -> None:
    upkeep.rename_map(root, "One", "ONE")
    assert names(root) == ["ONE", "Two"]


def test_a_map_that_is_being_written_is_left_alone(root: Path) -> None:
    being_built(root, "One")
    with pytest.raises(Refused, match="“One” is being built right now"):
        upkeep.delete_map(root, "One")
    with pytest.raises(Refused, match="“One” is being built right now"):
        upkeep.rename_map(root, "One", "Other")
    with FileLock(root / ".Two.lock"), pytest.raises(Refused, match="“Two” is being built"):
        upkeep.delete_map(root, "Two")
    assert names(root) == ["One", "Two"]


def test_a_name_that_a_build_will_take_cannot_be_given(root: Path) -> None:
    being_built(root, "Three")
    with pytest.raises(Refused, match="“Three” is being built right now"):
        upkeep.rename_map(root, "One", "Three")


@pytest.mark.parametrize("name", ["../given", ".builds", "nothing", "", "One/../../given"])
def test_only_maps_of_the_workspace_can_be_deleted(root: Path, name: str) -> None:
    with pytest.raises(Refused):
        upkeep.delete_map(root, name)
    assert (root.parent / "given" / "manifest.json").exists()


def test_what_could_not_be_removed_goes_later(root: Path) -> None:
    (root / f"{ws.DELETED}0123").mkdir()
    (root / f"{ws.DELETED}0123" / "manifest.json").write_text("{}")
    assert names(root) == ["One", "Two"]
    ws.sweep(root, busy=())
    assert not (root / f"{ws.DELETED}0123").exists()


def test_a_damaged_list_of_names_does_no_harm(root: Path) -> None:
    for junk in (b"", b"[]", b'{"a": 1}', b'{"a": ["b"]}', b"\xff"):
        (root / ".names.json").write_bytes(junk)
        assert upkeep.fate_of(root, "a") is None
    upkeep.delete_map(root, "One")
    assert upkeep.fate_of(root, "One") is not None


# ------------------------------------------------------------------------------ on the page


def build_page(root: Path, **params: str) -> AppTest:
    page = open_page(root.parent / "given", "build", **params)
    assert not page.exception
    return page


def test_renaming_on_the_page(root: Path) -> None:
    page = build_page(root)
    page.button(key="rename-One").click().run()
    assert page.text_input(key="new-name-One").value == "One"
    page.text_input(key="new-name-One").set_value("../x").run()
    assert "“x” would do" in words_of(page)
    page.text_input(key="new-name-One").set_value("Two").run()
    page.button(key="rename-now").click().run()
    assert "There is a map “Two” already" in words_of(page)
    page.text_input(key="new-name-One").set_value("<b>First").run()
    assert names(root) == ["One", "Two"]
    page.text_input(key="new-name-One").set_value("First $5 :red[x]").run()
    assert "would do" in words_of(page)
    page.text_input(key="new-name-One").set_value("First $5").run()
    page.button(key="rename-now").click().run()
    assert names(root) == ["First $5", "Two"]
    assert "“One” is called “First $5” now." in words_of(page)
    assert_only_text(page)


def test_deleting_on_the_page_is_asked_twice(root: Path) -> None:
    page = build_page(root)
    page.button(key="delete-Two").click().run()
    assert "with its 20 papers" in words_of(page)
    assert "cannot be undone" in words_of(page)
    page.button(key="delete-now-not").click().run()
    assert names(root) == ["One", "Two"]
    assert "cannot be undone" not in words_of(page)
    page.button(key="delete-Two").click().run()
    page.button(key="delete-now").click().run()
    assert names(root) == ["One"]
    assert "“Two” was deleted." in words_of(page)
    page.run()
    assert "was deleted" not in words_of(page)


def test_two_readers_delete_the_same_map(root: Path) -> None:
    page = build_page(root)
    page.button(key="delete-Two").click().run()
    upkeep.delete_map(root, "Two")
    page.button(key="delete-now").click().run()
    assert not page.exception
    assert names(root) == ["One"]


def test_a_map_that_the_host_asked_for_is_not_for_readers_to_delete(root: Path) -> None:
    page = open_page(root / "One", "build")
    assert {button.key for button in page.button} == {"rename-Two", "delete-Two"}


def test_links_to_what_is_gone_say_so_and_show_another_map(root: Path) -> None:
    upkeep.delete_map(root, "One")
    upkeep.rename_map(root, "Two", "Second")
    for asked, said, shown in (
        ("One", "The map “One” was deleted on ", "this is “given”"),
        ("Two", "The map “Two” is called “Second” now.", ""),
        ("<b>x", "There is no map “<b>x” here; ", "this is “given”"),
    ):
        page = open_page(root.parent / "given", "map", map=asked)
        assert not page.exception
        assert said in words_of(page)
        assert shown in words_of(page)
        assert "20 papers" in html_of(page)
        assert_only_text(page)
    page = open_page(root.parent / "given", "map", map="Two")
    assert page.selectbox(key="map-choice").value == "Second"


def test_a_finished_build_finds_its_map_under_another_name(root: Path) -> None:
    being_built(root, "One")
    (draft,) = ws.drafts(root)
    end = {"how": "done", "time": time.time()}
    (draft.folder / "build" / jobs.END).write_text(json.dumps(end))
    upkeep.rename_map(root, "One", "First")
    assert "“First” is ready" in words_of(build_page(root, build=draft.id))
    upkeep.delete_map(root, "First")
    assert "This map is no longer here" in words_of(build_page(root, build=draft.id))


def test_a_map_that_cannot_be_opened_can_be_deleted(root: Path) -> None:
    write_map(root / "broken", papers=5, topics=0)
    (root / "broken" / "manifest.json").write_text("{}")
    page = build_page(root)
    page.button(key="delete-broken").click().run()
    page.button(key="delete-now").click().run()
    assert names(root) == ["One", "Two"]
