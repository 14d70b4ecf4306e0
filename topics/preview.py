"""What a reader should see of each file before a map is built of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.ledger import counts_by_file
from topics.sources.columns import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from topics.corpus import Corpus
    from topics.sources.record import Record, SourceRead

__all__ = ["preview"]

#: Records listed that were merged or rejected, of each file; the numbers are of all.
_LISTED = 50
#: Characters of a text that are enough to tell what it is.
_LENGTH = 300


def preview(reads: Sequence[SourceRead], corpus: Corpus, *, sample: int = 5) -> dict[str, Any]:
    """Say of each file what it is, what its first records are and what became of the others.

    Args:
        reads: what each file gave.
        corpus: the papers that came of them.
        sample: records to show of each file.

    Returns:
        ``papers``, the number of them; ``undated``; ``fields``, what a column of a table can be
        taken for; ``notices`` on all files together; and ``files``, in the order of ``reads``:
        file, format, read, kept, merged, rejected (as `counts_by_file`), notices, columns, matched
        (the column of each field), sample (title, author_count, authors, date, abstract, line)
        and others (line, outcome, reason, title).
    """
    own = {notice for read in reads for notice in read.notices}
    counts = counts_by_file(reads, corpus.ledger)
    dates = dict(zip(corpus.papers["id"], corpus.papers["date"], strict=True))
    return {
        "papers": len(corpus),
        "undated": corpus.undated,
        "fields": dict(FIELDS),
        "notices": [notice for notice in corpus.notices if notice not in own],
        "files": [
            {**count, **_details(read, corpus.ledger, dates, sample)}
            for read, count in zip(reads, counts, strict=True)
        ],
    }


def _details(
    read: SourceRead, ledger: pd.DataFrame, dates: Mapping[str, Any], sample: int
) -> dict[str, Any]:
    rows = ledger[ledger["source"] == read.source]
    found = {
        line: dates.get(paper)
        for line, paper in zip(rows["line"], rows["paper_id"], strict=True)
        if paper is not None
    }
    return {
        "notices": list(read.notices),
        "columns": list(read.columns),
        "matched": dict(read.matched),
        # The date is the paper's: a page may leave out the year, which is found from all pages.
        "sample": [
            {**_shown(record), "date": _known(found.get(record.line))}
            for record in read.records[:sample]
        ],
        "others": _others(read, rows),
    }


def _known(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _shown(record: Record) -> dict[str, Any]:
    return {
        "line": record.line,
        "title": record.title[:_LENGTH],
        "authors": list(record.authors[:10]),
        "author_count": record.author_count,
        "abstract": record.abstract[:_LENGTH],
    }


def _others(read: SourceRead, ledger: pd.DataFrame) -> list[dict[str, Any]]:
    """The first records that are no paper of their own, the rejected ones before the merged."""
    rows = ledger[ledger["outcome"] != "kept"].sort_values(
        ["outcome", "line"], ascending=[False, True], kind="stable"
    )
    titles = {record.line: record.title[:_LENGTH] for record in read.records}
    shown = rows.head(_LISTED)
    return [
        {"line": int(line), "outcome": outcome, "reason": reason, "title": titles.get(line, "")}
        for line, outcome, reason in zip(
            shown["line"], shown["outcome"], shown["reason"], strict=True
        )
    ]
