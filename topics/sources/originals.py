"""Texts as a file has them, of records whose letters were repaired."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.mojibake import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from topics.sources.record import Record, SourceRead

__all__ = ["differing", "noted", "with_originals"]


def with_originals(found: SourceRead, again: Callable[[], SourceRead]) -> SourceRead:
    """Keep what a file has in place of the letters that were repaired.

    The file is read once more with nothing repaired: of the repaired text alone nobody could tell
    which of its letters were others.

    Args:
        found: what the file gave.
        again: reads it anew from its beginning.
    """
    try:
        with watched(as_written=True):
            plain = again()
    except SourceError:
        return found
    if len(plain.records) != len(found.records):
        return found
    pairs = zip(found.records, plain.records, strict=True)
    others = ((place, differing(*pair)) for place, pair in enumerate(pairs))
    kept = {place: fields for place, fields in others if fields}
    return noted(replace(found, as_written=kept)) if kept else found


def noted(found: SourceRead) -> SourceRead:
    """Tell of the records of which is kept what the file has."""
    if any("wrongly encoded" in each for each in found.notices):
        return found
    return replace(found, notices=(*found.notices, _notice(found, found.as_written)))


def differing(record: Record, plain: Record) -> dict[str, str]:
    """The fields of a record that were repaired, as they were before."""
    texts = {
        "title": (record.title, plain.title),
        "authors": ("; ".join(record.authors), "; ".join(plain.authors)),
        "abstract": (record.abstract, plain.abstract),
    }
    return {name: _visible(was) for name, (now, was) in texts.items() if now != was}


def _visible(text: str) -> str:
    """A text whose characters can all be seen; the others as Python writes them."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _notice(read: SourceRead, kept: Mapping[int, Mapping[str, str]]) -> str:
    records = "1 record has" if len(kept) == 1 else f"{len(kept)} records have"
    first = read.records[min(kept)].line
    return (
        f"{read.source}: {records} wrongly encoded letters (the first in line {first}); they are "
        "repaired here, and the ledger keeps titles, authors and abstracts as the file has them."
    )
