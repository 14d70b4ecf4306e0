"""From a view to the papers it shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from topics.selection import Filters, corners, date_spans, matching, ranked
from topics.selection import inside as within_outline
from topics.wordsearch import rows_with

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from dashboard.state import View
    from topics.topicmap import TopicMap

__all__ = [
    "Selection",
    "best_first",
    "corners",
    "filters_of",
    "inside",
    "months",
    "respelled",
    "select",
]


@dataclass(frozen=True, eq=False, slots=True)
class Selection:
    """The papers that pass the filters of a view.

    Attributes:
        topic_map: the whole map.
        rows: row numbers in ``topic_map.papers`` of the papers shown, ascending.
    """

    topic_map: TopicMap
    rows: np.ndarray

    @property
    def papers(self) -> pd.DataFrame:
        """The papers shown, in the order of the map; the index keeps the map's row numbers."""
        papers = self.topic_map.papers
        return papers if len(self.rows) == len(papers) else papers.iloc[self.rows]

    @property
    def total(self) -> int:
        """Papers of the whole map."""
        return len(self.topic_map.papers)

    @property
    def empty(self) -> bool:
        """Whether no paper passes."""
        return len(self.rows) == 0

    @property
    def summary(self) -> str:
        """How many papers are shown, in words: ``87 of 153 papers``."""
        word = "paper" if self.total == 1 else "papers"
        if len(self.rows) == self.total:
            return f"{self.total:,} {word}"
        return f"{len(self.rows):,} of {self.total:,} {word}"


def select(topic_map: TopicMap, view: View) -> Selection:
    """Apply the filters of a view; see `topics.selection.matching`."""
    return Selection(topic_map, matching(topic_map, filters_of(view)))


def best_first(selection: Selection, view: View) -> Selection:
    """The papers shown, the best hit first where something was searched for."""
    rows = ranked(selection.topic_map, filters_of(view), selection.rows)
    return Selection(selection.topic_map, rows)


def respelled(topic_map: TopicMap, view: View) -> tuple[str, ...]:
    """What to tell a reader whose words no paper has, but for words that are spelled nearly so."""
    if not view.text.strip() or view.search == "meaning":
        return ()
    _, read = rows_with(topic_map, view.text)
    return tuple(
        f"No paper has “{each.word}”; this is “{'”, “'.join(each.spellings)}”."
        for each in read
        if each.spellings
    )


def filters_of(view: View) -> Filters:
    """The filters of a view."""
    return Filters(
        themes=view.themes,
        topics=view.topics,
        since=view.begin,
        until=view.until,
        text=view.text,
        by_meaning=view.search == "meaning",
        like=view.like,
        hide_unclustered=view.hide_unclustered,
        trait=view.colour if view.only else "",
        only=view.only,
    )


def inside(selection: Selection, area: str | None) -> Selection:
    """The papers shown that lie within an outline."""
    within = within_outline(selection.papers, area)
    return Selection(selection.topic_map, selection.rows[within])


@lru_cache(maxsize=8)
def months(topic_map: TopicMap) -> tuple[str, ...]:
    """Every month (``YYYY-MM``) from the first to the last date of the map; empty if undated."""
    first, last = (sorted(str(day)[:7] for day in span if day) for span in date_spans(topic_map))
    if not first:
        return ()
    year, month = map(int, first[0].split("-"))
    end = last[-1]
    found = []
    while (label := f"{year:04d}-{month:02d}") <= end:
        found.append(label)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return tuple(found)
