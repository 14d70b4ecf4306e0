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
    "TO_READ",
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

#: What the map is, and what it is not.
TO_READ = (
    "On the map a point is a paper; papers with similar abstracts lie near each other. How far "
    "apart distant groups are, and which way up, means nothing."
)
