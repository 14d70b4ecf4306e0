"""Looking at the map in a browser: where its points and names are, and settling down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = [
    "Box",
    "click_paper",
    "names",
    "param",
    "points",
    "settled",
    "turn_to",
    "wait_for_map",
]

#: All points with their places in the window: [row, x, y], where the map has drawn them.
_POINTS = """() => {
  const host = document.querySelector(".pm-map");
  const frame = host.getBoundingClientRect();
  return host.atlas.placed().map(([row, x, y]) => [row, frame.x + x, frame.y + y]);
}"""

_NAMES = """() => [...document.querySelectorAll(".pm-map .pm-name")].map((node) => {
  const box = node.getBoundingClientRect();
  return [node.dataset.id, node.innerText, box.x, box.y, box.width, box.height];
})"""

#: Two looks in a row, a moment apart, that saw the same.
_STILL = """() => {
  const atlas = document.querySelector(".pm-map")?.atlas;
  const app = document.querySelector("[data-testid=stApp]");
  const look = JSON.stringify([
    atlas?.camera, atlas?.frame, atlas?.counted,
    [...document.querySelectorAll(".pm-map .pm-name")].map((node) => node.style.transform),
    app.dataset.testScriptState, window.location.href,
  ]);
  const fading = [...document.querySelectorAll(".pm-map .pm-name")].some(
    (node) => node.getAnimations().length || node.matches(".pm-leaving, .pm-arriving"),
  );
  const told = !document.querySelector(".pm-map")?.atlas?.untold;
  const idle = app.dataset.testScriptState === "notRunning" && !fading && told;
  const still = window.lastLook === look && idle;
  window.lastLook = look;
  return still;
}"""

#: Goes to another address as the buttons Back and Forward do.
_TURN = """(address) => {
  window.before = document.querySelector(".pm-copy").onclick;
  history.pushState({}, "", address);
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}"""

#: On another page the control that copies the link is another one. That the app rests, or begins to
#: work, tells nothing: a quick run may come and go between two of its looks at itself.
_TURNED = """() => {
  const button = document.querySelector(".pm-copy");
  return button?.onclick && button.onclick !== window.before;
}"""


@dataclass(frozen=True, slots=True)
class Box:
    """A name on the map, in pixels of the window."""

    topic: str
    name: str
    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


def wait_for_map(page: Page) -> None:
    """Wait until the points are drawn, the names are placed and nothing moves any more."""
    page.wait_for_selector("[data-testid=stApp] .pm-map[data-points]")
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page has stopped changing."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.evaluate("() => { window.lastLook = null; }")
    page.wait_for_function(_STILL, polling=200)


def turn_to(page: Page, site: str, path: str) -> None:
    """Show another view in an open page, which is quicker than to load the page anew."""
    if urlsplit(page.url).path == urlsplit(site + path).path:
        _turn(page, f"{site}/{'quality' if path == '/maps' else 'maps'}")
    _turn(page, site + path)


def _turn(page: Page, address: str) -> None:
    page.evaluate(_TURN, address)
    page.wait_for_function(_TURNED)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def points(page: Page) -> dict[int, tuple[float, float]]:
    """Where each paper's point is, by its row."""
    return {int(row): (x, y) for row, x, y in page.evaluate(_POINTS)}


def names(page: Page) -> list[Box]:
    """The names on the map."""
    return [Box(*found) for found in page.evaluate(_NAMES)]


def click_paper(page: Page, row: int) -> None:
    """Click on the point of a paper."""
    page.mouse.click(*points(page)[row])


def param(page: Page, name: str) -> Any:
    """The values of a parameter in the address bar."""
    return page.evaluate("(name) => new URLSearchParams(location.search).getAll(name)", name)
