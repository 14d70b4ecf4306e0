"""The plain-text form: title, abstract and author block, with blank lines between and no marks.

Nothing in this form says which block is a title and which an abstract. So the blocks between
two author blocks are given the most plausible reading as a whole: a shortest path over
"title", "paragraph of the abstract", "organisation" and "author block".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from topics.sources.hf_parts import (
    BYLINE,
    Card,
    Page,
    PageDate,
    author_count,
    date,
    furniture,
    number,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["has_author_block", "own_date", "read_plain"]

_AUTHOR_BLOCK = re.compile(
    r"^[ \t\xa0]*[•*·-]?[ \t\xa0]*\d[\d,]*[ \t\xa0]+authors?[ \t\xa0]*\n\s*·\s*\n", re.MULTILINE
)
_SENTENCE_END = re.compile(r"[a-z0-9)\]]\.\s+[A-Z(]")
_PARAGRAPH_START = re.compile(r"[a-z(•*-]|\d+[.)]\s")

#: Beginnings of an author block's lines, as the end of a cut-off file shows them.
_CUT_AUTHORS = re.compile(r"[•*]\s*(?:\d[\d,]*\s*(?:a(?:u(?:t(?:h(?:o(?:r)?)?)?)?)?)?)?")
_CUT_DATE = re.compile(r"[A-Z](?:[a-z]{0,2}|[a-z]{2} \d{0,2}(?:,(?: \d{0,3})?)?)")

TITLE, PARAGRAPH, ORGANISATION, META = range(4)

#: Cost of one kind of block after another; a missing pair cannot be.
_STEP = {
    (META, TITLE): 0.0,
    (TITLE, PARAGRAPH): 0.0,
    (TITLE, TITLE): 3.0,
    (TITLE, META): 2.5,
    (TITLE, ORGANISATION): 3.0,
    (PARAGRAPH, PARAGRAPH): 1.5,
    (PARAGRAPH, TITLE): 0.5,
    (PARAGRAPH, META): 0.0,
    (PARAGRAPH, ORGANISATION): 0.0,
    (ORGANISATION, META): 0.0,
}
_LAST_TITLE = 4.0


@dataclass(slots=True)
class _Meta:
    authors: int | None = None
    date: PageDate | None = None


@dataclass(slots=True)
class _Block:
    line: int
    lines: list[str] = field(default_factory=list)
    meta: _Meta | None = None

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def has_author_block(text: str) -> bool:
    """Whether the text holds an author block of this form."""
    return "·" in text and "author" in text and _AUTHOR_BLOCK.search(text) is not None


def read_plain(text: str) -> Page:
    """Read the plain-text form."""
    lines = _lines(text)
    start, page_date = _header(text, lines)
    blocks = list(_blocks(lines, start))
    kinds = _kinds(blocks)
    cut = None
    if kinds and kinds[-1] == TITLE and lines[-1]:
        # A title with no line end after it is the beginning of a paper that was cut off.
        cut = blocks[-1].line
        del blocks[-1], kinds[-1]
    return Page(list(_cards(blocks, kinds)), page_date, cut)


def own_date(text: str) -> PageDate | None:
    """The date that the page gives as its own, under the byline."""
    return _header(text, _lines(text))[1]


def _lines(text: str) -> list[str]:
    return [line.replace("\xa0", " ").strip() for line in text.split("\n")]


def _header(text: str, lines: Sequence[str]) -> tuple[int, PageDate | None]:
    """Skip the header: all up to the byline, furniture, and the page's own date."""
    byline = BYLINE.search(text, 0, 20_000)
    row = text.count("\n", 0, byline.end()) + 1 if byline is not None else 0
    page_date = None
    while row < len(lines):
        found = date(lines[row])
        if found is not None and page_date is None:
            page_date = found
        elif found is not None or not furniture(lines[row]):
            break
        elif lines[row].casefold() == "submitted by":
            row += 1
        row += 1
    return row, page_date


def _blocks(lines: Sequence[str], start: int) -> Iterator[_Block]:
    """Cut into blocks of text and author blocks."""
    # Where an editor has dropped all blank lines, a line is all there is to go by.
    by_line = len(lines) - start > 2 and all(lines[start:-1])
    block: _Block | None = None
    skip_name = False
    for row in range(start, len(lines)):
        line = lines[row]
        in_meta = block is not None and block.meta is not None
        if skip_name and line:
            skip_name = False
            continue
        part = _meta_part(line, after_meta=in_meta, last=not any(lines[row + 1 : row + 4]))
        if part is not None:
            if block is None or block.meta is None:
                if block is not None:
                    yield block
                block = _Block(row + 1, meta=_Meta())
            _merge(block, part)
        elif not line:
            if block is not None and not in_meta:
                yield block
                block = None
        elif (block is None or in_meta or by_line) and furniture(line):
            skip_name = line.casefold() == "submitted by"
        elif number(line) is None or (block is not None and not in_meta):
            if block is not None and (in_meta or by_line):
                yield block
                block = None
            block = block or _Block(row + 1)
            block.lines.append(line)
    if block is not None:
        yield block


def _meta_part(line: str, *, after_meta: bool, last: bool) -> _Meta | None:
    """What a line of an author block says; None for any other line."""
    authors = author_count(line)
    if authors is not None:
        return _Meta(authors=authors)
    if line == "·":
        return _Meta()
    found = date(line)
    if found is not None:
        return _Meta(date=found)
    if last and (_CUT_AUTHORS.fullmatch(line) or (after_meta and _CUT_DATE.fullmatch(line))):
        return _Meta()
    return None


def _merge(block: _Block, part: _Meta) -> None:
    meta = block.meta
    if meta is not None:
        meta.authors = part.authors if meta.authors is None else meta.authors
        meta.date = meta.date or part.date


def _title_cost(text: str) -> float:
    """How unlike a title a text is; negative for one that is more a title than a paragraph."""
    cost = -2.0
    cost += 0.0 if len(text) <= 150 else min(6.0, (len(text) - 150) / 40)
    cost += 1.5 if text.endswith((".", ":", ";", ",")) else 0.0
    cost += 3.0 if _SENTENCE_END.search(text) else 0.0
    cost += 1.5 if _PARAGRAPH_START.match(text) else 0.0
    cost += 2.0 if "://" in text else 0.0
    words = re.findall(r"\b[^\W\d_]{4,}", text[:300])
    if len(words) >= 3:
        capital = sum(word[0].isupper() for word in words) / len(words)
        cost += -1.0 if capital >= 0.7 else 0.5 if capital <= 0.3 else 0.0
    return cost


def _organisation_cost(block: _Block, following: _Block | None) -> float:
    fits = (
        following is not None
        and following.meta is not None
        and following.meta.authors is None
        and len(block.lines) == 1
        and len(block.text) <= 60
        and re.search(r"[.?!:]$|\.\w{2,3}\b|:", block.text) is None
    )
    return -2.0 if fits else float("inf")


def _kinds(blocks: Sequence[_Block]) -> list[int]:
    """Most plausible kind of every block (Viterbi)."""
    best: dict[int, float] = {META: 0.0}
    back: list[dict[int, int]] = []
    last = len(blocks) - 1
    for row, block in enumerate(blocks):
        if block.meta is not None:
            own = {META: 0.0}
        else:
            cost = _title_cost(block.text)
            following = blocks[row + 1] if row + 1 < len(blocks) else None
            own = {
                TITLE: cost,
                PARAGRAPH: -cost,
                ORGANISATION: _organisation_cost(block, following),
            }
        step: dict[int, float] = {}
        came: dict[int, int] = {}
        for kind, price in own.items():
            for before, so_far in best.items():
                total = so_far + _STEP.get((before, kind), float("inf")) + price
                if row == last and kind == before == TITLE:
                    # The end of a page is more likely within an abstract than after two titles.
                    total += _LAST_TITLE
                if total < step.get(kind, float("inf")):
                    step[kind], came[kind] = total, before
        best = step or {META: 0.0}
        back.append(came)
    if not blocks:
        return []
    kind = min(best, key=lambda item: best[item])
    kinds = [kind]
    for came in reversed(back[1:]):
        kind = came.get(kind, META)
        kinds.append(kind)
    return kinds[::-1]


def _cards(blocks: Sequence[_Block], kinds: Sequence[int]) -> Iterator[Card]:
    card: Card | None = None
    for block, kind in zip(blocks, kinds, strict=True):
        if kind == TITLE:
            if card is not None:
                yield card
            card = Card(block.line, block.text)
        elif card is not None and kind == PARAGRAPH:
            card.paragraphs.append(block.text)
        elif card is not None and block.meta is not None:
            card.author_count, card.date = block.meta.authors, block.meta.date
            yield card
            card = None
    if card is not None:
        yield card
