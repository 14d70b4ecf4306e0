"""Every view is looked through by axe: nothing serious may stand in a reader's way."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.mapping import turn_to
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Page

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap

#: What axe calls serious or worse, with the elements that it finds fault with.
_FAULTS = """async () => {
  const options = { resultTypes: ["violations"], preload: false, iframes: false };
  const found = await axe.run(document, options);
  return found.violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => [id, html.slice(0, 300), failureSummary]));
}"""

#: Light or dark, and width and height: what is in a view is in these two.
_LOOKS = ((False, (1280, 800)), (True, (390, 844)))
#: The same for views that have a bit of everything, the frame among it.
_EVERY_LOOK = (*_LOOKS, (False, (390, 844)), (True, (1280, 800)))
_THOROUGH = ("map", "a topic on the map", "one paper")

_AREA = "-40,-40 40,-40 40,40 -40,40"

_ADDRESSES = {
    "map": "/",
    "map by date, what is new": "/?colour=date&size=comments&new=2025-01",
    "a paper beside the map": "/?paper={paper}",
    "a topic on the map": "/?topics=0",
    "a search": "/?text=diffusion",
    "nothing found": "/?text=nosuchword",
    "a selection": f"/?area={_AREA}",
    "a place": "/?place=yes",
    "trends": "/trends",
    "trends as lines": "/trends?chart=lines&by=topic",
    "trends as a stream": "/trends?chart=stream&measure=papers",
    "topics": "/topic",
    "one topic": "/topic?topic=0",
    "two topics": "/topic?topic=0&against=1",
    "papers": "/paper",
    "one paper": "/paper?paper={paper}",
    "reading list": "/reading?reading={paper}",
    "empty reading list": "/reading",
    "quality": "/quality",
    "report": "/report",
    "maps": "/maps",
}


@pytest.fixture(scope="module")
def desk(made_map: TopicMap, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a dashboard whose readers may build and edit."""
    folder = tmp_path_factory.mktemp("desk")
    assert made_map.path is not None
    shutil.copytree(made_map.path, folder / "map")
    (folder / "workspace").mkdir()
    server = Server([str(folder / "map")], workspace=Path(folder / "workspace"))
    server.start()
    yield server.address
    server.stop()


_OF_THE_MAP = [view for view, path in _ADDRESSES.items() if path.startswith("/?") or path == "/"]
_OTHERS = [view for view in _ADDRESSES if view not in _OF_THE_MAP]


@pytest.mark.parametrize("views", [_OF_THE_MAP, _OTHERS], ids=["map", "others"])
def test_axe_finds_nothing_serious(
    open_tab: OpenTab, site: str, made_map: TopicMap, views: list[str]
) -> None:
    paper = str(made_map.papers["id"].iloc[0])
    page = _opened(open_tab, f"{site}/reading")
    found = {}
    for at, view in enumerate(views):
        turn_to(page, site, _ADDRESSES[view].format(paper=paper))
        looks = _EVERY_LOOK if view in _THOROUGH else _LOOKS
        # What the last view ended with is there already.
        found[view] = _faults(page, looks=looks[:: -1 if at % 2 else 1])
    assert found == {view: [] for view in views}


def test_axe_finds_nothing_serious_where_maps_are_made_and_edited(
    open_tab: OpenTab, desk: str
) -> None:
    page = _opened(open_tab, f"{desk}/build")
    assert _faults(page) == []
    turn_to(page, desk, "/topic")
    assert _faults(page, looks=_LOOKS[::-1]) == []
    turn_to(page, desk, "/topic?topic=0")
    page.get_by_role("button", name="Edit topic").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).wait_for()
    assert _faults(page) == []


def _opened(open_tab: OpenTab, address: str) -> Page:
    page = open_tab(address)
    page.wait_for_selector(".st-key-pm-header .pm-copy")
    page.evaluate(AXE_SCRIPT + ";undefined")
    return page


def _faults(page: Page, *, looks: Sequence[Any] = _LOOKS) -> list[Any]:
    """What axe finds in each look of a page."""
    found: dict[str, Any] = {}
    for dark, (width, height) in looks:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        _still(page, dark=dark)
        for fault in page.evaluate(_FAULTS):
            found.setdefault(str(fault[:2]), (dark, width, *fault))
    return list(found.values())


#: Whether the page has come to rest in the appearance that was asked for.
_AT_REST = """(dark) => {
  const app = document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]");
  const map = document.querySelector(".pm-map");
  if (!app || document.querySelector("[data-stale=true], [data-testid=stSkeleton]")) return false;
  const paper = getComputedStyle(app).backgroundColor;
  const probe = document.createElement("i");
  probe.style.color = "var(--pm-background)";
  document.body.append(probe);
  const ours = getComputedStyle(probe).color;
  probe.remove();
  const isDark = Number(paper.match(/\\d+/)[0]) < 128;
  return paper === ours && isDark === dark && (!map || "points" in map.dataset)
    && !document.getAnimations().some((each) => each.effect?.getTiming().iterations !== Infinity);
}"""


def _still(page: Page, *, dark: bool) -> None:
    page.wait_for_function(_AT_REST, arg=dark)
