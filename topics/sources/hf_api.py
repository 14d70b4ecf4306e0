"""What the API of Hugging Face's papers answers: daily papers, a search, a single paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.sources.dates import partial_date
from topics.sources.entries import Entry
from topics.sources.identifiers import find_arxiv_id
from topics.sources.json_reader import JsonReader
from topics.sources.json_values import dicts, inner, text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HF_API"]


def _is_entry(entry: Mapping[str, Any]) -> bool:
    paper = inner(entry, "paper") or entry
    return (
        isinstance(paper.get("id"), str)
        and "title" in paper
        and "summary" in paper
        and ("publishedAt" in paper or "upvotes" in paper)
    )


def _entry(entry: Mapping[str, Any], line: int) -> Entry:
    paper = inner(entry, "paper") or entry
    arxiv_id = find_arxiv_id(text(paper, "id"), bare=True)
    return Entry(
        line=line,
        title=text(paper, "title") or text(entry, "title"),
        abstract=text(paper, "summary") or text(entry, "summary"),
        # The paper's own day; the entry's is that on which it was shown.
        date=partial_date(text(paper, "publishedAt")),
        authors=[name for person in dicts(paper.get("authors")) if (name := _name(person))],
        comments=_count(entry.get("numComments")),
        upvotes=_count(paper.get("upvotes")),
        arxiv_id=arxiv_id,
        url=f"https://huggingface.co/papers/{arxiv_id}" if arxiv_id else None,
    )


def _name(person: Mapping[str, Any]) -> str:
    return " ".join(text(person, "name").split())


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 10**9 else None


HF_API = JsonReader(
    name="hf-api",
    expects="the answer of Hugging Face's daily-papers API (JSON)",
    is_entry=_is_entry,
    to_entry=_entry,
)
