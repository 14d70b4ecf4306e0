"""Zotero's own JSON: what its API answers, and what Better BibTeX exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.sources.dates import partial_date
from topics.sources.entries import Entry
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid, noted_pmid
from topics.sources.json_reader import JsonReader
from topics.sources.json_values import dicts, inner, name_of, text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ZOTERO_JSON"]

_NO_PAPERS = {
    "attachment": "An attachment, not a paper.",
    "note": "A note, not a paper.",
    "annotation": "An annotation, not a paper.",
}


def _is_entry(entry: Mapping[str, Any]) -> bool:
    return isinstance(_item(entry).get("itemType"), str)


def _item(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    data = inner(entry, "data")
    return data if "itemType" in data else entry


def _entry(entry: Mapping[str, Any], line: int) -> Entry:
    item = _item(entry)
    kind = text(item, "itemType")
    if kind in _NO_PAPERS:
        return Entry(line=line, reason=_NO_PAPERS[kind])
    extra, url = text(item, "extra"), text(item, "url")
    archived = " ".join(text(item, key) for key in ("archiveID", "reportNumber", "number"))
    return Entry(
        line=line,
        title=text(item, "title", "subject", "caseName", "nameOfAct"),
        abstract=text(item, "abstractNote"),
        date=partial_date(text(item, "date")),
        authors=[name for person in _people(item) if (name := _name(person))],
        doi=find_doi(text(item, "DOI")) or find_doi(extra),
        arxiv_id=find_arxiv_id(text(item, "DOI"))
        or find_arxiv_id(archived)
        or find_arxiv_id(url)
        or find_arxiv_id(extra),
        pmid=noted_pmid(extra) or find_pmid(url, bare=False),
        url=url,
    )


def _people(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    people = list(dicts(item.get("creators")))
    return [one for one in people if text(one, "creatorType") in ("", "author")] or people


def _name(person: Mapping[str, Any]) -> str:
    return name_of(person, "firstName", "lastName", "name")


ZOTERO_JSON = JsonReader(
    name="zotero-json",
    expects="Zotero's own JSON",
    is_entry=_is_entry,
    to_entry=_entry,
)
