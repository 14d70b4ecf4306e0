"""Which records may be of the same paper, found by keys, and which of these are."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nsmallest
from itertools import combinations
from typing import TYPE_CHECKING, Any

from topics.sameness import Known, first_surname, near_titles, same_paper, titles_agree
from topics.text import title_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np

    from topics.sources.record import Record

__all__ = ["Candidates", "canonical"]

#: Papers of one title that a further one is compared with; more are "Editorial" and the like.
_COMPARED = 32
#: Titles of one beginning, or end, that are compared with one another; more are alike by chance.
_BLOCK = 40
#: Records of like titles that are kept in memory at once.
_KEPT = 4096
#: Letters at either end of a title that spellings of it have in common, and the least of them
#: that tell anything where the first author is not known.
_EDGE, _EDGE_ALONE = 10, 24
#: Share of a title's letters by which another spelling of it may be longer.
_LONGER = 0.2
#: Identifiers of a paper, the strongest first.
_IDENTIFIERS = ("doi", "arxiv_id", "pmid")


_DIGITS = re.compile(r"\d+")


def _numbers() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Candidates:
    """Keys of the records gone by; a few numbers each, so that millions fit into memory.

    Records are of one paper by DOI, arXiv id, PubMed id, then by title with year and first author,
    then by nearly the same title. Only those that share a key are ever compared.
    """

    _keys: dict[str, array[int]] = field(
        default_factory=lambda: {
            name: _numbers() for name in (*_IDENTIFIERS, "title", "start", "end", "letters")
        }
    )

    def add(self, record: Record) -> None:
        """Note the keys of the next record."""
        keys = self._keys
        for name in _IDENTIFIERS:
            value = getattr(record, name)
            keys[name].append(hash((name, value)) if value else 0)
        key = title_key(record.title or record.abstract)
        keys["title"].append(hash(key))
        keys["letters"].append(len(key))
        start, end = _blocks(record, key) if record.title else (0, 0)
        keys["start"].append(start)
        keys["end"].append(end)

    def groups(self, fetch: Callable[[int], Record]) -> list[list[int]]:
        """Rows of the records that are of one paper with others.

        Args:
            fetch: gives the record of a row, counted from 0 in the order in which they were added.

        Returns:
            Groups of two rows or more, the first row of each being the first in canonical order;
            neither they nor their order depend on the order of the records.
        """
        links = _Links()
        for name in (*_IDENTIFIERS, "title"):
            for rows in _shared(self._keys[name]):
                for row in rows[1:]:
                    links.join(rows[0], row)
        for one, other in self._near(lru_cache(_KEPT)(fetch)):
            links.join(one, other)
        found = []
        for rows in links.groups():
            records = {row: fetch(row) for row in rows}
            found += _decided(sorted(rows, key=lambda row: canonical(records[row])), records)
        return found

    def _near(self, fetch: Callable[[int], Record]) -> Iterator[tuple[int, int]]:
        """Pairs of rows whose titles are nearly the same."""
        starts = self._keys["start"]
        for name in ("start", "end"):
            for rows in _shared(self._keys[name]):
                for one, other in combinations(self._telling(rows, fetch), 2):
                    # Those that begin alike as well were compared already, or are too many.
                    again = name == "end" and starts[one] == starts[other]
                    if again or not self._may_be_near(one, other):
                        continue
                    if near_titles(Known([fetch(one)]), Known([fetch(other)])):
                        yield one, other

    def _telling(self, rows: list[int], fetch: Callable[[int], Record]) -> list[int]:
        """Some rows of each title; none where there are too many titles."""
        if len(rows) <= _BLOCK:
            return rows
        titles: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            titles[self._keys["title"][row]].append(row)
        if not 1 < len(titles) <= _BLOCK:
            return []
        most = 2 * _BLOCK // len(titles)
        return [
            row
            for same in titles.values()
            for row in (
                same
                if len(same) <= most
                else nsmallest(most, same, key=lambda row: canonical(fetch(row)))
            )
        ]

    def _may_be_near(self, one: int, other: int) -> bool:
        """Whether keys say nothing against it: titles of about one length, no other identifier."""
        keys = self._keys
        short, long = sorted((keys["letters"][one], keys["letters"][other]))
        if keys["title"][one] == keys["title"][other] or long - short > 2 + long * _LONGER:
            return False
        ids = ((keys[name][one], keys[name][other]) for name in _IDENTIFIERS)
        return all(not mine or not theirs or mine == theirs for mine, theirs in ids)


def canonical(record: Record) -> tuple[Any, ...]:
    """By which records are ordered, wherever they stand: those of one place say the same."""
    counts = (record.author_count, record.comments, record.upvotes)
    return (
        record.arxiv_id or "~",
        record.doi or "~",
        record.date or "~",
        -len(record.abstract),
        record.abstract,
        record.title,
        record.authors,
        record.pmid or "~",
        record.url or "~",
        tuple(-1 if count is None else count for count in counts),
        record.month_day or (),
        record.source,
        record.line,
    )


class _Links:
    """Rows that belong together, by way of others if need be."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def join(self, one: int, other: int) -> None:
        self._parent[self.root(one)] = self.root(other)

    def root(self, row: int) -> int:
        parent = self._parent
        while (above := parent.setdefault(row, row)) != row:
            parent[row] = parent[above]
            row = above
        return row

    def groups(self) -> Iterable[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for row in list(self._parent):
            found[self.root(row)].append(row)
        return found.values()


def _shared(keys: array[int]) -> Iterator[list[int]]:
    """Rows of the same key, for each key that more than one row has; 0 is none."""
    import numpy as np

    values: np.ndarray = np.frombuffer(keys, dtype=np.int64) if keys else np.zeros(0, np.int64)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    same = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] != 0))
    # Places in a row that repeat the key before them belong to one group.
    for run in np.split(same, np.flatnonzero(np.diff(same) != 1) + 1) if len(same) else ():
        yield order[run[0] : run[-1] + 2].tolist()


def _blocks(record: Record, key: str) -> tuple[int, int]:
    """Keys that titles of nearly the same spelling share: numbers, first author, either end."""
    numbers = _DIGITS.findall(record.title)
    surname = first_surname(record)
    edge = _EDGE if surname else _EDGE_ALONE
    if len(key) < 2 * edge:
        return 0, 0
    own = (*numbers, surname)
    return hash((own, key[:edge])), hash((key[-edge:], own))


@dataclass(slots=True)
class _Paper:
    """Rows that are of one paper, with their records."""

    rows: list[int]
    known: Known

    def take(self, other: _Paper) -> None:
        self.rows += other.rows
        self.known.take(other.known)

    @property
    def keys(self) -> list[str]:
        """The keys of all titles that it goes by."""
        records = self.known.records
        return sorted({title_key(record.title or record.abstract) for record in records})


def _decided(ordered: Sequence[int], records: dict[int, Record]) -> list[list[int]]:
    """Those of some rows that share keys that are of one paper, in canonical order."""
    named = _by_identifier(ordered, records)
    papers = _by_title(_Paper(rows, Known([records[row] for row in rows])) for rows in named)
    merged: list[_Paper] = []
    for paper in papers:
        near = merged if len(papers) <= _COMPARED else ()
        match = next((one for one in near if near_titles(one.known, paper.known)), None)
        if match is None:
            merged.append(paper)
        else:
            match.take(paper)
    return [paper.rows for paper in merged if len(paper.rows) > 1]


def _by_title(papers: Iterable[_Paper]) -> list[_Paper]:
    """Join papers of the same title, where nothing speaks against it."""
    distinct: list[_Paper] = []
    places: dict[str, list[int]] = defaultdict(list)
    for paper in papers:
        keys = paper.keys
        near = sorted({at for key in keys for at in places[key][:_COMPARED]})
        match = next((at for at in near if same_paper(distinct[at].known, paper.known)), None)
        if match is None:
            match = len(distinct)
            distinct.append(paper)
        else:
            distinct[match].take(paper)
        for key in keys:
            if match not in places[key][-1:]:
                places[key].append(match)
    return distinct


def _by_identifier(ordered: Sequence[int], records: dict[int, Record]) -> list[list[int]]:
    """Join rows of one arXiv id, and those of one DOI or PubMed id whose titles agree."""
    links = _Links()
    #: Of each identifier, the first row of each title that it stands on.
    firsts: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in ordered:
        links.root(row)
        for name in _IDENTIFIERS:
            value = getattr(records[row], name)
            if not value:
                continue
            same = firsts[name, value]
            other = next(
                (
                    one
                    for one in same
                    if name == "arxiv_id"
                    or titles_agree(records[row], records[one], closely=len(same) > 1)
                ),
                None,
            )
            if other is not None:
                links.join(row, other)
            elif len(same) < _COMPARED:
                same.append(row)
    return list(links.groups())
