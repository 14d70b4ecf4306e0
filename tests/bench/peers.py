"""Other programs that draw a map of papers, given ours: how soon their picture stands.

They are given our coordinates, and compute nothing. Where one draws with WebGPU alone and the
browser has none, that is what is told.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.bench.steps import WAIT, Wire, pan, told, zoom
from tests.browser.conftest import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

    from topics.topicmap import TopicMap

__all__ = ["PEERS", "Programs", "peer"]

PEERS = ("embedding-atlas", "datamapplot")

_CDN = re.compile(r"https://unpkg\.com/(?P<package>[^@/]+)@[^/]+/(?P<path>.+)")


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the other programs are.

    Attributes:
        python: a Python that has them.
        packages: a folder ``node_modules`` with the scripts that their pages fetch from a host of
            packages; fetched from there where None.
    """

    python: str
    packages: Path | None = None

    def version(self, name: str) -> str:
        """Version of one of them."""
        asked = f"from importlib.metadata import version; print(version({name!r}))"
        task = [self.python, "-c", asked]
        said = subprocess.run(task, capture_output=True, text=True, check=False)  # noqa: S603
        return said.stdout.strip() or "not installed"

    def answer(self, route: Route) -> None:
        """Give a page a script that it fetches from elsewhere."""
        found = _CDN.fullmatch(route.request.url)
        path = self.packages / found["package"] / found["path"] if found and self.packages else None
        if path is not None and path.is_file():
            route.fulfill(path=path, content_type="text/javascript")
        elif self.packages is None:
            route.continue_()
        else:
            route.abort()


def peer(
    browser: Browser, name: str, topic_map: TopicMap, programs: Programs, repeats: int
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
            address = stack.enter_context(_peer_page(name, programs.python, folder, table))
            found = _peer_opened(browser, address, programs, repeats)
        except (OSError, RuntimeError, PlaywrightError) as error:
            return str(error).splitlines()[0]
        return {"version": programs.version(name), **found}


def _peer_opened(
    browser: Browser, address: str, programs: Programs, repeats: int
) -> dict[str, Any]:
    """When another program's page has drawn its picture, what came for it, and its frames."""
    began: list[float] = []
    took: list[float] = []
    came: list[int] = []
    frames: dict[str, Any] = {}
    for at in range(max(3, repeats // 2)):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.route(re.compile("^https://"), lambda route: programs.answer(route))
        wire = Wire(page)
        page.goto(address, wait_until="commit")
        page.locator("canvas").first.wait_for(timeout=WAIT)
        first, still = _drawn(page)
        began.append(first)
        took.append(still)
        if page.get_by_text("requires a browser with WebGPU").count():
            raise RuntimeError("it draws no map in a browser without WebGPU")
        came.append(wire.bytes)
        if at == 0:
            with suppress(Exception):
                frames = {"pan": pan(page, "canvas"), "zoom": zoom(page, "canvas")}
        context.close()
    size = int(np.median(came))
    return {
        "first picture": {**told(began), "bytes": size},
        "whole page": {**told(took), "bytes": size},
        "frames": frames,
    }


def _drawn(page: Page) -> tuple[float, float]:
    """When the canvas was no longer blank, and when it began to look as it does for good."""
    canvas = page.locator("canvas").first
    last, since = canvas.screenshot(), page.evaluate("performance.now()")
    blank, first = last, since
    until = time.monotonic() + 60
    while time.monotonic() < until:
        seen, now = canvas.screenshot(), page.evaluate("performance.now()")
        if seen != last:
            first = now if last == blank else first
            last, since = seen, now
        elif now - since > 1500:
            break
    return float(first), float(since)


@contextmanager
def _peer_page(name: str, python: str, folder: Path, table: Path) -> Iterator[str]:
    """Address of another program's page of some papers."""
    port = free_port()
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
