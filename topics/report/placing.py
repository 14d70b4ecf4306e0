"""Where names go on a drawn map: none on another, none beyond the edge, few dots beneath."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.report.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

__all__ = ["Box", "Name", "Placed", "balanced", "place_names"]

_CELL = 4.0
_GAP = 5.0
#: Steps from the middle outwards in which places are tried, and how far beyond the spread.
_STEPS, _BEYOND = 9, 70.0
_LINE = 1.16


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    def touches(self, other: Box, gap: float = _GAP) -> bool:
        """Whether the two come nearer than the gap."""
        return (
            self.x < other.x + other.width + gap
            and other.x < self.x + self.width + gap
            and self.y < other.y + other.height + gap
            and other.y < self.y + self.height + gap
        )


@dataclass(frozen=True, eq=False, slots=True)
class Name:
    """What is to be placed: a text, its size, and the dots that it names, shape (dots, 2)."""

    text: str
    size: float
    dots: np.ndarray


@dataclass(frozen=True, slots=True)
class Placed:
    """A name in its place, and where its line to its dots ends; None where it stands among them."""

    name: Name
    lines: tuple[str, ...]
    box: Box
    towards: tuple[float, float] | None


def place_names(
    names: Sequence[Name],
    dots: np.ndarray,
    *,
    width: float,
    height: float,
    taken: Sequence[Box] = (),
) -> list[Placed]:
    """Place names one after the other, the most important first; one without a place is left out.

    Args:
        names: what to place.
        dots: all dots, shape (dots, 2), in units of the drawing.
        width: of the drawing.
        height: of the drawing.
        taken: rectangles to keep clear.
    """
    counts = _Counts(dots, width, height)
    placed: list[Placed] = []
    for name in names:
        if not len(name.dots):
            continue
        boxes = [*taken, *(each.box for each in placed)]
        best = _best(name, counts, boxes, width, height)
        if best is not None:
            placed.append(best)
    return placed


def balanced(text: str) -> tuple[str, str] | None:
    """A text in two lines of about the same length; None for a single word."""
    words = text.split()
    cuts = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return min(cuts, key=lambda cut: max(map(len, cut))) if cuts else None


class _Counts:
    """How many dots lie in any rectangle, by a table of sums."""

    def __init__(self, dots: np.ndarray, width: float, height: float) -> None:
        import numpy as np

        edges = [np.arange(0, size + _CELL, _CELL) for size in (width, height)]
        grid, _, _ = np.histogram2d(dots[:, 0], dots[:, 1], bins=(edges[0], edges[1]))
        self._sums = np.zeros((grid.shape[0] + 1, grid.shape[1] + 1))
        self._sums[1:, 1:] = grid.cumsum(0).cumsum(1)

    def within(self, x: np.ndarray, y: np.ndarray, width: float, height: float) -> np.ndarray:
        import numpy as np

        most = np.array(self._sums.shape) - 1
        x0, x1 = (np.clip((at // _CELL).astype(int), 0, most[0]) for at in (x, x + width + _CELL))
        y0, y1 = (np.clip((at // _CELL).astype(int), 0, most[1]) for at in (y, y + height + _CELL))
        sums = self._sums
        return np.asarray(sums[x1, y1] - sums[x0, y1] - sums[x1, y0] + sums[x0, y0])


def _best(
    name: Name, counts: _Counts, taken: Sequence[Box], width: float, height: float
) -> Placed | None:
    import numpy as np

    x, y = (float(v) for v in np.median(name.dots, axis=0))
    spread = float(np.median(np.hypot(name.dots[:, 0] - x, name.dots[:, 1] - y)))
    found: list[tuple[float, tuple[str, ...], Box, float]] = []
    two = balanced(name.text)
    forms: list[tuple[str, ...]] = [(name.text,), *([two] if two else [])]
    for lines in forms:
        w = max(text_width(line, name.size, bold=True) for line in lines)
        h = name.size * _LINE * len(lines)
        reach = min(spread, 140.0) + _BEYOND
        dx, dy = np.meshgrid(
            np.linspace(-reach - w / 2, reach + w / 2, 2 * _STEPS + 1),
            np.linspace(-reach, reach, 2 * _STEPS + 1),
        )
        left, top = (x + dx - w / 2).ravel(), (y + dy - h / 2).ravel()
        inside = (left > 4) & (top > 4) & (left + w < width - 4) & (top + h < height - 4)
        left, top = left[inside], top[inside]
        away = np.hypot(
            np.maximum(np.maximum(left - x, x - left - w), 0),
            np.maximum(np.maximum(top - y, y - top - h), 0),
        )
        hidden = counts.within(left, top, w, h)
        # In a crowd every name covers dots: what counts is how many more than need be.
        crowd = hidden / max(1.0, float(np.median(hidden)) if len(hidden) else 1.0)
        cost = crowd * 30 + away * 0.35 + 3 * (len(lines) - 1) + 0.02 * np.abs(left + w / 2 - x)
        found += [
            (float(cost[i]), lines, Box(float(left[i]), float(top[i]), w, h), float(away[i]))
            for i in np.argsort(cost, kind="stable")[:120]
            if away[i] <= reach
        ]
    for _, lines, box, away_by in sorted(found, key=lambda option: option[0]):
        if not any(box.touches(other) for other in taken):
            far = away_by > spread * 0.9 + 10
            return Placed(name, lines, box, (x, y) if far else None)
    return None
