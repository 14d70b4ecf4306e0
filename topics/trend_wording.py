"""Verdicts on trends in words: what each is called, in which order, over which periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from topics.trend_verdicts import Verdicts, Word

__all__ = ["WORDS", "ranked", "share", "span_in_words"]

#: What a verdict is called, and its mark.
WORDS: Mapping[Word, tuple[str, str]] = {
    "emerging": ("emerging", "⇡"),
    "growing": ("growing", "↗"),
    "fading": ("fading", "↘"),
    "steady": ("steady", "→"),
    "unclear": ("no clear trend", ""),
    "untested": ("not tested", ""),
}


def ranked(found: Verdicts, word: Word) -> list[str]:
    """Topics with a verdict, those whose share changed by most points first."""

    def change(topic: str) -> float:
        verdict = found.topics[topic]
        return abs((verdict.last or 0.0) - (verdict.first or 0.0))

    return sorted((t for t, v in found.topics.items() if v.word == word), key=lambda t: -change(t))


def span_in_words(found: Verdicts) -> str:
    """The periods that count for a verdict: ``January 2024 to July 2026``."""
    if found.span is None:
        return "no period"
    first, last = (wording.period_noun(period) for period in found.span)
    return first if first == last else f"{first} to {last}"


def share(fitted: float | None) -> str:
    """A fitted share; it is never nothing, so what would be rounded to nothing is called small."""
    return "<0.1 %" if fitted is not None and fitted < 0.0005 else wording.percent(fitted or 0)
