"""Which records are of the same paper; in doubt they are of different ones."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from topics.text import title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from topics.sources.record import Record

__all__ = ["group_records"]

#: Papers of one title that a further one is compared with; more are "Editorial" and the like.
_COMPARED = 32
#: Share of the words of the shorter abstract that two versions of an abstract have in common.
_OVERLAP = 0.35
#: A title of fewer words may be shared by different papers.
_TELLING_TITLE = 4

_WORD = re.compile(r"\w{4,}")


def group_records(records: Iterable[Record]) -> list[list[Record]]:
    """Group records by paper: by DOI and arXiv id, then by title.

    Returns:
        Groups, each in canonical order, in an order that does not depend on that of the records.
    """
    ordered = sorted(records, key=_canonical)
    by_title: dict[str, list[_Group]] = defaultdict(list)
    for group in _by_identifier(ordered):
        by_title[group.key].append(group)
    found: list[list[Record]] = []
    for same_title in by_title.values():
        distinct: list[_Group] = []
        for group in same_title:
            match = next((one for one in distinct[:_COMPARED] if _same(one, group)), None)
            if match is None:
                distinct.append(group)
            else:
                match.records.extend(group.records)
        found += [group.records for group in distinct]
    return found


@dataclass(slots=True)
class _Group:
    """Records of one paper, and the key of its title."""

    key: str
    records: list[Record] = field(default_factory=list)

    def values(self, name: str) -> set[Any]:
        """All values that its records give to a field."""
        return {
            value for record in self.records if (value := getattr(record, name)) not in (None, "")
        }


def _canonical(record: Record) -> tuple[Any, ...]:
    return (
        record.arxiv_id or "~",
        record.doi or "~",
        record.date or "~",
        -len(record.abstract),
        record.abstract,
        record.title,
        -1 if record.author_count is None else record.author_count,
        record.source,
        record.line,
    )


def _by_identifier(ordered: Sequence[Record]) -> Iterator[_Group]:
    """Join records of one arXiv id, and those of one DOI whose titles agree."""
    parent = list(range(len(ordered)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    first: dict[str, int] = {}
    keys = [title_key(record.title or record.abstract) for record in ordered]
    for row, record in enumerate(ordered):
        if record.arxiv_id:
            parent[root(row)] = root(first.setdefault(f"arxiv:{record.arxiv_id}", row))
        if record.doi:
            other = first.setdefault(f"doi:{record.doi}", row)
            # A book's DOI may stand on each of its chapters.
            if _titles_agree(record, ordered[other], keys[row], keys[other]):
                parent[root(row)] = root(other)
    groups: dict[int, _Group] = {}
    for row, record in enumerate(ordered):
        top = root(row)
        groups.setdefault(top, _Group(keys[top])).records.append(record)
    yield from groups.values()


def _titles_agree(one: Record, other: Record, key: str, other_key: str) -> bool:
    if not one.title or not other.title or key == other_key:
        return True
    if key.startswith(other_key) or other_key.startswith(key):
        return True
    words, others = set(_words(one.title)), set(_words(other.title))
    return len(words & others) * 2 >= len(words | others)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _same(one: _Group, other: _Group) -> bool:
    """Whether two groups with the same title are of the same paper."""
    if _differ(one, other, "arxiv_id") or (
        _differ(one, other, "doi") and not one.values("abstract") & other.values("abstract")
    ):
        return False
    if _strangers(one, other):
        return False
    days = one.values("date") & other.values("date")
    if any(len(day) == 10 for day in days):
        return True
    years = [{int(date[:4]) for date in group.values("date")} for group in (one, other)]
    gap = min((abs(a - b) for a in years[0] for b in years[1]), default=0)
    if gap > 1 and _differ(one, other, "author_count"):
        return False
    if one.values("author_count") & other.values("author_count") and gap <= 1:
        return True
    title = max((record.title for record in one.records), key=len)
    return len(title.split()) >= _TELLING_TITLE or _abstracts_agree(one, other)


def _differ(one: _Group, other: _Group, name: str) -> bool:
    mine, theirs = one.values(name), other.values(name)
    return bool(mine) and bool(theirs) and not mine & theirs


def _strangers(one: _Group, other: _Group) -> bool:
    """Whether both name their authors and have none in common."""
    mine, theirs = _surnames(one), _surnames(other)
    return bool(mine) and bool(theirs) and not mine & theirs


def _surnames(group: _Group) -> set[str]:
    names = (name for record in group.records for name in record.authors)
    parts = (name.split(",")[0] if "," in name else name.split()[-1] for name in names if name)
    return {title_key(part) for part in parts}


def _abstracts_agree(one: _Group, other: _Group) -> bool:
    """Whether the longest abstracts share their words; an absent one agrees with any."""
    texts = [max((record.abstract for record in g.records), key=len) for g in (one, other)]
    words = [set(_words(text)) for text in texts]
    least = min(map(len, words))
    return least == 0 or len(words[0] & words[1]) >= _OVERLAP * least
