"""What is known of many texts at once is what the rules would find in each of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.remnants import _RULES
from topics.sources.abstract_labels import BARE, CORE, OTHER_TONGUES, WITH
from topics.sources.abstracts import abstract_text
from topics.sources.entries import title_text
from topics.sources.readiness import ANY, FRAME, TAGS, TEX, needs
from topics.text import _TELLTALES

PLAIN = (
    "We study how graphs of many papers are laid out, and show that a simple rule does as well as "
    "others do (at half the cost). It is tested on 12 collections; none was sorted by hand."
)
#: What the rules look for, with what may stand beside it.
NEEDLES = [
    *(needle for _, needles, _, _ in _RULES for needle in needles),
    *_TELLTALES,
    *"Methods Results METHODS Study Design Aim Abstract Summary Zielsetzung Objective: - –".split(),
    *("What is known", "Main Outcome Measures", "©", "(c)", "Copyright", "published by", "Wiley"),
    *("<b>", "&amp;", "\\documentclass", "/sub 2/", "]]>", "目的", "İ", "\u00a0", "\n", "\t", "é"),
    *(" ", " ", "\u201c", "e\u0301", "1 times ", "\x07", "--", ". "),
    *(": ", "; ", ") ", "2", "3", "A", "x", "R", "ℝ", "²", "n", "ⁿ"),
    *("Ã©", "\u200b", "sim", "left", "in", "O(", "the", "of", "1{", "α", "x2014"),
]  # fmt: skip


def _agree(text: str) -> None:
    (need,), (framed,) = needs([text]), needs([text], framed=True)
    assert title_text(text, need) == title_text(text)
    assert abstract_text(text, framed) == abstract_text(text)


@given(st.lists(st.sampled_from(NEEDLES), max_size=7).map("".join), st.sampled_from(["", PLAIN]))
@settings(max_examples=150, deadline=None)
def test_nothing_is_taken_for_ready_that_is_not(odd: str, plain: str) -> None:
    _agree(odd + plain)
    _agree(f"{plain} {odd}")
    _agree(f"{plain} {odd} {plain}")


@pytest.mark.parametrize("words", [CORE, WITH, OTHER_TONGUES, BARE])
def test_every_label_is_seen(words: str) -> None:
    for word in words.replace("?", "").split("|"):
        for text in (f"{word.title()}: {PLAIN}", f"{PLAIN} {word.upper()} {PLAIN}"):
            _agree(text)


def test_ordinary_texts_are_ready_and_others_are_not() -> None:
    texts = [PLAIN, "An <i>odd</i> one", "300times more", "© 2020 A Press", None, "\ud800 half"]
    assert needs(texts[:4], framed=True) == [0, TAGS, TEX, FRAME]
    assert needs([PLAIN, None], framed=True) == [0, ANY]
    assert needs(texts) == [ANY] * len(texts)
    assert needs([]) == []
