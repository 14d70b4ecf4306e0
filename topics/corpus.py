"""Records of all sources become one corpus: each paper once, in canonical order, with a ledger."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from topics.extras import extra_columns, merged_extras
from topics.gathering import gather
from topics.language import language_notice, sample_step
from topics.outcomes import OUTCOMES, join_batches
from topics.sources.page_year import page_years

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from topics.gathering import Gathered
    from topics.outcomes import Outcomes
    from topics.sources.extras import Extra
    from topics.sources.record import Record, SourceRead

__all__ = ["COLUMNS", "Corpus", "build_corpus", "extras_of", "fingerprint_of", "papers_frame"]

#: Columns of a corpus's papers: those of a map's papers before the model adds to them.
COLUMNS = (
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
_EXTRA = "extra"
_PRECISION = {4: "year", 7: "month", 10: "day"}
#: Papers of a table that are made at once.
_BATCH = 10_000


@dataclass(frozen=True, eq=False)
class Corpus:
    """The papers of one map, each once.

    Tables are made when they are first asked for; what is counted needs none, so that a corpus of
    millions of records takes little memory as long as only `batches` is used.

    Attributes:
        notices: remarks for the user.
        as_of: the latest day (``YYYY-MM-DD``) that a source gives as its own, None if none does.
    """

    notices: tuple[str, ...]
    as_of: str | None
    _gathered: Gathered

    def __len__(self) -> int:
        return len(self._gathered)

    @cached_property
    def papers(self) -> pd.DataFrame:
        """One row a paper, ordered by id.

        The columns of a map's papers up to ``sources``, then those that are of tables alone.
        """
        batches = [*self._with_extras(_BATCH)]
        frame = join_batches([frame for frame, _ in batches] or [papers_frame([])])
        columns = extra_columns([extras for _, several in batches for extras in several])
        return frame.assign(**columns) if columns else frame

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """One row a record read: source, line, outcome, paper_id and reason.

        For every source the rows are as many as the records read.
        """
        return join_batches(list(self.outcomes.batches()))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the papers, whatever the order of files and records."""
        return fingerprint_of(self.told())

    @property
    def outcomes(self) -> Outcomes:
        """What became of every record: the ledger in little memory."""
        return self._gathered.outcomes

    @property
    def undated(self) -> int:
        """Number of papers without a date."""
        return len(self) - int(self._gathered.is_dated.sum())

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Number of records kept, merged and rejected."""
        return {outcome: self.outcomes.total(outcome) for outcome in OUTCOMES}

    def batches(self, size: int = _BATCH) -> Iterator[pd.DataFrame]:
        """The rows of `papers`, so many at a time, without the columns of tables alone."""
        for frame, _ in self._with_extras(size):
            yield frame

    def _with_extras(self, size: int) -> Iterator[tuple[pd.DataFrame, Sequence[tuple[Extra, ...]]]]:
        for start in range(0, len(self), size):
            papers = list(self._papers(range(start, min(start + size, len(self)))))
            yield papers_frame(papers), [extras_of(paper) for paper in papers]

    def told(self) -> Iterator[dict[str, Any]]:
        """The papers one by one, as plain values by column."""
        return self._papers(range(len(self)))

    @cached_property
    def as_written(self) -> Mapping[str, tuple[str, ...]]:
        """Of papers with records whose letters were repaired, by id, what the files have instead.

        Each text names the file, the line and the field.
        """
        found: dict[str, tuple[str, ...]] = {}
        for row, fields in sorted(self.outcomes.as_written.items()):
            paper, record = self._gathered.paper_of(row), self.record(row)
            if paper >= 0:
                name = self._gathered.ids[paper].as_py()
                told = (
                    f"{record.source}, line {record.line}, {field}: {text}"
                    for field, text in fields.items()
                )
                found[name] = (*found.get(name, ()), *told)
        return found

    def record(self, row: int) -> Record:
        """The record of a row of `outcomes`."""
        return self._gathered.record(row)

    def date_of(self, source: str, place: int) -> str | None:
        """The date of the paper of a record, by its place among the records of its source."""
        records = self._gathered.beside(source, place)
        return _date([record.date for record in records if record.date])

    def _papers(self, places: Iterable[int]) -> Iterator[dict[str, Any]]:
        ids = self._gathered.ids
        for place in places:
            yield _paper(ids[place].as_py(), self._gathered.records(place))


def build_corpus(reads: Sequence[SourceRead], *, page_year: int | None = None) -> Corpus:
    """Merge the records of all sources into a corpus.

    Papers are the same by DOI, by arXiv id whatever its version, by PubMed id, or by title where
    nothing speaks against it; field by field the most complete record wins. The result does not
    depend on the order of files or records.

    Args:
        reads: what each source gave.
        page_year: the year of year-less dates; found from the pages if None.
    """
    reads = sorted(reads, key=lambda read: read.source)
    years = page_years(reads, page_year=page_year)
    gathered = gather(reads, years.years, tell_apart=_all_known)
    language = _language(gathered)
    return Corpus(
        notices=(
            *(notice for read in reads for notice in read.notices),
            *years.notices,
            *([language] if language else []),
        ),
        as_of=_as_of(reads, years.years),
        _gathered=gathered,
    )


def _language(gathered: Gathered) -> str | None:
    """What is to be said of the languages of a sample of all abstracts."""
    told = gathered.is_long.nonzero()[0]
    step = sample_step(len(told))
    groups = (gathered.records(int(place)) for place in told[::step])
    sample = [max((record.abstract for record in group), key=_completeness) for group in groups]
    return language_notice(sample, of=len(told))


def _all_known(group: Sequence[Record]) -> str:
    return json.dumps({**_paper("", group), "sources": None}, sort_keys=True)


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
        # Papers of which no table says more are known by the same digest as ever.
        **({_EXTRA: extras} if (extras := merged_extras(group)) else {}),
    }


def _completeness(text: str) -> tuple[bool, int, str]:
    return not text.isupper(), len(text), text


def _date(dates: Sequence[str]) -> str | None:
    """The most precise date, of these the one given most often, of these the earliest."""
    return min(dates, key=lambda date: (-len(date), -dates.count(date), date), default=None)


def papers_frame(papers: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of papers, given as `Corpus.told` gives them, without the columns of tables alone."""
    import pandas as pd

    columns = {name: [paper[name] for paper in papers] for name in COLUMNS}
    kinds = dict.fromkeys(COLUMNS, "str")
    kinds |= dict.fromkeys(("author_count", "comments", "upvotes"), "Int64")
    kinds |= dict.fromkeys(("authors", "sources"), "object")
    return pd.DataFrame(
        {name: pd.Series(values, dtype=kinds[name]) for name, values in columns.items()}
    )


def extras_of(paper: Mapping[str, Any]) -> tuple[Extra, ...]:
    """What tables alone say of a paper, as `topics.extras.extra_columns` takes it."""
    found: tuple[Extra, ...] = paper.get(_EXTRA, ())
    return found


def fingerprint_of(papers: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 of papers, given in order of their ids."""
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
