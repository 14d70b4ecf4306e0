"""What a source yields: records, and what could not be read of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Record", "Reject", "SourceRead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of one source, with only what that source says.

    Attributes:
        title: readable text, never empty unless the abstract is not.
        abstract: readable text; empty where the source has none.
        date: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, never more precise than the source.
        month_day: month and day of a date whose year the source leaves out; it stays where the
            source gives the full date elsewhere.
        authors: names as written; may be empty although ``author_count`` is known.
        author_count: number of authors, None if unknown.
        comments: number of comments, None if unknown.
        upvotes: number of upvotes, None if unknown.
        url: an http(s) address of the paper, None if unknown.
        doi: lower case, without a resolver's address.
        arxiv_id: without version, e.g. ``2401.01234``.
        pmid: PubMed id, digits alone; tells papers apart and is no column of theirs.
        source: the file's name as the user knows it.
        line: line (or entry number) in the source, counted from 1.
        extra: what a table says in columns that hold none of these, by the column's name.
    """

    title: str
    abstract: str = ""
    date: str | None = None
    month_day: tuple[int, int] | None = None
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    comments: int | None = None
    upvotes: int | None = None
    url: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    pmid: str | None = None
    source: str = ""
    line: int = 0
    extra: tuple[tuple[str, str | int | float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One entry that could not become a record, and why, in plain words."""

    source: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRead:
    """All that one file gave.

    Attributes:
        source: the file's name as the user knows it.
        format: name of the format it was recognised as, e.g. ``hf-page``.
        records: readable entries, in file order; those of a very large file are kept in a
            temporary file and read from there when they are asked for, all others are a tuple.
        rejects: entries that could not be read.
        notices: remarks for the user, e.g. a guessed encoding.
        as_of: the source's own date (``YYYY-MM-DD``) where it states one in full.
        as_of_month_day: month and day of the source's own date without a year.
        written_years: years of the dates that the source writes out, where it is of a kind that
            leaves out its own year; empty for every other kind.
        columns: the columns of a table, as it names them; empty for every other kind.
        matched: for each field of a record that a table gives, the column it was taken from.
        as_written: of records with wrongly encoded letters, which are repaired in ``records``, the
            text of each repaired field as the file has it; by the record's place in ``records``.
    """

    source: str
    format: str
    records: Sequence[Record]
    rejects: tuple[Reject, ...] = ()
    notices: tuple[str, ...] = field(default=())
    as_of: str | None = None
    as_of_month_day: tuple[int, int] | None = None
    written_years: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    matched: Mapping[str, str] = field(default_factory=dict)
    as_written: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
