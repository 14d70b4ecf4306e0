"""Names by depth: groups from afar, topics nearer, papers last; none comes and goes between."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.mapping import names, points, settled, wait_for_map

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap

#: The kind of each name on the map: what it is of.
_KINDS = """() => Object.fromEntries([...document.querySelectorAll(".pm-map .pm-name")].map(
  (node) => [node.dataset.id, node.dataset.kind]))"""

#: Which names are due at each of many depths, from far to near.
_DUE = """() => {
  const { atlas } = document.querySelector(".pm-map");
  const { layers, camera } = atlas;
  const due = [];
  for (let scale = camera.scale / 30; scale < camera.scale * 300; scale *= 1.1) {
    due.push(dueNodes(layers, scale));
  }
  return due;
  function dueNodes({ top }, scale) {
    atlas.camera = { ...camera, scale };
    const found = atlas.dueNames().map(({ id }) => id);
    atlas.camera = camera;
    return found;
  }
}"""


def kinds(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(_KINDS)
    return found


def no_two_overlap(page: Page) -> None:
    for one, other in itertools.combinations(names(page), 2):
        assert not one.overlaps(other), (one, other)


def test_a_phone_shows_groups_and_a_click_leads_to_their_topics(
    open_tab: OpenTab, site: str, sample_map: TopicMap
) -> None:
    page = open_tab(f"{site}/?map=map", width=390, height=844)
    wait_for_map(page)
    # The side bar, which says what the map is, is closed here: the map says it itself.
    expect(page.locator(".pm-to-read")).to_be_visible()
    groups = [name for name, kind in kinds(page).items() if kind == "group"]
    assert groups
    no_two_overlap(page)
    group = max(groups, key=lambda one: len(sample_map.topics_in[one]))
    node = page.locator(f'.pm-name[data-id="{group}"]')
    count = len(sample_map.topics_in[group])
    label = node.get_attribute("aria-label") or ""
    assert label.startswith(f"Group of {count} topics: {sample_map.group_names[group]}")
    node.click()
    settled(page)
    shown = kinds(page)
    assert group not in shown
    assert set(shown) & set(sample_map.topics_in[group])
    # Where the reader looks reaches the address a moment after the map has come to rest.
    page.wait_for_url(re.compile(r"[?&]at="))
    assert "/topic" not in page.url
    no_two_overlap(page)


def test_the_keyboard_reaches_a_group_and_is_not_lost(open_tab: OpenTab, site: str) -> None:
    page = open_tab(f"{site}/?map=map", width=390, height=844)
    wait_for_map(page)
    group = next(name for name, kind in kinds(page).items() if kind == "group")
    page.locator(f'.pm-name[data-id="{group}"]').focus()
    page.keyboard.press("Enter")
    settled(page)
    assert group not in kinds(page)
    assert page.evaluate("document.querySelector('.pm-map').contains(document.activeElement)")
    page.keyboard.press("0")
    settled(page)
    assert group in kinds(page)


def test_titles_come_last_and_open_their_paper(
    open_tab: OpenTab, site: str, sample_map: TopicMap
) -> None:
    page = open_tab(f"{site}/?map=map")
    wait_for_map(page)
    assert "paper" not in kinds(page).values()
    x, y = sample_map.topics[["x", "y"]].iloc[1]
    page = open_tab(f"{site}/?map=map&at={x:.4f},{y:.4f},0.12")
    wait_for_map(page)
    shown = kinds(page)
    assert set(shown.values()) == {"paper"}
    frame = page.locator(".pm-map").bounding_box()
    assert frame is not None
    sight = [
        row
        for row, (left, top) in points(page).items()
        if frame["x"] <= left <= frame["x"] + frame["width"]
        and frame["y"] <= top <= frame["y"] + frame["height"]
    ]
    assert 0 < len(sight) <= 25
    assert {f"paper {row}" for row in sight} >= set(shown)
    no_two_overlap(page)
    row = int(next(iter(shown)).split()[1])
    title = str(sample_map.papers["title"].iloc[row])
    name = page.locator(f'.pm-name[data-id="paper {row}"]')
    assert name.inner_text().split()[:2] == title.split()[:2]
    name.click()
    expect(page.locator(".pm-paper-title")).to_have_text(title)


def test_every_name_is_due_in_one_range_of_depths(
    open_tab: OpenTab, site: str, sample_map: TopicMap
) -> None:
    page = open_tab(f"{site}/?map=map")
    wait_for_map(page)
    due = page.evaluate(_DUE)
    known = {*sample_map.topic_names, *sample_map.group_names}
    assert set(due[0]) <= {*sample_map.group_names, *sample_map.topic_names}
    assert set(sample_map.groups.loc[sample_map.groups["parent"].isna(), "id"]) <= set(due[0])
    for name in known:
        runs = [on for on, _ in itertools.groupby(name in names_due for names_due in due)]
        assert runs.count(True) <= 1, f"{name} comes and goes"
    for names_due in due:
        covered = [
            topic
            for name in names_due
            if name in known
            for topic in sample_map.topics_in.get(name, (name,))
        ]
        assert len(covered) == len(set(covered))
        assert not covered or set(covered) == set(sample_map.topic_names)


def test_nothing_fades_for_readers_who_want_less_motion(open_tab: OpenTab, site: str) -> None:
    page = open_tab(f"{site}/?map=map", width=390, height=844)
    page.emulate_media(reduced_motion="reduce")
    wait_for_map(page)
    page.locator(".pm-name[data-kind=group]").first.click()
    page.wait_for_function("document.querySelector('.pm-map').atlas.home === false")
    page.wait_for_timeout(300)
    assert page.locator(".pm-leaving").count() == 0
    moving = "document.querySelectorAll('.pm-name').values().some((n) => n.getAnimations().length)"
    assert page.evaluate(moving) is False
