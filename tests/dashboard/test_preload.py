"""The scripts that a page names beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard import preload
from dashboard.preload import PARTS, Preload, scripts

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


def test_only_pages_name_them() -> None:
    preload._header.cache_clear()
    routes = [
        Route("/", lambda _: HTMLResponse("<p>")),
        Route("/data", lambda _: JSONResponse({})),
    ]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(Preload)]))
    assert client.get("/").headers["link"].count("rel=modulepreload") == len(scripts())
    assert "link" not in client.get("/data").headers
    assert client.get("/missing").status_code == 404
