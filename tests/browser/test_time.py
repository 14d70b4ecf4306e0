"""Time in a browser: the bar under the map, its film, and the address that follows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

import dashboard
from dashboard.state import View
from tests.browser.mapping import param, points, settled, wait_for_map
from topics.selection import Filters, matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap

TIME = Path(dashboard.__file__).parent / "assets" / "atlas" / "time.js"

_HAS = "(name) => new URLSearchParams(location.search).has(name)"


@pytest.fixture(scope="module")
def blank(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def asked(page: Page, expression: str, *given: Any) -> Any:
    """What the module of time says."""
    return page.evaluate(
        """async ([source, expression, given]) => {
          const module = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          const time = await import(module);
          return new Function("time", "given", `return ${expression}`)(time, given);
        }""",
        [TIME.read_text(encoding="utf-8"), expression, list(given)],
    )


def test_months_are_written_and_said(blank: Page) -> None:
    assert asked(blank, "time.monthWritten(time.monthOf('2025-04'))") == "2025-04"
    assert asked(blank, "time.monthWritten(null)") is None
    month = asked(blank, "time.monthOf('2025-04')")
    assert asked(blank, "time.monthNamed(given[0])", month) == "April 2025"
    said = "given[0].map(([from, to]) => time.spanNamed([from, to]))"
    assert asked(
        blank,
        said,
        [
            [month, month],
            [month, month + 2],
            [month - 3, month + 8],
            [month - 15, month + 8],
            [month, month + 5],
        ],
    ) == ["April 2025", "Q2 2025", "2025", "2024 – 2025", "April 2025 – September 2025"]


def test_an_axis_holds_every_dated_paper_and_is_not_stretched_by_strays(blank: Page) -> None:
    year = 12 * 2023
    months = [[year + m, year + m] for m in range(30)] + [[year, year + 11], None]
    papers = [5] * 30 + [4, 7]
    axis = asked(blank, "time.timeAxis(given[0], given[1], 'month', 900)", months, papers)
    assert (axis["from"], axis["to"], axis["size"]) == (year, year + 29, 1)
    assert axis["bars"] == [5] * 30
    assert (axis["vague"], axis["undated"], axis["early"]) == (4, 7, 0)
    narrow = asked(blank, "time.timeAxis(given[0], given[1], 'month', 60)", months, papers)
    assert (narrow["size"], sum(narrow["bars"]) + narrow["vague"]) == (3, 154)
    stray = asked(
        blank,
        "time.timeAxis(given[0], given[1], 'month', 900)",
        [*months, [12 * 1931, 12 * 1931]],
        [*papers, 1],
    )
    assert (stray["from"], stray["early"], stray["bars"][0]) == (year, 1, 6)
    assert asked(blank, "time.timeAxis([null], [3], 'month', 900)") is None


def test_a_film_shows_every_picture_once(blank: Page) -> None:
    film = """(([axis, span, growing]) => {
      const seen = [];
      let now = time.firstSpan(span, axis, growing);
      while (now) { seen.push(now); now = time.nextSpan(now, axis, growing); }
      return seen;
    })(given)"""
    axis = {"from": 0, "to": 23, "size": 3}
    growing = asked(blank, film, axis, [0, 23], True)
    assert growing == [[0, to] for to in range(2, 24, 3)]
    window = asked(blank, film, axis, [3, 8], False)
    assert window == [[at, at + 5] for at in range(0, 19, 3)]


def track(page: Page) -> dict[str, float]:
    box = page.locator(".pm-time-track").bounding_box()
    assert box is not None
    return dict(box)


def in_span(topic_map: TopicMap, since: str | None, until: str | None) -> set[int]:
    return set(map(int, matching(topic_map, Filters(since=since, until=until))))


def test_a_span_is_brushed_played_and_kept_in_the_address(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    box = track(page)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=6)
    during = set(points(page))
    assert 0 < len(during) < len(made_map.papers), "the map follows while the hand moves"
    assert not param(page, "since")
    page.mouse.up()
    page.wait_for_function(_HAS, arg="since")
    settled(page)
    (since,), (until,) = param(page, "since"), param(page, "until")
    assert set(points(page)) == in_span(made_map, since, until) == during
    total = f"{len(during)} of 153 papers"
    expect(page.locator(".pm-count")).to_have_text(total)
    expect(page.locator(".pm-time-count")).to_have_text(f"{len(during)} papers")
    expect(page.locator(".pm-time [role=status]")).to_contain_text("undated left out")

    # The same link shows the same, and the filter of the sidebar is the same filter.
    other = open_tab(page.url)
    wait_for_map(other)
    assert set(points(other)) == during
    other.get_by_role("button", name="Show all times").click()
    other.wait_for_function("() => !new URLSearchParams(location.search).has('since')")
    settled(other)
    assert len(points(other)) == 153

    # A film of the window: names, counts and points follow, and the address waits for its end.
    reruns = page.evaluate(
        """() => {
          window.reruns = 0;
          const app = document.querySelector("[data-testid=stApp]");
          const count = () => { window.reruns += app.dataset.testScriptState === "running"; };
          new MutationObserver(count)
            .observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
          return window.reruns;
        }"""
    )
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "(words) => document.querySelector('.pm-time-words').textContent !== words",
        arg=page.locator(".pm-time-words").inner_text(),
    )
    assert page.evaluate("window.reruns") == reruns, "no picture asks the server"
    assert param(page, "since") == [since]
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function(
        "(told) => new URLSearchParams(location.search).get('since') !== told", arg=since
    )
    settled(page)
    (later,), ends = param(page, "since"), param(page, "until")
    assert later > since
    assert set(points(page)) == in_span(made_map, later, ends[0] if ends else None)


def test_the_bar_of_time_works_by_keyboard(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(f"{site}/?since=2023-06&until=2024-05")
    wait_for_map(page)
    start = page.get_by_role("slider", name="From month")
    expect(start).to_have_attribute("aria-valuetext", "June 2023")
    start.focus()
    before = points(page)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-valuetext')") != "June 2023"
    page.wait_for_function("() => new URLSearchParams(location.search).get('since') !== '2023-06'")
    settled(page)
    (since,) = param(page, "since")
    assert since > "2023-06"
    assert set(points(page)) == in_span(made_map, since, "2024-05")
    assert set(points(page)) < set(before), "the arrows move the span, not the map"
    expect(start).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !new URLSearchParams(location.search).has('until')")
    settled(page)
    assert len(points(page)) == 153
    page.get_by_role("button", name="One step on").click()
    page.wait_for_function(_HAS, arg="until")


def test_who_asked_for_less_motion_steps(open_tab: OpenTab, site: str) -> None:
    page = open_tab(site, width=390, height=844)
    page.emulate_media(reduced_motion="reduce")
    wait_for_map(page)
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    page.get_by_role("button", name="One step on").click()
    page.wait_for_function(_HAS, arg="until")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert View.from_params({"until": param(page, "until")[0]})[0].until


def test_what_is_new_is_lit_up_and_listed(open_tab: OpenTab, site: str, made_map: TopicMap) -> None:
    page = open_tab(f"{site}/?new=2025-10")
    wait_for_map(page)
    assert set(points(page)) == in_span(made_map, "2025-10", None)
    expect(page.get_by_role("heading", name="New since October 2025")).to_be_visible()
    expect(page.locator(".pm-time-words")).to_have_text("Q4 2025")
    page.get_by_role("button", name="Show all times").click()
    page.wait_for_function("() => !new URLSearchParams(location.search).has('new')")
    settled(page)
    assert len(points(page)) == len(made_map.papers)
    expect(page.get_by_role("heading", name="New since October 2025")).to_have_count(0)


@pytest.mark.parametrize("chart", ["lines", "stream"])
def test_a_point_of_a_trend_opens_the_papers_behind_it(
    open_tab: OpenTab, site: str, chart: str
) -> None:
    page = open_tab(f"{site}/trends?chart={chart}&step=year")
    figure = page.locator(".js-plotly-plot").nth(1)
    figure.scroll_into_view_if_needed()
    mark = figure.locator(".points path.point").nth(1)
    mark.wait_for(state="attached")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    box = mark.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    page.wait_for_function("() => location.pathname.endsWith('/paper')")
    assert param(page, "since") == ["2024-01"]
    assert param(page, "until") == ["2024-12"]
    assert len(param(page, "themes")) == 1
