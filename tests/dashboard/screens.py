"""Opening a page of the dashboard in a test, as a link would."""

from __future__ import annotations

import gzip
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.loading import MAPS_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

__all__ = [
    "APP",
    "assert_only_text",
    "components_of",
    "figures_of",
    "html_of",
    "open_page",
    "served",
    "unpacked",
    "words_of",
]

APP = Path(__file__).parents[2] / "dashboard" / "app.py"

# Before the first run of each page Streamlit looks for components in all that is installed, which
# takes longer than the page: once will do.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

_ESCAPED = re.compile(r"\\.")


def open_page(folder: Path, page: str, **params: str | Sequence[str]) -> AppTest:
    """Open a page of a map.

    Args:
        folder: the map.
        page: name of the page, as in the address.
        params: parameters of the address.
    """
    test = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in params.items():
        test.query_params[name] = value if isinstance(value, str) else list(value)
    # A page that is a function has no file to switch to; its hash is that of its address.
    test._page_hash = calc_hash(page)
    with served(folder):
        return test.run()


def served(folder: Path) -> AbstractContextManager[Any]:
    """Serve a map while a page runs."""
    return mock.patch.dict(os.environ, {MAPS_VARIABLE: str(folder)})


def words_of(test: AppTest) -> str:
    """All that the page says, as a reader sees it, with HTML as it is written."""
    return "\n".join(
        [*(_ESCAPED.sub(lambda m: m[0][1], said) for said in _markdown(test)), html_of(test)]
    )


def assert_only_text(test: AppTest) -> None:
    """Fail where text of a paper could be read as markup."""
    for said in _markdown(test):
        bare = _ESCAPED.sub("", said)
        assert not re.search(r"<\w|\$|:red\[|\]\(|:smile:|:material/home:", bare), said
    assert not re.search(r"<(?:img|script|b>alert)", html_of(test))
    for element in test.get("plotly_chart"):
        assert not re.search(r"<(?:img|script)|\$\\\\href", element.proto.spec)


def html_of(test: AppTest) -> str:
    """All HTML that the page puts in place, without the style sheets."""
    bodies = [str(element.proto.body) for element in test.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style"))


def figures_of(test: AppTest) -> list[dict[str, Any]]:
    """The Plotly figures of the page."""
    return [json.loads(element.proto.spec) for element in test.get("plotly_chart")]


def components_of(test: AppTest) -> dict[str, Any]:
    """What the page's own components were told: by name, the JSON or the bytes."""
    return {
        element.proto.component_name: json.loads(element.proto.json)
        if element.proto.WhichOneof("data") == "json"
        else element.proto.bytes
        for element in test.get("bidi_component")
    }


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The papers as the browser reads them: the header and the columns."""
    plain = gzip.decompress(data)
    length = int.from_bytes(plain[:4], "little")
    header = json.loads(plain[4 : 4 + length])
    return header, {
        name: np.frombuffer(plain, f"<{column['type']}", column["size"], column["at"])
        for name, column in header["columns"].items()
    }


def _markdown(test: AppTest) -> list[str]:
    """Every string of the page that Streamlit reads as markdown."""
    headings = ("title", "header", "subheader", "caption")
    kinds = (*headings, "markdown", "info", "success", "warning", "error")
    said = [str(element.value) for kind in kinds for element in test.get(kind)]
    said += [link.proto.label for link in test.get("page_link")]
    said += [link.proto.help for link in test.get("page_link")]
    said += [link.proto.label for link in test.get("link_button")]
    said += [button.label for button in test.button]
    return [*said, *(each.proto.label for each in test.get("expander"))]
