"""Scripts that the browser should fetch at once, beside the ones that the page itself names.

Streamlit's page loads the parts of its interface when the first elements arrive, some fifty files
in a second round. Which ones the map needs is known beforehand: named in a header of the page they
arrive with the first round, and the map is drawn the earlier.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["link_header", "scripts"]

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


@cache
def link_header() -> str:
    """The header that names `scripts`; empty for none."""
    # Relative, as the page's own: right under a prefix, too.
    return ", ".join(f"<./static/js/{name}>; rel=modulepreload" for name in scripts())
