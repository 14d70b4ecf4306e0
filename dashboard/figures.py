"""What the map draws: which papers share a colour, and how large the points are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard import wording
from topics.drawing import extent, marker_size

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from dashboard.screen import Screen

__all__ = ["UNCLUSTERED", "Group", "extent", "groups", "marker_size"]

UNCLUSTERED = "unclustered"
UNDATED = "undated"
SEVERAL = "several sources"
REST = "other sources"


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """Papers that share a colour.

    Attributes:
        key: what the papers share, e.g. a theme's name; a topic's id.
        name: the name to show.
        colour: ``#rrggbb``; for a scale, the colour of its end.
        rows: row numbers in the map.
        hollow: drawn as rings: what belongs nowhere.
        values: a number a paper, where the colour is a scale.
        ticks: labels of the start, the middle and the end of the scale.
    """

    key: str
    name: str
    colour: str
    rows: np.ndarray
    hollow: bool = False
    values: np.ndarray | None = None
    ticks: tuple[str, ...] = ()


def groups(screen: Screen) -> tuple[Group, ...]:
    """Split the papers shown into groups of one colour; the unclustered come first, at the back."""
    papers = screen.selection.papers
    free = papers["topic"].isna().to_numpy()
    rows = screen.selection.rows
    clustered = papers[~free]
    found = {
        "theme": _by_theme,
        "topic": _by_topic,
        "date": _by_date,
        "source": _by_source,
    }[screen.view.colour](screen, clustered, rows[~free])
    grey = Group(UNCLUSTERED, UNCLUSTERED, screen.palette.grey, rows[free], hollow=True)
    return tuple(group for group in (grey, *found) if len(group.rows))


def _by_theme(screen: Screen, papers: pd.DataFrame, rows: np.ndarray) -> list[Group]:
    colours = screen.palette.theme_colours(screen.topic_map)
    themes = papers["theme"].to_numpy()
    return [Group(name, name, colour, rows[themes == name]) for name, colour in colours.items()]


def _by_topic(screen: Screen, papers: pd.DataFrame, rows: np.ndarray) -> list[Group]:
    colours = screen.palette.topic_colours(screen.topic_map)
    names = screen.topic_map.topic_names
    topics = papers["topic"].to_numpy()
    return [
        Group(topic, names[topic], colour, rows[topics == topic])
        for topic, colour in colours.items()
    ]


def _by_date(screen: Screen, papers: pd.DataFrame, rows: np.ndarray) -> list[Group]:
    """One scale for all dates: by rank, so that a few old papers do not make all others alike."""
    import numpy as np

    every = sorted((d for d in screen.topic_map.papers["date"] if isinstance(d, str)), key=_day)
    other = screen.palette.other
    if not every:
        return [Group(UNDATED, UNDATED, other, rows)]
    days = np.array([_day(date) for date in every])
    dated = papers["date"].notna().to_numpy()
    values = np.array([_day(date) for date in papers["date"][dated]])
    ranks = np.searchsorted(days, values) + np.searchsorted(days, values, side="right")
    ticks = (every[0], every[len(every) // 2], every[-1])
    return [
        Group(UNDATED, UNDATED, other, rows[~dated]),
        Group(
            "date",
            "date",
            screen.palette.ramp[-1],
            rows[dated],
            values=ranks / (2 * len(days)),
            ticks=tuple(dict.fromkeys(wording.date(tick[:7]) for tick in ticks)),
        ),
    ]


def _day(date: str) -> float:
    """Days since the year 0, roughly: the middle of what the date may mean."""
    parts = [int(part) for part in date.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 6.5
    return year * 365.25 + (month - 1) * 30.44 + (parts[2] if len(parts) > 2 else 15)


def _by_source(screen: Screen, papers: pd.DataFrame, rows: np.ndarray) -> list[Group]:
    import numpy as np

    every = screen.topic_map.papers["sources"]
    counts: dict[str, int] = {}
    for sources in every:
        for source in sources:
            counts[source] = counts.get(source, 0) + 1
    ranked = sorted(counts, key=lambda source: (-counts[source], source))
    colours = screen.palette.groups
    own = dict(zip(sorted(ranked[: len(colours)]), colours, strict=False))
    labels = np.array([_source_label(sources, own) for sources in papers["sources"]], dtype=object)
    found = [Group(name, name, colour, rows[labels == name]) for name, colour in own.items()]
    return [
        Group(REST, REST, screen.palette.other, rows[labels == REST]),
        *found,
        Group(SEVERAL, SEVERAL, screen.palette.ink, rows[labels == SEVERAL]),
    ]


def _source_label(sources: Any, own: dict[str, str]) -> str:
    if len(set(sources)) > 1:
        return SEVERAL
    return sources[0] if len(sources) and sources[0] in own else REST
