"""Hugging Face papers pages: rendered in every form and read back, whole, cut off and broken."""

from __future__ import annotations

import html
import json
import re
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pages import MONTHS, Paper, as_html, as_markdown, as_text, as_w3m, make_page
from topics.errors import SourceError
from topics.sources.detect import read_sources
from topics.sources.document import Document
from topics.sources.hf_page import HF_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from topics.sources.record import Record, SourceRead

pages = st.builds(make_page, st.integers(0, 2**32), st.integers(1, 6))
full_pages = st.builds(make_page, st.integers(0, 2**32), st.integers(1, 4), st.just(1.0))


def read(text: str | bytes) -> SourceRead:
    data = text if isinstance(text, bytes) else text.encode()
    return HF_PAGE.read(Document.from_bytes(data, source="page"))


def facts(record: Record) -> tuple[object, ...]:
    return (
        record.title,
        record.abstract,
        record.date,
        record.month_day,
        record.author_count,
        record.comments,
    )


def told(paper: Paper) -> tuple[object, ...]:
    return (
        paper.title,
        " ".join(paper.abstract),
        paper.date,
        paper.month_day,
        paper.authors,
        paper.comments,
    )


def tidy(text: str) -> str:
    return text


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def trailing(text: str) -> str:
    return text.replace("\n", " \t\n").replace("·", "\u00a0·\u00a0")


@pytest.mark.parametrize("form", [as_text, as_w3m, as_markdown, as_html])
@pytest.mark.parametrize("spoil", [tidy, crlf, trailing])
@settings(max_examples=20)
@given(page=pages)
def test_a_rendered_page_reads_back(
    form: Callable[[Sequence[Paper]], str], spoil: Callable[[str], str], page: list[Paper]
) -> None:
    document = Document.from_bytes(spoil(form(page)).encode(), source="page")
    assert HF_PAGE.recognises(document)
    assert [facts(record) for record in HF_PAGE.read(document).records] == [*map(told, page)]


@settings(max_examples=40)
@given(page=pages, width=st.integers(60, 130))
def test_wrapped_lines_are_joined(page: list[Paper], width: int) -> None:
    for form in (as_text, as_w3m):
        assert [facts(record) for record in read(form(page, width=width)).records] == [
            *map(told, page)
        ]


@settings(max_examples=40)
@given(page=full_pages, cut=st.floats(0, 1))
def test_a_page_cut_off_anywhere_gives_its_complete_records(page: list[Paper], cut: float) -> None:
    for form in (as_text, as_w3m, as_markdown, as_html):
        whole = form(page)
        part = whole[: round(cut * len(whole))]
        try:
            got = [facts(record) for record in read(part).records]
        except SourceError:
            got = []
        # What is whole: every paper before the last one whose title has begun to show.
        begun = sum(html.escape(paper.title) in part for paper in page)
        complete = [*map(told, page)][: max(0, begun - 1)]
        assert got[: len(complete)] == complete
        assert len(got) <= begun + 1


def test_a_title_cut_off_is_told_and_no_record() -> None:
    first, last = make_page(1, 2, 1.0)
    for form in (as_text, as_html):
        whole = form([first, last])
        found = read(whole[: whole.index(last.title) + 8])
        assert [facts(record) for record in found.records] == [told(first)]
        (cut,) = found.rejects
        assert "ends within" in cut.reason
        assert last.title in whole.split("\n")[cut.line - 1]


def test_html_with_its_data_knows_authors_dates_and_whole_abstracts() -> None:
    shown = Paper(
        "Sparse Memory", ("Only the beginning of the abstract.",), upvotes=149, comments=3
    )
    entry = {
        "paper": {
            "id": shown.arxiv,
            "title": "Sparse\n  Memory",
            "summary": "Only the beginning of the abstract.\nAnd {\\em the} rest.",
            "authors": [{"name": "Ada Ek"}, {"name": "Bo Li"}, {"hidden": True}],
            "publishedAt": "2024-12-28T12:00:00.000Z",
            "upvotes": 149,
        },
        "title": "Sparse Memory",
        "publishedAt": "2025-01-02T00:00:00.000Z",
        "numComments": 3,
    }
    other = {"paper": {**entry["paper"], "id": "2401.00002", "title": "Not Shown Yet"}}
    text = as_html([shown], data=json.dumps({"dailyPapers": [entry, other], "query": {}}))
    first, second = read(text).records
    assert first.title == "Sparse Memory"
    assert first.abstract == "Only the beginning of the abstract. And the rest."
    assert (first.date, first.authors) == ("2024-12-28", ("Ada Ek", "Bo Li"))
    assert (first.author_count, first.comments, first.upvotes) == (2, 3, 149)
    assert (first.arxiv_id, second.arxiv_id) == ("2401.00001", "2401.00002")
    assert first.url == "https://huggingface.co/papers/2401.00001"
    assert second.title == "Not Shown Yet"


@pytest.mark.parametrize("data", ["{", '{"dailyPapers": 5}', '{"dailyPapers": [{"paper": null}]}'])
def test_broken_data_leaves_the_cards(data: str) -> None:
    assert len(read(as_html([Paper("Sparse Memory")], data=data)).records) == 1


def test_html_dates_come_from_the_card_and_its_time_stamp() -> None:
    text = as_html([Paper("Sparse Memory", day=(None, 6, 2))])
    stamped = text.replace(
        "<span>Jun 2</span>", '<time datetime="2025-06-02T01:00:00Z">Jun 2</time>'
    )
    (record,) = read(stamped).records
    assert (record.date, record.month_day) == ("2025-06-02", (6, 2))
    (record,) = read(text).records
    assert (record.date, record.month_day) == (None, (6, 2))


def test_html_without_articles_and_with_inline_markup() -> None:
    card = (
        '<div><a href="https://huggingface.co/papers/{0}v2"><h3>A <em>New</em> Title{1}</h3></a>'
        "<p>It is <b>good</b>,<br>and short.</p><span>7 authors</span></div>"
    )
    cards = card.format("2401.00001", 1) + card.format("2401.00002", 2)
    got = read(f"<html><body><h1>Daily Papers</h1>{cards}").records
    assert [record.title for record in got] == ["A New Title1", "A New Title2"]
    assert [record.abstract for record in got] == ["It is good, and short."] * 2
    assert [record.author_count for record in got] == [7, 7]
    assert [record.arxiv_id for record in got] == ["2401.00001", "2401.00002"]


def test_a_rendered_formula_is_read_once() -> None:
    formula = (
        '<span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>λ</mi></mrow>'
        '<annotation encoding="application/x-tex">\\lambda^2</annotation></semantics></math></span>'
        '<span class="katex-html">λ2</span></span>'
    )
    text = as_html([Paper("X-ECLIPSE")]).replace("X-ECLIPSE", f"{formula}-ECLIPSE")
    assert read(text).records[0].title == "λ²-ECLIPSE"


def test_a_browsers_single_file_archive() -> None:
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Date"] = "Mon, 28 Apr 2025 10:00:00 -0000"
    message.set_content(as_html([Paper("Größe of Models", day=(None, 4, 2))]), subtype="html")
    message.make_related()
    got = read(message.as_bytes())
    assert [record.title for record in got.records] == ["Größe of Models"]
    assert got.as_of == "2025-04-28"


def test_links_upvotes_and_line_numbers_are_kept() -> None:
    page = [
        Paper("Sparse Memory", ("We do.",), 4, None, (2024, 12, 28), None, 149, "2412.20138"),
        Paper("Dense Memory", ("We too.",), 2, None, (None, 1, 3), 5, 7, "2501.00001"),
    ]
    for form in (as_markdown, as_html, as_w3m):
        text = form(page)
        got = read(text).records
        assert [record.upvotes for record in got] == [149, 7]
        lines = text.split("\n")
        assert all(record.title in lines[record.line - 1] for record in got)
        if form is not as_w3m:
            assert [record.arxiv_id for record in got] == ["2412.20138", "2501.00001"]
    references = as_w3m(page) + "\n[32]: https://huggingface.co/papers/2412.20138\n"
    assert read(references).records[0].arxiv_id == "2412.20138"


def test_the_pages_own_date_is_no_papers_date() -> None:
    got = read(as_text([Paper("Sparse Memory of Things", ("We show that it is so.",))]))
    assert got.as_of_month_day == (12, 12)
    assert got.as_of is None
    assert (got.records[0].date, got.records[0].month_day) == (None, None)
    stated = as_w3m([Paper("Sparse Memory")]).replace(
        "- URL:", "- Captured (UTC): 2026-06-29T16:31:22+00:00\n- URL:"
    )
    assert read(stated).as_of == "2026-06-29"
    assert read(as_html([Paper("Sparse Memory")])).as_of_month_day == (6, 29)


ABSTRACT = "We study how sparse memory helps. It helps because fewer steps are used by the method."
SECOND = "The code can be had at https://example.org/code_1."


@pytest.mark.parametrize(
    ("paper", "count"),
    [
        (Paper("Sparse Memory for Models", (ABSTRACT, ABSTRACT, SECOND), 4, None, (2024, 1, 2)), 3),
        (Paper("Sparse Memory for Models", (ABSTRACT, SECOND)), 2),
        (Paper("Sparse Memory for Models", (), 4, None, (2024, 1, 2)), 0),
        (Paper("Sparse Memory for Models", (ABSTRACT,), 4), 1),
        (Paper("Sparse Memory for Models", (ABSTRACT,), None, None, (2024, 1, 2)), 1),
        (Paper("Sparse Memory for Models", (ABSTRACT,), None, "Microsoft", (2024, 1, 2), 7), 1),
        (Paper("$λ$-ECLIPSE", ("We show $O(1/T^2)$.",), 1, None, (None, 2, 29), 0), 1),
    ],
)
def test_records_with_parts_missing_or_many(paper: Paper, count: int) -> None:
    usual = Paper("Dense Memory in Language Models", (ABSTRACT,), 2, None, (2023, 5, 6))
    got = read(as_text([usual, paper, usual])).records
    assert len(got) == 3
    assert facts(got[0]) == facts(got[2]) == told(usual)
    assert facts(got[1])[2:] == told(paper)[2:]
    assert len(paper.abstract) == count
    assert (got[1].abstract == "") == (count == 0)
    assert "Microsoft" not in got[1].abstract


def test_an_organisation_on_a_line_of_its_own_is_no_paper() -> None:
    text = as_text([Paper("Sparse Memory for Models", (ABSTRACT,))])
    got = read(text + "\nMicrosoft\n\n·\n\nSep 14, 2024 3\n").records
    assert [facts(record) for record in got] == [
        ("Sparse Memory for Models", ABSTRACT, "2024-09-14", None, None, 3)
    ]


def test_a_page_pasted_from_the_browser() -> None:
    text = (
        "Hugging Face\nModels\nDatasets\nDaily Papers\nby\nAK\nand the research community\nApr 28\n"
        "Submitted by\nsomeone\n87\nSparse Memory for Models\n·\n4 authors\n5\n"
        "Submitted by\nother\n12\nDense Memory: A Survey\n·\n11 authors\nGitHub 1.2k\n"
        "Previous\nNext\nCompany\nTOS\nPrivacy\n© Hugging Face\n"
    )
    got = read(text).records
    assert [(record.title, record.author_count) for record in got] == [
        ("Sparse Memory for Models", 4),
        ("Dense Memory: A Survey", 11),
    ]


def test_the_same_paper_twice_is_two_records() -> None:
    paper = Paper("Sparse Memory", ("We do.",), 4, None, (2024, 12, 28))
    for form in (as_text, as_w3m, as_markdown, as_html):
        assert len(read(form([paper, paper])).records) == 2


@pytest.mark.parametrize("form", [as_text, as_w3m, as_markdown, as_html])
def test_a_page_without_a_paper_is_an_error(form: Callable[[Sequence[Paper]], str]) -> None:
    with pytest.raises(SourceError, match="no paper on it"):
        read(form([]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "An essay.\n\nIt has paragraphs.\n\nAnd no papers.",
        "@article{a, title={Papers}, author={AK}}",
        "title,abstract\nA,B\n",
        "<html><body><h3><a href='/abs/2401.00001'>Other site</a></h3></body></html>",
        "# Notes\n\n### [A link](https://example.org/papers)\n\ntext",
        "<?xml version='1.0'?><feed><entry><title>A</title></entry></feed>",
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not HF_PAGE.recognises(Document.from_bytes(text.encode(), source="x"))


PIECES = (
    "\n|\n\n|• 4 authors|·|Sep 14, 2024|Feb 31|A Title|new|- |][|### [T](/papers/2401.00001)|"
    "### [T][3]|[|](x)|<h3>|</h3>|<article>|<a href='/papers/2401.00001'>|<p>|9999 authors|Upvote|"
    "by AK and the research community|<!--|<div data-props='{\"papers\":[|]}'>|\x0b|\u2028|# |"
).split("|")


@settings(max_examples=200)
@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_gives_records_or_a_source_error(text: str) -> None:
    document = Document.from_bytes(text.encode("utf-8", "replace"), source="x")
    HF_PAGE.recognises(document)
    try:
        got = HF_PAGE.read(document)
    except SourceError:
        return
    assert all(record.title or record.abstract for record in got.records)


# The real pages -----------------------------------------------------------------------------------


def test_the_seeds(shared: Path) -> None:
    reads = read_sources([shared / "seeds"])
    assert [len(found.records) for found in reads] == [12, 58, 28, 35, 34]
    assert {found.format for found in reads} == {"hf-page"}
    assert [found.as_of_month_day for found in reads] == [
        (4, 28),
        (10, 30),
        (12, 12),
        (12, 12),
        (12, 10),
    ]
    for found, file in zip(reads, sorted((shared / "seeds").iterdir()), strict=True):
        _compare_with_lines(found, file.read_text(encoding="utf-8"))


def _compare_with_lines(found: SourceRead, text: str) -> None:
    """Read the page again by its line numbers alone and compare."""
    lines = text.split("\n")
    block = re.compile(r"  • (\d+) authors\n·\n(\w{3}) (\d+)(?:, (\d{4}))?(?: (\d+))?(?:\n|$)")
    for record in found.records:
        start = record.line - 1
        assert lines[start - 1] == lines[start + 1] == ""
        assert len(lines[start + 2]) > 1000
        match = block.match("\n".join(lines[start + 4 : start + 7]))
        if match is None:
            assert facts(record)[2:] == (None, None, None, None)
            continue
        authors, month, day, year, comments = match.groups()
        when = (MONTHS.index(month) + 1, int(day))
        assert record.author_count == int(authors)
        assert record.comments == (int(comments) if comments else None)
        assert record.month_day == (None if year else when)
        assert record.date == (f"{year}-{when[0]:02d}-{when[1]:02d}" if year else None)


def test_the_other_real_forms(shared: Path) -> None:
    trending, search = read_sources([shared / "hf-pages"])
    assert [facts(record)[2:] for record in trending.records] == [("2024-12-28", None, 4, None)] * 2
    assert {record.arxiv_id for record in trending.records} == {"2412.20138"}
    assert {record.upvotes for record in trending.records} == {149}
    assert all(record.abstract.endswith("Sharpe ratio.") for record in trending.records)
    assert [facts(record)[2:] for record in search.records] == [
        (None, (5, 30), 3, None),
        ("2024-03-08", None, 671, 6),
        (None, (3, 13), None, 3),
    ]
    assert [record.upvotes for record in search.records] == [65, 1, 1]
    assert (search.as_of, search.as_of_month_day) == ("2026-06-29", (6, 29))
    for record in search.records:
        assert record.abstract.endswith((".", "Murmur."))
        assert not re.search(r"[\[\]]", record.abstract)
