"""How long a reader waits in a browser, step by step, and what travels: median and 95th percentile.

    python -m tests.bench.latency MAP … [--repeats 7] [--json FILE] [--peers PYTHON]

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
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.bench.speed import machine
from topics import load
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, Page

    from topics.topicmap import TopicMap

PEERS = ("embedding-atlas", "datamapplot")
_WAIT = 90_000
_RESTS = "[data-testid=stApp][data-test-script-state=notRunning]"
_DRAWN = ".pm-map[data-points]"
_MAP = f"[data-testid=stApp] {_DRAWN}"

#: Looks within the page at every frame until something is so, and tells the time when it was.
_UNTIL = """(limit) => new Promise((resolve, reject) => {
  const look = () => {
    if (TEST) requestAnimationFrame(() => resolve(performance.now()));
    else if (performance.now() > limit) reject(new Error("it never was so"));
    else requestAnimationFrame(look);
  };
  look();
})"""

#: Collects the times between frames until it is told to stop.
_FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const next = (now) => { window.frames_.push(now - last); last = now;
    window.asked_ = requestAnimationFrame(next); };
  requestAnimationFrame(next);
}"""


def main() -> int:
    """Measure, print the tables, write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("maps", nargs="+", type=Path)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--peers", help="a Python that has embedding-atlas and datamapplot")
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
                row[name] = peer(browser, name, topic_map, asked.peers, asked.repeats)
                print(table(row["papers"], name, row[name]), flush=True)
            results["maps"].append(row)
            if asked.json:
                asked.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


@contextmanager
def _chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS, executable

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        yield browser
        browser.close()


def _when(page: Page, test: str, limit: float) -> float:
    """Milliseconds of the page's clock at which something was so."""
    # The pages allow no script to make another: the test is written into the one that is run.
    return float(page.evaluate(_UNTIL.replace("TEST", test), limit))


class Wire:
    """Counts what comes to a page over the network, and over its WebSocket."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._loaded)
        session.on("Network.webSocketFrameReceived", self._frame)

    def _loaded(self, event: dict[str, Any]) -> None:
        self.bytes += max(0, int(event.get("encodedDataLength", 0)))

    def _frame(self, event: dict[str, Any]) -> None:
        # Binary frames come as base 64.
        self.bytes += len(event["response"].get("payloadData", "")) * 3 // 4


class Steps:
    """What each step took, and what came for it."""

    def __init__(self, page: Page, wire: Wire) -> None:
        self.page, self.wire = page, wire
        self.took: dict[str, list[float]] = {}
        self.came: dict[str, list[int]] = {}

    def step(self, name: str, act: Callable[[], object], until: str) -> None:
        """Do something and wait until the page shows it."""
        before = self.wire.bytes
        start = self.page.evaluate("performance.now()")
        act()
        end = _when(self.page, until, start + _WAIT)
        self.took.setdefault(name, []).append(end - start)
        self.rest()
        self.came.setdefault(name, []).append(self.wire.bytes - before)

    def rest(self) -> None:
        """Wait until nothing happens any more."""
        self.page.wait_for_selector(_RESTS, timeout=_WAIT)
        self.page.wait_for_timeout(250)
        self.page.wait_for_selector(_RESTS, timeout=_WAIT)

    def figures(self) -> dict[str, Any]:
        """Median and 95th percentile of each step in milliseconds, and the median of its bytes."""
        return {
            name: {**_told(took), "bytes": int(np.median(self.came.get(name, [0])))}
            for name, took in self.took.items()
        }


def _told(values: Sequence[float]) -> dict[str, Any]:
    return {
        "median": round(float(np.median(values)), 1),
        "p95": round(float(np.quantile(values, 0.95)), 1),
        "n": len(values),
    }


def papermap(browser: Browser, path: Path, topic_map: TopicMap, repeats: int) -> dict[str, Any]:
    """All steps on one map."""
    from playwright.sync_api import Error as PlaywrightError

    server = Server([str(path)], port=_free_port())
    server.start()
    try:
        opened = _opened(browser, server.address, repeats)
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(_WAIT)
        steps = Steps(page, Wire(page))
        page.goto(server.address)
        page.wait_for_selector(_MAP, timeout=_WAIT)
        steps.rest()
        frames = {"pan": _pan(page), "zoom": _zoom(page)}
        page.goto(server.address)
        page.wait_for_selector(_MAP, timeout=_WAIT)
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
        told = {"missed": missed} if missed else {}
        return {**opened, **steps.figures(), "frames": frames, **told}
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
            page.set_default_timeout(_WAIT)
            wire = Wire(page)
            page.goto(address, wait_until="commit")
            test = "!!document.querySelector('.pm-map[data-points]')"
            drawn = _when(page, test, _WAIT)
            first = wire.bytes
            page.wait_for_selector(_MAP)
            page.wait_for_selector(_RESTS)
            usable = page.evaluate("performance.now()")
            for step, value, size in (
                (f"first picture{name}", drawn, first),
                (f"whole page{name}", usable, wire.bytes),
            ):
                took.setdefault(step, []).append(value)
                came.setdefault(step, []).append(size)
            page.close()
        context.close()
    return {n: {**_told(took[n]), "bytes": int(np.median(came[n]))} for n in took}


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


def _walk(steps: Steps, address: str, topic_map: TopicMap, at: int) -> None:
    """One way through the map, each step from the state that the one before it left."""
    page = steps.page
    word = _WORDS[at % len(_WORDS)]
    told = "document.querySelector('.pm-count')?.textContent"
    box = page.get_by_role("searchbox", name="Search")
    box.click()
    before = page.evaluate(told)
    counted = f"{told} !== {json.dumps(before)} && ({_idle()})"
    steps.step("search as you type (words)", lambda: page.keyboard.type(word), counted)
    page.goto(f"{address}/?search=meaning")
    page.wait_for_selector(_MAP)
    steps.rest()
    before = page.evaluate(told)
    box.click()
    box.fill(_MEANT[at % len(_MEANT)])
    counted = f"{told} !== {json.dumps(before)} && ({_idle()})"
    steps.step("search by meaning", lambda: page.keyboard.press("Enter"), counted)
    page.goto(address)
    page.wait_for_selector(_MAP)
    steps.rest()
    theme = page.locator(".pm-item").nth(at % 3)
    before = page.evaluate(told)
    counted = f"{told} !== {json.dumps(before)} && ({_idle()})"
    steps.step("filter by legend", lambda: theme.click(), counted)
    steps.step("filter off", lambda: theme.click(), f"{told} === {json.dumps(before)}")
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
    return f"!!document.querySelector({json.dumps(_RESTS)})"


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


def _pan(page: Page, host: str = ".pm-map") -> dict[str, Any]:
    frame = page.locator(host).first.bounding_box()
    assert frame
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    page.evaluate(_FRAMES)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + 180 * np.sin(step / 6), y + 100 * np.cos(step / 6))
    page.mouse.up()
    return _told(page.evaluate("() => { cancelAnimationFrame(asked_); return frames_; }")[1:])


def _zoom(page: Page, host: str = ".pm-map") -> dict[str, Any]:
    frame = page.locator(host).first.bounding_box()
    assert frame
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    page.evaluate(_FRAMES)
    for step in range(40):
        page.mouse.wheel(0, -60 if step < 20 else 60)
    page.wait_for_timeout(300)
    return _told(page.evaluate("() => { cancelAnimationFrame(asked_); return frames_; }")[1:])


def peer(
    browser: Browser, name: str, topic_map: TopicMap, python: str, repeats: int
) -> dict[str, Any] | str:
    """Open the same papers at the same places in another program; why not, if it cannot."""
    from playwright.sync_api import Error as PlaywrightError

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        table = folder / "papers.parquet"
        topic_map.papers[["title", "abstract", "theme", "date", "x", "y"]].assign(
            topic=topic_map.papers["topic"].map(topic_map.topic_names).fillna("Unlabelled")
        ).to_parquet(table)
        try:
            address = stack.enter_context(_peer_page(name, python, folder, table))
            return _peer_opened(browser, address, repeats)
        except (OSError, RuntimeError, PlaywrightError) as error:
            return str(error).splitlines()[0]


def _peer_opened(browser: Browser, address: str, repeats: int) -> dict[str, Any]:
    """When another program's page has drawn its picture, what came for it, and its frames."""
    took: list[float] = []
    came: list[int] = []
    frames: dict[str, Any] = {}
    for at in range(max(3, repeats // 2)):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.set_default_timeout(_WAIT)
        wire = Wire(page)
        page.goto(address, wait_until="commit")
        page.locator("canvas").first.wait_for(timeout=_WAIT)
        took.append(_first_still(page))
        if page.get_by_text("WebGPU is unavailable").count():
            raise RuntimeError("it draws no map in a browser without WebGPU")
        came.append(wire.bytes)
        if at == 0:
            with suppress(Exception):
                frames = {"pan": _pan(page, "canvas"), "zoom": _zoom(page, "canvas")}
        context.close()
    return {"first picture": {**_told(took), "bytes": int(np.median(came))}, "frames": frames}


def _first_still(page: Page) -> float:
    """When the canvas began to look as it does once nothing comes any more."""
    last, since = b"", page.evaluate("performance.now()")
    canvas = page.locator("canvas").first
    until = time.monotonic() + 60
    while time.monotonic() < until:
        seen, now = canvas.screenshot(), page.evaluate("performance.now()")
        if seen != last:
            last, since = seen, now
        elif now - since > 1500:
            break
    return float(since)


@contextmanager
def _peer_page(name: str, python: str, folder: Path, table: Path) -> Iterator[str]:
    """Address of another program's page of some papers."""
    port = _free_port()
    if name == "embedding-atlas":
        program = str(Path(python).with_name("embedding-atlas"))
        task = [program, str(table), "--text", "title", "--x", "x", "--y", "y"]
        task += ["--host", "127.0.0.1", "--port", str(port), "--no-auto-port"]
    else:
        script = Path(__file__).with_name("datamapplot_peer.py")
        made = subprocess.run(  # noqa: S603
            [python, str(script), str(table), str(folder / "index.html")],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(made.stderr.strip().splitlines()[-1])
        task = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(task, stdout=log, stderr=log, cwd=folder)  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}/"
            _answers(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _answers(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):  # noqa: S310
            return
        time.sleep(0.3)
    raise RuntimeError("it did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


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
