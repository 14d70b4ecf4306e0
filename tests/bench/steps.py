"""What one step of a reader takes: the clock of the page, what comes over the wire, frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import Page

__all__ = ["RESTS", "WAIT", "Steps", "Wire", "pan", "told", "when", "zoom"]

#: Milliseconds until it counts as never.
WAIT = 90_000
RESTS = "[data-testid=stApp][data-test-script-state=notRunning]"

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


def when(page: Page, test: str, limit: float) -> float:
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
        end = when(self.page, until, start + WAIT)
        self.took.setdefault(name, []).append(end - start)
        self.rest()
        self.came.setdefault(name, []).append(self.wire.bytes - before)

    def rest(self) -> None:
        """Wait until nothing happens any more."""
        self.page.wait_for_selector(RESTS, timeout=WAIT)
        self.page.wait_for_timeout(250)
        self.page.wait_for_selector(RESTS, timeout=WAIT)

    def figures(self) -> dict[str, Any]:
        """Median and 95th percentile of each step in milliseconds, and the median of its bytes."""
        return {
            name: {**told(took), "bytes": int(np.median(self.came.get(name, [0])))}
            for name, took in self.took.items()
        }


def told(values: Sequence[float]) -> dict[str, Any]:
    return {
        "median": round(float(np.median(values)), 1),
        "p95": round(float(np.quantile(values, 0.95)), 1),
        "n": len(values),
    }


def pan(page: Page, host: str = ".pm-map") -> dict[str, Any]:
    frame = page.locator(host).first.bounding_box()
    assert frame
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    page.evaluate(_FRAMES)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + 180 * np.sin(step / 6), y + 100 * np.cos(step / 6))
    page.mouse.up()
    return told(page.evaluate("() => { cancelAnimationFrame(asked_); return frames_; }")[1:])


def zoom(page: Page, host: str = ".pm-map") -> dict[str, Any]:
    frame = page.locator(host).first.bounding_box()
    assert frame
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    page.evaluate(_FRAMES)
    for step in range(40):
        page.mouse.wheel(0, -60 if step < 20 else 60)
    page.wait_for_timeout(300)
    return told(page.evaluate("() => { cancelAnimationFrame(asked_); return frames_; }")[1:])
