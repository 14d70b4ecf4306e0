"""What the browser fetches before the map is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit

from dashboard.preload import scripts
from tests.browser.mapping import wait_for_map

if TYPE_CHECKING:
    from tests.browser.conftest import OpenTab

_FETCHED = """() => performance.getEntriesByType("resource")
  .map(({ name }) => new URL(name).pathname.split("/static/js/")[1]).filter(Boolean)"""


def test_all_scripts_of_the_map_are_known_beforehand(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site, fresh=True)
    wait_for_map(page)
    fetched = set(page.evaluate(_FETCHED))
    named = (Path(streamlit.__file__).with_name("static") / "index.html").read_text("utf-8")
    later = {name for name in fetched if name not in named}
    assert later == set(scripts())


def test_the_map_needs_no_plotly_and_without_webgl_a_plain_canvas_does(
    open_tab: OpenTab, site: str
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    assert not any(name.startswith("Plotly") for name in page.evaluate(_FETCHED))
    assert page.evaluate("document.querySelector('.pm-map').atlas.painter.kind") == "webgl"
    page.add_init_script(
        """const own = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind.startsWith("webgl") ? null : own.call(this, kind, ...rest);
        };"""
    )
    page.reload()
    wait_for_map(page)
    assert page.evaluate("document.querySelector('.pm-map').atlas.painter.kind") == "canvas"
    inked = page.evaluate(
        """() => {
          const canvas = document.querySelector(".pm-canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.reduce((sum, value, i) => sum + (i % 4 === 3 && value > 99), 0);
        }"""
    )
    assert inked > 153 * 20
