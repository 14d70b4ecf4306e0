"""Tables of papers that lead to the papers, and their downloads."""

from __future__ import annotations

import functools
import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, text, wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import pyarrow as pa

    from dashboard.screen import Screen
    from topics.topicmap import TopicMap

__all__ = [
    "cell_label",
    "downloads",
    "file_stem",
    "paper_frame",
    "paper_table",
    "records",
    "table_download",
]

_WORD_JOINER = "\u2060"

#: Rows beyond which a table is sent in parts.
_LONG = 1000

_AS_LISTED = "as listed"
_ORDERS = {
    "date": "newest first",
    "upvotes": "most upvotes first",
    "comments": "most comments first",
    "title": "by title",
}

#: What a reader of each file will know it by.
_FORMATS: Mapping[str, str] = MappingProxyType(
    {"csv": "CSV", "bib": "BibTeX", "ris": "RIS", "md": "Markdown", "json": "JSON"}
)


def paper_table(
    screen: Screen,
    papers: pd.DataFrame,
    *,
    key: str,
    show: Sequence[str] = ("date", "topic", "theme"),
    height: int | None = None,
) -> None:
    """Draw papers as a table, to be sorted by every column; a click on a title opens the paper.

    Of a long table only what the reader looks at is sent, and its order is chosen above it.

    Args:
        screen: what the page is given.
        papers: rows of the map's papers, by their numbers in the map.
        key: of the table, unique on the page.
        show: columns after the title: date, topic, nearest, theme, fit, comments, upvotes.
        height: in pixels; by default that of the rows, ten at most.
    """
    is_long = len(papers) > _LONG
    if is_long:
        # What is sent in parts cannot be sorted by a click on the head of a column.
        papers = _ordered(papers, key=key, show=show)
    opened = f"{key}-open"
    st.dataframe(
        _long_table(screen.topic_map, papers.index.to_numpy().tobytes(), tuple(show))
        if is_long
        else paper_frame(screen.topic_map, papers, show=show),
        key=key,
        hide_index=True,
        height=height or "auto",
        column_config=_columns(opened),
        placeholder="",
        lazy=is_long,
        alt=f"Table of {wording.count(len(papers), 'paper')}",
    )
    # The click is only there during the run that it caused.
    if click := st.session_state.get(opened):
        paper = str(papers["id"].iloc[int(click["row"])])
        links.go("paper", screen.view, topic=None, paper=paper)


@functools.lru_cache(maxsize=8)
def _long_table(topic_map: TopicMap, rows: bytes, show: tuple[str, ...]) -> pa.Table:
    """The cells of a long table, once for all readers who see it."""
    import numpy as np
    import pyarrow as pa

    papers = topic_map.papers.iloc[np.frombuffer(rows, dtype=np.int64)]
    return pa.Table.from_pandas(paper_frame(topic_map, papers, show=show), preserve_index=False)


def _ordered(papers: pd.DataFrame, *, key: str, show: Sequence[str]) -> pd.DataFrame:
    """The papers in an order that the reader chooses, those of which it is not known last."""
    columns = {label: name for name, label in _ORDERS.items() if name == "title" or name in show}
    known = {label: name for label, name in columns.items() if papers[name].notna().any()}
    chosen = st.selectbox(
        "Order",
        (_AS_LISTED, *known),
        key=f"{key}-order",
        format_func=lambda order: f"Order: {order}",
        label_visibility="collapsed",
        width=240,
    )
    if chosen not in known:
        return papers
    falls = known[chosen] != "title"
    values = papers[known[chosen]]
    values = values.str.lower() if known[chosen] == "title" else values
    return papers.loc[values.sort_values(ascending=not falls, kind="stable").index]


def paper_frame(topic_map: TopicMap, papers: pd.DataFrame, *, show: Sequence[str]) -> pd.DataFrame:
    """The cells of :func:`paper_table`, in the order of the papers."""
    import pandas as pd

    names = topic_map.topic_names

    def topic(value: Any) -> str:
        return names.get(value, "") if isinstance(value, str) else ""

    columns: dict[str, Any] = {
        "Title": [cell_label(title or "Untitled") for title in papers["title"]]
    }
    for name in show:
        values = papers[{"nearest": "nearest_topic", "fit": "topic_confidence"}.get(name, name)]
        if name == "topic":
            columns["Topic"] = [topic(value) or "unclustered" for value in values]
        elif name == "nearest":
            columns["Nearest topic"] = [topic(value) for value in values]
        elif name == "fit":
            columns["Fit"] = values.astype("Float64").reset_index(drop=True)
        elif name in ("comments", "upvotes"):
            if values.notna().any():
                columns[name.capitalize()] = values.astype("Int64").reset_index(drop=True)
        else:
            # The form of the source sorts by time as it stands.
            columns[name.capitalize()] = [v if wording.is_known(v) else "" for v in values]
    return pd.DataFrame(columns)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each as a mapping from column to cell; what is missing is None."""
    return [
        {
            str(name): None if isinstance(cell, float) and cell != cell else cell
            for name, cell in row.items()
        }
        for row in table.to_dict("records")
    ]


def cell_label(label: str) -> str:
    """Text for a button in a table, which takes a leading icon code or a list as something else."""
    one_line = " ".join(label.split())
    return _WORD_JOINER + one_line if one_line.startswith((":", "[")) else one_line


def downloads(screen: Screen, papers: pd.DataFrame, *, name: str, key: str) -> None:
    """Draw buttons that download papers in each format.

    Args:
        screen: what the page is given.
        papers: rows of the map's papers.
        name: of the files, without their ending; any text.
        key: of the buttons, unique on the page.
    """
    from topics.exports import EXPORTS, MIME_TYPES

    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"pm-{key}"):
        st.html(
            text.element(
                "span", f"Download {wording.count(len(papers), 'paper')}", css_class="pm-sub"
            ),
            width="content",
        )
        for ending, label in _FORMATS.items():
            st.download_button(
                label,
                # Made when it is asked for: no page waits for a file that nobody wants.
                functools.partial(
                    EXPORTS[ending], papers, topic_names=screen.topic_map.topic_names
                ),
                file_name=f"{file_stem(name)}.{ending}",
                mime=MIME_TYPES[ending],
                on_click="ignore",
                icon=":material/download:",
                key=f"{key}-{ending}",
            )


def table_download(table: pd.DataFrame, *, label: str, name: str, key: str) -> None:
    """Draw a button that downloads any table as CSV."""
    from topics.exports import MIME_TYPES, table_csv

    st.download_button(
        label,
        functools.partial(table_csv, table),
        file_name=f"{file_stem(name)}.csv",
        mime=MIME_TYPES["csv"],
        on_click="ignore",
        icon=":material/download:",
        key=key,
    )


def file_stem(name: str) -> str:
    """A file name, without its ending, that every system takes: ``neural-scaling-laws``."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    words = re.findall(r"[a-z0-9]+", folded.lower())
    return "-".join(words)[:60].strip("-") or "papers"


def _columns(opened: str) -> dict[str, Any]:
    config = st.column_config
    return {
        "Title": config.ButtonColumn(
            width=460,
            type="tertiary",
            alignment="left",
            key=opened,
            help="Click a title to open the paper",
        ),
        "Date": config.TextColumn(width=100),
        "Topic": config.TextColumn(width=190),
        "Nearest topic": config.TextColumn(width=190),
        "Theme": config.TextColumn(width=120),
        "Fit": config.NumberColumn(
            width=70, format="%.2f", help="Share of its nearest papers in the same topic"
        ),
        "Comments": config.NumberColumn(width=90),
        "Upvotes": config.NumberColumn(width=90),
    }
