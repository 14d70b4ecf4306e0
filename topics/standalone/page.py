"""The one file, put together: a page, its style, its script and the packed data."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics import wording
from topics.errors import PapermapError, SettingsError
from topics.folders import write_whole
from topics.report.blocks import Heading
from topics.report.page import to_body
from topics.report.provenance import citing, limits_of, method, sources
from topics.standalone.contents import abstracts, contents
from topics.trend_lines import read_on

if TYPE_CHECKING:
    import os

    from topics.topicmap import TopicMap

__all__ = ["ATLAS", "MOST_ABSTRACTS", "page_bytes", "write_page"]

#: Modules of the dashboard's map that the file uses as they are.
ATLAS = (
    *("dom", "camera", "points", "labels", "layers", "webgl", "canvas", "gestures", "overlay"),
    *("time", "timebar", "scale", "shade", "picture", "atlas", "legend", "controls"),
)
_APP = ("search", "store", "view", "parts", "charts", "map_page", "pages", "app")
#: What the app takes from the map's modules, all else in them is their own.
_USED = (*("Atlas", "Points", "drawLegend", "pictureMenu", "inside", "isNarrow", "monthOf", "svg"),)

#: Papers up to which a file holds abstracts, unless it is asked to.
MOST_ABSTRACTS = 40_000
_CHUNK = 250

_HERE = Path(__file__).parent / "app"


def write_page(
    topic_map: TopicMap,
    path: str | os.PathLike[str],
    *,
    title: str,
    with_abstracts: bool | None = None,
) -> int:
    """Write a map as one HTML file; the same map gives the same bytes.

    Args:
        topic_map: the map.
        path: the file.
        title: what to call the map.
        with_abstracts: whether to hold the abstracts; by default up to ``MOST_ABSTRACTS`` papers.

    Returns:
        Its size in bytes.

    Raises:
        SettingsError: the file cannot be written.
    """
    data = page_bytes(topic_map, title=title, with_abstracts=with_abstracts)
    target = Path(path)
    try:
        write_whole(target, data)
    except OSError as error:
        raise SettingsError(
            f"The file cannot be written to {target} ({error.strerror}). Choose another --out."
        ) from error
    return len(data)


def page_bytes(topic_map: TopicMap, *, title: str, with_abstracts: bool | None = None) -> bytes:
    """A map as one HTML file; see `write_page`."""
    core = contents(topic_map, title=title)
    held = len(topic_map.papers) <= MOST_ABSTRACTS if with_abstracts is None else with_abstracts
    core["chunk"] = _CHUNK
    texts = abstracts(topic_map) if held else []
    parts = [_packed(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
    style, script = _style(), _script()
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    made = (
        f"{wording.count(len(topic_map.papers), 'paper')} · as of {wording.day(read_on(topic_map))}"
    )
    blocks = [
        Heading("About this map", 1),
        *sources(topic_map),
        *method(topic_map),
        *citing(topic_map),
        *limits_of(topic_map),
    ]
    page = (_HERE / "page.html").read_text(encoding="utf-8")
    # One pass, so that nothing in a title can be taken for another place to fill.
    places = {
        "policy": policy,
        "title": html.escape(title),
        "made": html.escape(made),
        "style": style,
        "script": script,
        "about": to_body(blocks).replace("<h1>", '<h1 tabindex="-1">'),
        "data": _packed(core),
        "abstracts": "\n".join(
            f'<script type="text/plain" class="abstracts">{part}</script>' for part in parts
        ),
    }
    filled = re.sub(r"\{\{(\w+)\}\}", lambda found: places[found[1]], page)
    return filled.encode("utf-8", "replace")


def _packed(value: Any) -> str:
    """A value as base 64 of gzip of JSON: no sign in it means anything in HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode()


def _digest(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _style() -> str:
    sheets = [_asset(name) for name in ("style.css", "time.css", "views.css")]
    return "".join((*sheets, (_HERE / "app.css").read_text(encoding="utf-8")))


def _script() -> str:
    """The map's modules in a scope of their own, then the app's."""
    modules = "\n".join(_asset(f"atlas/{name}.js") for name in ATLAS)
    own = re.sub(r"^export (?:default )?", "", modules, flags=re.MULTILINE)
    app = "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in _APP)
    names = ", ".join(_USED)
    return (
        f'"use strict";\nconst {{ {names} }} = (() => {{\n{own}\nreturn {{ {names} }};\n}})();\n'
        f"{app}"
    )


def _asset(name: str) -> str:
    """A file of the dashboard, which looks the same here."""
    found = find_spec("dashboard")
    if found is None or found.origin is None:
        raise PapermapError("The dashboard is not installed beside the engine: install Papermap.")
    return (Path(found.origin).parent / "assets" / name).read_text(encoding="utf-8")
