"""Semantic Scholar: answers of its API, its data sets, and the older Open Research Corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.sources.dates import partial_date
from topics.sources.entries import Entry
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid
from topics.sources.json_reader import JsonReader
from topics.sources.json_values import dicts, inner, text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SEMANTIC_SCHOLAR"]

_IDS = ("paperId", "corpusId", "corpusid", "paper_id", "s2Url", "paperAbstract")
_WORDS = ("title", "abstract", "paperAbstract", "externalIds", "externalids", "year", "authors")
_WRAPPERS = ("citingPaper", "citedPaper")


def _is_entry(entry: Mapping[str, Any]) -> bool:
    paper = _paper(entry)
    return any(key in paper for key in _IDS) and any(key in paper for key in _WORDS)


def _paper(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """A paper by itself, out of what an answer says of it."""
    for key in _WRAPPERS:
        if found := inner(entry, key):
            return found
    return entry


def _entry(entry: Mapping[str, Any], line: int) -> Entry:
    paper = _paper(entry)
    ids = inner(paper, "externalIds") or inner(paper, "externalids")
    doi = text(ids, "DOI") or text(paper, "doi")
    return Entry(
        line=line,
        title=text(paper, "title"),
        abstract=text(paper, "abstract", "paperAbstract"),
        date=_date(paper),
        authors=[name for one in dicts(paper.get("authors")) if (name := _name(one))],
        doi=find_doi(doi),
        arxiv_id=find_arxiv_id(text(ids, "ArXiv", "arXiv") or text(paper, "arxiv_id"), bare=True)
        or find_arxiv_id(doi),
        pmid=find_pmid(text(ids, "PubMed") or text(paper, "pubmed_id", "pmid")),
        url=text(paper, "url", "s2Url"),
    )


def _date(paper: Mapping[str, Any]) -> str | None:
    return partial_date(text(paper, "publicationDate", "publicationdate", "year"))


def _name(person: Mapping[str, Any]) -> str:
    if whole := text(person, "name"):
        return " ".join(whole.split())
    middle = person.get("middle")
    between = [part for part in middle if isinstance(part, str)] if isinstance(middle, list) else []
    parts = (text(person, "first"), *between, text(person, "last"), text(person, "suffix"))
    return " ".join(" ".join(parts).split())


SEMANTIC_SCHOLAR = JsonReader(
    name="semantic-scholar",
    expects="papers of Semantic Scholar (JSON or JSON lines)",
    is_entry=_is_entry,
    to_entry=_entry,
)
