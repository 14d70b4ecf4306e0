"""The Topics view: the overview, one topic, and the papers in none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dashboard.neighbourhood import neighbouring_topics, rare_similarity, similar_papers
from dashboard.state import UNCLUSTERED
from dashboard.tables import cell_label, file_stem, paper_frame
from tests.dashboard.screens import assert_only_text, figures_of, open_page, served, words_of
from tests.factories import HOSTILE_TITLES, make_map, write_map

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from topics.topicmap import TopicMap


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("topic") / "map"
    write_map(path)
    return path


def table(page: AppTest, columns: int = 0) -> list[str]:
    """Titles in the page's table."""
    return [str(cell) for cell in page.dataframe[columns].value["Title"]]


def test_the_overview_lists_every_topic(folder: Path) -> None:
    page = open_page(folder, "topic")
    assert not page.exception
    said = words_of(page)
    for name, size in make_map().topics[["name", "size"]].itertuples(index=False):
        assert name in said
        assert f"{size} papers" in said
    assert "unclustered papers" in said
    assert list(page.dataframe[0].value["Topic"]) == list(make_map().topics["name"])


def test_the_overview_counts_what_passes_the_filters(folder: Path) -> None:
    page = open_page(folder, "topic", themes="diffusion")
    assert len(page.dataframe[0].value) == 2
    assert "counting only papers that pass the filters" in words_of(page)


def test_a_topic_lists_the_papers_that_are_also_near_it(folder: Path) -> None:
    made = make_map()
    largest = str(made.topics["id"].iloc[0])
    others = made.also_belonging(largest)
    page = open_page(folder, "topic", topic=largest)
    assert not page.exception
    assert f"{len(others)} papers of other topics are also near this one" in words_of(page)
    titles = [cell_label(made.papers["title"][made.row_of[paper]]) for paper, _ in others]
    assert table(page, 1) == titles
    smallest = str(made.topics["id"].iloc[-1])
    assert "also near" not in words_of(open_page(folder, "topic", topic=smallest))


def test_a_topic_says_all_there_is(folder: Path) -> None:
    made = make_map()
    row = made.topics.iloc[1]
    page = open_page(folder, "topic", topic=str(row["id"]))
    assert not page.exception
    assert page.title[0].value == row["name"]
    said = words_of(page)
    for word in (*row["keywords"], row["theme"], f"{row['size']} papers", "solid (80 % comes back"):
        assert word in said
    assert len(figures_of(page)) == 1
    assert len(table(page)) == row["size"]
    for paper in row["representatives"]:
        assert made.papers["title"][made.row_of[paper]] in said
    assert [button.proto.label for button in page.get("download_button")] == [
        "CSV",
        "BibTeX",
        "RIS",
        "Markdown",
        "JSON",
    ]


def test_a_topic_with_filters_shows_what_passes_and_offers_the_rest(folder: Path) -> None:
    page = open_page(folder, "topic", topic="0", text="part 3")
    said = words_of(page)
    assert 0 < len(table(page)) < 26
    assert f"{len(table(page))} of its 26 papers pass the filters." in said
    reset = next(button for button in page.button if button.key == "topic-reset")
    with served(folder):
        assert "text" not in reset.click().run().query_params
        assert len(table(page)) == 26
    page = open_page(folder, "topic", topic="0", text="no paper has this word")
    assert not page.exception
    assert "0 of its 26 papers pass the filters." in words_of(page)


def test_the_unclustered_papers_have_a_page(folder: Path) -> None:
    made = make_map()
    page = open_page(folder, "topic", topic=UNCLUSTERED)
    assert not page.exception
    assert page.title[0].value == "Unclustered papers"
    assert len(table(page)) == made.unclustered
    assert set(page.dataframe[0].value["Nearest topic"]) <= set(made.topics["name"])


def test_an_outdated_link_falls_back_with_a_notice(folder: Path) -> None:
    page = open_page(folder, "topic", topic="no such topic")
    assert not page.exception
    assert page.title[0].value == "Topics"
    assert "The topic of this link is not in this map." in words_of(page)


def test_a_map_without_topics(tmp_path: Path) -> None:
    write_map(tmp_path / "map", papers=4, topics=0)
    page = open_page(tmp_path / "map", "topic")
    assert not page.exception
    assert "This map has no topics: 4 papers" in words_of(page)
    page = open_page(tmp_path / "map", "topic", topic=UNCLUSTERED)
    assert not page.exception
    assert len(table(page)) == 4


def test_a_map_with_one_topic_and_none_unclustered(tmp_path: Path) -> None:
    write_map(tmp_path / "map", papers=6, topics=1, unclustered=0, undated=1.1, first_year=2020)
    page = open_page(tmp_path / "map", "topic", topic="0")
    assert not page.exception
    assert "No other topic of the map is close to this one." in words_of(page)
    page = open_page(tmp_path / "map", "topic", topic=UNCLUSTERED)
    assert "Every paper of this map is in a topic." in words_of(page)


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    made = make_map(papers=30, topics=2, unclustered=0)
    names = list(HOSTILE_TITLES[:2])
    keywords = [list(HOSTILE_TITLES), list(HOSTILE_TITLES)]
    hostile = made.topics.assign(name=names, keywords=keywords, theme="<img src=x>")
    papers = made.papers.assign(abstract=HOSTILE_TITLES[0], theme="<img src=x>")
    write_map(tmp_path / "map", replace(made, topics=hostile, papers=papers))
    for params in ({}, {"topic": "0"}, {"topic": "1"}):
        page = open_page(tmp_path / "map", "topic", **params)
        assert not page.exception
        assert_only_text(page)


def test_neighbours_are_those_with_the_closest_mean() -> None:
    made = make_map(papers=9, topics=3, unclustered=0)
    direction = {"0": (1.0, 0.0), "1": (0.0, 1.0), "2": (0.8, 0.6)}
    vectors = np.array([direction[topic] for topic in made.papers["topic"]], dtype=np.float32)
    turned: TopicMap = replace(made, vectors=vectors)
    close = neighbouring_topics(turned, "0")
    assert [topic for topic, _ in close] == ["2", "1"]
    assert [cosine for _, cosine in close] == pytest.approx([0.8, 0.0])


def test_similarity_is_told_on_the_scale_of_the_map() -> None:
    made = make_map(papers=40)
    vectors = np.asarray(made.vectors)
    cosines = (vectors @ vectors.T)[np.triu_indices(40, 1)]
    assert rare_similarity(made) == pytest.approx(np.quantile(cosines, 0.99), abs=1e-5)
    rows = [row for row, _ in similar_papers(made, str(made.papers["id"][3]))]
    assert len(rows) == 10
    assert 3 not in rows


def test_cells_are_plain() -> None:
    made = make_map()
    frame = paper_frame(made, made.papers, show=("date", "topic", "nearest", "fit", "comments"))
    assert list(frame.columns) == ["Title", "Date", "Topic", "Nearest topic", "Fit", "Comments"]
    assert set(frame["Topic"]) == {"unclustered", *made.topics["name"]}
    assert "" in set(frame["Date"])
    # A leading icon code would be drawn as an icon, a list as a menu.
    assert not cell_label(":material/home: is where").startswith(":")
    assert not cell_label("[1, 2]").startswith("[")


def test_file_names_are_tame() -> None:
    assert file_stem("Neural scaling laws: Ärger & co/../x") == "neural-scaling-laws-arger-co-x"
    assert file_stem("日本語") == "papers"
    assert len(file_stem("word " * 60)) <= 60
