"""What a link shows where it is pasted: title, description, picture (the Open Graph protocol)."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode

from dashboard import links, loading
from dashboard.addresses import Root, is_host
from dashboard.opening import ROOT, is_serving
from dashboard.state import View
from topics import artefact
from topics.errors import MapError, PapermapError
from topics.report.card import CARD_SIZE, card_png, in_short
from topics.wording import shorten

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import Scope

    from dashboard.loading import ServedMap
    from topics.topicmap import TopicMap

__all__ = ["picture_address", "picture_routes", "preview"]

_THUMBNAIL = "thumbnail"
_LONGEST = 300
#: Pictures kept, of some hundred kilobytes at most each.
_MOST_KEPT = 64


def preview(scope: Scope, headers: Headers, *, page: str, root: Root) -> str:
    """Tags for the head of a page; empty where there is no map to tell of.

    Args:
        scope: of the request.
        headers: of the request; the host in them is told only if it is written like one.
        page: name of the page, a key of ``PAGES``.
        root: the path under which the dashboard is served.
    """
    view, _ = View.from_params(parse_qs(scope["query_string"].decode("latin-1")))
    host = headers.get("host", "")
    chosen = loading.asked_for(view)
    if chosen is None or not is_host(host):
        return ""
    try:
        topic_map = loading.open_map(chosen.folder)
    except (MapError, OSError):
        return ""
    forwarded = headers.get("x-forwarded-proto", "")
    scheme = forwarded if forwarded in ("http", "https") else scope.get("scheme", "http")
    card = _address("card", topic_map.digest, chosen.name)
    width, height = CARD_SIZE
    title, said = _told(topic_map, view, page, chosen.title)
    tags = {
        "og:type": "website",
        "og:site_name": "Papermap",
        "og:title": title,
        "og:description": said,
        "og:image": f"{scheme}://{host}{root.at(card)}",
        "og:image:width": str(width),
        "og:image:height": str(height),
        "og:image:alt": f"Map of {in_short(topic_map)}",
        "twitter:card": "summary_large_image",
    }
    return (
        "".join(
            f'<meta property="{name}" content="{html.escape(_line(value), quote=True)}">'
            for name, value in tags.items()
        )
        + f'<meta name="description" content="{html.escape(_line(said), quote=True)}">'
        f"<title>{html.escape(_line(title))} · Papermap</title>"
    )


def _told(topic_map: TopicMap, view: View, page: str, name: str) -> tuple[str, str]:
    """Title and description of what a link leads to."""
    if view.paper and view.paper in topic_map.row_of and page in ("paper", "map"):
        paper = topic_map.papers.iloc[topic_map.row_of[view.paper]]
        return str(paper["title"]), str(paper["abstract"] or in_short(topic_map))
    if page == "topic" and view.topic in topic_map.topic_names:
        topic = topic_map.topics.set_index("id").loc[view.topic]
        return str(topic["name"]), f"{topic['size']} papers: {', '.join(topic['keywords'][:8])}"
    largest = ", ".join(topic_map.topics["name"].head(5))
    said = f"{in_short(topic_map)}. {f'The largest: {largest}.' if largest else ''}"
    where = links.PAGES[page].title if page in links.PAGES else ""
    return (f"{where} · {name}" if where and page != "map" else name), said


def _line(words: str) -> str:
    return shorten(" ".join(words.split()), _LONGEST)


def picture_address(digest: str, name: str) -> str | None:
    """Where a browser fetches the picture of a map, relative to a page; None where nowhere.

    Args:
        digest: of the map.
        name: that it is served by.
    """
    return f"./{_address(_THUMBNAIL, digest, name)}" if is_serving() else None


def _address(kind: str, digest: str, name: str) -> str:
    query = urlencode({"map": name}, quote_via=quote)
    return f"{ROOT}/{kind}/{digest[:16]}.png?{query}"


def picture_routes(base: str = "") -> list[Route]:
    """What answers the addresses of pictures.

    Args:
        base: the path under which the dashboard is served.
    """
    from starlette.routing import Route

    root = Root(base)
    return [
        Route(root.at(f"{ROOT}/{kind}/{{digest}}.png"), _picture) for kind in ("card", _THUMBNAIL)
    ]


def _picture(request: Request) -> Response:
    from starlette.responses import Response

    served = {each.name: each for each in loading.served_maps()}
    asked = served.get(request.query_params.get("map", ""))
    gone = Response(status_code=404, headers={"Cache-Control": "no-store"})
    try:
        digest = str(artefact.read_manifest(asked.folder)["digest"]) if asked else ""
        if asked is None or digest[:16] != request.path_params["digest"]:
            return gone
        named = f"/{_THUMBNAIL}/" not in request.url.path
        data = _drawn(asked, digest, named)
    except (PapermapError, OSError):
        return gone
    kept = {"Cache-Control": "private, max-age=86400"}
    return Response(data, media_type="image/png", headers=kept)


@lru_cache(maxsize=_MOST_KEPT)
def _drawn(served: ServedMap, digest: str, named: bool) -> bytes:  # noqa: ARG001 - of the key
    return card_png(loading.open_map(served.folder), title=served.title if named else None)
