"""The description of the JSON addresses as a page to read, without any script."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["guide"]

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .25rem; }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
td { padding: .3rem .6rem .3rem 0; vertical-align: top; border-top: 1px solid #8884; }
td:first-child { white-space: nowrap; } p { margin: .25rem 0 .5rem; }
"""


_BEGIN = """
<p>For programs: <a href="./openapi.json">openapi.json</a> (OpenAPI). Begin with
<a href="./maps">the maps served here</a>.</p>
"""


_CODE = re.compile("`([^`]+)`")


def guide(schema: Mapping[str, Any]) -> str:
    """A page that lists every address with its parameters.

    Args:
        schema: the OpenAPI description.
    """
    info = schema["info"]
    parts = [
        f"<h1>{_text(info['title'])}: maps as JSON</h1>",
        f"<p>{_text(info['description'])}</p>",
        _BEGIN,
    ]
    for path, methods in schema["paths"].items():
        parts.append(_address(path, methods["get"]))
    body = "\n".join(parts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Papermap as JSON</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )


def _address(path: str, told: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{_text(each['name'])}</code></td><td>{_kind(each['schema'])}</td>"
        f"<td>{_text(each.get('description', ''))}</td></tr>"
        for each in told.get("parameters", ())
    )
    table = f"<table>{rows}</table>" if rows else ""
    said = told.get("description", "")
    return (
        f"<h2><code>GET .{_text(path)}</code></h2><p>{_text(told['summary'])}.</p>"
        + (f"<p>{_text(said)}</p>" if said else "")
        + table
    )


def _kind(schema: Mapping[str, Any]) -> str:
    """A type in words."""
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"] if each.get("type") != "null")
    if schema.get("type") == "array":
        return f"{_kind(schema['items'])}, repeatable"
    if "$ref" in schema:
        return "words or meaning" if schema["$ref"].endswith("/By") else "text"
    ends = (("minimum", "from"), ("maximum", "to"))
    bounds = [f"{word} {schema[key]}" for key, word in ends if key in schema]
    kind = {"integer": "whole number", "string": "text"}.get(str(schema.get("type")), "text")
    return " ".join([kind, *bounds])


def _text(words: object) -> str:
    """Words as HTML; what is between backticks is set as code is."""
    return _CODE.sub(r"<code>\1</code>", html.escape(" ".join(str(words).split())))
