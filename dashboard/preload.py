"""Scripts that the browser should fetch at once, beside the ones that the page itself names.

Streamlit's page loads the parts of its interface when the first elements arrive, some fifty files
in a second round. Which ones the map needs is known beforehand: named in a header of the page they
arrive with the first round, and the map is drawn the earlier.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Preload", "scripts"]

#: Parts of Streamlit's interface that the Map view is made of.
PARTS = (
    "BidiComponent",
    "Button",
    "ButtonGroup",
    "Checkbox",
    "Html",
    "Multiselect",
    "PageLink",
    "Selectbox",
    "Slider",
    "TextInput",
)

_LAZY = re.compile(r"import\(`\./(\w+)\.[\w-]+\.js`\),__vite__mapDeps\(\[([\d,]*)\]\)")
_FILES = re.compile(r"m\.f\|\|\(m\.f=\[([^\]]*)\]")
_NAMED = re.compile(r'"\./static/js/([^"]+\.js)"')


@cache
def scripts() -> tuple[str, ...]:
    """Names of the scripts that the parts need and the page does not name itself.

    They are read from the table of its parts in Streamlit's own main script; empty where that is
    written otherwise than expected, which costs nothing but the time to be saved.
    """
    import streamlit

    static = Path(streamlit.__file__).with_name("static")
    try:
        page = (static / "index.html").read_text(encoding="utf-8")
        named = _NAMED.findall(page)
        script = "".join(
            (static / "static" / "js" / name).read_text(encoding="utf-8")
            for name in named
            if name.startswith("index.")
        )
    except OSError:
        return ()
    files = _FILES.search(script)
    if files is None:
        return ()
    table = [name.strip("\"'`").removeprefix("./") for name in files[1].split(",")]
    found = (
        table[int(index)]
        for part, needed in _LAZY.findall(script)
        if part in PARTS
        for index in needed.split(",")
        if index and int(index) < len(table)
    )
    return tuple(
        dict.fromkeys(name for name in found if name.endswith(".js") and name not in named)
    )


class Preload:
    """ASGI middleware that names `scripts` in the header of every HTML page.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            starts = message["type"] == "http.response.start"
            if starts and scripts() and _is_page(message["headers"]):
                message = {**message, "headers": [*message["headers"], (b"link", _header())]}
            await send(message)

        await self._app(scope, receive, answer)


def _is_page(headers: Any) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in headers
    )


@cache
def _header() -> bytes:
    # Relative, as the page's own: right under a prefix, too.
    return ", ".join(f"<./static/js/{name}>; rel=modulepreload" for name in scripts()).encode()
