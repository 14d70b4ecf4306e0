"""From a reader's files to a map, in a real browser and with real processes."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import free_port
from tests.browser.mapping import param, points, settled, wait_for_map
from topics import artefact, sample
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import FilePayload, Locator, Page

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap

PAGES = sorted(sample.folder().iterdir())
#: Uploading, reading and building are work: they may take longer than a page.
LONG = 120_000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, made_map: TopicMap) -> Path:
    """A workspace in which a map was built before the dashboard was started."""
    root = tmp_path_factory.mktemp("workspace")
    assert made_map.path is not None
    shutil.copytree(made_map.path, root / "kept map")
    return root


@pytest.fixture(scope="module")
def workshop(sample_map: TopicMap, workspace: Path) -> Iterator[str]:
    """Address of the one dashboard of these tests in which maps may be built."""
    server = Server([str(sample_map.path)], port=free_port(), workspace=workspace)
    cache = str(sample_map.path.parent / "cache") if sample_map.path else ""
    with mock.patch.dict(os.environ, {"PAPERMAP_CACHE": cache}):
        server.start()
    yield server.address
    server.stop()


def upload(page: Page, *files: Path | FilePayload) -> None:
    page.locator(".stFileUploader input").first.set_input_files(list(files))


def card(page: Page, name: str) -> Locator:
    head = page.locator(".pm-file strong", has_text=re.compile(f"^{re.escape(name)}$"))
    return page.locator("[class*=st-key-pm-file-]").filter(has=head)


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": data}


def shows_what_was_read(page: Page) -> None:
    expect(page.get_by_role("heading", name="5 files, 153 papers")).to_be_visible(timeout=LONG)
    for file, read in zip(PAGES, (12, 58, 28, 35, 34), strict=True):
        shown = card(page, file.name)
        expect(shown.locator(".pm-sub").first).to_contain_text(f"{read} records: ")
        expect(shown.locator(".pm-chip")).to_have_text("Hugging Face page")
        expect(shown.locator(".pm-sample li")).to_have_count(5)
    card(page, "page-5.txt").get_by_text("8 merged: which, and why").click()
    expect(card(page, "page-5.txt").get_by_test_id("stDataFrame")).to_be_visible()


def name_it(page: Page, text: str) -> None:
    name = page.get_by_label("Name of the map")
    name.fill(text)
    name.press("Enter")
    settled(page)


def takes_themes_of_ones_own_once_they_are_right(page: Page) -> None:
    page.get_by_text("My own", exact=True).click()
    themes = page.get_by_role("textbox", name="Your themes")
    themes.fill("[[theme]]")
    themes.press("Control+Enter")
    expect(page.locator(".stAlert", has_text="theme 1 has no name")).to_be_visible()
    expect(page.get_by_role("button", name="Build the map")).to_be_disabled()
    themes.fill('[[theme]]\nname = "limits"\nphrases = ["scaling laws"]')
    themes.press("Control+Enter")
    expect(page.locator(".pm-chip", has_text="limits")).to_be_visible()


def build_and_cancel(page: Page) -> None:
    page.get_by_role("button", name="Build the map").click()
    expect(page.locator(".pm-stages li")).to_have_count(7)
    page.reload()
    expect(page.locator(".pm-stages")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".stAlert", has_text="The build was cancelled.")).to_be_visible(
        timeout=LONG
    )


def test_files_become_a_map_at_the_second_try(
    open_tab: OpenTab, workshop: str, workspace: Path
) -> None:
    page = open_tab(workshop)
    wait_for_map(page)
    page.get_by_role("link", name="Build").click()
    upload(page, *PAGES)
    shows_what_was_read(page)
    name_it(page, "Saved pages & more")
    takes_themes_of_ones_own_once_they_are_right(page)
    build_and_cancel(page)
    # All that was chosen is still there, to be built with other themes.
    expect(page.get_by_role("textbox", name="Your themes")).to_have_value(re.compile("limits"))
    expect(page.get_by_role("heading", name="5 files, 153 papers")).to_be_visible(timeout=LONG)
    assert not (workspace / "Saved pages & more").exists()
    page.get_by_text("Machine learning", exact=True).click()
    build = page.get_by_role("button", name="Build the map")
    expect(build).to_be_enabled(timeout=LONG)
    # Another reader's page is open before, so that it can be asked again while the build goes on.
    elsewhere = open_tab(f"{workshop}/build", fresh=True)
    settled(elsewhere)
    build.click()
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="Being built now")).to_be_visible()
    expect(page.locator(".pm-count")).to_have_text("153 papers", timeout=LONG)
    wait_for_map(page)
    assert param(page, "map") == ["Saved pages & more"]
    assert param(page, "build") == []
    assert len(points(page)) == 153
    # Back does not lead into a circle: the page of the build says where the map is.
    page.go_back()
    expect(page.get_by_role("heading", name="“Saved pages & more” is ready")).to_be_visible()
    page.get_by_role("link", name="Open the map").click()
    wait_for_map(page)
    # The uploads are gone, the map is there.
    assert artefact.read_manifest(workspace / "Saved pages & more")["counts"]["papers"] == 153
    left = [path for path in workspace.rglob("*") if path.name.startswith("page-")]
    assert left == []


def test_bad_files_beside_good_ones(
    open_tab: OpenTab, workshop: str, workspace: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as stream:
        stream.truncate(50 * 1024**2 + 1)
    picture = tmp_path / "picture.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    page = open_tab(f"{workshop}/build")
    upload(page, PAGES[0], picture, empty, large)
    expect(page.get_by_role("heading", name="3 files, 12 papers")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("File must be 50.0MB or smaller")).to_be_visible()
    expect(page.get_by_text("Nothing was found in empty.csv, picture.txt")).to_be_visible()
    expect(card(page, "picture.txt").locator(".stAlert")).to_contain_text("PNG")
    expect(card(page, "page-1.txt").locator(".pm-sub").first).to_have_text("12 records: 12 kept")
    upload(page, payload("..\\..\\up.txt", b"nothing of ours"))
    expect(page.locator(".pm-file strong", has_text="up.txt")).to_be_visible(timeout=LONG)
    assert not [path for path in workspace.rglob("*up.txt") if path.parent.name != "files"]
    card(page, "picture.txt").get_by_role("button", name="Remove").click()
    expect(card(page, "picture.txt")).to_have_count(0, timeout=LONG)
    expect(page.get_by_role("heading", name="3 files, 12 papers")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Discard these files").click()
    expect(page.locator(".pm-file")).to_have_count(0)
    assert param(page, "build") == []


def test_a_map_from_before_is_renamed_and_deleted(open_tab: OpenTab, workshop: str) -> None:
    reader = open_tab(f"{workshop}/?map=kept+map", fresh=True)
    wait_for_map(reader)
    page = open_tab(f"{workshop}/build")
    row = page.locator("[class*=st-key-pm-built-]").filter(has_text="kept map")
    expect(row).to_contain_text("153 papers")
    row.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_label("New name")
    name.fill("new name")
    name.press("Enter")
    settled(page)
    dialog.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("“kept map” is called “new name” now.")).to_be_visible()
    # Who has the map open is led to where it is.
    reader.reload()
    expect(reader.get_by_text("The map “kept map” is called “new name” now.")).to_be_visible()
    expect(reader.locator(".pm-count")).to_have_text("153 papers")
    row = page.locator("[class*=st-key-pm-built-]").filter(has_text="new name")
    row.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("This cannot be undone")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    row.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“new name” was deleted.")).to_be_visible()
    expect(row).to_have_count(0)
    reader.reload()
    expect(reader.locator(".stAlert")).to_contain_text("The map “kept map” was deleted on")
    wait_for_map(reader)


#: Names of what can be reached with the keyboard, empty for what has none.
NAMES = """nodes => nodes.filter(node => node.offsetParent).map(node =>
    node.getAttribute("aria-label") || node.labels?.[0]?.innerText || node.innerText)"""


def test_on_a_phone(open_tab: OpenTab, workshop: str) -> None:
    page = open_tab(f"{workshop}/build", width=390, height=844)
    odd = b"heading,title,text\nOn maps,Journal of X,About maps of papers and of other things.\n"
    upload(
        page,
        payload("page-1.txt", PAGES[0].read_bytes()),
        payload("one.csv", odd),
        payload("two.csv", odd),
    )
    expect(page.get_by_role("heading", name="3 files, 13 papers")).to_be_visible(timeout=LONG)
    # Each table has columns of its own.
    card(page, "one.csv").get_by_text("Correct the columns").click()
    card(page, "one.csv").get_by_role("combobox", name="Title").click()
    page.get_by_role("option", name="heading").click()
    expect(card(page, "one.csv").locator(".pm-sample strong")).to_have_text("On maps", timeout=LONG)
    expect(card(page, "two.csv").locator(".pm-sample strong")).to_have_text("Journal of X")
    expect(page.get_by_role("button", name="Build the map")).to_be_enabled()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        for box in page.locator(".pm-file, .pm-sample, .pm-chips").all():
            bounds = box.bounding_box()
            assert bounds is not None
            assert bounds["x"] >= 0
            assert bounds["x"] + bounds["width"] <= 390
    controls = page.locator(".stMain").locator("button, input, textarea, summary, a[href]")
    names = controls.evaluate_all(NAMES)
    assert len(names) > 20
    assert all(name.strip() for name in names), names
    page.get_by_role("button", name="Discard these files").click()
    expect(page.locator(".pm-file")).to_have_count(0)


def test_where_it_is_not_allowed(open_tab: OpenTab, site: str) -> None:
    page = open_tab(f"{site}/build")
    expect(page.get_by_role("heading", name="Maps are not built here")).to_be_visible()
    assert page.locator(".stFileUploader").count() == 0
    assert page.get_by_role("link", name="Build").count() == 0
    page.get_by_role("link", name="Map", exact=True).click()
    wait_for_map(page)
