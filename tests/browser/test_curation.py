"""Editing topics in the browser: seen before it is done, by everybody after, and taken back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.mapping import settled, wait_for_map
from topics import artefact
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap

LONG = 60_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the one map of these tests, and a workspace."""
    folder = tmp_path_factory.mktemp("curation")
    (folder / "workspace").mkdir()
    return folder


@pytest.fixture
def edited(home: Path, made_map: TopicMap) -> Path:
    """That map, in which nobody has edited yet."""
    assert made_map.path is not None
    shutil.rmtree(home / "map", ignore_errors=True)
    return Path(shutil.copytree(made_map.path, home / "map"))


@pytest.fixture(scope="module")
def desk(home: Path) -> Iterator[str]:
    """Address of a dashboard whose readers may edit."""
    yield from _serve(home / "map", home / "workspace")


@pytest.fixture(scope="module")
def showcase(home: Path) -> Iterator[str]:
    """Address of a dashboard of the same map whose readers may not."""
    yield from _serve(home / "map", None)


def _serve(folder: Path, workspace: Path | None) -> Iterator[str]:
    server = Server([str(folder)], workspace=workspace)
    server.start()
    yield server.address
    server.stop()


def _apply(page: Page, *, label: str = "Apply") -> None:
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name=label, exact=True)
    expect(dialog.get_by_text("What will change")).to_be_visible(timeout=LONG)
    expect(button).to_be_enabled(timeout=LONG)
    button.click()
    expect(dialog).to_have_count(0, timeout=LONG)


def test_a_topic_is_renamed_split_and_put_back(
    open_tab: OpenTab, desk: str, showcase: str, edited: Path
) -> None:
    page = open_tab(f"{desk}/topic?topic=0")
    settled_page(page)
    page.get_by_role("button", name="Edit topic").click()
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_label("Name", exact=True)
    name.fill("Steps of another size")
    name.press("Enter")
    expect(dialog.locator(".pm-edit strong")).to_have_text("Steps of another size", timeout=LONG)
    assert not artefact.read_log(edited)
    dialog.get_by_label("Your name").fill("Ada")
    dialog.get_by_label("Your name").press("Enter")
    _apply(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Steps of another size", timeout=LONG)
    expect(page.get_by_test_id("stToast")).to_contain_text("Renamed")

    # Who may not edit sees the new name, and no control.
    reader = open_tab(f"{showcase}/topic?topic=0", fresh=True)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Steps of another size")
    expect(reader.get_by_role("button", name="Edit topic")).to_have_count(0)
    first = open_tab(f"{showcase}/?by=topic", fresh=True)
    wait_for_map(first)
    settled(first)

    settled_page(page)
    page.get_by_role("button", name="Edit topic").click()
    dialog.get_by_text("Split", exact=True).click()
    expect(dialog.locator(".pm-edit")).to_contain_text("12 → 13 topics", timeout=LONG)
    _apply(page)

    page = open_tab(f"{desk}/topic")
    settled_page(page)
    page.get_by_text("Edited by people: 2 edits").click()
    # The table comes when it is looked at, and moves what is below it.
    expect(page.locator("[data-testid=stDataFrame] canvas").last).to_be_visible(timeout=LONG)
    for _ in range(2):
        settled_page(page)
        page.get_by_role("button", name="Undo", exact=True).click()
        _apply(page, label="Undo")
    expect(page.get_by_text("Edited by people: 0 edits")).to_be_visible(timeout=LONG)
    found, built = artefact.load(edited), artefact.load(edited, edited=False)
    assert found.topic_names == built.topic_names
    assert found.manifest["edits"]["lines"] == 4


def test_papers_are_moved_with_the_keyboard_alone(
    open_tab: OpenTab, desk: str, edited: Path
) -> None:
    papers = artefact.load(edited).papers
    paper = str(papers.loc[papers["topic"] == "2", "id"].iloc[0])
    page = open_tab(f"{desk}/paper?paper={paper}")
    settled_page(page)
    page.get_by_role("button", name="Move to another topic").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    choice = dialog.get_by_role("combobox")
    choice.focus()
    page.keyboard.type("neural scaling")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("What will change")).to_be_visible(timeout=LONG)
    apply = dialog.get_by_role("button", name="Apply")
    expect(apply).to_be_enabled(timeout=LONG)
    apply.focus()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0, timeout=LONG)
    assert artefact.load(edited).papers.set_index("id")["topic"][paper] == "4"
    settled_page(page)
    page.get_by_role("button", name="Move to another topic").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def settled_page(page: Page) -> None:
    """Wait until a page without a map has come to rest."""
    idle = "[data-testid=stApp][data-test-script-state=notRunning]"
    page.wait_for_selector(idle, timeout=LONG)
