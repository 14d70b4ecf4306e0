"""Adding papers: what is known stays, what is new finds its place, and nothing is half done."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import BUILT_AT
from tests.topics.corpora import files_of, sample_records
from topics import artefact, cli, newcomers, updating
from topics.alignment import align, match_topics
from topics.errors import BuildError, MapBroken, MapBusy, MapNotFound, MapTooNew, SettingsError
from topics.growth import free_ids
from topics.known import enlarge
from topics.labels import unlike
from topics.newcomers import assign, nearest_known, place
from topics.pipeline import build
from topics.settings import BuildSettings
from topics.sources.record import Record, SourceRead
from topics.topicmap import TopicMap
from topics.updating import MANY_NEW, UPDATE_STAGES, update

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What an update leaves as it is of a known paper.
KEPT = ("topic", "topic_confidence", "nearest_topic", "theme", "theme_confidence", "x", "y")


@pytest.fixture(autouse=True)
def _built_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", BUILT_AT)
    monkeypatch.setenv("PAPERMAP_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """The sample's papers, each once."""
    return list({record.title: record for record in sample_records()}.values())


@pytest.fixture(scope="module")
def first(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map of the first nine in ten of the sample's papers; leave it as it is."""
    folder = tmp_path_factory.mktemp("first")
    build([_file(folder / "first.csv", _known(records))], folder / "map")
    return folder / "map"


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    """A copy of that map."""
    return Path(shutil.copytree(first, tmp_path / "map"))


def _known(records: Sequence[Record]) -> list[Record]:
    return [record for at, record in enumerate(records) if at % 10]


def _late(records: Sequence[Record]) -> list[Record]:
    return [record for at, record in enumerate(records) if at % 10 == 0]


def _file(path: Path, records: Sequence[Record]) -> Path:
    rows = [
        {
            "title": record.title,
            "abstract": record.abstract,
            "date": record.date,
            "doi": record.doi,
            "arxiv_id": record.arxiv_id,
        }
        for record in records
    ]
    pd.DataFrame(rows, columns=["title", "abstract", "date", "doi", "arxiv_id"]).to_csv(
        path, index=False
    )
    return path


def _subject(count: int) -> list[Record]:
    """Papers on a subject that is in no sample: close to one another and far from all else."""
    parts = ("larvae", "pollen", "hives", "nectar", "queens", "drones", "wax", "combs")
    return [
        Record(
            title=f"Honey bee colonies and {parts[at % 8]} in apiary season {at}",
            abstract=f"Honey bee colonies forage for {parts[(at + 3) % 8]} in alpine meadows. "
            f"Beekeepers weigh {parts[(at + 1) % 8]} of honey bee colonies in spring and autumn, "
            f"and count {parts[at % 8]} beside the apiary.",
            source="bees",
            line=at + 1,
        )
        for at in range(count)
    ]


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
    folder: Path, records: list[Record], tmp_path: Path
) -> None:
    old = artefact.load(folder)
    done = update(folder, [_file(tmp_path / "late.csv", _late(records))])
    new = artefact.load(folder, verify=True)
    assert done.added == len(new.papers) - len(old.papers) == len(_late(records))
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
    folder: Path, records: list[Record], tmp_path: Path
) -> None:
    old = artefact.load(folder)
    update(folder, [_file(tmp_path / "late.csv", _late(records))])
    papers = artefact.load(folder).papers
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
    files = [_file(work / "a.csv", chosen[:half]), _file(work / "b.csv", chosen[half:])]
    files = [file for file, part in zip(files, (chosen[:half], chosen[half:]), strict=True) if part]
    if not files:
        return
    one = update(work / "one", files).topic_map
    two = update(work / "two", files[::-1]).topic_map
    _assert_kept(old, one)
    _assert_adds_up(one)
    assert len(one.papers) - len(old.papers) == sum(record in _late(records) for record in chosen)
    for column in ("id", *KEPT):
        assert one.papers[column].equals(two.papers[column]), column


def test_a_group_on_a_new_subject_becomes_a_topic(folder: Path, tmp_path: Path) -> None:
    old = artefact.load(folder)
    done = update(folder, [_file(tmp_path / "bees.csv", _subject(14))])
    new = artefact.load(folder)
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


def test_an_id_is_never_used_twice(folder: Path, tmp_path: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    lost = [{"id": "t77", "name": "Gone", "papers": 5}]
    manifest["updates"] = [{"new_topics": [], "lost_topics": lost}]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    done = update(folder, [_file(tmp_path / "bees.csv", _subject(14))])
    assert [topic["id"] for topic in done.new_topics] == ["t78"]


def test_history_is_kept(folder: Path, records: list[Record], tmp_path: Path) -> None:
    built = artefact.load(folder)
    late = _late(records)
    update(folder, [_file(tmp_path / "one.csv", late[:4])])
    update(folder, [_file(tmp_path / "two.csv", late[4:])])
    manifest = artefact.load(folder).manifest
    assert [entry["sources"] for entry in manifest["updates"]] == [["one.csv"], ["two.csv"]]
    assert sum(entry["papers_added"] for entry in manifest["updates"]) == len(late)
    assert manifest["fitted"]["papers"] == len(built.papers)
    told = [note for note in manifest["notices"] if note.startswith("Topics, their names")]
    assert len(told) == 1
    assert f"{len(late)} papers that came later" in told[0]
    assert manifest["first_built"] == built.manifest["created"]


def test_nothing_new_leaves_the_folder_alone(
    folder: Path, records: list[Record], tmp_path: Path
) -> None:
    before = files_of(folder)
    done = update(folder, [_file(tmp_path / "again.csv", _known(records)[:20])])
    assert (done.changed, done.added, done.read["merged"]) == (False, 0, 20)
    assert files_of(folder) == before


@pytest.mark.parametrize("themes", ["auto", "none"])
def test_themes_go_on_as_they_began(themes: str, records: list[Record], tmp_path: Path) -> None:
    known = _file(tmp_path / "known.csv", _known(records)[:40])
    old = build([known], tmp_path / "map", settings=BuildSettings(themes=themes))
    new = update(tmp_path / "map", [_file(tmp_path / "late.csv", _late(records))]).topic_map
    _assert_kept(old, new)
    assert list(new.themes["name"]) == list(old.themes["name"])
    if themes == "none":
        assert new.papers["theme"].isna().all()
    else:
        assert new.papers["theme"].isin(new.themes["name"]).all()


def test_another_themes_file_is_refused(records: list[Record], tmp_path: Path) -> None:
    themes = tmp_path / "themes.toml"
    themes.write_text('[[theme]]\nname = "forgetting"\nphrases = ["machine unlearning"]\n')
    known = _file(tmp_path / "known.csv", _known(records)[:30])
    build([known], tmp_path / "map", settings=BuildSettings(themes=str(themes)))
    before = files_of(tmp_path / "map")
    late = _file(tmp_path / "late.csv", _late(records))
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
    late = _late(records)[:1]
    themes = tmp_path / "themes.toml"
    example = late[0].title.replace('"', "")
    themes.write_text(
        f'[[theme]]\nname = "apiculture"\nphrases = ["honey bee"]\npapers = ["{example}"]\n'
    )
    known = _file(tmp_path / "known.csv", _known(records)[:30])
    old = build([known], tmp_path / "map", settings=BuildSettings(themes=str(themes)))
    said = [note for note in old.manifest["notices"] if "theme" in note]
    assert [note.partition(" ")[0] for note in said] == ["The", "100%"]
    bees = _file(tmp_path / "bees.csv", [*_subject(90), *late])
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
    folder: Path, records: list[Record], tmp_path: Path
) -> None:
    old = artefact.load(folder)
    late = _file(tmp_path / "late.csv", _late(records))
    done = update(folder, [late], refit=True)
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
    again = update(folder, [_file(tmp_path / "bees.csv", _subject(14))])
    assert not {t["id"] for t in again.new_topics} & (set(old.topics["id"]) | set(new.topics["id"]))


def test_many_new_papers_are_a_reason_to_refit(first: Path) -> None:
    built = artefact.load(first)
    half = {**built.manifest, "fitted": {"papers": len(built.papers) // 2}}
    late = updating.Updated(TopicMap(**{**vars(built), "manifest": half}), {})
    assert late.share_since > MANY_NEW
    assert updating.Updated(built, {}).share_since == 0


# ----------------------------------------------------------------- never half done


def test_a_failure_while_writing_leaves_the_old_map(
    folder: Path, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(folder)
    late = _file(tmp_path / "late.csv", _late(records))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("numpy.save", "topics.folders.sync_tree", "pyarrow.parquet.write_table"):
        with monkeypatch.context() as patch:
            patch.setattr(name, full)
            with pytest.raises(BuildError, match="No space left"):
                update(folder, [late])
        assert files_of(folder) == before
        assert not [path for path in tmp_path.iterdir() if ".new-" in path.name]
    assert update(folder, [late]).added == len(_late(records))


def test_a_map_that_was_replaced_meanwhile_is_not_overwritten(
    folder: Path, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = _file(tmp_path / "late.csv", _late(records))
    manifest = json.loads((folder / "manifest.json").read_bytes())

    def replaced(*_: object, **__: object) -> dict[str, float]:
        (folder / "manifest.json").write_text(json.dumps({**manifest, "created": "later"}))
        return {}

    monkeypatch.setattr(updating, "_quality", replaced)
    with pytest.raises(MapBusy, match="replaced the map"):
        update(folder, [late])
    assert artefact.read_manifest(folder)["created"] == "later"


def test_two_updates_at_once_are_refused(
    folder: Path, records: list[Record], tmp_path: Path
) -> None:
    late = _file(tmp_path / "late.csv", _late(records))
    with (
        FileLock(folder.with_name(f".{folder.name}.claim.lock")),
        pytest.raises(MapBusy, match="is updating"),
    ):
        update(folder, [late])
    update(folder, [late])


def test_readers_see_the_old_map_or_the_new_one(
    folder: Path, records: list[Record], tmp_path: Path
) -> None:
    late = _file(tmp_path / "late.csv", _late(records))
    sizes, done = set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            sizes.add(len(artefact.load(folder).papers))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        update(folder, [late])
    finally:
        done.set()
        reader.join()
    sizes.add(len(artefact.load(folder).papers))
    known = len(_known(records))
    assert sizes <= {known, known + len(_late(records))}


def test_maps_that_cannot_be_updated(folder: Path, records: list[Record], tmp_path: Path) -> None:
    late = _file(tmp_path / "late.csv", _late(records))
    with pytest.raises(MapNotFound):
        update(tmp_path / "nowhere", [late])
    manifest = json.loads((folder / "manifest.json").read_bytes())
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 99}))
    with pytest.raises(MapTooNew):
        update(folder, [late])
    (folder / "manifest.json").write_text(json.dumps({**manifest, "settings": {"seed": -1}}))
    with pytest.raises(MapBroken, match="settings"):
        update(folder, [late])
    (folder / "manifest.json").write_text(text)
    shutil.rmtree(folder / "encoder")
    with pytest.raises(MapBroken, match="encoder"):
        update(folder, [late])


# -------------------------------------------------------------------------- command line


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    return (code, *capsys.readouterr())


def test_the_command_line(
    folder: Path, records: list[Record], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = _file(tmp_path / "late.csv", _late(records))
    code, out, err = _run(capsys, "update", folder, late)
    assert code == 0
    assert f"{len(_late(records))} papers added" in out
    assert f"[1/{len(UPDATE_STAGES)}] {UPDATE_STAGES[0]}" in err
    code, out, _ = _run(capsys, "update", folder, late)
    assert code == 0
    assert "Nothing new" in out
    bees = _file(tmp_path / "bees.csv", _subject(60))
    code, out, _ = _run(capsys, "update", folder, bees)
    assert code == 0
    assert "New topic t" in out
    assert "--refit" in out, "sixty papers more are many"
    code, out, _ = _run(capsys, "update", folder, bees, "--json")
    assert code == 0
    assert json.loads(out) == json.loads((folder / "manifest.json").read_bytes())


def test_errors_of_the_command_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = _run(capsys, "update", tmp_path / "nowhere", tmp_path / "none.csv")
    assert (code, out) == (1, "")
    assert "No map at" in err
    code, out, err = _run(capsys, "update", folder, tmp_path / "none.csv")
    assert (code, out) == (1, "")
    code, out, err = _run(capsys, "update", folder)
    assert (code, out) == (2, "")
    assert "--refit" in err
    assert _run(capsys, "update", folder, "x.csv", "--page-year", "12")[0] == 1


# ------------------------------------------------------------------------------ the parts


@pytest.mark.parametrize("mirror", [1, -1])
def test_a_turned_layout_is_turned_back(mirror: int) -> None:
    rng = np.random.default_rng(0)
    old = rng.uniform(-0.6, 0.6, (40, 2))
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]]) * [1, mirror]
    new = np.vstack([old @ turn * 0.5 + 0.2, [[0.25, 0.25]]])
    aligned = align(new, rows=np.arange(40), old=old)
    assert np.allclose(aligned[:40], old)
    assert np.abs(aligned).max() <= 1


def test_an_aligned_layout_stays_in_the_picture() -> None:
    rng = np.random.default_rng(1)
    points = align(rng.normal(size=(30, 2)) * 9, rows=np.arange(5), old=rng.normal(size=(5, 2)))
    assert np.abs(points).max() <= 1
    assert align(np.zeros((3, 2)), rows=np.arange(3), old=np.ones((3, 2))).shape == (3, 2)


def test_topics_match_by_papers_in_common() -> None:
    old = ["a"] * 6 + ["b"] * 4 + ["c"] * 4 + [None]
    new = ["t1"] * 5 + ["t2"] * 5 + ["t4", "t4", "t4", None, "t3"]
    assert match_topics(new, old) == {"t1": "a", "t2": "b", "t4": "c"}
    assert match_topics([None], [None]) == {}


def test_ids_and_names_are_free() -> None:
    assert free_ids(["t3", "t12", "t1x"], 2) == ["t13", "t14"]
    assert free_ids([], 1) == ["t1"]
    assert unlike("Honey bees", ["wax"], []) == "Honey bees"
    assert unlike("Honey bees", ["wax"], ["honey Bees"]) == "Honey bees and wax"
    assert unlike("Honey bees", [], ["Honey bees", "Honey bees 2"]) == "Honey bees 3"


def test_distances_are_those_between_all_pairs() -> None:
    rows = np.random.default_rng(3).normal(size=(600, 9))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    full = 1 - rows @ rows.T
    expected = full[np.triu_indices(600, 1)]
    assert np.allclose(newcomers._distances(rows), expected, atol=1e-6)


def test_the_nearest_known_are_the_nearest() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    near, cosines = nearest_known(rows[:7], rows, k=4)
    assert list(near[:, 0]) == list(range(7))
    assert np.allclose(cosines, np.sort(rows[:7] @ rows.T, axis=1)[:, ::-1][:, :4], atol=1e-5)


def test_a_place_between_islands_is_on_one_of_them() -> None:
    """The mean of the nearest papers would lie in the sea between two of them."""
    rng = np.random.default_rng(0)
    points = np.vstack([rng.normal(-0.8, 0.01, (9, 2)), rng.normal(0.8, 0.01, (6, 2))])
    known = np.tile(np.eye(4, dtype=np.float32)[0], (15, 1))
    args: dict[str, Any] = {"vectors": known[:2], "known": known, "points": points}
    nobody = np.full(15, -1)
    found = place(["a", "b"], np.full(2, -1), known_labels=nobody, **args)
    assert (np.abs(found + 0.8) < 0.1).all()
    assert not np.array_equal(found[0], found[1])


def test_a_map_without_topics_gets_none_by_new_papers() -> None:
    from topics.neighbours import knn_graph

    rows = np.eye(12, dtype=np.float32)
    is_new = np.arange(12) >= 8
    graph = knn_graph(rows, k=4)
    labels = assign(np.full(12, -1), is_new, graph, vectors=rows, min_topic_size=3)
    assert (labels == -1).all()
