"""Moving over the map: wheel, hand, keys; and the address that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.mapping import names, param, points, settled, wait_for_map

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import OpenTab

_HAS_AT = "() => new URLSearchParams(location.search).has('at')"


def spread(page: Page) -> float:
    """How far apart the points are, in pixels."""
    return float(np.ptp(np.array(list(points(page).values()))[:, 0]))


def at_rest(page: Page) -> None:
    """Wait until the address has followed: it does so a moment after the last move."""
    told = None
    while told != (told := param(page, "at")):
        page.wait_for_timeout(1500)
        settled(page)


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(".pm-map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_where_the_reader_looks_is_in_the_address_and_no_step_of_the_history(
    open_tab: OpenTab, site: str
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    assert param(page, "at") == []
    before, steps = spread(page), page.evaluate("history.length")
    x, y = middle(page)
    row = min(points(page).items(), key=lambda item: np.hypot(item[1][0] - x, item[1][1] - y))[0]
    at = points(page)[row]
    page.mouse.move(*at)
    page.mouse.wheel(0, -400)
    page.wait_for_function(_HAS_AT)
    settled(page)
    assert spread(page) > 1.5 * before
    assert points(page)[row] == pytest.approx(at, abs=1.5), "what is under the pointer stays there"
    page.mouse.down()
    page.mouse.move(at[0] + 60, at[1] - 40, steps=5)
    page.mouse.up()
    assert points(page)[row] == pytest.approx((at[0] + 60, at[1] - 40), abs=2)
    told = param(page, "at")
    page.wait_for_function(
        "(told) => new URLSearchParams(location.search).get('at') !== told", arg=told[0]
    )
    settled(page)
    assert page.evaluate("history.length") == steps
    near = spread(page)
    page.get_by_role("button", name="Zoom out").click()
    settled(page)
    assert spread(page) < 0.8 * near, "a tool answers right after the map was dragged"
    page.get_by_role("button", name="Zoom in").click()
    at_rest(page)

    elsewhere = open_tab(page.evaluate("location.href"), fresh=True)
    wait_for_map(elsewhere)
    assert points(elsewhere)[row] == pytest.approx(points(page)[row], abs=1.5)
    elsewhere.get_by_role("button", name="Show the whole map").click()
    elsewhere.wait_for_function("() => !new URLSearchParams(location.search).has('at')")
    settled(elsewhere)
    assert spread(elsewhere) == pytest.approx(before, rel=0.01)


def test_the_keyboard_moves_and_zooms(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site)
    wait_for_map(page)
    canvas = page.locator(".pm-canvas")
    expect(canvas).to_have_attribute(
        "aria-label",
        "Map of 153 papers. Arrow keys move it, plus and minus zoom, 0 shows all of it.",
    )
    canvas.focus()
    start = points(page)
    page.keyboard.press("ArrowRight")
    settled(page)
    moved = points(page)
    assert all(moved[row][0] == pytest.approx(x - 80, abs=1) for row, (x, _) in start.items())
    page.keyboard.press("+")
    settled(page)
    assert spread(page) > 1.3 * np.ptp([x for x, _ in start.values()])
    page.keyboard.press("0")
    settled(page)
    assert points(page)[0] == pytest.approx(start[0], abs=1)


def test_names_stay_with_their_topics_when_the_map_is_nearer(open_tab: OpenTab, site: str) -> None:
    page = open_tab(f"{site}/?at=0,0,4")
    wait_for_map(page)
    shown = names(page)
    frame = page.locator(".pm-map").bounding_box()
    assert frame is not None
    assert shown
    for box in shown:
        assert frame["x"] <= box.x
        assert box.x + box.width <= frame["x"] + frame["width"]


def test_a_lasso_picks_what_it_encloses(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site)
    wait_for_map(page)
    page.get_by_role("button", name="Select papers with a lasso").click()
    places = np.array(list(points(page).values()))
    x, y = np.median(places, axis=0)
    corners = [(x + 130 * np.cos(a), y + 110 * np.sin(a)) for a in np.linspace(0, 6.2, 30)]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners:
        page.mouse.move(*corner)
    page.mouse.up()
    expect(page.locator(".st-key-pm-picked h3")).to_contain_text("selected")
    settled(page)
    gaps = (places - (x, y)) / (130, 110)
    wanted = int((np.hypot(*gaps.T) < 1).sum())
    said = int(page.locator(".st-key-pm-picked h3").inner_text().split()[0])
    assert abs(said - wanted) <= max(2, 0.1 * wanted)
    assert page.locator(".pm-map").get_attribute("data-mode") == "pan"


def test_an_outline_can_be_given_up(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site)
    wait_for_map(page)
    x, y = middle(page)
    page.get_by_role("button", name="Select papers in a box").click()
    page.locator(".pm-canvas").focus()
    page.mouse.move(x - 200, y - 100)
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    expect(page.locator(".pm-area")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".pm-area")).to_have_count(0)
    page.mouse.move(x + 100, y + 50, steps=3)
    page.mouse.up()
    settled(page)
    assert param(page, "area") == []
    assert page.locator(".pm-map").get_attribute("data-mode") == "pan"


def test_a_drag_that_ends_outside_leaves_no_hand_on_the_map(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site)
    wait_for_map(page)
    box = page.locator(".pm-map").bounding_box()
    assert box is not None
    before = points(page)
    page.mouse.move(box["x"] + 2, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] - 120, box["y"] + 300)
    page.mouse.up()
    page.mouse.move(box["x"] + 200, box["y"] + 320, steps=5)
    settled(page)
    assert points(page)[0] == pytest.approx(before[0], abs=1)


def test_a_map_that_was_hidden_is_drawn_when_it_is_shown(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site)
    wait_for_map(page)
    wanted = points(page)
    page.add_style_tag(content=".hide-map .pm-map { display: none; }")
    page.evaluate("document.body.classList.add('hide-map')")
    page.locator(".pm-item", has_text="scaling").click()
    expect(page.locator(".pm-count")).not_to_have_text("153 papers")
    page.evaluate("document.body.classList.remove('hide-map')")
    wait_for_map(page)
    assert 0 < len(points(page)) < len(wanted)
