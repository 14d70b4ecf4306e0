"""Trends as a drawing: a small panel a theme, all on one scale, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics import wording
from topics.palette import LIGHT
from topics.report.blocks import Figure
from topics.report.svg import document, label, number, tidy
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from topics.trend_lines import Line, Trends

__all__ = ["trend_figure"]

_COLUMNS, _WIDTH, _PANEL = 3, 900.0, 176.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 18.0, 34.0, 26.0
_MOST = 12


def trend_figure(
    found: Trends, lines: Mapping[str, Line], colours: Mapping[str, str], *, noun: str
) -> Figure | None:
    """Draw the share of each line over time.

    Args:
        found: the trends, with shares only where there are papers enough.
        lines: those to draw, by key; at most twelve are.
        colours: by key.
        noun: what a line is of, ``theme`` or ``topic``.

    Returns:
        The drawing, None where there are fewer than two periods.
    """
    shown = [(key, line) for key, line in lines.items() if line.sum][:_MOST]
    if not shown or len(found.periods) < 2:
        return None
    named = [line for key, line in shown if key != OTHER_THEME] or [line for _, line in shown]
    top = _scale(named)
    own = {key: _scale([line]) for key, line in shown if key == OTHER_THEME}
    width = _WIDTH / min(_COLUMNS, len(shown))
    rows = -(-len(shown) // _COLUMNS)
    parts = [
        (
            f'<rect width="{number(_WIDTH)}" height="{number(rows * _PANEL)}" rx="8" '
            f'fill="{LIGHT.background}"/>'
        )
    ]
    for i, (key, line) in enumerate(shown):
        panel = _Panel(
            x=(i % _COLUMNS) * width, y=(i // _COLUMNS) * _PANEL, width=width, top=own.get(key, top)
        )
        parts += panel.draw(line, found, colours.get(key, LIGHT.accent))
    kind = {"year": "year", "quarter": "quarter", "month": "month"}[found.period]
    alt = f"Share of each {noun} in the dated papers by {kind}, a panel each."
    scales = f"on one scale, “{OTHER_THEME}” on its own" if own else "all on one scale"
    caption = (
        f"Share of each {noun} in all dated papers of the map, by {kind}, {scales}; the band is "
        "the 95 % interval."
    )
    if found.unfinished:
        caption += " Open dots: periods that were not over when the sources were read."
    return Figure(document(_WIDTH, rows * _PANEL, parts, alt=alt), caption, alt)


class _Panel:
    """One line with its interval, its scale and its name."""

    def __init__(self, *, x: float, y: float, width: float, top: float) -> None:
        self._left, self._right = x + _LEFT, x + width - _RIGHT
        self._high, self._low = y + _TOP, y + _PANEL - _BOTTOM
        self._title = (x + _LEFT, y + 20)
        self._top = top

    def draw(self, line: Line, found: Trends, colour: str) -> list[str]:
        title = tidy(line.name, longest=34)
        return [
            label(*self._title, title, size=14, colour=LIGHT.ink, bold=True),
            *self._axes(found.periods),
            *self._bands(line, colour),
            *self._strokes(line, colour),
            *self._dots(line, found, colour),
        ]

    def _x(self, i: int, count: int) -> float:
        return self._left + (self._right - self._left) * i / max(count - 1, 1)

    def _y(self, share: float) -> float:
        return self._low - (self._low - self._high) * min(share / self._top, 1.0)

    def _axes(self, periods: Sequence[str]) -> list[str]:
        parts = []
        for part in (0, 0.5, 1):
            y = self._y(part * self._top)
            parts += [
                (
                    f'<line x1="{number(self._left)}" y1="{number(y)}" x2="{number(self._right)}" '
                    f'y2="{number(y)}" stroke="{LIGHT.line}"/>'
                ),
                label(
                    self._left - 6,
                    y + 4,
                    wording.percent(part * self._top),
                    size=11,
                    colour=LIGHT.muted,
                    anchor="end",
                ),
            ]
        first, last = (wording.period_label(periods[i]) for i in (0, -1))
        at = self._low + 17
        return [
            *parts,
            label(self._left, at, first, size=11, colour=LIGHT.muted),
            label(self._right, at, last, size=11, colour=LIGHT.muted, anchor="end"),
        ]

    def _runs(self, values: Sequence[float]) -> list[list[int]]:
        """Indexes of values in a row; one that is not known parts two rows."""
        runs: list[list[int]] = [[]]
        for i, value in enumerate(values):
            if value == value:
                runs[-1].append(i)
            elif runs[-1]:
                runs.append([])
        return [run for run in runs if run]

    def _bands(self, line: Line, colour: str) -> list[str]:
        count = len(line.share)
        parts = []
        for run in self._runs(line.share):
            over = [f"{number(self._x(i, count))},{number(self._y(line.high[i]))}" for i in run]
            under = [
                f"{number(self._x(i, count))},{number(self._y(line.low[i]))}" for i in reversed(run)
            ]
            parts.append(
                f'<polygon points="{" ".join(over + under)}" fill="{colour}" fill-opacity=".18"/>'
            )
        return parts

    def _strokes(self, line: Line, colour: str) -> list[str]:
        count = len(line.share)
        return [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
            'stroke-linejoin="round"/>'
            for run in self._runs(line.share)
            if (
                points := " ".join(
                    f"{number(self._x(i, count))},{number(self._y(line.share[i]))}" for i in run
                )
            )
        ]

    def _dots(self, line: Line, found: Trends, colour: str) -> list[str]:
        """The open periods as open dots; every period as a dot where there are few."""
        count = len(line.share)
        parts = []
        for i, share in enumerate(line.share):
            is_open = line.periods[i] in found.unfinished
            if share != share or not (is_open or count <= 24):
                continue
            fill = LIGHT.background if is_open else colour
            parts.append(
                f'<circle cx="{number(self._x(i, count))}" cy="{number(self._y(share))}" r="3" '
                f'fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
            )
        return parts


def _scale(lines: Sequence[Line]) -> float:
    """The share at the top of a scale that all lines fit under, with room for their intervals."""
    shares = [v for line in lines for v in line.share if v == v]
    highs = [v for line in lines for v in line.high if v == v]
    return min(_nice(1.25 * max((*shares, 0.01))), _nice(max(highs, default=1.0)))


def _nice(value: float) -> float:
    """The next share that reads well on a scale."""
    steps = (0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.16, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    return next((step for step in steps if step >= value - 1e-9), 1.0)
