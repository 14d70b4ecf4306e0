"""The bundled sample and, where they are, the real pages: a map that a researcher would accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.topics.corpora import assert_sound, rows
from topics import sample
from topics.phrases import key_of
from topics.pipeline import build
from topics.themefile import load_themes
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from topics.topicmap import TopicMap

FUNCTION_WORDS = set(
    "a an and are as at be but by can for from has have how in into is it its not of on or our "
    "than that the their these this to via was we what when which while will with without".split()
)

#: Words of a title that leave no doubt about its theme, with the share of such papers that must
#: be sorted so: a title may hold the word and the paper be about something else.
UNMISTAKABLE = (
    ("unlearning", r"unlearning", 1.0),
    ("diffusion", r"diffusion model|classifier-free guidance|denoising", 0.8),
    ("scaling", r"scaling law", 0.8),
    ("alignment", r"rlhf|direct preference|safety[ -]alignment|alignment learning", 0.8),
    ("optimization", r"bilevel optimization|stochastic gradient|\badam\b|learning rate", 0.8),
)


@pytest.fixture(scope="session")
def seeds_map(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> TopicMap:
    """The map of the real pages."""
    pages = shared / "seeds"
    if not pages.is_dir():
        pytest.skip(f"there are no pages in {pages}")
    return build([pages], tmp_path_factory.mktemp("seeds") / "map")


@pytest.fixture(params=["sample", "seeds"])
def built(request: pytest.FixtureRequest) -> TopicMap:
    found: TopicMap = request.getfixturevalue(f"{request.param}_map")
    return found


def test_there_are_five_pages() -> None:
    assert [file.suffix for file in sorted(sample.folder().iterdir())] == [".txt"] * 5


def test_every_record_becomes_one_of_153_papers(built: TopicMap) -> None:
    counts = built.manifest["counts"]
    assert {name: counts[name] for name in ("kept", "merged", "rejected")} == {
        "kept": 153,
        "merged": 14,
        "rejected": 0,
    }
    assert len(built.ledger) == 167
    read = built.ledger.groupby("source").size()
    assert list(read.sort_index()) == [12, 58, 28, 35, 34]
    assert len(built.papers) == 153
    assert built.undated == 13


def test_the_map_is_sound(built: TopicMap) -> None:
    assert_sound(built)


def test_most_papers_are_in_six_to_twenty_topics(built: TopicMap) -> None:
    assert 6 <= len(built.topics) <= 20
    assert built.unclustered <= 0.15 * len(built.papers)
    assert built.topics["size"].max() <= 0.3 * len(built.papers)


def test_names_are_phrases(built: TopicMap) -> None:
    for name in built.topics["name"]:
        words = [word.lower() for word in name.split()]
        assert 2 <= len(words) <= 5, name
        assert words[0] not in FUNCTION_WORDS, name
        assert words[-1] not in FUNCTION_WORDS, name
        assert name[0].isupper() or name[1].isupper(), name
        assert not any(sign in name for sign in "_.,;:!?$\\{}|"), name


def test_names_are_said_by_the_topics_papers(built: TopicMap) -> None:
    """At least two papers of a topic use each word of its name."""
    for topic in rows(built.topics):
        members = built.papers[built.papers["topic"] == topic["id"]]
        texts = [
            {key_of(word.strip(".,;:()")) for word in f"{title} {abstract}".split()}
            for title, abstract in zip(members["title"], members["abstract"], strict=True)
        ]
        said = [" ".join(text) for text in texts]
        for word in topic["name"].split():
            if word.lower() not in FUNCTION_WORDS:
                assert sum(key_of(word) in text for text in said) >= 2, (topic["name"], word)


def test_topics_have_five_to_ten_keywords(built: TopicMap) -> None:
    for topic in rows(built.topics):
        assert 5 <= len(topic["keywords"]) <= 10, topic["name"]
        for keyword in topic["keywords"]:
            assert not set(keyword.lower().split()) & FUNCTION_WORDS, keyword
            assert "_" not in keyword


def test_topics_have_one_to_five_representatives(built: TopicMap) -> None:
    assert built.topics["representatives"].map(len).between(1, 5).all()


def test_papers_have_a_theme_of_the_preset_or_none(built: TopicMap) -> None:
    names = [*(theme.name for theme in load_themes("ml")), OTHER_THEME]
    assert list(built.themes["name"]) == names
    assert set(built.papers["theme"]) <= set(names)
    assert built.papers["theme_confidence"].between(0.5, 1).all()
    assert built.themes["size"].sum() == 153
    assert (built.themes["size"] >= 5).all()


@pytest.mark.parametrize(("theme", "pattern", "share"), UNMISTAKABLE)
def test_unmistakable_titles_have_their_theme(
    built: TopicMap, theme: str, pattern: str, share: float
) -> None:
    found = built.papers["title"].str.contains(pattern, case=False)
    assert found.sum() >= 2
    themes = built.papers.loc[found, "theme"]
    assert (themes == theme).mean() >= share, built.papers.loc[found, ["title", "theme"]]


def test_trends_count_the_dated_papers(built: TopicMap) -> None:
    trends: pd.DataFrame = built.trends
    whole = trends[trends["topic"].isna() & trends["theme"].isna()]
    assert whole["papers"].sum() == 140
    themes = trends[trends["theme"].notna()]
    assert themes["papers"].sum() == 140
    assert trends["share"].between(0, 1).all()
    assert (trends["low"] <= trends["share"]).all()
    assert (trends["share"] <= trends["high"]).all()


def test_quality_figures_are_those_of_a_real_map(built: TopicMap) -> None:
    quality = built.manifest["quality"]
    assert 0.3 < quality["layout_preservation"] < 1
    assert 0.3 < quality["topic_agreement"] <= 1
    assert 0.2 < quality["topic_modularity"] < 1
    assert 0.6 < quality["keyword_diversity"] <= 1


def test_the_sample_has_the_facts_of_the_real_pages(
    sample_map: TopicMap, seeds_map: TopicMap
) -> None:
    facts = ["id", "title", "date", "date_precision", "author_count", "comments"]
    one, other = (found.papers[facts] for found in (sample_map, seeds_map))
    assert one.to_dict("records") == other.to_dict("records") or one.equals(other)


def test_the_sample_tells_in_its_own_words(sample_map: TopicMap, seeds_map: TopicMap) -> None:
    """Each abstract is a summary of 50 to 110 words that copies no run of words."""
    real = dict(zip(seeds_map.papers["id"], seeds_map.papers["abstract"], strict=True))
    for paper in rows(sample_map.papers):
        words = paper["abstract"].split()
        assert 50 <= len(words) <= 110, paper["title"]
        runs = {tuple(words[at : at + 8]) for at in range(len(words) - 7)}
        original = real[paper["id"]].split()
        titled = paper["title"].lower()
        copied = runs & {tuple(original[at : at + 8]) for at in range(len(original) - 7)}
        assert all(" ".join(run).lower() in titled for run in copied), (paper["title"], copied)
