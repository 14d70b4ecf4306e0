"""How the map looks: what its colours, sizes and shades stand for, and the picture of it."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from tests.browser.mapping import names, param, points, settled, wait_for_map

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap

SVG = "{http://www.w3.org/2000/svg}"


def test_a_colour_is_chosen_by_keyboard_and_stays_in_hand(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site)
    wait_for_map(page)
    expect(page.locator(".pm-to-read")).to_be_hidden()  # the side bar says it
    choice = page.get_by_role("combobox", name="Colour by")
    choice.focus()
    choice.press("c")  # as in any list: the first entry that begins so
    settled(page)
    expect(page.locator(".pm-scale")).to_contain_text("Comments")
    expect(choice).to_be_focused()
    assert param(page, "colour") == ["comments"]
    expect(page.locator(".pm-item", has_text="unknown")).to_be_visible()
    choice.select_option("source")
    expect(page.locator(".pm-item", has_text="page-1.txt")).to_be_visible()
    page.go_back()
    expect(page.locator(".pm-scale")).to_contain_text("Comments")
    expect(choice).to_have_value("comments")


def test_a_link_to_a_colour_that_the_map_does_not_have_says_so(
    open_tab: OpenTab, site: str
) -> None:
    page = open_tab(f"{site}/?colour=<b>venue</b>")
    wait_for_map(page)
    expect(page.locator("[data-testid=stAlert]")).to_contain_text("no “<b>venue</b>” to colour")
    expect(page.get_by_role("combobox", name="Colour by")).to_have_value("theme")


def saved(page: Page, kind: str) -> Path:
    page.locator(".pm-menu summary").click()
    with page.expect_download() as waiting:
        page.locator(".pm-menu").get_by_role("button", name=kind).click()
    assert waiting.value.suggested_filename.startswith("made-map.")
    return Path(waiting.value.path())


def test_a_picture_in_svg_is_what_is_on_the_screen(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(f"{site}/?hide_unclustered=yes")
    wait_for_map(page)
    drawn = saved(page, "SVG").read_text(encoding="utf-8")
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own, and what is tested
    said = [text.text for text in root.iter(f"{SVG}text")]
    assert said[0] == "made"
    assert f"{len(made_map.papers) - made_map.unclustered} of 153 papers" in str(said[1])
    assert {"diffusion", "scaling"} <= set(said)
    assert "unclustered" not in said
    assert "page-1.txt" in str(said[-1])
    on_screen = [line for name in names(page) for line in name.name.split("\n")]
    assert set(on_screen) <= set(said)
    dots = " ".join(path.get("d", "") for path in root.iter(f"{SVG}path"))
    # Each paper is a disc with an edge; in the legend are some more.
    assert dots.count("h.01") == 2 * len(points(page)) + len(page.locator(".pm-item").all()) - 1


def test_a_picture_in_png_is_finer_than_the_screen(open_tab: OpenTab, site: str) -> None:
    page = open_tab(f"{site}/?colour=comments", dark=True)
    wait_for_map(page)
    head = saved(page, "PNG for slides").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    frame = page.locator(".pm-map").bounding_box()
    assert frame
    assert width == round(2 * (frame["width"] + 48))
    assert height > 2 * frame["height"]


def test_the_menu_of_pictures_closes_on_escape_and_gives_the_focus_back(
    open_tab: OpenTab, site: str
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    menu = page.locator(".pm-menu")
    page.get_by_role("button", name="Shading").press("Tab")
    page.keyboard.press("Enter")
    expect(menu.get_by_role("button", name="PNG for print")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="PNG for print")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_points_are_hit_where_they_are_drawn_however_large(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    page.get_by_role("combobox", name="Size by").select_option("comments")
    settled(page)
    assert param(page, "size") == ["comments"]
    expect(page.locator(".pm-sizes")).to_contain_text("Comments")
    found = page.evaluate(
        """() => {
          const { atlas } = document.querySelector(".pm-map");
          return atlas.placed().map(([row, x, y]) => [row, atlas.nearest(x, y), atlas.sizeOf(row),
            atlas.nearest(x + atlas.sizeOf(row) / 2 - 1, y)]);
        }"""
    )
    comments = made_map.papers["comments"].fillna(0)
    largest = max(size for _, _, size, _ in found)
    for row, middle, size, rim in found:
        assert comments.iloc[middle] <= comments.iloc[row]  # the smaller one lies on top
        assert comments.iloc[rim] <= comments.iloc[row] or rim == row
        assert (size == largest) == (comments.iloc[row] == comments.max())
    hit = sum(row == middle for row, middle, _, _ in found)
    assert hit > 0.6 * len(found)


#: Of the papers shown, the share in each area of the shade, told by the places where they lie.
_HELD = """() => {
  const { atlas } = document.querySelector(".pm-map");
  const rows = [...Array(atlas.points.size).keys()].filter((row) => atlas.shown(row));
  const pen = document.createElement("canvas").getContext("2d");
  const { x, y } = atlas.points;
  const within = (path) => rows.filter((row) => pen.isPointInPath(path, x[row], y[row], "evenodd"));
  return (atlas.areas?.paths ?? []).map((path) => within(path).length / rows.length);
}"""


def test_the_shade_holds_what_it_says_and_follows_the_filters(open_tab: OpenTab, site: str) -> None:
    page = open_tab(f"{site}/?map=map")
    wait_for_map(page)
    held = page.evaluate(_HELD)
    assert held == pytest.approx([0.93, 0.78, 0.6, 0.4, 0.2], abs=0.06)
    page.locator(".pm-item").first.click()
    settled(page)
    fewer = page.evaluate(_HELD)
    assert fewer == pytest.approx([0.93, 0.78, 0.6, 0.4, 0.2], abs=0.12)
    switch = page.get_by_role("button", name="Shading")
    switch.press("Enter")
    settled(page)
    assert param(page, "shade") == ["none"]
    assert page.evaluate(_HELD) == []
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(switch).to_be_focused()


def test_what_is_drawn_of_a_crowd_stays_drawn_nearer_and_the_few_always_are(
    open_tab: OpenTab, site: str
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    # As if this map were one of very many papers.
    drawn, few, cells = page.evaluate(
        """() => {
          const { atlas } = document.querySelector(".pm-map");
          atlas.many = 50;
          atlas.showSpan();
          const { points: { grid, x, y }, drawing: { rows, crowd } } = atlas;
          const cell = (row) => grid.row(y[row]) * grid.side + grid.column(x[row]);
          const at = (most) => [...rows].filter((row) => crowd[row] < most);
          return [[1, 2, 3, 256].map(at), at(1).map(cell), [...new Set([...rows].map(cell))]];
        }"""
    )
    assert sorted(few) == sorted(cells)  # of every square one
    for far, near in itertools.pairwise(drawn):
        assert set(far) < set(near)
    assert len(drawn[-1]) == len(points(page))
    for row in drawn[0][:5]:
        x, y = points(page)[row]
        frame = page.locator(".pm-map").bounding_box()
        assert frame
        hit = page.evaluate(
            "([x, y]) => document.querySelector('.pm-map').atlas.nearest(x, y)",
            [x - frame["x"], y - frame["y"]],
        )
        assert hit in drawn[-1]


def test_without_webgl_the_map_is_drawn_and_says_why_it_is_slower(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(f"{site}/_stcore/health")
    page.add_init_script(
        """const own = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind.startsWith("webgl") ? null : own.call(this, kind, ...rest);
        };"""
    )
    page.goto(f"{site}/?size=comments")
    wait_for_map(page)
    assert page.evaluate("document.querySelector('.pm-map').atlas.painter.kind") == "canvas"
    assert len(points(page)) == len(made_map.papers)
    note = page.get_by_role("status").filter(has_text="no WebGL")
    expect(note).to_be_visible()
    note.get_by_role("button", name="Close this note").click()
    expect(note).to_have_count(0)
