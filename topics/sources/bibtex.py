"""BibTeX and BibLaTeX."""

from __future__ import annotations

import logging
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from topics.sources.bibtex_text import names, prose, split_value, verbatim
from topics.sources.dates import best_date, month_number, partial_date, written_date
from topics.sources.entries import Entry, finish
from topics.sources.identifiers import find_arxiv_id, find_doi, find_pmid, noted_pmid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from topics.sources.document import Document
    from topics.sources.record import SourceRead

__all__ = ["BIBTEX", "Bibtex"]

_TYPES = (
    "article|book|booklet|conference|inbook|incollection|inproceedings|manual|mastersthesis|misc"
    "|phdthesis|proceedings|techreport|unpublished|collection|mvbook|mvcollection|mvproceedings"
    "|bookinbook|suppbook|suppcollection|suppperiodical|dataset|online|electronic|report|software"
    "|thesis|www|patent|periodical|reference|mvreference|inreference|artwork|audio|image|movie"
    "|video|standard|review|letter|set|xdata|preprint|webpage"
)
_TELLING = re.compile(
    rf"^[ \t\ufeff]*@(?:(?:{_TYPES})\s*[{{(]|\w+\s*\{{[^\s,{{}}=]*,\s*[\w-]+\s*=\s*[{{\"\w])",
    re.MULTILINE | re.IGNORECASE,
)
#: Blocks that are entries by their form and papers by nothing.
_NO_PAPERS = {
    "set": "A set of other entries, not a paper.",
    "xdata": "Fields that other entries share, not a paper.",
    "control": "Settings of a bibliography style, not a paper.",
    "ieeetranbstctl": "Settings of a bibliography style, not a paper.",
}
_NO_COMMA = re.compile(r"(@\w+[ \t]*[{(]\s*[^\s,{}()=\"]*)[ \t]*\n(?=\s*[\w-]+\s*=)")
_COMMAS = re.compile(
    r"(@\w+[ \t]*[{(]\s*[^\s,{}()=\"]*|[}\"]|=\s*\w+)\s*,(?:\s*,)+(?=\s*(?:[\w-]+\s*=|[})]))"
)
_START = re.compile(r"^[ \t\ufeff]*@\w+[ \t]*[{(]", re.MULTILINE)
_REMARK = re.compile(r"^[ \t]*%.*$", re.MULTILINE)
_EXPECTED = re.compile(r"but found `?(?P<found>.)", re.DOTALL)


class Bibtex:
    """Reader of BibTeX and BibLaTeX files."""

    name = "bibtex"
    expects = "a BibTeX or BibLaTeX library (.bib)"

    def recognises(self, document: Document) -> bool:
        """Tell it by the beginning of an entry."""
        return _TELLING.search(document.head_text or "") is not None

    def read(self, document: Document) -> SourceRead:
        """Read all entries; those that do not parse are rejected with their lines.

        Raises:
            SourceError: there is no entry.
        """
        notices: list[str] = []
        entries = _entries(document.text or "", notices)
        return finish(entries, document, kind=self.name, notices=notices)


def _entries(text: str, notices: list[str]) -> Iterator[Entry]:
    macros: dict[str, str] = {}
    mended: list[int] = []
    # Entries that fail are told of in the ledger, with their lines.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL + 1)
    for first_line, part in _parts(text):
        blocks, repaired = _blocks(part)
        for block in blocks:
            line = first_line + (0 if repaired else block.start_line or 0)
            entry, whole = _read(block, line, macros)
            if entry is not None:
                yield entry
            if repaired or not whole:
                mended.append(line)
    if mended:
        where = ", ".join(map(str, mended[:5])) + (", …" if len(mended) > 5 else "")
        notices.append(
            f"Commas or remarks are out of place in the entry at line {where}; "
            "it was read as it was meant."
        )


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Divide a text before each line that begins an entry, each part with its first line.

    So an entry that fails costs no other, and no more than one is in memory twice.
    """
    starts = (match.start() for match in _START.finditer(text))
    line = 1
    for start, end in pairwise((0, *starts, len(text))):
        yield line, text[start:end]
        line += text.count("\n", start, end)


def _blocks(part: str) -> tuple[list[Any], bool]:
    """The blocks of a part, and whether its entry had to be repaired."""
    from bibtexparser.model import Entry as Whole
    from bibtexparser.model import ParsingFailedBlock
    from bibtexparser.splitter import Splitter

    blocks = list(Splitter(part).split().blocks) if "@" in part else []
    if not blocks or not isinstance(blocks[0], ParsingFailedBlock) or blocks[0].ignore_error_block:
        return blocks, False
    better = _NO_COMMA.sub(r"\1,\n", _REMARK.sub("", part), count=1)
    better = _COMMAS.sub(r"\1,", better)
    again = list(Splitter(better).split().blocks) if better != part else []
    if len(again) == 1 and isinstance(again[0], Whole):
        return again, True
    return blocks, False


def _read(block: Any, line: int, macros: dict[str, str]) -> tuple[Entry | None, bool]:
    """The entry of a block, None for any other kind, and whether all its commas are there."""
    from bibtexparser import model

    if isinstance(block, model.String):
        macros.setdefault(block.key.lower(), split_value(block.value, macros)[0])
        return None, True
    if isinstance(block, model.ParsingFailedBlock):
        if block.ignore_error_block is None:
            return Entry(line=line, reason=_why(block)), True
        # The same key or the same field twice: a whole entry all the same.
        block = block.ignore_error_block
    if not isinstance(block, model.Entry):
        return None, True
    reason = _NO_PAPERS.get(block.entry_type.lower())
    if reason is not None:
        return Entry(line=line, reason=reason), True
    fields, whole = _fields(block, macros)
    return _entry(line, fields), whole


def _why(block: Any) -> str:
    """Why an entry could not be parsed, in plain words."""
    said = str(getattr(block.error, "abort_reason", "") or block.error)
    key = re.match(r"@\w+\s*[{(]\s*([^\s,{}()=\"]{1,80})", block.raw or "")
    name = f"Entry “{key[1]}”: " if key else "Entry: "
    found = _EXPECTED.search(said)
    if "block start" in said or "end of file" in said:
        return f"{name}a brace or quotation mark is not closed before the next entry or the end."
    if "after entry key" in said and "comma" in said:
        return f"{name}no comma after its key."
    if found is not None:
        return f"{name}“{found['found']}” where a field's name and “=” were expected."
    return f"{name}not valid BibTeX."


def _fields(entry: Any, macros: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """The values of an entry by field, lower case, and whether all commas are there."""
    fields: dict[str, str] = {}
    whole = True
    for given in entry.fields:
        key, rest = given.key.lower(), given.value
        while True:
            value, follows = split_value(rest, macros)
            if value.strip() and not fields.get(key):
                fields[key] = value
            if follows is None:
                break
            whole = False
            key, rest = follows
    return fields, whole


def _entry(line: int, fields: Mapping[str, str]) -> Entry:
    link = next(filter(None, (verbatim(fields.get(name, "")) for name in _LINKS)), "")
    places = [verbatim(fields.get(name, "")) for name in ("doi", *_LINKS, *_PLACES)]
    return Entry(
        line=line,
        title=_title(fields),
        abstract=prose(fields.get("abstract") or fields.get("abstractnote") or ""),
        date=_date(fields),
        authors=names(fields.get("author") or ""),
        doi=next(filter(None, map(find_doi, places[: 1 + len(_LINKS)])), None),
        arxiv_id=_arxiv_id(fields, places),
        pmid=_pmid(fields, link),
        url=link,
    )


_LINKS = ("url", "link", "howpublished", "ee", "bdsk-url-1")
_PLACES = ("journal", "journaltitle", "note", "volume", "number", "institution", "publisher")


def _title(fields: Mapping[str, str]) -> str:
    for main, below in (("title", "subtitle"), ("maintitle", "mainsubtitle"), ("booktitle", "")):
        title, subtitle = prose(fields.get(main, "")), prose(fields.get(below, ""))
        if title:
            joint = " " if title[-1] in ".:?!" else ": "
            return f"{title}{joint}{subtitle}" if subtitle else title
    return prose(fields.get("shorttitle", ""))


def _date(fields: Mapping[str, str]) -> str | None:
    found = partial_date(verbatim(fields.get("date", "")))
    written = partial_date(verbatim(fields.get("year", "")))
    year = next((int(date[:4]) for date in (found, written) if date), None)
    month, day = verbatim(fields.get("month", "")), verbatim(fields.get("day", ""))
    number = month_number(month)
    if month and number is None:
        in_month = partial_date(month, year=year)
    else:
        in_month = written_date(year, number, int(day) if day.isdecimal() else None)
        in_month = best_date(in_month, partial_date(month, year=year))
    issue = partial_date(prose(fields.get("issue_date", "")))
    return best_date(found, written, in_month, issue)


def _arxiv_id(fields: Mapping[str, str], places: list[str]) -> str | None:
    eprint = verbatim(fields.get("eprint", ""))
    archive = verbatim(fields.get("archiveprefix") or fields.get("eprinttype") or "").lower()
    given = verbatim(fields.get("arxivid", ""))
    found = find_arxiv_id(given, bare=True) if given else None
    if found is None and eprint and archive in ("arxiv", ""):
        old = verbatim(fields.get("primaryclass") or fields.get("eprintclass") or "")
        found = find_arxiv_id(eprint, bare=True)
        if found is None and re.fullmatch(r"\d{7}", eprint) and old and archive:
            found = f"{old.partition('.')[0]}/{eprint}"
    return found or next(filter(None, map(find_arxiv_id, places)), None)


def _pmid(fields: Mapping[str, str], link: str) -> str | None:
    given = verbatim(fields.get("pmid", ""))
    if not given and verbatim(fields.get("eprinttype", "")).lower() in ("pubmed", "pmid"):
        given = verbatim(fields.get("eprint", ""))
    if given and (found := find_pmid(given)) is not None:
        return found
    return noted_pmid(fields.get("note", "")) or find_pmid(link, bare=False)


BIBTEX = Bibtex()
