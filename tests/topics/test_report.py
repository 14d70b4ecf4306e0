"""Reports: complete, the same every time, and only text, whatever strangers wrote."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.factories import make_map
from tests.hostile import HOSTILE_TEXTS, hostile_map
from topics.errors import SettingsError
from topics.report.blocks import Figure, Heading, Quotes
from topics.report.content import report
from topics.report.page import to_html
from topics.report.placing import Box, Name, place_names
from topics.report.summaries import sentences, summary
from topics.report.svg import text_width
from topics.report.wishes import SECTIONS, Wishes
from topics.reports import report_bytes
from topics.selection import Filters, filters_in_words, matching

if TYPE_CHECKING:
    from topics.report.blocks import Block
    from topics.topicmap import TopicMap

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "nav", "main", "h1", "h2", "h3", "h4"),
    *("p", "span", "div", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "a", "small"),
    *("bdi", "blockquote", "cite", "figure", "figcaption"),
    *("svg", "rect", "path", "circle", "line", "text", "tspan", "polygon", "polyline"),
}


@pytest.fixture(scope="module")
def hostile() -> TopicMap:
    return hostile_map()


def blocks_of(
    topic_map: TopicMap, filters: Filters | None = None, wishes: Wishes | None = None
) -> tuple[Block, ...]:
    chosen = filters or Filters()
    papers = topic_map.papers.iloc[matching(topic_map, chosen)]
    return report(topic_map, papers, chosen, wishes or Wishes())


def document(topic_map: TopicMap, file_format: str, **filters: object) -> str:
    chosen = Filters(**filters)  # type: ignore[arg-type]
    return report_bytes(topic_map, chosen, file_format=file_format).decode()


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
    page = Elements(document(made, "html"))
    for text in (*made.topics["name"], *made.papers["title"], *made.themes["name"]):
        assert text in page.text
    assert "153 papers in 12 topics, 18 unclustered, 13 undated." in page.text
    assert "2025 (not over)" in page.text or "Q4 2025 (not over)" in page.text
    assert made.manifest["corpus_fingerprint"] in page.text
    addresses = {attributes.get("href") for tag, attributes in page.found if tag == "a"}
    assert set(made.papers["url"].dropna()) <= addresses
    anchors = {attributes.get("id") for _, attributes in page.found}
    assert {a.removeprefix("#") for a in addresses if a and a.startswith("#")} <= anchors


def test_a_report_says_what_may_be_said_of_every_trend() -> None:
    made = make_map(papers=900, hostile=(), first_year=2022)
    papers = made.papers.copy()
    rising = papers["topic"].eq("0") & papers["date"].notna()
    turn = (rising.cumsum()[rising] - 1) / rising.sum()
    # More in each year than in the one before, of a topic that the others do not follow.
    months = (36 * turn**0.5).astype(int)
    papers.loc[rising, "date"] = [f"{2022 + m // 12}-{m % 12 + 1:02}-10" for m in months]
    papers.loc[rising, "date_precision"] = "day"
    markdown = document(replace(made, papers=papers), "md")
    assert "## What is changing" in markdown
    assert "| adaptive step sizes | growing |" in markdown
    assert "Growing: its fitted share rose from" in markdown.replace("\\", "")
    assert re.search(r"× \d\.\d\d \(\d\.\d\d to \d\.\d\d\)", markdown)
    assert "at most about 5 in 100 are expected to be wrong" in markdown
    assert "undated papers do not count" in markdown


def test_topics_are_told_with_their_groups() -> None:
    made = make_map(hostile=())
    assert "Group" not in document(made, "md")
    group = made.topics[:1].assign(id="g1", name="All of models", parent=None)
    parents = ["g1"] * 5 + [None] * (len(made.topics) - 5)
    grouped = replace(made, groups=group, topics=made.topics.assign(parent=parents))
    markdown = document(grouped, "md")
    assert "| Topic | Group | Theme |" in markdown
    assert markdown.count("| All of models |") == 5
    assert markdown.count("in All of models · ") == 5


def test_the_method_is_that_of_the_map() -> None:
    made = make_map(papers=30, topics=2)
    assert "No language model wrote any of this" in document(made, "md")
    named = replace(made, manifest={**made.manifest, "settings": {"name_model": "small-one"}})
    markdown = document(named, "md")
    assert "The language model small-one proposed names" in markdown
    assert "No language model" not in markdown


def test_a_report_is_of_the_selection() -> None:
    made = make_map(hostile=())
    chosen = {"themes": ("diffusion",), "text": "part", "since": "2023-02"}
    assert filters_in_words(made, Filters(**chosen)) == (  # type: ignore[arg-type]
        "Only papers: theme diffusion; dated from Feb 2023; with the words “part”."
    )
    wishes = Wishes(sections=("papers",))
    filters = Filters(**chosen)  # type: ignore[arg-type]
    markdown = report_bytes(made, filters, file_format="md", wishes=wishes).decode()
    titles = set(made.papers["title"].iloc[matching(made, filters)])
    listed = [line for line in markdown.splitlines() if line.startswith("- ")]
    assert len(listed) == len(titles) > 0
    assert "adaptive step sizes" not in markdown


def test_since_a_day_is_what_is_new() -> None:
    made = make_map(hostile=())
    new = made.papers.iloc[matching(made, Filters(since="2025-03-14"))]
    dates = set(new["date"])
    assert dates
    # A paper of which the year alone is known may be of any day of it.
    assert all(date >= "2025-03-14" or date == "2025" for date in dates)
    every = [date for date in made.papers["date"].dropna() if len(date) == 10]
    assert {date for date in every if date >= "2025-03-14"} <= dates
    before = set(made.papers["date"].iloc[matching(made, Filters(until="2023-05"))])
    assert {date[:7] for date in before if len(date) > 4} <= {f"2023-0{n}" for n in range(1, 6)}


def test_the_trends_are_those_of_the_period() -> None:
    made = make_map(hostile=())
    wishes = Wishes(sections=("trends",))
    for until, last in (("2024", "2024"), ("2024-06-30", "2024")):
        markdown = report_bytes(
            made, Filters(since="2024", until=until), file_format="md", wishes=wishes
        ).decode()
        periods = re.findall(r"^\| (?:\w+ )?(\d{4})", markdown, re.MULTILINE)
        assert periods
        assert set(periods) == {last}


def test_sections_title_author_and_note_are_the_readers() -> None:
    made = make_map(hostile=())
    wishes = Wishes(
        title="For Monday",
        author="Ada",
        note="Read this first.\nThen this.",
        link="https://example.org/?theme=x",
        sections=("limits", "map"),
    )
    blocks = blocks_of(made, wishes=wishes)
    heads = [block.text for block in blocks if isinstance(block, Heading)]
    assert heads == ["For Monday", "The map", "Limits"]
    text = Elements(to_html(blocks, title=wishes.heading).decode()).text
    for said in ("By Ada", "Read this first.", "Then this.", "https://example.org/?theme=x"):
        assert said in text
    with pytest.raises(SettingsError, match="limits"):
        Wishes(sections=("map", "weather"))
    every = [block.text for block in blocks_of(made) if isinstance(block, Heading)]
    assert len(every) > len(SECTIONS)


@pytest.mark.parametrize("file_format", ["html", "md", "pdf", "xlsx"])
def test_the_same_map_gives_the_same_bytes(file_format: str) -> None:
    first, second = (report_bytes(make_map(), Filters(), file_format=file_format) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("papers", [0, 1, 2, 5])
@pytest.mark.parametrize("file_format", ["html", "md", "pdf", "xlsx"])
def test_the_smallest_maps_have_reports(papers: int, file_format: str) -> None:
    made = make_map(papers=papers, topics=min(papers, 2))
    assert report_bytes(made, Filters(), file_format=file_format)
    assert report_bytes(made, Filters(text="no such word"), file_format=file_format)


def test_hostile_text_in_html_is_only_text(hostile: TopicMap) -> None:
    raw = document(hostile, "html")
    page = Elements(raw)
    assert {tag for tag, _ in page.found} <= ALLOWED
    for tag, attributes in page.found:
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        assert tag == "a" or "href" not in attributes
        if tag == "a":
            assert str(attributes["href"]).startswith(("https://", "http://", "#"))
    policy = next(
        a["content"]
        for t, a in page.found
        if t == "meta" and "content" in a and a.get("http-equiv")
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    shown = " ".join(page.text.split())
    assert all(" ".join(t.split()) in shown for t in HOSTILE_TEXTS if t.isprintable())
    for drawn in re.findall(r"<svg.*?</svg>", raw, re.DOTALL):
        ElementTree.fromstring(drawn)  # noqa: S314 - our own, and what is tested


def test_hostile_text_in_markdown_is_only_text(hostile: TopicMap) -> None:
    bare = re.sub(r"\\.", "", document(hostile, "md"))
    assert not re.search(r"<(?!https?:)\w|\$|\]\(javascript|:red\[", bare)


def test_hostile_text_in_a_pdf_is_only_text(hostile: TopicMap) -> None:
    data = report_bytes(hostile, Filters(), file_format="pdf")
    assert data.startswith(b"%PDF")
    parts = [data]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    every = b"\n".join(parts)
    assert not re.search(rb"/(?:JavaScript|JS|Launch|GoToR|EmbeddedFile|OpenAction)\b", every)
    addresses = set(re.findall(rb"/URI\s*\(([^)]*)", every))
    assert addresses
    assert all(address.startswith((b"http://", b"https://")) for address in addresses)


def test_a_workbook_holds_no_formula(hostile: TopicMap) -> None:
    import pandas as pd

    data = report_bytes(hostile, Filters(), file_format="xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in book.namelist():
            text = book.read(name).decode()
            ElementTree.fromstring(text)  # noqa: S314 - our own, and what is tested
            if name.startswith("xl/worksheets/"):
                assert "<f>" not in text
                assert "<f " not in text
        links = book.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
    targets = re.findall(r'Target="([^"]*)"', links)
    assert targets
    assert all(target.startswith(("https://", "http://")) for target in targets)
    sheet = pd.read_excel(io.BytesIO(data), engine="calamine", dtype=str)
    assert len(sheet) == len(hostile.papers)
    cells = [cell for column in sheet for cell in sheet[column].dropna()]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@＝"))]


def test_names_on_the_map_do_not_touch_nor_leave_it() -> None:
    rng = np.random.default_rng(3)
    centres = rng.uniform((60, 60), (840, 540), size=(30, 2))
    dots = [centre + rng.normal(size=(60, 2)) * 18 for centre in centres]
    names = [Name(f"topic {'of words ' * (i % 4)}{i}", 15.0, d) for i, d in enumerate(dots)]
    taken = Box(0, 0, 900, 40)
    placed = place_names(names, np.concatenate(dots), width=900, height=600, taken=[taken])
    assert len(placed) > 20
    boxes = [taken, *(one.box for one in placed)]
    for i, box in enumerate(boxes):
        assert not any(box.touches(other) for other in boxes[i + 1 :])
        assert box.x >= 0
        assert box.x + box.width <= 900
        assert box.y + box.height <= 600
    for one in placed:
        assert all(text_width(line, 15.0, bold=True) <= one.box.width + 1e-6 for line in one.lines)


def test_a_figure_draws_every_paper_and_names_the_topics() -> None:
    made = make_map(hostile=())
    figure = next(block for block in blocks_of(made) if isinstance(block, Figure))
    drawn = ElementTree.fromstring(figure.svg)  # noqa: S314 - our own
    assert len(re.findall(r"M[\d.]+ [\d.]+h", figure.svg)) == len(made.papers)
    text = " ".join("".join(node.itertext()) for node in drawn.iter() if node.tag.endswith("text"))
    for theme in made.themes["name"]:
        assert theme in text
    assert not re.search(r'(?:href|src|style|on\w+)="', figure.svg)


def test_a_summary_is_of_sentences_that_stand_in_the_abstracts() -> None:
    made = make_map(hostile=())
    told = [
        "However, this one leans on another sentence and so it cannot be quoted at all here.",
        "Machine unlearning removes what a trained model has learned from chosen examples.",
        "We forget examples by ascent on their loss, e.g. for a trained model that must unlearn.",
        "Code is available at https://example.org/unlearning for all who want to unlearn examples.",
    ]
    papers = [
        {"id": f"p{i}", "abstract": f"{told[i % 4]} A short one.", "topic_confidence": 0.5}
        for i in range(12)
    ]
    found = summary(made, papers, representatives=["p1"])
    assert 1 < len(found) <= 3
    assert len({at for _, at in found}) == len(found)
    for sentence, at in found:
        assert sentence in papers[at]["abstract"]
        assert sentence in told[1:3]
    assert summary(made, [{**papers[0], "abstract": None}], representatives=[]) == ()
    quotes = [block for block in blocks_of(made) if isinstance(block, Quotes)]
    assert len(quotes) <= len(made.topics)


def test_sentences_end_where_sentences_end() -> None:
    text = "We use e.g. Adam and others. See Smith et al. 2020 for more! Is it so? Yes."
    assert sentences(text) == [
        "We use e.g. Adam and others.",
        "See Smith et al. 2020 for more!",
        "Is it so?",
        "Yes.",
    ]
