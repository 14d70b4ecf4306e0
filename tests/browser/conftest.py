"""A dashboard that runs, and a browser to look at it with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.factories import make_map, write_map
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

    from topics.topicmap import TopicMap

#: Without a graphics card, Chromium draws WebGL in software, but not the rest of the page through
#: it, which would take most of a test's time; and it speaks to nobody on its own.
ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu-compositing",
    "--disable-gpu-rasterization",
    "--disable-accelerated-2d-canvas",
]


class OpenTab(Protocol):
    """Opens an address: in a new tab, or in a fresh browser, as another reader would."""

    def __call__(
        self,
        address: str,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        fresh: bool = False,
    ) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def made_map(tmp_path_factory: pytest.TempPathFactory) -> TopicMap:
    """A synthetic map with hostile titles, on disk."""
    return write_map(tmp_path_factory.mktemp("browser") / "made", make_map())


@pytest.fixture(scope="session")
def site(made_map: TopicMap, sample_map: TopicMap) -> Iterator[str]:
    """Address of a dashboard that serves the synthetic map, then the sample's (named ``map``)."""
    yield from _serve([made_map, sample_map])


@pytest.fixture(scope="session")
def bare_site() -> Iterator[str]:
    """Address of a dashboard that was started without a map."""
    yield from _serve([])


@pytest.fixture(scope="session")
def player() -> Iterator[Playwright]:
    """What drives the browsers."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser_path(player: Playwright) -> str:
    """Chromium: ``PAPERMAP_CHROMIUM`` names one, else Playwright's own, else the system's."""
    found = executable(player)
    if found is None:
        pytest.fail(
            "No Chromium was found. `make test` fetches one; or name yours in PAPERMAP_CHROMIUM."
        )
    return found


@pytest.fixture(scope="session")
def chromium(player: Playwright, browser_path: str) -> Iterator[Browser]:
    """A browser without a past."""
    browser = player.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
    yield browser
    browser.close()


def executable(playwright: Playwright) -> str | None:
    """Where Chromium is."""
    own = playwright.chromium.executable_path
    found = [os.environ.get("PAPERMAP_CHROMIUM"), own, shutil.which("chromium")]
    return next((path for path in found if path and Path(path).exists()), None)


@pytest.fixture(scope="session")
def reader(
    player: Playwright, browser_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """The browser that tabs open in: what it has once loaded and compiled, it has on disk."""
    context = player.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=browser_path,
        args=ARGUMENTS,
        accept_downloads=True,
    )
    yield _prepared(context)
    context.close()


@pytest.fixture
def open_tab(reader: BrowserContext, request: pytest.FixtureRequest) -> Iterator[OpenTab]:
    """Open tabs; at the end, none may have shown a dialog, an error, or asked another host."""
    closing: list[Page | BrowserContext] = []
    complaints: list[str] = []

    def opened(
        address: str,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        fresh: bool = False,
    ) -> Page:
        context = _context(request.getfixturevalue("chromium")) if fresh else reader
        page = context.new_page()
        closing.append(context if fresh else page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        _listen(page, address, complaints)
        page.goto(address)
        return page

    yield opened
    for each in closing:
        each.close()
    assert not complaints


def _context(browser: Browser) -> BrowserContext:
    return _prepared(browser.new_context(accept_downloads=True))


def _prepared(context: BrowserContext) -> BrowserContext:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(45_000)
    return context


def _listen(page: Page, address: str, complaints: list[str]) -> None:
    host = "/".join(address.split("/")[:3])

    def on_console(message: object) -> None:
        where = str(message.location.get("url", ""))  # type: ignore[attr-defined]
        # Streamlit looks for its server below the page's path first, and expects to miss.
        if message.type == "error" and "/_stcore/" not in where:  # type: ignore[attr-defined]
            complaints.append(f"console: {message.text} ({where})")  # type: ignore[attr-defined]

    def on_request(request: object) -> None:
        url = str(request.url)  # type: ignore[attr-defined]
        if not url.startswith((host, host.replace("http", "ws", 1), "data:", "blob:")):
            complaints.append(f"request: {url}")

    def on_dialog(dialog: object) -> None:
        complaints.append(f"dialog: {dialog.message}")  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("console", on_console)
    page.on("request", on_request)
    page.on("dialog", on_dialog)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("crash", lambda: complaints.append("crash: the page is gone"))


def _serve(maps: list[TopicMap]) -> Iterator[str]:
    server = Server([str(each.path) for each in maps], port=free_port())
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])
