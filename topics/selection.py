"""Which papers of a map a reader asks for: filters, the rows that pass them, and how to say it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from topics import meaning, wording
from topics.traits import sorted_by, traits
from topics.wordsearch import ranked as ranked_by_words
from topics.wordsearch import rows_with_words

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from topics.topicmap import TopicMap

__all__ = ["Filters", "corners", "date_spans", "filters_in_words", "inside", "matching", "ranked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What must be true of a paper.

    Attributes:
        themes: it is of one of these themes; empty for all.
        topics: it is in one of these topics, or of the topics of these groups (ids); empty for
            all.
        since: first day, month or year, ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
        until: last one.
        text: what is in its title, abstract or authors; see `topics.wordsearch`.
        by_meaning: the text is what the papers are about, not words that they have; see
            `topics.meaning`. Of the papers that pass all else, the nearest are kept.
        like: it is like this paper (id); the nearest of those that pass all else are kept.
        hide_unclustered: it is in some topic.
        area: it lies within this outline on the map, ``x,y x,y …``.
        trait: key of a trait in words, see `topics.traits.traits`.
        only: it has one of these values of that trait; empty for all.
    """

    themes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    text: str = ""
    by_meaning: bool = False
    like: str | None = None
    hide_unclustered: bool = False
    area: str | None = None
    trait: str = ""
    only: tuple[str, ...] = ()


def matching(topic_map: TopicMap, filters: Filters) -> np.ndarray:
    """Rows of the papers that pass, ascending.

    A period keeps the papers whose date may lie in it: a paper of which only the year is known
    counts for every month of that year. Undated papers are in no period.

    Raises:
        MapBroken: papers are asked for by meaning, and the map has no encoder.
        EncoderError: what the encoder needs is not installed.
    """
    import numpy as np

    papers = topic_map.papers
    keep = np.ones(len(papers), dtype=bool)
    if filters.themes:
        keep &= papers["theme"].isin(filters.themes).to_numpy()
    if filters.topics:
        asked = [topic for one in filters.topics for topic in topic_map.topics_in.get(one, (one,))]
        keep &= papers["topic"].isin(asked).to_numpy()
    if filters.hide_unclustered:
        keep &= papers["topic"].notna().to_numpy()
    if filters.since or filters.until:
        first, last = date_spans(topic_map)
        keep &= first != ""
        if filters.since:
            keep &= last >= filters.since
        if filters.until:
            # A day of a month counts as that month.
            keep &= first.astype(f"U{len(filters.until)}") <= filters.until
    words = filters.text.strip()
    if words and not filters.by_meaning:
        keep &= rows_with_words(topic_map, filters.text)
    if filters.area:
        keep &= inside(papers, filters.area)
    if filters.only and (trait := traits(topic_map).get(filters.trait)):
        keep &= sorted_by(topic_map, trait).among(filters.only)
    if words and filters.by_meaning:
        near, scores = meaning.near(topic_map, words)
        keep &= near
        keep = _best(keep, scores, meaning.MOST_NEAR)
    if filters.like:
        like, scores = meaning.alike(topic_map, topic_map.row_of[filters.like])
        keep = _best(keep & like, scores, meaning.MOST_ALIKE)
    return np.flatnonzero(keep)


def _best(keep: np.ndarray, scores: np.ndarray, most: int) -> np.ndarray:
    """Those of some papers with the highest scores; bool, (papers,)."""
    import numpy as np

    rows = np.flatnonzero(keep)
    best = np.zeros_like(keep)
    best[rows[np.argsort(-scores[rows], kind="stable")[:most]]] = True
    return best


def ranked(topic_map: TopicMap, filters: Filters, rows: np.ndarray) -> np.ndarray:
    """Rows that passed, the best hit first where something was searched for."""
    import numpy as np

    asked = filters.text.strip()
    if not asked and not filters.like:
        return rows
    if not asked and filters.like:
        scores = meaning.alike(topic_map, topic_map.row_of[filters.like])[1]
        return np.asarray(rows[np.argsort(-scores[rows], kind="stable")])
    if not filters.by_meaning:
        return ranked_by_words(topic_map, filters.text, rows)
    scores = meaning.scores(topic_map, asked)
    return np.asarray(rows[np.argsort(-scores[rows], kind="stable")])


def filters_in_words(topic_map: TopicMap, filters: Filters) -> str:
    """What the filters leave in, as a sentence."""
    known = {**topic_map.group_names, **topic_map.topic_names}
    names = [known.get(topic, topic) for topic in filters.topics]
    parts = [
        f"theme {' or '.join(filters.themes)}" if filters.themes else "",
        f"topic {' or '.join(names)}" if names else "",
        f"dated from {wording.date(filters.since)}" if filters.since else "",
        f"dated up to {wording.date(filters.until)}" if filters.until else "",
        _search_in_words(filters),
        _like_in_words(topic_map, filters),
        "in some topic" if filters.hide_unclustered else "",
        "within an outline drawn on the map" if filters.area else "",
        f"{filters.trait} {' or '.join(filters.only)}" if filters.only else "",
    ]
    said = "; ".join(part for part in parts if part)
    return f"Only papers: {said}." if said else "All papers of the map."


def _search_in_words(filters: Filters) -> str:
    asked = filters.text.strip()
    if not asked:
        return ""
    how = "near in meaning to" if filters.by_meaning else "with the words"
    return f"{how} “{asked}”"


def _like_in_words(topic_map: TopicMap, filters: Filters) -> str:
    if filters.like is None:
        return ""
    title = str(topic_map.papers["title"].iat[topic_map.row_of[filters.like]] or "Untitled")
    return f"like “{title}”"


def corners(area: str | None) -> tuple[tuple[float, float], ...]:
    """The corners of an outline written as ``x,y x,y …``.

    Raises:
        ValueError: it is written otherwise.
    """
    pairs = (corner.split(",") for corner in (area or "").split())
    return tuple((float(x), float(y)) for x, y in pairs)


def inside(papers: pd.DataFrame, area: str | None) -> np.ndarray:
    """Which papers lie within an outline (even-odd rule); bool, (papers,)."""
    import numpy as np

    outline = corners(area)
    x, y = (papers[axis].to_numpy(dtype=float) for axis in ("x", "y"))
    odd = np.zeros(len(x), dtype=bool)
    for (xi, yi), (xj, yj) in zip(outline, (outline[-1:] + outline[:-1]), strict=True):
        if yi == yj:
            continue
        crosses = ((yi > y) != (yj > y)) & (x < (xj - xi) * (y - yi) / (yj - yi) + xi)
        odd ^= crosses
    return odd


@lru_cache(maxsize=8)
def date_spans(topic_map: TopicMap) -> tuple[np.ndarray, np.ndarray]:
    """First and last day that each paper's date may mean, as ``U10`` arrays; "" if undated."""
    import numpy as np

    dates = ["" if date is None or date != date else str(date) for date in topic_map.papers["date"]]
    first = np.array([date and (date + "-01-01")[:10] for date in dates], dtype="U10")
    ends = {4: "-12-31", 7: "-31"}
    last = np.array([date and date[:10] + ends.get(len(date), "") for date in dates], dtype="U10")
    return first, last
