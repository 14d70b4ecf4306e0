"""Words and phrases of a text as a researcher would write them.

A *term* is a key that brings spellings together ("Low-rank adaptations" and "low rank adaptation"
are one term); a *surface* is one of its spellings. Phrases never cross punctuation or a word that
names nothing (function words, and the verbs and fillers of academic prose), may hold weak nouns
("model", "task") only beside a stronger word, and never end with an adjective ("large language"),
so what comes out reads as a noun phrase without a tagger. The word list is ``stopwords.txt``.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "SEGMENT",
    "TOKEN",
    "Phrase",
    "breaks",
    "continues",
    "ends_badly",
    "is_function",
    "is_weak",
    "key_of",
    "phrases",
    "segments",
    "words",
]

#: A term and the spelling it was met in.
Phrase = tuple[str, str]

#: What no phrase goes across, and a word.
SEGMENT = re.compile(r"[.,;:!?()\[\]{}\"“”‘’«»|/=<>…]+\s*|\s[-–—]+\s|[–—]+|\s*\n\s*")
TOKEN = re.compile(r"[^\W_]+(?:[-'’+][^\W_]+)*\+*")
_NEXT = re.compile(rf"[ -]({TOKEN.pattern})")
_NUMBER = re.compile(r"[\d.,×%+-]+[a-z]{0,2}")

#: Endings of adjectives and participles, and of nouns that end the same way.
_ADJECTIVES = ("able", "ible", "ed", "ful", "ive", "less", "ous")
_NOUNS = (
    "additive",
    "alternative",
    "archive",
    "cable",
    "derivative",
    "directive",
    "drive",
    "eed",
    "incentive",
    "initiative",
    "narrative",
    "objective",
    "observable",
    "perspective",
    "primitive",
    "representative",
    "table",
    "testbed",
    "variable",
    "wearable",
)
#: Nouns that end like adverbs.
_NOT_ADVERBS = ("anomaly", "assembly", "butterfly", "family", "fly", "monopoly", "poly", "supply")

#: Words whose plural, or whose own last s, follows no rule.
_SINGULARS = {
    "axes": "axis",
    "bases": "basis",
    "bias": "bias",
    "biases": "bias",
    "canvas": "canvas",
    "gas": "gas",
    "hypotheses": "hypothesis",
    "indices": "index",
    "lens": "lens",
    "lenses": "lens",
    "matrices": "matrix",
    "syntheses": "synthesis",
    "vertices": "vertex",
}


def words(text: str) -> list[str]:
    """Keys of all words of a text but function words and numbers, in order."""
    return [key for token in TOKEN.findall(text) if not is_function(key := key_of(token))]


def phrases(text: str, *, longest: int = 4) -> Iterator[Phrase]:
    """Yield every phrase of one to ``longest`` words, as often as it occurs.

    A hyphenated compound counts as one word, so "chain-of-thought prompting" is a phrase of two.
    """
    for tokens in segments(text):
        run: list[Phrase] = []
        for token in tokens:
            key = key_of(token)
            if breaks(key):
                yield from _runs(run, longest)
                run = []
            else:
                run.append((key, token))
        yield from _runs(run, longest)


def segments(text: str) -> Iterator[list[str]]:
    """Words of a text as they are written, between marks that no phrase crosses."""
    for segment in SEGMENT.split(text):
        yield TOKEN.findall(segment)


def continues(text: str) -> bool:
    """Whether the text right after a phrase goes on with a word that may be a part of it."""
    found = _NEXT.match(text) if text[:1] in (" ", "-") else None
    return found is not None and not breaks(key_of(found[1]))


def _runs(run: list[Phrase], longest: int) -> Iterator[Phrase]:
    for start in range(len(run)):
        for end in range(start + 1, min(start + longest, len(run)) + 1):
            part = run[start:end]
            if ends_badly(part[-1][0]) or all(is_weak(key) for key, _ in part):
                continue
            yield " ".join(key for key, _ in part), " ".join(surface for _, surface in part)


@cache
def key_of(token: str) -> str:
    """Bring the spellings of a word together: lower case, no plural ending, no hyphen."""
    if token.isalnum():
        return _singular(token.lower())
    parts = token.lower().replace("’", "'").split("-")
    return " ".join(_singular(part.removesuffix("'s")) for part in parts if part)


def _singular(word: str) -> str:
    if word in _SINGULARS:
        return _SINGULARS[word]
    if len(word) <= 3 or word[-1] != "s" or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


@cache
def is_weak(key: str) -> bool:
    """Whether a word names a subject only together with another."""
    weak = _list("weak", "general")
    return all(part in weak for part in key.split()) if " " in key else key in weak


@cache
def ends_badly(key: str) -> bool:
    """Whether no phrase ends with a word: an adjective, or a participle."""
    last = key.rpartition(" ")[2]
    return last in _list("adjective", "general") or _ends_like_one(last)


def _ends_like_one(word: str) -> bool:
    """Whether a word looks like an adjective or a participle: "pre-trained", "scalable"."""
    return len(word) > 4 and word.endswith(_ADJECTIVES) and not word.endswith(_NOUNS)


@cache
def is_function(key: str) -> bool:
    """Whether a word is a function word, a number or a single letter."""
    if len(key) < 2 or key in _list("function"):
        return True
    return not key[0].isalpha() and _NUMBER.fullmatch(key) is not None


@cache
def breaks(key: str) -> bool:
    """Whether no phrase goes across a word: it names nothing."""
    return is_function(key) or key in _list("prose") or _is_adverb(key)


def _is_adverb(key: str) -> bool:
    return len(key) > 4 and key.endswith("ly") and not key.endswith(_NOT_ADVERBS)


@cache
def _list(*names: str) -> frozenset[str]:
    text = resources.files("topics").joinpath("stopwords.txt").read_text(encoding="utf-8")
    parts = [text.split(f"[{name}]\n")[1].split("\n[")[0] for name in names]
    return frozenset(key_of(word) for part in parts for word in part.split())
