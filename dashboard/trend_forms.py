"""Figures with all lines of a trend together: drawn over each other, or stacked to a stream."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from dashboard import text
from dashboard.trend_figures import add_band, add_line, dress, hover, top_of, transparent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.theme import Palette
    from topics.trend_lines import Line

__all__ = ["MOST_BANDS", "lines", "point", "stream"]

#: Lines up to which their intervals are drawn: more bands than these hide each other.
MOST_BANDS = 3

_HEIGHT = 460


def lines(
    drawn: Mapping[str, Line],
    *,
    measure: str,
    unfinished: frozenset[str],
    colours: Mapping[str, str],
    palette: Palette,
) -> Any:
    """Draw lines over each other; shares of few lines with their 95 % bands.

    Args:
        drawn: the lines by theme or topic id, at least one.
        measure: ``share`` or ``papers``.
        unfinished: names of the periods that are not over.
        colours: of each line, ``#rrggbb``.
        palette: colours of the appearance.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    if measure == "share" and len(drawn) <= MOST_BANDS:
        for name, line in drawn.items():
            add_band(figure, line, colours[name])
            figure.data[-1].update(showlegend=False, legendgroup=name)
    for name, line in drawn.items():
        start = len(figure.data)
        add_line(figure, line, measure, unfinished, colours[name], palette)
        for trace in figure.data[start:]:
            trace.legendgroup = name
            trace.showlegend = False
        points = figure.data[-1]
        points.customdata = [[name, period] for period in line.periods]
        _in_legend(figure.data[start], line.name)
    first = next(iter(drawn.values()))
    dress(figure, first.periods, palette, _HEIGHT, ticks=10)
    highest = max(top_of(line, measure) for line in drawn.values())
    if measure == "share" and len(drawn) > MOST_BANDS:
        highest = max(v for line in drawn.values() for v in line.share if not isnan(v)) or 1
    figure.update_yaxes(
        range=[0, highest * 1.06],
        tickformat=".0%" if measure == "share" and highest >= 0.05 else None,
    )
    if measure == "share" and highest < 0.05:
        figure.update_yaxes(tickformat=".1%")
    _together(figure, palette)
    return figure


def stream(
    drawn: Mapping[str, Line],
    *,
    measure: str,
    unfinished: frozenset[str],
    colours: Mapping[str, str],
    palette: Palette,
) -> Any:
    """Stack lines around a middle: the width of a band is its number.

    The periods that are not over are under a veil. The arguments are those of `lines`.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    first = next(iter(drawn.values()))
    places = list(range(len(first.periods)))
    values = {name: [_solid(v) for v in line.values(measure)] for name, line in drawn.items()}
    base = [-sum(each[i] for each in values.values()) / 2 for i in places]
    half = max(map(abs, base)) or 1
    for name, line in drawn.items():
        top = [low + value for low, value in zip(base, values[name], strict=True)]
        figure.add_scatter(
            x=[*places, *places[::-1]],
            y=[*top, *base[::-1]],
            mode="lines",
            fill="toself",
            fillcolor=transparent(colours[name], 0.85),
            line={"width": 0.6, "color": palette.background},
            hoverinfo="skip",
            legendgroup=name,
        )
        _in_legend(figure.data[-1], line.name)
        # Invisible points in the middle of the band: what is pointed at, and clicked.
        figure.add_scatter(
            x=places,
            y=[(low + high) / 2 for low, high in zip(base, top, strict=True)],
            mode="markers",
            marker={"size": 14, "color": colours[name], "opacity": 0},
            unselected={"marker": {"opacity": 0}},
            customdata=[[name, period] for period in line.periods],
            hovertext=[hover(line, i, unfinished) for i in places],
            hovertemplate="%{hovertext}<extra></extra>",
            legendgroup=name,
            showlegend=False,
        )
        base = top
    dress(figure, first.periods, palette, _HEIGHT, ticks=10)
    figure.update_yaxes(visible=False, range=[-half * 1.04, half * 1.04])
    _veil(figure, first.periods, unfinished, palette)
    _together(figure, palette)
    figure.update_layout(margin={"l": 14})
    return figure


def point(event: Any) -> tuple[str, str] | None:
    """Which line and period a click on one of these figures was meant for; None for neither."""
    try:
        chosen = event["selection"]["points"][0]["customdata"]
        name, period = chosen
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return (name, period) if isinstance(name, str) and isinstance(period, str) else None


def _solid(value: float) -> float:
    return 0.0 if isnan(value) else value


def _in_legend(trace: Any, name: str) -> None:
    short = name if len(name) <= 34 else name[:33].rstrip() + "…"
    trace.name = text.hover(short)
    trace.showlegend = True


def _together(figure: Any, palette: Palette) -> None:
    figure.update_layout(
        showlegend=True,
        hovermode="closest",
        hoverdistance=60,
        margin={"t": 10, "b": 30},
        legend={
            "orientation": "h",
            "yanchor": "top",
            "y": -0.1,
            "x": 0,
            "font": {"size": 12, "color": palette.ink},
            "itemclick": "toggle",
            "itemdoubleclick": "toggleothers",
            "bgcolor": "rgba(0,0,0,0)",
        },
    )


def _veil(
    figure: Any, periods: tuple[str, ...], unfinished: frozenset[str], palette: Palette
) -> None:
    late = [i for i, period in enumerate(periods) if period in unfinished]
    if not late:
        return
    figure.add_vrect(
        x0=late[0] - 0.5,
        x1=late[-1] + 0.5,
        fillcolor=palette.background,
        opacity=0.55,
        line={"width": 0},
        layer="above",
    )
    figure.add_annotation(
        x=late[-1] + 0.45,
        xanchor="right",
        y=1,
        yref="paper",
        yanchor="top",
        text="not over",
        showarrow=False,
        font={"size": 11, "color": palette.muted},
    )
