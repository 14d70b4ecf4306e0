"""How readers find papers, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.mapping import param, settled, wait_for_map

if TYPE_CHECKING:
    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap


def test_a_search_by_meaning_lists_its_hits_and_opens_one(open_tab: OpenTab, site: str) -> None:
    page = open_tab(f"{site}/?map=map")
    wait_for_map(page)
    page.get_by_role("radio", name="By meaning").click()
    settled(page)
    search = page.get_by_role("searchbox", name="Search")
    search.press_sequentially("making a model forget", delay=30)
    expect(page.locator(".pm-found-head")).to_contain_text("found")
    expect(page).to_have_url(re.compile("text=making.a.model.forget|text=making%20a%20model"))
    expect(search).to_be_focused()
    settled(page)
    assert param(page, "search") == ["meaning"]
    reasons = page.locator(".pm-reason")
    expect(reasons.first).to_contain_text(re.compile(r"near \(0\.\d\d\)", re.IGNORECASE))
    first = page.locator(".st-key-pm-found a").first
    title = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pm-paper-title")).to_have_text(title)
    settled(page)
    page.get_by_role("button", name="Back to the list").click()
    expect(reasons.first).to_be_visible()
    settled(page)
    elsewhere = open_tab(page.evaluate("window.location.href"), fresh=True)
    wait_for_map(elsewhere)
    assert (
        elsewhere.locator(".st-key-pm-found a").all_inner_texts()
        == page.locator(".st-key-pm-found a").all_inner_texts()
    )


def test_a_selection_is_named_and_its_report_bears_the_name(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site)
    wait_for_map(page)
    page.get_by_role("button", name="Select papers in a box").click()
    frame = page.locator(".pm-map").bounding_box()
    assert frame
    page.mouse.move(frame["x"] + 40, frame["y"] + 40)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] - 60, steps=5)
    page.mouse.up()
    expect(page.get_by_role("heading", name="papers selected")).to_be_visible()
    expect(page.locator(".pm-mix tbody tr").first).to_be_visible()
    name = page.get_by_label("Name this selection")
    name.fill("Western half")
    name.press("Enter")
    expect(page.get_by_role("heading", name="Western half")).to_be_visible()
    settled(page)
    assert param(page, "named") == ["Western half"]
    page.get_by_role("link", name="Report of these papers").click()
    expect(page.locator(".pm-report h1")).to_have_text("Western half")


def test_a_draft_is_placed_on_the_map_and_stays_out_of_the_address(
    open_tab: OpenTab, site: str
) -> None:
    page = open_tab(f"{site}/?map=map")
    wait_for_map(page)
    page.get_by_role("link", name="Where does my abstract fall?").click()
    box = page.get_by_role("textbox", name="Your text")
    box.fill("Machine unlearning: we make a language model forget a part of its training data.")
    page.get_by_role("button", name="Find its place").click()
    expect(page.locator(".pm-cross")).to_have_count(1, timeout=90_000)
    expect(page.locator(".pm-cross-said")).to_have_text("Your text")
    expect(page.get_by_text("Topics of its 15 nearest papers")).to_be_visible()
    settled(page)
    assert "forget" not in page.evaluate("window.location.href")
    page.locator(".st-key-pm-found a").first.click()
    page.get_by_role("button", name="Back to the list").click()
    expect(page.locator(".pm-cross")).to_have_count(1)
    expect(page.get_by_role("textbox", name="Your text")).to_have_value(
        re.compile("Machine unlearning")
    )


def test_a_link_to_the_page_that_is_shown_changes_the_address(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    first = str(made_map.papers["id"].iloc[20])
    page = open_tab(f"{site}/paper?paper={first}")
    similar = page.locator(".st-key-pm-similar a").first
    title = similar.inner_text()
    similar.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    settled_on = param(page, "paper")
    assert settled_on
    assert settled_on != [first]
    page.go_back()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    assert param(page, "paper") == [first]


def test_a_reading_list_travels_in_the_link_and_exports(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    paper = str(made_map.papers["id"].iloc[20])
    page = open_tab(f"{site}/?paper={paper}")
    wait_for_map(page)
    page.get_by_role("button", name="Add to reading list").click()
    counter = page.get_by_role("link", name="Reading list 1")
    expect(counter).to_be_visible()
    counter.click()
    expect(page.get_by_role("heading", name="Reading list", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/reading\?"))
    with page.expect_download() as download:
        page.get_by_role("button", name="RIS").click()
    assert download.value.suggested_filename == "reading-list.ris"
    elsewhere = open_tab(page.evaluate("window.location.href"), fresh=True)
    expect(elsewhere.get_by_role("link", name="Reading list 1")).to_be_visible()
    assert param(elsewhere, "reading") == [paper]


def test_more_like_a_paper_and_two_topics_side_by_side(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    paper = str(made_map.papers["id"].iloc[20])
    page = open_tab(f"{site}/paper?paper={paper}")
    page.get_by_role("link", name="More like this").click()
    wait_for_map(page)
    expect(page.locator(".pm-reason").first).to_have_text("The paper itself")
    assert param(page, "like") == [paper]
    page.get_by_role("button", name="Show others too").click()
    expect(page.locator(".stApp .pm-count")).to_have_text("153 papers")
    topic = str(made_map.topics["id"].iloc[0])
    page = open_tab(f"{site}/topic?topic={topic}")
    page.get_by_role("link", name="Compare with another").click()
    expect(page.get_by_role("heading", name="Papers between them")).to_be_visible()
    assert param(page, "against")
    assert param(page, "topic") == [topic]
