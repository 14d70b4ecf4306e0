"""The dashboard as an ASGI application, which `papermap serve` runs."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from streamlit import config
from streamlit.starlette import App

from dashboard import opening
from dashboard.page_head import PageHead

__all__ = ["app"]

_BASE = str(config.get_option("server.baseUrlPath") or "")

opening.serve_points()
app = App(
    Path(__file__).with_name("app.py"),
    routes=opening.routes(_BASE),
    middleware=[Middleware(PageHead, base=_BASE)],
)
