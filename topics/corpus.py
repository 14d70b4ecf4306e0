"""Records of all sources become one corpus: each paper once, in canonical order, with a ledger."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from topics.sources.page_year import dated, page_years
from topics.text import title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from topics.sources.record import Record, SourceRead

__all__ = ["Corpus", "build_corpus"]

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
_PRECISION = {4: "year", 7: "month", 10: "day"}


@dataclass(frozen=True, eq=False)
class Corpus:
    """The papers of one map, each once.

    Attributes:
        papers: one row a paper, ordered by id; the columns of a map's papers up to ``sources``.
        ledger: one row a record read: source, line, outcome (kept, merged or rejected), paper_id
            and reason.
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


@dataclass(slots=True)
class _Cluster:
    """Records of one paper, in canonical order, and what tells it from other papers."""

    records: list[Record]
    key: str


def build_corpus(reads: Sequence[SourceRead], *, page_year: int | None = None) -> Corpus:
    """Merge the records of all sources into a corpus.

    The result does not depend on the order of files or records.

    Args:
        reads: what each source gave.
        page_year: the year of year-less dates; found from the pages if None.
    """
    reads = sorted(reads, key=lambda read: read.source)
    years = page_years(reads, page_year=page_year)
    records: list[Record] = []
    ledger: list[tuple[str, int, str, str | None, str | None]] = []
    for read in reads:
        for reject in read.rejects:
            ledger.append((reject.source, reject.line, "rejected", None, reject.reason))
        for record in read.records:
            if record.title or record.abstract:
                date = dated(record, years.years[read.source])
                records.append(record if date == record.date else replace(record, date=date))
            else:
                reason = "neither a title nor an abstract"
                ledger.append((record.source, record.line, "rejected", None, reason))
    papers = []
    for paper_id, cluster in _named(_clusters(records)):
        kept = min(cluster.records, key=lambda record: (record.source, record.line))
        for record in cluster.records:
            outcome, reason = ("kept", None) if record is kept else ("merged", "the same paper")
            ledger.append((record.source, record.line, outcome, paper_id, reason))
        papers.append(_paper(paper_id, cluster.records))
    papers.sort(key=lambda paper: str(paper["id"]))
    ledger.sort(key=lambda row: (row[0], row[1], row[2], row[3] or ""))
    return Corpus(
        papers=_frame(papers),
        ledger=_ledger(ledger),
        notices=(*(notice for read in reads for notice in read.notices), *years.notices),
        as_of=_as_of(reads, years.years),
        fingerprint=_fingerprint(papers),
    )


def _clusters(records: Iterable[Record]) -> list[_Cluster]:
    """Put records of the same paper together: by DOI and arXiv id, then by title."""
    ordered = sorted(records, key=_canonical)
    parent = list(range(len(ordered)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    first: dict[str, int] = {}
    for row, record in enumerate(ordered):
        for key in (record.doi and f"doi:{record.doi}", record.arxiv_id):
            if key:
                parent[root(row)] = root(first.setdefault(key, row))
    same: dict[int, list[Record]] = defaultdict(list)
    for row, record in enumerate(ordered):
        same[root(row)].append(record)
    by_title: dict[str, list[_Cluster]] = defaultdict(list)
    for members in same.values():
        key = title_key(members[0].title) or title_key(members[0].abstract)
        by_title[key].append(_Cluster(members, key))
    clusters = []
    for group in by_title.values():
        distinct: list[_Cluster] = []
        for cluster in group:
            match = next((other for other in distinct if _compatible(cluster, other)), None)
            if match is None:
                distinct.append(cluster)
            else:
                match.records.extend(cluster.records)
        clusters += distinct
    return clusters


def _canonical(record: Record) -> tuple[Any, ...]:
    return (
        record.arxiv_id or "~",
        record.doi or "~",
        record.date or "~",
        -len(record.abstract),
        record.abstract,
        record.title,
        record.source,
        record.line,
    )


def _compatible(one: _Cluster, other: _Cluster) -> bool:
    """Whether two clusters with the same title can be the same paper; in doubt they are not."""
    for name in ("arxiv_id", "doi"):
        mine, theirs = _values(one, name), _values(other, name)
        if mine and theirs and not mine & theirs:
            return False
    years = ({int(date[:4]) for date in _values(cluster, "date")} for cluster in (one, other))
    mine, theirs = years
    apart = min((abs(a - b) for a in mine for b in theirs), default=0)
    counts = _values(one, "author_count"), _values(other, "author_count")
    return not (apart > 1 and counts[0] and counts[1] and not counts[0] & counts[1])


def _values(cluster: _Cluster, name: str) -> set[Any]:
    return {value for record in cluster.records if (value := getattr(record, name)) is not None}


def _named(clusters: Iterable[_Cluster]) -> list[tuple[str, _Cluster]]:
    named: dict[str, _Cluster] = {}
    for cluster in clusters:
        arxiv, doi = (
            min(_values(cluster, "arxiv_id"), default=None),
            min(_values(cluster, "doi"), default=None),
        )
        key = f"arxiv:{arxiv}" if arxiv else f"doi:{doi}" if doi else _title_id(cluster.key)
        number = 1
        while key in named:
            number += 1
            key = _title_id(f"{cluster.key}\n{number}")
        named[key] = cluster
    return list(named.items())


def _title_id(key: str) -> str:
    return f"title:{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _paper(paper_id: str, records: Sequence[Record]) -> dict[str, Any]:
    """Join the records of one paper, the most complete winning field by field."""
    date = _date(records)
    authors = max((record.authors for record in records), key=len)
    counts = [record.author_count for record in records if record.author_count is not None]

    def most(name: str) -> int | None:
        return max(
            (value for r in records if (value := getattr(r, name)) is not None), default=None
        )

    def first(name: str) -> str | None:
        return min((value for record in records if (value := getattr(record, name))), default=None)

    return {
        "id": paper_id,
        "title": max((record.title for record in records), key=lambda text: (len(text), text)),
        "abstract": max(
            (record.abstract for record in records), key=lambda text: (len(text), text)
        ),
        "date": date,
        "date_precision": _PRECISION[len(date)] if date else None,
        "authors": list(authors),
        "author_count": max(counts, default=len(authors) or None),
        "comments": most("comments"),
        "upvotes": most("upvotes"),
        "url": first("url"),
        "doi": first("doi"),
        "arxiv_id": first("arxiv_id"),
        "sources": sorted({record.source for record in records}),
    }


def _date(records: Iterable[Record]) -> str | None:
    dates = sorted({record.date for record in records if record.date}, key=lambda d: (-len(d), d))
    return dates[0] if dates else None


def _frame(papers: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, Any] = {name: [paper[name] for paper in papers] for name in _COLUMNS}
    for name, values in columns.items():
        if name in ("author_count", "comments", "upvotes"):
            columns[name] = pd.array(values, dtype="Int64")
        elif name in ("authors", "sources"):
            columns[name] = pd.Series(values, dtype=object)
        else:
            columns[name] = pd.array(values, dtype="str")
    return pd.DataFrame(columns)


def _ledger(rows: Sequence[tuple[str, int, str, str | None, str | None]]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=["source", "line", "outcome", "paper_id", "reason"])
    return frame.astype(
        {"source": "str", "line": "int64", "outcome": "str", "paper_id": "str", "reason": "str"}
    )


def _fingerprint(papers: Iterable[Mapping[str, Any]]) -> str:
    digest = hashlib.sha256()
    for paper in papers:
        digest.update(json.dumps(paper, ensure_ascii=True, sort_keys=True).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _as_of(reads: Iterable[SourceRead], years: Mapping[str, int | None]) -> str | None:
    days = []
    for read in reads:
        if read.as_of is not None:
            days.append(read.as_of)
        elif read.as_of_month_day is not None and (year := years[read.source]) is not None:
            days.append(f"{year:04d}-{read.as_of_month_day[0]:02d}-{read.as_of_month_day[1]:02d}")
    return max(days, default=None)
