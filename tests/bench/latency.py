"""How long a reader waits in a browser, step by step, and what travels: median and 95th percentile.

    python -m tests.bench.latency MAP … [--repeats 7] [--json FILE]
        [--peers PYTHON [--packages NODE_MODULES]]

Each map is served by a process of its own and looked at in Chromium, in a window of 1280 × 800.
A step begins with the reader's hand (a key, a click) and ends with the first frame after the page
shows what was asked for. The first picture and the usable map are measured in a browser that has
kept nothing, then ("again") in one that has; bytes are those on the wire, compressed as they are.

Frames are the times between two pictures while the map is dragged and zoomed with the pointer held
down. Without a graphics card Chromium draws WebGL in software on the processor: frames say how
the programs compare, not what a reader with a graphics card sees.

With ``--peers`` the same papers at the same places are opened in embedding-atlas and DataMapPlot,
which that Python must have; they are given our coordinates, and compute nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.bench.peers import PEERS, Programs, peer
from tests.bench.speed import machine
from tests.bench.steps import RESTS, WAIT, Steps, Wire, pan, told, when, zoom
from tests.browser.conftest import ARGUMENTS, executable, free_port
from topics import load
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from topics.topicmap import TopicMap

_MAP = "[data-testid=stApp] .pm-map[data-points]"

#: Words to be typed, one search for each repeat.
_WORDS = ("graph", "robot", "privacy", "speech", "video", "protein", "translation")
_MEANT = (
    "teaching robots by showing them",
    "forgetting private training data",
    "pictures made from words",
    "cheaper attention for long texts",
    "finding bugs in programs",
    "medical images",
    "agents that plan",
)


def main() -> int:
    """Measure, print the tables, write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("maps", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--peers", help="a Python that has embedding-atlas and datamapplot")
    parser.add_argument("--packages", type=Path, help="node_modules with what their pages fetch")
    asked = parser.parse_args()
    results: dict[str, Any] = {"machine": machine(), "repeats": asked.repeats, "maps": []}
    with _chromium() as browser:
        results["chromium"] = browser.version
        for path in asked.maps:
            topic_map = load(path, verify=False)
            row: dict[str, Any] = {"papers": len(topic_map.papers), "load": os.getloadavg()[0]}
            row["papermap"] = papermap(browser, path, topic_map, asked.repeats)
            print(table(row["papers"], "papermap", row["papermap"]), flush=True)
            for name in PEERS if asked.peers else ():
                programs = Programs(asked.peers, asked.packages)
                row[name] = peer(browser, name, topic_map, programs, asked.repeats)
                print(table(row["papers"], name, row[name]), flush=True)
            results["maps"].append(row)
            if asked.json:
                asked.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


@contextmanager
def _chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        yield browser
        browser.close()


def papermap(browser: Browser, path: Path, topic_map: TopicMap, repeats: int) -> dict[str, Any]:
    """All steps on one map."""
    from playwright.sync_api import Error as PlaywrightError

    server = Server([str(path)], port=free_port())
    server.start()
    try:
        opened = _opened(browser, server.address, repeats)
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(WAIT)
        steps = Steps(page, Wire(page))
        page.goto(server.address)
        page.wait_for_selector(_MAP, timeout=WAIT)
        steps.rest()
        frames = {"pan": pan(page), "zoom": zoom(page)}
        page.goto(server.address)
        page.wait_for_selector(_MAP, timeout=WAIT)
        missed = []
        for at in range(repeats):
            try:
                _walk(steps, server.address, topic_map, at)
            except PlaywrightError as error:
                # The steps before it count; the next walk begins anew.
                missed.append(str(error).splitlines()[0])
                page.goto(server.address)
                page.wait_for_selector(_MAP)
        page.context.close()
        gaps = {"missed": missed} if missed else {}
        return {**opened, **steps.figures(), "frames": frames, **gaps}
    finally:
        server.stop()


def _opened(browser: Browser, address: str, repeats: int) -> dict[str, Any]:
    """The first picture and the usable map, in a fresh browser and in one that knows the map."""
    took: dict[str, list[float]] = {}
    came: dict[str, list[int]] = {}
    for _ in range(max(3, repeats // 2)):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        for name in ("", ", again"):
            page = context.new_page()
            page.set_default_timeout(WAIT)
            wire = Wire(page)
            page.goto(address, wait_until="commit")
            test = "!!document.querySelector('.pm-map[data-points]')"
            drawn = when(page, test, WAIT)
            first = wire.bytes
            page.wait_for_selector(_MAP)
            page.wait_for_selector(RESTS)
            usable = page.evaluate("performance.now()")
            for step, value, size in (
                (f"first picture{name}", drawn, first),
                (f"whole page{name}", usable, wire.bytes),
            ):
                took.setdefault(step, []).append(value)
                came.setdefault(step, []).append(size)
            page.close()
        context.close()
    return {n: {**told(took[n]), "bytes": int(np.median(came[n]))} for n in took}


def _walk(steps: Steps, address: str, topic_map: TopicMap, at: int) -> None:
    """One way through the map, each step from the state that the one before it left."""
    page = steps.page
    word = _WORDS[at % len(_WORDS)]
    counter = "document.querySelector('.pm-count')?.textContent"
    box = page.get_by_role("searchbox", name="Search")
    box.click()
    before = page.evaluate(counter)
    counted = f"{counter} !== {json.dumps(before)} && ({_idle()})"
    steps.step("search as you type (words)", lambda: page.keyboard.type(word), counted)
    page.goto(f"{address}/?search=meaning")
    page.wait_for_selector(_MAP)
    steps.rest()
    before = page.evaluate(counter)
    box.click()
    box.fill(_MEANT[at % len(_MEANT)])
    counted = f"{counter} !== {json.dumps(before)} && ({_idle()})"
    steps.step("search by meaning", lambda: page.keyboard.press("Enter"), counted)
    page.goto(address)
    page.wait_for_selector(_MAP)
    steps.rest()
    theme = page.locator(".pm-item").nth(at % 3)
    before = page.evaluate(counter)
    counted = f"{counter} !== {json.dumps(before)} && ({_idle()})"
    steps.step("filter by legend", lambda: theme.click(), counted)
    steps.step("filter off", lambda: theme.click(), f"{counter} === {json.dumps(before)}")
    row = page.evaluate(_REACHABLE, at)
    seen = "!!document.querySelector('.st-key-pm-panel .pm-paper-title')"
    steps.step("open a paper", lambda: page.mouse.click(*row), seen)
    page.get_by_role("button", name="Close").first.click()
    steps.rest()
    counted = "!!document.querySelector('.st-key-pm-picked')"
    steps.step("lasso", lambda: _lasso(page), f"{counted} && ({_idle()})")
    page.goto(address)
    page.wait_for_selector(_MAP)
    steps.rest()
    _period(steps)
    topic = str(topic_map.topics["id"].iloc[at % len(topic_map.topics)])
    page.goto(f"{address}/topic")
    page.wait_for_selector(".st-key-pm-header")
    steps.rest()
    name = str(topic_map.topic_names[topic])
    link = page.locator("[data-testid=stPageLink] a", has_text=name).first
    heading = f"document.querySelector('h1')?.textContent.trim() === {json.dumps(name)}"
    steps.step("open a topic", lambda: link.click(), heading)
    page.goto(address)
    page.wait_for_selector(_MAP)
    steps.rest()


def _idle() -> str:
    return f"!!document.querySelector({json.dumps(RESTS)})"


#: A point in the middle of the map that lies under no name, in pixels of the window.
_REACHABLE = """(at) => {
  const host = document.querySelector(".pm-map");
  const frame = host.getBoundingClientRect();
  const free = host.atlas.placed().map(([, x, y]) => [frame.x + x, frame.y + y]).filter(
    ([x, y]) => x > frame.x + 90 && x < frame.right - 90 && y > frame.y + 60
      && y < frame.bottom - 160 && document.elementFromPoint(x, y)?.matches("canvas"));
  return free[Math.floor(free.length * (0.1 + 0.1 * (at % 8)))];
}"""


def _lasso(page: Page) -> None:
    page.get_by_role("button", name="Select papers in a box").click()
    frame = page.locator(".pm-map").bounding_box()
    assert frame
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x - 120, y - 100)
    page.mouse.down()
    page.mouse.move(x + 120, y + 100, steps=4)
    page.mouse.up()


def _period(steps: Steps) -> None:
    """One step of the bar of time, by keyboard."""
    page = steps.page
    thumb = page.locator(".pm-time-thumb").first
    if not thumb.count():
        return
    thumb.focus()
    drawn = page.evaluate("document.querySelector('.pm-time-count')?.textContent")
    test = f"document.querySelector('.pm-time-count')?.textContent !== {json.dumps(drawn)}"
    steps.step("step of the period", lambda: page.keyboard.press("ArrowRight"), test)


def table(papers: int, name: str, found: dict[str, Any] | str) -> str:
    """The figures of one program at one size, for reading."""
    if isinstance(found, str):
        return f"{papers:,} papers, {name}: not measured: {found}"
    lines = [f"{papers:,} papers, {name}", f"{'':32s}{'median ms':>10s}{'p95 ms':>10s}{'kB':>10s}"]
    for step, row in found.items():
        if isinstance(row, dict) and "median" in row:
            kb = f"{row['bytes'] / 1000:,.0f}"
            lines.append(f"  {step:30s}{row['median']:10,.0f}{row['p95']:10,.0f}{kb:>10s}")
    lines += [
        f"  {f'frame while {how}':30s}{row['median']:10,.1f}{row['p95']:10,.1f}"
        for how, row in found.get("frames", {}).items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
