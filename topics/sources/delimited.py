"""Tables as text: CSV, TSV, and those divided by semicolons or bars."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.sources.columns import match_columns, unique_names
from topics.sources.headers import HEADER_ROWS, find_header, is_data
from topics.sources.lines import DocumentLines, text_lines
from topics.sources.quoted_rows import (
    BadRow,
    QuotedRows,
    RowShape,
    allow_long_fields,
)
from topics.sources.record import Reject, SourceRead
from topics.sources.table import MOST_COLUMNS, Row, no_records, read_table, too_wide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from topics.sources.document import Document

__all__ = ["DELIMITED", "Delimited"]

#: Separators and the names of tables with them.
_FORMATS = {",": "csv", "\t": "tsv", ";": "csv (semicolons)", "|": "csv (bars)"}
_ENDINGS = frozenset((".csv", ".tsv", ".tab", ".psv"))
#: Rows by which a separator is told.
_SAMPLE = 60
#: Share of rows with as many fields as the header from which a text of no name is a table.
_REGULAR = 0.8
#: First characters of formats that are no tables, whatever separators are in them.
_OTHER = ("{", "[", "<", "@", "%")
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How a text is divided.

    Attributes:
        delimiter: the separator.
        columns: unique names of the columns.
        before: lines before the header that are not of the table.
        body: line of the first row.
        score: how sure the header's names are; 0 where they are not known.
        regular: share of the sample's rows with as many fields as there are columns.
        rows: fields of the sample's rows.
        shape: what these have in common.
        spaced: whether a space follows each separator.
        headless: whether the first line is a row already.
    """

    delimiter: str
    columns: tuple[str, ...]
    before: int
    body: int
    score: int
    regular: float
    rows: tuple[list[str], ...]
    shape: RowShape
    spaced: bool
    headless: bool = False


class Delimited:
    """Tables as text, their columns in whatever order and by whatever name."""

    name = "csv"
    expects = "tables of papers with their titles or abstracts in a column (CSV, TSV)"

    def recognises(self, document: Document) -> bool:
        """Whether the text is a table with titles or abstracts, or calls itself a table."""
        head = document.head_text
        if head is None or not head.strip():
            return False
        called = PurePath(document.source).suffix.lower() in _ENDINGS
        if head.lstrip().startswith(_OTHER) and not called:
            return False
        if called:
            return True
        layout = _layout(head, document.columns, whole=_is_whole(document))
        if layout is None or len(layout.columns) < 2 or layout.regular < _REGULAR:
            return False
        if layout.score >= 2:
            return True
        return len(layout.rows) >= 2 and _tells(layout, document.columns)

    def begins(self, document: Document) -> bool:
        """Whether the first line is a table's header that names both titles and abstracts.

        Then it is one, whatever some cell holds: an abstract may have lines of any other format.
        """
        head = document.head_text
        first = (head or "").lstrip().partition("\n")[0].lower()
        if head is None or first.startswith(_OTHER) or not {"title", "abstract"} <= _words(first):
            return False
        layout = _layout(head, document.columns, whole=_is_whole(document))
        return (
            layout is not None
            and len(layout.columns) >= 2
            and layout.score >= 2
            and not layout.before
            and layout.regular >= _REGULAR
        )

    def read(self, document: Document) -> SourceRead:
        """Read all rows.

        Raises:
            SourceError: there is no row, or no column holds titles or abstracts.
        """
        source = document.source
        layout = _layout(document.head_text or "", document.columns, whole=_is_whole(document))
        if layout is None:
            raise SourceError(f"{source}: no table with a paper in each row.")
        if len(layout.columns) > MOST_COLUMNS:
            raise SourceError(too_wide(source, len(layout.columns)))
        if len(layout.columns) == 1 and not layout.score:
            raise no_records(source, layout.columns)
        if len(layout.columns) > 1 and layout.rows and all(map(_is_undivided, layout.rows)):
            why = (
                "The rows below them have one field each: their separator is not the header's. "
                "Save the table with one separator in all lines."
            )
            raise no_records(source, layout.columns, why=why)
        lines = DocumentLines(document)
        scan = QuotedRows(
            islice(lines, layout.body - 1, None),
            layout.delimiter,
            layout.shape,
            line=layout.body,
            spaced=layout.spaced,
        )
        table = read_table(
            _rows(scan, source), source=source, columns=layout.columns, named=document.columns
        )
        notices = [str(table.match), *_remarks(layout), *table.notices]
        if scan.mended:
            rows = "1 row has" if scan.mended == 1 else f"{scan.mended} rows have"
            notices.append(
                f"{rows} quotation marks that are not doubled; read as most likely meant."
            )
        return SourceRead(
            source=source,
            format=_FORMATS[layout.delimiter] if len(layout.columns) > 1 else "csv",
            records=table.records,
            rejects=table.rejects,
            notices=tuple(f"{source}: {notice}" for notice in (*lines.notices, *notices)),
            columns=table.match.columns,
            matched=table.match.matched,
        )


def _is_whole(document: Document) -> bool:
    return document.size is not None and document.size <= len(document.head)


def _is_undivided(row: Sequence[str]) -> bool:
    """Whether a row is one field, and no quotation mark that is not closed makes it so."""
    return len(row) == 1 and "\n" not in row[0]


def _rows(scan: QuotedRows, source: str) -> Iterator[Row | Reject]:
    for line, found in scan:
        if isinstance(found, BadRow):
            yield Reject(source=source, line=line, reason=found.reason)
        else:
            yield Row(line, found)


def _remarks(layout: _Layout) -> Iterator[str]:
    width = len(layout.columns)
    if layout.rows and all(len(row) == width + 1 for row in layout.rows):
        yield (
            "every row has one field more than the header has names. If the first column is "
            "without a name, put one before the others."
        )
    if layout.headless:
        yield "there is no header; columns were told by what they hold."
    elif layout.before:
        lines = "the line" if layout.before == 1 else f"the {layout.before} lines"
        yield f"{lines} before the header, no paper, passed over."


def _tells(layout: _Layout, named: Mapping[str, str]) -> bool:
    """Whether columns of unknown names surely hold papers: abstracts, or titles and more."""
    return match_columns(layout.columns, layout.rows, named=named).usable


def _words(line: str) -> set[str]:
    return set(re.findall(r"[a-z]+", line))


def _layout(head: str, named: Mapping[str, str], *, whole: bool) -> _Layout | None:
    """Find the separator and the header; None for a text without a line."""
    told = _SEPARATOR_LINE.match(head)
    delimiters = [told[1]] if told is not None and told[1] in _FORMATS else list(_FORMATS)
    skipped = 1 if told is not None else 0
    lines = list(islice(text_lines(head), skipped, skipped + 40 * _SAMPLE))
    if not whole and len(lines) > 1:
        lines.pop()
    found = [
        layout
        for delimiter in delimiters
        if (layout := _divided(lines, delimiter, named, offset=skipped)) is not None
    ]
    return max(found, key=_likeliness, default=None)


def _likeliness(layout: _Layout) -> tuple[float, ...]:
    columns = len(layout.columns)
    if columns == 1:
        return (0, 0, 1, layout.regular)
    return (layout.score * layout.regular, layout.regular, columns, 0)


def _divided(
    lines: Sequence[str], delimiter: str, named: Mapping[str, str], *, offset: int
) -> _Layout | None:
    spaced = sum(line.count(f'{delimiter} "') for line in lines) > sum(
        line.count(f'{delimiter}"') for line in lines
    )
    rows = _loose_rows(lines, delimiter, spaced=spaced)
    if not rows:
        return None
    at, score = find_header([cells for _, cells in rows], named=named)
    line, cells = rows[at]
    below = rows[at + 1 :]
    headless = score == 0 and is_data(cells)
    if headless:
        below = rows[at:]
        cells = [""] * Counter(len(row) for _, row in below).most_common(1)[0][0]
    width = len(cells)
    # A separator at the end of every row, and none at the header's, makes no column.
    ends = {len(row) for _, row in below}
    if ends == {width + 1} and all(not row[-1].strip() for _, row in below):
        cells = [*cells, ""]
    sample = tuple(row for _, row in below[:_SAMPLE])
    starts = [lines[number - 1] for number, _ in below[:_SAMPLE]]
    regular = sum(len(row) == len(cells) for row in sample) / len(sample) if sample else 1.0
    return _Layout(
        delimiter=delimiter,
        columns=unique_names(cells),
        before=0 if headless else line - 1,
        body=offset + (below[0][0] if below else len(lines) + 1),
        score=score,
        regular=regular,
        rows=sample,
        shape=RowShape.of(starts, sample, width=len(cells)),
        spaced=spaced,
        headless=headless,
    )


def _loose_rows(
    lines: Sequence[str], delimiter: str, *, spaced: bool
) -> list[tuple[int, list[str]]]:
    """The first rows with the lines they begin on, however odd their quotation marks."""
    allow_long_fields()
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=spaced)
    rows: list[tuple[int, list[str]]] = []
    begun = 1
    for cells in reader:
        if cells and (len(cells) > 1 or cells[0].strip()):
            rows.append((begun, cells))
        begun = reader.line_num + 1
        if len(rows) >= _SAMPLE + HEADER_ROWS:
            break
    return rows


DELIMITED = Delimited()
