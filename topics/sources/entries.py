"""From the fields of an entry, whatever its format, to a record or the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.sources.abstracts import abstract_text
from topics.sources.identifiers import find_url, pubmed_url
from topics.sources.markup import readable
from topics.sources.readiness import ANY, needs
from topics.sources.record import Record, Reject, SourceRead
from topics.sources.spool import RecordKeeper
from topics.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from topics.sources.document import Document

__all__ = ["NOTHING_IN_IT", "Entry", "finish", "made", "title_text"]

#: Why an entry is rejected that is whole and says nothing.
NOTHING_IN_IT = "Neither a title nor an abstract."
_NO_TITLE = re.compile(
    r"[\W_]*(?:(?:no|without) title(?: (?:available|given|provided))?|title not available"
    r"|not available|untitled|n/?a|null|none|nan|kein titel|sans titre|sin título)?[\W_]*",
    re.IGNORECASE,
)
_STOP = re.compile(r"(?<=[^\W\d_]{3})\.$|(?<=[\d)\]”\"’])\.$")
#: Entries that are looked at together.
_AT_ONCE = 4096
_BRACKETED = re.compile(r"\[([^\[\]]+)\]")


@dataclass(slots=True, kw_only=True)
class Entry:
    """One entry of a bibliographic file: its text raw, its identifiers already found.

    Attributes:
        line: line, or number of the entry, counted from 1.
        title: as written, with markup.
        abstract: as written, with markup and line breaks.
        date: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
        authors: names, given name first.
        comments: number of comments, None if unknown.
        upvotes: number of upvotes, None if unknown.
        url: any text with an address in it.
        pmid: PubMed id.
        reason: why the entry cannot be read; None if it can.
    """

    line: int
    title: str = ""
    abstract: str = ""
    date: str | None = None
    authors: list[str] = field(default_factory=list)
    comments: int | None = None
    upvotes: int | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    pmid: str | None = None
    url: str | None = None
    reason: str | None = None


def finish(
    entries: Iterable[Entry], document: Document, *, kind: str, notices: Iterable[str] = ()
) -> SourceRead:
    """Make records of entries, and rejects of those that cannot be.

    Args:
        entries: in the order of the file.
        document: the file.
        kind: name of its format.
        notices: remarks on the file, without its name; looked at after the last entry.

    Raises:
        SourceError: there is no entry at all.
    """
    kept = RecordKeeper()
    rejects: list[Reject] = []
    entries = iter(entries)
    while some := list(islice(entries, _AT_ONCE)):
        titles = needs([entry.title for entry in some])
        abstracts = needs([entry.abstract for entry in some], framed=True)
        for entry, title, abstract in zip(some, titles, abstracts, strict=True):
            one = made(entry, document.source, title=title, abstract=abstract)
            if isinstance(one, Record):
                kept.add(one)
            else:
                rejects.append(one)
    if not len(kept) and not rejects:
        raise SourceError(
            f"{document.source}: looks like {kind} and holds no entry. "
            "Export the references again and check that the file was saved whole."
        )
    named = (f"{document.source}: {notice}" for notice in notices)
    return SourceRead(
        source=document.source,
        format=kind,
        records=kept.records,
        rejects=tuple(rejects),
        notices=(*document.notices, *named),
    )


def title_text(raw: str, need: int = ANY) -> str:
    """A readable title: no full stop at its end, none of the ways to say that there is none.

    Args:
        raw: as the source has it.
        need: what is known of it; see `topics.sources.readiness.needs`.
    """
    title = readable(raw, need)
    if _NO_TITLE.fullmatch(title[:80]):
        return ""
    whole = _BRACKETED.fullmatch(title.rstrip(".")) if title.startswith("[") else None
    # A title in brackets is a translation; so databases mark it.
    title = whole[1] if whole else title
    return _STOP.sub("", title) if title.endswith(".") else title


def made(entry: Entry, source: str, *, title: int = ANY, abstract: int = ANY) -> Record | Reject:
    """The record of an entry, or why there is none.

    Args:
        entry: of a file.
        source: the file's name.
        title: what is known of its title; see `topics.sources.readiness.needs`.
        abstract: and of its abstract.
    """
    if entry.reason is not None:
        return Reject(source=source, line=entry.line, reason=entry.reason)
    heading, text = title_text(entry.title, title), abstract_text(entry.abstract, abstract)
    if not heading and not text:
        return Reject(source=source, line=entry.line, reason=NOTHING_IN_IT)
    url = find_url(entry.url) if entry.url else None
    if url is None and entry.pmid is not None:
        url = pubmed_url(entry.pmid)
    return Record(
        title=heading,
        abstract=text,
        date=entry.date,
        authors=tuple(filter(None, map(clean, entry.authors))),
        comments=entry.comments,
        upvotes=entry.upvotes,
        url=url,
        doi=entry.doi,
        arxiv_id=entry.arxiv_id,
        pmid=entry.pmid,
        source=source,
        line=entry.line,
    )
