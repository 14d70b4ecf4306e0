"""Adding papers: what is known stays, and what is new finds its place."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.topics.additions import bee_papers, known_of, late_of, table_of
from tests.topics.corpora import files_of
from topics import artefact, updating
from topics.errors import SettingsError
from topics.known import enlarge
from topics.pipeline import build
from topics.settings import BuildSettings
from topics.sources.record import Record, SourceRead
from topics.topicmap import TopicMap
from topics.updating import MANY_NEW, update

if TYPE_CHECKING:
    from pathlib import Path

#: What an update leaves as it is of a known paper.
KEPT = ("topic", "topic_confidence", "nearest_topic", "theme", "theme_confidence", "x", "y")


pytestmark = pytest.mark.usefixtures("built_at", "own_cache")


def _assert_kept(old: TopicMap, new: TopicMap) -> None:
    """All that is known stands where it stood and goes by its name."""
    before = old.papers.set_index("id")
    after = new.papers.set_index("id").loc[list(before.index)]
    for column in KEPT:
        pd.testing.assert_series_equal(after[column], before[column])
    known = new.topics.set_index("id").loc[list(old.topics["id"])]
    for column in ("name", "theme", "x", "y"):
        assert known[column].tolist() == old.topics[column].tolist()
    rows = [new.row_of[paper] for paper in before.index]
    assert np.array_equal(new.vectors[rows], old.vectors)


def _assert_adds_up(built: TopicMap) -> None:
    papers, counts = built.papers, built.manifest["counts"]
    assert list(papers["id"]) == sorted(set(papers["id"]))
    assert counts["kept"] == counts["papers"] == len(papers)
    outcomes = built.ledger["outcome"].value_counts()
    for outcome in ("kept", "merged", "rejected"):
        assert counts[outcome] == outcomes.get(outcome, 0)
    kept = built.ledger.loc[built.ledger["outcome"] == "kept", "paper_id"]
    assert sorted(kept) == list(papers["id"])
    assert built.topics["size"].sum() + built.unclustered == len(papers)
    sizes = papers["topic"].value_counts()
    assert [int(sizes[topic]) for topic in built.topics["id"]] == list(built.topics["size"])
    assert built.topics["size"].is_monotonic_decreasing
    assert built.themes["size"].sum() == len(papers)
    places = papers[["x", "y"]].to_numpy()
    assert np.isfinite(places).all()
    assert np.abs(places).max() <= 1
    assert len(np.unique(places, axis=0)) == len(papers)
    assert papers["nearest_topic"].isin(built.topics["id"]).all()
    assert built.vectors.shape[0] == len(papers)


# ------------------------------------------------------------------------- new papers


def test_new_papers_join_and_known_ones_stay(
    started: Path, records: list[Record], tmp_path: Path
) -> None:
    old = artefact.load(started)
    done = update(started, [table_of(tmp_path / "late.csv", late_of(records))])
    new = artefact.load(started, verify=True)
    assert done.added == len(new.papers) - len(old.papers) == len(late_of(records))
    assert done.new_topics == ()
    _assert_kept(old, new)
    _assert_adds_up(new)
    joined = new.papers[~new.papers["id"].isin(old.papers["id"])]
    assert joined["topic"].notna().mean() > 0.5
    assert joined["theme"].isin(new.themes["name"]).all()
    whole = new.trends[new.trends["topic"].isna() & new.trends["theme"].isna()]
    dated = old.trends[old.trends["topic"].isna() & old.trends["theme"].isna()]
    assert whole["papers"].sum() >= dated["papers"].sum()


def test_new_papers_lie_beside_papers_of_their_topic(
    started: Path, records: list[Record], tmp_path: Path
) -> None:
    old = artefact.load(started)
    update(started, [table_of(tmp_path / "late.csv", late_of(records))])
    papers = artefact.load(started).papers
    is_new = ~papers["id"].isin(old.papers["id"])
    known = papers[~is_new]
    hits = []
    for paper in papers[is_new & papers["topic"].notna()].itertuples():
        gaps = np.hypot(known["x"] - paper.x, known["y"] - paper.y)
        hits.append(paper.topic in set(known.loc[gaps.nsmallest(5).index, "topic"]))
    assert np.mean(hits) >= 0.9


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_papers_in_any_order_leave_known_rows_alike(
    first: Path, records: list[Record], tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(records), max_size=12, unique=True))
    work = tmp_path_factory.mktemp("any")
    old = artefact.load(first)
    shutil.copytree(first, work / "one")
    shutil.copytree(first, work / "two")
    half = len(chosen) // 2
    files = [table_of(work / "a.csv", chosen[:half]), table_of(work / "b.csv", chosen[half:])]
    files = [file for file, part in zip(files, (chosen[:half], chosen[half:]), strict=True) if part]
    if not files:
        return
    one = update(work / "one", files).topic_map
    two = update(work / "two", files[::-1]).topic_map
    _assert_kept(old, one)
    _assert_adds_up(one)
    assert len(one.papers) - len(old.papers) == sum(record in late_of(records) for record in chosen)
    for column in ("id", *KEPT):
        assert one.papers[column].equals(two.papers[column]), column


def test_a_group_on_a_new_subject_becomes_a_topic(started: Path, tmp_path: Path) -> None:
    old = artefact.load(started)
    done = update(started, [table_of(tmp_path / "bees.csv", bee_papers(14))])
    new = artefact.load(started)
    _assert_kept(old, new)
    _assert_adds_up(new)
    (topic,) = done.new_topics
    assert topic["id"] == f"t{len(old.topics) + 1}"
    assert topic["papers"] >= 10
    assert {"honey", "bee", "bees", "colonies", "apiary"} & set(topic["name"].casefold().split())
    assert new.manifest["new_topics"] == [topic]
    assert new.manifest["updates"][0]["new_topics"] == [topic]
    row = new.topics.set_index("id").loc[topic["id"]]
    members = new.papers[new.papers["topic"] == topic["id"]]
    assert set(row["representatives"]) <= set(members["id"])
    assert row["theme"] in set(new.themes["name"])
    # They stand together, and not upon others.
    others = new.papers[new.papers["topic"] != topic["id"]]
    middle = members[["x", "y"]].mean()
    own = np.hypot(members["x"] - middle["x"], members["y"] - middle["y"]).max()
    assert (np.hypot(others["x"] - middle["x"], others["y"] - middle["y"]) < own / 2).sum() <= 2


def test_an_id_is_never_used_twice(started: Path, tmp_path: Path) -> None:
    manifest = json.loads((started / "manifest.json").read_bytes())
    lost = [{"id": "t77", "name": "Gone", "papers": 5}]
    manifest["updates"] = [{"new_topics": [], "lost_topics": lost}]
    (started / "manifest.json").write_text(json.dumps(manifest))
    done = update(started, [table_of(tmp_path / "bees.csv", bee_papers(14))])
    assert [topic["id"] for topic in done.new_topics] == ["t78"]


def test_history_is_kept(started: Path, records: list[Record], tmp_path: Path) -> None:
    built = artefact.load(started)
    late = late_of(records)
    update(started, [table_of(tmp_path / "one.csv", late[:4])])
    update(started, [table_of(tmp_path / "two.csv", late[4:])])
    manifest = artefact.load(started).manifest
    assert [entry["sources"] for entry in manifest["updates"]] == [["one.csv"], ["two.csv"]]
    assert sum(entry["papers_added"] for entry in manifest["updates"]) == len(late)
    assert manifest["fitted"]["papers"] == len(built.papers)
    told = [note for note in manifest["notices"] if note.startswith("Topics, their names")]
    assert len(told) == 1
    assert f"{len(late)} papers that came later" in told[0]
    assert manifest["first_built"] == built.manifest["created"]


def test_nothing_new_leaves_the_folder_alone(
    started: Path, records: list[Record], tmp_path: Path
) -> None:
    before = files_of(started)
    done = update(started, [table_of(tmp_path / "again.csv", known_of(records)[:20])])
    assert (done.changed, done.added, done.read["merged"]) == (False, 0, 20)
    assert files_of(started) == before


@pytest.mark.parametrize("themes", ["auto", "none"])
def test_themes_go_on_as_they_began(themes: str, records: list[Record], tmp_path: Path) -> None:
    known = table_of(tmp_path / "known.csv", known_of(records)[:40])
    old = build([known], tmp_path / "map", settings=BuildSettings(themes=themes))
    new = update(tmp_path / "map", [table_of(tmp_path / "late.csv", late_of(records))]).topic_map
    _assert_kept(old, new)
    assert list(new.themes["name"]) == list(old.themes["name"])
    if themes == "none":
        assert new.papers["theme"].isna().all()
    else:
        assert new.papers["theme"].isin(new.themes["name"]).all()


def test_another_themes_file_is_refused(records: list[Record], tmp_path: Path) -> None:
    themes = tmp_path / "themes.toml"
    themes.write_text('[[theme]]\nname = "forgetting"\nphrases = ["machine unlearning"]\n')
    known = table_of(tmp_path / "known.csv", known_of(records)[:30])
    build([known], tmp_path / "map", settings=BuildSettings(themes=str(themes)))
    before = files_of(tmp_path / "map")
    late = table_of(tmp_path / "late.csv", late_of(records))
    themes.write_text('[[theme]]\nname = "remembering"\n')
    with pytest.raises(SettingsError, match=r"remembering.*made with.*forgetting"):
        update(tmp_path / "map", [late])
    themes.unlink()
    with pytest.raises(SettingsError, match="No themes file"):
        update(tmp_path / "map", [late])
    assert files_of(tmp_path / "map") == before


# ---------------------------------------------------------------- known papers told again


def _told(*records: Record) -> list[SourceRead]:
    return [SourceRead(source="new.bib", format="made", records=records)]


def test_a_known_paper_gains_what_was_missing(first: Path) -> None:
    old = artefact.load(first)
    known = old.papers[old.papers["doi"].isna()].iloc[3]
    again = Record(
        title=known["title"],
        abstract=known["abstract"],
        doi="10.1000/known",
        upvotes=7,
        source="new.bib",
        line=1,
    )
    corpus = enlarge(old, _told(again))
    assert (corpus.added, corpus.enriched, corpus.retold) == ((), (known["id"],), ())
    told = corpus.papers.set_index("id").loc[known["id"]]
    assert (told["doi"], told["upvotes"]) == ("10.1000/known", 7)
    assert "new.bib" in told["sources"]
    assert "\x00" not in "".join(told["sources"])
    row = corpus.ledger.iloc[-1]
    assert (row["outcome"], row["paper_id"]) == ("merged", known["id"])
    assert row["reason"] == "The same paper as one that was already in the map."
    others = corpus.papers[corpus.papers["id"] != known["id"]]
    assert (
        others["title"].tolist()
        == old.papers.loc[old.papers["id"] != known["id"], "title"].tolist()
    )


def test_a_record_counts_for_the_known_paper_that_it_names(first: Path) -> None:
    """Although it is also of the title of another one, which it makes the same paper."""
    old = artefact.load(first)
    papers = old.papers.copy()
    one, other = papers["id"].iloc[2], papers["id"].iloc[5]
    for name in ("title", "abstract", "authors", "date", "author_count"):
        values = papers[name].to_list()
        values[5] = values[2]
        papers[name] = pd.Series(values, papers.index, dtype=papers[name].dtype)
    papers["arxiv_id"] = papers["arxiv_id"].where(~papers["id"].isin([one, other]))
    papers["doi"] = papers["doi"].where(papers["id"] != other, "10.1000/other")
    papers["doi"] = papers["doi"].where(papers["id"] != one)
    known = replace(old, papers=papers)
    again = Record(
        title=papers["title"].iloc[2],
        abstract=papers["abstract"].iloc[2],
        doi="10.1000/other",
        source="new.bib",
        line=1,
    )
    corpus = enlarge(known, _told(again))
    assert corpus.ledger["paper_id"].iloc[-1] == other
    sources = corpus.papers.set_index("id")["sources"]
    assert "new.bib" in sources[other]
    assert "new.bib" not in sources[one]
    assert corpus.enriched == ()
    plain = enlarge(known, _told(replace(again, doi=None)))
    assert plain.ledger["paper_id"].iloc[-1] == one


def test_remarks_on_themes_are_those_of_the_papers_there_are_now(
    records: list[Record], tmp_path: Path
) -> None:
    late = late_of(records)[:1]
    themes = tmp_path / "themes.toml"
    example = late[0].title.replace('"', "")
    themes.write_text(
        f'[[theme]]\nname = "apiculture"\nphrases = ["honey bee"]\npapers = ["{example}"]\n'
    )
    known = table_of(tmp_path / "known.csv", known_of(records)[:30])
    old = build([known], tmp_path / "map", settings=BuildSettings(themes=str(themes)))
    said = [note for note in old.manifest["notices"] if "theme" in note]
    assert [note.partition(" ")[0] for note in said] == ["The", "100%"]
    bees = table_of(tmp_path / "bees.csv", [*bee_papers(90), *late])
    new = update(tmp_path / "map", [bees]).topic_map
    share = (new.papers["theme"] == "other").mean()
    assert share < 0.6
    assert not [note for note in new.manifest["notices"] if "theme" in note]


def test_new_records_merge_with_one_another(first: Path) -> None:
    old = artefact.load(first)
    one = Record(title="Alpine bees and what they weigh", abstract="", source="a", line=1)
    other = Record(title="Alpine Bees and What They Weigh", abstract="", source="a", line=2)
    corpus = enlarge(old, _told(one, other))
    assert len(corpus.added) == 1
    assert corpus.read == {"kept": 1, "merged": 1, "rejected": 0}
    assert len(corpus) == len(old.papers) + 1
    assert corpus.undated == old.undated + 1
    assert sum(len(part) for part in corpus.batches(7)) == len(corpus)


def test_the_fingerprint_of_unchanged_papers_is_the_builds(first: Path) -> None:
    old = artefact.load(first)
    assert enlarge(old, []).fingerprint == old.manifest["corpus_fingerprint"]


# ------------------------------------------------------------------------------- refit


def test_a_refit_keeps_ids_names_and_direction(
    started: Path, records: list[Record], tmp_path: Path
) -> None:
    old = artefact.load(started)
    late = table_of(tmp_path / "late.csv", late_of(records))
    done = update(started, [late], refit=True)
    new = done.topic_map
    _assert_adds_up(new)
    assert len(new.papers) == len(old.papers) + done.added
    assert set(old.papers["id"]) <= set(new.papers["id"])
    survived = set(old.topics["id"]) & set(new.topics["id"])
    assert survived, "no topic was found again"
    for topic in survived:
        assert new.topic_names[topic] == old.topic_names[topic]
        before = set(old.papers.loc[old.papers["topic"] == topic, "id"])
        after = set(new.papers.loc[new.papers["topic"] == topic, "id"]) & set(old.papers["id"])
        assert len(before & after) >= 0.5 * len(before | after)
    assert {topic["id"] for topic in done.new_topics} == set(new.topics["id"]) - survived
    assert {topic["id"] for topic in done.lost_topics} == set(old.topics["id"]) - survived
    assert len(set(new.topics["name"])) == len(new.topics)
    for topic in new.topics.itertuples():
        members = new.papers[new.papers["topic"] == topic.id]
        assert ((members["x"] == topic.x) & (members["y"] == topic.y)).any()
    assert new.manifest["fitted"]["papers"] == len(new.papers)
    assert new.manifest["updates"][-1]["refit"] is True
    assert done.share_since == 0
    # Used ids stay used.
    again = update(started, [table_of(tmp_path / "bees.csv", bee_papers(14))])
    assert not {t["id"] for t in again.new_topics} & (set(old.topics["id"]) | set(new.topics["id"]))


def test_many_new_papers_are_a_reason_to_refit(first: Path) -> None:
    built = artefact.load(first)
    half = {**built.manifest, "fitted": {"papers": len(built.papers) // 2}}
    late = updating.Updated(TopicMap(**{**vars(built), "manifest": half}), {})
    assert late.share_since > MANY_NEW
    assert updating.Updated(built, {}).share_since == 0
