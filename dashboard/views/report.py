"""The Report view: what the filters leave, to read on and to take along."""

from __future__ import annotations

import functools
import shlex
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard import links, tables, text
from dashboard.selection import filters_of
from dashboard.views import empty
from topics.report.blocks import Figure, Table
from topics.report.content import report
from topics.report.page import to_body
from topics.report.wishes import SECTIONS, Wishes
from topics.reports import report_bytes
from topics.selection import matching
from topics.standalone.page import page_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.screen import Screen
    from dashboard.state import View
    from topics.report.blocks import Block
    from topics.selection import Filters
    from topics.topicmap import TopicMap

__all__ = ["command", "show"]

#: With more papers than this the page does not list them all; the files do.
_MOST_SHOWN = 200

#: The files, with what a reader knows them by and their media types.
_FILES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "html": ("Report (HTML)", "text/html"),
        "pdf": ("Report (PDF)", "application/pdf"),
        "md": ("Report (Markdown)", "text/markdown"),
        "xlsx": (
            "Papers (Excel)",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    }
)

#: What each section is called.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "sources": "What was read",
        "map": "Map",
        "themes": "Themes and topics at a glance",
        "trends": "Trends",
        "topics": "Each topic",
        "papers": "All papers",
        "method": "Method and citing",
        "limits": "Limits",
    }
)


def show(screen: Screen) -> None:
    """Draw the view."""
    if empty.no_match(screen):
        return
    with st.container(key="pm-page"):
        _show(screen)


def command(view: View, wishes: Wishes) -> str:
    """What to type for the very same report."""
    said: list[tuple[str, str]] = [
        *(("--theme", theme) for theme in view.themes),
        *(("--topic", topic) for topic in view.topics),
        ("--since", view.since or ""),
        ("--until", view.until or ""),
        ("--words", view.text.strip()),
        ("--like", view.like or ""),
        ("--confidence", "" if view.least_confidence is None else view.confidence),
        ("--area", view.area or ""),
        ("--title", wishes.title),
        ("--author", wishes.author),
        ("--note", wishes.note),
        ("--link", wishes.link),
        ("--sections", ",".join(wishes.sections)),
    ]
    words = ["papermap", "report", "MAP", "--format", "pdf", "--out", "report.pdf"]
    words += [word for flag, value in said if value for word in (flag, value)]
    flags = {
        "--by-meaning": bool(view.text.strip()) and view.search == "meaning",
        "--in-topics": view.hide_unclustered,
    }
    return shlex.join([*words, *(flag for flag, wanted in flags.items() if wanted)])


def _show(screen: Screen) -> None:
    papers = screen.selection.papers
    wishes = _wishes(screen)
    filters = replace(filters_of(screen.view), area=screen.view.area)
    if filters.area:
        papers = screen.topic_map.papers.iloc[matching(screen.topic_map, filters)]
        if papers.empty:
            st.info("No paper lies within the outline.", icon=":material/lasso_select:")
            return
    with st.container(horizontal=True, gap="xsmall", key="pm-report-files"):
        for ending, (label, mime) in _FILES.items():
            st.download_button(
                label,
                # Made when it is asked for: no page waits for a file that nobody wants.
                functools.partial(
                    report_bytes, screen.topic_map, filters, file_format=ending, wishes=wishes
                ),
                file_name=f"papermap-report.{ending}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"report-{ending}",
            )
        st.download_button(
            "Whole map as one file",
            functools.partial(page_bytes, screen.topic_map, title=wishes.title or "Map of papers"),
            file_name="papermap.html",
            mime="text/html",
            on_click="ignore",
            icon=":material/download:",
            help="Map, trends, topics and papers in one HTML file that opens without a network",
            key="report-whole",
        )
    tables.downloads(screen, papers, name="papers", key="report-papers")
    few = len(papers) <= _MOST_SHOWN
    wanted = wishes.sections or SECTIONS
    shown = Wishes(
        title=wishes.title,
        author=wishes.author,
        note=wishes.note,
        link=wishes.link,
        sections=tuple(name for name in wanted if few or name != "papers") or ("themes",),
    )
    with st.spinner("Writing the report …", show_time=True):
        blocks = _blocks(screen.topic_map, filters, shown)
    _draw(blocks)
    if not few and "papers" in wanted:
        st.caption("The list of all papers is in the files.")


@lru_cache(maxsize=8)
def _blocks(topic_map: TopicMap, filters: Filters, wishes: Wishes) -> tuple[Block, ...]:
    """The report of a view, for all readers who look at the same one."""
    papers = topic_map.papers.iloc[matching(topic_map, filters)]
    return report(topic_map, papers, filters, wishes)


def _draw(blocks: Sequence[Block]) -> None:
    """Draw the report; its figures as pictures, since Streamlit takes drawings out of HTML."""
    with st.container(gap="small", key="pm-report-body"):
        for is_figure, run in groupby(
            map(_on_page, blocks), lambda block: isinstance(block, Figure)
        ):
            if not is_figure:
                st.html(f'<article class="pm-report">{to_body(tuple(run))}</article>')
                continue
            for block in run:
                if isinstance(block, Figure):
                    st.image(block.svg, width="stretch", alt=block.caption or "Figure")
                    st.caption(text.plain(block.caption))


def _on_page(block: Block) -> Block:
    """A block without the links within a document, which lead nowhere on a page."""
    return replace(block, links=()) if isinstance(block, Table) else block


def _wishes(screen: Screen) -> Wishes:
    """What the reader asks of the report."""
    with st.expander("Title, note and sections", icon=":material/tune:"):
        left, right = st.columns(2)
        # What the reader called the papers in the outline is what the report is about.
        named = (screen.view.named if screen.view.area else None) or ""
        title = left.text_input("Title", placeholder=named, max_chars=200, key="report-title")
        author = right.text_input("Author", max_chars=200, key="report-author")
        note = st.text_area("Note at its start", max_chars=4000, height=80, key="report-note")
        sections = st.pills(
            "Sections",
            SECTIONS,
            selection_mode="multi",
            default=SECTIONS,
            format_func=lambda name: _NAMES[name],
            key="report-sections",
        )
        with_link = st.toggle("With a link to this view", key="report-link")
        wishes = Wishes(
            title=title.strip() or named,
            author=author,
            note=note,
            link=(_address(screen) or "") if with_link else "",
            sections=() if len(sections) in (0, len(SECTIONS)) else tuple(sections),
        )
        st.caption("The same report from the command line, e.g. for a mailing list with --since:")
        st.code(command(screen.view, wishes), language=None, wrap_lines=True)
    return wishes


def _address(screen: Screen) -> str | None:
    """The link to this view, where the browser has told its address."""
    base = st.context.url
    query = urlencode(links.params(screen.view), doseq=True)
    return f"{base}{'?' if query else ''}{query}" if base else None
