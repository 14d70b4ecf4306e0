"""Dates, periods, counts and confidences in words, the same in the dashboard and in reports."""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SOLIDITY",
    "count",
    "date",
    "day",
    "is_known",
    "number",
    "percent",
    "period_label",
    "period_noun",
    "shorten",
    "solidity",
    "theme_confidence",
    "topic_fit",
]

#: From which share of a topic coming back it is called what; after Hennig (2007).
SOLIDITY = ((0.75, "solid"), (0.6, "fair"), (0.0, "fragile"))

_SPACES = re.compile(r"\s+")


def is_known(value: Any) -> bool:
    """Say whether a single cell of a table holds something: neither None, nor NaN, nor ""."""
    return value is not None and value == value and value != ""


def count(number: int, noun: str, *, plural: str | None = None) -> str:
    """A number with its noun: ``1 paper``, ``1,204 papers``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def date(value: Any) -> str:
    """A date as precise as it is known: ``9 Jan 2024``, ``Jan 2024``, ``2024`` or ``undated``."""
    if not isinstance(value, str) or not value:
        return "undated"
    parts = value.split("-")
    try:
        month = calendar.month_abbr[int(parts[1])] if len(parts) > 1 else ""
        day = str(int(parts[2])) if len(parts) > 2 else ""
    except (ValueError, IndexError):
        return value
    return " ".join(part for part in (day, month, parts[0]) if part)


def day(moment: Any) -> str:
    """The day of a moment such as ``2025-11-20T12:00:00+00:00``: ``20 Nov 2025``."""
    return date(moment[:10]) if isinstance(moment, str) else "an unknown day"


def period_label(period: str) -> str:
    """A period as a reader would write it: ``2024``, ``Q3 2024`` or ``Mar 2024``."""
    year, _, part = period.partition("-")
    if not part:
        return year
    return f"{part} {year}" if part.startswith("Q") else date(period)


def period_noun(period: str) -> str:
    """What a period is called in a sentence that ends "…is not over": ``2024``, ``March 2024``."""
    year, _, part = period.partition("-")
    if part.isdecimal():
        return f"{calendar.month_name[int(part)]} {year}"
    return period_label(period)


def percent(share: float) -> str:
    """A share in per cent, with a decimal only where it is small: ``34 %``, ``3.5 %``, ``0 %``."""
    if not is_known(share):
        return "–"
    value = 100 * share
    return f"{value:.1f} %" if 0 < value < 9.95 else f"{value:.0f} %"


def topic_fit(value: Any) -> str:
    """How well a paper sits in its topic: the share of its nearest papers that are in it too."""
    words = {0.7: "at its heart", 0.45: "well inside", 0.25: "towards its edge", -1: "at its edge"}
    return _graded(value, words)


def theme_confidence(value: Any) -> str:
    """How likely the theme of a paper is the right one."""
    return _graded(value, {0.85: "sure", 0.7: "likely", -1: "unsure"})


def _graded(value: Any, words: Mapping[float, str]) -> str:
    if not is_known(value):
        return "confidence not known"
    return f"{next(word for least, word in words.items() if value >= least)} ({number(value)})"


def number(value: float) -> str:
    """Two decimals and a true minus sign: ``−0.12``."""
    return f"{value:.2f}".replace("-", "−")


def solidity(stability: Any) -> str | None:
    """The word for how much of a topic comes back; None where that is not known."""
    if not is_known(stability):
        return None
    return next(word for least, word in SOLIDITY if float(stability) >= least)


def shorten(text: str, length: int) -> str:
    """At most ``length`` characters, cut between words and ended with an ellipsis."""
    text = _SPACES.sub(" ", str(text)).strip()
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:–-") + "…"
