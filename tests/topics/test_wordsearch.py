"""Finding papers by the words that a reader types."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_map
from topics.folding import fold, folded_lines
from topics.threshold import at_confidence
from topics.wordsearch import _INDEXES, Query, Respelled, parse, rows_with, rows_with_words, warm_up

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

PAPERS = (
    ("Machine unlearning in the large", "Forget sets of low-rank adapters.", ["Zoë Schrödinger"]),
    ("Learning rates", "Training of transformers; LoRA beats it.", ["Ann Smith", "Bo Li"]),
    ("Diffusion models for images", "A diffusion (latent) model, ﬁne-tuned.", ["Li Wei"]),
    ("扩散模型的训练", None, None),
    ("Discussion of diffusion", "", []),
    ("More on diffusion", "", []),
)


@pytest.fixture(scope="module")
def papers() -> TopicMap:
    from dataclasses import replace

    made = make_map(papers=len(PAPERS), topics=1)
    titles, abstracts, authors = zip(*PAPERS, strict=True)
    frame = made.papers.assign(
        title=list(titles), abstract=list(abstracts), authors=pd.Series(list(authors))
    )
    return replace(made, papers=frame)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("unlearn", [0]),
        ("LEARNING", [1]),
        ("train", [1]),
        ("ain", []),
        ("schrodinger", [0]),
        ("Schrödinger", [0]),
        ("low-rank", [0]),
        ('"rank low"', []),
        ("diffusion model", [2]),
        ('"diffusion model"', []),
        ('"latent model"', [2]),
        ('"diffusion models', [2]),
        ("“diffusion models”", [2]),
        ("diffusion -images", [4, 5]),
        ('-diffusion -"low rank" -learning', [3]),
        ("fine-tuned", [2]),
        ("扩散", [3]),
        ("训练", [3]),
        ("li smith", [1]),
        ("", [0, 1, 2, 3, 4, 5]),
        ('- "" ?', [0, 1, 2, 3, 4, 5]),
    ],
)
def test_what_is_found(papers: TopicMap, text: str, rows: list[int]) -> None:
    assert list(rows_with_words(papers, text).nonzero()[0]) == rows


@pytest.mark.parametrize(
    ("text", "word", "spellings", "rows"),
    [
        ("difusion", "difusion", ("diffusion",), [2, 4, 5]),
        ("unlearnign", "unlearnign", ("unlearning",), [0]),
        ("smth", "smth", ("smith",), [1]),
        ("zzzzzz", "zzzzzz", (), []),
        ("xyz", "xyz", (), []),
        ("difusion images", "difusion", ("diffusion",), [2]),
    ],
)
def test_a_slip_is_forgiven_and_told(
    papers: TopicMap, text: str, word: str, spellings: tuple[str, ...], rows: list[int]
) -> None:
    found, respelled = rows_with(papers, text)
    assert list(found.nonzero()[0]) == rows
    assert respelled == (Respelled(word, spellings),)


def test_a_word_to_leave_out_is_taken_as_it_is(papers: TopicMap) -> None:
    found, respelled = rows_with(papers, "-difusion")
    assert found.all()
    assert respelled == ()


def test_what_a_query_means() -> None:
    assert parse('Lo-Ra -"Forget Set" "a b" x') == Query(
        ("lo ra", "a b", "x"), ("forget set",), frozenset({"forget set", "a b"})
    )


@given(st.text(max_size=60))
def test_any_text_is_a_query(text: str) -> None:
    query = parse(text)
    assert all(part == fold(part).strip() and part for part in query.wanted + query.unwanted)


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text).startswith(" ")
    assert fold(text).endswith(" ")


def test_another_confidence_is_searched_without_reading_the_papers_anew(
    papers: TopicMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = rows_with_words(papers, "diffusion")

    def no_more(_: object) -> list[str]:
        raise AssertionError("read again")

    monkeypatch.setattr("topics.wordsearch.folded_lines", no_more)
    assert (rows_with_words(at_confidence(papers, 0.5), "diffusion") == found).all()


def test_words_go_with_their_map() -> None:
    made = make_map(papers=30, topics=2)
    rows_with_words(made, "model")
    before = len(_INDEXES)
    del made
    gc.collect()
    assert len(_INDEXES) == before - 1


@given(st.lists(st.tuples(st.text(max_size=30), st.text("aZ é-\t\x85ﬁ", max_size=9), st.text())))
def test_papers_are_folded_alike_one_by_one_and_together(
    papers: list[tuple[str, str, str]],
) -> None:
    expected = ["\n".join(fold(field) for field in fields) for fields in papers]
    assert folded_lines(papers) == expected


def test_a_word_that_only_left_out_papers_have_is_no_slip(papers: TopicMap) -> None:
    found, read = rows_with(papers, "unlearning transformers")
    assert not found.any()
    assert read == ()


def test_words_are_read_beside_what_goes_on(papers: TopicMap) -> None:
    from dataclasses import replace

    fresh = replace(papers)
    warm_up(fresh)
    warm_up(fresh)
    assert rows_with_words(fresh, "unlearn").tolist() == rows_with_words(papers, "unlearn").tolist()
