"""Records of all sources become one corpus: each paper once, in canonical order, with a ledger."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from topics.duplicates import group_records
from topics.language import language_notice
from topics.sources.page_year import dated, page_years
from topics.text import scrub, title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from topics.sources.record import Record, SourceRead

__all__ = ["Corpus", "build_corpus"]

#: Columns of a corpus's papers: those of a map's papers before the model adds to them.
_COLUMNS = (
    "id",
    "title",
    "abstract",
    "date",
    "date_precision",
    "authors",
    "author_count",
    "comments",
    "upvotes",
    "url",
    "doi",
    "arxiv_id",
    "sources",
)
_LEDGER = ("source", "line", "outcome", "paper_id", "reason")
_PRECISION = {4: "year", 7: "month", 10: "day"}

_Row = tuple[str, int, str, str | None, str | None]


@dataclass(frozen=True, eq=False)
class Corpus:
    """The papers of one map, each once.

    Attributes:
        papers: one row a paper, ordered by id; the columns of a map's papers up to ``sources``.
        ledger: one row a record read: source, line, outcome (kept, merged or rejected), paper_id
            and reason. For every source the rows are as many as the records read.
        notices: remarks for the user.
        as_of: the latest day (``YYYY-MM-DD``) that a source gives as its own, None if none does.
        fingerprint: SHA-256 of the papers, whatever the order of files and records.
    """

    papers: pd.DataFrame
    ledger: pd.DataFrame
    notices: tuple[str, ...]
    as_of: str | None
    fingerprint: str

    def __len__(self) -> int:
        return len(self.papers)

    @property
    def undated(self) -> int:
        """Number of papers without a date."""
        return int(self.papers["date"].isna().sum())

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Number of records kept, merged and rejected."""
        found = self.ledger["outcome"].value_counts()
        return {name: int(found.get(name, 0)) for name in ("kept", "merged", "rejected")}


def build_corpus(reads: Sequence[SourceRead], *, page_year: int | None = None) -> Corpus:
    """Merge the records of all sources into a corpus.

    Papers are the same by DOI, by arXiv id whatever its version, or by title where nothing
    speaks against it; field by field the most complete record wins. The result does not depend
    on the order of files or records.

    Args:
        reads: what each source gave.
        page_year: the year of year-less dates; found from the pages if None.
    """
    reads = sorted(reads, key=lambda read: read.source)
    years = page_years(reads, page_year=page_year)
    records, ledger = _accepted(reads, years.years)
    papers: list[dict[str, Any]] = []
    taken: set[str] = set()
    for group in group_records(records):
        paper_id = _identity(group, taken)
        taken.add(paper_id)
        papers.append(_paper(paper_id, group))
        ledger += _outcomes(paper_id, group)
    papers.sort(key=lambda paper: str(paper["id"]))
    ledger.sort(key=lambda row: (row[0], row[1], row[2], row[3] or ""))
    language = language_notice([paper["abstract"] for paper in papers])
    return Corpus(
        papers=_frame(papers),
        ledger=_ledger_frame(ledger),
        notices=(
            *(notice for read in reads for notice in read.notices),
            *years.notices,
            *([language] if language else []),
        ),
        as_of=_as_of(reads, years.years),
        fingerprint=_fingerprint(papers),
    )


def _accepted(
    reads: Iterable[SourceRead], years: Mapping[str, int | None]
) -> tuple[list[Record], list[_Row]]:
    """Records that can become papers, dated, and the ledger rows of all others."""
    records: list[Record] = []
    ledger: list[_Row] = []
    for read in reads:
        ledger += [(bad.source, bad.line, "rejected", None, bad.reason) for bad in read.rejects]
        for given in read.records:
            record = _normal(given, years[read.source])
            if record.title or record.abstract:
                records.append(record)
            else:
                reason = "Neither a title nor an abstract."
                ledger.append((record.source, record.line, "rejected", None, reason))
    return records, ledger


def _normal(record: Record, year: int | None) -> Record:
    """One spelling of identifiers, safe text, a date with its year: whatever a reader gave."""
    arxiv, doi = record.arxiv_id, record.doi
    if doi is not None:
        doi = doi.strip().lower().removeprefix("https://doi.org/").removeprefix("doi:").strip()
        if doi.startswith("10.48550/arxiv."):
            arxiv, doi = arxiv or doi.removeprefix("10.48550/arxiv."), None
    if arxiv is not None:
        stem, _, version = arxiv.strip().removeprefix("arXiv:").rpartition("v")
        arxiv = stem if stem and version.isdigit() else arxiv.strip().removeprefix("arXiv:")
    web = record.url is not None and record.url.startswith(("https://", "http://"))
    changed = {
        "title": scrub(record.title),
        "abstract": scrub(record.abstract),
        "authors": tuple(filter(None, map(scrub, record.authors))),
        "date": dated(record, year),
        "doi": scrub(doi) or None if doi else None,
        "arxiv_id": scrub(arxiv) or None if arxiv else None,
        "url": scrub(record.url) if web and record.url else None,
    }
    if all(getattr(record, name) == value for name, value in changed.items()):
        return record
    return replace(record, **changed)  # type: ignore[arg-type]


def _identity(group: Sequence[Record], taken: set[str]) -> str:
    """A paper's id: from what names it in the world, whatever else is in the corpus."""
    arxiv = min((record.arxiv_id for record in group if record.arxiv_id), default=None)
    doi = min((record.doi for record in group if record.doi), default=None)
    key = min(title_key(record.title or record.abstract) for record in group)
    found = f"arxiv:{arxiv}" if arxiv else f"doi:{doi}" if doi else f"title:{_digest(key)}"
    if found not in taken:
        return found
    # Another paper of the same name: told apart by all that is known of it.
    paper = _paper("", group)
    told = json.dumps({**paper, "sources": None}, sort_keys=True)
    while (found := f"title:{_digest(told)}") in taken:
        told += "\n"
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _outcomes(paper_id: str, group: Sequence[Record]) -> list[_Row]:
    kept, *merged = sorted(group, key=lambda record: (record.source, record.line))
    reason = f"The same paper as line {kept.line} of {kept.source}."
    return [
        (kept.source, kept.line, "kept", paper_id, None),
        *((record.source, record.line, "merged", paper_id, reason) for record in merged),
    ]


def _paper(paper_id: str, group: Sequence[Record]) -> dict[str, Any]:
    """Join the records of one paper, the most complete winning field by field."""
    date = _date([record.date for record in group if record.date])
    authors = max((record.authors for record in group), key=lambda names: (len(names), names))
    counts = [record.author_count for record in group if record.author_count is not None]
    urls = [record.url for record in group if record.url]
    return {
        "id": paper_id,
        "title": max((record.title for record in group), key=_completeness),
        "abstract": max((record.abstract for record in group), key=_completeness),
        "date": date,
        "date_precision": _PRECISION.get(len(date)) if date else None,
        "authors": list(authors),
        "author_count": max([*counts, len(authors)]) or None,
        "comments": max((r.comments for r in group if r.comments is not None), default=None),
        "upvotes": max((r.upvotes for r in group if r.upvotes is not None), default=None),
        "url": min(urls, key=lambda url: (not url.startswith("https"), url), default=None),
        "doi": min((record.doi for record in group if record.doi), default=None),
        "arxiv_id": min((record.arxiv_id for record in group if record.arxiv_id), default=None),
        "sources": sorted({record.source for record in group}),
    }


def _completeness(text: str) -> tuple[bool, int, str]:
    return not text.isupper(), len(text), text


def _date(dates: Sequence[str]) -> str | None:
    """The most precise date, of these the one given most often, of these the earliest."""
    return min(dates, key=lambda date: (-len(date), -dates.count(date), date), default=None)


def _frame(papers: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    columns = {name: [paper[name] for paper in papers] for name in _COLUMNS}
    kinds = dict.fromkeys(_COLUMNS, "str")
    kinds |= dict.fromkeys(("author_count", "comments", "upvotes"), "Int64")
    kinds |= dict.fromkeys(("authors", "sources"), "object")
    return pd.DataFrame(
        {name: pd.Series(values, dtype=kinds[name]) for name, values in columns.items()}
    )


def _ledger_frame(rows: Sequence[_Row]) -> pd.DataFrame:
    import pandas as pd

    kinds = {**dict.fromkeys(_LEDGER, "str"), "line": "int64"}
    return pd.DataFrame(
        {
            name: pd.Series([row[at] for row in rows], dtype=kinds[name])
            for at, name in enumerate(_LEDGER)
        }
    )


def _fingerprint(papers: Iterable[Mapping[str, Any]]) -> str:
    digest = hashlib.sha256()
    for paper in papers:
        digest.update(json.dumps(paper, sort_keys=True).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _as_of(reads: Iterable[SourceRead], years: Mapping[str, int | None]) -> str | None:
    days = []
    for read in reads:
        if read.as_of is not None:
            days.append(read.as_of)
        elif read.as_of_month_day is not None:
            month, day = read.as_of_month_day
            year = years[read.source] or _year_after(read)
            if year is not None:
                days.append(f"{year:04d}-{month:02d}-{day:02d}")
    return max(days, default=None)


def _year_after(read: SourceRead) -> int | None:
    """The first year in which the source's own day is not before its latest paper."""
    latest = max((r.date for r in read.records if r.date and len(r.date) == 10), default=None)
    if latest is None or read.as_of_month_day is None:
        return None
    return int(latest[:4]) + (read.as_of_month_day < (int(latest[5:7]), int(latest[8:])))
