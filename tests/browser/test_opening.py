"""The first picture: there before the page, taken over by it without a jump."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.mapping import param, settled, wait_for_map

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.browser.conftest import OpenTab

FIRST = ".pm-opening .pm-map[data-points]"
PLACES = """() => [".pm-map", ".pm-legend"].map((name) => {
  const { x, y, width } = document.querySelector(name).getBoundingClientRect();
  return [x, y, width];
})"""
LOOK = """() => [document.querySelector(".pm-map").dataset.points,
  ...[...document.querySelectorAll(".pm-map .pm-name, .pm-item")].map((node) => node.innerText)]"""


def one_line(text: str) -> str:
    return " ".join(text.split())


class Held:
    """Holds back Streamlit's own script until it is let go."""

    def __init__(self, page: Page) -> None:
        self._routes: list[Route] = []
        self._free = False
        page.route("**/static/js/index.*.js", self._hold)

    def _hold(self, route: Route) -> None:
        if self._free:
            route.continue_()
        else:
            self._routes.append(route)

    def let_go(self) -> None:
        self._free = True
        for route in self._routes:
            route.continue_()


@pytest.fixture
def held(open_tab: OpenTab, site: str) -> tuple[Page, Held]:
    page = open_tab(f"{site}/_stcore/health")
    return page, Held(page)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1000, 700), (390, 844)])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_takes_the_picture_over_where_it_is(
    held: tuple[Page, Held], site: str, width: int, height: int, dark: bool
) -> None:
    page, script = held
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.goto(site, wait_until="commit")
    page.wait_for_selector(FIRST)
    before, look = page.evaluate(PLACES), page.evaluate(LOOK)
    background = page.evaluate(
        "getComputedStyle(document.querySelector('.pm-opening')).backgroundColor"
    )
    assert (sum(map(int, background[4:-1].split(","))) < 3 * 128) is dark
    script.let_go()
    wait_for_map(page)
    expect(page.locator(".pm-opening")).to_have_count(0)
    after = page.evaluate(PLACES)
    for was, now in zip(before, after, strict=True):
        assert was == pytest.approx(now, abs=4)
    # A name may be in two lines until its font is there.
    assert sorted(map(one_line, page.evaluate(LOOK))) == sorted(map(one_line, look))


def test_a_style_sheet_that_is_late_holds_up_the_picture_and_nothing_else(
    open_tab: OpenTab, site: str
) -> None:
    page = open_tab(f"{site}/_stcore/health")
    late: list[Route] = []
    page.route("**/papermap/opening.css?*", lambda route: late.append(route))
    with page.expect_response("**/papermap/scene?*"), page.expect_response("**/papermap/points/*"):
        page.goto(site, wait_until="commit")
    # Long enough for the page to be started without the picture, if that were possible.
    page.wait_for_timeout(2_000)
    assert page.evaluate("document.body") is None
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
          window.seen ||= Boolean(document.querySelector(".pm-opening .pm-map"));
        }).observe(document, { childList: true, subtree: true })"""
    )
    late[0].continue_()
    wait_for_map(page)
    assert page.evaluate("window.seen") is True
    expect(page.locator(".pm-opening")).to_have_count(0)


def test_what_the_reader_did_to_the_picture_counts(held: tuple[Page, Held], site: str) -> None:
    page, script = held
    page.goto(site, wait_until="commit")
    page.wait_for_selector(FIRST)
    page.evaluate("window.first = document.querySelector('.pm-map').atlas")
    page.get_by_role("button", name="Zoom in").click()
    # The map glides there.
    page.wait_for_function(
        """() => {
          const [was, now] = [window.was, JSON.stringify(window.first.camera)];
          window.was = now;
          return was === now;
        }""",
        polling=800,
    )
    camera = page.evaluate("JSON.stringify(window.first.camera)")
    spot = page.evaluate(
        """() => {
          const host = document.querySelector(".pm-map");
          const { x, y, width, height } = host.getBoundingClientRect();
          const [row, left, top] = host.atlas.placed().find(([, left, top]) =>
            left > 80 && top > 80 && left < width - 80 && top < height - 80 &&
            document.elementFromPoint(x + left, y + top) === host.querySelector(".pm-canvas"));
          return [x + left, y + top, row];
        }"""
    )
    page.mouse.click(*spot[:2])
    page.wait_for_function("window.first.scene.selected !== null")
    chosen = page.evaluate("window.first.scene.selected")
    script.let_go()
    wait_for_map(page)
    page.wait_for_selector(".pm-paper-title")
    settled(page)
    assert page.evaluate("document.querySelector('.pm-map').atlas === window.first")
    assert page.evaluate("window.first.scene.selected") == chosen
    assert param(page, "paper")
    # The paper beside it makes the map narrower; how near the reader is stays.
    assert page.evaluate("(was) => window.first.camera.scale / JSON.parse(was).scale", camera) == (
        pytest.approx(1, rel=0.35)
    )


def test_names_lead_to_their_topic(held: tuple[Page, Held], site: str) -> None:
    page, script = held
    page.goto(site, wait_until="commit")
    page.wait_for_selector(FIRST)
    name = page.locator(".pm-opening .pm-name").first
    said = name.inner_text()
    name.click()
    script.let_go()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        " ".join(said.split()), timeout=45_000
    )


def test_a_view_without_papers_and_other_pages_have_none(open_tab: OpenTab, site: str) -> None:
    for address in (f"{site}/?text=zzzz", f"{site}/trends"):
        page = open_tab(address)
        page.wait_for_selector(".st-key-pm-header")
        settled(page)
        assert page.locator(".pm-opening").count() == 0
        page.close()


def test_it_gives_way_to_what_is_no_map(held: tuple[Page, Held], site: str) -> None:
    page, script = held
    page.goto(site, wait_until="commit")
    page.wait_for_selector(FIRST)
    # The page behind it comes to show another view than the picture.
    page.evaluate("history.replaceState(null, '', '?text=zzzz')")
    script.let_go()
    page.wait_for_selector(".st-key-pm-empty")
    expect(page.locator(".pm-opening")).to_have_count(0)
