"""Text of papers is shown as text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import text
from tests.factories import HOSTILE_TITLES


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_markdown_has_nothing_left_to_read(title: str) -> None:
    shown = text.plain(title)
    assert re.sub(r"\\(.)", r"\1", shown).replace("\u2060", "") == title
    assert not re.search(r"(?<!\\)[<>$*_`\[\]:=@]", shown)


@given(st.text(max_size=200))
def test_every_mark_is_escaped(title: str) -> None:
    assert not re.search(r"[!-/:-@\[-`{-~]", re.sub(r"\\.", "", text.plain(title)))


@pytest.mark.parametrize(
    "title", ["see www.example.invalid", "a :smile: b", "f: x -> y <- z", "me@example.invalid"]
)
def test_what_is_read_after_parsing_is_broken_up(title: str) -> None:
    bare = re.sub(r"\\(.)", r"\1", text.plain(title))
    assert not re.search(r":\w+:|->|<-|www\.|@e", bare)


@given(st.text(max_size=300), st.integers(8, 80), st.integers(1, 5))
def test_hover_text_holds_no_markup_but_line_breaks(title: str, width: int, lines: int) -> None:
    shown = text.hover(title, width=width, lines=lines)
    assert "<" not in shown.replace("<br>", "")
    assert "$" not in shown
    assert shown.count("<br>") < lines
    assert all(len(html.unescape(line)) <= width for line in shown.split("<br>"))


def test_an_element_holds_only_text() -> None:
    shown = text.element("p", HOSTILE_TITLES[0], css_class='a" onclick="b')
    assert shown.startswith('<p class="a&quot; onclick=&quot;b">&lt;img')


@given(st.text(max_size=80), st.integers(2, 40))
def test_a_shortened_text_is_short(title: str, length: int) -> None:
    assert len(text.shorten(title, length)) <= length
    assert text.shorten("two words", 20) == "two words"


def test_of_many_authors_the_first_are_shown_and_all_are_at_hand() -> None:
    names = [f"<b>Ada {at}</b>" for at in range(200)]
    few = text.authors("Ada and Bo", ["Ada", "Bo"])
    assert few == '<div class="pm-authors">Ada and Bo</div>'
    many = text.authors(", ".join(names), names)
    shown, rest = many.split("</summary>")
    assert "Ada 11&lt;" in shown
    assert "Ada 12&lt;" not in shown
    assert "188 more" in shown
    assert "Ada 199" in rest
    assert "<b>" not in many
