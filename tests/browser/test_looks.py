"""How the map looks: what its colours, sizes and shades stand for, and the picture of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.mapping import param, settled, wait_for_map

if TYPE_CHECKING:
    from tests.browser.conftest import OpenTab


def test_a_colour_is_chosen_by_keyboard_and_stays_in_hand(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site)
    wait_for_map(page)
    choice = page.get_by_role("combobox", name="Colour by")
    choice.focus()
    choice.press("c")  # as in any list: the first entry that begins so
    settled(page)
    expect(page.locator(".pm-scale")).to_contain_text("Comments")
    expect(choice).to_be_focused()
    assert param(page, "colour") == ["comments"]
    expect(page.locator(".pm-item", has_text="unknown")).to_be_visible()
    choice.select_option("source")
    expect(page.locator(".pm-item", has_text="page-1.txt")).to_be_visible()
    page.go_back()
    expect(page.locator(".pm-scale")).to_contain_text("Comments")
    expect(choice).to_have_value("comments")


def test_a_link_to_a_colour_that_the_map_does_not_have_says_so(
    open_tab: OpenTab, site: str
) -> None:
    page = open_tab(f"{site}/?colour=<b>venue</b>")
    wait_for_map(page)
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("no “<b>venue</b>” to colour")
    expect(page.get_by_role("combobox", name="Colour by")).to_have_value("theme")
