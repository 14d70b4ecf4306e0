"""The Topics view: all topics to choose from, one topic, or the papers in none."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import (
    edit_dialogs,
    edit_history,
    links,
    tables,
    text,
    trend_figures,
    trend_words,
    wording,
)
from dashboard.comparing import compare
from dashboard.further import also_belonging
from dashboard.neighbourhood import neighbouring_topics
from dashboard.solidity import solidity
from dashboard.state import UNCLUSTERED
from dashboard.topic_groups import path_of, sections
from dashboard.views import empty
from topics.exports import author_names
from topics.trend_lines import FEW, trends, with_solid_shares
from topics.trend_verdicts import trend_verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from dashboard.screen import Screen
    from dashboard.topic_groups import Section
    from topics.trend_lines import Trends

__all__ = ["chips", "show"]

_COLUMNS = 3


def show(screen: Screen) -> None:
    """Draw the view."""
    with st.container(key="pm-page"):
        _show(screen)


def _show(screen: Screen) -> None:
    topic = screen.view.topic
    if topic == UNCLUSTERED:
        _unclustered(screen)
    elif topic is not None and screen.view.against not in (None, topic):
        compare(screen, topic, str(screen.view.against))
    elif topic is not None:
        _topic(screen, topic)
    elif not empty.no_match(screen):
        _overview(screen)


def chips(words: Iterable[str], *, css_class: str = "pm-chip") -> str:
    """HTML of words as chips; the words cannot become markup."""
    items = " ".join(text.element("span", word, css_class=css_class) for word in words)
    return f'<div class="pm-chips">{items}</div>'


def _overview(screen: Screen) -> None:
    topic_map = screen.topic_map
    st.title("Topics")
    sizes = screen.selection.papers["topic"].value_counts()
    shown = topic_map.topics[topic_map.topics["id"].isin(sizes.index)]
    free = int(screen.selection.papers["topic"].isna().sum())
    if topic_map.topics.empty:
        st.info(
            f"This map has no topics: {wording.count(len(topic_map.papers), 'paper')} "
            "are too few, or too much alike, to form groups. They are all on the map and in Papers."
        )
    with st.container(horizontal=True, vertical_alignment="center", key="pm-topic-summary"):
        st.caption(
            f"{wording.count(len(shown), 'topic')}{_in_groups(screen)}, largest first"
            + (" · counting only papers that pass the filters" if screen.view.filtered else "")
        )
        if free:
            links.link(
                "topic",
                screen.view,
                label=f"{wording.count(free, 'unclustered paper')}",
                icon=":material/scatter_plot:",
                topic=UNCLUSTERED,
                paper=None,
            )
    found = trends(topic_map)
    rows = {str(row["id"]): row for row in tables.records(shown)}
    counts = {str(topic): int(papers) for topic, papers in sizes.items()}
    for section in sections(topic_map, counts):
        if section.name:
            st.html(_heading(section))
        for start in range(0, len(section.topics), _COLUMNS):
            some = section.topics[start : start + _COLUMNS]
            for column, topic in zip(st.columns(_COLUMNS), some, strict=False):
                with column:
                    _card(screen, rows[topic], counts[topic], found)
    if rows:
        _overview_table(screen, shown, found)
    edit_history.show(screen)


def _in_groups(screen: Screen) -> str:
    groups = len(screen.topic_map.groups)
    return f" in {wording.count(groups, 'group')}" if groups else ""


def _heading(section: Section) -> str:
    tag = "h2" if section.depth == 0 else "h3"
    held = f"{wording.count(section.held, 'topic')}, {wording.count(section.papers, 'paper')}"
    return (
        '<div class="pm-group-head">'
        + text.element(tag, section.name)
        + text.element("span", held, css_class="pm-sub")
        + "</div>"
    )


def _card(screen: Screen, row: dict[str, Any], size: int, found: Trends) -> None:
    palette, topic_map = screen.palette, screen.topic_map
    colour = palette.theme_colours(topic_map).get(row["theme"], palette.grey)
    of = f" of {row['size']:,}" if size != row["size"] else ""
    line = found.topics.get(row["id"])
    bars = ""
    if line is not None and len(line.periods) > 1:
        first, last = (wording.period_label(line.periods[i]) for i in (0, -1))
        bars = trend_figures.column_bars(
            line.papers,
            colour,
            label=f"Papers per {found.period} from {first} to {last}: "
            + ", ".join(map(str, line.papers)),
        )
    theme = text.element("span", row["theme"] or "no theme", css_class="pm-theme")
    with st.container(border=True, height="stretch", gap="xsmall", key=f"pm-card-{row['id']}"):
        links.link("topic", screen.view, label=row["name"], topic=row["id"], paper=None)
        st.html(
            '<div class="pm-card-body"><div class="pm-card-head">'
            f'<div class="pm-sub"><i class="pm-dot" style="background:{colour}"></i>{theme}'
            f" · {size:,}{of} {'paper' if size == 1 and not of else 'papers'}</div>{bars}</div>"
            + text.element("div", ", ".join(list(row["keywords"])[:6]), css_class="pm-words")
            + "</div>"
        )


def _overview_table(screen: Screen, shown: pd.DataFrame, found: Trends) -> None:
    import pandas as pd

    total = max(len(screen.topic_map.papers), 1)
    said = trend_verdicts(screen.topic_map).topics
    table = pd.DataFrame(
        {
            "Topic": [tables.cell_label(name) for name in shown["name"]],
            **_group_column(screen, shown),
            "Theme": [theme if wording.is_known(theme) else "" for theme in shown["theme"]],
            "Papers": list(shown["size"]),
            "Of the map": [100 * size / total for size in shown["size"]],
            "Stability": shown["stability"].astype("Float64").reset_index(drop=True),
            "Over time": [
                list(found.topics[topic].papers) if topic in found.topics else []
                for topic in shown["id"]
            ],
            "Trend": [trend_words.WORDS[said[topic].word][0] for topic in shown["id"]],
            "Keywords": [", ".join(words) for words in shown["keywords"]],
        }
    )
    with st.expander("As a sortable table", icon=":material/table:"):
        config = st.column_config
        st.dataframe(
            table,
            hide_index=True,
            key="topics-table",
            column_config={
                "Topic": config.ButtonColumn(
                    width="medium", type="tertiary", alignment="left", key="topics-table-open"
                ),
                "Of the map": config.NumberColumn(format="%.1f %%"),
                "Stability": config.NumberColumn(
                    format="percent", help="How much of the topic comes back when sought again"
                ),
                "Over time": config.BarChartColumn(y_min=0),
                "Keywords": config.TextColumn(width="large"),
            },
            alt="Table of all topics",
        )
        if click := st.session_state.get("topics-table-open"):
            topic = str(shown["id"].iloc[int(click["row"])])
            links.go("topic", screen.view, topic=topic, paper=None)
        tables.table_download(
            table.drop(columns="Over time"),
            label="Download (CSV)",
            name="topics",
            key="topics-csv",
        )


def _group_column(screen: Screen, shown: pd.DataFrame) -> dict[str, list[str]]:
    """The groups of each topic, from the top, where the map has groups."""
    topic_map = screen.topic_map
    if topic_map.groups.empty:
        return {}
    return {"Group": [path_of(topic_map, str(topic)) for topic in shown["id"]]}


def _topic(screen: Screen, topic: str) -> None:
    topic_map = screen.topic_map
    row = tables.records(topic_map.topics[topic_map.topics["id"] == topic])[0]
    papers = topic_map.papers[topic_map.papers["topic"] == topic]
    _back(screen)
    _head(screen, row)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _trend(screen, topic)
    with right:
        _neighbours(screen, topic)
    _representatives(screen, [str(paper) for paper in row["representatives"]])
    _papers(screen, papers, what=f"its {len(papers):,}", name=str(row["name"]), show=_COLUMNS_OF)
    also_belonging(screen, topic)


_COLUMNS_OF = ("date", "theme", "fit", "comments", "upvotes")


def _back(screen: Screen) -> None:
    links.link(
        "topic",
        screen.view,
        label="All topics",
        icon=":material/arrow_back:",
        topic=None,
        against=None,
        paper=None,
    )


def _head(screen: Screen, row: dict[str, Any]) -> None:
    topic_map, palette = screen.topic_map, screen.palette
    st.title(text.plain(row["name"]))
    colour = palette.theme_colours(topic_map).get(row["theme"], palette.grey)
    share = wording.percent(row["size"] / max(len(topic_map.papers), 1))
    theme = text.element("span", row["theme"] or "no theme", css_class="pm-theme")
    mark = trend_words.mark(trend_verdicts(topic_map).topics.get(str(row["id"])))
    said = [f"{wording.count(int(row['size']), 'paper')}, {share} of the map"]
    if path := path_of(topic_map, str(row["id"])):
        said.insert(0, f"in {path}")
    if word := solidity(row["stability"]):
        said.append(f"{word} ({wording.percent(row['stability'])} comes back when sought again)")
    if str(row["id"]) in (topic_map.manifest.get("edits") or {}).get("pinned", ()):
        said.append("pinned: keeps its name and papers when topics are found anew")
    st.html(
        f'<div class="pm-sub"><i class="pm-dot" style="background:{colour}"></i>{theme} · '
        f"{' · '.join(map(escape, said))}{' · ' if mark else ''}{mark}</div>"
        + chips(row["keywords"])
    )
    with st.container(horizontal=True, vertical_alignment="center", key="pm-topic-links"):
        only: dict[str, Any] = {"topics": (row["id"],), "topic": None, "paper": None, "at": None}
        view = screen.view
        links.link("map", view, label="On the map", icon=":material/scatter_plot:", **only)
        links.link(
            "trends", view, label="In the trends", icon=":material/timeline:", by="topic", **only
        )
        for nearest, _ in neighbouring_topics(topic_map, str(row["id"]), k=1):
            links.link(
                "topic",
                view,
                label="Compare with another",
                icon=":material/compare_arrows:",
                against=nearest,
                paper=None,
            )
        edit_dialogs.topic_control(screen, str(row["id"]))


def _trend(screen: Screen, topic: str) -> None:
    found = trends(screen.topic_map)
    few: tuple[str, ...] = ()
    if screen.view.measure == "share":
        found, few = with_solid_shares(found)
    line = found.topics.get(topic)
    st.subheader("Over time", anchor=False)
    verdict = trend_verdicts(screen.topic_map).topics.get(topic)
    if verdict is not None:
        st.html(text.element("div", verdict.rule, css_class="pm-rule"))
    if line is None or not line.sum:
        st.info("None of its papers has a date.")
        return
    rows = screen.topic_map.topics.set_index("id")["theme"]
    colours = screen.palette.theme_colours(screen.topic_map)
    st.plotly_chart(
        trend_figures.panel(
            line,
            measure=screen.view.measure,
            unfinished=found.unfinished,
            colour=colours.get(str(rows[topic]), screen.palette.grey),
            palette=screen.palette,
            height=240,
        ),
        theme=None,
        config=trend_figures.CONFIG,
        key="topic-trend",
        alt=f"Trend of {line.name}",
    )
    what = (
        "Share of all dated papers of the map"
        if screen.view.measure == "share"
        else "Dated papers of the topic"
    )
    undated = int(
        screen.topic_map.papers.loc[screen.topic_map.papers["topic"] == topic, "date"].isna().sum()
    )
    st.caption(
        f"{what} per {found.period}"
        + (", with its 95 % interval" if screen.view.measure == "share" else "")
        + (f"; {undated:,} of its papers undated" if undated else "")
        + (f"; a {found.period} with fewer than {FEW} dated papers is left out" if few else "")
        + ("; hollow: a period that was not over, in no verdict." if found.unfinished else ".")
    )


def _neighbours(screen: Screen, topic: str) -> None:
    st.subheader("Neighbouring topics", anchor=False)
    close = neighbouring_topics(screen.topic_map, topic)
    close = tuple((other, cosine) for other, cosine in close if cosine > 0)
    if not close:
        st.caption("No other topic of the map is close to this one.")
        return
    names = screen.topic_map.topic_names
    for other, cosine in close:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            links.link("topic", screen.view, label=names[other], topic=other, paper=None)
            st.html(
                text.element("span", wording.number(cosine), css_class="pm-score"),
                width="content",
            )
            links.link(
                "topic",
                screen.view,
                label="Compare",
                icon=":material/compare_arrows:",
                help=f"Compare with {names[other]}",
                against=other,
                paper=None,
            )
    st.caption("How alike the topics' texts are on average: 1 the same, 0 unrelated.")


def _representatives(screen: Screen, ids: list[str]) -> None:
    topic_map = screen.topic_map
    rows = [topic_map.row_of[paper] for paper in ids if paper in topic_map.row_of]
    if not rows:
        return
    st.subheader("Papers at its heart", anchor=False)
    chosen = tables.records(topic_map.papers.iloc[rows[:3]])
    for column, paper in zip(st.columns(_COLUMNS), chosen, strict=False):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            links.link("paper", screen.view, label=paper["title"], topic=None, paper=paper["id"])
            st.html(
                text.element(
                    "div",
                    f"{wording.date(paper['date'])} · {text.shorten(author_names(paper), 60)}",
                    css_class="pm-sub",
                )
                + text.element(
                    "div", text.shorten(paper["abstract"] or "", 260), css_class="pm-excerpt"
                )
            )


def _papers(
    screen: Screen, papers: pd.DataFrame, *, what: str, name: str, show: tuple[str, ...]
) -> None:
    st.subheader("All papers", anchor=False)
    shown = papers[papers.index.isin(screen.selection.rows)] if screen.view.filtered else papers
    if len(shown) < len(papers):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{len(shown):,} of {what} papers pass the filters.")
            st.button(
                "Reset filters",
                icon=":material/filter_alt_off:",
                on_click=links.change_to,
                args=(screen.view.without_filters(),),
                key="topic-reset",
            )
    if shown.empty:
        return
    tables.paper_table(screen, shown, key="topic-papers", show=show)
    tables.downloads(screen, shown, name=name, key="topic-download")


def _unclustered(screen: Screen) -> None:
    topic_map = screen.topic_map
    papers = topic_map.papers[topic_map.papers["topic"].isna()]
    _back(screen)
    st.title("Unclustered papers")
    if papers.empty:
        st.info("Every paper of this map is in a topic.")
        return
    share = wording.percent(len(papers) / max(len(topic_map.papers), 1))
    st.markdown(
        f"{wording.count(len(papers), 'paper')}, {share} of the map, "
        f"{'lies' if len(papers) == 1 else 'lie'} between the topics: not close enough to any "
        "group to belong to it. On the map they are grey; the topic nearest to each is given here."
    )
    links.link(
        "map",
        screen.view,
        label="On the map",
        icon=":material/scatter_plot:",
        topic=None,
        at=None,
        paper=None,
        hide_unclustered=False,
    )
    _papers(
        screen,
        papers,
        what=f"these {len(papers):,}",
        name="unclustered",
        show=("date", "nearest", "theme", "comments", "upvotes"),
    )
