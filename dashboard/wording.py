"""Dates, periods, counts and confidences in words: those of the reports, and no others."""

from __future__ import annotations

from topics.wording import (
    count,
    date,
    day,
    is_known,
    number,
    percent,
    period_label,
    period_noun,
    theme_confidence,
    topic_fit,
)

__all__ = [
    "count",
    "date",
    "day",
    "is_known",
    "number",
    "percent",
    "period_label",
    "period_noun",
    "theme_confidence",
    "topic_fit",
]
