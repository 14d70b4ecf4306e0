"""The Papers view: all that is known of a paper, and never its text as markup."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dashboard import wording
from dashboard.state import UNCLUSTERED
from dashboard.views.paper import outside_links
from tests.dashboard.screens import assert_only_text, html_of, open_page, served, words_of
from tests.factories import HOSTILE_TITLES, make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paper") / "map"
    write_map(path)
    return path


def one(**fields: Any) -> dict[str, Any]:
    return {"title": "On x & y", "url": None, "doi": None, "arxiv_id": None} | fields


def test_without_a_paper_there_is_a_list_to_choose_from(folder: Path) -> None:
    page = open_page(folder, "paper")
    assert not page.exception
    assert len(page.dataframe[0].value) == 153
    wanted = make_map().papers.iloc[7]
    with served(folder):
        chosen = page.selectbox[0].set_value(str(wanted["id"])).run()
    assert chosen.query_params["paper"] == wanted["id"]
    assert chosen.title[0].value.replace("\\", "") == wanted["title"]


def test_a_long_list_is_sent_in_parts_and_put_in_order_first(tmp_path: Path) -> None:
    made = make_map(papers=1040, topics=5)
    write_map(tmp_path / "long", made)
    page = open_page(tmp_path / "long", "paper")
    assert not page.exception
    order = page.selectbox(key="papers-order")
    for chosen, column in (("newest first", "date"), ("most comments first", "comments")):
        with served(tmp_path / "long"):
            page = order.set_value(chosen).run()
        assert not page.exception
        known = made.papers[column].dropna().sort_values(ascending=False)
        shown = page.dataframe[0].value
        assert len(shown) == len(made.papers)
        assert list(shown[column.capitalize()][: len(known)]) == list(known)
        order = page.selectbox(key="papers-order")


def test_a_paper_says_all_that_is_known(folder: Path) -> None:
    made = make_map()
    row = next(i for i, paper in made.papers.iterrows() if len(paper["sources"]) == 2)
    paper = made.papers.loc[row]
    page = open_page(folder, "paper", paper=str(paper["id"]))
    assert not page.exception
    said = words_of(page)
    assert paper["title"] in page.title[0].value.replace("\\", "")
    assert wording.date(paper["date"]).capitalize() in said or "undated" in said.lower()
    for source in paper["sources"]:
        assert source in said
    assert "The same paper stood in 2 files" in said
    assert wording.theme_confidence(paper["theme_confidence"]) in said
    similar = [link for link in page.get("page_link") if "paper=" in link.proto.query_string]
    assert len(similar) >= 10
    assert "<mark>" in html_of(page)


def test_authors_without_names(folder: Path) -> None:
    page = open_page(folder, "paper", paper=str(make_map().papers["id"][4]))
    assert "5 authors, names not in the source" in words_of(page)


def test_an_unclustered_paper_names_the_nearest_topic(folder: Path) -> None:
    made = make_map()
    paper = made.papers[made.papers["topic"].isna()].iloc[0]
    page = open_page(folder, "paper", paper=str(paper["id"]))
    assert not page.exception
    said = words_of(page)
    assert "Unclustered" in said
    assert "nearest topic:" in said
    assert any(f"topic={UNCLUSTERED}" in x.proto.query_string for x in page.get("page_link"))


def test_a_paper_names_the_topics_that_it_is_also_near(folder: Path) -> None:
    made = make_map()
    near = {paper: made.also_near(paper) for paper in made.papers["id"]}
    paper = next(
        p for p in near if near[p] and isinstance(made.papers["topic"][made.row_of[p]], str)
    )
    page = open_page(folder, "paper", paper=paper)
    assert not page.exception
    said = words_of(page)
    assert "also near:" in said
    assert "35 %" in said
    topic, _ = near[paper][0]
    assert any(f"topic={topic}" in link.proto.query_string for link in page.get("page_link"))
    alone = next(p for p in near if not near[p])
    assert "also near" not in words_of(open_page(folder, "paper", paper=alone))


def test_a_paper_outside_the_filters_is_still_shown(folder: Path) -> None:
    made = make_map()
    page = open_page(folder, "paper", paper=str(made.papers["id"][7]), text="no such word")
    assert page.title[0].value.replace("\\", "") == made.papers["title"][7]
    assert "does not pass the filters" in words_of(page)


def test_links_keep_the_filters(folder: Path) -> None:
    paper = str(make_map().papers["id"][7])
    page = open_page(folder, "paper", paper=paper, themes="optimization")
    inside = [link.proto.query_string for link in page.get("page_link")]
    assert inside
    assert all("themes=optimization" in query for query in inside)


def test_nothing_matches(folder: Path) -> None:
    page = open_page(folder, "paper", text="no such word")
    assert not page.exception
    assert any(button.label == "Reset filters" for button in page.button)


def test_a_lone_bare_paper(tmp_path: Path) -> None:
    made = make_map(papers=1, topics=0, hostile=())
    bare = made.papers.assign(
        abstract="", authors=None, author_count=None, theme=None, nearest_topic=None, sources=[[]]
    ).assign(theme_confidence=None, date=None, date_precision=None)
    write_map(tmp_path / "map", replace(made, papers=bare))
    page = open_page(tmp_path / "map", "paper", paper=str(bare["id"][0]))
    assert not page.exception
    said = words_of(page)
    for sentence in (
        "Authors not in the source · Undated",
        "The source gives no abstract.",
        "This map has no themes.",
        "This is the only paper of the map.",
    ):
        assert sentence in said


@pytest.mark.parametrize("text", HOSTILE_TITLES)
def test_hostile_text_is_only_text(tmp_path: Path, text: str) -> None:
    made = make_map(papers=3, topics=1, hostile=(), unclustered=0)
    papers = made.papers.assign(
        title=text, abstract=f"{text}\n\n{text}", authors=[[text]] * 3, sources=[[text]] * 3
    ).assign(theme=text, url=f"javascript:{text}")
    topics = made.topics.assign(name=text, keywords=[["alert", "img", "red", text]])
    write_map(tmp_path / "map", replace(made, papers=papers, topics=topics))
    page = open_page(tmp_path / "map", "paper", paper=str(papers["id"][0]))
    assert not page.exception
    assert_only_text(page)
    # The abstract is there letter by letter, and the only elements in it are ours.
    abstract = next(part for part in html_of(page).split("\n") if "pm-abstract" in part)
    assert set(re.findall(r"<(\w+)", abstract)) <= {"div", "p", "mark"}
    assert html.unescape(re.sub(r"<[^>]*>", "", abstract)) == text * 2
    for link in page.get("link_button"):
        assert link.proto.url.startswith("https://")


def test_links_out_lead_to_the_paper_or_search_for_it() -> None:
    known = dict(outside_links(one(arxiv_id="2401.01234", doi="10.1/x y")))
    assert known["arXiv"] == "https://arxiv.org/abs/2401.01234"
    assert known["Hugging Face"] == "https://huggingface.co/papers/2401.01234"
    assert known["DOI"] == "https://doi.org/10.1/x%20y"
    assert not any(label.startswith("Search") for label in known)
    unknown = dict(outside_links(one(url="javascript:alert(1)")))
    assert set(unknown) == {"Search arXiv", "Search Hugging Face", "Search Google Scholar"}
    assert unknown["Search Google Scholar"].endswith("q=On%20x%20%26%20y")
    own = dict(outside_links(one(url="https://openreview.net/forum?id=1")))
    assert own["OpenReview"] == "https://openreview.net/forum?id=1"
    again = outside_links(one(arxiv_id="2401.01234", url="https://arxiv.org/abs/2401.01234"))
    assert [label for label, _ in again].count("arXiv") == 1


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2024-01-09", "9 Jan 2024"),
        ("2024-01", "Jan 2024"),
        ("2024", "2024"),
        (None, "undated"),
        (float("nan"), "undated"),
        ("soon", "soon"),
        ("2024-99", "2024-99"),
    ],
)
def test_dates_are_as_precise_as_known(date: Any, said: str) -> None:
    assert wording.date(date) == said
