"""Groups of topics in a map: kept in its folder, in its readers, and through updates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.conftest import BUILT_AT
from tests.factories import make_map, with_groups, write_map
from tests.topics.corpora import sample_records
from topics import artefact
from topics.errors import SettingsError
from topics.pipeline import build
from topics.regrouping import match_groups, regrouped
from topics.reports import write_report
from topics.selection import Filters, filters_in_words, matching
from topics.topicmap import TABLES
from topics.updating import update

if TYPE_CHECKING:
    from pathlib import Path

    from topics.topicmap import TopicMap


@pytest.fixture
def grouped() -> TopicMap:
    return with_groups(make_map(papers=400, topics=18))


# ------------------------------------------------------------------------ in the folder


def test_groups_are_rows_after_the_topics(grouped: TopicMap, tmp_path: Path) -> None:
    written = write_map(tmp_path / "map", grouped)
    table = pq.read_table(tmp_path / "map" / "topics.parquet").to_pylist()
    ids = [row["id"] for row in table]
    assert ids == [*grouped.topics["id"], *grouped.groups["id"]]
    assert list(table[0]) == list(TABLES["topics"])
    assert [row["stability"] for row in table[len(grouped.topics) :]] == [None] * len(
        grouped.groups
    )
    assert list(written.topics["id"]) == list(grouped.topics["id"])
    assert list(written.groups["id"]) == list(grouped.groups["id"])
    assert written.groups["keywords"].iloc[0] == ["subject", "area"]
    assert written.topics_in == grouped.topics_in
    assert written.topic_names.keys() == set(grouped.topics["id"])


def test_writing_what_was_read_gives_the_same_bytes(grouped: TopicMap, tmp_path: Path) -> None:
    written = write_map(tmp_path / "one", grouped)
    write_map(tmp_path / "two", written)
    one, other = ((tmp_path / name / "topics.parquet").read_bytes() for name in ("one", "two"))
    assert one == other


def test_a_map_without_groups_opens(tmp_path: Path) -> None:
    written = write_map(tmp_path / "map", make_map(papers=60, topics=4))
    assert written.groups.empty
    assert list(written.groups.columns) == list(TABLES["topics"])
    assert (written.topics_in, written.parents, written.group_names) == ({}, {}, {})
    assert written.groups_of("0") == ()


def test_the_tree_of_a_map(grouped: TopicMap) -> None:
    groups = list(grouped.groups["id"])
    assert groups == ["g1", "g2", "g3", "g4", "g5", "g6", "g7"]
    first = grouped.topics["id"].iloc[0]
    assert grouped.groups_of(first) == ("g1", "g6")
    assert grouped.topics_in["g6"] == tuple(grouped.topics["id"][:8])
    sizes = dict(zip(grouped.topics["id"], grouped.topics["size"], strict=True))
    for row in grouped.groups.itertuples(index=False):
        assert row[3] == sum(sizes[topic] for topic in grouped.topics_in[row.id])


def test_a_circle_of_groups_ends(grouped: TopicMap) -> None:
    groups = grouped.groups.assign(parent=["g2", "g1", *[None] * (len(grouped.groups) - 2)])
    circle = replace(grouped, groups=groups)
    assert circle.groups_of(circle.topics["id"].iloc[0]) == ("g1", "g2")


# -------------------------------------------------------------------------- for readers


def test_a_group_selects_the_papers_of_its_topics(grouped: TopicMap, tmp_path: Path) -> None:
    rows = matching(grouped, Filters(topics=("g6",)))
    topics = set(grouped.papers["topic"].iloc[rows])
    assert topics == set(grouped.topics_in["g6"])
    assert len(rows) == int(grouped.groups.set_index("id")["size"]["g6"])
    assert "subject area g6" in filters_in_words(grouped, Filters(topics=("g6",)))
    done = write_report(
        grouped, tmp_path / "g6.csv", file_format="csv", filters=Filters(topics=("g6",))
    )
    assert done == len(rows)
    with pytest.raises(SettingsError, match="g99"):
        write_report(
            grouped, tmp_path / "x.csv", file_format="csv", filters=Filters(topics=("g99",))
        )


# ------------------------------------------------------------------------ through a refit


def test_groups_are_known_by_their_papers(grouped: TopicMap) -> None:
    names = {old: f"n{at}" for at, old in enumerate(grouped.groups["id"])}
    other = replace(
        grouped,
        topics=grouped.topics.assign(parent=grouped.topics["parent"].map(names)),
        groups=grouped.groups.assign(
            id=list(names.values()),
            parent=grouped.groups["parent"].map(names, na_action="ignore"),
            name=[f"other words {at}" for at in range(len(names))],
        ),
    )
    # A pair that is all of a larger group's papers but one topic stays itself.
    assert match_groups(other, grouped) == {new: old for old, new in names.items()}
    back = regrouped(other, grouped, used=grouped.groups["id"])
    assert list(back.groups["id"]) == list(grouped.groups["id"])
    assert list(back.groups["name"]) == list(grouped.groups["name"])
    assert list(back.topics["parent"]) == list(grouped.topics["parent"])
    assert back.topics_in == grouped.topics_in


def test_new_groups_have_ids_and_names_of_their_own(grouped: TopicMap) -> None:
    papers = grouped.papers.copy()
    order = np.random.default_rng(0).permutation(len(papers))
    papers["topic"] = papers["topic"].to_numpy()[order]
    mixed = replace(grouped, papers=papers)
    found = regrouped(mixed, grouped, used=[*grouped.groups["id"], "g40"])
    fresh = set(found.groups["id"]) - set(grouped.groups["id"])
    assert fresh
    assert min(int(group[1:]) for group in fresh) == 41
    names = [*found.groups["name"], *found.topics["name"]]
    assert len(set(names)) == len(names)


@pytest.fixture(scope="module")
def sample_of_most(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map of the sample without its last ten papers, and a table of those."""
    folder = tmp_path_factory.mktemp("groups")
    papers = list({record.title: record for record in sample_records()}.values())
    for name, part in (("most", papers[:-10]), ("late", papers[-10:])):
        lines = ["title\tabstract", *(f"{each.title}\t{each.abstract}" for each in part)]
        (folder / f"{name}.tsv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", BUILT_AT)
        build([folder / "most.tsv"], folder / "map")
    return folder


@pytest.mark.parametrize("refit", [False, True])
def test_an_update_keeps_the_groups(sample_of_most: Path, tmp_path: Path, *, refit: bool) -> None:
    import shutil

    shutil.copytree(sample_of_most / "map", tmp_path / "map")
    old = artefact.load(tmp_path / "map")
    assert len(old.groups)
    new = update(tmp_path / "map", [sample_of_most / "late.tsv"], refit=refit).topic_map
    assert new.manifest["counts"]["groups"] == len(new.groups)
    sizes = new.papers["topic"].value_counts()
    for group in new.groups.to_dict("records"):
        assert group["size"] == sum(sizes[topic] for topic in new.topics_in[group["id"]])
    known = set(old.groups["id"]) & set(new.groups["id"])
    for group in known:
        assert new.group_names[group] == old.group_names[group]
    if not refit:
        assert list(new.groups["id"]) == list(old.groups["id"])
        assert new.groups[["x", "y"]].equals(old.groups[["x", "y"]])
        assert {topic: new.groups_of(topic) for topic in old.topics["id"]} == {
            topic: old.groups_of(topic) for topic in old.topics["id"]
        }
    else:
        entry = new.manifest["updates"][-1]
        assert {row["id"] for row in entry["new_groups"]} == set(new.groups["id"]) - known
        assert {row["id"] for row in entry["lost_groups"]} == set(old.groups["id"]) - known
        at = new.papers.set_index(["x", "y"]).index
        assert all((x, y) in at for x, y in zip(new.groups["x"], new.groups["y"], strict=True))
