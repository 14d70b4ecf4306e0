"""The metadata snapshot of arXiv: one object a line, millions of lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from topics.sources.dates import partial_date
from topics.sources.entries import Entry
from topics.sources.identifiers import find_arxiv_id, find_doi
from topics.sources.json_reader import JsonReader
from topics.sources.json_values import dicts, text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ARXIV_SNAPSHOT", "arxiv_url", "split_authors", "without_withdrawal"]

_OWN = ("authors_parsed", "versions", "update_date", "categories", "submitter")
_NEW_ID = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.\d{4,5}")
_OLD_ID = re.compile(r"[a-z-]+(?:\.[A-Z]{2})?/(\d\d)(0[1-9]|1[0-2])\d{3}")
#: Places of work in brackets, which may stand within others.
_PLACE = re.compile(r" ?\([^()]*\)")
_AND = re.compile(r" ?(?:, ?and |,|;|\band\b) ?")
_WITHDRAWN = re.compile(
    r"[\[(]?(?:this|the)\s(?:\w+\s){0,2}(?:has\sbeen|was|is)\s(?:\w+\s)?withdrawn\b.{0,400}"
    r"|[\[(]?withdrawn\b.{0,300}",
    re.IGNORECASE | re.DOTALL,
)


def arxiv_url(arxiv_id: str | None) -> str | None:
    """The page of a paper on arXiv."""
    return f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else None


def without_withdrawal(abstract: str) -> str:
    """Empty where an abstract only says that the paper was withdrawn."""
    return "" if _WITHDRAWN.fullmatch(abstract.strip()) else abstract


def split_authors(line: str) -> list[str]:
    """The names in arXiv's line of authors, without the places of work in brackets."""
    line = " ".join(line.split())
    for _ in range(4):
        shorter = _PLACE.sub("", line)
        if shorter == line:
            break
        line = shorter
    return [name for part in _AND.split(line) if (name := " ".join(part.split()))]


def _is_entry(entry: Mapping[str, Any]) -> bool:
    return (
        isinstance(entry.get("id"), str)
        and ("title" in entry or "abstract" in entry)
        and find_arxiv_id(entry["id"], bare=True) is not None
        and any(key in entry for key in _OWN)
    )


def _entry(entry: Mapping[str, Any], line: int) -> Entry:
    arxiv_id = find_arxiv_id(text(entry, "id"), bare=True)
    return Entry(
        line=line,
        title=text(entry, "title"),
        abstract=without_withdrawal(text(entry, "abstract")),
        date=_date(entry, arxiv_id),
        authors=_authors(entry),
        doi=find_doi(text(entry, "doi")),
        arxiv_id=arxiv_id,
        url=arxiv_url(arxiv_id),
    )


def _date(entry: Mapping[str, Any], arxiv_id: str | None) -> str | None:
    """The day of the first version, or the month that the id tells; not that of the last change."""
    first = next(dicts(entry.get("versions")), {})
    found = partial_date(text(first, "created"))
    if found is not None or arxiv_id is None:
        return found
    match = _NEW_ID.fullmatch(arxiv_id) or _OLD_ID.fullmatch(arxiv_id)
    if match is None:
        return None
    year = int(match[1]) + (1900 if int(match[1]) > 90 else 2000)
    return f"{year}-{match[2]}"


def _authors(entry: Mapping[str, Any]) -> list[str]:
    parsed = entry.get("authors_parsed")
    if isinstance(parsed, list) and parsed:
        names = [
            [part.strip() for part in person[:3] if isinstance(part, str)]
            for person in parsed
            if isinstance(person, list)
        ]
        # Family name, given names, suffix: given names come first.
        ordered = (" ".join(filter(None, (*name[1:2], *name[:1], *name[2:3]))) for name in names)
        return [name for name in ordered if name]
    return split_authors(text(entry, "authors"))


ARXIV_SNAPSHOT = JsonReader(
    name="arxiv-snapshot",
    expects="arXiv's metadata snapshot (JSON lines)",
    is_entry=_is_entry,
    to_entry=_entry,
)
