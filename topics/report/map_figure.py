"""The map as a drawing: a dot a paper, the names of the largest topics, what the colours mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics import wording
from topics.palette import LIGHT
from topics.report.blocks import Figure
from topics.report.placing import Box, Name, Placed, place_names
from topics.report.svg import document, label, number, text_width, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd

    from topics.topicmap import TopicMap

__all__ = ["map_figure"]

_WIDTH = 900.0
_HEIGHTS = (420.0, 600.0)
_MARGIN = 26.0
_LEGEND = 30.0
#: Names that a reader takes in at once, their longest, and their sizes from large to small topics.
_MOST_NAMES, _LONGEST_NAME = 30, 48
_SIZES = (17.0, 15.5, 14.0)
#: Dots of one colour are drawn in so many turns, so that no colour lies on all others.
_TURNS = 6
_NO_TOPIC = "unclustered"


def map_figure(topic_map: TopicMap, papers: pd.DataFrame) -> Figure | None:
    """Draw the map; papers that are not among the given ones stay in sight, faintly.

    Args:
        topic_map: the map.
        papers: rows of its papers, their index the row numbers.

    Returns:
        The drawing, None where there is nothing to draw.
    """
    import numpy as np

    if papers.empty:
        return None
    places, height = _places(topic_map)
    chosen = np.zeros(len(places), dtype=bool)
    chosen[papers.index.to_numpy()] = True
    groups = _groups(topic_map, chosen)
    legend, room = _legend(groups)
    shifted = places + np.array([0.0, room])
    size = _dot_size(int(chosen.sum()))
    names, total = _names(topic_map, papers, shifted)
    edge = [Box(0, 0, _WIDTH, room)] if room else []
    placed = place_names(names, shifted[chosen], width=_WIDTH, height=height + room, taken=edge)
    dots = _dots(shifted, ~chosen, LIGHT.line, size) + _interleaved(shifted, groups, size)
    back = (
        f'<rect width="{number(_WIDTH)}" height="{number(height + room)}" rx="8" '
        f'fill="{LIGHT.background}"/>'
    )
    said = wording.count(len(papers), "paper")
    alt = f"Map of {said}: a dot a paper, papers with alike abstracts close together."
    svg = document(_WIDTH, height + room, [back, legend, *dots, *map(_name, placed)], alt=alt)
    return Figure(svg, _caption(said, len(placed), total, whole=bool(chosen.all())), alt)


def _caption(said: str, named: int, total: int, *, whole: bool) -> str:
    rest = "" if whole else " The other papers of the map are pale."
    names = f" {named:,} of {wording.count(total, 'topic')} are named." if named < total else ""
    return (
        f"{said[:1].upper()}{said[1:]}, a dot each: the closer, the more alike in wording. "
        f"Directions, and distances between far groups, mean nothing.{rest}{names}"
    )


def _places(topic_map: TopicMap) -> tuple[np.ndarray, float]:
    """Where each paper lies in the drawing, and the drawing's height."""
    import numpy as np

    xy = topic_map.papers[["x", "y"]].to_numpy(dtype=float)
    low, high = np.nan_to_num(xy).min(axis=0), np.nan_to_num(xy).max(axis=0)
    extent = np.maximum(high - low, 1e-3)
    inner = _WIDTH - 2 * _MARGIN
    height = float(np.clip(inner * extent[1] / extent[0] + 2 * _MARGIN, *_HEIGHTS))
    scale = min(inner / extent[0], (height - 2 * _MARGIN) / extent[1])
    middle = (low + high) / 2
    places = (np.nan_to_num(xy) - middle) * scale * np.array([1.0, -1.0])
    return places + np.array([_WIDTH / 2, height / 2]), height


def _dot_size(papers: int) -> float:
    for most, size in ((60, 10.0), (300, 8.0), (1_000, 6.0), (5_000, 4.2), (20_000, 2.8)):
        if papers <= most:
            return size
    return 1.8


def _groups(topic_map: TopicMap, chosen: np.ndarray) -> list[tuple[str, str, np.ndarray]]:
    """Name, colour and papers (a mask) of each group; the unclustered come first, at the back."""
    papers = topic_map.papers
    free = papers["topic"].isna().to_numpy()
    found = [(_NO_TOPIC, LIGHT.grey, free & chosen)]
    themes = papers["theme"].to_numpy()
    if len(topic_map.themes):
        colours: Mapping[str, str] = LIGHT.theme_colours(topic_map)
        found += [(name, c, (themes == name) & ~free & chosen) for name, c in colours.items()]
    else:
        topics = papers["topic"].to_numpy()
        of_topic = LIGHT.topic_colours(topic_map)
        found += [("", c, (topics == topic) & chosen) for topic, c in of_topic.items()]
    return [group for group in found if group[2].any()]


def _legend(groups: list[tuple[str, str, np.ndarray]]) -> tuple[str, float]:
    """The row of groups above the map, and the height that it takes."""
    parts, x, y, size = [], _MARGIN, _LEGEND, 14.0
    named = [group for group in groups if group[0]]
    if len(named) < 2:
        return "", 0.0
    for name, colour, rows in [*named[1:], named[0]] if named[0][0] == _NO_TOPIC else named:
        shown = tidy(name, longest=36)
        count = f"{int(rows.sum()):,}"
        wide = 22 + text_width(shown, size) + text_width(f" {count}", size) + 22
        if x + wide > _WIDTH and x > _MARGIN:
            x, y = _MARGIN, y + 24
        parts += [
            f'<circle cx="{number(x + 6)}" cy="{number(y - 5)}" r="6" fill="{colour}"/>',
            label(x + 18, y, shown, size=size, colour=LIGHT.ink, more=(count, LIGHT.muted)),
        ]
        x += wide
    return "\n".join(parts), y + 8


def _interleaved(
    places: np.ndarray, groups: list[tuple[str, str, np.ndarray]], size: float
) -> list[str]:
    """The groups in turns of a part of each, so that all can be seen where they mix."""
    import numpy as np

    turn = np.random.default_rng(0).integers(_TURNS, size=len(places))
    back = [group for group in groups if group[0] == _NO_TOPIC]
    parts = [path for _, colour, rows in back for path in _dots(places, rows, colour, size)]
    for each in range(_TURNS):
        for name, colour, rows in groups:
            if name != _NO_TOPIC:
                parts += _dots(places, rows & (turn == each), colour, size)
    return parts


def _dots(places: np.ndarray, rows: np.ndarray, colour: str, size: float) -> list[str]:
    """Dots of one colour as one path of strokes without length; those in one place once."""
    import numpy as np

    if not rows.any():
        return []
    step = 1.0 if size < 3 else 0.5
    grid = np.unique(np.round(places[rows] / step), axis=0) * step
    marks = "".join(f"M{number(x)} {number(y)}h.01" for x, y in grid.tolist())
    return [
        (
            f'<path d="{marks}" fill="none" stroke="{colour}" stroke-width="{number(size)}" '
            'stroke-linecap="round" stroke-opacity=".9"/>'
        )
    ]


def _names(topic_map: TopicMap, papers: pd.DataFrame, places: np.ndarray) -> tuple[list[Name], int]:
    """The names of the largest topics among the papers, and how many topics there are."""
    sizes = papers["topic"].value_counts()
    order = sorted(sizes.index, key=lambda topic: (-int(sizes[topic]), str(topic)))
    topics = papers["topic"].to_numpy()
    rows = papers.index.to_numpy()
    names = []
    for rank, topic in enumerate(order[:_MOST_NAMES]):
        size = _SIZES[0 if rank < 6 else 1 if rank < 16 else 2]
        text = tidy(topic_map.topic_names.get(topic, str(topic)), longest=_LONGEST_NAME)
        names.append(Name(text, size, places[rows[topics == topic]]))
    return names, len(order)


def _name(placed: Placed) -> str:
    """A name over the dots, with a line to them where it stands apart."""
    box, size = placed.box, placed.name.size
    step = box.height / len(placed.lines)
    middle = box.x + box.width / 2
    parts = []
    if placed.towards is not None:
        x, y = placed.towards
        from_x = min(max(x, box.x), box.x + box.width)
        from_y = min(max(y, box.y), box.y + box.height)
        parts.append(
            f'<line x1="{number(from_x)}" y1="{number(from_y)}" x2="{number(x)}" '
            f'y2="{number(y)}" stroke="{LIGHT.ink}" stroke-opacity=".45"/>'
        )
    parts += [
        label(
            middle,
            box.y + step * i + size * 0.86,
            line,
            size=size,
            colour=LIGHT.ink,
            anchor="middle",
            bold=True,
            halo=LIGHT.background,
        )
        for i, line in enumerate(placed.lines)
    ]
    return "\n".join(parts)
