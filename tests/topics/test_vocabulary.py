"""Counting in how many papers each word is."""

from __future__ import annotations

from collections import Counter
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_map
from topics.vocabulary import key, keys_of_paper, keys_of_text, papers_with
from topics.wordsearch import folded_texts


@given(
    st.lists(
        st.lists(st.sampled_from(["models", "model", "the", "3d", "7", "扩散", "ﬁne", ""])),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 5),
)
def test_a_paper_counts_once_for_all_forms_of_a_word(titles: list[list[str]], step: int) -> None:
    made = make_map(papers=len(titles), topics=1)
    made.papers["title"] = [" ".join(words) or None for words in titles]
    with mock.patch("topics.vocabulary._TOGETHER", step):
        found = papers_with(made)
    expected: Counter[str] = Counter()
    for text in folded_texts(made):
        expected.update(keys_of_paper(text))
    assert found == expected


def test_function_words_and_numbers_have_no_key() -> None:
    assert [key(word) for word in ("models", "the", "7", "")] == ["model", "", "", ""]
    assert keys_of_text("The Models, a model & 7 more") == {"model"}
