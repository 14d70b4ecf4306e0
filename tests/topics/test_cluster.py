"""Builds on several processes: the same map as on one, and clear words where it cannot be had."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tests.topics.corpora import Told, assert_sound
from topics import cli
from topics.cluster import parts, workers
from topics.cluster.address import Where
from topics.corpus import COLUMNS, build_corpus
from topics.errors import BuildError, SettingsError
from topics.pipeline import build
from topics.reading import read_files
from topics.report.provenance import method
from topics.settings import BuildSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from topics.topicmap import TopicMap

FIELDS = ("graphs", "proteins", "galaxies")
WORDS = {
    "graphs": "vertex edge colouring planar spectral clique matching degree path cut".split(),
    "proteins": "folding residue binding enzyme ligand helix structure sequence kinase".split(),
    "galaxies": "redshift halo stellar dust spiral quasar luminosity disk survey".split(),
}


#: A paper that chance does not draw, and whose words are of another theme than it is given for.
EXAMPLE = "matching and path of graphs 45"
THEMES = f"""
[[theme]]
name = "networks"
phrases = ["graphs", "vertex", "edge"]

[[theme]]
name = "night sky"
phrases = ["galaxies", "stellar dust"]
papers = ["{EXAMPLE}"]
"""


def _rows(papers: int) -> list[str]:
    """Papers of three fields, no two alike, from 2019 on."""
    rows = []
    for number in range(papers):
        field = FIELDS[number % len(FIELDS)]
        words = WORDS[field]
        chosen = [words[(number * step + step) % len(words)] for step in (1, 3, 7, 9)]
        title = f"{chosen[0]} and {chosen[1]} of {field} {number}"
        text = f"We study {chosen[2]} in {field} with {chosen[3]} and {chosen[0]}, case {number}."
        rows.append(f'"{title}","{text}",{2019 + number % 5}')
    return rows


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three tables, with a paper that is in two of them."""
    folder = tmp_path_factory.mktemp("tables")
    rows = _rows(90)
    for number, part in enumerate((rows[:30], rows[29:60], rows[60:])):
        # One of them says more of each paper than is asked of any.
        more = ("venue", f"hall {number}") if number == 2 else ("", "")
        rows_of = [",".join(filter(None, (row, more[1]))) for row in part]
        head = ",".join(filter(None, ("title,abstract,year", more[0])))
        table = "\n".join([head, *rows_of, ""])
        (folder / f"part-{number}.csv").write_text(table, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """A Dask scheduler with two workers, each a process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as found:
        yield found


def _files(built: TopicMap) -> dict[str, str]:
    files: dict[str, str] = built.manifest["files"]
    return files


def test_a_small_corpus_has_the_same_map_on_a_cluster(
    papers: Path, tmp_path: Path, cluster: Any
) -> None:
    alone = build([papers], tmp_path / "alone")
    together = build([papers], tmp_path / "together", cluster=cluster.scheduler_address)
    assert _files(together) == _files(alone)
    differing = {key for key in alone.manifest if alone.manifest[key] != together.manifest[key]}
    assert differing <= {"seconds", "created", "digest", "built_digest"}
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.is_dir()) == [
        "alone",
        "together",
    ]


class _Kills(Told):
    """Kills a process as a stage begins, with no word to anybody."""

    def __init__(self, process: int, during: str) -> None:
        super().__init__()
        self._process, self._during = process, during

    def stage(self, number: int, total: int, name: str) -> None:
        super().stage(number, total, name)
        if name == self._during:
            os.kill(self._process, signal.SIGKILL)


def test_a_large_corpus_is_placed_around_a_sample_though_a_worker_is_killed(
    papers: Path, tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART", 20)
    (tmp_path / "themes.toml").write_text(THEMES, encoding="utf-8")
    told, settings = Told(), BuildSettings(themes=str(tmp_path / "themes.toml"))
    how: dict[str, Any] = {"cluster": cluster.scheduler_address, "sample": 60, "settings": settings}
    built = build([papers], tmp_path / "map", progress=told, **how)
    plain = [note for note in built.manifest["notices"] if ".csv" not in note]
    assert_sound(replace(built, manifest={**built.manifest, "notices": plain}))
    assert len(built.topics) >= 3
    fields = built.papers["title"].str.extract(r"of (\w+) ")[0]
    assert (fields.groupby(built.papers["topic"]).nunique() == 1).all()
    sample = built.manifest["sample"]
    assert {name: sample[name] for name in ("papers", "of", "asked")} == {
        "papers": 61,  # the theme's example is one of them in any case
        "of": 90,
        "asked": True,
    }
    assert sum("a sample of the 90 drawn evenly" in note for note in told.notes) == 1
    assert any("a sample of the 90" in note for note in built.manifest["notices"])
    assert any("an even sample: 61 of the 90 papers" in str(block) for block in method(built))
    whole = build_corpus(read_files([papers]))
    assert built.manifest["corpus_fingerprint"] == whole.fingerprint
    read = built.papers[[*COLUMNS, "venue"]]
    assert read["venue"].notna().sum() == 30
    pd.testing.assert_frame_equal(read, whole.papers, check_dtype=False)
    shown = built.papers[built.papers["title"] == EXAMPLE]
    assert list(zip(shown["theme"], shown["theme_confidence"], strict=True)) == [("night sky", 1.0)]
    assert not any("no paper here has" in note for note in built.manifest["notices"])
    pd.testing.assert_frame_equal(built.ledger, whole.ledger)
    assert built.memberships["paper_id"].nunique() == 90
    assert built.manifest["cluster"]["parts"] == 5
    kills = _Kills(cluster.workers[0].pid, "Placing the other papers")
    again = build([papers], tmp_path / "again", progress=kills, **how)
    assert kills.stages[-1][2] == "Writing the map"
    assert _files(again) == _files(built)
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir()) == ["again", "map"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("local:3", Where(processes=3)),
        ("10.0.0.7:8786", Where(scheduler="tcp://10.0.0.7:8786")),
        ("tls://head.example:8786", Where(scheduler="tls://head.example:8786")),
        ("[::1]:8786", Where(scheduler="tcp://[::1]:8786")),
    ],
)
def test_where_a_cluster_is(text: str, found: Where) -> None:
    assert Where.of(text) == found


@pytest.mark.parametrize(
    "text", ["", "local:", "local:0", "local:many", "somewhere", "host:0", "host:70000", "x y:80"]
)
def test_what_is_no_cluster_is_wrong_usage(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError, match="expected local, local:N"):
        Where.of(text)
    with pytest.raises(SystemExit) as stop:
        cli.main(["build", "x.csv", "--out", str(tmp_path / "map"), "--cluster", text])
    assert stop.value.code == 2
    assert "expected local, local:N" in capsys.readouterr().err


def test_a_sample_without_a_cluster_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ["build", "x.csv", "--out", str(tmp_path / "map"), "--cluster-sample"]
    assert cli.main([*wrong, "500"]) == 2
    assert "--cluster-sample needs --cluster" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        cli.main([*wrong, "2"])
    assert stop.value.code == 2
    assert "expected 3 or more" in capsys.readouterr().err


def test_without_dask_it_says_what_to_install(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match=r"uv sync --extra cluster"):
        build([papers], tmp_path / "map", cluster="local:1")
    assert list(tmp_path.iterdir()) == []


def test_a_scheduler_that_does_not_answer_is_named(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "_ANSWER", 0.3)
    with pytest.raises(BuildError, match=r"No Dask scheduler.*at tcp://127\.0\.0\.1:9"):
        build([papers], tmp_path / "map", cluster="127.0.0.1:9")
    assert list(tmp_path.iterdir()) == []
