"""The Quality view: every record accounted for, every limit said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from dashboard.loading import MAPS_VARIABLE
from dashboard.records import choose, read_by_file
from dashboard.solidity import solidity, topic_frame
from tests.dashboard.screens import assert_only_text, html_of, open_page, words_of
from tests.factories import HOSTILE_TITLES, make_map, write_map
from topics.limits import limits
from topics.topicmap import TABLES

if TYPE_CHECKING:
    from pathlib import Path


def ledger(*rows: tuple[str, int, str, str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(TABLES["ledger"]))


ROWS = (
    ("a.txt", 1, "kept", "p1", None),
    ("a.txt", 9, "merged", "p1", "the same paper"),
    ("b.bib", 3, "rejected", None, "neither a title nor an abstract"),
    ("b.bib", 5, "kept", "p2", None),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quality") / "map"
    made = make_map()
    manifest = {
        **made.manifest,
        "papermap_version": "9.8.7",
        "sample": {"papers": 60, "of": 153},
        "quality": {"layout_preservation": 0.4242, "something_new": 0.5, "broken": None},
        "seconds": {"Writing the map": 0.5, "Reading the sources": 1.25},
        "settings": {"own": [1], "min_topic_size": None, "seed": 0},
        "notices": ["31 dates written without a year read as 2025."],
    }
    write_map(path, replace(made, ledger=ledger(*ROWS), manifest=manifest))
    return path


def test_every_record_is_accounted_for() -> None:
    table = read_by_file(ledger(*ROWS))
    assert table.to_dict("records") == [
        {"file": "a.txt", "read": 2, "kept": 1, "merged": 1, "rejected": 0},
        {"file": "b.bib", "read": 2, "kept": 1, "merged": 0, "rejected": 1},
    ]
    assert read_by_file(ledger()).empty


def test_what_was_read_and_how_it_was_made(folder: Path) -> None:
    page = open_page(folder, "quality")
    assert not page.exception
    said = words_of(page)
    assert "**4** records read = **2** kept + **1** merged" in said
    assert "**1** rejected" in said
    assert "31 dates written without a year read as 2025." in said
    assert "0.42" in said
    assert "Neighbours kept by the map" in said
    assert "Something new" in said
    solid, facts, seconds, settings = [frame.value for frame in page.dataframe]
    assert list(solid["Topic"]) == list(make_map().topics["name"])
    assert '<td data-label="read">2</td>' in said
    assert "neither a title nor an abstract" in said
    assert list(seconds["Stage"]) == ["Reading the sources", "Writing the map"]
    assert ["Papermap version", "9.8.7"] in facts.to_numpy().tolist()
    among = ["Topics and layout found among", "an even sample: 60 of the 153 papers"]
    assert among in facts.to_numpy().tolist()
    assert list(settings["Value"]) == ["0", "follows the corpus", "[1]"]
    numbers = {metric.label: metric.value for metric in page.metric}
    assert numbers["Papers"] == "153"
    assert numbers["Rejected"] == "1"


def test_records_are_found_by_outcome_file_and_words() -> None:
    every = ledger(*ROWS)
    titles = {"p1": "On Maps", "p2": "On topics"}

    def lines(**asked: object) -> list[int]:
        outcomes = asked.pop("outcomes", ("rejected", "merged", "kept"))
        return list(choose(every, titles, outcomes=outcomes, **asked)["line"])  # type: ignore[arg-type]

    assert lines() == [3, 9, 1, 5]
    assert lines(outcomes=["merged"]) == [9]
    assert lines(outcomes=[]) == []
    assert lines(files=["b.bib"]) == [3, 5]
    assert lines(words="maps") == [9, 1]
    assert lines(words="NOR title") == [3]
    assert lines(words="bib topics") == [5]
    assert lines(words="a.txt", outcomes=["kept"]) == [1]
    assert lines(words="(") == []


def test_records_are_listed_and_filtered_on_the_page(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MAPS_VARIABLE, str(folder))
    page = open_page(folder, "quality")
    body = html_of(page)
    assert body.count("<li><span class=") == 2
    assert body.index("pm-rejected") < body.index("pm-merged")
    assert "b.bib, line 3" in body
    assert [button.label for button in page.get("download_button")] == [
        "Download these 2 (CSV)",
        "Download all 4 (CSV)",
    ]
    page.text_input(key="ledger-words").set_value("same").run()
    assert html_of(page).count("<li><span class=") == 1
    page.text_input(key="ledger-words").set_value("nothing like it").run()
    assert "No record is like that" in words_of(page)
    page.text_input(key="ledger-words").set_value("").run()
    page.multiselect(key="ledger-files").set_value(["b.bib"]).run()
    assert "a.txt, line" not in html_of(page)


def test_many_records_are_shown_step_by_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MAPS_VARIABLE, str(tmp_path / "map"))
    made = make_map(papers=12, topics=1)
    paper = str(made.papers["id"][0])
    rows = [("a.txt", line, "merged", paper, f"number {line}") for line in range(1, 121)]
    write_map(tmp_path / "map", replace(made, ledger=ledger(*rows)))
    page = open_page(tmp_path / "map", "quality")
    assert "The first 50 of 120 records" in html_of(page)
    assert 'href="paper?paper=' in html_of(page)
    page.button(key="ledger-more").click().run()
    assert "120 records" in html_of(page)
    assert html_of(page).count("<li><span class=") == 120


def test_filters_do_not_matter_and_that_is_said(folder: Path) -> None:
    page = open_page(folder, "quality", text="no paper has this word")
    assert not page.exception
    assert "the filters make no difference" in words_of(page)


def test_limits_are_said_in_numbers() -> None:
    made = make_map()
    said = "\n".join(limits(made))
    assert f"{made.unclustered} papers" in said
    assert f"{made.undated} papers" in said
    bare = make_map(papers=5, topics=0)
    assert limits(bare)[0].startswith("There are no topics: 5 papers")
    one = replace(made, papers=made.papers.assign(abstract=["", *made.papers["abstract"][1:]]))
    assert "1 paper came without an abstract and is placed" in "\n".join(limits(one))


def test_an_empty_and_a_sparse_map(tmp_path: Path) -> None:
    made = make_map(papers=0)
    manifest = {"schema_version": 1, "quality": "none", "seconds": [], "notices": None}
    write_map(tmp_path / "map", replace(made, manifest=manifest))
    page = open_page(tmp_path / "map", "quality")
    assert not page.exception
    assert "**0** records read" in words_of(page)


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    made = make_map(papers=12, topics=1)
    rows = [(text, 1, "rejected", None, text) for text in HOSTILE_TITLES]
    manifest = {**made.manifest, "notices": list(HOSTILE_TITLES), "quality": {HOSTILE_TITLES[0]: 1}}
    write_map(tmp_path / "map", replace(made, ledger=ledger(*rows), manifest=manifest))
    page = open_page(tmp_path / "map", "quality")
    assert not page.exception
    assert_only_text(page)


def test_solid_and_fragile_topics_are_told_apart() -> None:
    assert [solidity(value) for value in (1.0, 0.75, 0.7, 0.6, 0.3, None, float("nan"))] == [
        "solid",
        "solid",
        "fair",
        "fair",
        "fragile",
        None,
        None,
    ]
    made = make_map()
    topics = made.topics.assign(stability=[0.1 + 0.07 * i for i in range(len(made.topics))])
    frame = topic_frame(replace(made, topics=topics))
    assert list(frame["Comes back"]) == sorted(topics["stability"], reverse=True)
    assert set(frame["Verdict"]) == {"solid", "fair", "fragile"}
    assert frame["Kept on the map"].between(0, 1).all()
    unknown = topic_frame(replace(made, topics=made.topics.assign(stability=None)))
    assert unknown["Verdict"].isna().all()
