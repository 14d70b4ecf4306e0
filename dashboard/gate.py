"""Nobody gets past it who may not: every address is checked, and nothing is open by default."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, RedirectResponse

from dashboard import access
from dashboard.addresses import Root, is_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dashboard.access import Reader

__all__ = ["Gate"]

#: The address that was asked for before the reader signed in, until they have.
_WANTED = "papermap_wanted"
_LONGEST, _MINUTES = 3500, 20

_LOGIN, _CALLBACK = "auth/login", "oauth2callback"

#: What tells nothing of a map: the page without content, its scripts, the way to sign in, and the
#: socket, over which each run of the page checks for itself.
_FOR_ALL = (
    "healthz",
    "readyz",
    "static/",
    "favicon.png",
    "manifest.json",
    "robots.txt",
    "component/",
    "papermap/opening.",
    "auth/",
    _CALLBACK,
    "_stcore/health",
    "_stcore/script-health-check",
    "_stcore/host-config",
    "_stcore/stream",
    "_stcore/bidi-components/",
)

#: Streamlit's figures about the host, and its way in for other programs.
_FOR_NOBODY = ("_stcore/metrics", "_stcore/agent", "st-metrics")

_UPLOADS = "_stcore/upload_file/"
_READING = ("GET", "HEAD", "OPTIONS")


class Gate:
    """ASGI middleware that lets pass what its reader may have.

    Args:
        app: what answers.
        base: the path under which the dashboard is served.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app = app
        self._root = Root(base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say that it is not for whoever asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        said = access.rules()
        user = access.user_in_cookies(cookies) if said.signs_in else {}
        reader = access.reader_of(user)
        path = str(scope["path"])
        below_root = self._root.inner(path)
        inner = (path if below_root is None else below_root).lstrip("/")
        page, _, below = inner.partition("/")
        if is_page(page) and below.startswith("_stcore/"):
            inner = below  # where Streamlit looks for its server first
        if status := self._refusal(reader, scope["method"], inner):
            answer = JSONResponse({"detail": _SAID[status]}, status, {"Cache-Control": "no-store"})
            await answer(scope, receive, send)
            return
        is_secure = said.is_secure or headers.get("x-forwarded-proto") == "https"
        passed = _Answer(send, is_secure=is_secure or scope.get("scheme") == "https")
        if inner == _LOGIN:
            passed.remember(self._wanted(headers))
        elif inner == _CALLBACK:
            passed.lead_to(self._remembered(cookies))
        with access.asking(reader):
            await self._app(scope, receive, passed.send)

    def _refusal(self, reader: Reader, method: str, inner: str) -> int:
        """The status of a refusal; 0 where none is needed."""
        if inner.startswith(_FOR_NOBODY):
            return 404
        if inner.startswith(_UPLOADS):
            with access.asking(reader):
                return 0 if access.may_change() or method == "OPTIONS" else 403
        if reader.may_read or inner.startswith(_FOR_ALL):
            return 0
        if method in _READING and is_page(inner):
            return 0
        return 403 if reader.mail else 401

    def _wanted(self, headers: Headers) -> str:
        """The page from which a reader went to sign in, as a part of an address of ours."""
        came = urlsplit(headers.get("referer", ""))
        inner = self._root.inner(came.path)
        if came.netloc != headers.get("host", "") or inner is None or not is_page(inner):
            return ""
        return f"{inner}?{came.query}"

    def _remembered(self, cookies: Mapping[str, str]) -> str:
        """Where to go after signing in; whatever a cookie says, a page of ours."""
        try:
            told = urlsafe_b64decode(cookies.get(_WANTED, "").encode()).decode()
        except ValueError:
            return ""
        inner, _, query = told.partition("?")
        if not is_page(inner) or not query.isascii() or not query.isprintable():
            return ""
        return self._root.at(inner) + (f"?{query}" if query else "")


class _Answer:
    """Passes an answer on: cookies are for this host alone, and a sign-in ends where it began."""

    def __init__(self, send: Send, *, is_secure: bool) -> None:
        self._send = send
        self._is_secure = is_secure
        self._wanted: str | None = None
        self._target = ""

    def remember(self, wanted: str) -> None:
        """Keep an address until the reader is back."""
        self._wanted = wanted

    def lead_to(self, target: str) -> None:
        """Lead to an address instead of the first page."""
        self._target = target

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            if self._target and 300 <= message["status"] < 400:
                headers["location"] = RedirectResponse(self._target).headers["location"]
                headers.append("set-cookie", _cookie("", 0))
            if self._wanted is not None:
                kept = urlsafe_b64encode(self._wanted.encode()).decode()
                fits = bool(self._wanted) and len(kept) <= _LONGEST
                age = 60 * _MINUTES if fits else 0
                headers.append("set-cookie", _cookie(kept if fits else "", age))
            raw = [self._secured(*pair) for pair in headers.raw] if self._is_secure else headers.raw
            message = {**message, "headers": raw}
        await self._send(message)

    def _secured(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        if name.lower() != b"set-cookie" or b"; secure" in value.lower():
            return name, value
        return name, value + b"; Secure"


def _cookie(value: str, age: int) -> str:
    return f"{_WANTED}={value}; Max-Age={age}; Path=/; HttpOnly; SameSite=Lax"


_SAID = {
    401: "Sign in to see this.",
    403: "This is not for you.",
    404: "There is nothing here.",
}
