"""Pictures of every view: desktop and phone, light and dark. A command, not a test.

    python -m tests.browser.screenshots FOLDER [MAP] [--readme]

Without a map it builds the bundled sample. ``--readme`` renews the README's picture instead.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from dashboard.links import PAGES
from tests.browser.conftest import ARGUMENTS, executable, free_port
from topics import load
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser

    from topics.topicmap import TopicMap

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
README = Path(__file__).parents[2] / "dashboard" / "assets" / "readme-map.png"


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures and print where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("map", type=Path, nargs="?")
    parser.add_argument("--readme", action="store_true")
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = asked.map or _sample(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        server = Server([str(folder)], port=free_port())
        server.start()
        stack.callback(server.stop)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        if asked.readme:
            _take(browser, server.address, README, (1360, 820), dark=False)
            print(README)
            return 0
        target = asked.folder or Path("screenshots")
        target.mkdir(parents=True, exist_ok=True)
        for name, path in _pages(load(folder)):
            for size, pixels in SIZES.items():
                for dark in (False, True):
                    file = target / f"{name}-{size}-{'dark' if dark else 'light'}.png"
                    _take(browser, server.address + path, file, pixels, dark=dark)
                    print(file)
    return 0


def _sample(folder: Path) -> Path:
    from topics.cli import main as papermap
    from topics.sample import folder as pages

    out = folder / "sample"
    papermap(["build", str(pages()), "--out", str(out)])
    return out


def _pages(topic_map: TopicMap) -> Iterator[tuple[str, str]]:
    paper = topic_map.papers["id"].iloc[0]
    for name in PAGES:
        yield name, "/" if name == "map" else f"/{name}"
    yield "map-paper", f"/?paper={paper}"
    yield "map-date", "/?colour=date"
    yield "one-paper", f"/paper?paper={paper}"
    if len(topic_map.topics):
        yield "one-topic", f"/topic?topic={topic_map.topics['id'].iloc[0]}"
    yield "no-match", "/?text=nosuchword"


def _take(browser: Browser, address: str, file: Path, size: tuple[int, int], *, dark: bool) -> None:
    phone = size[0] < 500
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        is_mobile=phone,
        has_touch=phone,
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_selector(".st-key-pm-header")
    page.wait_for_load_state("networkidle")
    if page.locator(".pm-map").count():
        page.wait_for_selector(".pm-map[data-points]")
    page.wait_for_timeout(800)
    page.screenshot(path=file)
    context.close()


if __name__ == "__main__":
    sys.exit(main())
