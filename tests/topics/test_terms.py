"""Counting terms: where they occur, how they are written, and how alike texts are."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.phrases import phrases
from topics.terms import _MID_SENTENCE, ALIKE, _inside_sentences, count_terms, sameness

ABSTRACTS = (
    "We tune LoRA adapters. A Bayesian posterior helps LoRA adapters with low-rank updates.",
    "Our LoRA adapters follow a Bayesian posterior. A low-rank update is cheap.",
    "Score-based sampling uses classifier-free guidance and a Langevin step.",
    "A score-based sampler mixes classifier-free guidance with Langevin steps.",
)
TITLES = (
    "Bayesian LoRA: Low-Rank Updates",
    "Cheap Adapters",
    "Classifier-Free Guidance",
    "Score-Based Sampling (SBS)",
)


def test_counts_stand_where_the_terms_are() -> None:
    table = count_terms(TITLES, ABSTRACTS)
    assert table.terms == tuple(sorted(set(table.terms)))
    assert table.counts.shape == table.in_title.shape == (4, len(table.terms))
    column = table.terms.index("lora adapter")
    assert table.counts[:, [column]].toarray().ravel().tolist() == [2, 1, 0, 0]
    lora = table.terms.index("lora")
    assert table.counts[:, [lora]].toarray().ravel().tolist() == [3, 1, 0, 0]
    assert table.in_title[:, [lora]].toarray().ravel().tolist() == [1, 0, 0, 0]
    assert table.presence[:, [lora]].toarray().ravel().tolist() == [1, 1, 0, 0]


def test_a_term_of_one_paper_alone_is_left_out() -> None:
    table = count_terms(TITLES, ABSTRACTS)
    assert "cheap adapter" not in table.terms
    assert (np.asarray(table.presence.sum(axis=0)) >= 2).all()


def test_spellings_of_one_term_are_counted_together() -> None:
    table = count_terms(TITLES, ABSTRACTS)
    column = table.terms.index("low rank update")
    assert table.counts[:, [column]].toarray().ravel().tolist() == [2, 1, 0, 0]
    assert table.spellings["low rank update"] == "low-rank updates"


@pytest.mark.parametrize(
    ("term", "written"),
    [
        ("lora adapter", "LoRA adapters"),
        ("bayesian posterior", "Bayesian posterior"),
        ("langevin step", "Langevin steps"),
        ("classifier free guidance", "classifier-free guidance"),
    ],
)
def test_names_keep_their_capitals_and_titles_lose_theirs(term: str, written: str) -> None:
    assert count_terms(TITLES, ABSTRACTS).spellings[term] == written


def test_capitals_that_introduce_an_abbreviation_are_lowered() -> None:
    table = count_terms(
        ["", "", ""],
        [
            "Samples follow Classifier-Free Guidance (CFG) without a classifier.",
            "It uses Classifier-Free Guidance (CFG), which is free and needs guidance.",
            "The classifier is free and gives guidance.",
        ],
    )
    assert table.spellings["classifier free guidance"] == "classifier-free guidance"


def test_length_counts_words_as_written() -> None:
    table = count_terms(TITLES, ABSTRACTS)
    lengths = dict(zip(table.terms, table.lengths, strict=True))
    assert lengths["lora"] == 1
    assert lengths["low rank update"] == 2  # "low-rank updates"
    assert lengths["bayesian posterior"] == 2


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["the of and"] * 4, ["1 2 3", "1 2 3"]])
def test_papers_without_words_have_no_terms(texts: list[str]) -> None:
    table = count_terms(texts, texts)
    assert table.terms == ()
    assert table.counts.shape == (len(texts), 0)
    assert table.lengths.tolist() == []


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_can_be_counted(texts: list[str]) -> None:
    table = count_terms(texts, texts[::-1])
    assert set(table.spellings) == set(table.terms)
    for term in table.terms:
        assert "_" not in table.spellings[term]
        assert "|" not in term
    assert (table.counts.data >= 1).all()
    # What is in the title is in the paper.
    assert ((table.counts - table.in_title).toarray() >= 0).all()


def test_the_order_of_papers_changes_no_spelling() -> None:
    one = count_terms(TITLES, ABSTRACTS)
    other = count_terms(TITLES[::-1], ABSTRACTS[::-1])
    assert one.terms == other.terms
    assert dict(one.spellings) == dict(other.spellings)
    assert (one.counts.toarray() == other.counts.toarray()[::-1]).all()


# ----------------------------------------------------------------------- sameness


def test_copies_are_alike_and_strangers_are_not() -> None:
    copies = [f"Convex relaxation of matroid polytopes, part {n}" for n in range(30)]
    strangers = [
        "convex relaxation",
        "speech synthesis",
        "protein folding",
        "graph colouring",
        "motor control",
    ]
    assert sameness(copies) > ALIKE
    assert sameness(strangers) == pytest.approx(1 / len(strangers))


def test_sameness_of_nothing_is_no_error() -> None:
    assert sameness([]) == 0
    assert sameness(["", ""]) == 0


@given(st.lists(st.text(max_size=40), max_size=8))
def test_sameness_lies_between_none_and_all(texts: list[str]) -> None:
    value = sameness(texts)
    assert 0 <= value <= 1 + 1e-9
    assert sameness([*texts, *texts]) == pytest.approx(value)


def _one_by_one(titles: list[str], abstracts: list[str]) -> dict[str, list[tuple[int, int]]]:
    """Occurrences of each phrase of two papers or more in each paper and in its title."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row, (title, abstract) in enumerate(zip(titles, abstracts, strict=True)):
        in_title = [term for term, _ in phrases(title)]
        everywhere = in_title + [term for term, _ in phrases(abstract)]
        for term in set(everywhere):
            counts = found.setdefault(term, [(0, 0)] * len(titles))
            counts[row] = everywhere.count(term), in_title.count(term)
    return {
        term: counts
        for term, counts in found.items()
        if sum(everywhere > 0 for everywhere, _ in counts) >= 2
    }


_ODD = st.text(st.sampled_from(list("ab-–—.,:;'’+\n\t ")), max_size=25)
_WORDS = st.lists(
    st.sampled_from(["graph", "Graph-based", "graph based", "the", "large", "model", "nets", "-"])
).map(" ".join)


@given(st.lists(st.tuples(_ODD | _WORDS, _ODD | _WORDS), min_size=2, max_size=6))
def test_counting_all_papers_at_once_is_counting_them_one_by_one(
    papers: list[tuple[str, str]],
) -> None:
    titles, abstracts = map(list, zip(*(papers * 2), strict=True))
    table = count_terms(titles, abstracts)
    expected = _one_by_one(titles, abstracts)
    assert table.terms == tuple(sorted(expected))
    for column, term in enumerate(table.terms):
        everywhere, in_title = zip(*expected[term], strict=True)
        assert table.counts[:, [column]].toarray().ravel().tolist() == list(everywhere)
        assert table.in_title[:, [column]].toarray().ravel().tolist() == list(in_title)


@given(st.lists(_ODD | _WORDS, min_size=1, max_size=6))
def test_spellings_inside_sentences_are_those_of_the_whole_texts(texts: list[str]) -> None:
    expected: dict[str, Counter[str]] = {}
    for text in texts:
        for word in _MID_SENTENCE.findall(text):
            expected.setdefault(word.lower(), Counter())[word] += 1
    assert _inside_sentences(texts) == expected
