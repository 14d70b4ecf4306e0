"""The log of edits: whole lines, one after the other, whoever writes and whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.factories import write_map
from topics import artefact, drafts
from topics.cli import main
from topics.curation import open_desk, record
from topics.edits.log import LOG, parse_log
from topics.errors import BuildError, EditRefused, SettingsError
from topics.model import fit_topics
from topics.publishing import publish
from topics.relabelling import class_weights
from topics.subtopics import parts_of
from topics.terms import count_terms

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_map(tmp_path / "map", papers=80, topics=6)
    return tmp_path / "map"


def _rename(folder: Path, topic: str, name: str) -> None:
    desk = open_desk(folder)
    record(desk, drafts.rename(desk, topic, name), who="Ada")


# --------------------------------------------------------------------------- the log itself


def test_a_line_that_was_cut_off_is_told_and_the_rest_holds(folder: Path) -> None:
    _rename(folder, "1", "one")
    _rename(folder, "2", "two")
    file = folder / LOG
    whole = file.read_bytes()
    for end in (len(whole) - 1, len(whole) - 40, whole.index(b"\n") + 2):
        file.write_bytes(whole[:end])
        found = artefact.load(folder)
        assert found.topic_names["1"] == "one"
        assert found.topic_names["2"] != "two"
        assert any("cut off" in note for note in found.manifest["notices"])
    _rename(folder, "3", "three")
    found = artefact.load(folder)
    assert (found.topic_names["1"], found.topic_names["3"]) == ("one", "three")
    assert not found.manifest["edits"]["notes"]
    assert file.read_bytes().startswith(whole[: whole.index(b"\n") + 1])


def test_an_altered_line_is_seen(folder: Path) -> None:
    for topic in ("1", "2", "3"):
        _rename(folder, topic, f"name {topic}")
    file = folder / LOG
    raw = file.read_bytes()
    file.write_bytes(raw.replace(b'"who":"Ada"', b'"who":"Eve"', 1))
    log = parse_log(file.read_bytes())
    assert log.altered
    assert len(log.entries) == 1
    found = artefact.load(folder)
    assert any("not what was written" in note for note in found.manifest["notices"])
    with pytest.raises(EditRefused, match="was altered"):
        _rename(folder, "4", "four")
    lines = raw.splitlines(keepends=True)
    assert parse_log(lines[0] + lines[2]).altered
    assert parse_log(b"".join(lines[1:])).altered
    assert not parse_log(raw).altered


def test_a_process_killed_while_it_writes_leaves_a_readable_map(folder: Path) -> None:
    _rename(folder, "1", "one")
    code = """
        import os, signal, sys
        from topics import curation, drafts
        real = os.write
        def cut(descriptor, data):
            if bytes(data[:6]) == b'{"id":':
                real(descriptor, data[: len(data) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(descriptor, data)
        os.write = cut
        desk = curation.open_desk(sys.argv[1])
        curation.record(desk, drafts.rename(desk, "2", "two"))
    """
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", textwrap.dedent(code), str(folder)], check=False, cwd=ROOT
    )
    assert done.returncode == -signal.SIGKILL
    assert not (folder / LOG).read_bytes().endswith(b"\n")
    found = artefact.load(folder)
    assert found.topic_names["1"] == "one"
    _rename(folder, "2", "two, at last")
    log = parse_log((folder / LOG).read_bytes())
    assert [entry.id for entry in log.entries] == ["e1", "e2"]
    assert not log.notes


def test_a_disk_that_is_full_leaves_the_log_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rename(folder, "1", "one")
    before = (folder / LOG).read_bytes()
    desk = open_desk(folder)
    step = drafts.rename(desk, "2", "two")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(EditRefused, match="No space left"):
            record(desk, step)
    assert (folder / LOG).read_bytes() == before


# ------------------------------------------------------------------------ two at a time


def test_two_who_edit_at_once_lose_nothing(folder: Path) -> None:
    ada, bo = open_desk(folder), open_desk(folder)
    papers = list(ada.shown.papers.loc[ada.shown.papers["topic"] == "1", "id"])
    record(ada, drafts.rename(ada, "1", "by Ada"), who="Ada")
    done = record(bo, drafts.move(bo, papers[:2], "2"), who="Bo")
    assert done.shown.topic_names["1"] == "by Ada"
    assert set(done.shown.papers.set_index("id")["topic"][papers[:2]]) == {"2"}
    assert [entry.who for entry in done.log.entries] == ["Ada", "Bo"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (lambda d: drafts.rename(d, "1", "one"), lambda d: drafts.rename(d, "1", "another")),
        (lambda d: drafts.merge(d, "2", ["1"]), lambda d: drafts.rename(d, "1", "another")),
        (lambda d: drafts.split(d, "1"), lambda d: drafts.merge(d, "2", ["1"])),
        (lambda d: drafts.rename(d, "1", "one"), lambda d: drafts.pin(d, "1")),
        (
            lambda d: drafts.move(d, _own(d, "1"), "2"),
            lambda d: drafts.move(d, _own(d, "1"), None),
        ),
    ],
)
def test_what_contradicts_an_edit_not_seen_is_refused(folder: Path, first, second) -> None:  # type: ignore[no-untyped-def]
    ada, bo = open_desk(folder), open_desk(folder)
    step = second(bo)
    record(ada, first(ada), who="Ada")
    before = (folder / LOG).read_bytes()
    with pytest.raises(EditRefused, match="Meanwhile Ada changed the same"):
        record(bo, step, who="Bo")
    assert (folder / LOG).read_bytes() == before


def _own(desk, topic: str) -> list[str]:  # type: ignore[no-untyped-def]
    return list(desk.shown.papers.loc[desk.shown.papers["topic"] == topic, "id"].iloc[:2])


def test_writers_in_processes_of_their_own_lose_nothing(folder: Path) -> None:
    code = """
        import sys
        from topics import curation, drafts
        for number in range(4):
            desk = curation.open_desk(sys.argv[1])
            curation.record(desk, drafts.rename(desk, sys.argv[2], f"{sys.argv[2]} {number}"))
    """
    writers = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", textwrap.dedent(code), str(folder), topic], cwd=ROOT
        )
        for topic in ("1", "2")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    log = parse_log((folder / LOG).read_bytes())
    assert len(log.entries) == 8
    assert not log.notes
    assert artefact.load(folder).topic_names["1"] == "1 3"
    assert artefact.load(folder).topic_names["2"] == "2 3"


# ------------------------------------------------------------- where edits go from there


def test_a_snapshot_holds_the_edits_and_never_changes(folder: Path, tmp_path: Path) -> None:
    plain = publish(folder, tmp_path / "place")
    _rename(folder, "1", "one")
    done = publish(folder, tmp_path / "place")
    assert done.digest != plain.digest
    _rename(folder, "1", "another")
    found = artefact.load(tmp_path / "place")
    assert found.topic_names["1"] == "one"
    assert found.digest == done.digest
    assert artefact.load(done.address).manifest["edits"]["active"] == 1
    assert publish(folder, tmp_path / "other").digest == publish(folder, tmp_path / "other").digest
    for place in (tmp_path / "place", Path(done.address)):
        with pytest.raises(EditRefused, match="published and never changes"):
            open_desk(place)
    (Path(done.address) / LOG).write_bytes(b"")
    with pytest.raises(artefact.MapBroken, match=LOG):
        artefact.load(done.address)


def test_a_map_that_takes_its_place_keeps_the_edits(folder: Path) -> None:
    _rename(folder, "1", "one")
    write_map(folder, papers=80, topics=6)
    assert artefact.load(folder).topic_names["1"] == "one"
    assert artefact.load(folder, edited=False).topic_names["1"] != "one"


def test_older_files_are_as_they_were(folder: Path) -> None:
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    _rename(folder, "1", "one")
    assert {file: file.read_bytes() for file in before} == before
    assert (
        artefact.read_manifest(folder)["built_digest"] != artefact.read_manifest(folder)["digest"]
    )


def test_edits_survive_an_update_and_a_refit(sample_map: TopicMap, tmp_path: Path) -> None:
    from topics.updating import update

    assert sample_map.path is not None
    folder = tmp_path / "map"
    shutil.copytree(sample_map.path, folder)
    desk = open_desk(folder)
    largest, second, third = desk.shown.topics["id"][:3]
    desk = record(desk, drafts.rename(desk, largest, "Named by hand"))
    desk = record(desk, drafts.merge(desk, second, [third], name="Two in one"))
    desk = record(desk, drafts.pin(desk, second))
    own = set(desk.shown.papers.loc[desk.shown.papers["topic"] == second, "id"])
    new = tmp_path / "new.csv"
    new.write_text(
        'title,abstract\n"Quantum error correction of surface codes","We correct errors."\n',
        encoding="utf-8",
    )
    grown = update(folder, [new]).topic_map
    assert grown.topic_names[largest] == "Named by hand"
    assert grown.topic_names[second] == "Two in one"
    assert third not in grown.topic_names
    refitted = update(folder, [], refit=True).topic_map
    told = refitted.manifest["edits"]
    assert not [each for each in told["unfit"] if each["id"] == "e3"]
    (pinned,) = told["pinned"]
    assert refitted.topic_names[pinned] == "Two in one"
    assert own <= set(refitted.papers.loc[refitted.papers["topic"] == pinned, "id"])


# --------------------------------------------------------------------- the command line


def test_the_command_line_edits_lists_and_replays(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = str(folder)
    assert main(["edit", where, "rename", "1", "one", "--why", "shorter", "--who", "Ada"]) == 0
    assert main(["edit", where, "merge", "2", "3", "--dry-run"]) == 0
    assert "Nothing was changed." in capsys.readouterr().out
    assert main(["edit", where, "undo"]) == 0
    assert main(["edit", where, "redo"]) == 0
    assert main(["edit", where, "rename", "1", "one"]) == 1
    assert "is called “one” already" in capsys.readouterr().err
    assert main(["edits", where, "--out", str(tmp_path / "log.jsonl")]) == 0
    told = capsys.readouterr().out
    assert "Ada  Renamed" in told
    assert "Why: shorter" in told
    assert "3 lines written" in told
    assert (tmp_path / "log.jsonl").read_bytes() == (folder / LOG).read_bytes()
    assert main(["info", where]) == 0
    assert "edits      1 applied, 0 undone" in capsys.readouterr().out


def test_a_log_is_checked_before_a_build_begins(folder: Path, tmp_path: Path) -> None:
    from topics.edit_commands import log_for_build

    _rename(folder, "1", "one")
    out = str(folder)
    assert log_for_build(None, drop=False, out=out) is None
    assert log_for_build(None, drop=True, out=out) == b""
    raw = (folder / LOG).read_bytes()
    assert log_for_build(str(folder), drop=False, out=str(tmp_path / "new")) == raw
    (tmp_path / "torn").write_bytes(raw + b'{"id"')
    assert log_for_build(str(tmp_path / "torn"), drop=False, out=out) == raw
    (tmp_path / "bad").write_bytes(raw.replace(b"one", b"two") + raw)
    with pytest.raises(SettingsError, match="cannot be made again"):
        log_for_build(str(tmp_path / "bad"), drop=False, out=out)
    with pytest.raises(SettingsError, match="cannot be read"):
        log_for_build(str(tmp_path / "nothing"), drop=False, out=out)
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(BuildError, match="would be lost"):
        log_for_build(str(tmp_path / "empty"), drop=False, out=out)


# ------------------------------------------------------------------- parts and their words


def test_words_weigh_as_in_a_build() -> None:
    from topics.clustering import Clustering

    rng = np.random.default_rng(3)
    words = [f"word{number}" for number in range(40)]
    texts = [" ".join(rng.choice(words[at % 3 * 10 :], 30)) for at in range(30)]
    terms = count_terms(["a title"] * 30, texts)
    labels = np.array([at % 3 for at in range(30)])
    clustering = Clustering(labels, np.ones(30), labels)
    fitted = fit_topics(terms, clustering).weights
    ours = class_weights(terms.counts, labels)
    assert np.allclose(fitted.toarray(), ours.toarray(), atol=1e-6)


def test_parts_are_the_groups_that_are_there() -> None:
    rng = np.random.default_rng(5)
    centres = np.eye(3, 12)
    numbers = np.array([0] * 30 + [1] * 20 + [2] * 10)
    rows = centres[numbers] + rng.normal(scale=0.05, size=(60, 12))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert (parts_of(rows, 3) == numbers).all()
    assert parts_of(np.ones((8, 3)) / np.sqrt(3), 2).max() == 0
