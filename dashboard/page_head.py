"""What is added to the page that Streamlit serves: scripts, the first picture, a preview."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders

from dashboard import access, links, opening
from dashboard.addresses import Root, is_page
from dashboard.preload import link_header, scripts
from dashboard.previews import preview

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["PageHead"]

_MAP = next(iter(links.PAGES))

_PRELOADED = re.compile(r'<link rel="modulepreload"[^>]* href="([^"]+)">\s*')

_STARTED = re.compile(r'<script type="module"[^>]* src="([^"]+)"></script>\s*')
_TITLE = re.compile(r"<title>[^<]*</title>\s*")
_CHARSET = re.compile(r"<meta charset=[^>]*>")

#: What a browser asks with that would bring a page other than whole, plain and new.
_CONDITIONS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")

#: What is no longer true of a page that was added to.
_OUTDATED = ("etag", "last-modified", "content-length", "accept-ranges")


class PageHead:
    """ASGI middleware that adds to every HTML page.

    Each page of the dashboard names in its header the scripts that the map needs; the page of the
    map has the tags of `opening.head` first in its head instead, and its own parts are fetched
    after theirs.

    Args:
        app: what answers.
        base: the path under which the dashboard is served.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app = app
        self._root = Root(base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        picture = said = ""
        page = self._page(scope)
        inner = self._root.inner(str(scope["path"]))
        # Relative addresses, and of no use to any other page.
        named = link_header() if inner is not None and is_page(inner) else ""
        if page is not None and access.current().may_read:
            headers = Headers(scope=scope)
            said = await run_in_threadpool(preview, scope, headers, page=page, root=self._root)
            if page == _MAP and "text/html" in headers.get("accept", ""):
                query = scope["query_string"].decode("latin-1")
                picture = await run_in_threadpool(opening.head, query)
        if picture or said:
            kept = [pair for pair in scope["headers"] if pair[0].lower() not in _CONDITIONS]
            scope = {**scope, "headers": kept}
        await self._app(scope, receive, _Page(send, named, picture, said).send)

    def _page(self, scope: Scope) -> str | None:
        """Name of the page that is asked for; None for what is no page."""
        name = self._root.inner(str(scope["path"]))
        if name == "":
            return _MAP
        return name if name in links.PAGES else None


class _Page:
    """Passes an answer on; a page with what it is about and the first picture in its head."""

    def __init__(self, send: Send, named: str, picture: str, said: str) -> None:
        self._send, self._named = send, named
        self._picture, self._said = picture, said

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            if headers.get("content-type", "").startswith("text/html"):
                if self._picture or self._said:
                    for name in _OUTDATED:
                        del headers[name]
                if not self._picture and self._named:
                    headers["link"] = self._named
            else:
                self._picture = self._said = ""
            message = {**message, "headers": headers.raw}
        elif (self._picture or self._said) and b"<head>" in message.get("body", b""):
            page = message["body"].decode()
            if self._said:
                page = _begun_with(self._said, _TITLE.sub("", page, count=1))
            if self._picture:
                page = _with_picture_first(page, self._picture)
            message = {**message, "body": page.encode()}
            self._picture = self._said = ""
        await self._send(message)


def _with_picture_first(page: str, tags: str) -> str:
    """The page with tags at the beginning of its head, and its parts named by them instead."""
    parts = [*_PRELOADED.findall(page), *(f"./static/js/{name}" for name in scripts())]
    named = {opening.MAIN: _STARTED.findall(page), opening.LATER: parts}
    for mark, addresses in named.items():
        tags = tags.replace(mark, html.escape(" ".join(addresses), quote=True))
    page = _STARTED.sub("", _PRELOADED.sub("", page))
    return _begun_with(tags, page)


def _begun_with(tags: str, page: str) -> str:
    """The page with tags early in its head."""
    # After the encoding, which has to be told among a page's first bytes.
    return _CHARSET.sub(lambda found: found[0] + tags, page, count=1)
