"""Where in a paper the words are that a reader asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topics.folding import fold
from topics.phrases import key_of, words
from topics.wordsearch import is_unspaced, parse, rows_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from topics.topicmap import TopicMap

__all__ = ["Asked", "Match", "asked_words", "fragment", "matches", "shared_words", "spans"]

_TOKEN = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")

#: Letters before the first word found, and of a fragment at all.
_BEFORE, _LENGTH = 70, 220

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A word or several that follow each other, folded.

    Attributes:
        words: in order.
        whole: whether the last one is whole, or only the beginning of a word.
    """

    words: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Match:
    """What was found in one field of a paper.

    Attributes:
        field: ``title``, ``authors`` or ``abstract``.
        text: of the field, or a part of it that begins shortly before the first word found.
        marks: start and end of each word found in that text, in order.
    """

    field: str
    text: str
    marks: tuple[Span, ...]


def asked_words(topic_map: TopicMap, text: str) -> tuple[Asked, ...]:
    """What a search looks for; for a word that no paper has, those that stand for it."""
    query = parse(text)
    read = {each.word: each.spellings for each in rows_with(topic_map, text)[1]}
    found = []
    for part in query.wanted:
        whole = part in query.quoted or part in read
        found += [Asked(tuple(each.split()), whole) for each in read.get(part) or (part,)]
    return tuple(found)


def matches(paper: Mapping[str, Any], asked: tuple[Asked, ...]) -> tuple[Match, ...]:
    """Where in title, authors and abstract of a paper the words are, in this order."""
    names = paper.get("authors")
    texts = {
        "title": paper.get("title"),
        "authors": ", ".join(str(name) for name in names) if names is not None else "",
        "abstract": paper.get("abstract"),
    }
    found = []
    for field, text in texts.items():
        if isinstance(text, str) and (marks := spans(text, asked)):
            found.append(Match(field, *fragment(text, marks)))
    return tuple(found)


def spans(text: str, asked: tuple[Asked, ...]) -> tuple[Span, ...]:
    """Start and end of all that was asked for in a text, in order, none within another."""
    folded = fold(text)
    # Most texts have none of it: to look at each word takes longer.
    asked = tuple(each for each in asked if " ".join(each.words) in folded)
    if not asked:
        return ()
    tokens = [(found.span(), fold(found[0]).strip()) for found in _TOKEN.finditer(text)]
    found: list[Span] = []
    for each in asked:
        if len(each.words) == 1 and is_unspaced(each.words[0]):
            found += _anywhere(text, tokens, each.words[0])
            continue
        last = len(each.words) - 1
        for at in range(len(tokens) - last):
            run = [word for _, word in tokens[at : at + last + 1]]
            ends = run[last] == each.words[last] or (
                not each.whole and run[last].startswith(each.words[last])
            )
            if ends and tuple(run[:last]) == each.words[:last]:
                found.append((tokens[at][0][0], tokens[at + last][0][1]))
    return _merged(found)


def shared_words(text: str, asked: str) -> tuple[Span, ...]:
    """Start and end of the words of a text that another text has too, but for function words."""
    known = {part for key in words(asked) for part in key.split()}
    return tuple(
        found.span()
        for found in _TOKEN.finditer(text)
        if key_of(found[0]) in known and words(found[0])
    )


def _anywhere(text: str, tokens: list[tuple[Span, str]], word: str) -> list[Span]:
    """Where words are written without spaces, one begins anywhere."""
    found = []
    for (start, end), folded in tokens:
        if word not in folded:
            continue
        same = len(folded) == end - start
        at = start + folded.index(word) if same else start
        found.append((at, at + len(word) if same else end))
    return [span for span in found if text[span[0] : span[1]]]


def _merged(found: list[Span]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for start, end in sorted(found):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)


def fragment(
    text: str, marks: tuple[Span, ...], *, length: int = _LENGTH
) -> tuple[str, tuple[Span, ...]]:
    """A part of a text that holds the first mark, with the marks in it moved along.

    Cut between words; an ellipsis stands for what is left out.
    """
    if len(text) <= length:
        return text, marks
    first = marks[0][0] if marks else 0
    start = max(0, min(first - _BEFORE, len(text) - length))
    if start:
        # The next word begins after a space, unless there is none before what was found.
        gap = text.find(" ", start, first + 1)
        start = gap + 1 if gap >= 0 else start
    end = start + length
    if end < len(text):
        gap = text.rfind(" ", max(start, marks[0][1] if marks else start), end)
        end = gap if gap > 0 else end
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    moved = [
        (max(a, start) - start + len(before), min(b, end) - start + len(before))
        for a, b in marks
        if a < end and b > start
    ]
    return f"{before}{text[start:end]}{after}", tuple(moved)
