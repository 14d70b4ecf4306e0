"""A map, or a part of it, as a file: a report to read, or its papers for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from topics.errors import SettingsError
from topics.exports import EXPORTS
from topics.folders import write_whole
from topics.selection import Filters, filters_in_words, matching

if TYPE_CHECKING:
    import os

    import pandas as pd

    from topics.report.wishes import Wishes
    from topics.topicmap import TopicMap

__all__ = ["FORMATS", "checked", "report_bytes", "write_report"]

#: Formats that say what the papers are about, and those that list them for other programs.
DOCUMENTS = ("html", "pdf", "md")
LISTS = ("xlsx", "csv", "bib", "ris", "json")
FORMATS = (*DOCUMENTS, *LISTS)


def write_report(
    topic_map: TopicMap,
    path: str | os.PathLike[str],
    *,
    file_format: str,
    filters: Filters | None = None,
    wishes: Wishes | None = None,
) -> int:
    """Write a report of the papers that pass the filters.

    The same map gives the same bytes.

    Returns:
        Number of papers in it.

    Raises:
        SettingsError: an unknown format, topic, theme or section, or a file that cannot be
            written.
    """
    chosen = checked(topic_map, filters or Filters())
    rows = matching(topic_map, chosen)
    data = report_bytes(topic_map, chosen, file_format=file_format, wishes=wishes)
    target = Path(path)
    try:
        write_whole(target, data)
    except OSError as error:
        raise SettingsError(
            f"The report cannot be written to {target} ({error.strerror}). Choose another --out."
        ) from error
    return len(rows)


def checked(topic_map: TopicMap, filters: Filters) -> Filters:
    """The filters, if the map has what they name.

    Raises:
        SettingsError: the map has no such topic or theme; says which there are.
    """
    for noun, asked, known in (
        ("topic", filters.topics, [*topic_map.topics["id"], *topic_map.groups["id"]]),
        ("theme", filters.themes, list(topic_map.themes["name"])),
    ):
        for name in asked:
            if name not in known:
                raise SettingsError(f"No {noun} {name!r} in this map; it has {_listed(known)}.")
    if filters.like is not None and filters.like not in topic_map.row_of:
        raise SettingsError(
            f"No paper {filters.like!r} in this map; `papermap search` finds the ids of papers."
        )
    return filters


def report_bytes(
    topic_map: TopicMap,
    filters: Filters,
    *,
    file_format: str,
    wishes: Wishes | None = None,
) -> bytes:
    """A report in one of `FORMATS`.

    Raises:
        SettingsError: an unknown format.
    """
    if file_format not in FORMATS:
        raise SettingsError(
            f"Unknown format {file_format!r}; expected one of {', '.join(FORMATS)}."
        )
    papers = topic_map.papers.iloc[matching(topic_map, filters)]
    if file_format in DOCUMENTS:
        return _document(topic_map, papers, filters, file_format=file_format, wishes=wishes)
    if file_format == "xlsx":
        from topics.report.workbook import to_xlsx

        title = wishes.heading if wishes else "Papers of a map"
        said = filters_in_words(topic_map, filters)
        return to_xlsx(topic_map, papers, title=title, said=said)
    return EXPORTS[file_format](papers, topic_names=topic_map.topic_names)


def _document(
    topic_map: TopicMap,
    papers: pd.DataFrame,
    filters: Filters,
    *,
    file_format: str,
    wishes: Wishes | None,
) -> bytes:
    from topics.report.content import report
    from topics.report.wishes import Wishes

    wished = wishes or Wishes()
    blocks = report(topic_map, papers, filters, wished)
    if file_format == "pdf":
        from topics.report.pdf import to_pdf

        return to_pdf(blocks, title=wished.heading, author=wished.author)
    if file_format == "html":
        from topics.report.page import to_html

        return to_html(blocks, title=wished.heading)
    from topics.report.markdown import to_markdown

    return to_markdown(blocks)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else "none"
