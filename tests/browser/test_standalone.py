"""The map in one file, opened from the disk: it shows the same and asks nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.factories import make_map
from tests.hostile import HOSTILE_TEXTS, hostile_map
from topics.reports import report_bytes
from topics.selection import Filters
from topics.standalone.page import write_page
from topics.wordsearch import rows_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from topics.topicmap import TopicMap

    OpenFile = Callable[..., Page]


@pytest.fixture(scope="module")
def maps() -> dict[str, TopicMap]:
    plain = make_map(hostile=())
    group = plain.topics[:1].assign(id="g1", name="All of models", parent=None, stability=None)
    parents = ["g1"] * 5 + [None] * (len(plain.topics) - 5)
    grouped = replace(plain, groups=group, topics=plain.topics.assign(parent=parents))
    large = make_map(papers=600, hostile=())  # its abstracts lie in several chunks
    return {"plain": plain, "hostile": hostile_map(), "grouped": grouped, "large": large}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, maps: dict[str, TopicMap]) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("standalone")
    for name, topic_map in maps.items():
        write_page(topic_map, folder / f"{name}.html", title=f"A {name} map")
    report = report_bytes(maps["hostile"], Filters(), file_format="html")
    (folder / "report.html").write_bytes(report)
    return {name: folder / f"{name}.html" for name in (*maps, "report")}


def _complaint(said: str) -> list[str]:
    """What the console says, but for what WebGL in software has to say of its own speed."""
    return [] if "GL Driver Message" in said else [f"console: {said}"]


@pytest.fixture
def open_file(chromium: Browser, files: dict[str, Path]) -> Iterator[OpenFile]:
    """Open a file; at the end nothing may have asked, complained, or shown a dialog."""
    complaints: list[str] = []
    contexts = []

    def opened(name: str, view: str = "", *, width: int = 1280, dark: bool = False) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 800}, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if dark else "light")
        address = files[name].as_uri()
        page.on("console", lambda message: complaints.extend(_complaint(message.text)))
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda asked: (
                asked.url.split("#")[0] == address or complaints.append(f"request: {asked.url}")
            ),
        )
        page.goto(f"{address}#{view}")
        page.wait_for_selector("body[data-ready], body > main h1")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


def test_a_reader_finds_a_topic_a_paper_and_the_way_back(open_file: OpenFile) -> None:
    page = open_file("plain")
    expect(page.locator("#count")).to_have_text("153 papers")
    expect(page.locator(".pm-map .pm-canvas")).to_be_visible()
    page.locator(".pm-name").first.click()
    expect(page.locator("h1:visible")).to_be_focused()
    name = page.locator("h1:visible").inner_text()
    assert "#/topic/" in page.url
    page.locator("#page .px-papers a[href^='#/paper/']").first.click()
    assert "#/paper/" in page.url
    expect(page.locator(".pm-abstract")).to_contain_text("We study")
    page.go_back()
    expect(page.locator("h1:visible")).to_have_text(name)
    page.go_back()
    expect(page.locator(".pm-map .pm-canvas")).to_be_visible()


def test_a_link_shows_the_same_view(open_file: OpenFile) -> None:
    view = "/paper?themes=diffusion&since=2023-02&text=part"
    page = open_file("plain", view)
    shown = page.locator("#count").inner_text()
    assert shown.endswith(" of 153 papers")
    expect(page.get_by_role("checkbox", name="diffusion")).to_be_checked()
    expect(page.locator("#filters input[type=search]")).to_have_value("part")
    expect(page.locator("#page .px-papers > li")).to_have_count(int(shown.split()[0]))
    page.get_by_role("button", name="Reset filters").click()
    expect(page.locator("#count")).to_have_text("153 papers")
    nonsense = open_file("plain", "/topic/none?themes=x&since=soon&at=1,2&area=3&paper=%F0")
    expect(nonsense.locator("h1:visible")).to_have_text("Topics")
    expect(nonsense.locator("#count")).to_have_text("153 papers")


def test_filters_search_and_trends_work_together(open_file: OpenFile) -> None:
    page = open_file("plain", "/trends")
    expect(page.locator("figure svg").first).to_be_visible()
    page.get_by_label("Lines").select_option("topic")
    expect(page.locator("figure")).to_have_count(12)
    page.get_by_label("Search").fill("speech")
    expect(page.locator("#count")).not_to_have_text("153 papers")
    assert "text=speech" in page.url
    page.get_by_role("link", name="Topics", exact=True).click()
    expect(page.locator(".px-card").first).to_be_visible()
    page.get_by_label("Search").fill("no such word anywhere")
    expect(page.locator("h1:visible")).to_have_text("No paper matches")


QUERIES = (
    "learn",
    '"language model"',
    "speech -taming",
    "difusion",
    "Author12 writer",
    "quantisation",
    "the a -the",
    '"part 7"',
)


@pytest.mark.parametrize("name", ["plain", "hostile"])
def test_the_search_is_the_dashboards(
    open_file: OpenFile, maps: dict[str, TopicMap], name: str
) -> None:
    page = open_file(name, "/paper")
    more = ("alert", "中文", "שלום", "ไทย", "-script", "=1+1", "éé") if name == "hostile" else ()
    for query in (*QUERIES, *more):
        keep, respelled = rows_with(maps[name], query)
        papers, every = int(keep.sum()), len(keep)
        said = f"{papers} of {every} papers" if papers < every else f"{every} papers"
        page.evaluate(
            "text => { location.hash = '#/paper?' + new URLSearchParams({ text }); }", query
        )
        expect(page.locator("#count")).to_have_text(said)
        told = page.locator("#respelled").inner_text()
        assert [each.word in told for each in respelled] == [True] * len(respelled), query
        assert all(word in told for each in respelled for word in each.spellings), query


def test_topics_stand_under_their_groups(open_file: OpenFile) -> None:
    page = open_file("grouped", "/topic")
    heads = page.locator(".pm-group-head h2").all_inner_texts()
    assert heads == ["All of models", "On their own"]
    page.get_by_label("Topic", exact=True).select_option("g1")
    expect(page.locator(".px-card")).to_have_count(5)
    page.locator(".px-card a").first.click()
    expect(page.locator("#page .pm-sub").first).to_contain_text("in All of models")
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.locator(".pm-name").first).to_be_visible()


def test_a_click_on_the_map_opens_a_paper_beside_it(open_file: OpenFile) -> None:
    page = open_file("plain", "/map?colour=date")
    at = page.evaluate(
        """() => {
            const host = document.querySelector(".pm-map");
            const tip = host.querySelector(".pm-tip");
            const frame = host.getBoundingClientRect();
            for (let y = 40; y < frame.height - 40; y += 6) {
                for (let x = 40; x < frame.width - 60; x += 6) {
                    const [clientX, clientY] = [frame.x + x, frame.y + y];
                    if (document.elementFromPoint(clientX, clientY).closest("button")) continue;
                    host.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY }));
                    if (!tip.hidden) return [clientX, clientY, tip.querySelector("b").textContent];
                }
            }
            return null;
        }"""
    )
    assert at is not None
    page.mouse.click(at[0], at[1])
    expect(page.locator(".px-panel h2")).to_have_text(at[2])
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".px-panel")).to_be_hidden()


def test_a_late_abstract_does_not_bring_its_paper_back(
    open_file: OpenFile, maps: dict[str, TopicMap]
) -> None:
    late, known = (maps["large"].papers.iloc[row] for row in (599, 0))
    page = open_file("large", f"/map?paper={known['id']}")
    expect(page.locator(".px-panel h2")).to_have_text(known["title"])
    ring = page.locator(".pm-ring")
    drawn = [ring.get_attribute(name) for name in ("cx", "cy")]
    page.evaluate(
        """() => {
            const json = Response.prototype.json;
            const gate = new Promise((open) => (window.openGate = open));
            Response.prototype.json = async function () {
                window.unpacking = true;
                await gate;
                return json.call(this);
            };
            window.unpacked = () => new Promise((after) => {
                window.openGate();
                setTimeout(after, 200);
            });
        }"""
    )
    page.evaluate("id => { location.hash = `/map?paper=${id}`; }", late["id"])
    page.wait_for_function("window.unpacking")
    page.evaluate("id => { location.hash = `/map?paper=${id}`; }", known["id"])
    expect(page.locator(".px-panel h2")).to_have_text(known["title"])
    page.evaluate("window.unpacked()")
    expect(page.locator(".px-panel h2")).to_have_text(known["title"])
    assert [ring.get_attribute(name) for name in ("cx", "cy")] == drawn
    page.evaluate("id => { location.hash = `/map?paper=${id}`; }", late["id"])
    expect(page.locator(".px-panel h2")).to_have_text(late["title"])


def test_papers_are_named_where_few_are_in_sight(
    open_file: OpenFile, maps: dict[str, TopicMap]
) -> None:
    paper = maps["plain"].papers.iloc[7]
    page = open_file("plain", f"/map?at={paper['x']},{paper['y']},0.1")
    names = page.locator(".pm-name-paper")
    expect(names.first).to_be_visible()
    assert set(page.locator(".pm-name").evaluate_all("all => all.map((n) => n.dataset.kind)")) == {
        "paper"
    }
    name = page.get_by_role("button", name=paper["title"])
    expect(name).to_be_visible()
    name.click()
    expect(page.locator(".px-panel h2")).to_have_text(paper["title"])


@pytest.mark.parametrize("dark", [False, True])
def test_it_works_on_a_phone_and_with_the_keyboard(open_file: OpenFile, dark: bool) -> None:
    page = open_file("plain", width=375, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert page.evaluate("document.documentElement.dataset.scheme") == ("dark" if dark else "light")
    expect(page.get_by_label("Search")).to_be_hidden()
    page.locator(".px-side > summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Search")).to_be_visible()
    page.locator(".px-skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    assert page.url.endswith("#")
    page.get_by_role("link", name="Trends", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1:visible")).to_have_text("Trends")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.locator(".px-side > summary").click()
    page.set_viewport_size({"width": 1000, "height": 700})  # turned, with the filters closed
    expect(page.get_by_label("Search")).to_be_visible()


def test_hostile_text_is_only_text(open_file: OpenFile) -> None:
    page = open_file("hostile", "/paper")
    more = page.get_by_role("button", name="Show more")
    more.click()
    titles = page.locator("#page .px-papers li > a").all_inner_texts()
    assert len(titles) == len(HOSTILE_TEXTS)
    shown = {" ".join(title.split()) for title in titles}
    assert {" ".join(text.split()) for text in HOSTILE_TEXTS if text.isprintable()} <= shown
    for view in ("/map", "/map?colour=topic", "/trends", "/trends?by=topic", "/topic", "/about"):
        page.evaluate("view => { location.hash = view; }", view)
        page.wait_for_timeout(150)
    for number in range(0, len(HOSTILE_TEXTS), 9):
        page.evaluate(
            "n => { location.hash = document.querySelectorAll('#filters option')[1 + n % 8].value"
            " && '#/topic/' + document.querySelectorAll('#filters option')[1 + n % 8].value; }",
            number,
        )
        page.evaluate("() => { location.hash = '#/paper'; }")
        page.wait_for_timeout(60)
        page.locator("#page .px-papers a").nth(number % 90).click()
        expect(page.locator("h2", has_text="Topic and theme")).to_be_visible()
    addresses = page.eval_on_selector_all("a[href]", "all => all.map((one) => one.href)")
    assert all(address.startswith(("file://", "https://", "http://")) for address in addresses)
    foreign = "script:not([type='text/plain']):not([type='module']), iframe, img, object, embed"
    assert page.locator(foreign).count() == 0


def test_a_hostile_report_is_only_text(open_file: OpenFile) -> None:
    page = open_file("report")
    assert page.locator("script, iframe, img, object, embed, link").count() == 0
    for picture in page.locator("figure svg").all():
        expect(picture).to_be_visible()
    addresses = page.eval_on_selector_all("a[href]", "all => all.map((one) => one.href)")
    assert all(address.startswith(("file://", "https://", "http://")) for address in addresses)
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.emulate_media(media="print")
    assert page.pdf(format="A4").startswith(b"%PDF")
