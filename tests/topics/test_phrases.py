"""Words and phrases: spellings of one term come together, and only noun phrases come out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.phrases import is_weak, key_of, phrases, words

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=9)
TEXTS = st.text(max_size=120)

#: Words between which a phrase must break, whatever stands around them.
FUNCTION_WORDS = ("the", "of", "and", "with", "for", "is", "we", "to", "which")
BREAKS = (", ", ". ", "; ", ": ", " (", ") ", " — ", " – ", " - ", "/", "\n", " | ", '" ')


def _terms(text: str, *, longest: int = 3) -> set[str]:
    return {term for term, _ in phrases(text, longest=longest)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Networks", "network"),
        ("LOW-RANK", "low rank"),
        ("Adversaries", "adversary"),
        ("losses", "loss"),
        ("boxes", "box"),
        ("batches", "batch"),
        ("Newton's", "newton"),
        ("Adam’s", "adam"),
        ("LLMs", "llm"),
        ("Chain-of-Thoughts", "chain of thought"),
        ("biases", "bias"),
        ("matrices", "matrix"),
        ("vertices", "vertex"),
        ("hypotheses", "hypothesis"),
    ],
)
def test_spellings_of_a_word_are_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other.replace(" ", "-"))


@pytest.mark.parametrize(
    "word", ["loss", "bias", "basis", "corpus", "physics", "less", "lens", "gas", "process", "sgd"]
)
def test_a_word_that_ends_in_s_is_not_cut(word: str) -> None:
    assert key_of(word) == word


@pytest.mark.parametrize("word", ["data", "schema", "formula", "database", "phase", "area", "idea"])
def test_plurals_lose_their_ending(word: str) -> None:
    assert key_of(word + "s") == key_of(word)


@given(WORDS, WORDS)
def test_case_hyphens_and_plurals_do_not_make_a_new_term(first: str, second: str) -> None:
    key = key_of(f"{first}-{second}")
    assert key == key_of(f"{first.title()}-{second.upper()}")
    assert key == f"{key_of(first)} {key_of(second)}"
    assert key == key.lower()
    assert "-" not in key
    if not second.endswith((*tuple("aeisuxy"), "ch", "sh", "ic")):
        assert key_of(f"{first}-{second}s") == key


def test_a_phrase_is_yielded_as_often_as_it_occurs() -> None:
    found = list(phrases("Diffusion models beat diffusion models."))
    assert [surface for term, surface in found if term == "diffusion model"] == [
        "Diffusion models",
        "diffusion models",
    ]


@pytest.mark.parametrize("between", [f" {word} " for word in FUNCTION_WORDS] + list(BREAKS))
def test_a_phrase_never_crosses_a_break(between: str) -> None:
    found = _terms(f"stochastic gradient{between}convex relaxation")
    assert {"stochastic gradient", "convex relaxation"} <= found
    assert not {term for term in found if "gradient" in term and "convex" in term}


@given(TEXTS, st.sampled_from(FUNCTION_WORDS), TEXTS)
def test_no_phrase_holds_a_function_word(before: str, word: str, after: str) -> None:
    for term, surface in phrases(f"{before} {word} {after}"):
        assert word not in term.split()
        assert word not in surface.lower().split()


@given(TEXTS, st.integers(1, 4))
def test_what_comes_out_of_any_text_is_a_phrase_of_it(text: str, longest: int) -> None:
    for term, surface in phrases(text, longest=longest):
        parts = surface.split(" ")
        assert 1 <= len(parts) <= longest
        assert all(part in text for part in parts)
        assert term == " ".join(key_of(part) for part in parts)
        assert "_" not in surface
        assert not all(is_weak(key_of(part)) for part in parts)


@given(TEXTS)
def test_words_of_any_text_are_keys(text: str) -> None:
    for word in words(text):
        assert word
        assert len(word) > 1
        assert not word.isdigit()
        assert word not in FUNCTION_WORDS


def test_weak_nouns_name_something_only_beside_another_word() -> None:
    found = _terms("The model. A diffusion model. Training tasks.")
    assert "diffusion model" in found
    assert "diffusion" in found
    assert "model" not in found
    assert "training task" not in found


def test_a_phrase_does_not_end_with_an_adjective() -> None:
    found = _terms("a stochastic latent variable and a large language model")
    assert "stochastic" not in found
    assert "stochastic latent" not in found
    assert "large language model" in found


def test_a_compound_counts_as_one_word() -> None:
    assert "chain of thought prompting" in _terms("Chain-of-thought prompting", longest=2)
    assert "C++ compiler" in {surface for _, surface in phrases("a C++ compiler")}


@pytest.mark.parametrize("text", ["", " ", "the of and", "12 3.5 10% 300×", "… — ()", "\u200b"])
def test_a_text_without_a_subject_has_no_phrase(text: str) -> None:
    assert list(phrases(text)) == []


def test_scripts_without_case_or_spaces_are_read() -> None:
    assert "扩散模型" in _terms("扩散模型")
    assert "نموذج الانتشار" in _terms("نموذج الانتشار")
