"""Where the JSON addresses stand beside the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from dashboard.addresses import Root

if TYPE_CHECKING:
    from starlette.routing import Mount
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["ROOT", "api_route"]

#: Beginning of the addresses, after the path under which the dashboard is served.
ROOT = "api/v1"


def api_route(base: str = "") -> Mount:
    """What answers under ``api/v1``.

    Args:
        base: the path under which the dashboard is served.
    """
    from starlette.routing import Mount

    return Mount(Root(base).at(ROOT), _Late())


class _Late:
    """Made when it is first asked for: what it is made with takes a second to import."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._app is None:
            self._app = await run_in_threadpool(_made)
        await self._app(scope, receive, send)


def _made() -> ASGIApp:
    from dashboard.api.endpoints import make_api

    return make_api()
