"""Papers as a workbook: texts are texts, never formulas, whatever they begin with."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from topics import wording
from topics.exports import author_names, escape_cell, paper_address
from topics.report.papers import records
from topics.trend_lines import read_on
from topics.trend_verdicts import trend_verdicts
from topics.trend_wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from topics.topicmap import TopicMap

__all__ = ["to_xlsx"]

#: What a cell and a sheet can hold.
_LONGEST, _MOST_ROWS, _MOST_LINKS = 32_000, 1_048_000, 60_000

_PAPERS = (
    *(("Title", 70), ("Authors", 32), ("Date", 11), ("Topic", 28), ("Fit", 7), ("Theme", 14)),
    *(("Comments", 10), ("Upvotes", 9), ("Link", 34), ("arXiv", 13), ("DOI", 20)),
    *(("Sources", 24), ("Id", 22), ("Abstract", 90)),
)
_TOPICS = (
    *(("Topic", 34), ("Id", 7), ("Theme", 14), ("Papers", 9), ("Of these papers", 14)),
    *(("Trend", 14), ("Comes back", 12), ("Keywords", 60), ("Rule of the trend", 90)),
)


def to_xlsx(topic_map: TopicMap, papers: pd.DataFrame, *, title: str, said: str) -> bytes:
    """Write papers and their topics as a workbook of three sheets.

    Args:
        topic_map: the map.
        papers: rows of its papers.
        title: of the report.
        said: which papers these are, as a sentence.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    # The file says when its map was made, not when it was written: same map, same bytes.
    book.set_properties({"title": _text(title), "created": _created(topic_map)})
    book.set_size(2400, 1400)
    _Sheet(book, "Papers", _PAPERS).fill(_paper_rows(topic_map, papers), link=8)
    _Sheet(book, "Topics", _TOPICS).fill(_topic_rows(topic_map, papers))
    _Sheet(book, "About", (("What", 30), ("Value", 90))).fill(_about(topic_map, said, len(papers)))
    book.close()
    return out.getvalue()


class _Sheet:
    """A sheet with a head that stays in sight and filters."""

    def __init__(self, book: Any, name: str, columns: Sequence[tuple[str, int]]) -> None:
        self._sheet = book.add_worksheet(name)
        self._columns = columns
        bold = book.add_format({"bold": True, "bottom": 1})
        top = book.add_format({"valign": "top"})
        for i, (column, width) in enumerate(columns):
            self._sheet.write_string(0, i, column, bold)
            self._sheet.set_column(i, i, width, top)
        self._sheet.freeze_panes(1, 1)

    def fill(self, rows: Sequence[Sequence[Any]], *, link: int = -1) -> None:
        """Write rows; ``link`` is the column of addresses, which lead there."""
        links = 0
        for number, row in enumerate(rows[:_MOST_ROWS], 1):
            for i, value in enumerate(row):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    self._sheet.write_number(number, i, value)
                elif value:
                    text = _text(str(value))
                    if i == link and links < _MOST_LINKS and len(text) < 2_000:
                        links += 1
                        # Comes from paper_address(): http(s) alone, all else encoded.
                        self._sheet.write_url(number, i, text, string=text)
                    else:
                        self._sheet.write_string(number, i, text)
        if rows:
            self._sheet.autofilter(0, 0, min(len(rows), _MOST_ROWS), len(self._columns) - 1)


def _paper_rows(topic_map: TopicMap, papers: pd.DataFrame) -> list[tuple[Any, ...]]:
    names = topic_map.topic_names
    return [
        (
            paper["title"],
            author_names(paper),
            paper["date"],
            names.get(str(paper["topic"]), "") if paper["topic"] else "unclustered",
            _number(paper["topic_confidence"], 4),
            paper["theme"],
            _number(paper["comments"], 0),
            _number(paper["upvotes"], 0),
            paper_address(paper),
            paper["arxiv_id"],
            paper["doi"],
            "; ".join(map(str, paper["sources"])) if paper["sources"] is not None else "",
            paper["id"],
            paper["abstract"],
        )
        for paper in records(papers)
    ]


def _topic_rows(topic_map: TopicMap, papers: pd.DataFrame) -> list[tuple[Any, ...]]:
    sizes = papers["topic"].value_counts()
    verdicts = trend_verdicts(topic_map).topics
    rows = []
    for topic in records(topic_map.topics):
        size = int(sizes.get(topic["id"], 0))
        if not size:
            continue
        verdict = verdicts.get(str(topic["id"]))
        rows.append(
            (
                topic["name"],
                topic["id"],
                topic["theme"],
                size,
                round(size / len(papers), 4),
                WORDS[verdict.word][0] if verdict else "",
                _number(topic["stability"], 4),
                ", ".join(map(str, topic["keywords"])),
                verdict.rule if verdict else "",
            )
        )
    return rows


def _about(topic_map: TopicMap, said: str, papers: int) -> list[tuple[Any, ...]]:
    manifest = topic_map.manifest
    facts = (
        ("Which papers", said),
        ("Papers in this file", papers),
        ("Papers of the map", len(topic_map.papers)),
        ("Sources as of", wording.day(read_on(topic_map))),
        ("Map built", wording.day(manifest.get("created"))),
        ("Papermap", manifest.get("papermap_version")),
        ("Fingerprint of the papers", manifest.get("corpus_fingerprint")),
        ("Digest of the map", topic_map.digest),
    )
    return [fact for fact in facts if wording.is_known(fact[1])]


def _created(topic_map: TopicMap) -> dt.datetime:
    made = topic_map.manifest.get("created")
    try:
        moment = dt.datetime.fromisoformat(str(made))
    except ValueError:
        return dt.datetime(2000, 1, 1)
    return moment.replace(tzinfo=None, microsecond=0)


def _text(text: str) -> str:
    """What a cell can hold, harmless also after the sheet was saved in another format."""
    plain = text.encode("utf-8", "replace").decode().replace("\ufffe", "").replace("\uffff", "")
    return escape_cell(plain)[:_LONGEST]


def _number(value: Any, digits: int) -> float | int | None:
    if not wording.is_known(value):
        return None
    return round(float(value), digits) if digits else int(value)
