"""The Trends view: how much of the corpus each theme or topic is, over time."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, tables, text, trend_figures, trend_forms, trend_words, wording
from dashboard.selection import Selection, filters_of
from dashboard.trend_papers import behind, papers_behind, period_clicked
from dashboard.views import empty
from topics.selection import matching
from topics.trend_lines import FEW, read_on, trends, with_solid_shares
from topics.trend_verdicts import trend_verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from dashboard.screen import Screen
    from dashboard.state import View
    from topics.selection import Filters
    from topics.topicmap import TopicMap
    from topics.trend_lines import Line, Trends

__all__ = ["frame_of", "notes", "show"]

#: Panels drawn unless the reader chooses topics: more than these nobody compares.
MOST_PANELS = 12
_COLUMNS = 3
_BANDS = "The shaded band is its 95 % interval: the fewer papers, the wider."
#: A line so many times as high as the next has a scale of its own.
_GIANT = 3

_STEPS = {"auto": "Auto", "month": "Month", "quarter": "Quarter", "year": "Year"}
_BY = {"theme": "Themes", "topic": "Topics"}
_MEASURES = {"share": "Share of the corpus", "papers": "Papers"}
_CHARTS = {"panels": "Small charts", "lines": "Lines", "stream": "Stream"}
#: Topics drawn together unless the reader chooses: as many as there are colours to tell apart.
MOST_TOGETHER = 8


def show(screen: Screen) -> None:
    """Draw the view."""
    with st.container(key="pm-page"):
        _show(screen)


def _show(screen: Screen) -> None:
    if empty.no_match(screen):
        return
    view = screen.view
    found = _counted(
        screen.topic_map, filters_of(view.at_all_times()), view.step, view.since, view.until
    )
    st.title("Trends")
    trend_words.changes(screen)
    st.subheader("Over time", anchor=False)
    _controls(screen, found)
    if not found.periods:
        _no_dates(found, view.since or view.until)
        return
    _volume(screen, found)
    lines = _lines(screen, found)
    solid, few = with_solid_shares(found) if view.measure == "share" else (found, ())
    most = MOST_PANELS if view.chart == "panels" else MOST_TOGETHER
    if view.topics and view.chart == "panels":
        most = len(view.topics)
    drawn = dict(list(_lines(screen, solid).items())[:most])
    if view.chart == "panels":
        _panels(screen, solid, drawn, sums={name: line.sum for name, line in lines.items()})
    else:
        _together(screen, solid, drawn)
    said = notes(screen, found, few=few)
    if view.chart != "panels":
        said.insert(0, _reading(view.chart, len(drawn), view.measure))
    elif giant := _giant(_tops(drawn, view.measure)):
        said.insert(0, f"“{drawn[giant].name}” has a scale of its own; the others share one.")
    if len(drawn) < len(lines):
        said.insert(
            0,
            f"The {len(drawn)} largest of {len(lines)} topics are drawn; choose others with the "
            "Topics filter. All of them are in the table.",
        )
    st.caption("  \n".join(map(text.plain, said)))
    papers_behind(screen, found, lines)
    _table(screen, found, lines)


@lru_cache(maxsize=32)
def _counted(
    topic_map: TopicMap, filters: Filters, step: str, since: str | None, until: str | None
) -> Trends:
    # A period cut off in the middle would have a share of nothing known: the filter of months
    # chooses which periods are drawn, never which of their papers are counted.
    papers = Selection(topic_map, matching(topic_map, filters)).papers
    return trends(topic_map, papers=papers, step=step, since=since, until=until)


def notes(screen: Screen, found: Trends, *, few: tuple[str, ...] = ()) -> list[str]:
    """What a reader must know to read the figures, in sentences.

    Args:
        screen: what the page is given.
        found: what is counted.
        few: periods with too few papers for a share.
    """
    place = found.placement
    said: list[str] = []
    if place.undated:
        said.append(
            f"{place.undated:,} of {wording.count(place.papers, 'paper')} "
            f"{'has' if place.undated == 1 else 'have'} no date and "
            f"{'is' if place.undated == 1 else 'are'} in no {place.period}."
        )
    if place.too_coarse:
        said.append(
            f"{wording.count(place.too_coarse, 'paper')} with a date less precise than a "
            f"{place.period} {'is' if place.too_coarse == 1 else 'are'} left out too."
        )
    if place.too_late:
        said.append(
            f"{wording.count(place.too_late, 'paper')} dated far in the future "
            f"{'is' if place.too_late == 1 else 'are'} left out as an error."
        )
    open_periods = [p for p in found.periods if p in found.unfinished]
    if open_periods:
        said.append(_unfinished(screen, open_periods))
    if few:
        names = _listed([wording.period_label(period) for period in few], place.period)
        said.append(
            f"No share is drawn for {names}: fewer than {FEW} dated papers in the map"
            f"{' each' if len(few) > 1 else ''}."
        )
    if screen.view.measure == "share":
        said.append(
            f"A share is of all dated papers of the map in the same {place.period}, whatever the "
            f"filters.{' ' + _BANDS if _banded(screen.view) else ''}"
        )
    return said


def _banded(view: View) -> bool:
    """Whether intervals are drawn: among many lines together they would hide each other."""
    chosen = view.themes if view.by == "theme" else view.topics
    few = 0 < len(chosen) <= trend_forms.MOST_BANDS
    return view.chart == "panels" or (view.chart == "lines" and few)


def _marked(view: View) -> str:
    """How periods that are not over are marked."""
    return "under a veil" if view.chart == "stream" else "hollow points"


def _unfinished(screen: Screen, periods: list[str]) -> str:
    """Say which periods are not over, and how that is known."""
    from topics.trends import is_unfinished

    names = " and ".join(wording.period_noun(period) for period in periods[-2:])
    read = read_on(screen.topic_map)
    if is_unfinished(periods[-1], read):
        return (
            f"{names} {'were' if len(periods) > 1 else 'was'} not over when the papers were "
            f"collected ({wording.day(read)}): {_marked(screen.view)}, numbers that will grow, "
            "and in no verdict."
        )
    latest = screen.topic_map.papers["date"].dropna().max()
    return (
        f"{names} is not complete, as far as one can tell: the latest paper is of "
        f"{wording.date(latest)}. {_marked(screen.view).capitalize()}, in no verdict."
    )


def _listed(names: list[str], noun: str, most: int = 6) -> str:
    if len(names) > most:
        return f"{len(names)} {noun}s from {names[0]} to {names[-1]}"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def frame_of(lines: dict[str, Line], measure: str) -> pd.DataFrame:
    """The numbers drawn, a row a period and a column a line."""
    import pandas as pd

    some = next(iter(lines.values()), None)
    if some is None:
        return pd.DataFrame({"Period": []})
    columns: dict[str, Any] = {
        "Period": list(some.periods),
        "Dated papers in the map": list(some.totals),
    }
    for line in lines.values():
        columns[line.name] = [100 * v for v in line.share] if measure == "share" else line.papers
    return pd.DataFrame(columns)


def _controls(screen: Screen, found: Trends) -> None:
    view = screen.view
    with st.container(horizontal=True, vertical_alignment="bottom", key="pm-trend-controls"):
        st.segmented_control(
            "Of", list(_BY), format_func=_BY.__getitem__, **links.bound(view, "by")
        )
        st.segmented_control(
            "Show",
            list(_MEASURES),
            format_func=_MEASURES.__getitem__,
            **links.bound(view, "measure"),
        )
        st.segmented_control(
            "As", list(_CHARTS), format_func=_CHARTS.__getitem__, **links.bound(view, "chart")
        )
        steps = ["auto", *found.possible]
        labels = {**_STEPS, "auto": f"Auto ({found.period})" if view.step == "auto" else "Auto"}
        if view.step in steps:
            st.segmented_control(
                "Per", steps, format_func=labels.__getitem__, **links.bound(view, "step")
            )
        else:
            # The link asks for a period finer than any date of this map.
            st.caption(f"No date of this map is precise enough for a {view.step}.")


def _no_dates(found: Trends, cropped: str | None) -> None:
    if cropped and found.placement.placed:
        st.info("No dated paper of the map falls in the months chosen.")
        return
    st.info(
        "None of these papers has a date that a trend could be drawn from "
        f"({wording.count(found.placement.papers, 'paper')}, "
        f"{found.placement.undated:,} undated)."
    )


def _volume(screen: Screen, found: Trends) -> None:
    label = "Papers of the map" if not screen.view.filtered else "Papers that pass the filters"
    st.html(text.element("div", f"{label} per {found.period}", css_class="pm-label"))
    event: Any = st.plotly_chart(
        trend_figures.volume(found.corpus, unfinished=found.unfinished, palette=screen.palette),
        theme=None,
        config=trend_figures.CONFIG,
        key="trend-volume",
        on_select="rerun",
        selection_mode="points",
        alt=f"Bars: {label.lower()} per {found.period}; the numbers are in the table below",
    )
    if period := period_clicked(event):
        links.go("paper", screen.view, **behind(screen.view, None, period))


def _lines(screen: Screen, found: Trends) -> dict[str, Line]:
    """The lines to draw, by theme or topic id, in the order of the map."""
    view, topic_map = screen.view, screen.topic_map
    if view.by == "theme":
        order = [*topic_map.themes["name"], *found.themes]
        have, asked = found.themes, view.themes
    else:
        order = list(topic_map.topics["id"])
        have, asked = found.topics, view.topics
    return {
        name: have[name]
        for name in dict.fromkeys(map(str, order))
        if name in have and (not asked or name in asked)
    }


def _panels(
    screen: Screen, found: Trends, lines: dict[str, Line], *, sums: Mapping[str, int]
) -> None:
    if not lines:
        st.info("No paper that passes the filters is in a topic.")
        return
    by_theme = screen.view.by == "theme"
    palette, topic_map = screen.palette, screen.topic_map
    theme_colours = palette.theme_colours(topic_map)
    theme_of = dict(zip(topic_map.topics["id"], topic_map.topics["theme"], strict=True))
    tops = _tops(lines, screen.view.measure)
    giant = _giant(tops)
    top = max(value for name, value in tops.items() if name != giant)
    names = list(lines)
    for start in range(0, len(names), _COLUMNS):
        for column, name in zip(
            st.columns(_COLUMNS), names[start : start + _COLUMNS], strict=False
        ):
            colour = theme_colours.get(name if by_theme else str(theme_of.get(name)), palette.grey)
            with column, st.container(gap="xxsmall", key=f"pm-panel-{tables.file_stem(name)}"):
                _panel_head(screen, name, lines[name].name, sums[name], colour)
                others = {key: line for key, line in lines.items() if key not in (name, giant)}
                _panel(
                    screen,
                    found,
                    name,
                    lines[name],
                    () if name == giant else tuple(others.values()),
                    colour,
                    tops[name] if name == giant else top,
                )


def _tops(lines: Mapping[str, Line], measure: str) -> dict[str, float]:
    return {name: trend_figures.top_of(line, measure) for name, line in lines.items()}


def _giant(tops: Mapping[str, float]) -> str | None:
    """The one line, if any, that would press all others flat: it gets a scale of its own."""
    if len(tops) < 3:
        return None
    name, second = sorted(tops, key=lambda each: -tops[each])[:2]
    return name if tops[name] > _GIANT * tops[second] else None


def _target(view: View, name: str) -> dict[str, Any]:
    """Where a panel leads: to its topic, or to the topics of its theme."""
    if view.by == "theme":
        return {"themes": (name,), "topic": None, "paper": None}
    return {"topic": name, "paper": None}


def _panel_head(screen: Screen, name: str, label: str, papers: int, colour: str) -> None:
    found = trend_verdicts(screen.topic_map)
    mark = trend_words.mark((found.themes if screen.view.by == "theme" else found.topics).get(name))
    links.link("topic", screen.view, label=label, **_target(screen.view, name))
    st.html(
        f'<div class="pm-sub"><i class="pm-dot" style="background:{colour}"></i>'
        f"{wording.count(papers, 'dated paper')}{' · ' if mark else ''}{mark}</div>"
    )


def _panel(
    screen: Screen,
    found: Trends,
    name: str,
    line: Line,
    others: tuple[Line, ...],
    colour: str,
    top: float,
) -> None:
    view = screen.view
    figure = trend_figures.panel(
        line,
        measure=view.measure,
        unfinished=found.unfinished,
        colour=colour,
        palette=screen.palette,
        others=others,
        top=top,
    )
    event: Any = st.plotly_chart(
        figure,
        theme=None,
        config=trend_figures.CONFIG,
        key=f"trend-{view.by}-{name}",
        on_select="rerun",
        selection_mode="points",
        alt=f"Trend of {line.name}; the numbers are in the table below",
    )
    if period := period_clicked(event):
        links.go("paper", view, **behind(view, name, period))


def _together(screen: Screen, found: Trends, drawn: dict[str, Line]) -> None:
    """All lines in one figure."""
    if not drawn:
        st.info("No paper that passes the filters is in a topic.")
        return
    view, palette = screen.view, screen.palette
    if view.by == "theme":
        known = palette.theme_colours(screen.topic_map)
        colours = {name: known.get(name, palette.grey) for name in drawn}
    else:
        # Told apart from each other; the colours of the map come back among many topics.
        colours = dict(zip(drawn, palette.groups * len(drawn), strict=False))
    draw = trend_forms.lines if view.chart == "lines" else trend_forms.stream
    event = st.plotly_chart(
        draw(
            drawn,
            measure=view.measure,
            unfinished=found.unfinished,
            colours=colours,
            palette=palette,
        ),
        theme=None,
        config=trend_figures.CONFIG,
        key=f"trend-{view.chart}-{view.by}",
        on_select="rerun",
        selection_mode="points",
        alt=f"Trends of {wording.count(len(drawn), view.by)}; the numbers are in the table below",
    )
    if chosen := trend_forms.point(event):
        links.go("paper", view, **behind(view, *chosen))


def _reading(chart: str, drawn: int, measure: str) -> str:
    """How to read the figure."""
    if chart == "stream":
        what = "share of the dated papers" if measure == "share" else "number of papers"
        return f"The width of a band is its {what}; a click on a band opens its papers there."
    said = "A click on a point opens its papers."
    if measure == "share" and drawn > trend_forms.MOST_BANDS:
        return f"{said} Point at one for its interval; small charts show all of them."
    return said


def _table(screen: Screen, found: Trends, lines: dict[str, Line]) -> None:
    measure = screen.view.measure
    frame = frame_of(lines, measure)
    with st.expander("The same numbers as a table", icon=":material/table:"):
        shares = list(frame.columns[2:]) if measure == "share" else []
        st.dataframe(
            frame,
            hide_index=True,
            key="trend-table",
            column_config={
                "Period": st.column_config.TextColumn(pinned=True),
                **{
                    name: st.column_config.NumberColumn(text.plain(name), format="%.1f %%")
                    for name in shares
                },
            },
            alt="Trends as a table",
        )
        tables.table_download(
            _long(found, lines),
            label="Download with intervals (CSV)",
            name="trends",
            key="trend-csv",
        )


def _long(found: Trends, lines: dict[str, Line]) -> pd.DataFrame:
    """All numbers, a row a line and period."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "period": period,
                "over": "no" if period in found.unfinished else "yes",
                "name": line.name,
                "papers": line.papers[i],
                "dated_papers_in_map": line.totals[i],
                "share": line.share[i],
                "share_low_95": line.low[i],
                "share_high_95": line.high[i],
            }
            for line in lines.values()
            for i, period in enumerate(line.periods)
        ]
    )
