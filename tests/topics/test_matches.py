"""Where in a paper the words are that a reader asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_map
from topics.folding import fold
from topics.matches import Asked, asked_words, fragment, matches, shared_words, spans
from topics.wordsearch import ranked, rows_with_words

MAP = make_map()


def asked(text: str) -> tuple[Asked, ...]:
    return asked_words(MAP, text)


def found(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in spans(text, asked(query))]


@pytest.mark.parametrize(
    ("text", "query", "words"),
    [
        ("A model of models", "model", ["model", "models"]),
        ("A model of models", '"model"', ["model"]),
        ("Low-rank adaptation, low rank", '"low rank"', ["Low-rank", "low rank"]),
        ("Erwin Schrödinger", "schrodinger", ["Schrödinger"]),
        ("扩散模型的训练", "模型", ["模型"]),
        ("remodel the model", "model -layer", ["model"]),
        ("model layer", "-layer", []),
        ("", "model", []),
    ],
)
def test_words_are_found_where_they_stand(text: str, query: str, words: list[str]) -> None:
    assert found(text, query) == words


def test_a_slip_is_shown_where_the_word_is_that_was_meant() -> None:
    assert found("The gradient is small", "gradeint") == ["gradient"]


def test_each_field_that_has_a_word_is_told() -> None:
    paper = {"title": "On models", "authors": ["Ada Model"], "abstract": "None here."}
    assert [match.field for match in matches(paper, asked("model"))] == ["title", "authors"]
    assert matches({"title": None, "authors": None, "abstract": float("nan")}, asked("x")) == ()


@given(
    words=st.lists(st.sampled_from(["model", "layer", "Prior,", "é", "prüfung."]), max_size=120),
    query=st.sampled_from(["model", "layer prior", '"prior layer"', "e"]),
)
def test_a_fragment_holds_the_first_word_found_and_its_marks_are_true(
    words: list[str], query: str
) -> None:
    text = " ".join(words)
    marks = spans(text, asked(query))
    shown, moved = fragment(text, marks)
    assert len(shown) <= 224
    assert all(0 <= start < end <= len(shown) for start, end in moved)
    for (start, end), (a, b) in zip(moved, marks, strict=False):
        assert fold(shown[start:end]) in fold(text[a:b]) or marks[0] != (a, b)
    if marks:
        assert shown[slice(*moved[0])] == text[slice(*marks[0])]


def test_every_paper_that_a_search_finds_has_a_reason() -> None:
    for query in ("gradient", "ada author3", '"taming the"', "taming -unlearning"):
        rows = rows_with_words(MAP, query).nonzero()[0]
        assert len(rows)
        for paper in MAP.papers.iloc[rows].to_dict("records"):
            assert matches(paper, asked(query))


def test_shared_words_leave_out_those_that_name_nothing() -> None:
    text = "The training of a model on data"
    shared = [text[a:b] for a, b in shared_words(text, "how to train on the training data of a")]
    assert shared == ["training", "data"]


def test_titles_come_before_abstracts() -> None:
    papers = MAP.papers.assign(title="plain", abstract="nothing")
    papers.loc[5, "abstract"] = "a zebra and a zebra"
    papers.loc[7, "abstract"] = "a zebra"
    papers.loc[9, "title"] = "Zebras"
    few = replace(MAP, papers=papers)
    rows = rows_with_words(few, "zebra").nonzero()[0]
    assert ranked(few, "zebra", rows).tolist() == [9, 5, 7]
