"""What a host asks of the dashboard: signs of life, and headers that keep pages to themselves."""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from dashboard import access, crowd, loading
from dashboard.addresses import Root, is_host
from dashboard.loading import MOST_OPEN
from topics import artefact
from topics.errors import MapError, MapWithdrawn

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard", "content_policy", "health_routes"]

#: Environment variable with hosts whose pages may show the dashboard, e.g. https://huggingface.co.
FRAMES_VARIABLE = "PAPERMAP_FRAMES"

_SITE = re.compile(r"https://(\*\.)?[\w-]{1,63}(\.[\w-]{1,63}){1,9}(:\d{1,5})?", re.ASCII)
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NEARLY_FULL = 0.9
_NEW = {"Cache-Control": "no-store"}


def health_routes(base: str = "") -> list[Route]:
    """``/healthz``: the process answers; ``/readyz``: it can show its maps to some more people.

    Args:
        base: the path under which the dashboard is served.
    """
    from starlette.routing import Route

    # At the root in any case: who asks is beside the process, not in front of it.
    roots = {root.path: root for root in (Root(), Root(base))}
    return [
        Route(root.at(name), answer)
        for root in roots.values()
        for name, answer in (("healthz", _alive), ("readyz", _ready))
    ]


async def _alive(_: Request) -> JSONResponse:
    from starlette.responses import JSONResponse

    return JSONResponse({"status": "alive"}, headers=_NEW)


def _ready(_: Request) -> JSONResponse:
    """200 where all maps are open and there is room; 503 where one cannot be read, or no room.

    One that was withdrawn is as it should be: its page says so.
    """
    from starlette.responses import JSONResponse

    # Not those that readers have built: a broken one of theirs is no fault of the host's.
    given = [each for each in loading.served_maps() if loading.is_given(each.folder)]
    maps = {each.name: _state(each.folder, at < MOST_OPEN) for at, each in enumerate(given)}
    is_broken = any(state == "unreadable" for state in maps.values())
    # Before people have to wait here, others are to be sent elsewhere.
    is_full = crowd.fullness() >= _NEARLY_FULL
    status = "not ready" if is_broken else "full" if is_full else "ready"
    # Where not everybody may know which maps there are, nobody is told here.
    told = maps if access.rules().mode == "open" else {}
    found = {"status": status, "maps": told}
    return JSONResponse(found, status_code=200 if status == "ready" else 503, headers=_NEW)


def _state(folder: Path, is_opened: bool) -> str:
    """What is the matter with a map; one that could not be kept open is only looked at."""
    try:
        artefact.read_manifest(folder)
        if is_opened:
            loading.open_map(folder)
    except MapWithdrawn:
        return "withdrawn"
    except (MapError, OSError):
        # The message names folders of the host, which are none of a stranger's business.
        return "unreadable"
    return "ready"


@lru_cache(maxsize=32)
def content_policy(host: str = "") -> str:
    """What a page may load and run: what comes from here, and nothing else.

    Components' scripts are made into blobs by Streamlit, which also writes styles into its pages.
    Of scripts written into the page only those of Streamlit's own page may run, by their digest.

    Args:
        host: name and port under which the reader asks: not every browser counts a socket to the
            page's own host as its own.
    """
    sockets = f" ws://{host} wss://{host}" if is_host(host) else ""
    scripts = " ".join(f"'sha256-{digest}'" for digest in _inline_scripts())
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors 'self'{_frames()}",
        )
    )


def _frames() -> str:
    """Other hosts whose pages may show the dashboard within them, as the environment says."""
    named = os.environ.get(FRAMES_VARIABLE, "").split()
    return "".join(f" {each}" for each in named if _SITE.fullmatch(each))


def _inline_scripts() -> list[str]:
    import streamlit

    page = Path(streamlit.__file__).with_name("static") / "index.html"
    try:
        found = _INLINE.findall(page.read_text(encoding="utf-8"))
    except OSError:
        return []
    return [b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in found]


class Guard:
    """ASGI middleware that gives every answer the headers of a careful host.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        host = Headers(scope=scope).get("host", "")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message["headers"]))
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = content_policy(host)
                message = {**message, "headers": headers.raw}
            await send(message)

        await self._app(scope, receive, guarded)
