"""The first picture: the map is on the screen before the rest of the page is.

Streamlit's page takes a second or more until its first element is drawn. The page therefore names a
small script that asks for the papers and for what the map looks like in the view of the address,
and draws them at once where the map will be. The map's component takes that drawing over.

The papers travel over HTTP, once a map and browser, instead of with every session.
"""

from __future__ import annotations

import html
from contextlib import suppress
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from dashboard import links, loading
from dashboard.addresses import Root
from dashboard.figures import groups
from dashboard.map_layer import MAP_SCRIPT, atlas_script, layer_data
from dashboard.map_points import FORM, packed
from dashboard.screen import compose
from dashboard.state import View
from dashboard.theme import DARK, LIGHT, style_variables
from topics import artefact
from topics.errors import MapError
from topics.threshold import at_confidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from dashboard.links import PageInfo
    from topics.topicmap import TopicMap

__all__ = [
    "LATER",
    "MAIN",
    "ROOT",
    "head",
    "is_serving",
    "points_address",
    "routes",
    "scene",
    "serve_points",
]

#: Beginning of the addresses of what is served here, beside the page.
ROOT = "papermap"

#: Stand in the tags for the addresses of scripts: of those that start the page, which are to run
#: after the picture is drawn, and of those that these need, which are to be fetched after it is.
MAIN, LATER = "papermap-main", "papermap-later"

_APPEARANCES = ("light", "dark")

_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_NEVER = {"Cache-Control": "no-store"}
_SAFE = {"X-Content-Type-Options": "nosniff"}

_ASSETS = Path(__file__).with_name("assets")


class _Delivery:
    """Whether this process answers the addresses below."""

    served = False


def serve_points() -> None:
    """Let maps be fetched by address; called where `routes` are mounted."""
    _Delivery.served = True


def open_first() -> Thread:
    """Open the first map beside what goes on: a large one takes longer than a reader to come."""
    thread = Thread(target=_opened_first, name="papermap-opening", daemon=True)
    thread.start()
    return thread


def _opened_first() -> None:
    # What is wrong with a map is told to whoever asks for it.
    with suppress(MapError, OSError):
        for first in loading.served_maps()[:1]:
            packed(loading.open_map(first.folder))


def is_serving() -> bool:
    """Whether browsers can fetch what is not part of a page, too."""
    return _Delivery.served


def points_address(topic_map: TopicMap, view: View) -> str | None:
    """Where a browser fetches the papers of a map, relative to the page; None where nowhere."""
    return _address(topic_map.digest, view) if _Delivery.served else None


def _address(digest: str, view: View) -> str:
    asked = View(map=view.map, confidence=view.confidence).to_params()
    # Browsers keep what an address gave: another form of the same papers has another address.
    query = urlencode({**asked, "form": FORM}, doseq=True)
    return f"./{ROOT}/points/{digest[:16]}?{query}"


def head(query: str) -> str:
    """What the page of the map has in its head, so that the first picture is drawn early.

    Args:
        query: what follows the "?" in the address.

    Returns:
        Markup; empty where there is no map to show.
    """
    view, _ = View.from_params(parse_qs(query))
    chosen = loading.asked_for(view)
    if chosen is None:
        return ""
    try:
        digest = str(artefact.read_manifest(chosen.folder)["digest"])
    except (MapError, OSError):
        # An early picture must not cost the page, which says what is wrong.
        return ""
    if view.least_confidence is not None:
        digest = f"{view.confidence}-{digest}"
    given = {
        "points": _address(digest, view),
        **{name: _scene_address(query, name) for name in _APPEARANCES},
    }
    at = {name: html.escape(address, quote=True) for name, address in given.items()}
    early = "".join(
        f'<link rel="preload" as="fetch" crossorigin href="{at[name]}"'
        + (f' media="(prefers-color-scheme: {name})">' if name in _APPEARANCES else ">")
        for name in at
    )
    told = " ".join(f'data-{name}="{address}"' for name, address in at.items())
    mark = _mark()
    return (
        f'<script type="module" id="pm-opening-script" src="./{ROOT}/opening.js?{mark}" {told} '
        f'data-main="{MAIN}" data-later="{LATER}" async></script>'
        f'{early}<link rel="stylesheet" href="./{ROOT}/opening.css?{mark}">'
    )


def _scene_address(query: str, appearance: str) -> str:
    asked = "&".join(part for part in (query, f"appearance={appearance}") if part)
    return f"./{ROOT}/scene?{asked}"


def scene(query: Mapping[str, list[str]], *, dark: bool) -> dict[str, Any] | None:
    """What the map looks like in a view, and what stands around it.

    Args:
        query: parameters of the page's address.
        dark: whether the reader sees the dark appearance.

    Returns:
        The layer's data with ``pages`` (title, address), ``summary`` and ``colours`` (of the style
        sheet); None where the page shows something else than a map.
    """
    view, _ = View.from_params(query)
    opened = _open(view)
    if opened is None:
        return None
    return _drawn(opened, view, tuple(links.in_navigation()), dark=dark)


@lru_cache(maxsize=8)
def _drawn(
    opened: TopicMap, view: View, pages: tuple[PageInfo, ...], *, dark: bool
) -> dict[str, Any] | None:
    """The picture of a view: most readers of a large map open it on the same one."""
    palette = DARK if dark else LIGHT
    screen, _ = compose(opened, view, palette)
    if screen.selection.empty:
        return None
    return {
        **layer_data(screen, groups(screen)),
        "pages": _pages(screen.view, pages),
        "summary": screen.selection.summary,
        "colours": style_variables(palette),
        "beside": screen.view.beside,
        "below": screen.view.area is not None or screen.view.new is not None,
    }


def _pages(view: View, pages: tuple[PageInfo, ...]) -> list[dict[str, str]]:
    """The pages that the navigation leads to, with the filters kept."""
    kept = links.params(
        view, place=False, paper=None, topic=None, area=None, named=None, at=None, build=None
    )
    query = f"?{urlencode(kept, doseq=True)}" if kept else ""
    first = next(iter(links.PAGES))
    return [
        {"title": info.title, "href": f"./{'' if info.name == first else info.name}{query}"}
        for info in pages
    ]


def _open(view: View) -> TopicMap | None:
    chosen = loading.asked_for(view)
    if chosen is None:
        return None
    try:
        return loading.open_map(chosen.folder)
    except (MapError, OSError):
        return None


def routes(base: str = "") -> list[Route]:
    """What answers the addresses that `head` names.

    Args:
        base: the path under which the dashboard is served.
    """
    from starlette.routing import Route

    root = Root(base).at(ROOT)
    return [
        Route(f"{root}/opening.js", _script),
        Route(f"{root}/opening.css", _sheet),
        Route(f"{root}/scene", _scene),
        Route(f"{root}/points/{{digest}}", _points),
    ]


def _script(_: Request) -> Response:
    from starlette.responses import Response

    return Response(_opening_script(), media_type="text/javascript", headers=_FOREVER | _SAFE)


def _sheet(_: Request) -> Response:
    from starlette.responses import Response

    return Response(_opening_sheet(), media_type="text/css", headers=_FOREVER | _SAFE)


def _scene(request: Request) -> Response:
    from starlette.responses import JSONResponse, Response

    query = parse_qs(request.url.query)
    found = scene(query, dark=query.get("appearance") == ["dark"])
    if found is None:
        return Response(status_code=204, headers=_NEVER | _SAFE)
    return JSONResponse(found, headers=_NEVER | _SAFE)


def _points(request: Request) -> Response:
    from starlette.responses import Response

    view, _ = View.from_params(parse_qs(request.url.query))
    topic_map = _open(view)
    if topic_map is not None and view.least_confidence is not None:
        topic_map = at_confidence(topic_map, view.least_confidence)
    if topic_map is None or topic_map.digest[:16] != request.path_params["digest"]:
        # The map was built again, or is gone: what was asked for is not there any more.
        return Response(status_code=404, headers=_NEVER | _SAFE)
    kind = "application/octet-stream"
    return Response(packed(topic_map), media_type=kind, headers=_FOREVER | _SAFE)


@cache
def _opening_script() -> str:
    return atlas_script((*MAP_SCRIPT, "legend", "controls", "opening"))


@cache
def _opening_sheet() -> str:
    return "\n".join(
        (_ASSETS / name).read_text(encoding="utf-8")
        for name in ("style.css", "time.css", "opening.css")
    )


@cache
def _mark() -> str:
    """Changes with the script and the sheet, which browsers keep."""
    return sha256((_opening_script() + _opening_sheet()).encode()).hexdigest()[:12]
