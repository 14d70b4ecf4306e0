"""Signing in with a provider: who sees what, and that the link survives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import free_port
from tests.provider import CLIENT, SECRET, provider
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.provider import Provider
    from topics.topicmap import TopicMap

_COOKIE_SECRET = "c00kie-secret-that-no-log-and-no-page-may-show"  # noqa: S105
_DRAWN = "[data-testid=stApp] .pm-map[data-points]"


@pytest.fixture(scope="module")
def identities() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def closed(
    identities: Provider, made_map: TopicMap, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A dashboard of which a list says who may read it, and who may edit."""
    folder, port = tmp_path_factory.mktemp("closed"), free_port()
    (folder / "secrets.toml").write_text(
        f"""
        [papermap]
        access = "list"
        readers = ["@lab.example.org"]
        editors = ["ada@example.org"]
        [auth]
        redirect_uri = "http://localhost:{port}/oauth2callback"
        cookie_secret = "{_COOKIE_SECRET}"
        client_id = "{CLIENT}"
        client_secret = "{SECRET}"
        server_metadata_url = "{identities.address}/.well-known/openid-configuration"
        """,
        encoding="utf-8",
    )
    server = Server(
        [str(made_map.path)],
        port=port,
        workspace=folder / "maps",
        secrets=folder / "secrets.toml",
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(45_000)
    yield context.new_page()
    context.close()


def test_who_is_on_the_list_lands_where_their_link_leads(
    identities: Provider, closed: Server, page: Page, made_map: TopicMap, tmp_path: Path
) -> None:
    identities.claims = {"email": "Grace@lab.example.org", "email_verified": True}
    theme = made_map.themes["name"].iloc[0]
    page.goto(f"{closed.address}/trends?themes={theme}&measure=papers")
    page.get_by_role("heading", name="Sign in to see the maps").wait_for()
    assert made_map.topics["name"].iloc[0] not in page.content()
    for path in ("api/v1/maps", "papermap/scene", "papermap/points/0", "media/0.csv"):
        assert page.request.get(f"{closed.address}/{path}").status == 401

    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Signed in as Grace@lab.example.org").wait_for()
    assert page.url == f"{closed.address}/trends?themes={theme}&measure=papers"
    assert page.request.get(f"{closed.address}/api/v1/maps").status == 200
    # A reader is no editor: no way to build, and what is uploaded is refused.
    assert page.get_by_role("link", name="Build").count() == 0
    upload = page.request.put(f"{closed.address}/_stcore/upload_file/some/file", data=b"x")
    assert upload.status == 403
    assert all(each["httpOnly"] for each in page.context.cookies() if "user" in each["name"])

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in to see the maps").wait_for()
    assert page.request.get(f"{closed.address}/api/v1/maps").status == 401
    assert "/leave" in identities.asked
    kept = closed._tail()
    assert SECRET not in kept
    assert _COOKIE_SECRET not in kept


def test_an_editor_edits_under_their_own_name_until_struck_from_the_list(
    identities: Provider, closed: Server, page: Page, made_map: TopicMap
) -> None:
    identities.claims = {"email": "ada@example.org", "email_verified": True}
    page.goto(closed.address)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(_DRAWN)
    page.get_by_role("link", name="Build").first.wait_for()

    told = closed._secrets
    assert told is not None
    before = told.read_text(encoding="utf-8")
    told.write_text(before.replace("ada@example.org", "eve@example.org"), encoding="utf-8")
    try:
        # The session is open, and its cookie good for weeks: the list is asked at every run.
        page.get_by_role("link", name="Quality").first.click()
        page.get_by_role("heading", name="These maps are not shared with you").wait_for()
        assert page.request.get(f"{closed.address}/api/v1/maps").status == 403
    finally:
        told.write_text(before, encoding="utf-8")


def test_an_address_that_nobody_vouches_for_opens_nothing(
    identities: Provider, closed: Server, page: Page
) -> None:
    identities.claims = {"email": "ada@example.org", "email_verified": False}
    page.goto(closed.address)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("has not confirmed that the address is yours").wait_for()
    assert page.request.get(f"{closed.address}/api/v1/maps").status == 403
