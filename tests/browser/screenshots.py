"""Pictures of every view: desktop and phone, light and dark. A command, not a test.

    python -m tests.browser.screenshots FOLDER [MAP] [--only WORD] [--sizes SIZE …] [--readme]

Without a map it builds the bundled sample. ``--readme`` renews the README's picture instead.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from dashboard.links import BUILD, MAPS, PAGES
from tests.browser.conftest import ARGUMENTS, executable, free_port
from tests.browser.mapping import wait_for_map
from tests.factories import write_map
from topics import load
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, Page

    from topics.topicmap import TopicMap

SIZES = {
    "desktop": (1280, 800),
    "phone": (390, 844),
    "tablet": (820, 1180),
    "4k": (3840, 2160),
}
README_VIEW = "/"
README = Path(__file__).parents[2] / "dashboard" / "assets" / "readme-map.png"


@dataclass(frozen=True, slots=True)
class View:
    """What a picture is of: its name, its address and what is done there first."""

    name: str
    path: str
    then: Callable[[Page], None] | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures and print where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("map", type=Path, nargs="?")
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("--only", default="", help="only views whose name has this in it")
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=["desktop", "phone"])
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = asked.map or _sample(scratch)
        if asked.readme:
            server = Server([str(folder)], port=free_port())
        else:
            another = write_map(scratch / "made").path
            workspace = scratch / "workspace"
            workspace.mkdir()
            server = Server([str(folder), str(another)], port=free_port(), workspace=workspace)
        server.start()
        stack.callback(server.stop)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        if asked.readme:
            with _tab(browser, (1480, 880), dark=False, moving=True) as page:
                _take(page, server.address + README_VIEW, README)
            print(README)
            return 0
        target = asked.folder or Path("screenshots")
        target.mkdir(parents=True, exist_ok=True)
        views = [each for each in _views(load(folder)) if asked.only in each.name]
        for size in asked.sizes:
            for dark in (False, True):
                with _tab(browser, SIZES[size], dark=dark) as page:
                    for view in views:
                        look = "dark" if dark else "light"
                        file = target / f"{view.name}-{size}-{look}.png"
                        _take(page, server.address + view.path, file, view.then)
                        print(file, flush=True)
    return 0


def _sample(folder: Path) -> Path:
    from topics.cli import main as papermap
    from topics.sample import folder as pages

    out = folder / "sample"
    papermap(["build", str(pages()), "--out", str(out)])
    return out


def _views(topic_map: TopicMap) -> Iterator[View]:
    """Every view: each page as it opens, and what else can stand on it."""
    paper = topic_map.papers["id"].iloc[0]
    left, right = topic_map.papers["x"].quantile([0.4, 0.7])
    low, high = topic_map.papers["y"].quantile([0.4, 0.7])
    corners = ((left, low), (right, low), (right, high), (left, high))
    area = "%20".join(f"{x:.2f},{y:.2f}" for x, y in corners)
    for name in (*PAGES, MAPS.name, BUILD.name):
        yield View(name, "/" if name == "map" else f"/{name}")
    yield View("map-paper", f"/?paper={paper}")
    yield View("map-date", "/?colour=date")
    yield View("map-comments", "/?colour=comments&size=comments")
    yield View("map-source", "/?colour=source")
    yield View("map-selection", f"/?area={area}")
    yield View("map-new", "/?new=2025-06")
    yield View("map-search", "/?text=diffusion")
    yield View("map-meaning", "/?text=forgetting%20private%20data&search=meaning")
    yield View("map-like", f"/?like={paper}")
    yield View("map-place", "/?place=yes")
    yield View("no-match", "/?text=nosuchword")
    yield View("trends-lines", "/trends?chart=lines&by=topic")
    yield View("trends-stream", "/trends?chart=stream&measure=papers")
    yield View("one-paper", f"/paper?paper={paper}")
    yield View("reading-empty", "/reading")
    ids = [f"reading={each}" for each in topic_map.papers["id"].iloc[:4]]
    yield View("reading-list", f"/reading?{'&'.join(ids)}")
    if len(topic_map.topics) > 1:
        one, other = topic_map.topics["id"].iloc[:2]
        yield View("one-topic", f"/topic?topic={one}")
        yield View("two-topics", f"/topic?topic={one}&against={other}")
        yield View("edit-topic", f"/topic?topic={one}", _edit)


def _edit(page: Page) -> None:
    page.get_by_role("button", name="Edit topic").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).wait_for()


@contextmanager
def _tab(
    browser: Browser, size: tuple[int, int], *, dark: bool, moving: bool = False
) -> Iterator[Page]:
    phone = size[0] < 500
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        is_mobile=phone,
        has_touch=phone,
        # A moving sign of work would look different in every picture.
        reduced_motion="no-preference" if moving else "reduce",
    )
    yield context.new_page()
    context.close()


def _take(page: Page, address: str, file: Path, then: Callable[[Page], None] | None = None) -> None:
    page.goto(address)
    page.wait_for_selector(".st-key-pm-header")
    if page.locator(".pm-map").count():
        wait_for_map(page)
    if then is not None:
        then(page)
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(500)
    page.screenshot(path=file)


if __name__ == "__main__":
    sys.exit(main())
