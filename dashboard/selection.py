"""From a view to the papers it shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from dashboard.state import View
    from topics.topicmap import TopicMap

__all__ = ["Selection", "corners", "inside", "months", "select"]


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
        return self.topic_map.papers.iloc[self.rows]

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
    """Apply the filters of a view.

    A period keeps the papers whose date may lie in it: a paper of which only the year is known
    counts for every month of that year. Undated papers are in no period.
    """
    import numpy as np

    papers = topic_map.papers
    keep = np.ones(len(papers), dtype=bool)
    if view.themes:
        keep &= papers["theme"].isin(view.themes).to_numpy()
    if view.topics:
        keep &= papers["topic"].isin(view.topics).to_numpy()
    if view.hide_unclustered:
        keep &= papers["topic"].notna().to_numpy()
    if view.since or view.until:
        first, last = _spans(topic_map)
        keep &= first != ""
        if view.since:
            keep &= last >= view.since
        if view.until:
            keep &= first <= view.until
    if view.text.strip():
        haystack = _haystack(topic_map)
        words = view.text.casefold().split()
        keep &= np.fromiter(
            (all(word in text for word in words) for text in haystack), bool, len(haystack)
        )
    return Selection(topic_map, np.flatnonzero(keep))


def corners(area: str | None) -> tuple[tuple[float, float], ...]:
    """The corners of an outline as the view writes it."""
    pairs = (corner.split(",") for corner in (area or "").split())
    return tuple((float(x), float(y)) for x, y in pairs)


def inside(selection: Selection, area: str | None) -> Selection:
    """The papers shown that lie within an outline (even-odd rule)."""
    import numpy as np

    outline = corners(area)
    x = selection.papers["x"].to_numpy(dtype=float)
    y = selection.papers["y"].to_numpy(dtype=float)
    odd = np.zeros(len(x), dtype=bool)
    for (xi, yi), (xj, yj) in zip(outline, (outline[-1:] + outline[:-1]), strict=True):
        if yi == yj:
            continue
        crosses = ((yi > y) != (yj > y)) & (x < (xj - xi) * (y - yi) / (yj - yi) + xi)
        odd ^= crosses
    return Selection(selection.topic_map, selection.rows[odd])


def months(topic_map: TopicMap) -> tuple[str, ...]:
    """Every month (``YYYY-MM``) from the first to the last date of the map; empty if undated."""
    first, last = (sorted(str(month) for month in span if month) for span in _spans(topic_map))
    if not first:
        return ()
    year, month = map(int, first[0].split("-"))
    end = last[-1]
    found = []
    while (label := f"{year:04d}-{month:02d}") <= end:
        found.append(label)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return tuple(found)


@lru_cache(maxsize=8)
def _spans(topic_map: TopicMap) -> tuple[np.ndarray, np.ndarray]:
    """First and last month that each paper's date may mean, as ``U7`` arrays; "" if undated."""
    import numpy as np

    dates = ["" if date is None or date != date else str(date) for date in topic_map.papers["date"]]
    first = np.array([date[:7] if len(date) >= 7 else date and f"{date}-01" for date in dates])
    last = np.array([date[:7] if len(date) >= 7 else date and f"{date}-12" for date in dates])
    return first.astype("U7"), last.astype("U7")


@lru_cache(maxsize=4)
def _haystack(topic_map: TopicMap) -> tuple[str, ...]:
    papers = topic_map.papers
    return tuple(
        f"{title}\n{abstract or ''}\n{' '.join(authors) if authors is not None else ''}".casefold()
        for title, abstract, authors in zip(
            papers["title"], papers["abstract"], papers["authors"], strict=True
        )
    )
