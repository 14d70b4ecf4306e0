"""The papers of a map beside newly read ones: each once, the known ones under their own ids."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from topics.corpus import COLUMNS, Corpus, build_corpus
from topics.extras import extra_names, known_spelling, own_extras, retyped
from topics.outcomes import OUTCOMES, REPAIRED
from topics.sources.record import Record, SourceRead
from topics.text import title_key
from topics.topicmap import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from topics.topicmap import TopicMap

__all__ = ["Enlarged", "enlarge"]

#: Stands for the map among the sources; no file has such a name, and it sorts before all.
_MAP = "\x00"

_KNOWN_ALREADY = "The same paper as one that was already in the map."
#: Column of the joint ledger with the place of each record among all.
_ROW = "row"
_COUNTED = ("author_count", "comments", "upvotes")
_TEXTS = ("title", "abstract")
_BATCH = 10_000


@dataclass(frozen=True, eq=False)
class Enlarged(Corpus):
    """The papers of a map and those of new sources, as one corpus.

    Attributes:
        added: ids of the papers that are new, sorted.
        enriched: ids of known papers of which the new sources tell more than the map did.
        retold: those of them whose title or abstract is another now.
        read: number of new records kept, merged and rejected.
    """

    added: tuple[str, ...]
    enriched: tuple[str, ...]
    retold: tuple[str, ...]
    read: Mapping[str, int]
    _papers_table: pd.DataFrame
    _ledger_table: pd.DataFrame

    def __len__(self) -> int:
        return len(self._papers_table)

    @cached_property
    def papers(self) -> pd.DataFrame:
        """One row a paper, ordered by id."""
        return self._papers_table

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """What became of the records of the map, then of the new ones."""
        return self._ledger_table

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the papers."""
        digest = hashlib.sha256()
        for row in self._papers_table.to_dict("records"):
            known = {name: _plain(row[name]) for name in self._papers_table.columns}
            digest.update(json.dumps(known, sort_keys=True).encode())
            digest.update(b"\n")
        return digest.hexdigest()

    @property
    def undated(self) -> int:
        """Number of papers without a date."""
        return int(self._papers_table["date"].isna().sum())

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Number of records kept, merged and rejected, those of the map counted in."""
        return _tally(self._ledger_table)

    def batches(self, size: int = _BATCH) -> Iterator[pd.DataFrame]:
        """The rows of `papers`, so many at a time."""
        for start in range(0, len(self), size):
            yield self._papers_table.iloc[start : start + size]


def enlarge(
    topic_map: TopicMap, reads: Sequence[SourceRead], *, page_year: int | None = None
) -> Enlarged:
    """Join newly read records with the papers of a map.

    The same rules as for one corpus apply, with each known paper as one record. Known papers
    stay apart from one another and keep their ids, whatever a new record says.

    Args:
        topic_map: the map.
        reads: what each new source gave.
        page_year: the year of year-less dates in them; found from the pages if None.
    """
    import pandas as pd

    extras = extra_names(topic_map.papers)
    known = _typed(topic_map.papers[[*COLUMNS, *extras]])
    joint = build_corpus([_as_source(known, extras), *reads], page_year=page_year)
    entries = joint.ledger.assign(**{_ROW: joint.outcomes.row})
    of_map = entries["source"] == _MAP
    groups: dict[str, list[int]] = {}
    for paper, line in entries.loc[of_map, ["paper_id", "line"]].itertuples(index=False):
        groups.setdefault(str(paper), []).append(int(line) - 1)
    entries = entries[~of_map].reset_index(drop=True)
    joint_papers = joint.papers.rename(columns=known_spelling(joint.papers, extras))
    joint_papers = joint_papers.set_index("id", drop=False)
    new = joint_papers[~joint_papers["id"].isin(groups)].copy()
    names = _free_names(list(new["id"]), taken=set(known["id"]))
    new["id"] = [names[paper] for paper in new["id"]]
    credited = _credited(entries, groups, known, joint)
    told = _told(known, joint_papers, groups, entries["source"], credited)
    papers = pd.concat([told.papers, new.reset_index(drop=True)], ignore_index=True)
    papers = papers.assign(**{name: retyped(papers[name]) for name in extra_names(papers)})
    entries = _renamed(entries, names, [_id_at(known, row) for row in credited])
    ledger = pd.concat([topic_map.ledger[list(TABLES["ledger"])], entries], ignore_index=True)
    return Enlarged(
        notices=joint.notices,
        as_of=max(filter(None, (joint.as_of, topic_map.manifest.get("as_of"))), default=None),
        _gathered=joint._gathered,
        added=tuple(sorted(new["id"])),
        enriched=told.enriched,
        retold=told.retold,
        read=_tally(entries),
        _papers_table=papers.sort_values("id", kind="stable", ignore_index=True),
        _ledger_table=ledger,
    )


@dataclass(frozen=True, eq=False)
class _Told:
    papers: pd.DataFrame
    enriched: tuple[str, ...]
    retold: tuple[str, ...]


def _credited(
    entries: pd.DataFrame, groups: Mapping[str, Sequence[int]], known: pd.DataFrame, joint: Corpus
) -> list[int | None]:
    """For each new row of the ledger, the row of the known paper that its record is of.

    A record may be of what are two papers in the map: it counts for the one that it names by the
    strongest identifier, else for the one of its title, else for the first.
    """
    found: list[int | None] = []
    for paper, at in entries[["paper_id", _ROW]].itertuples(index=False):
        rows = groups.get(paper) if isinstance(paper, str) else None
        found.append(
            None if rows is None else min(rows) if len(rows) == 1 else _best(rows, known, joint, at)
        )
    return found


def _best(rows: Sequence[int], known: pd.DataFrame, joint: Corpus, at: int) -> int:
    record = joint.record(at)
    for name in ("arxiv_id", "doi"):
        value = getattr(record, name)
        same = [row for row in rows if value and known[name].iloc[row] == value]
        if same:
            return min(same)
    key = title_key(record.title)
    return min(rows, key=lambda row: (title_key(known["title"].iloc[row]) != key, row))


def _told(
    known: pd.DataFrame,
    joint: pd.DataFrame,
    groups: Mapping[str, Sequence[int]],
    sources: pd.Series[Any],
    credited: Sequence[int | None],
) -> _Told:
    """Known papers with what new records add to them, field by field."""
    import pandas as pd

    fields = [*COLUMNS, *extra_names(joint)]
    columns: dict[str, list[Any]] = {name: _column(known, name) for name in fields}
    files: dict[int, set[str]] = {}
    for source, row in zip(sources, credited, strict=True):
        if row is not None:
            files.setdefault(row, set()).add(str(source))
    paper_of = {row: paper for paper, rows in groups.items() for row in rows}
    enriched, retold = [], []
    for row, fresh in sorted(files.items()):
        merged, before = joint.loc[paper_of[row]], known.iloc[row]
        columns["sources"][row] = sorted({*fresh, *before["sources"]})
        if len(groups[paper_of[row]]) > 1:  # of two known papers none takes over the other's
            continue
        changed = [
            name
            for name in fields
            if name not in ("id", "sources") and _plain(merged[name]) != _plain(before.get(name))
        ]
        for name in changed:
            columns[name][row] = merged[name]
        if changed:
            enriched.append(str(before["id"]))
        if set(changed) & set(_TEXTS):
            retold.append(str(before["id"]))
    kinds = known.dtypes
    papers = {
        name: pd.Series(columns[name], dtype=kinds[name] if name in COLUMNS else object)
        for name in fields
    }
    return _Told(pd.DataFrame(papers), tuple(sorted(enriched)), tuple(sorted(retold)))


def _id_at(known: pd.DataFrame, row: int | None) -> str | None:
    return None if row is None else str(known["id"].iloc[row])


def _column(known: pd.DataFrame, name: str) -> list[Any]:
    return known[name].to_list() if name in known else [None] * len(known)


def _as_source(known: pd.DataFrame, extras: Sequence[str]) -> SourceRead:
    """The papers of a map as the records of a source."""
    records = tuple(
        Record(
            title=row["title"],
            abstract=row["abstract"],
            date=_plain(row["date"]),
            authors=tuple(row["authors"]),
            author_count=_plain(row["author_count"]),
            comments=_plain(row["comments"]),
            upvotes=_plain(row["upvotes"]),
            url=_plain(row["url"]),
            doi=_plain(row["doi"]),
            arxiv_id=_plain(row["arxiv_id"]),
            source=_MAP,
            line=line,
            extra=own_extras(row, extras),
        )
        for line, row in enumerate(known.to_dict("records"), 1)
    )
    return SourceRead(source=_MAP, format="map", records=records)


def _typed(papers: pd.DataFrame) -> pd.DataFrame:
    """Papers as they come from a file, in the types of a corpus."""
    papers = papers.copy()
    for name in _COUNTED:
        papers[name] = papers[name].astype("Int64")
    for name in _TEXTS:
        papers[name] = papers[name].fillna("")
    return papers


def _free_names(ids: Sequence[str], *, taken: set[str]) -> dict[str, str]:
    """The id of each new paper: its own, unless a known paper goes by it."""
    names: dict[str, str] = {}
    used = taken.union(ids)
    for paper in ids:
        name, attempt = paper, 0
        while name in taken or (attempt and name in used):
            attempt += 1
            told = hashlib.sha256(f"{paper}\n{attempt}".encode()).hexdigest()
            name = f"title:{told[:16]}"
        names[paper] = name
        used.add(name)
    return names


def _renamed(
    entries: pd.DataFrame, names: Mapping[str, str], known: Sequence[str | None]
) -> pd.DataFrame:
    """New rows of the ledger, under the ids that papers have in the map.

    Args:
        entries: the rows.
        names: the id of each new paper, by the one it had.
        known: for each row, the id of the known paper that its record is of; None for none.
    """
    import pandas as pd

    entries = entries.copy()
    entries["reason"] = [
        reason if paper is None else _reason(reason)
        for reason, paper in zip(entries["reason"], known, strict=True)
    ]
    ids = [
        paper or (names[own] if isinstance(own, str) else None)
        for own, paper in zip(entries["paper_id"], known, strict=True)
    ]
    entries["paper_id"] = pd.Series(ids, entries.index, dtype="str")
    return entries[list(TABLES["ledger"])]


def _reason(reason: Any) -> str:
    """Why a record of a known paper is none of its own; what was repaired in it is told too."""
    _, mark, repaired = str(reason).partition(REPAIRED)
    return f"{_KNOWN_ALREADY} {mark}{repaired}".strip()


def _tally(ledger: pd.DataFrame) -> dict[str, int]:
    found = ledger["outcome"].value_counts()
    return {outcome: int(found.get(outcome, 0)) for outcome in OUTCOMES}


def _plain(value: Any) -> Any:
    """A value as Python has it; None where there is none."""
    import pandas as pd

    if isinstance(value, list | tuple):
        return list(value)
    if pd.isna(value):
        return None
    if isinstance(value, str):
        return value
    return int(value) if value == int(value) else float(value)
