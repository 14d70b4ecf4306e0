"""More people than there is room for: who is there goes on, who comes waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dashboard import crowd
from dashboard.crowd import MOST_READERS_VARIABLE, Crowd
from dashboard.hosting import health_routes
from topics import serving

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

_PAGE = {"accept": "text/html"}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    async def socket(each: WebSocket) -> None:
        await each.accept()
        while True:
            try:
                await each.send_text(await each.receive_text())
            except WebSocketDisconnect:
                return

    monkeypatch.setattr(crowd, "_here", crowd._Here())
    monkeypatch.setenv(MOST_READERS_VARIABLE, "2")
    monkeypatch.setenv("PAPERMAP_MAPS", "")
    page = Route("/{path:path}", lambda _: HTMLResponse("a page"))
    routes = [*health_routes(), WebSocketRoute("/_stcore/stream", socket), page]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Crowd)]))


def test_who_comes_when_it_is_full_waits_and_who_is_there_goes_on(client: TestClient) -> None:
    with client.websocket_connect("/_stcore/stream"):
        assert client.get("/readyz").status_code == 200
        assert client.get("/", headers=_PAGE).text == "a page"
        with client.websocket_connect("/_stcore/stream") as second:
            assert client.get("/readyz").json()["status"] == "full"
            waiting = client.get("/trends?by=topic", headers=_PAGE)
            assert waiting.status_code == 503
            assert int(waiting.headers["retry-after"]) >= 10
            assert 'http-equiv="refresh"' in waiting.text
            assert "<script" not in waiting.text
            assert client.get("/healthz").status_code == 200
            assert client.get("/static/a.js", headers=_PAGE).status_code == 200
            second.send_text("still here")
            assert second.receive_text() == "still here"
    assert client.get("/", headers=_PAGE).status_code == 200
    assert client.get("/readyz").status_code == 200


def test_who_has_only_left_a_page_open_keeps_nobody_out(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "_AWAY", -1.0)
    with client.websocket_connect("/_stcore/stream"), client.websocket_connect("/_stcore/stream"):
        assert client.get("/", headers=_PAGE).status_code == 200


def test_open_pages_have_an_end_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "_OPEN", 1)
    with client.websocket_connect("/_stcore/stream"), client.websocket_connect("/_stcore/stream"):
        with pytest.raises(WebSocketDisconnect) as refused:
            client.websocket_connect("/_stcore/stream").__enter__()
        assert refused.value.code == 1013


def test_both_sides_mean_the_same_variable() -> None:
    assert MOST_READERS_VARIABLE == serving.MOST_READERS_VARIABLE
