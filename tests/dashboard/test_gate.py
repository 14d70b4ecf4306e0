"""What is let pass, by whom, and what becomes of the address that was asked for."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from dashboard import access, loading
from dashboard.api import api_route
from dashboard.gate import Gate
from dashboard.opening import head, routes
from dashboard.previews import picture_routes
from dashboard.state import View

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

_LIST = {
    "ACCESS": "list",
    "READERS": "@lab.example.org",
    "EDITORS": "ada@example.org",
    "AUTH_REDIRECT_URI": "https://testserver/oauth2callback",
    "AUTH_COOKIE_SECRET": "c" * 32,
    "AUTH_CLIENT_ID": "maps",
    "AUTH_CLIENT_SECRET": "s",
    "AUTH_SERVER_METADATA_URL": "https://id.example.org/.well-known/openid-configuration",
}
_LINK = {"ACCESS": "link", "LINK_KEY": "k" * 32}


@pytest.fixture
def client() -> TestClient:
    def answer(request: Request) -> PlainTextResponse:
        who = access.current()
        return PlainTextResponse(f"{who.mail} {who.may_read}", headers={"set-cookie": "a=b"})

    def back(_: Request) -> RedirectResponse:
        return RedirectResponse("/", status_code=302)

    rest = Route("/{path:path}", answer, methods=["GET", "PUT", "POST"])
    app = Starlette(
        routes=[
            *routes(),
            *picture_routes(),
            api_route(),
            Route("/oauth2callback", back),
            rest,
        ],
        middleware=[Middleware(Gate)],
    )
    return TestClient(app, follow_redirects=False)


def _say(monkeypatch: pytest.MonkeyPatch, said: dict[str, str]) -> None:
    for name, value in said.items():
        monkeypatch.setenv(f"PAPERMAP_{name}", value)
    access._rules.cache_clear()
    monkeypatch.setattr(access, "_rules", access._rules.__wrapped__)


def _signed_in(mail: str, **claims: Any) -> dict[str, str]:
    user = {"is_logged_in": True, "email": mail, "email_verified": True, **claims}
    value = create_signed_value(get_cookie_secret(), "_streamlit_user", json.dumps(user))
    return {"cookie": f"_streamlit_user={value.decode()}"}


def _every_address(client: TestClient, folder: Path) -> list[str]:
    digest = loading.open_map(folder).digest[:16]
    return [
        f"/papermap/points/{digest}",
        "/papermap/scene",
        f"/papermap/card/{digest}.png?map=made",
        f"/papermap/thumbnail/{digest}.png?map=made",
        "/api/v1/maps",
        "/api/v1/openapi.json",
        "/api/v1/maps/made/papers",
        "/media/0123.csv",
        "/no/such/address",
    ]


def test_nothing_of_a_map_is_open_to_who_is_not_on_the_list(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = _every_address(client, folder)
    _say(monkeypatch, _LIST)
    forged = _signed_in("x@lab.example.org")["cookie"][:-3] + "abc"
    for address in addresses:
        assert client.get(address).status_code == 401, address
        assert client.get(address, headers={"cookie": forged}).status_code == 401, address
        other = client.get(address, headers=_signed_in("x@else.example.org"))
        assert other.status_code == 403, address
        unsure = _signed_in("x@lab.example.org", email_verified=False)
        assert client.get(address, headers=unsure).status_code == 403, address
        assert client.get(address, headers=_signed_in("x@lab.example.org")).status_code == 200
    # The page itself is empty; what stands in its head is not.
    for page in ("/", "/trends", "/_stcore/health", "/trends/_stcore/health", "/static/x.js"):
        assert client.get(page).status_code == 200, page
    assert client.post("/").status_code == 401
    with access.asking(access.reader_of({})):
        assert loading.listed_maps() != ()  # who may not read never gets as far as a list


def test_uploads_are_for_who_may_build(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    upload = "/_stcore/upload_file/session/file"
    assert client.put(upload).status_code == 403  # nobody builds here
    monkeypatch.setenv("PAPERMAP_WORKSPACE", str(tmp_path / "maps"))
    assert client.put(upload).status_code == 200
    _say(monkeypatch, _LIST)
    assert client.put(upload).status_code == 403
    assert client.put(upload, headers=_signed_in("x@lab.example.org")).status_code == 403
    assert client.put(upload, headers=_signed_in("ada@example.org")).status_code == 200


def test_only_its_link_leads_to_a_map(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = _every_address(client, folder)
    _say(monkeypatch, _LINK)
    name = access.rules().link_name("made")
    assert client.get("/api/v1/maps").json() == {"maps": []}
    unknown = client.get("/api/v1/maps/made/papers")
    assert unknown.status_code == 404
    assert name not in unknown.text
    for address in addresses[:4]:
        status = client.get(address).status_code
        assert status == (204 if "scene" in address else 404), address
        asked = address.replace("map=made", f"map={name}")
        asked = asked if "map=" in asked else f"{asked}?map={name}"
        assert client.get(asked).status_code == 200, asked
    assert client.get(f"/api/v1/maps/{name}/papers").status_code == 200
    with access.asking(access.reader_of({})):
        assert head("") == ""
        assert name in head(f"map={name}")
        assert loading.choose(loading.served_maps(), View()) == (None, ())
        assert loading.choose(loading.served_maps(), View(map="made"))[0] is None
        assert loading.listed_maps() == ()


def test_a_sign_in_ends_at_the_page_where_it_began(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _say(monkeypatch, _LIST)
    wanted = "/topic?topic=t1&text=a%20b"
    left = client.get("/auth/login", headers={"referer": f"http://testserver{wanted}"})
    cookie = next(c for c in left.headers.get_list("set-cookie") if "papermap_wanted" in c)
    assert "HttpOnly" in cookie
    assert all("; Secure" in each for each in left.headers.get_list("set-cookie"))
    back = client.get("/oauth2callback", headers={"cookie": cookie.partition(";")[0]})
    assert back.headers["location"] == wanted


@pytest.mark.parametrize(
    "told",
    [
        "//evil.example.org",
        "https://evil.example.org",
        "evil",
        "../evil",
        "?a=b\r\nx: y",
        "trends/../..//evil.example.org",
    ],
)
def test_a_sign_in_never_ends_on_another_host(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    _say(monkeypatch, _LIST)
    value = urlsafe_b64encode(told.encode()).decode()
    back = client.get("/oauth2callback", headers={"cookie": f"papermap_wanted={value}"})
    assert back.headers["location"] == "/"
    came = {"referer": f"https://evil.example.org/{told}"}
    left = client.get("/auth/login", headers=came)
    assert "papermap_wanted=;" in left.headers["set-cookie"]


def test_where_the_list_cannot_be_read_nobody_passes(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text("[papermap", encoding="utf-8")
    _say(monkeypatch, {"SECRETS": str(file)})
    assert client.get("/api/v1/maps").status_code == 401
    file.write_text('[papermap]\naccess = "open"', encoding="utf-8")
    assert client.get("/api/v1/maps").status_code == 200


def test_figures_of_the_host_are_for_nobody(client: TestClient, folder: Path) -> None:
    assert client.get("/_stcore/metrics").status_code == 404
    assert client.post("/_stcore/agent/interact").status_code == 404
