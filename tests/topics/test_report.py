"""Reports: complete, the same every time, and only text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from dashboard.report import filters_in_words, report, to_html, to_markdown
from dashboard.selection import select
from dashboard.state import View
from tests.dashboard.screens import assert_only_text, html_of, open_page
from tests.factories import HOSTILE_TITLES, make_map, write_map

if TYPE_CHECKING:
    from topics.topicmap import TopicMap


def blocks_of(topic_map: TopicMap, view: View | None = None) -> tuple[object, ...]:
    view = view or View()
    return report(topic_map, view, select(topic_map, view), address="https://example.org/report")


class Elements(HTMLParser):
    """Collects the elements of a document and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_report_names_every_topic_and_paper() -> None:
    made = make_map(hostile=())
    page = Elements(to_html(blocks_of(made), title="Report").decode())
    for text in (*made.topics["name"], *made.papers["title"], *made.themes["name"]):
        assert text in page.text
    assert "153 papers in 12 topics, 18 unclustered, 13 undated." in page.text
    assert "2025 (not over)" in page.text or "Q4 2025 (not over)" in page.text
    assert made.manifest["corpus_fingerprint"] in page.text
    assert "https://example.org/report" in page.text


def test_a_report_says_what_may_be_said_of_every_trend() -> None:
    made = make_map(papers=900, hostile=(), first_year=2022)
    papers = made.papers.copy()
    rising = papers["topic"].eq("0") & papers["date"].notna()
    turn = (rising.cumsum()[rising] - 1) / rising.sum()
    # More in each year than in the one before, of a topic that the others do not follow.
    months = (36 * turn**0.5).astype(int)
    papers.loc[rising, "date"] = [f"{2022 + m // 12}-{m % 12 + 1:02}-10" for m in months]
    papers.loc[rising, "date_precision"] = "day"
    markdown = to_markdown(blocks_of(replace(made, papers=papers))).decode()
    assert "## What is changing" in markdown
    assert "| adaptive step sizes | growing |" in markdown
    assert "Growing: its fitted share rose from" in markdown.replace("\\", "")
    assert "at most about 5 in 100 are expected to be wrong" in markdown
    assert "undated papers do not count" in markdown


def test_a_report_is_of_the_selection() -> None:
    made = make_map(hostile=())
    view = View(themes=("diffusion",), text="part", since="2023-02")
    markdown = to_markdown(blocks_of(made, view)).decode()
    assert filters_in_words(made, view) == (
        "Only papers: theme diffusion; dated from Feb 2023; with the words “part”."
    )
    titles = set(select(made, view).papers["title"])
    listed = [line for line in markdown.splitlines() if line.startswith("- ")]
    assert len(listed) == len(titles) > 0
    assert "adaptive step sizes" not in markdown


def test_the_same_view_gives_the_same_bytes() -> None:
    first, second = (blocks_of(make_map()) for _ in range(2))
    assert to_html(first, title="x") == to_html(second, title="x")
    assert to_markdown(first) == to_markdown(second)


@pytest.mark.parametrize("text", HOSTILE_TITLES)
def test_hostile_text_is_only_text(text: str) -> None:
    made = make_map(papers=12, topics=2, hostile=(), unclustered=0)
    papers = made.papers.assign(title=text, theme=text, authors=[[text]] * 12)
    papers = papers.assign(url=f'https://example.org/"onclick="{text}')
    topics = made.topics.assign(name=text, keywords=[[text]] * 2)
    themes = made.themes.assign(name=text)[:1]
    changed = replace(made, papers=papers, topics=topics, themes=themes)
    page = Elements(to_html(blocks_of(changed, View(text=text[:4])), title=text).decode())
    allowed = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "table"}
    allowed |= {"thead", "tbody", "tr", "th", "td", "ul", "li", "a", "small"}
    assert {tag for tag, _ in page.found} <= allowed
    for tag, attributes in page.found:
        assert not any(name.startswith("on") for name in attributes)
        if tag == "a":
            assert str(attributes["href"]).startswith("https://")
    assert text in page.text
    bare = re.sub(r"\\.", "", to_markdown(blocks_of(changed)).decode())
    assert not re.search(r"<(?!https?:)\w|\$|\]\(javascript|:red\[", bare)


def test_the_page_shows_the_report(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("report") / "map"
    write_map(folder)
    page = open_page(folder, "report", themes="diffusion")
    assert not page.exception
    assert "Only papers: theme diffusion." in html_of(page)
    assert_only_text(page)
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels[:2] == ["Report (HTML)", "Report (Markdown)"]
    empty = open_page(folder, "report", text="no such word")
    assert any(button.label == "Reset filters" for button in empty.button)
