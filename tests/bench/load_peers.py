"""What a reader costs the host of another program that shows the same papers at the same places.

    python -m tests.bench.load_peers MAP --peers PYTHON --readers 50 --seconds 60

embedding-atlas computes in the reader's browser, or, with ``--duckdb server``, asks its server for
every view: both are measured. A real Chromium opens the page and does what readers do; what it asks
of the server is asked again by so many readers at once, as browsers would. The first visit of
Papermap is measured in the same way; for its answers see `tests.bench.load`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from tests.bench.load import Processes, Session
from tests.bench.peers import Programs
from tests.browser.conftest import free_port
from topics.artefact import load
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx
    from playwright.sync_api import Browser, Page, Request

    from topics.topicmap import TopicMap

__all__ = ["main"]

#: How the peer finds what it shows: in the browser, which is its own choice, or on its server.
_MODES = ("wasm", "server")

#: Connections that a browser opens to one host.
_CONNECTIONS = 6

_SWITCHES = (
    "--no-sandbox --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader "
    "--disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()


@dataclass(slots=True)
class Asked:
    """What a browser asked of a server: method, path with its query, and what it sent.

    Attributes:
        first: on the first visit.
        actions: by what a reader did.
    """

    first: list[tuple[str, str, str | None]] = field(default_factory=list)
    actions: dict[str, list[tuple[str, str, str | None]]] = field(default_factory=dict)


def recorded(browser: Browser, address: str, *, acts: bool) -> Asked:
    """Open a page as a reader does, and keep what it asks for.

    Args:
        browser: to open it in.
        address: of the page.
        acts: whether to point at papers, click one and search, too.
    """
    found = Asked()
    now = found.first
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(120_000)

    def asked(request: Request) -> None:
        at = urlsplit(request.url)
        if at.netloc == urlsplit(address).netloc and at.scheme == "http":
            path = at.path + (f"?{at.query}" if at.query else "")
            now.append((request.method, path, request.post_data))

    page.on("request", asked)
    page.goto(address)
    page.locator("canvas").first.wait_for()
    _until_it_rests(page, now)
    for name, act in _ACTIONS.items() if acts else ():
        now = found.actions[name] = []
        act(page)
        _until_it_rests(page, now)
    page.context.close()
    return found


def _point(page: Page) -> None:
    page.mouse.move(500, 400)
    page.mouse.move(510, 405)


def _zoom(page: Page) -> None:
    page.mouse.wheel(0, -300)


_ACTIONS = {
    "point at a paper": _point,
    "click a paper": lambda page: page.mouse.click(510, 405),
    "search": lambda page: page.get_by_placeholder("Search").first.fill("diffusion"),
    "zoom": _zoom,
}


def _until_it_rests(page: Page, asked: Sequence[object]) -> None:
    """Until nothing has been asked for three seconds."""
    known = -1
    while known != len(asked):
        known = len(asked)
        page.wait_for_timeout(3000)


@contextmanager
def running(topic_map: TopicMap, python: str, mode: str) -> Iterator[tuple[str, int]]:
    """Address and number of the process of embedding-atlas with the papers of a map."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log.txt").open("wb") as log:
        table = Path(folder, "papers.parquet")
        topic_map.papers[["title", "abstract", "theme", "date", "x", "y"]].assign(
            topic=topic_map.papers["topic"].map(topic_map.topic_names).fillna("Unlabelled")
        ).to_parquet(table)
        task = [str(Path(python).with_name("embedding-atlas")), str(table), "--text", "title"]
        task += ["--x", "x", "--y", "y", "--duckdb", mode, "--host", "127.0.0.1"]
        task += ["--port", str(port), "--no-auto-port"]
        process = subprocess.Popen(task, stdout=log, stderr=log, cwd=folder)  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            asyncio.run(_until_it_answers(address, process))
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(30)


async def _until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    import httpx

    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(600):
            if process.poll() is not None:
                break
            try:
                await client.get(address)
            except httpx.TransportError:
                await asyncio.sleep(0.3)
            else:
                return
    raise RuntimeError("embedding-atlas did not start")


@dataclass(slots=True)
class Reader:
    """Asks a server again for what a browser asked.

    Attributes:
        came: bytes that came, as they came over the wire.
        took: seconds of each answer.
        again: how often something had to be asked for again.
    """

    client: httpx.AsyncClient
    came: int = 0
    took: list[float] = field(default_factory=list)
    again: int = 0

    async def ask(self, asks: Sequence[tuple[str, str, str | None]]) -> float:
        """All of it, some at a time; seconds until all has come."""
        begun = time.perf_counter()
        turns = asyncio.Semaphore(_CONNECTIONS)
        await asyncio.gather(*(self._one(turns, *each) for each in asks))
        return time.perf_counter() - begun

    async def _one(
        self, turns: asyncio.Semaphore, method: str, path: str, sent: str | None
    ) -> None:
        async with turns:
            begun = time.perf_counter()
            while not await self._answered(method, path, sent):
                self.again += 1
            self.took.append(time.perf_counter() - begun)

    async def _answered(self, method: str, path: str, sent: str | None) -> bool:
        """Whether an answer came; a connection that was closed meanwhile is no answer."""
        import httpx

        content = None if sent is None else sent.encode()
        kind = {"Content-Type": "application/json"} if sent else {}
        try:
            async with self.client.stream(method, path, content=content, headers=kind) as answer:
                async for part in answer.aiter_raw():
                    self.came += len(part)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            return False
        return True


@contextmanager
def _reader(address: str) -> Iterator[Reader]:
    import httpx

    limits = httpx.Limits(max_connections=_CONNECTIONS)
    head = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    yield Reader(
        httpx.AsyncClient(
            base_url=address, timeout=120, trust_env=False, limits=limits, headers=head
        )
    )


async def _first_visit(address: str, asked: Asked, *, ours: bool) -> int:
    """Bytes that came to a reader who opens the page."""
    with _reader(address) as reader:
        await reader.ask(asked.first)
        await reader.client.aclose()
    if not ours:
        return reader.came
    session = Session(address)
    await session.open()
    await session.ask("", "")
    await session.close()
    return reader.came + session.received


def first_visits(address: str, asked: Asked, process: Processes, *, ours: bool) -> dict[str, Any]:
    """What a first visit costs, one after another; the median of five, after one that warms."""
    came = asyncio.run(_first_visit(address, asked, ours=ours))
    spent = []
    for _ in range(5):
        before = process.seconds()
        asyncio.run(_first_visit(address, asked, ours=ours))
        spent.append(process.seconds() - before)
    return {
        "requests": len(asked.first),
        "megabytes": round(came / 1e6, 2),
        "cpu_s": round(float(np.median(spent)), 3),
    }


async def _visit(reader: Reader, asked: Asked, pause: float, seed: int) -> float:
    """Open the page, at some time or other; seconds of that."""
    await asyncio.sleep(random.Random(seed).random() * pause)  # noqa: S311 - no secret
    return await reader.ask(asked.first)


async def _act(
    reader: Reader, asked: Asked, given: argparse.Namespace, seed: int
) -> list[tuple[float, bool]]:
    """Do something every few seconds; seconds of each, and whether the server had to be asked."""
    chance, acted = random.Random(seed), []  # noqa: S311 - no secret
    end = time.monotonic() + given.seconds
    while time.monotonic() < end:
        await asyncio.sleep(given.pause * (0.5 + chance.random()))
        asks = chance.choice([*asked.actions.values()])
        acted.append((await reader.ask(asks), bool(asks)))
    return acted


async def _together(
    address: str, asked: Asked, process: Processes, given: argparse.Namespace
) -> dict[str, Any]:
    with ExitStack() as stack:
        before, spent = process.megabytes(), process.seconds()
        readers = [stack.enter_context(_reader(address)) for _ in range(given.readers)]
        first = await asyncio.gather(
            *(_visit(each, asked, given.pause, seed) for seed, each in enumerate(readers))
        )
        opened = process.seconds()
        for each in readers:
            each.took.clear()
        acted = await asyncio.gather(
            *(_act(each, asked, given, seed) for seed, each in enumerate(readers))
        )
        took = [seconds for each in readers for seconds in each.took]
        found = {
            "readers": given.readers,
            "first_visit_s": _parts(first),
            "first_visits_cpu_s": round(opened - spent, 1),
            "actions": sum(map(len, acted)),
            "requests_an_action": {name: len(each) for name, each in asked.actions.items()},
            "action_s": _parts([seconds for each in acted for seconds, asking in each if asking]),
            "request_s": _parts(took),
            "actions_cpu_s": round(process.seconds() - opened, 1),
            "mb_before": round(before, 1),
            "mb_per_reader": round((process.megabytes() - before) / given.readers, 2),
            "load_of_the_machine": round(os.getloadavg()[0], 1),
        }
        for each in readers:
            await each.client.aclose()
    return found


def _parts(seconds: Sequence[float]) -> dict[str, float] | str:
    if not seconds:
        return "none: after the first visit the browser asks for nothing"
    return {f"p{part}": round(float(np.percentile(seconds, part)), 3) for part in (50, 95, 99)}


def main(argv: list[str] | None = None) -> int:
    """Run it and print what was found as JSON."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.bench.load_peers")
    parser.add_argument("map", help="folder of a map")
    parser.add_argument("--peers", help="a Python that has embedding-atlas; Papermap alone if none")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=5.0, help="between actions, on average")
    given = parser.parse_args(argv)
    found: dict[str, Any] = {}

    def browsed(address: str, *, acts: bool) -> Asked:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=given.chromium, args=_SWITCHES)
            return recorded(browser, address, acts=acts)

    with ExitStack() as stack:
        server = Server([given.map])
        server.start()
        stack.callback(server.stop)
        assert server._process is not None
        process, address = Processes([server._process.pid]), server.address
        asked = browsed(address, acts=False)
        found["papermap"] = {"first_visit": first_visits(address, asked, process, ours=True)}
    for mode in _MODES if given.peers else ():
        with running(load(given.map), given.peers, mode) as (address, number):
            asked, process = browsed(address, acts=True), Processes([number])
            found[f"embedding-atlas --duckdb {mode}"] = {
                "version": Programs(given.peers).version("embedding-atlas"),
                "first_visit": first_visits(address, asked, process, ours=False),
                **asyncio.run(_together(address, asked, process, given)),
            }
    json.dump(found, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
