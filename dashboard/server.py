"""The dashboard as an ASGI application, which `papermap serve` runs."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from dashboard.preload import Preload

__all__ = ["app"]

app = App(Path(__file__).with_name("app.py"), middleware=[Middleware(Preload)])
