"""The parts that every form of a Hugging Face papers page shares."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field

from topics.sources.record import Record
from topics.text import clean

__all__ = [
    "BYLINE",
    "Card",
    "Page",
    "PageDate",
    "arxiv_id",
    "author_count",
    "date",
    "furniture",
    "has_byline",
    "is_day",
    "number",
    "record",
]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DATE = re.compile(
    r"(?:·\s*)?(?:(?:published|submitted)\s+on\s+)?"
    r"(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:,\s*(?P<year>\d{4}))?"
    r"(?:\s+(?:\[\s*)?(?P<comments>\d[\d.,]*k?)(?:\s*\](?:\[\d+\]|\([^)]*\)))?)?",
    re.IGNORECASE,
)
_AUTHORS = re.compile(r"(?:[•·*–-]\s*)?(\d[\d,]*)\s+authors?", re.IGNORECASE)
_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(k?)", re.IGNORECASE)
_ARXIV_ID = re.compile(r"/papers/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v\d+)?(?=$|[#?/)\s\"'])")

#: The line under the heading of every such page; what stands above it is furniture.
BYLINE = re.compile(
    r"\bby\s*(?:!?\[[^\n]{0,80}?)?\s*AK\b[^\n]{0,120}\s+and the research community", re.IGNORECASE
)
#: What every such line ends in.
_COMMUNITY = "research community"
#: Furniture that carries a count or a name.
_COUNTED = re.compile(
    r"(?:github|models?|datasets?|spaces?|collections?|upvote)\s+-?[\d.,]*k?"
    r"|submitted by\s*\S*|view all [\d,]* ?papers?|©.*|\[?(?:previous|next)\]?",
    re.IGNORECASE,
)

_FURNITURE = frozenset(
    """
    new|subscribe|daily papers|trending papers|papers|daily|weekly|monthly|trending|models|datasets
    |spaces|buckets|buckets new|docs|enterprise|pricing|log in|sign up|website|tasks|huggingchat
    |collections|languages|organizations|community|blog|posts|learn|discord|forum|github|solutions
    |team & enterprise|hugging face|hugging face's logo hugging face|hugging face's logo|upvote
    |submitted by|view all|view all papers|arxiv page|previous|next|share|save|search
    |get trending papers in your email inbox!|get trending papers in your email inbox once a day!
    |company|tos|privacy|about|careers|jobs|system theme|inference endpoints|hugging face on x
    |expert acceleration|inference providers|storage buckets|back|more|home|hub|hugging face hub
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def has_byline(text: str) -> bool:
    """Whether the line under the heading of such a page stands in a text."""
    return _COMMUNITY in text.lower() and BYLINE.search(text) is not None


@dataclass(frozen=True, slots=True)
class PageDate:
    """A date as a page writes it, the year only where it is not the page's own."""

    month: int
    day: int
    year: int | None = None
    comments: int | None = None


@dataclass(slots=True)
class Card:
    """One paper of a page while it is being read: raw text, not yet cleaned."""

    line: int
    title: str
    paragraphs: list[str] = field(default_factory=list)
    date: PageDate | None = None
    full_date: str | None = None
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    comments: int | None = None
    upvotes: int | None = None
    arxiv_id: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds.

    Attributes:
        cards: its papers in order.
        date: the page's own date.
        cut: line of the title within which the page ends, None if it does not.
    """

    cards: list[Card]
    date: PageDate | None = None
    cut: int | None = None


def record(card: Card, *, source: str) -> Record:
    """Clean a card and turn it into a record."""
    when = card.date
    date_ = card.full_date
    if date_ is None and when is not None and when.year is not None:
        date_ = f"{when.year:04d}-{when.month:02d}-{when.day:02d}"
    comments = card.comments if card.comments is not None else when.comments if when else None
    return Record(
        title=clean(card.title),
        abstract=clean("\n".join(card.paragraphs)),
        date=date_,
        month_day=(when.month, when.day) if when is not None and when.year is None else None,
        authors=card.authors,
        author_count=card.author_count,
        comments=comments,
        upvotes=card.upvotes,
        url=f"https://huggingface.co/papers/{card.arxiv_id}" if card.arxiv_id else None,
        arxiv_id=card.arxiv_id,
        source=source,
        line=card.line,
    )


def date(line: str) -> PageDate | None:
    """Read a line that is a date and nothing else (a comment count may follow)."""
    match = _DATE.fullmatch(line.strip())
    if match is None or match["month"][:3].lower() not in _MONTHS:
        return None
    month = _MONTHS.index(match["month"][:3].lower()) + 1
    day = int(match["day"])
    if not 1 <= day <= _DAYS[month - 1]:
        return None
    year = int(match["year"]) if match["year"] else None
    if year is not None and not is_day(f"{year:04d}-{month:02d}-{day:02d}"):
        return None
    return PageDate(month, day, year, number(match["comments"] or ""))


def is_day(text: str) -> bool:
    """Whether ``YYYY-MM-DD`` is a day of the calendar."""
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def author_count(line: str) -> int | None:
    """Read ``• 4 authors``; None for any other line."""
    match = _AUTHORS.fullmatch(line.strip())
    return int(match[1].replace(",", "")) if match else None


def number(text: str) -> int | None:
    """Read a count such as ``65``, ``1,234`` or ``1.2k``; None for any other text."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    value = float(match[1].replace(",", ""))
    return round(value * 1000) if match[2] else int(value)


def arxiv_id(address: str) -> str | None:
    """Read the arXiv id, without version, from the address of a paper's page."""
    match = _ARXIV_ID.search(address)
    return match[1] if match else None


def furniture(line: str) -> bool:
    """Whether a line belongs to the page and to no paper."""
    words = " ".join(line.strip().strip("•*-–|·[] ").casefold().split())
    return (
        not words
        or words in _FURNITURE
        or _COUNTED.fullmatch(words) is not None
        or BYLINE.search(line) is not None
    )
