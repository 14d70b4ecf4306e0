"""A server that goes down and comes up again under an open page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.conftest import free_port
from tests.browser.mapping import settled, wait_for_map
from topics.serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from topics.topicmap import TopicMap


def test_an_open_page_goes_on_where_it_was(chromium: Browser, made_map: TopicMap) -> None:
    folder, port = str(made_map.path), free_port()
    theme = str(made_map.themes["name"].iloc[0])
    server = Server([folder], port=port)
    server.start()
    context = chromium.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    try:
        page.goto(f"{server.address}/?themes={theme}")
        wait_for_map(page)
        page.get_by_role("link", name="Topics").first.click()
        page.get_by_role("heading", name="Topics").wait_for()
        before = page.locator(".pm-count").inner_text()
        server.stop()
        server = Server([folder], port=port)
        server.start()
        # Nothing is loaded anew: the page asks the new server for what it shows, by its address.
        page.get_by_role("link", name="Trends").first.click()
        page.get_by_role("heading", name="Trends").wait_for()
        settled(page)
        assert page.locator(".pm-count").inner_text() == before
        assert page.url == f"{server.address}/trends?themes={theme}"
    finally:
        context.close()
        server.stop()
