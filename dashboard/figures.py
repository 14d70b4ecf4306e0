"""What the map draws: which papers share a colour, and how large the points are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard import wording
from topics.drawing import extent, marker_size
from topics.traits import REST, SEVERAL, UNKNOWN, numbers_of, scale_of, sorted_by, traits

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from dashboard.screen import Screen
    from topics.traits import Trait

__all__ = ["UNCLUSTERED", "Group", "extent", "groups", "marker_size", "word_colours"]

UNCLUSTERED = "unclustered"
UNDATED = "undated"


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """Papers that share a colour.

    Attributes:
        key: what the papers share, e.g. a theme's name; a topic's id.
        name: the name to show.
        colour: ``#rrggbb``; for a scale, the colour of its end.
        rows: row numbers in the map.
        hollow: drawn as rings: what belongs to no topic.
        values: a number a paper, 0 to 1, where the colour is a scale.
        ticks: labels of the scale, each with its place, 0 to 1.
        quiet: nothing is known of them, such as the undated.
    """

    key: str
    name: str
    colour: str
    rows: np.ndarray
    hollow: bool = False
    values: np.ndarray | None = None
    ticks: tuple[tuple[str, float], ...] = ()
    quiet: bool = False


def groups(screen: Screen) -> tuple[Group, ...]:
    """Split the papers shown into groups of one colour; the unclustered come first, at the back."""
    trait = traits(screen.topic_map)[screen.view.colour]
    papers, rows = screen.selection.papers, screen.selection.rows
    free = papers["topic"].isna().to_numpy()
    if trait.kind in ("theme", "topic"):
        # Both are said of topics: papers in none have neither.
        by = _by_theme if trait.kind == "theme" else _by_topic
        # Not the abstracts: to take those of all papers of a large map costs seconds.
        found = by(screen, papers.loc[~free, ["theme", "topic"]], rows[~free])
        grey = Group(UNCLUSTERED, UNCLUSTERED, screen.palette.grey, rows[free], hollow=True)
        return tuple(group for group in (grey, *found) if len(group.rows))
    by_trait = {"date": _by_date, "number": _by_number, "words": _by_words}[trait.kind]
    found = by_trait(screen, trait, rows)
    unclustered = screen.topic_map.papers["topic"].isna().to_numpy()
    parts = [_part(group, unclustered, hollow) for hollow in (True, False) for group in found]
    return tuple(group for group in parts if len(group.rows))


def _part(group: Group, unclustered: np.ndarray, hollow: bool) -> Group:
    """The papers of a group that are in no topic, or the others."""
    kept = unclustered[group.rows] == hollow
    values = None if group.values is None else group.values[kept]
    return replace(group, rows=group.rows[kept], values=values, hollow=hollow)


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


def _by_date(screen: Screen, trait: Trait, rows: np.ndarray) -> list[Group]:
    """One scale for all dates: by rank, so that a few old papers do not make all others alike."""
    import numpy as np

    dates = screen.topic_map.papers[trait.column]
    every = sorted((date for date in dates if isinstance(date, str)), key=_day)
    other = screen.palette.grey
    if not every:
        return [Group(UNDATED, UNDATED, other, rows, quiet=True)]
    days = np.array([_day(date) for date in every])
    own = dates.iloc[rows]
    dated = own.notna().to_numpy()
    values = np.array([_day(date) for date in own[dated]])
    ranks = np.searchsorted(days, values) + np.searchsorted(days, values, side="right")
    said: dict[str, float] = {}
    for tick, place in ((every[0], 0.0), (every[len(every) // 2], 0.5), (every[-1], 1.0)):
        said.setdefault(wording.date(tick[:7]), place)
    return [
        Group(UNDATED, UNDATED, other, rows[~dated], quiet=True),
        _scaled(screen, trait, rows[dated], ranks / (2 * len(days)), tuple(said.items())),
    ]


def _day(date: str) -> float:
    """Days since the year 0, roughly: the middle of what the date may mean."""
    parts = [int(part) for part in date.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 6.5
    return year * 365.25 + (month - 1) * 30.44 + (parts[2] if len(parts) > 2 else 15)


def _by_number(screen: Screen, trait: Trait, rows: np.ndarray) -> list[Group]:
    import numpy as np

    values = numbers_of(screen.topic_map, trait)[rows]
    known = np.isfinite(values)
    scale = scale_of(screen.topic_map, trait)
    return [
        Group(UNKNOWN, UNKNOWN, screen.palette.grey, rows[~known], quiet=True),
        _scaled(screen, trait, rows[known], scale.places(values[known]), scale.ticks),
    ]


def _scaled(
    screen: Screen,
    trait: Trait,
    rows: np.ndarray,
    values: np.ndarray,
    ticks: tuple[tuple[str, float], ...],
) -> Group:
    end = screen.palette.ramp[-1]
    return Group(trait.key, trait.name, end, rows, values=values, ticks=ticks)


def word_colours(screen: Screen) -> dict[str, str]:
    """The colour of each value of a trait in words: those that papers of the map have."""
    import numpy as np

    palette = screen.palette
    found = sorted_by(screen.topic_map, traits(screen.topic_map)[screen.view.colour])
    rest = {SEVERAL: palette.ink, REST: palette.other, UNKNOWN: palette.grey}
    colours = (*palette.groups[: found.own], *(rest[name] for name in found.names[found.own :]))
    held = np.bincount(found.numbers, minlength=len(found.names))
    return {
        name: colour
        for name, colour, papers in zip(found.names, colours, held, strict=True)
        if papers
    }


def _by_words(screen: Screen, trait: Trait, rows: np.ndarray) -> list[Group]:
    """The most frequent values in colours of their own, the others in one."""
    found = sorted_by(screen.topic_map, trait)
    own = found.numbers[rows]
    return [
        Group(name, name, colour, rows[own == found.names.index(name)], quiet=name == UNKNOWN)
        for name, colour in word_colours(screen).items()
    ]
