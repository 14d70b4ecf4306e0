"""The names on the map: none overlaps another, hides its cluster or leaves the screen."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dashboard
from tests.browser.mapping import names, points, wait_for_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap

LABELS = Path(dashboard.__file__).parent / "assets" / "atlas" / "labels.js"


WIDTHS = [(390, 844), (820, 1180), (1280, 800), (1920, 1080)]


@pytest.mark.parametrize("which", ["made", "map"])
def test_names_on_the_page(
    open_tab: OpenTab, site: str, made_map: TopicMap, sample_map: TopicMap, which: str
) -> None:
    topic_map = {"made": made_map, "map": sample_map}[which]
    page = open_tab(f"{site}/?map={which}", width=WIDTHS[0][0], height=WIDTHS[0][1])
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        wait_for_map(page)
        check_names(page, topic_map, least=0.6 if width < 500 else 0.9)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def check_names(page: Page, topic_map: TopicMap, *, least: float) -> None:
    shown = names(page)
    known = {**topic_map.group_names, **topic_map.topic_names}
    # A group's name stands for its topics where these have no room.
    topics_of = {box.topic: topic_map.topics_in.get(box.topic, (box.topic,)) for box in shown}
    covered = [topic for below in topics_of.values() for topic in below]
    assert len(covered) == len(set(covered)), "a topic is named twice, by itself and by its group"
    assert len(covered) >= least * len(topic_map.topics)
    for one, other in itertools.combinations(shown, 2):
        assert not one.overlaps(other), (one, other)
    frame = page.locator(".st-key-pm-map").bounding_box()
    assert frame is not None
    places = points(page)
    topics = list(topic_map.papers["topic"])
    for box in shown:
        assert " ".join(box.name.split()) == known[box.topic]
        assert frame["x"] <= box.x
        assert box.x + box.width <= frame["x"] + frame["width"]
        assert frame["y"] <= box.y
        assert box.y + box.height <= frame["y"] + frame["height"]
        own = [place for row, place in places.items() if topics[row] in topics_of[box.topic]]
        assert sum(box.holds(*place) for place in own) <= max(2, 0.25 * len(own)), box


#: Clusters at random, dense or sparse, small or large: what the placing must cope with.
_RANDOM = """async ([source, seed, width, height, topics, papers]) => {
  const module = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { placeLabels } = await import(module);
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const labels = [];
  const points = [];
  for (let i = 0; i < topics; i += 1) {
    const [x, y, spread] = [width * random(), height * random(), 10 + 90 * random()];
    const own = Array.from({ length: Math.ceil(papers / topics) }, () => [
      x + (random() - 0.5) * spread * 2, y + (random() - 0.5) * spread * 2,
    ]);
    points.push(...own);
    const w = 60 + 130 * random();
    labels.push({
      id: String(i), points: own,
      variants: [{ w, h: 20, penalty: 0 }, { w: w * 0.6, h: 38, penalty: 0.4 }],
    });
  }
  const obstacles = [{ x: width - 60, y: height - 40, w: 60, h: 40 }];
  return [placeLabels({ width, height, radius: 5, points, labels, obstacles }), labels, obstacles];
}"""


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    """A page with nothing on it."""
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize(
    ("width", "height", "topics", "papers"),
    [(390, 520, 12, 153), (1100, 640, 15, 300), (1100, 640, 60, 5_000), (300, 300, 40, 40)],
)
def test_names_anywhere(
    blank: Page, seed: int, width: int, height: int, topics: int, papers: int
) -> None:
    source = LABELS.read_text(encoding="utf-8")
    placed, labels, obstacles = blank.evaluate(
        _RANDOM, [source, seed, width, height, topics, papers]
    )
    assert placed
    by_id = {label["id"]: label for label in labels}
    rects = [place["rect"] for place in placed]
    for one, other in itertools.combinations([*rects, *obstacles], 2):
        assert not overlap(one, other)
    for place in placed:
        rect, own = place["rect"], by_id[place["id"]]["points"]
        assert rect["x"] >= 0
        assert rect["y"] >= 0
        assert rect["x"] + rect["w"] <= width
        assert rect["y"] + rect["h"] <= height
        hidden = sum(
            rect["x"] <= x <= rect["x"] + rect["w"] and rect["y"] <= y <= rect["y"] + rect["h"]
            for x, y in own
        )
        assert hidden <= max(2, 0.25 * len(own))
        if place["line"]:
            assert not any(rect is not other and crosses(place["line"], other) for other in rects)


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    return (
        a["x"] < b["x"] + b["w"]
        and b["x"] < a["x"] + a["w"]
        and a["y"] < b["y"] + b["h"]
        and b["y"] < a["y"] + a["h"]
    )


def crosses(line: list[float], rect: dict[str, float]) -> bool:
    """Whether any of many places along a line lies well inside a rectangle."""
    x0, y0, x1, y1 = line
    steps = [i / 200 for i in range(201)]
    return any(
        rect["x"] + 0.5 < x0 + (x1 - x0) * t < rect["x"] + rect["w"] - 0.5
        and rect["y"] + 0.5 < y0 + (y1 - y0) * t < rect["y"] + rect["h"] - 0.5
        for t in steps
    )


def test_a_lone_name_and_no_name(blank: Page) -> None:
    source = LABELS.read_text(encoding="utf-8")
    found: dict[str, Any] = blank.evaluate(
        """async (source) => {
          const module = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const { balance, inside, placeLabels, simplify } = await import(module);
          const lone = { id: "a", points: [[50, 50]], variants: [{ w: 40, h: 20, penalty: 0 }] };
          const wide = { id: "b", points: [[50, 50]], variants: [{ w: 400, h: 20, penalty: 0 }] };
          const gone = { id: "c", points: [], variants: [{ w: 40, h: 20, penalty: 0 }] };
          const input = { width: 200, height: 200, radius: 5, points: [[50, 50]] };
          const round = Array.from({ length: 300 }, (_, i) => [
            Math.cos(i / 48), Math.sin(i / 48),
          ]);
          return {
            placed: placeLabels({ ...input, labels: [lone, wide, gone] }).map(({ id }) => id),
            none: placeLabels({ ...input, labels: [] }),
            lines: [balance("neural scaling laws"), balance("word")],
            corners: simplify(round, 40).length,
            inside: [inside(simplify(round, 40), 0, 0), inside(round, 2, 0)],
          };
        }""",
        source,
    )
    assert found == {
        "placed": ["a"],
        "none": [],
        "lines": [["neural", "scaling laws"], None],
        "corners": 40,
        "inside": [True, False],
    }
