"""Builds: the same every time, of any size, and in the face of any text."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.factories import HOSTILE_TITLES
from tests.topics.corpora import (
    Told,
    assert_same,
    assert_sound,
    counting,
    is_plain,
    make_corpus,
    sample_records,
    sample_slice,
)
from topics import artefact, sample
from topics.errors import EncoderError, SettingsError, SourceError, TooFewPapers
from topics.pipeline import build, build_from_corpus
from topics.progress import STAGES
from topics.settings import MIN_PAPERS, BuildSettings
from topics.store import StageCache

if TYPE_CHECKING:
    from topics.sources.record import Record
    from topics.topicmap import TopicMap

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return sample_records()


pytestmark = pytest.mark.usefixtures("built_at")


def _pages(seed: int) -> list[Path]:
    """The sample's pages in another order than their names'."""
    pages = sorted(sample.folder().iterdir())
    random.Random(seed).shuffle(pages)  # noqa: S311
    assert pages != sorted(pages)
    return pages


# -------------------------------------------------------------------- the same papers


def test_the_order_of_files_does_not_show(sample_map: TopicMap, tmp_path: Path) -> None:
    built = build(_pages(seed=1), tmp_path / "map")
    assert sample_map.path is not None
    assert_same(sample_map.path, tmp_path / "map")
    for column in ("topic", "x", "y"):
        assert built.papers[column].equals(sample_map.papers[column])


def test_another_process_makes_the_same_map(sample_map: TopicMap, tmp_path: Path) -> None:
    """It hashes text by another seed, reads in another order and has one core for its sums."""
    command = [sys.executable, "-m", "topics.cli", "build", *map(str, _pages(seed=2))]
    done = subprocess.run(  # noqa: S603
        [*command, "--out", str(tmp_path / "map"), "--no-cache", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONHASHSEED": "4321",
            "OPENBLAS_NUM_THREADS": "1",
            "PAPERMAP_CACHE": str(tmp_path / "cache"),
        },
    )
    assert done.returncode == 0, done.stderr
    assert sample_map.path is not None
    assert_same(sample_map.path, tmp_path / "map")
    assert not (tmp_path / "cache").exists(), "--no-cache leaves no cache"
    # Data went to stdout, as one JSON document, and progress to stderr.
    manifest = json.loads(done.stdout)
    assert manifest == json.loads((tmp_path / "map" / "manifest.json").read_bytes())
    for number, stage in enumerate(STAGES, 1):
        assert f"[{number}/{len(STAGES)}] {stage}" in done.stderr
    assert "Warning" not in done.stderr


def test_another_seed_makes_another_map_of_the_same_papers(
    records: list[Record], tmp_path: Path
) -> None:
    corpus = sample_slice(0, 24, records)
    one = build_from_corpus(corpus, tmp_path / "one")
    other = build_from_corpus(corpus, tmp_path / "two", settings=BuildSettings(seed=2**32 - 1))
    assert (one.papers["x"] != other.papers["x"]).any()
    assert list(one.papers["id"]) == list(other.papers["id"])


def test_the_map_is_what_was_written(sample_map: TopicMap) -> None:
    assert sample_map.path is not None
    loaded = artefact.load(sample_map.path, verify=True)
    for table in ("papers", "topics", "themes", "trends", "ledger"):
        assert getattr(loaded, table).equals(getattr(sample_map, table)), table
    manifest = loaded.manifest
    assert manifest["created"] == "2025-10-09T08:53:20+00:00"
    assert manifest["settings"] == BuildSettings().as_dict()
    assert manifest["encoder"]["name"] == "hybrid"
    assert set(manifest["quality"]) >= {"layout_preservation", "topic_agreement"}
    assert manifest["as_of"] is None or len(manifest["as_of"]) == 10


# -------------------------------------------------------------------------- any size


@pytest.mark.parametrize("papers", range(MIN_PAPERS))
def test_too_few_papers_are_an_error_that_says_how_many(
    papers: int, records: list[Record], tmp_path: Path
) -> None:
    with pytest.raises(TooFewPapers) as caught:
        build_from_corpus(sample_slice(0, papers, records), tmp_path / "map")
    assert (caught.value.found, caught.value.needed) == (papers, 3)
    assert "at least 3 different papers" in str(caught.value)
    assert "Add more pages" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("papers", [*range(MIN_PAPERS, 17), 20, 25, 30])
def test_a_corpus_of_any_small_size_is_a_map(
    papers: int, records: list[Record], tmp_path: Path
) -> None:
    told = Told()
    corpus = sample_slice(40, papers, records)
    built = build_from_corpus(corpus, tmp_path / "map", progress=told)
    assert len(built.papers) == papers
    assert_sound(built)
    assert [stage[2] for stage in told.stages] == list(STAGES[1:])
    assert list(built.manifest["notices"]) == told.notes
    if papers < 10:
        assert built.topics.empty
        assert any(f"{papers} papers are too few for topics" in note for note in told.notes)
    elif built.topics.empty:
        assert any("No group of papers stands out" in note for note in told.notes)
    elif papers < 12:
        assert any(f"{papers} papers are few" in note for note in told.notes)


# -------------------------------------------------------------------------- any text

ABSTRACT = "We bound the regret of convex bandits and test the bound on three streams of data."

ODD: dict[str, list[tuple[str, str]]] = {
    "all alike": [(f"Paper number {n}", f"{ABSTRACT} " * 3) for n in range(30)],
    "a few all alike": [(f"Paper number {n}", ABSTRACT) for n in range(5)],
    "nearly identical": [(f"Convex bandits part {n}", ABSTRACT) for n in range(14)],
    "two groups of copies": [
        (f"Paper {n}", ABSTRACT if n % 2 else "Speech codecs compress audio for slow networks.")
        for n in range(24)
    ],
    "no abstracts": [(record.title, "") for record in sample_records()[:40]],
    "abstracts of stop words": [
        (f"On {'very ' * n}much", "The of and is to in it.") for n in range(15)
    ],
    "numbers": [(str(n), "") for n in range(1, 20)],
    "numbers and one word": [(f"{n} kernels", str(n)) for n in range(1, 20)],
    "one letter": [(chr(97 + n), "") for n in range(12)],
    "letters and numbers": [(f"A{n}", "") for n in range(25)],
    "titles of 300 characters": [
        (f"{n}: " + "Regret bounds for convex bandits in streams of data " * 6, "")
        for n in range(12)
    ],
    "hostile": [
        (title, f"{title} {ABSTRACT}")
        for title in [
            *HOSTILE_TITLES,
            "{0} %s %(x)s {{x}}",
            "../../etc/passwd",
            "'; DROP TABLE papers; --",
            "$\\mathcal{O}(1/T^2)$ \\frac{1}{2}",
            "| a | b |",
            "nan",
            "None",
            "-1",
        ]
    ],
    "many scripts": [
        (f"{word} {n}", f"{word} {word}")
        for n in range(3)
        for word in (
            "扩散模型的采样",
            "نموذج الانتشار",
            "מודל דיפוזיה",
            "диффузионная модель",
            "拡散モデル",
            "โมเดลการแพร่",
            "𝒪𝓅𝓉𝒾𝓂𝒾𝓏ℯ 🚀",
        )
    ],
    "one script": [(f"这是第{n}篇论文", "我们提出了一种解决机器学习问题的方法") for n in range(20)],
    "one long word": [("x" * 4000 + str(n), "y" * 20_000) for n in range(12)],
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_papers_are_a_map(kind: str, tmp_path: Path) -> None:
    corpus = make_corpus(ODD[kind])
    assert len(corpus) >= MIN_PAPERS
    told = Told()
    built = build_from_corpus(corpus, tmp_path / "map", progress=told)
    assert_sound(built)
    assert len(built.papers) == len(corpus)
    assert built.topics.empty == bool(
        [note for note in told.notes if "too few for topics" in note or "stands out" in note]
    )
    for note in told.notes:
        assert is_plain(note), note


@pytest.mark.parametrize("kind", ["all alike", "one script", "numbers", "abstracts of stop words"])
def test_papers_that_say_the_same_or_nothing_have_no_topics(kind: str, tmp_path: Path) -> None:
    built = build_from_corpus(make_corpus(ODD[kind]), tmp_path / "map")
    assert built.topics.empty
    assert built.unclustered == len(built.papers)


def test_identical_vectors_lie_apart(
    records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode(self: object, texts: list[str]) -> np.ndarray:
        return np.tile(np.array([0.6, 0.8], dtype="float32"), (len(texts), 1))

    monkeypatch.setattr("topics.encoders.joined.JoinedEncoder.encode", encode)
    monkeypatch.setattr(
        "topics.encoders.joined.JoinedEncoder._joined", lambda self, own, _: encode(self, own)
    )
    built = build_from_corpus(sample_slice(0, 20, records), tmp_path / "map")
    assert_sound(built)
    assert built.topics.empty


# ---------------------------------------------------------------------------- themes


def _with_themes(sample_map: TopicMap, tmp_path: Path, choice: str) -> TopicMap:
    """The sample's map with other themes; all else comes from its cache."""
    assert sample_map.path is not None
    cache = StageCache(sample_map.path.parent / "cache")
    computed = counting(cache)
    built = build(
        [sample.folder()], tmp_path / "map", settings=BuildSettings(themes=choice), cache=cache
    )
    assert set(computed) <= {"themes"}
    assert_sound(built)
    assert built.papers["topic"].equals(sample_map.papers["topic"])
    return built


def test_without_themes_nobody_has_one(sample_map: TopicMap, tmp_path: Path) -> None:
    built = _with_themes(sample_map, tmp_path, "none")
    assert built.themes.empty
    assert built.papers["theme"].isna().all()
    assert built.papers["theme_confidence"].isna().all()
    assert built.topics["theme"].isna().all()
    assert not built.trends["theme"].notna().any()


def test_themes_are_found_among_the_topics(sample_map: TopicMap, tmp_path: Path) -> None:
    built = _with_themes(sample_map, tmp_path, "auto")
    names = list(built.themes["name"])
    assert 3 <= len(names) - 1 <= 8
    assert len(set(names)) == len(names)
    at_top = [*built.groups.loc[built.groups["parent"].isna(), "name"]]
    at_top += [*built.topics.loc[built.topics["parent"].isna(), "name"]]
    assert set(names) - {"other"} == set(at_top)
    theme_of = dict(zip(built.topics["id"], built.topics["theme"], strict=True))
    for paper in built.papers.itertuples():
        clustered = isinstance(paper.topic, str)
        assert paper.theme == (theme_of[paper.topic] if clustered else "other")
    assert built.themes["size"].sum() == len(built.papers)
    assert built.papers["theme_confidence"].between(0, 1).all()


def test_themes_of_a_file_are_used(sample_map: TopicMap, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[theme]]\nname = "forgetting"\ndescription = "machine unlearning"\n'
        'phrases = ["forget set"]\n'
        '[[theme]]\nname = "pictures <b>"\nphrases = ["image generation", "diffusion model"]\n',
        encoding="utf-8",
    )
    built = _with_themes(sample_map, tmp_path, str(file))
    assert list(built.themes["name"]) == ["forgetting", "pictures <b>", "other"]
    unlearning = built.papers["title"].str.contains("unlearning", case=False)
    assert (built.papers.loc[unlearning, "theme"] == "forgetting").all()
    assert built.manifest["settings"]["themes"] == str(file)


def test_auto_themes_of_a_corpus_without_topics_are_other(
    records: list[Record], tmp_path: Path
) -> None:
    settings = BuildSettings(themes="auto")
    built = build_from_corpus(sample_slice(0, 5, records), tmp_path / "map", settings=settings)
    assert list(built.themes["name"]) == ["other"]
    assert (built.papers["theme"] == "other").all()


# ---------------------------------------------------------------------------- errors


class _Fails(StageCache):
    """A cache that no build may reach."""

    def get_or_compute(self, stage: str, *_: Any, **__: Any) -> Any:
        raise AssertionError(f"stage {stage} was reached")


@pytest.mark.parametrize("themes", ["no-such-file.toml", "pyproject.toml", "."])
def test_themes_that_cannot_be_used_are_noticed_at_once(
    records: list[Record], tmp_path: Path, themes: str
) -> None:
    settings, cache = BuildSettings(themes=themes), _Fails(tmp_path / "cache")
    with pytest.raises(SettingsError):
        build_from_corpus(
            sample_slice(0, 5, records), tmp_path / "map", settings=settings, cache=cache
        )
    assert list(tmp_path.iterdir()) == []


def test_a_missing_source_leaves_the_old_map(sample_map: TopicMap, tmp_path: Path) -> None:
    assert sample_map.path is not None
    shutil.copytree(sample_map.path, tmp_path / "map")
    with pytest.raises(SourceError):
        build([tmp_path / "nothing.txt"], tmp_path / "map")
    assert_same(sample_map.path, tmp_path / "map")


def test_the_transformer_without_its_extra_is_an_error(
    records: list[Record], tmp_path: Path
) -> None:
    from importlib.util import find_spec

    if find_spec("sentence_transformers") is not None:
        pytest.skip("the extra is installed")
    with pytest.raises(EncoderError, match="--extra transformer"):
        build_from_corpus(
            sample_slice(0, 5, records),
            tmp_path / "map",
            settings=BuildSettings(encoder="transformer"),
        )
    assert list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------------- settings


def test_settings_of_the_topics_are_followed(records: list[Record], tmp_path: Path) -> None:
    corpus = sample_slice(0, 45, records)
    cache = StageCache(tmp_path / "cache")
    few = build_from_corpus(
        corpus, tmp_path / "few", settings=BuildSettings(min_topic_size=9), cache=cache
    )
    many = build_from_corpus(
        corpus,
        tmp_path / "many",
        settings=BuildSettings(min_topic_size=3, neighbours=6, cluster_dimensions=4),
        cache=cache,
    )
    for built in (few, many):
        assert_sound(built)
    assert few.topics["size"].min() >= 9
    assert len(many.topics) > len(few.topics)


def test_neighbours_beyond_the_corpus_are_all_of_it(records: list[Record], tmp_path: Path) -> None:
    settings = BuildSettings(neighbours=500, cluster_dimensions=50, min_samples=40)
    built = build_from_corpus(sample_slice(0, 20, records), tmp_path / "map", settings=settings)
    assert_sound(built)
