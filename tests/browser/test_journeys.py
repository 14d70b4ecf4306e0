"""What readers do, in a real browser."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.links import PAGES
from dashboard.theme import DARK, LIGHT
from tests.browser.mapping import click_paper, names, param, points, settled, wait_for_map
from tests.factories import HOSTILE_TITLES

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import OpenTab
    from topics.topicmap import TopicMap


def lone_paper(page: Page, topic_map: TopicMap) -> int:
    """Row of the clustered paper whose point has the most room, away from names."""
    found = points(page)
    rows = list(found)
    places = np.array([found[row] for row in rows])
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(gaps, np.inf)
    topics = topic_map.papers["topic"]
    boxes = names(page)
    free = [
        isinstance(topics.iloc[row], str) and not any(box.holds(*found[row]) for box in boxes)
        for row in rows
    ]
    return rows[int(np.argmax(np.where(free, gaps.min(axis=1), -1)))]


def topic_of(topic_map: TopicMap, row: int) -> str:
    return topic_map.topic_names[topic_map.papers["topic"].iloc[row]]


def test_from_the_map_to_a_paper_its_topic_a_shared_link_and_a_download(
    open_tab: OpenTab, site: str, made_map: TopicMap, tmp_path: Path
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    assert sorted(points(page)) == list(range(len(made_map.papers)))
    row = lone_paper(page, made_map)
    paper = made_map.papers.iloc[row]

    click_paper(page, row)
    expect(page.locator(".pm-paper-title")).to_have_text(paper["title"])
    expect(page.locator(".pm-ring")).to_have_count(1)
    settled(page)
    assert param(page, "paper") == [paper["id"]]

    page.get_by_role("link", name="Full page").click()
    expect(page.get_by_role("heading", name=paper["title"])).to_be_visible()
    page.locator(".stMain").get_by_role("link", name=topic_of(made_map, row)).first.click()
    expect(page.get_by_role("heading", name=topic_of(made_map, row), exact=True)).to_be_visible()
    settled(page)

    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".pm-copy")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.evaluate("window.location.href")
    elsewhere = open_tab(link, fresh=True)
    shown = ".stMain [data-testid=stMarkdownContainer]"
    expect(elsewhere.locator(shown)).to_have_text(page.locator(shown).all_text_contents())

    with elsewhere.expect_download() as download:
        elsewhere.get_by_role("button", name="CSV").first.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    titles = {line["title"] for line in csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))}
    own = made_map.papers[made_map.papers["topic"] == paper["topic"]]
    assert paper["title"] in titles
    assert len(titles) == own["title"].nunique()
    assert not any(title.startswith(("=", "+", "-", "@")) for title in titles)


def test_a_filtered_view_is_the_same_in_another_browser(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    page.locator(".pm-item", has_text="diffusion").click()
    wanted = int((made_map.papers["theme"] == "diffusion").sum())
    expect(page.locator(".pm-count")).to_have_text(f"{wanted} of 153 papers")
    page.get_by_role("combobox", name="Colour by").select_option("date")
    expect(page.locator(".pm-scale")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("taming")
    page.get_by_role("searchbox", name="Search").press("Enter")
    expect(page.locator(".pm-count")).not_to_have_text(f"{wanted} of 153 papers")
    wait_for_map(page)
    click_paper(page, lone_paper(page, made_map))
    expect(page.locator(".pm-paper-title")).to_be_visible()
    settled(page)

    elsewhere = open_tab(page.evaluate("window.location.href"), fresh=True)
    wait_for_map(elsewhere)
    for selector in (".pm-count", ".pm-paper-title", ".pm-legend"):
        assert elsewhere.locator(selector).inner_text() == page.locator(selector).inner_text()
    assert points(elsewhere).keys() == points(page).keys()
    assert elsewhere.get_by_role("searchbox", name="Search").input_value() == "taming"


def test_the_map_follows_the_typing_and_one_step_back_undoes_it(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    search = page.get_by_role("searchbox", name="Search")
    search.press_sequentially("tam", delay=60)
    expect(page.locator(".stApp .pm-count")).to_contain_text("of 153 papers")
    search.press_sequentially("ing", delay=60)
    expect(page).to_have_url(re.compile(r"text=taming$"))
    expect(search).to_be_focused()
    settled(page)
    titles = made_map.papers["title"].str.casefold()
    abstracts = made_map.papers["abstract"].fillna("").str.casefold()
    found = titles.str.contains("taming") | abstracts.str.contains("taming")
    assert set(points(page)) >= set(found.to_numpy().nonzero()[0])
    page.go_back()
    expect(page.locator(".stApp .pm-count")).to_have_text("153 papers")
    expect(search).to_have_value("")


def test_back_and_forward_undo_and_redo_each_step(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    title, count = page.locator(".pm-paper-title"), page.locator(".pm-count")
    row = lone_paper(page, made_map)
    shown = str(made_map.papers["title"].iloc[row])
    wanted = f"{int((made_map.papers['theme'] == 'scaling').sum())} of 153 papers"

    click_paper(page, row)
    expect(title).to_have_text(shown)
    settled(page)
    page.locator(".pm-item", has_text="scaling").click()
    expect(count).to_have_text(wanted)
    wait_for_map(page)
    page.get_by_role("link", name="Trends").click()
    expect(page).to_have_url(re.compile(r"/trends\?themes=scaling$"))
    settled(page)
    page.get_by_role("link", name="Map", exact=True).click()
    wait_for_map(page)
    name = names(page)[0]
    page.locator(".pm-name").first.click()
    expect(page).to_have_url(re.compile(rf"/topic\?topic={name.topic}&themes=scaling$"))
    settled(page)

    for path in ("/?themes=scaling", "/trends?themes=scaling"):
        page.go_back()
        expect(page).to_have_url(f"{site}{path}")
        settled(page)
        expect(count).to_have_text(wanted)
    page.go_back()
    expect(title).to_have_text(shown)
    expect(count).to_have_text(wanted)
    settled(page)
    page.go_back()
    expect(count).to_have_text("153 papers")
    expect(title).to_have_text(shown)
    settled(page)
    page.go_back()
    expect(title).to_have_count(0)
    settled(page)
    page.go_forward()
    expect(title).to_have_text(shown)
    settled(page)
    page.go_forward()
    expect(count).to_have_text(wanted)


def test_a_box_lists_its_papers_and_the_link_keeps_it(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    page.get_by_role("button", name="Select papers in a box").click()
    found = np.array(list(points(page).values()))
    (x0, y0), (x1, y1) = np.quantile(found, 0.2, axis=0), np.quantile(found, 0.6, axis=0)
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2, steps=4)
    page.mouse.move(x1, y1, steps=4)
    page.mouse.up()
    expect(page.get_by_role("heading", name=re.compile(r"papers? selected"))).to_be_visible()
    settled(page)
    corners = np.array([corner.split(",") for corner in param(page, "area")[0].split()], float)
    places = made_map.papers[["x", "y"]].to_numpy()
    within = (places > corners.min(axis=0)) & (places < corners.max(axis=0))
    inside = int(within.all(axis=1).sum())
    assert 10 < inside < 100
    expect(page.get_by_role("heading", name=f"{inside} papers selected")).to_be_visible()
    expect(page.locator(".pm-area")).to_have_count(1)
    settled(page)
    elsewhere = open_tab(page.evaluate("window.location.href"), fresh=True)
    expect(elsewhere.get_by_role("heading", name=f"{inside} papers selected")).to_be_visible()
    expect(elsewhere.locator(".pm-area")).to_have_count(1)
    with elsewhere.expect_download() as download:
        elsewhere.get_by_role("button", name="CSV").first.click()
    lines = Path(download.value.path()).read_text("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(lines)))) == inside
    elsewhere.get_by_role("button", name="Clear selection").click()
    expect(elsewhere.locator(".pm-area")).to_have_count(0)


def test_unclustered_papers_can_be_hidden_and_names_lead_to_topics_from_the_keyboard(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(site)
    wait_for_map(page)
    page.locator(".pm-item", has_text="unclustered").click()
    left = len(made_map.papers) - made_map.unclustered
    expect(page.locator(".pm-count")).to_have_text(f"{left} of 153 papers")
    wait_for_map(page)
    assert len(points(page)) == left
    name = page.get_by_role("button", name=re.compile("^Topic: adaptive step sizes"))
    name.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="adaptive step sizes", exact=True)).to_be_visible()
    expect(page.locator(".pm-count")).to_have_text(f"{left} of 153 papers")


def test_hostile_titles_on_the_map_are_only_text(
    open_tab: OpenTab, site: str, made_map: TopicMap
) -> None:
    page = open_tab(f"{site}/?topics={'&topics='.join(made_map.topics['id'])}&colour=source")
    wait_for_map(page)
    for title in HOSTILE_TITLES:
        found = points(page)
        rows = [row for row in found if made_map.papers["title"].iloc[row] == title]
        row = next(row for row in rows if not any(n.holds(*found[row]) for n in names(page)))
        page.mouse.move(*found[row])
        expect(page.locator(".pm-tip b")).to_have_text(title)
        assert page.locator(".pm-tip b *").count() == 0
        page.mouse.click(*found[row])
        expect(page.locator(".pm-paper-title")).to_have_text(title)
        assert page.locator(".pm-paper-title *").count() == 0
        settled(page)
        page.get_by_role("button", name="Close").click()
        expect(page.locator(".pm-paper-title")).to_have_count(0)
        wait_for_map(page)


@pytest.mark.parametrize("title", HOSTILE_TITLES, ids=range(len(HOSTILE_TITLES)))
def test_a_hostile_title_on_its_page_is_only_text(
    open_tab: OpenTab, site: str, made_map: TopicMap, title: str
) -> None:
    paper = made_map.papers["id"][made_map.papers["title"] == title].iloc[0]
    page = open_tab(f"{site}/paper?paper={paper}")
    heading = page.locator(".stMain h1").first
    expect(heading).to_be_visible()
    settled(page)
    assert heading.inner_text().replace("\u2060", "").strip() == title
    marks = "a:not([href^='#']), img, b, strong, em, code, .katex, [style*=color], [translate]"
    assert heading.locator(marks).count() == 0


@pytest.mark.parametrize(("name", "dark"), list(zip(PAGES, [True, False] * 3, strict=True)))
def test_every_page_opens_from_its_address(
    open_tab: OpenTab, site: str, name: str, dark: bool
) -> None:
    page = open_tab(f"{site}/{'' if name == 'map' else name}?themes=scaling", dark=dark)
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(page.locator(".stApp .pm-count")).to_have_text(re.compile("of 153 papers"))
    expect(page.locator(".stMain h1").first).to_be_attached()
    settled(page)
    assert page.locator("[data-testid=stException], .stAlert").count() == 0
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


def test_the_map_follows_the_appearance(open_tab: OpenTab, site: str, made_map: TopicMap) -> None:
    page = open_tab(site)
    wait_for_map(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        """(colours) => {
          const looks = document.querySelector(".pm-map").atlas.scene.looks;
          return looks.some((look) => colours.includes(look?.colour));
        }""",
        arg=list(set(DARK.groups) - set(LIGHT.groups)),
    )
    wait_for_map(page)
    assert len(names(page)) >= 0.9 * len(made_map.topics)
    ink = page.locator(".pm-name").first.evaluate("(node) => getComputedStyle(node).color")
    assert ink == "rgb({}, {}, {})".format(*bytes.fromhex(DARK.ink[1:]))


def test_without_a_map_the_page_says_what_to_do(open_tab: OpenTab, bare_site: str) -> None:
    page = open_tab(bare_site)
    expect(page.get_by_role("heading", name="No map to show yet")).to_be_visible()
    expect(page.get_by_text("papermap build")).to_be_visible()
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()


def test_an_outdated_link_shows_the_map_with_a_notice(open_tab: OpenTab, site: str) -> None:
    page = open_tab(f"{site}/?paper=arxiv:0000.00000&colour=puce&themes=%00&x={'y' * 3000}")
    wait_for_map(page)
    expect(page.locator(".stAlert")).to_have_count(1)
    expect(page.locator(".pm-count")).to_have_text("153 papers")


def test_another_map_is_one_choice_away(open_tab: OpenTab, site: str, sample_map: TopicMap) -> None:
    page = open_tab(f"{site}/?themes=scaling&colour=topic")
    wait_for_map(page)
    page.get_by_label("Map", exact=True).click()
    page.get_by_role("option", name="map", exact=True).click()
    expect(page.locator(".pm-count")).to_have_text(f"{len(sample_map.papers)} papers")
    wait_for_map(page)
    assert param(page, "map") == ["map"]
    assert param(page, "colour") == ["topic"]
    assert len(points(page)) == len(sample_map.papers)
