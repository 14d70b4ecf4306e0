"""The dashboard as an ASGI application, which `papermap serve` runs."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from streamlit import config
from streamlit.starlette import App

from dashboard import access, opening
from dashboard.api import api_route
from dashboard.crowd import Crowd
from dashboard.gate import Gate
from dashboard.hosting import Guard, health_routes
from dashboard.page_head import PageHead
from dashboard.previews import picture_routes

__all__ = ["app"]

_BASE = str(config.get_option("server.baseUrlPath") or "")

opening.serve_points()
opening.open_first()
app = App(
    Path(__file__).with_name("app.py"),
    routes=[
        *opening.routes(_BASE),
        *health_routes(_BASE),
        *picture_routes(_BASE),
        api_route(_BASE),
    ],
    middleware=[
        Middleware(Guard),
        Middleware(Crowd, base=_BASE),
        Middleware(Gate, base=_BASE),
        Middleware(PageHead, base=_BASE),
    ],
    secrets={"auth": dict(access.rules().auth)} if access.rules().signs_in else None,
)
