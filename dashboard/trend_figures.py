"""Figures of trends: one small panel a line, with its uncertainty and what is not over yet."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, isnan
from typing import TYPE_CHECKING, Any

from dashboard import text, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.theme import Palette
    from topics.trend_lines import Line

__all__ = [
    "CONFIG",
    "add_band",
    "add_line",
    "column_bars",
    "dress",
    "hover",
    "panel",
    "top_of",
    "transparent",
    "volume",
]

#: Plotly's own controls are left out; a drag scrolls the page, as on any other part of it.
CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}

_MARGIN = {"l": 40, "r": 14, "t": 8, "b": 26}


@lru_cache(maxsize=256)
def panel(
    line: Line,
    *,
    measure: str,
    unfinished: frozenset[str],
    colour: str,
    palette: Palette,
    others: tuple[Line, ...] = (),
    top: float | None = None,
    height: int = 190,
) -> Any:
    """Draw one line with its 95 % band (shares) on top of the others in grey.

    A period that is not over is a hollow point at the end of a dashed line. Most readers look at
    the same ones, and to make one takes longer than all else on a page: it is shared, never
    change it.

    Args:
        line: what to draw.
        measure: ``share`` or ``papers``.
        unfinished: names of the periods that are not over.
        colour: of the line, ``#rrggbb``.
        palette: colours of the appearance.
        others: lines drawn faintly for comparison.
        top: upper end of the scale, to give several panels the same one.
        height: in pixels.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    places = list(range(len(line.periods)))
    for other in others:
        figure.add_scatter(
            x=places,
            y=other.values(measure),
            mode="lines",
            line={"color": palette.line, "width": 1},
            hoverinfo="skip",
        )
    if measure == "share":
        add_band(figure, line, colour)
    add_line(figure, line, measure, unfinished, colour, palette)
    dress(figure, line.periods, palette, height)
    highest = top or top_of(line, measure)
    figure.update_yaxes(
        range=[0, highest * 1.06],
        tickformat=".0%" if measure == "share" else ",d",
        dtick=_step(highest, measure),
    )
    return figure


def top_of(line: Line, measure: str) -> float:
    """Upper end of a scale that holds a line with its band.

    A band may be cut where it is more than twice as high as every share: that of a period with few
    papers would press the others flat.
    """
    highest = max((v for v in line.values(measure) if not isnan(v)), default=0)
    if measure == "share":
        band = max((v for v in line.high if not isnan(v)), default=0)
        highest = min(band, max(2 * highest, 0.1))
    return highest or 1


@lru_cache(maxsize=32)
def volume(line: Line, *, unfinished: frozenset[str], palette: Palette, height: int = 150) -> Any:
    """Draw the papers of the corpus in each period as bars; one that is not over is hollow.

    It is shared by readers, as those of `panel` are.
    """
    import plotly.graph_objects as go

    hollow = [period in unfinished for period in line.periods]
    figure = go.Figure(
        go.Bar(
            x=list(range(len(line.periods))),
            y=line.papers,
            marker={
                "color": [palette.background if h else palette.grey for h in hollow],
                "line": {"color": palette.grey, "width": [1.5 if h else 0 for h in hollow]},
            },
            text=[f"{n:,}" for n in line.papers] if len(line.periods) <= 24 else None,
            textposition="outside",
            textfont={"color": palette.muted, "size": 11},
            cliponaxis=False,
            customdata=list(line.periods),
            hovertext=[
                text.hover(f"{wording.period_label(p)}{_not_over(p, unfinished)}")
                + f"<br>{wording.count(n, 'paper')}"
                for p, n in zip(line.periods, line.papers, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    dress(figure, line.periods, palette, height, ticks=12)
    figure.update_layout(bargap=0.25, margin={**_MARGIN, "t": 20})
    highest = max(line.papers, default=0) or 1
    figure.update_yaxes(
        # Where there is no room for the numbers themselves, an axis says them.
        visible=len(line.periods) > 24,
        range=[0, highest * 1.05],
        dtick=_step(highest, "papers"),
    )
    return figure


def column_bars(values: Sequence[float], colour: str, *, label: str) -> str:
    """HTML of a row of tiny columns: a trend the size of a word.

    Args:
        values: not below 0; NaN is drawn as nothing.
        colour: of the columns, ``#rrggbb``.
        label: what a screen reader says of it; plain text.
    """
    highest = max([v for v in values if not isnan(v)], default=0) or 1
    bars = "".join(
        f'<i style="height:{0 if isnan(v) else round(100 * v / highest)}%;background:{colour}"></i>'
        for v in values
    )
    many = " pm-bars-many" if len(values) > 24 else ""
    return (
        text.element("span", label, css_class="pm-sr")
        + f'<span class="pm-bars{many}">{bars}</span>'
    )


def add_band(figure: Any, line: Line, colour: str) -> None:
    """Fill between the ends of the intervals, run by run where periods without papers cut it."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for run in _runs(line.low):
        # A run of one period has no width of its own.
        edges = [run[0] - 0.15, run[0] + 0.15] if len(run) == 1 else [float(i) for i in run]
        rows = run * 2 if len(run) == 1 else run
        xs += [*edges, *edges[::-1], None]
        ys += [*(line.high[i] for i in rows), *(line.low[i] for i in rows[::-1]), None]
    figure.add_scatter(
        x=xs,
        y=ys,
        mode="lines",
        fill="toself",
        fillcolor=transparent(colour, 0.18),
        line={"width": 0},
        hoverinfo="skip",
    )


def add_line(
    figure: Any,
    line: Line,
    measure: str,
    unfinished: frozenset[str],
    colour: str,
    palette: Palette,
) -> None:
    """Draw a line with its points: dashed and hollow where a period is not over."""
    values = line.values(measure)
    over = [period not in unfinished for period in line.periods]
    places = range(len(values))
    solid = [values[i] if over[i] else None for i in places]
    # The dashed part begins at the last period that is over, so that the two parts meet.
    dashed = [
        values[i] if not over[i] or (i + 1 < len(over) and not over[i + 1]) else None
        for i in places
    ]
    for ys, dash in ((solid, "solid"), (dashed, "dot")):
        figure.add_scatter(
            x=list(places),
            y=ys,
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash},
            hoverinfo="skip",
        )
    few = len(values) <= 16
    figure.add_scatter(
        x=list(places),
        y=values,
        mode="markers",
        marker={
            "size": [7 if few or not o else 4 for o in over],
            "color": [colour if o else palette.background for o in over],
            "line": {"color": colour, "width": [0 if o else 1.6 for o in over]},
        },
        # A click leads elsewhere: nothing should fade in the moment before.
        unselected={"marker": {"opacity": 1}},
        customdata=list(line.periods),
        hovertext=[hover(line, i, unfinished) for i in places],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def hover(line: Line, i: int, unfinished: frozenset[str]) -> str:
    """What a point says when it is pointed at, as Plotly's markup."""
    period = line.periods[i]
    head = f"<b>{text.hover(line.name, width=36)}</b><br>"
    when = f"{wording.period_label(period)}{_not_over(period, unfinished)}"
    if isnan(line.share[i]):
        return f"{head}{when}<br>{line.papers[i]:,} of {wording.count(line.totals[i], 'paper')}"
    return (
        f"{head}{when}<br>{line.papers[i]:,} of {wording.count(line.totals[i], 'paper')}"
        f" · {wording.percent(line.share[i])}"
        f"<br>95 % interval {wording.percent(line.low[i])} – {wording.percent(line.high[i])}"
    )


def _not_over(period: str, unfinished: frozenset[str]) -> str:
    return " (not over yet)" if period in unfinished else ""


def dress(
    figure: Any, periods: Sequence[str], palette: Palette, height: int, *, ticks: int = 5
) -> None:
    """Give a figure over periods its axes and the colours of the appearance."""
    places, labels = _ticks(periods, most=ticks)
    axis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 11, "color": palette.muted},
    }
    figure.update_layout(
        height=height,
        margin=_MARGIN,
        showlegend=False,
        dragmode=False,
        hovermode="x",
        hoverdistance=-1,
        clickmode="event+select",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": palette.ink, "size": 12, "family": "Source Sans, sans-serif"},
        hoverlabel={
            "bgcolor": palette.surface,
            "bordercolor": palette.line,
            "font": {"color": palette.ink, "size": 12},
            "align": "left",
        },
    )
    figure.update_xaxes(
        **axis,
        tickvals=places,
        ticktext=[text.hover(label) for label in labels],
        tickangle=0,
        range=[-0.5, len(periods) - 0.5],
        linecolor=palette.line,
        showline=True,
    )
    figure.update_yaxes(**{**axis, "showgrid": True, "gridcolor": palette.line, "gridwidth": 1})


def _ticks(periods: Sequence[str], *, most: int) -> tuple[list[int], list[str]]:
    """Places and texts of a few ticks: years where the periods span some, else the periods."""
    starts = [i for i, p in enumerate(periods) if i == 0 or p[:4] != periods[i - 1][:4]]
    if len(starts) >= 3:
        # A first year with only its end in the figure would crowd the second.
        starts = starts[1:] if starts[1] - starts[0] < len(periods) / 10 else starts
        chosen = starts[:: ceil(len(starts) / most)]
        return chosen, [periods[i][:4] for i in chosen]
    step = max(1, ceil(len(periods) / (most - 1)))
    chosen = list(range(0, len(periods), step))
    return chosen, [wording.period_label(periods[i]) for i in chosen]


def _runs(values: Sequence[float]) -> list[list[int]]:
    """Places of the values that are numbers, cut where one is not."""
    runs: list[list[int]] = []
    for i, value in enumerate(values):
        if isnan(value):
            continue
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _step(highest: float, measure: str) -> float:
    """Distance of the ticks: a round number that makes three to five of them."""
    if measure == "share":
        steps = [0.01, 0.02, 0.05, 0.1, 0.25]
    else:
        steps = [float(n * 10**power) for power in range(8) for n in (1, 2, 5)]
    return next((step for step in steps if highest / step <= 4.5), steps[-1])


def transparent(colour: str, opacity: float) -> str:
    """A colour (``#rrggbb``) that lets some of what is behind it through."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
