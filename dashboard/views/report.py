"""The Report view: what the filters leave, to read on and to take along."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard import links, report, tables
from dashboard.views import empty

if TYPE_CHECKING:
    from dashboard.screen import Screen

__all__ = ["show"]

#: With more papers than this the page shows only those that stand for their topics.
_MOST_SHOWN = 200


def show(screen: Screen) -> None:
    """Draw the view."""
    if empty.no_match(screen):
        return
    with st.container(key="pm-page"):
        _show(screen)


def _show(screen: Screen) -> None:
    papers = screen.selection.papers
    address = _address(screen)
    with st.container(horizontal=True, gap="xsmall", key="pm-report-files"):
        for label, ending, mime in (
            ("Report (HTML)", "html", "text/html"),
            ("Report (Markdown)", "md", "text/markdown"),
        ):
            st.download_button(
                label,
                functools.partial(_write, screen, ending, address),
                file_name=f"papermap-report.{ending}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"report-{ending}",
            )
    few = len(papers) <= _MOST_SHOWN
    blocks = report.report(screen.topic_map, screen.view, screen.selection, with_papers=few)
    st.html(f'<article class="pm-report">{report.to_body(blocks)}</article>')
    if not few:
        st.caption("Here only the papers at the heart of each topic; the files list all of them.")
    tables.downloads(screen, papers, name="papers", key="report-papers")


def _write(screen: Screen, ending: str, address: str | None) -> bytes:
    blocks = report.report(screen.topic_map, screen.view, screen.selection, address=address)
    if ending == "html":
        return report.to_html(blocks, title="Report of a paper map")
    return report.to_markdown(blocks)


def _address(screen: Screen) -> str | None:
    """The link to this view, where the browser has told its address."""
    base = st.context.url
    query = urlencode(links.params(screen.view), doseq=True)
    return f"{base}{'?' if query else ''}{query}" if base else None
