"""OpenAlex works: answers of its API, files of its snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.sources.dates import partial_date
from topics.sources.entries import Entry
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid
from topics.sources.json_reader import JsonReader
from topics.sources.json_values import dicts, inner, text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OPENALEX", "restored_abstract"]

_OWN = ("authorships", "abstract_inverted_index", "primary_location", "host_venue", "ids")
#: Words of an abstract beyond which its positions are nonsense.
_LONGEST = 100_000


def restored_abstract(index: Any) -> str:
    """The text of an inverted index: words with the positions at which they stand, from 0."""
    if not isinstance(index, dict):
        return ""
    # Some exports keep the index as they got it, one level down.
    if isinstance(index.get("InvertedIndex"), dict):
        index = index["InvertedIndex"]
    words = sorted(
        (place, word)
        for word, places in index.items()
        if isinstance(places, list)
        for place in places
        if type(place) is int and 0 <= place < _LONGEST
    )
    return " ".join(word for _, word in words)


def _is_entry(entry: Mapping[str, Any]) -> bool:
    name = entry.get("id")
    named = isinstance(name, str) and "openalex.org/" in name.casefold()
    titled = "title" in entry or "display_name" in entry
    return titled and (
        (named and any(key in entry for key in (*_OWN, "publication_year", "doi")))
        or ("authorships" in entry and "publication_year" in entry)
        or isinstance(entry.get("abstract_inverted_index"), dict)
    )


def _entry(entry: Mapping[str, Any], line: int) -> Entry:
    doi = text(entry, "doi") or text(inner(entry, "ids"), "doi")
    return Entry(
        line=line,
        title=text(entry, "title", "display_name"),
        abstract=restored_abstract(entry.get("abstract_inverted_index")) or text(entry, "abstract"),
        date=_date(entry),
        authors=[name for one in dicts(entry.get("authorships")) if (name := _name(one))],
        doi=find_doi(doi),
        arxiv_id=find_arxiv_id(doi) or _arxiv_id(entry),
        pmid=find_pmid(text(inner(entry, "ids"), "pmid")),
        url=text(inner(entry, "primary_location"), "landing_page_url")
        or text(inner(entry, "host_venue"), "url")
        or doi
        or text(entry, "id"),
    )


def _date(entry: Mapping[str, Any]) -> str | None:
    found = partial_date(text(entry, "publication_date"))
    # OpenAlex writes the first of January where it knows the year alone.
    if found is not None and found.endswith("-01-01"):
        return found[:4]
    return found or partial_date(text(entry, "publication_year"))


def _arxiv_id(entry: Mapping[str, Any]) -> str | None:
    places = [inner(entry, "primary_location"), *dicts(entry.get("locations"))]
    addresses = (text(place, "landing_page_url", "pdf_url") for place in places)
    found = (find_arxiv_id(address) for address in addresses if "arxiv.org" in address)
    return next(filter(None, found), None)


def _name(authorship: Mapping[str, Any]) -> str:
    name = text(inner(authorship, "author"), "display_name") or text(authorship, "raw_author_name")
    return " ".join(name.split())


OPENALEX = JsonReader(
    name="openalex",
    expects="works of OpenAlex (JSON or JSON lines)",
    is_entry=_is_entry,
    to_entry=_entry,
)
