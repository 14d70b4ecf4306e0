"""Search and place: the papers nearest to a text, by the map's own encoder."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from topics import artefact
from topics.errors import EncoderError, MapBroken, SettingsError
from topics.search import nearest_papers

if TYPE_CHECKING:
    from pathlib import Path

    from topics.topicmap import TopicMap


def test_a_title_finds_its_paper(sample_map: TopicMap) -> None:
    for title in sample_map.papers["title"].iloc[::25]:
        titles = [hit["title"] for hit in nearest_papers(sample_map, title, limit=3)]
        assert title in titles


def test_words_find_papers_about_them(sample_map: TopicMap) -> None:
    hits = nearest_papers(sample_map, "machine unlearning of a forget set")
    assert sum("nlearning" in hit["title"] for hit in hits) >= 5
    # Not one word of the title, but what it is about.
    hits = nearest_papers(sample_map, "making a model forget private training data")
    assert [hit["theme"] for hit in hits[:2]] == ["unlearning", "unlearning"]


def test_a_text_of_ones_own_is_placed_beside_its_kind(sample_map: TopicMap) -> None:
    hits = nearest_papers(
        sample_map,
        "Faster image sampling. We shorten the reverse process of a denoising diffusion model by "
        "a better noise schedule and need ten steps for samples of the same quality.",
    )
    topics = [hit["topic"] for hit in hits]
    best = max(set(topics), key=topics.count)
    keywords = sample_map.topics.set_index("id").loc[best, "keywords"]
    assert any("diffusion" in word or "denoising" in word for word in keywords)


def test_hits_are_in_order_and_complete(sample_map: TopicMap) -> None:
    hits = nearest_papers(sample_map, "optimization", limit=1000)
    assert len(hits) == len(sample_map.papers)
    assert {hit["id"] for hit in hits} == set(sample_map.papers["id"])
    scores = [hit["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(-1 <= score <= 1 for score in scores)
    papers = sample_map.papers.set_index("id")
    for hit in hits:
        assert list(hit) == ["id", "title", "topic", "theme", "score"]
        paper = papers.loc[hit["id"]]
        assert hit["title"] == paper["title"]
        assert hit["theme"] == paper["theme"]
        assert hit["topic"] is None if paper["topic"] is np.nan else hit["topic"] == paper["topic"]
    assert any(hit["topic"] is None for hit in hits)
    assert nearest_papers(sample_map, "optimization") == hits[:10]


@pytest.mark.parametrize(
    "query", ["qzxv wvutq jkjkjk", "扩散模型", "!?", "0", "<b>", "\u200b", "the of", "x" * 10_000]
)
def test_any_query_is_answered(sample_map: TopicMap, query: str) -> None:
    hits = nearest_papers(sample_map, query, limit=3)
    assert len(hits) == 3
    assert all(np.isfinite(hit["score"]) for hit in hits)


@pytest.mark.parametrize("query", ["", " ", "\n\t"])
def test_an_empty_query_is_an_error(sample_map: TopicMap, query: str) -> None:
    with pytest.raises(SettingsError, match="empty"):
        nearest_papers(sample_map, query)


def test_a_limit_below_one_is_an_error(sample_map: TopicMap) -> None:
    with pytest.raises(SettingsError, match="--limit is 0"):
        nearest_papers(sample_map, "x", limit=0)


def test_a_map_without_a_folder_cannot_be_searched(sample_map: TopicMap) -> None:
    with pytest.raises(MapBroken, match="never written"):
        nearest_papers(replace(sample_map, path=None), "x")


def test_a_map_whose_encoder_is_gone_says_so(sample_map: TopicMap, tmp_path: Path) -> None:
    assert sample_map.path is not None
    shutil.copytree(sample_map.path, tmp_path / "map")
    loaded = artefact.load(tmp_path / "map")
    (tmp_path / "map" / "encoder" / "encoder.json").write_text(
        '{"encoder": "hybrid", "fingerprint": "of another version"}'
    )
    with pytest.raises(EncoderError, match="build the map again"):
        nearest_papers(loaded, "x")
    shutil.rmtree(tmp_path / "map" / "encoder")
    with pytest.raises(MapBroken, match="Build the map again"):
        nearest_papers(loaded, "x")
