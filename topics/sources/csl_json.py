"""CSL-JSON, as reference managers export it, and Crossref's works, which extend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.sources.dates import partial_date, written_date
from topics.sources.entries import Entry
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid, noted_pmid
from topics.sources.json_reader import JsonReader
from topics.sources.json_values import dicts, inner, name_of, text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CROSSREF", "CSL_JSON"]

#: Dates of publication, the one that counts first; not when an entry was made or changed.
_DATES = ("issued", "published", "published-online", "published-print", "posted", "event-date")
_CROSSREF_OWN = ("is-referenced-by-count", "reference-count", "references-count", "prefix")
_CSL_OWN = ("issued", "container-title", "author", "editor", "citation-key", "URL", "DOI")


def _is_crossref(entry: Mapping[str, Any]) -> bool:
    entry = _work(entry)
    if "DOI" not in entry:
        return False
    if isinstance(entry.get("title"), list):
        return any(key in entry for key in (*_CROSSREF_OWN, "issued", "author", "publisher"))
    return "title" not in entry and any(key in entry for key in _CROSSREF_OWN)


def _is_csl(entry: Mapping[str, Any]) -> bool:
    if not isinstance(entry.get("type"), str) or not isinstance(entry.get("title"), str | list):
        return False
    authors = next(dicts(entry.get("author")), None)
    return (
        "date-parts" in inner(entry, "issued")
        or "raw" in inner(entry, "issued")
        or (authors is not None and any(key in authors for key in ("family", "literal")))
        or ("id" in entry and sum(key in entry for key in _CSL_OWN) >= 2)
    )


def _work(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """A work by itself, out of the answer about it."""
    message = inner(entry, "message")
    return message if "DOI" in message else entry


def _entry(entry: Mapping[str, Any], line: int) -> Entry:
    entry = _work(entry)
    doi, note = text(entry, "DOI", "doi"), text(entry, "note")
    url = text(entry, "URL", "url")
    archive = text(entry, "archive", "publisher", "container-title").strip().casefold()
    number = text(entry, "number", "archive_location", "archive-id")
    return Entry(
        line=line,
        title=_title(entry),
        abstract=text(entry, "abstract"),
        date=_date(entry),
        authors=[name for person in dicts(entry.get("author")) if (name := _name(person))],
        doi=find_doi(doi),
        arxiv_id=find_arxiv_id(doi)
        or find_arxiv_id(url)
        or find_arxiv_id(number, bare=archive.startswith("arxiv"))
        or find_arxiv_id(note),
        pmid=find_pmid(text(entry, "PMID", "pmid"))
        or find_pmid(url, bare=False)
        or noted_pmid(note),
        url=url or (f"https://doi.org/{doi}" if find_doi(doi) == doi.lower() else None),
    )


def _title(entry: Mapping[str, Any]) -> str:
    title, subtitle = text(entry, "title"), text(entry, "subtitle")
    if title and subtitle and subtitle.casefold() not in title.casefold():
        return f"{title.rstrip(' :')}: {subtitle}"
    return title


def _date(entry: Mapping[str, Any]) -> str | None:
    for key in _DATES:
        date = inner(entry, key)
        parts = date.get("date-parts")
        found = None
        if isinstance(parts, list) and parts and isinstance(parts[0], list):
            found = written_date(*(_number(part) for part in parts[0][:3])) if parts[0] else None
        found = found or partial_date(text(date, "raw", "literal", "date-time") or text(entry, key))
        if found is not None:
            return found
    return None


def _number(part: Any) -> int | None:
    if isinstance(part, str) and part.strip().isdecimal() and len(part) < 6:
        return int(part)
    return part if type(part) is int else None


def _name(person: Mapping[str, Any]) -> str:
    particle = text(person, "non-dropping-particle", "dropping-particle").strip()
    name = name_of(person, "given", "family", "literal", "name")
    family = text(person, "family").strip()
    if particle and family and name.endswith(family):
        name = f"{name.removesuffix(family)}{particle} {family}"
    suffix = text(person, "suffix").strip()
    return f"{name} {suffix}".strip()


CROSSREF = JsonReader(
    name="crossref",
    expects="works of Crossref's API (JSON)",
    is_entry=_is_crossref,
    to_entry=_entry,
)
CSL_JSON = JsonReader(
    name="csl-json",
    expects="CSL-JSON, as Zotero and other reference managers export it",
    is_entry=_is_csl,
    to_entry=_entry,
)
