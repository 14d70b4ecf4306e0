"""Edits of a map: what each does, and that all of them together do no more than that."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import make_map, with_groups, write_map
from topics import artefact, drafts
from topics.curation import open_desk, record
from topics.edits.kinds import as_dict, from_dict, part_id
from topics.edits.log import LOG, Log, parse_log
from topics.edits.replay import apply
from topics.errors import EditRefused
from topics.topicmap import TABLES, TopicMap

if TYPE_CHECKING:
    from pathlib import Path

    from topics.curation import Desk

PAPERS = 90


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    write_map(tmp_path / "map", with_groups(make_map(papers=PAPERS, topics=8)))
    return open_desk(tmp_path / "map")


def _same(one: TopicMap, other: TopicMap) -> None:
    for name in (*TABLES, "groups", "memberships"):
        left, right = getattr(one, name), getattr(other, name)
        assert left.reset_index(drop=True).equals(right.reset_index(drop=True)), name


def _sound(topic_map: TopicMap, base: TopicMap) -> None:
    """What holds of every map, however it was edited."""
    papers, topics = topic_map.papers, topic_map.topics
    sizes = papers["topic"].value_counts()
    assert list(papers["id"]) == list(base.papers["id"])
    assert papers[["x", "y"]].equals(base.papers[["x", "y"]])
    assert dict(zip(topics["id"], topics["size"], strict=True)) == sizes.to_dict()
    assert list(topics["size"]) == sorted(topics["size"], reverse=True)
    assert len({name.casefold() for name in topics["name"]}) == len(topics)
    assert topic_map.manifest["counts"]["topics"] == len(topics)
    assert topic_map.manifest["counts"]["unclustered"] == papers["topic"].isna().sum()
    assert topic_map.themes["size"].sum() == len(papers)
    places = set(zip(papers["topic"], papers["x"], papers["y"], strict=True))
    own = {(row.id, row.x, row.y) for row in topics.itertuples() if row.stability != 0.8}
    assert own <= places
    first = topic_map.memberships[topic_map.memberships["rank"] == 1]
    of = dict(zip(papers["id"], papers["topic"], strict=True))
    assert all(of[paper] == t for paper, t in zip(first["paper_id"], first["topic"], strict=True))
    assert set(topic_map.memberships["topic"]) <= set(topics["id"])
    for group, members in topic_map.topics_in.items():
        row = topic_map.groups[topic_map.groups["id"] == group].iloc[0]
        assert row["size"] == sum(sizes.get(topic, 0) for topic in members)


def test_a_renamed_topic_has_its_new_name_and_nothing_else(desk: Desk) -> None:
    done = record(desk, drafts.rename(desk, "2", "  Pictures\nmade "), who="Ada", why="clearer")
    assert done.shown.topic_names["2"] == "Pictures made"
    _same(
        replace(done.shown, topics=done.shown.topics.assign(name=desk.shown.topics["name"])),
        desk.shown,
    )
    entry = done.log.entries[0]
    assert (entry.who, entry.why, entry.id) == ("Ada", "clearer", "e1")
    assert entry.says == "Renamed “latent diffusion image editing” to “Pictures made”."


def test_merged_topics_are_one_that_is_described_anew(desk: Desk) -> None:
    before = desk.shown.topics.set_index("id")["size"]
    done = record(desk, drafts.merge(desk, "1", ["3", "5"], name="Forgetting"))
    row = done.shown.topics.set_index("id").loc["1"]
    assert row["size"] == before[["1", "3", "5"]].sum()
    assert row["name"] == "Forgetting"
    assert not {"3", "5"} & set(done.shown.topics["id"])
    assert not {"3", "5"} & set(done.shown.papers["nearest_topic"])
    assert done.shown.manifest["edits"]["merged"] == {"3": "1", "5": "1"}
    assert list(row["keywords"]) != list(desk.shown.topics.set_index("id").loc["1"]["keywords"])
    _sound(done.shown, desk.base)


def test_a_split_topic_keeps_its_id_for_one_of_its_parts(desk: Desk) -> None:
    step = drafts.split(desk, "0", parts=2)
    assert step == drafts.split(desk, "0", parts=2)
    done = record(desk, step)
    made = part_id("e1", 1)
    assert done.shown.manifest["edits"]["made"] == [made]
    sizes = done.shown.topics.set_index("id")["size"]
    assert min(sizes["0"], sizes[made]) >= drafts.FEWEST
    assert sizes["0"] + sizes[made] == desk.shown.topics.set_index("id")["size"]["0"]
    assert done.shown.parents[made] == done.shown.parents["0"]
    assert np.isnan(done.shown.topics.set_index("id")["stability"][made])
    _sound(done.shown, desk.base)


def test_moved_papers_are_where_a_person_put_them_at_any_confidence(desk: Desk) -> None:
    from topics.threshold import at_confidence

    own = desk.shown.papers[desk.shown.papers["topic"] == "4"]["id"].iloc[:2]
    free = desk.shown.papers[desk.shown.papers["topic"].isna()]["id"].iloc[:1]
    done = record(desk, drafts.move(desk, [*own, *free], "6"))
    done = record(done, drafts.move(done, list(own[:1]), None))
    of = done.shown.papers.set_index("id")["topic"]
    assert list(of[[own.iloc[1], free.iloc[0]]]) == ["6", "6"]
    assert done.shown.papers.set_index("id")["topic"].isna()[own.iloc[0]]
    sure = at_confidence(done.shown, 1.0).papers.set_index("id")["topic"]
    assert sure[free.iloc[0]] == "6"
    _sound(done.shown, desk.base)


def test_a_topic_has_the_theme_that_a_build_would_give_it(desk: Desk) -> None:
    from topics.themes import theme_of_topics

    own = list(desk.shown.papers[desk.shown.papers["topic"] == "1"]["id"].iloc[:4])
    done = record(desk, drafts.move(record(desk, drafts.merge(desk, "2", ["4"])), own, "2"))
    papers, ids = done.shown.papers, list(done.shown.topics["id"])
    labels = np.array([ids.index(t) if isinstance(t, str) else -1 for t in papers["topic"]])
    found = theme_of_topics(
        list(papers["theme"]), papers["theme_confidence"].to_numpy(), labels, len(ids)
    )
    shown = dict(zip(ids, done.shown.topics["theme"], strict=True))
    expected = dict(zip(ids, found, strict=True))
    assert (shown["1"], shown["2"]) == (expected["1"], expected["2"])


def test_a_topic_goes_with_its_last_paper(desk: Desk) -> None:
    own = list(desk.shown.papers[desk.shown.papers["topic"] == "7"]["id"])
    done = record(desk, drafts.move(desk, own, None))
    assert "7" not in done.shown.topic_names
    _sound(done.shown, desk.base)


def test_a_theme_is_that_of_the_topic_and_its_papers(desk: Desk) -> None:
    done = record(desk, drafts.retheme(desk, "2", "made by hand"))
    own = done.shown.papers[done.shown.papers["topic"] == "2"]
    assert set(own["theme"]) == {"made by hand"}
    assert list(done.shown.themes["name"])[-2:] == ["made by hand", "other"]
    assert "made by hand" in set(done.shown.trends["theme"])
    again = record(done, drafts.undo(done))
    assert list(again.shown.themes["name"]) == list(desk.shown.themes["name"])
    _sound(done.shown, desk.base)


def test_undo_and_redo_go_back_and_forth(desk: Desk) -> None:
    one = record(desk, drafts.rename(desk, "1", "one"))
    two = record(one, drafts.rename(one, "2", "two"))
    back = record(two, drafts.undo(two))
    assert back.shown.topic_names["2"] != "two"
    assert back.shown.topic_names["1"] == "one"
    forth = record(back, drafts.redo(back))
    assert forth.shown.topic_names["2"] == "two"
    with pytest.raises(EditRefused, match="nothing to redo"):
        drafts.redo(forth)
    first = record(forth, drafts.undo(forth, "e1"))
    assert first.shown.topic_names["1"] != "one"
    assert len(first.log.entries) == 5
    with pytest.raises(EditRefused, match="undone already"):
        record(first, drafts.undo(first, "e1"))
    with pytest.raises(EditRefused, match="no edit e9"):
        record(first, drafts.undo(first, "e9"))


def test_an_edit_that_a_later_one_needs_is_not_undone(desk: Desk) -> None:
    one = record(desk, drafts.split(desk, "0"))
    two = record(one, drafts.rename(one, part_id("e1", 1), "the smaller part"))
    with pytest.raises(EditRefused, match="a later edit depends on it"):
        record(two, drafts.undo(two, "e1"))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda desk: drafts.rename(desk, "0", " "), "is empty"),
        (lambda desk: drafts.rename(desk, "0", "x" * 121), "expected at most 120"),
        (lambda desk: drafts.rename(desk, "99", "x"), "no topic '99'"),
        (lambda desk: drafts.rename(desk, "0", desk.shown.topic_names["1"].upper()), "Another"),
        (lambda desk: drafts.rename(desk, "0", desk.shown.topic_names["0"]), "already"),
        (lambda desk: drafts.merge(desk, "0", ["0"]), "one topic only"),
        (lambda desk: drafts.split(desk, "0", parts=9), "expected 2 to 8"),
        (lambda desk: drafts.split(desk, "7", parts=8), "expected at least 24"),
        (lambda desk: drafts.move(desk, ["nothing"], "0"), "no paper nothing"),
        (lambda desk: drafts.unpin(desk, "0"), "not pinned"),
        (lambda desk: drafts.retheme(desk, "0", "optimization"), "already"),
        (drafts.undo, "nothing to undo"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(desk: Desk, make: Any, told: str) -> None:
    with pytest.raises(EditRefused, match=told):
        make(desk)


def test_nothing_is_changed_by_a_preview(desk: Desk) -> None:
    found = drafts.preview(desk, drafts.merge(desk, "1", ["3"]))
    assert found.topics == (8, 7)
    assert {each.topic for each in found.changes} == {"1", "3"}
    assert next(each.after for each in found.changes if each.topic == "3") is None
    assert not (desk.folder / LOG).exists()


def test_every_step_is_read_as_it_was_written(desk: Desk) -> None:
    steps = [
        drafts.rename(desk, "1", "é “x”"),
        drafts.merge(desk, "1", ["2"]),
        drafts.split(desk, "0"),
        drafts.move(desk, [desk.shown.papers["id"].iloc[0]], "5"),
        drafts.move(desk, [desk.shown.papers["id"].iloc[0]], None),
        drafts.pin(desk, "1"),
        drafts.retheme(desk, "1", "other"),
    ]
    for step in steps:
        assert from_dict(json.loads(json.dumps(as_dict(step)))) == step
    for told in ({}, {"do": "burn"}, {"do": "rename", "topic": 1, "name": "x"}, 7, None):
        with pytest.raises(ValueError, match=r"."):
            from_dict(told)


# ------------------------------------------------------------------- any sequence of edits


@st.composite
def _wishes(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    kind = st.sampled_from(
        ["rename", "merge", "split", "move", "free", "pin", "unpin", "theme", "undo", "redo"]
    )
    return draw(st.lists(st.tuples(kind, st.integers(0, 99), st.integers(0, 99)), max_size=9))


def _try(desk: Desk, wish: tuple[str, int, int]) -> Desk:
    kind, one, other = wish
    topics, ids = list(desk.shown.topics["id"]), list(desk.shown.papers["id"])
    topic, second = (topics[each % len(topics)] for each in (one, other))
    makes: dict[str, Any] = {
        "rename": lambda: drafts.rename(desk, topic, f"name {other}"),
        "merge": lambda: drafts.merge(desk, topic, [second]),
        "split": lambda: drafts.split(desk, topic, parts=2 + other % 2),
        "move": lambda: drafts.move(desk, ids[one % 50 : one % 50 + 4], second),
        "free": lambda: drafts.move(desk, ids[other % 60 : other % 60 + 9], None),
        "pin": lambda: drafts.pin(desk, topic),
        "unpin": lambda: drafts.unpin(desk, topic),
        "theme": lambda: drafts.retheme(desk, topic, ["new", "diffusion", "other"][other % 3]),
        "undo": lambda: drafts.undo(desk),
        "redo": lambda: drafts.redo(desk),
    }
    try:
        return record(desk, makes[kind]())
    except EditRefused:
        return desk


@settings(max_examples=8)
@given(wishes=_wishes())
def test_any_edits_leave_a_sound_map_and_undoing_them_all_the_built_one(
    tmp_path_factory: pytest.TempPathFactory, wishes: list[tuple[str, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("edits") / "map"
    write_map(folder, with_groups(make_map(papers=60, topics=6)))
    built = desk = open_desk(folder)
    for wish in wishes:
        desk = _try(desk, wish)
        _sound(desk.shown, built.base)
    loaded = artefact.load(folder)
    _same(loaded, desk.shown)
    _same(
        apply(built.base, parse_log((folder / LOG).read_bytes()))
        if desk.log.entries
        else built.base,
        loaded,
    )
    assert loaded.digest == desk.shown.digest == artefact.read_manifest(folder)["digest"]
    while desk.log.to_undo is not None:
        desk = record(desk, drafts.undo(desk))
    _same(desk.shown, built.base)


# ------------------------------------------------------------------------- another build


def _reshuffled(made: TopicMap) -> TopicMap:
    """The same papers and topics under other ids and names, as another build might give them."""
    ids = {topic: f"t{100 - int(topic)}" for topic in made.topics["id"]}
    papers = made.papers.assign(
        topic=made.papers["topic"].map(ids, na_action="ignore"),
        nearest_topic=made.papers["nearest_topic"].map(ids, na_action="ignore"),
    )
    topics = made.topics.assign(
        id=made.topics["id"].map(ids), name=[f"found {topic}" for topic in made.topics["id"]]
    )
    return replace(
        made,
        papers=papers,
        topics=topics,
        memberships=made.memberships.assign(topic=made.memberships["topic"].map(ids)),
        manifest={**made.manifest, "built_digest": "another", "digest": "another"},
    )


def test_edits_find_their_topics_on_another_build_by_their_papers(desk: Desk) -> None:
    done = record(desk, drafts.rename(desk, "2", "Renamed by hand"))
    done = record(done, drafts.merge(done, "4", ["5"], name="Two in one"))
    done = record(done, drafts.split(done, "0"))
    done = record(done, drafts.rename(done, part_id("e3", 1), "The smaller part"))
    moved = list(done.shown.papers[done.shown.papers["topic"] == "1"]["id"].iloc[:3])
    done = record(done, drafts.move(done, moved, "6"))
    again = apply(_reshuffled(desk.base), done.log)
    assert not again.manifest["edits"]["unfit"]
    assert again.topic_names["t98"] == "Renamed by hand"
    assert again.topic_names["t96"] == "Two in one"
    assert again.topic_names[part_id("e3", 1)] == "The smaller part"
    assert "t95" not in again.topic_names
    of, was = (m.papers.set_index("id")["topic"] for m in (again, done.shown))
    pairs = set(zip(of.fillna("-"), was.fillna("-"), strict=True))
    assert len(pairs) == len(set(was.fillna("-")))  # the same papers are together
    assert set(of[moved]) == {"t94"}


def test_a_pinned_topic_survives_a_build_that_does_not_find_it(desk: Desk) -> None:
    own = list(desk.shown.papers[desk.shown.papers["topic"] == "3"]["id"])
    done = record(desk, drafts.rename(desk, "3", "Kept"))
    done = record(done, drafts.pin(done, "3"))
    made = _reshuffled(desk.base)
    gone = made.papers["topic"].mask(made.papers["topic"] == "t97", "t99")
    lost = replace(
        made,
        papers=made.papers.assign(topic=gone, nearest_topic=gone),
        topics=made.topics[made.topics["id"] != "t97"].reset_index(drop=True),
    )
    again = apply(lost, done.log)
    kept = again.papers.loc[again.papers["id"].isin(own), "topic"]
    assert set(kept) == {part_id("e2", 0)}
    assert again.topic_names[part_id("e2", 0)] == "Kept"
    assert again.manifest["edits"]["pinned"] == [part_id("e2", 0)]
    assert (again.papers["topic"] == part_id("e2", 0)).sum() == len(own)


def test_an_edit_whose_topic_is_gone_is_kept_and_told(desk: Desk) -> None:
    done = record(desk, drafts.rename(desk, "3", "Gone soon"))
    made = _reshuffled(desk.base)
    spread = made.papers["topic"].copy()
    rows = np.flatnonzero(made.papers["topic"] == "t97")
    spread.iloc[rows] = [["t99", "t98", "t96"][at % 3] for at in range(len(rows))]
    topics = made.topics[made.topics["id"] != "t97"].reset_index(drop=True)
    again = apply(replace(made, papers=made.papers.assign(topic=spread), topics=topics), done.log)
    assert [each["id"] for each in again.manifest["edits"]["unfit"]] == ["e1"]
    assert any("does not fit this map any more" in note for note in again.manifest["notices"])
    assert len(done.log.entries) == 1


def test_a_map_without_a_log_is_the_map_as_it_was_built(desk: Desk) -> None:
    _same(apply(desk.base, Log()), desk.base)
    assert "edits" not in artefact.load(desk.folder).manifest
