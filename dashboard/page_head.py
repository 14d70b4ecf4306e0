"""What is added to the page that Streamlit serves: scripts to fetch early, the first picture."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders

from dashboard import opening
from dashboard.preload import link_header, scripts

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PageHead"]

_PRELOADED = re.compile(r'<link rel="modulepreload"[^>]* href="([^"]+)">\s*')

_STARTED = re.compile(r'<script type="module"[^>]* src="([^"]+)"></script>\s*')
_CHARSET = re.compile(r"<meta charset=[^>]*>")

#: What a browser asks with that would bring a page other than whole, plain and new.
_CONDITIONS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")

#: What is no longer true of a page that was added to.
_OUTDATED = ("etag", "last-modified", "content-length", "accept-ranges")


class PageHead:
    """ASGI middleware that adds to every HTML page.

    Each names in its header the scripts that the map needs; the page of the map has the tags of
    `opening.head` first in its head instead, and its own parts are fetched after theirs.

    Args:
        app: what answers.
        base: the path under which the dashboard is served.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app = app
        self._root = f"/{base.strip('/')}".rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        tags = ""
        if self._is_map(scope):
            query = scope["query_string"].decode("latin-1")
            tags = await run_in_threadpool(opening.head, query)
            kept = [pair for pair in scope["headers"] if pair[0].lower() not in _CONDITIONS]
            scope = {**scope, "headers": kept}
        await self._app(scope, receive, _Page(send, tags).send)

    def _is_map(self, scope: Scope) -> bool:
        accepted = Headers(scope=scope).get("accept", "")
        return scope["path"] in (self._root, f"{self._root}/") and "text/html" in accepted


class _Page:
    """Passes an answer on; a page with tags at the end of its head."""

    def __init__(self, send: Send, tags: str) -> None:
        self._send = send
        self._tags = tags

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            if headers.get("content-type", "").startswith("text/html"):
                if self._tags:
                    for name in _OUTDATED:
                        del headers[name]
                elif link_header():
                    headers["link"] = link_header()
            else:
                self._tags = ""
            message = {**message, "headers": headers.raw}
        elif self._tags and b"<head>" in message.get("body", b""):
            body = _with_picture_first(message["body"].decode(), self._tags)
            message, self._tags = {**message, "body": body.encode()}, ""
        await self._send(message)


def _with_picture_first(page: str, tags: str) -> str:
    """The page with tags at the beginning of its head, and its parts named by them instead."""
    parts = [*_PRELOADED.findall(page), *(f"./static/js/{name}" for name in scripts())]
    named = {opening.MAIN: _STARTED.findall(page), opening.LATER: parts}
    for mark, addresses in named.items():
        tags = tags.replace(mark, html.escape(" ".join(addresses), quote=True))
    page = _STARTED.sub("", _PRELOADED.sub("", page))
    # After the encoding, which has to be told among a page's first bytes.
    return _CHARSET.sub(lambda found: found[0] + tags, page, count=1)
