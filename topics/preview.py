"""What a reader should see of each file before a map is built of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.ledger import counts_by_file
from topics.sources.columns import FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    counts = counts_by_file(reads, corpus)
    return {
        "papers": len(corpus),
        "undated": corpus.undated,
        "fields": dict(FIELDS),
        "notices": [notice for notice in corpus.notices if notice not in own],
        "files": [
            {**count, **_details(read, corpus, sample)}
            for read, count in zip(reads, counts, strict=True)
        ],
    }


def _details(read: SourceRead, corpus: Corpus, sample: int) -> dict[str, Any]:
    return {
        "notices": list(read.notices),
        "columns": list(read.columns),
        "matched": dict(read.matched),
        # The date is the paper's: a page may leave out the year, which is found from all pages.
        "sample": [
            {**_shown(record), "date": corpus.date_of(read.source, place)}
            for place, record in enumerate(read.records[:sample])
        ],
        "others": _others(read, corpus),
    }


def _shown(record: Record) -> dict[str, Any]:
    return {
        "line": record.line,
        "title": record.title[:_LENGTH],
        "authors": list(record.authors[:10]),
        "author_count": record.author_count,
        "abstract": record.abstract[:_LENGTH],
    }


def _others(read: SourceRead, corpus: Corpus) -> list[dict[str, Any]]:
    """The first records that are no paper of their own, the rejected ones before the merged."""
    return [
        {
            "line": one.line,
            "outcome": one.outcome,
            "reason": one.reason,
            "title": corpus.record(one.row).title[:_LENGTH] if one.row >= 0 else "",
        }
        for one in corpus.outcomes.others(read.source, limit=_LISTED)
    ]
