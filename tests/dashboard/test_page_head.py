"""What is added to the page: scripts named beforehand, and the first picture of a map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.loading import MAPS_VARIABLE
from dashboard.page_head import PageHead
from dashboard.preload import PARTS, scripts
from topics import artefact

STATIC = Path(streamlit.__file__).with_name("static")


def test_the_scripts_exist_and_hold_every_part() -> None:
    found = scripts()
    assert found
    assert all((STATIC / "static" / "js" / name).is_file() for name in found)
    assert {name.split(".")[0] for name in found} >= set(PARTS)
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not any(name in page for name in found)


@pytest.mark.parametrize("main", ["", "nothing of the kind", "m.f||(m.f=[])"])
def test_another_streamlit_costs_nothing_but_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, main: str
) -> None:
    package = tmp_path / "__init__.py"
    monkeypatch.setattr(streamlit, "__file__", str(package))
    scripts.cache_clear()
    assert scripts() == ()
    (tmp_path / "static" / "static" / "js").mkdir(parents=True)
    page = '<script src="./static/js/index.abc.js"></script>'
    (tmp_path / "static" / "index.html").write_text(page, encoding="utf-8")
    (tmp_path / "static" / "static" / "js" / "index.abc.js").write_text(main, encoding="utf-8")
    scripts.cache_clear()
    assert scripts() == ()
    scripts.cache_clear()


PAGE = """<!DOCTYPE html><html><head>
<meta charset="UTF-8" /><script type="module" crossorigin src="./static/js/index.a.js"></script>
<link rel="modulepreload" crossorigin href="./static/js/part.b.js">
</head><body></body></html>"""
MAP = {"Accept": "text/html"}
META = re.compile(r"<meta (?:property|name)=[^>]*>|<title>[^<]*</title>")


@pytest.fixture
def client() -> TestClient:
    def page(_: object) -> HTMLResponse:
        return HTMLResponse(PAGE, headers={"etag": '"x"'})

    routes = [
        Route("/", page),
        Route("/trends", page),
        Route("/lab/", page),
        Route("/api/v1/", page),
        Route("/data", lambda _: JSONResponse({"head": "<head>"})),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(PageHead)]))


def test_pages_name_the_scripts_and_nothing_else_does(client: TestClient, folder: Path) -> None:
    answer = client.get("/trends", headers=MAP)
    assert answer.headers["link"].count("rel=modulepreload") == len(scripts())
    assert META.sub("", answer.text) == PAGE
    data = client.get("/data", headers=MAP)
    assert "link" not in data.headers
    assert "link" not in client.get("/api/v1/", headers=MAP).headers
    assert data.json() == {"head": "<head>"}
    assert client.get("/missing").status_code == 404


def test_the_page_of_the_map_asks_for_the_picture_before_its_own_parts(
    client: TestClient, folder: Path
) -> None:
    answer = client.get("/?colour=date", headers={**MAP, "If-None-Match": '"x"'})
    assert answer.status_code == 200
    assert "link" not in answer.headers
    assert "etag" not in answer.headers
    assert int(answer.headers.get("content-length", len(answer.content))) == len(answer.content)
    page = answer.text
    assert page.index("charset") < page.index("pm-opening-script") < page.index("</head>")
    assert 'data-main="./static/js/index.a.js"' in page
    assert page.count("index.a.js") == 1
    assert '<link rel="modulepreload"' not in page
    later = page.split('data-later="')[1].split('"')[0].split()
    assert later[0] == "./static/js/part.b.js"
    assert len(later) == 1 + len(scripts())
    digest = str(artefact.read_manifest(folder)["digest"])
    assert f"./papermap/points/{digest[:16]}" in page
    assert "./papermap/scene?colour=date&amp;appearance=dark" in page


def test_other_clients_and_a_host_without_maps_get_the_page_as_it_is(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert META.sub("", client.get("/", headers={"Accept": "*/*"}).text) == PAGE
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    assert client.get("/", headers=MAP).text == PAGE
    monkeypatch.setenv(MAPS_VARIABLE, "")
    assert client.get("/", headers=MAP).text == PAGE


def test_an_address_cannot_write_markup_into_the_page(client: TestClient, folder: Path) -> None:
    page = client.get("/?map=\"><script>alert(1)</script>&x='><img src=x>", headers=MAP).text
    head = page.split("</head>")[0]
    assert "<script>alert" not in head
    assert "<img" not in head
    assert head.count("<script") == 1


def test_under_a_path_of_its_own_the_map_is_at_that_path(folder: Path) -> None:
    routes = [
        Route("/lab/", lambda _: HTMLResponse(PAGE)),
        Route("/", lambda _: HTMLResponse(PAGE)),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(PageHead, base="lab")])
    assert "pm-opening-script" in TestClient(app).get("/lab/", headers=MAP).text
    assert "pm-opening-script" not in TestClient(app).get("/", headers=MAP).text
