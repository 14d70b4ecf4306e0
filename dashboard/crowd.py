"""When more people come than the host can answer: who is there goes on, who comes waits."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

from dashboard.addresses import Root, is_page

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MOST_READERS_VARIABLE", "Crowd", "fullness"]

#: Environment variable with how many people may use the dashboard at the same time.
MOST_READERS_VARIABLE = "PAPERMAP_MOST_READERS"

#: One process answers ten times a second or more; people ask every five seconds, or more seldom.
_MOST = 100

#: Seconds after which somebody who asked for nothing counts as away, although the page is open.
_AWAY = 60.0

#: Open pages for each one in use: each takes a megabyte or two.
_OPEN = 5

_WAIT = 10

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{seconds}"><title>One moment · Papermap</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; display: grid; place-content: center;
  min-height: 90vh; margin: 0 1.5rem; text-align: center;
  background: light-dark(#fbfaf7, #13161b); color: light-dark(#1d2129, #ebe9e4) }}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem }} p {{ margin: 0 }}
</style></head><body><main role="status"><h1>Many people are reading just now</h1>
<p>This page opens by itself as soon as there is room. Your link stays as it is.</p>
</main></body></html>"""


class _Here:
    """When each open page was last used, by a number of its own."""

    def __init__(self) -> None:
        self.last: dict[int, float] = {}

    def active(self) -> int:
        """How many are in use."""
        since = time.monotonic() - _AWAY
        return sum(moment > since for moment in self.last.values())


_here = _Here()


def _most() -> int:
    given = os.environ.get(MOST_READERS_VARIABLE, "")
    return int(given) if given.isdecimal() and int(given) > 0 else _MOST


def fullness() -> float:
    """How full the host is: 1 where whoever comes has to wait."""
    most = _most()
    return max(_here.active() / most, len(_here.last) / (most * _OPEN))


class Crowd:
    """ASGI middleware that lets people in as long as there is room.

    Args:
        app: what answers.
        base: the path under which the dashboard is served.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app = app
        self._root = Root(base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it wait."""
        if scope["type"] == "websocket":
            await self._listened(scope, receive, send)
        elif self._has_to_wait(scope):
            # Not all at the same moment.
            seconds = _WAIT + random.randrange(_WAIT)  # noqa: S311 - no secret
            headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
            waiting = HTMLResponse(_PAGE.format(seconds=seconds), 503, headers)
            await waiting(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _has_to_wait(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "GET":
            return False
        inner = self._root.inner(str(scope["path"]))
        if inner is None or not is_page(inner):
            return False
        return "text/html" in Headers(scope=scope).get("accept", "") and fullness() >= 1

    async def _listened(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a socket on, and note when something is asked for over it."""
        if len(_here.last) >= _most() * _OPEN:
            await receive()
            await send({"type": "websocket.close", "code": 1013})
            return
        own = id(scope)
        _here.last[own] = time.monotonic()

        async def noted() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                _here.last[own] = time.monotonic()
            return message

        try:
            await self._app(scope, noted, send)
        finally:
            _here.last.pop(own, None)
