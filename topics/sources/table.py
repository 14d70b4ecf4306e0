"""Rows of any table become records: the step that all formats of tables share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from topics.mojibake import repairs, watched
from topics.sources.abstracts import abstract_text
from topics.sources.cell_dates import day_comes_first, read_cell_date
from topics.sources.column_names import fold
from topics.sources.column_values import is_full
from topics.sources.columns import ColumnMatch, NoRecords, match_columns
from topics.sources.dates import month_number, written_date
from topics.sources.entries import NOTHING_IN_IT, title_text
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid, find_url, pubmed_url
from topics.sources.originals import differing
from topics.sources.people import read_authors
from topics.sources.readiness import ANY, needs
from topics.sources.record import Record, Reject
from topics.sources.spool import RecordKeeper

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from topics.sources.extras import ExtraColumns

__all__ = ["MOST_COLUMNS", "SAMPLE", "Row", "TableRead", "no_records", "read_table", "too_wide"]

#: Columns beyond which a file is no table of papers.
MOST_COLUMNS = 16_384
#: Rows by which columns are told.
SAMPLE = 500
#: Rows whose texts are looked at together, and characters from which on they are enough.
_AT_ONCE, _CHARACTERS = 8192, 16 * 1024 * 1024
#: Columns of Springer's search results, which name authors with nothing between them.
_SPRINGER = frozenset(("itemtitle", "itemdoi"))
_HEADER_ONLY = "There is no row with anything in it below them."
_UNKNOWN = (
    "None of them holds titles or abstracts, by its name or its contents: name the right one, as "
    'in --column title="…", or check the separator.'
)
#: Kinds of cells that are asked for by the million; told faster than `int | float` is.
_NUMBERS, _LISTS = (int, float, str), (list, tuple)
#: Characters of a cell that is read as a date, a number or an identifier.
_SHORT = 4000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number (line or row) counted from 1, and its cells of whatever type."""

    line: int
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class TableRead:
    """What one table gave."""

    records: Sequence[Record]
    rejects: tuple[Reject, ...]
    match: ColumnMatch
    notices: tuple[str, ...]
    as_written: Mapping[int, Mapping[str, str]]


def read_table(
    rows: Iterable[Row | Reject],
    *,
    source: str,
    columns: Sequence[str],
    named: Mapping[str, str],
    sample: Sequence[Sequence[Any]] | None = None,
) -> TableRead:
    """Read the rows of a table.

    Args:
        rows: the rows after the header, and those that could not be read.
        source: the file's name.
        columns: unique names of the columns.
        named: the column of a field as the user gives it.
        sample: whole rows to tell the columns by, where ``rows`` have only some cells; the first
            rows where not given.

    Raises:
        SourceError: no column holds titles or abstracts, or there is no row.
    """
    iterator = iter(rows)
    early = _first_rows(iterator)
    if sample is None:
        sample = [row.cells for row in early if isinstance(row, Row)]
    match = match_columns(columns, sample, named=named)
    if not early:
        raise no_records(source, columns, why=_HEADER_ONLY)
    if not match.usable:
        raise no_records(source, columns)
    extras = match.extras(sample)
    maker = _Maker(source, match, extras, day_first=_day_first(match, sample))
    kept = RecordKeeper()
    rejects: list[Reject] = []
    originals: dict[int, dict[str, str]] = {}
    for row, title, abstract in _with_needs(chain(early, iterator), match):
        before = repairs()
        made = maker.make(row, title, abstract) if isinstance(row, Row) else row
        if isinstance(made, Record):
            if repairs() > before and (fields := maker.as_written(row, made)):
                originals[len(kept)] = fields
            kept.add(made)
        elif made is not None:
            rejects.append(made)
    if not len(kept) and not rejects:
        raise no_records(source, columns, why=_HEADER_ONLY)
    told = replace(match, kept=extras.places)
    return TableRead(kept.records, tuple(rejects), told, maker.notices, originals)


def _with_needs(
    rows: Iterator[Row | Reject], match: ColumnMatch
) -> Iterator[tuple[Row | Reject, int, int]]:
    """Each row with what is to be done about its title and its abstract."""
    while some := _some(rows, match.places.get("abstract", 0)):
        cells = [row.cells if isinstance(row, Row) else () for row in some]
        titles, abstracts = (
            needs(
                [row[place] if place is not None and place < len(row) else "" for row in cells],
                framed=name == "abstract",
            )
            for name in ("title", "abstract")
            for place in (match.places.get(name),)
        )
        yield from zip(some, titles, abstracts, strict=True)


def _some(rows: Iterator[Row | Reject], place: int) -> list[Row | Reject]:
    """The next rows, fewer where their texts are long."""
    some: list[Row | Reject] = []
    room = _CHARACTERS
    for row in islice(rows, _AT_ONCE):
        some.append(row)
        cell = row.cells[place] if isinstance(row, Row) and place < len(row.cells) else None
        room -= len(cell) if isinstance(cell, str) else 0
        if room < 0:
            break
    return some


def no_records(source: str, columns: Sequence[str], *, why: str = _UNKNOWN) -> NoRecords:
    """What to raise for a table without papers."""
    return NoRecords(source, columns, why)


def too_wide(source: str, columns: int) -> str:
    """What to tell of a table with more columns than any table of papers has."""
    return (
        f"{source}: {columns:,} columns or more; expected at most {MOST_COLUMNS:,}. This is no "
        "table with a paper in each row: check the separator, and whether rows and columns are "
        "swapped."
    )


def _first_rows(rows: Iterator[Row | Reject]) -> list[Row | Reject]:
    early: list[Row | Reject] = []
    for row in rows:
        early.append(row)
        if len(early) >= SAMPLE:
            break
    return early


def _day_first(match: ColumnMatch, sample: Sequence[Sequence[Any]]) -> bool | None:
    place = match.places.get("date")
    if place is None:
        return None
    return day_comes_first(row[place] for row in sample if place < len(row))


@dataclass(slots=True)
class _Maker:
    """Makes records of the rows of one table and counts what is odd about them."""

    source: str
    match: ColumnMatch
    extras: ExtraColumns
    day_first: bool | None
    run_together: bool = field(init=False)
    names: Mapping[str, str] = field(init=False)
    short: int = field(default=0, init=False)
    empty: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.names = self.match.matched
        self.run_together = set(map(fold, self.match.columns)) >= _SPRINGER

    @property
    def notices(self) -> tuple[str, ...]:
        """Remarks on the rows, for the user."""
        notices = [
            f"it has no column “{column}”; what was to be taken from it was looked for by name."
            for column in self.match.missing
        ]
        if self.short:
            rows = "1 row has" if self.short == 1 else f"{self.short} rows have"
            notices.append(f"{rows} fewer fields than the header; what is missing was left blank.")
        if self.empty:
            rows = "1 row is" if self.empty == 1 else f"{self.empty} rows are"
            notices.append(f"{rows} empty and no record.")
        return tuple(notices)

    def make(
        self, row: Row, title_needs: int = ANY, abstract_needs: int = ANY
    ) -> Record | Reject | None:
        """The record of a row, why there is none, or None for a row with nothing in it."""
        cells = row.cells
        values = {
            name: cells[place]
            for name, place in self.match.places.items()
            if place < len(cells) and is_full(cells[place])
        }
        title = title_text(_text(values.get("title"), " "), title_needs)
        abstract = abstract_text(_text(values.get("abstract"), "\n"), abstract_needs)
        width = len(self.match.columns)
        if len(cells) < width and any(map(is_full, cells)):
            if not title:
                reason = (
                    f"{len(cells)} field{'s' * (len(cells) != 1)} where the header has {width}, "
                    "and no title among them."
                )
                return Reject(source=self.source, line=row.line, reason=reason)
            self.short += 1
        if not title and not abstract:
            if not any(map(is_full, cells)):
                self.empty += 1
                return None
            return Reject(source=self.source, line=row.line, reason=NOTHING_IN_IT)
        if self._is_header(values):
            reason = "The header again, not a paper."
            return Reject(source=self.source, line=row.line, reason=reason)
        doi, arxiv_id, pmid, url = _identifiers(values)
        return Record(
            title=title,
            abstract=abstract,
            date=_date(values, self.day_first),
            authors=read_authors(values.get("authors"), run_together=self.run_together),
            author_count=_count(values.get("author_count")),
            comments=_count(values.get("comments")),
            upvotes=_count(values.get("upvotes")),
            source=self.source,
            line=row.line,
            doi=doi,
            arxiv_id=arxiv_id,
            pmid=pmid,
            url=url,
            extra=self.extras.of_row(cells),
        )

    def as_written(self, row: Row | Reject, made: Record) -> dict[str, str]:
        """What a row has in the fields whose letters were repaired."""
        counted = self.short, self.empty
        with watched(as_written=True):
            plain = self.make(row) if isinstance(row, Row) else None
        self.short, self.empty = counted
        return differing(made, plain) if isinstance(plain, Record) else {}

    def _is_header(self, values: Mapping[str, Any]) -> bool:
        for name, value in values.items():
            if not isinstance(value, str) or " ".join(value[:_SHORT].split()) != self.names[name]:
                return False
        return len(values) > 1


def _identifiers(values: Mapping[str, Any]) -> tuple[str | None, ...]:
    """DOI, arXiv id, PubMed id and address, each of whatever column tells it."""
    doi, url, arxiv, pmid = (
        _text(values.get(name), " ")[:_SHORT] for name in ("doi", "url", "arxiv_id", "pmid")
    )
    address = find_url(url)
    found_doi = find_doi(doi) or (find_doi(url) if "doi.org/" in url else None)
    found_arxiv = (
        find_arxiv_id(_whole_id(arxiv), bare=True) or find_arxiv_id(doi) or find_arxiv_id(url)
    )
    found_pmid = (find_pmid(pmid) if pmid else None) or find_pmid(url, bare=False)
    if address is None and found_pmid is not None:
        address = pubmed_url(found_pmid)
    return found_doi, found_arxiv, found_pmid, address


def _whole_id(text: str) -> str:
    """An arXiv id that lost the zeros at its end on the way through a number."""
    month, _, number = text.strip().partition(".")
    if len(month) == 4 and month.isdecimal() and number.isdecimal() and len(number) < 5:
        return f"{month}.{number.ljust(5 if month >= '1501' else 4, '0')}"
    return text


def _date(values: Mapping[str, Any], day_first: bool | None) -> str | None:
    year_date = read_cell_date(values.get("year"))
    year = int(year_date[:4]) if year_date else None
    if "date" in values:
        found = read_cell_date(values["date"], year=year, day_first=day_first)
        if found is not None:
            return found
    if year is None or "month" not in values:
        return year_date if year_date and len(year_date) == 4 else str(year) if year else None
    month = month_number(_text(values["month"], " ")[:40].removesuffix(".0"))
    day = _count(values.get("day")) if month else None
    return written_date(year, month, day)


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        return None
    text = str(value).strip().replace(",", "").removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _text(value: Any, between: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, _LISTS):
        return between.join(_text(part, between) for part in value if is_full(part))
    if isinstance(value, dict):
        inner = next((value[key] for key in ("value", "text", "en") if key in value), None)
        return _text(inner, between)
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return "" if value is None or isinstance(value, bool) else str(value)
