"""The addresses of the dashboard: its hosts, below which path it is served, which are pages."""

from __future__ import annotations

import re

from dashboard import links

__all__ = ["Root", "is_host", "is_page"]

_HOST = re.compile(r"[\w.-]{1,255}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?", re.ASCII)


class Root:
    """The path under which the dashboard is served.

    Args:
        base: that path, with slashes around it or without; empty where it is the whole host.

    Attributes:
        path: the same, as addresses begin: ``/maps``, or empty.
    """

    __slots__ = ("path",)

    def __init__(self, base: str = "") -> None:
        self.path = f"/{base.strip('/')}".rstrip("/")

    def at(self, name: str) -> str:
        """Path of something that the dashboard serves."""
        return f"{self.path}/{name}"

    def inner(self, path: str) -> str | None:
        """What a path names below the root: empty for the root; None for what is not below it."""
        if path == self.path:
            return ""
        return path.removeprefix(f"{self.path}/") if path.startswith(f"{self.path}/") else None


def is_host(name: str) -> bool:
    """Whether something is written like the name of a host, with a port or without."""
    return _HOST.fullmatch(name) is not None


def is_page(inner: str) -> bool:
    """Whether a path below the root is that of a page."""
    return inner == "" or inner in _pages()


def _pages() -> set[str]:
    return {*links.PAGES, *(info.name for info in (links.MAPS, links.BUILD, links.READING))}
