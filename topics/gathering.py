"""The records of all sources gone through once: who is of one paper, and what became of each.

Only keys and a few numbers of each record are kept in memory. The records themselves are asked of
their sources again when they are needed, which for large files are temporary files on disk.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from topics.duplicates import Candidates, canonical
from topics.language import TELLING
from topics.outcomes import KEPT, MERGED, REJECTED, Outcomes
from topics.sources.page_year import dated
from topics.text import scrub, title_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    import pyarrow as pa

    from topics.sources.record import Record, SourceRead

__all__ = ["Gathered", "gather"]

_EMPTY = "Neither a title nor an abstract."
#: What marks a paper of which no record has an abstract.
_TITLE_ONLY = "No abstract: it is placed by its title alone."


@dataclass(eq=False, repr=False)
class Gathered:
    """Which records make which paper.

    Attributes:
        reads: what each source gave, ordered by source.
        years: the year of each source whose dates leave it out.
        ids: ids of the papers, sorted.
        first: for each paper, one of its records' rows.
        outcomes: what became of every record.
        is_dated: for each paper, whether a record of it has a date.
        is_long: for each paper, whether a record has an abstract long enough to tell a language.
    """

    reads: Sequence[SourceRead]
    years: Mapping[str, int | None]
    ids: pa.Array
    first: np.ndarray
    outcomes: Outcomes
    is_dated: np.ndarray
    is_long: np.ndarray
    _groups: Mapping[int, Sequence[int]]
    _paper_of: np.ndarray
    _starts: Mapping[str, int]
    _fetch: Callable[[int], Record]

    def __len__(self) -> int:
        return len(self.first)

    def records(self, paper: int) -> list[Record]:
        """The records of a paper, by its place among the papers."""
        row = int(self.first[paper])
        return [self._fetch(row) for row in self._groups.get(row, (row,))]

    def beside(self, source: str, place: int) -> list[Record]:
        """All records of the paper that one is of, by its place among those of its source."""
        row = self._starts[source] + place
        paper = int(self._paper_of[row])
        return self.records(paper) if paper >= 0 else [self._fetch(row)]

    def paper_of(self, row: int) -> int:
        """The place of the paper that the record of a row is of, -1 for none."""
        return int(self._paper_of[row])

    def record(self, row: int) -> Record:
        """The record of a row, as `topics.outcomes.Outcomes` counts them."""
        return self._fetch(row)


def gather(
    reads: Sequence[SourceRead],
    years: Mapping[str, int | None],
    *,
    tell_apart: Callable[[Sequence[Record]], str],
) -> Gathered:
    """Go through the records of all sources and find out which are of one paper.

    Args:
        reads: what each source gave, ordered by source.
        years: the year of each source whose dates leave it out.
        tell_apart: gives a text of all that is known of a paper, by which papers are told apart
            that go by the same name.
    """
    rows = _Rows(reads, years)
    groups = rows.candidates.groups(rows.fetch)
    papers = _Papers.of(rows, groups, tell_apart)
    outcomes = _outcomes(rows, papers)
    return Gathered(
        reads=reads,
        years=years,
        ids=papers.ids,
        first=papers.first,
        outcomes=outcomes,
        is_dated=papers.having(rows.dated),
        is_long=papers.having(rows.long),
        _groups=papers.groups,
        _paper_of=papers.of_row,
        _starts={
            read.source: start
            for read, start in zip(reads, rows.starts, strict=True)
            if len(read.records)
        },
        _fetch=rows.fetch,
    )


class _Texts:
    """Short texts one after another: a fraction of what as many strings take."""

    def __init__(self) -> None:
        self._data, self._ends = bytearray(), array("q", [0])

    def append(self, text: str) -> None:
        self._data += text.encode()
        self._ends.append(len(self._data))

    def array(self) -> pa.Array:
        import pyarrow as pa

        return pa.LargeStringArray.from_buffers(
            len(self._ends) - 1, pa.py_buffer(self._ends), pa.py_buffer(self._data)
        )


@dataclass(eq=False, repr=False)
class _Rows:
    """All records that were read, numbered in the order of their sources."""

    reads: Sequence[SourceRead]
    years: Mapping[str, int | None]
    starts: list[int] = field(default_factory=list)
    source: array[int] = field(default_factory=lambda: array("i"))
    line: array[int] = field(default_factory=lambda: array("q"))
    usable: bytearray = field(default_factory=bytearray)
    dated: bytearray = field(default_factory=bytearray)
    told: bytearray = field(default_factory=bytearray)
    long: bytearray = field(default_factory=bytearray)
    ids: _Texts = field(default_factory=_Texts)
    names: dict[str, int] = field(default_factory=dict)
    candidates: Candidates = field(default_factory=Candidates)

    def __post_init__(self) -> None:
        for read in self.reads:
            self.starts.append(len(self.line))
            year = self.years[read.source]
            for record in read.records:
                self._add(_normal(record, year))

    def _add(self, record: Record) -> None:
        self.source.append(self.names.setdefault(record.source, len(self.names)))
        self.line.append(record.line)
        self.usable.append(bool(record.title or record.abstract))
        self.dated.append(record.date is not None)
        self.told.append(bool(record.abstract))
        self.long.append(len(record.abstract) >= TELLING)
        self.ids.append(_identity([record]) if self.usable[-1] else "")
        self.candidates.add(record)

    def fetch(self, row: int) -> Record:
        place = bisect_right(self.starts, row) - 1
        read = self.reads[place]
        return _normal(read.records[row - self.starts[place]], self.years[read.source])


@dataclass(eq=False, repr=False)
class _Papers:
    """Rows put together to papers, these ordered by id.

    Attributes:
        ids: ids of the papers.
        first: one row of each paper.
        groups: rows of each paper that has several, by that one.
        of_row: the paper of each row, -1 for none.
    """

    ids: pa.Array
    first: np.ndarray
    groups: Mapping[int, Sequence[int]]
    of_row: np.ndarray

    @classmethod
    def of(
        cls,
        rows: _Rows,
        groups: Sequence[Sequence[int]],
        tell_apart: Callable[[Sequence[Record]], str],
    ) -> _Papers:
        import numpy as np
        import pyarrow as pa

        alone = np.frombuffer(rows.usable, dtype=np.uint8).astype(bool)
        for group in groups:
            alone[list(group)] = False
        single = np.flatnonzero(alone)
        first = np.concatenate([single, np.array([group[0] for group in groups], dtype=np.int64)])
        own = [_identity([rows.fetch(row) for row in group]) for group in groups]
        ids = pa.concat_arrays(
            [rows.ids.array().take(pa.array(single)), pa.array(own, pa.large_string())]
        )
        by_first = {group[0]: group for group in groups}

        def records(paper: int) -> list[Record]:
            row = int(first[paper])
            return [rows.fetch(row) for row in by_first.get(row, (row,))]

        ids = _told_apart(ids, records, tell_apart)
        order = _order(ids)
        first = first[order]
        of_row = np.full(len(rows.line), -1, dtype=np.int64)
        of_row[first] = np.arange(len(first))
        for row, group in by_first.items():
            of_row[list(group)] = of_row[row]
        return cls(ids.take(pa.array(order)), first, by_first, of_row)

    def having(self, flags: bytearray) -> np.ndarray:
        """For each paper, whether a row of it has a flag."""
        import numpy as np

        found: np.ndarray = np.zeros(len(self.first), dtype=bool)
        rows = np.flatnonzero(np.frombuffer(flags, dtype=np.uint8))
        papers = self.of_row[rows]
        found[papers[papers >= 0]] = True
        return found


def _order(ids: pa.Array) -> np.ndarray:
    import pyarrow.compute as pc

    order: np.ndarray = pc.sort_indices(ids).to_numpy()
    return order


def _told_apart(
    ids: pa.Array,
    records: Callable[[int], list[Record]],
    tell_apart: Callable[[Sequence[Record]], str],
) -> pa.Array:
    """Give all papers but one of the same id another one, made of all that is known of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    counts = pc.value_counts(ids)
    twice = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if not len(twice):
        return ids
    texts = ids.to_pylist()
    places: dict[str, list[int]] = {name: [] for name in twice.to_pylist()}
    for place, name in enumerate(texts):
        if name in places:
            places[name].append(place)
    for same in places.values():
        known = [(min(map(canonical, records(place))), place) for place in same]
        times: Counter[str] = Counter()
        for _, place in sorted(known)[1:]:
            told = tell_apart(records(place))
            # Where all that is known is the same, a mark more for each tells them apart.
            texts[place] = f"title:{_digest(told, marks=times[told])}"
            times[told] += 1
    return pa.array(texts, pa.large_string())


def _outcomes(rows: _Rows, papers: _Papers) -> Outcomes:
    """The ledger: of what could not be read, and of every record."""
    import numpy as np

    rejects = [bad for read in rows.reads for bad in read.rejects]
    reasons = {_EMPTY: 0, _TITLE_ONLY: 1}
    for bad in rejects:
        rows.names.setdefault(bad.source, len(rows.names))
        reasons.setdefault(bad.reason, len(reasons))
    names = sorted(rows.names)
    rank = np.empty(max(len(names), 1), dtype=np.int64)
    rank[[rows.names[name] for name in names]] = np.arange(len(names))
    unread, count = len(rejects), len(rows.line)
    source = np.concatenate(
        [
            rank[np.fromiter((rows.names[bad.source] for bad in rejects), np.int64, unread)],
            rank[np.frombuffer(rows.source, dtype=np.int32)] if count else np.zeros(0, np.int64),
        ]
    )
    line = np.concatenate(
        [
            np.fromiter((bad.line for bad in rejects), np.int64, unread),
            np.frombuffer(rows.line, dtype=np.int64) if count else np.zeros(0, np.int64),
        ]
    )
    paper = np.concatenate([np.full(unread, -1, dtype=np.int64), papers.of_row])
    outcome = np.where(paper < 0, REJECTED, KEPT).astype(np.int8)
    reason = np.full(unread + count, -1, dtype=np.int64)
    reason[:unread] = [reasons[bad.reason] for bad in rejects]
    reason[unread:][papers.of_row < 0] = 0
    told = np.append(papers.having(rows.told), True)  # the last is that of the rows of no paper
    reason[unread:][~told[papers.of_row]] = 1
    for group in papers.groups.values():
        places = sorted((unread + row for row in group), key=lambda at: (source[at], line[at], at))
        outcome[places[1:]] = MERGED
        reason[places[1:]] = places[0]
    order = np.lexsort((paper, outcome, line, source))
    place_of = np.empty_like(order)
    place_of[order] = np.arange(len(order))
    merged = outcome == MERGED
    reason[merged] = place_of[reason[merged]]
    row = np.concatenate([np.full(unread, -1, dtype=np.int64), np.arange(count)])
    return Outcomes(
        sources=tuple(names),
        source=source[order],
        line=line[order],
        outcome=outcome[order],
        paper=paper[order],
        reason=reason[order],
        row=row[order],
        reasons=tuple(reasons),
        ids=papers.ids,
        as_written={
            start + place: fields
            for read, start in zip(rows.reads, rows.starts, strict=True)
            for place, fields in read.as_written.items()
        },
    )


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


def _identity(group: Iterable[Record]) -> str:
    """A paper's id: from what names it in the world, whatever else is in the corpus."""
    group = list(group)
    arxiv = min((record.arxiv_id for record in group if record.arxiv_id), default=None)
    if arxiv:
        return f"arxiv:{arxiv}"
    doi = min((record.doi for record in group if record.doi), default=None)
    if doi:
        return f"doi:{doi}"
    return f"title:{_digest(min(title_key(record.title or record.abstract) for record in group))}"


def _digest(text: str, *, marks: int = 0) -> str:
    digest = hashlib.sha256(text.encode())
    digest.update(b"\n" * marks)
    return digest.hexdigest()[:16]
