"""The edits of a map: who made them, when and why; taking them back, and the log to take along."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import editing, tables, text, wording
from topics import artefact
from topics.edits.log import LOG, parse_log
from topics.errors import MapError

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.screen import Screen
    from topics.edits.log import Log
    from topics.topicmap import TopicMap

__all__ = ["history_frame", "show"]

_LONGEST = 60


def show(screen: Screen) -> None:
    """Draw the history; nothing for a map that was never edited."""
    edits = screen.topic_map.manifest.get("edits")
    folder = screen.topic_map.path
    if not edits or folder is None:
        return
    raw, log = _log(str(folder), screen.topic_map.digest)
    held = f"{wording.count(len(log.active), 'edit')}"
    with st.expander(f"Edited by people: {held}", icon=":material/history:", key="pm-edits"):
        st.caption(
            "What people changed after the map was built. Nothing in this list is ever altered: "
            "what is taken back stays here, and can be made again."
        )
        for each in edits["unfit"]:
            st.warning(
                text.plain(f"{each['id']} does not fit the map any more: {each['why']}."),
                icon=":material/info:",
            )
        st.dataframe(
            history_frame(log, screen.topic_map),
            hide_index=True,
            key="edits-table",
            column_config={"What": st.column_config.TextColumn(width="large")},
            alt=f"History of {wording.count(len(log.entries), 'edit')}",
        )
        if editing.can_edit(screen) and len(log.edits) > 1:
            _any_edit(log)
        with st.container(horizontal=True, key="pm-edits-do"):
            if editing.can_edit(screen):
                _back_and_forth(log)
            st.download_button(
                "Download the log",
                raw[: log.whole],
                file_name=LOG,
                mime="application/x-ndjson",
                icon=":material/download:",
                help="papermap build … --edits FILE makes the same edits on another map.",
                key="edits-download",
            )


@lru_cache(maxsize=8)
def _log(folder: str, digest: str) -> tuple[bytes, Log]:  # noqa: ARG001 - the digest is the key
    try:
        raw = artefact.read_log(folder)
    except MapError:
        raw = b""
    return raw, parse_log(raw)


def history_frame(log: Log, topic_map: TopicMap) -> pd.DataFrame:
    """One row an edit, the latest first: columns Edit, When, Who, What, Why and State."""
    import pandas as pd

    unfit = {each["id"] for each in topic_map.manifest["edits"]["unfit"]}
    rows = [
        {
            "Edit": entry.id,
            "When": f"{entry.when[:10]} {entry.when[11:16]} UTC",
            "Who": tables.cell_label(entry.who) if entry.who else "",
            "What": tables.cell_label(entry.says),
            "Why": tables.cell_label(entry.why) if entry.why else "",
            "State": "undone"
            if entry.id in log.undone
            else "does not fit"
            if entry.id in unfit
            else "",
        }
        for entry in reversed(log.entries)
    ]
    return pd.DataFrame(rows, columns=["Edit", "When", "Who", "What", "Why", "State"])


def _any_edit(log: Log) -> None:
    """Take back any one edit, those after it left as they are; or make it again."""

    def said(edit: str) -> str:
        entry = log.of[edit]
        state = " (undone)" if edit in log.undone else ""
        return text.plain(f"{text.shorten(entry.says, _LONGEST)}{state}")

    with st.container(horizontal=True, vertical_alignment="bottom", key="pm-edits-any"):
        chosen = st.selectbox(
            "Take back one edit, whenever it was made",
            [entry.id for entry in reversed(log.edits)],
            index=None,
            format_func=said,
            placeholder="Choose an edit",
            key="edits-choice",
        )
        kind = "redo" if chosen in log.undone else "undo"
        st.button(
            f"{kind.capitalize()} this edit",
            icon=f":material/{kind}:",
            disabled=chosen is None,
            on_click=editing.ask,
            args=(kind, chosen or ""),
            key="edit-any",
        )


def _back_and_forth(log: Log) -> None:
    for kind, edit, icon in (
        ("undo", log.to_undo, ":material/undo:"),
        ("redo", log.to_redo, ":material/redo:"),
    ):
        entry = log.of.get(edit or "")
        told = text.shorten(entry.says, _LONGEST) if entry else f"Nothing to {kind}."
        st.button(
            kind.capitalize(),
            icon=icon,
            disabled=entry is None,
            help=text.plain(told),
            on_click=editing.ask,
            args=(kind, edit or ""),
            key=f"edit-{kind}",
        )
