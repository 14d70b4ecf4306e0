"""Marking keywords: whole words are found, and the text never becomes markup."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.highlight import marked, spans

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "$\\href{javascript:alert(1)}{x}$",
    ":red[x] & <mark>not mine</mark>",
)


def found(text: str, *keywords: str) -> list[str]:
    return [text[start:end] for start, end in spans(text, keywords)]


def test_phrases_are_found_in_any_dress() -> None:
    text = "Large Language Models, large-language model; the largest language\nmodels"
    assert found(text, "large-language model") == ["Large Language Models", "large-language model"]
    assert found("Strategies and a strategy", "strategy") == ["Strategies", "strategy"]
    assert found("losses, loss, lossy", "loss") == ["losses", "loss"]


def test_the_longest_keyword_wins_and_parts_of_words_are_left() -> None:
    assert found("scaling laws scale rescaling", "scaling", "scaling laws") == ["scaling laws"]


def test_nothing_to_find() -> None:
    assert spans("any text", ()) == []
    assert spans("any text", ("", "…")) == []
    assert spans("", ("word",)) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_markup(text: str) -> None:
    shown = marked(text, ["alert", "red", "img"])
    assert re.sub(r"</?mark>", "", shown) == html.escape(text)
    assert "<img" not in shown


@given(st.text(), st.lists(st.text(max_size=8), max_size=4))
def test_the_text_is_kept_whole(text: str, keywords: list[str]) -> None:
    shown = marked(text, keywords)
    assert html.unescape(re.sub(r"</?mark>", "", shown)) == text
    assert set(re.findall(r"<[^>]*>", shown)) <= {"<mark>", "</mark>"}
