"""What became of every record that was read: by file, and one by one."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard import links, tables, text, wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from dashboard.screen import Screen

__all__ = ["ANCHOR", "OUTCOMES", "choose", "read_by_file", "show"]

#: Where on its page the ledger is, for links to it.
ANCHOR = "records"

OUTCOMES: Mapping[str, str] = {"rejected": "Rejected", "merged": "Merged", "kept": "Kept"}
_OUTCOMES, _FILES, _WORDS, _SHOWN = (
    "ledger-outcomes",
    "ledger-files",
    "ledger-words",
    "ledger-shown",
)
#: Records that are listed at once.
_STEP = 50


def show(screen: Screen) -> None:
    """Draw the ledger of a map.

    Args:
        screen: what the page is given; filters make no difference.
    """
    ledger = screen.topic_map.ledger
    files = read_by_file(ledger)
    st.subheader("What became of every record", anchor=ANCHOR)
    totals = {name: int(files[name].sum()) for name in ("read", *OUTCOMES)}
    st.markdown(
        f"**{totals['read']:,}** records read = **{totals['kept']:,}** kept + "
        f"**{totals['merged']:,}** merged with the same paper + **{totals['rejected']:,}** rejected"
    )
    if ledger.empty:
        return
    st.html(_files_html(files))
    _one_by_one(screen, totals)


def read_by_file(ledger: pd.DataFrame) -> pd.DataFrame:
    """How many records of each file were kept, merged and rejected.

    Returns:
        Columns file, read, kept, merged, rejected; read is the sum of the rest.
    """
    import pandas as pd

    outcomes = ("kept", "merged", "rejected")
    table = pd.crosstab(ledger["source"], ledger["outcome"]).reindex(
        index=list(dict.fromkeys(ledger["source"])), columns=list(outcomes), fill_value=0
    )
    found = pd.DataFrame({"file": table.index, **{name: [*table[name]] for name in outcomes}})
    found.insert(1, "read", found[list(outcomes)].sum(axis=1).astype(int))
    return found


def choose(
    ledger: pd.DataFrame,
    titles: Mapping[str, str],
    *,
    outcomes: Sequence[str],
    files: Sequence[str] = (),
    words: str = "",
) -> pd.DataFrame:
    """The records that a reader asks for, the rejected first, then the merged.

    Args:
        ledger: all records.
        titles: of the papers, by id.
        outcomes: keys of ``OUTCOMES``.
        files: names; empty for all.
        words: that the file, the reason or the title of the paper holds, all of them.
    """
    found = ledger[ledger["outcome"].isin(list(outcomes))]
    if files:
        found = found[found["source"].isin(list(files))]
    if wanted := words.casefold().split():
        title = found["paper_id"].map(titles).fillna("")
        told = found["source"] + " " + found["reason"].fillna("") + " " + title
        lower = told.str.casefold()
        for word in wanted:
            found = found[lower.loc[found.index].str.contains(word, regex=False)]
    order = found["outcome"].map({name: place for place, name in enumerate(OUTCOMES)})
    return found.loc[order.sort_values(kind="stable").index]


def _one_by_one(screen: Screen, totals: Mapping[str, int]) -> None:
    ledger = screen.topic_map.ledger
    papers = screen.topic_map.papers
    titles = dict(zip(papers["id"], papers["title"], strict=True))
    outcomes, files, words = _filters(ledger, totals)
    found = choose(ledger, titles, outcomes=outcomes, files=files, words=words)
    asked = (tuple(outcomes), tuple(files), words)
    if st.session_state.get(_SHOWN, (None, 0))[0] != asked:
        st.session_state[_SHOWN] = (asked, _STEP)
    shown = st.session_state[_SHOWN][1]
    if found.empty:
        st.caption(_nothing(totals, outcomes, narrowed=bool(files or words)))
    else:
        st.html(_records_html(screen, found.head(shown), titles, total=len(found)))
    with st.container(horizontal=True, gap="small", key="pm-ledger-buttons"):
        if len(found) > shown:
            st.button(
                f"Show {min(4 * _STEP, len(found) - shown):,} more",
                icon=":material/expand_more:",
                on_click=_more,
                key="ledger-more",
            )
        if 0 < len(found) < len(ledger):
            tables.table_download(
                found,
                label=f"Download {'this' if len(found) == 1 else 'these'} {len(found):,} (CSV)",
                name="ledger selection",
                key="ledger-selection-csv",
            )
        tables.table_download(
            ledger, label=f"Download all {len(ledger):,} (CSV)", name="ledger", key="ledger-csv"
        )


def _filters(
    ledger: pd.DataFrame, totals: Mapping[str, int]
) -> tuple[Sequence[str], Sequence[str], str]:
    st.session_state.setdefault(_OUTCOMES, ["rejected", "merged"])
    outcomes = st.pills(
        "Records that were",
        list(OUTCOMES),
        selection_mode="multi",
        format_func=lambda name: f"{OUTCOMES[name]} {totals[name]:,}",
        key=_OUTCOMES,
    )
    with st.container(horizontal=True, gap="small", key="pm-ledger-filters"):
        words = st.text_input(
            "Words in reason, title or file",
            icon=":material/search:",
            key=_WORDS,
        )
        names = list(dict.fromkeys(ledger["source"]))
        files = (
            st.multiselect(
                "Files", names, placeholder="All files", format_func=text.plain, key=_FILES
            )
            if len(names) > 1
            else ()
        )
    return outcomes, files, words or ""


def _nothing(totals: Mapping[str, int], outcomes: Sequence[str], *, narrowed: bool) -> str:
    if not outcomes:
        return "Choose at least one of the three."
    if narrowed:
        return "No record is like that. Take a filter away."
    named = " or ".join(name for name in ("rejected", "merged", "kept") if name in outcomes)
    said = f"No record was {named}."
    return said if totals["rejected"] + totals["merged"] else f"{said} Each one is a paper here."


def _more() -> None:
    asked, shown = st.session_state[_SHOWN]
    st.session_state[_SHOWN] = (asked, shown + 4 * _STEP)


def _files_html(files: pd.DataFrame) -> str:
    numbers = ("read", "kept", "merged", "rejected")
    head = "".join(f'<th scope="col">{name.capitalize()}</th>' for name in ("file", *numbers))
    rows = "".join(
        f'<tr><th scope="row">{html.escape(str(row["file"]))}</th>'
        + "".join(
            f'<td data-label="{name}"{"" if row[name] else " class=pm-none"}>{row[name]:,}</td>'
            for name in numbers
        )
        + "</tr>"
        for row in files.to_dict("records")
    )
    return (
        '<div class="pm-ledger-files" role="region" aria-label="Records by file" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _records_html(
    screen: Screen, found: pd.DataFrame, titles: Mapping[str, str], *, total: int
) -> str:
    rows = "".join(_record(screen, row, titles) for row in tables.records(found))
    count = (
        wording.count(total, "record")
        if len(found) == total
        else f"The first {len(found):,} of {wording.count(total, 'record')}"
    )
    return (
        f'<div class="pm-sub" role="status">{count}</div>'
        f'<ul class="pm-ledger" aria-label="Records">{rows}</ul>'
    )


def _record(screen: Screen, row: Mapping[str, object], titles: Mapping[str, str]) -> str:
    outcome, paper = str(row["outcome"]), row["paper_id"]
    place = f"{row['source']}, line {row['line']:,}"
    link = ""
    if isinstance(paper, str) and paper in titles:
        params = links.params(screen.view.without_filters(), paper=paper, topic=None)
        address = html.escape(f"paper?{urlencode(params, doseq=True)}")
        title = html.escape(text.shorten(titles[paper] or "Untitled", 160))
        link = f'<a href="{address}">{title}</a>'
    reason = text.shorten(str(row["reason"]), 400) if wording.is_known(row["reason"]) else ""
    return (
        f'<li><span class="pm-outcome pm-{html.escape(outcome)}">{html.escape(outcome)}</span>'
        f"<div>{text.element('b', place)}{text.element('p', reason) if reason else ''}{link}</div>"
        "</li>"
    )
