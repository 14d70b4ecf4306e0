"""What the cells of a column hold, told from a sample of them."""

from __future__ import annotations

import datetime as dt
import re
from statistics import median
from typing import TYPE_CHECKING, Any

from topics.sources.cell_dates import read_cell_date
from topics.sources.column_names import fold
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid
from topics.sources.people import read_authors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["fits", "guess", "is_full"]

#: Share of a column's filled cells that must be of a kind for the column to be of it.
_MOST = 0.7
#: Least length of the middle abstract, and the length beyond which a cell is hardly a title.
_ABSTRACT, _TITLE = 250, 300
_NOTHING = frozenset(("", "nan", "none", "null", "n/a", "na", "<na>", "nat", "#n/a", "-", "--"))
_LONGEST_NOTHING = max(map(len, _NOTHING))
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:\.0)?")
_MONTH = re.compile(r"(?:0?[1-9]|1[0-2])(?:\.0)?|[^\W\d_]{3,10}\.?(?:[-/ ].*)?")
_COUNT = re.compile(r"\d{1,9}(?:\.0)?")
_WORDS = re.compile(r"[^\W\d_]{2,}|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_SENTENCE_END = re.compile(r"[a-z)\d][.?!](?:\s|$)|[。．]")
_ODD = re.compile(r"://|[;|@]")
_LETTER = re.compile(r"[^\W\d_]")
#: Names under which a column with the id of something else may go by the name of a DOI or id.
_IDS = frozenset(("id", "identifier", "paperid", "paperidentifier", "eprint", "arxiv"))


def is_full(cell: Any) -> bool:
    """Whether a cell holds anything; the marks of programs for nothing do not count."""
    if isinstance(cell, str):
        text = cell.strip()
        return len(text) > _LONGEST_NOTHING or text.casefold() not in _NOTHING
    return cell is not None and cell == cell


def fits(name: str, cells: Sequence[Any], *, column: str) -> bool:
    """Whether what a column of a fitting name holds speaks against it.

    Args:
        name: the field.
        cells: filled cells of a sample.
        column: the column's name.
    """
    if name == "arxiv_id" and fold(column) in _IDS:
        return bool(cells) and _share(cells, _is_arxiv) >= _MOST
    if not cells:
        return True
    if name in _FIT:
        return _share(cells, _FIT[name]) >= 0.5
    return True


def guess(name: str, cells: Sequence[Sequence[Any]], taken: frozenset[int]) -> int | None:
    """The column that holds a field by its contents, None where none surely does.

    Args:
        name: the field.
        cells: for each column, its cells in a sample.
        taken: columns of other fields.
    """
    if name not in _SCORE:
        return None
    scored = [
        (score, -place)
        for place, column in enumerate(cells)
        if place not in taken
        and (filled := [cell for cell in column if is_full(cell)])
        and len(filled) * 3 >= len(column)
        and (score := _SCORE[name](filled)) > 0
    ]
    return -max(scored)[1] if scored else None


def _share(cells: Sequence[Any], is_one: Callable[[Any], bool]) -> float:
    return sum(map(is_one, cells)) / len(cells)


def _is_arxiv(cell: Any) -> bool:
    return find_arxiv_id(str(cell), bare=True) is not None


def _is_doi(cell: Any) -> bool:
    text = str(cell).strip()
    return len(text) < 300 and " " not in text and find_doi(text) is not None


def _is_date(cell: Any) -> bool:
    return len(str(cell)) <= 60 and (
        read_cell_date(cell) is not None or read_cell_date(cell, year=2000) not in (None, "2000")
    )


def _is_year(cell: Any) -> bool:
    return isinstance(cell, dt.date) or _YEAR.search(str(cell)) is not None


def _is_count(cell: Any) -> bool:
    return not isinstance(cell, bool) and _COUNT.fullmatch(str(cell).strip()) is not None


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str | list | dict) and _LETTER.search(str(cell)) is not None


def _is_link(cell: Any) -> bool:
    return "http" in str(cell)[:2000] or "www." in str(cell)[:2000]


_FIT: Mapping[str, Callable[[Any], bool]] = {
    "abstract": _is_text,
    "author_count": _is_count,
    "authors": _is_text,
    "comments": _is_count,
    "date": _is_date,
    "day": _is_count,
    "pmid": lambda cell: find_pmid(str(cell)) is not None,
    "month": lambda cell: _MONTH.fullmatch(str(cell).strip()) is not None,
    "upvotes": _is_count,
    "url": _is_link,
    "year": _is_year,
}


def _abstract_score(cells: Sequence[Any]) -> float:
    texts = [cell for cell in cells if isinstance(cell, str)]
    if len(texts) < len(cells) * _MOST:
        return 0
    length = median(map(len, texts))
    words = median(len(_WORDS.findall(text[:2000])) for text in texts)
    if length < _ABSTRACT or words < 30 or len(set(texts)) * 2 < len(texts):
        return 0
    # A list of names or keywords is long too, but has no sentences; a full text is longer.
    sentences = _share(
        texts, lambda text: re.search(r"[a-z)\d][.?!](?:\s|$)|[。．]", text) is not None
    )
    listed = _share(texts, lambda text: text.count(";") * 12 > len(text.split()))
    return 0 if sentences < 0.6 or listed > 0.5 else min(length, 3000)


def _title_score(cells: Sequence[Any]) -> float:
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    if len(texts) < len(cells) * _MOST:
        return 0
    length = median(map(len, texts))
    words = [len(_WORDS.findall(text)) for text in texts]
    distinct = len(set(texts)) / len(texts)
    spaced = _share(texts, lambda text: text.count(" ") > 1 or not text.isascii())
    if not 15 <= length <= _TITLE or median(words) < 3 or min(distinct, spaced) < 0.8:
        return 0
    odd = _share(
        texts,
        lambda text: (
            "://" in text or ";" in text or "|" in text or text.count(",") > 4 or "@" in text
        ),
    )
    names = _share(texts, lambda text: len(read_authors(text)) > 1)
    return 0 if odd > 0.4 or names > 0.6 else distinct * min(median(words), 12)


def _author_score(cells: Sequence[Any]) -> float:
    def is_list(cell: Any) -> bool:
        text = str(cell)
        names = read_authors(cell)
        if not names or len(text) > 5000:
            return False
        small = [len(name) <= 40 and 2 <= len(name.split()) <= 5 for name in names]
        capital = [all(part[0].isupper() for part in name.split()[-1:]) for name in names]
        divided = len(names) > 1 or "," in text
        return divided and sum(small) * 5 >= len(names) * 4 and sum(capital) * 5 >= len(names) * 4

    share = _share(cells, is_list)
    return share if share >= 0.5 else 0


def _kind_score(is_one: Callable[[Any], bool]) -> Callable[[Sequence[Any]], float]:
    def score(cells: Sequence[Any]) -> float:
        share = _share(cells, is_one)
        return share if share >= _MOST else 0

    return score


def _is_written_date(cell: Any) -> bool:
    """A date that no other kind of number is taken for: with its parts divided, or as a date."""
    return isinstance(cell, dt.date) or (
        isinstance(cell, str)
        and len(cell) <= 40
        and re.search(r"\d[-/. ]\S", cell) is not None
        and re.search(r"[12]\d{3}", cell) is not None
        and len(read_cell_date(cell) or "") > 4
    )


def _is_plain_year(cell: Any) -> bool:
    return _YEAR.fullmatch(str(cell).strip()) is not None and 1900 <= float(cell) <= 2050


def _is_address(cell: Any) -> bool:
    return isinstance(cell, str) and re.match(r"\s*https?://\S+\s*$", cell) is not None


#: How much a column looks like a field; fields that are not here are never guessed.
_SCORE: Mapping[str, Callable[[Sequence[Any]], float]] = {
    "title": _title_score,
    "abstract": _abstract_score,
    "authors": _author_score,
    "date": _kind_score(_is_written_date),
    "year": _kind_score(_is_plain_year),
    "doi": _kind_score(_is_doi),
    "arxiv_id": _kind_score(_is_arxiv),
    "url": _kind_score(_is_address),
}
