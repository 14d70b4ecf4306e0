"""Whether records are of the same paper; in doubt they are of different ones."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from topics.text import title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from topics.sources.record import Record

__all__ = ["Known", "first_surname", "near_titles", "numbers_of", "same_paper", "titles_agree"]

#: Share of the words of the shorter abstract that two versions of an abstract have in common,
#: that nearly equal ones have of all their words, and below which they are of different papers.
_OVERLAP, _EQUAL, _APART = 0.35, 0.9, 0.12
#: Different words of an abstract below which it tells nothing, and not enough to rely on.
_TELLING_WORDS, _TELLING_ABSTRACT = 5, 20
#: A title of fewer words may be shared by different papers.
_TELLING_TITLE = 4
#: How alike two titles are (of 100) that may be spellings of one: letter by letter, or where one
#: has more words than the other.
_ALIKE, _NEAR = 80, 85
#: Words changed for others from which on a title is that of a sequel, whose abstract may be alike.
_CHANGED = 2
#: Years between a preprint and its printed version.
_LATER = 6

_WORD = re.compile(r"\w{4,}")
_TOKEN = re.compile(r"[^\W_]+")
#: What tells the parts of a series apart: numbers, Roman numerals, numerals, letters of parts.
_NUMBER = re.compile(r"\d+")
_ROMAN = frozenset("ii iii iv v vi vii viii ix x xi xii".split())
_NUMERALS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "first": "1", "second": "2", "third": "3",
    "fourth": "4", "fifth": "5", "sixth": "6",
}  # fmt: skip
_PART = re.compile(
    r"\b(?:parts?|vol(?:ume)?s?|no|nos|number|chapters?|paper|lectures?|teil|partie|parte|supplement"
    r"|edition|version|issue|episode|phase|stage|section)\b\.?\s*(\w{1,4})\b"
)
#: What a title's key leaves out and names are told apart by: C, C++ and C#.
_SIGNS = re.compile(r"(?<=\w)[+#]+")
#: What makes a paper a remark on another one of nearly the same title.
_REMARKS = re.compile(
    r"\b(?:errat(?:um|a)|corrigend(?:um|a)|addend(?:um|a)|retract(?:ed|ion)|withdrawn|withdrawal"
    r"|expression of concern|rejoinder|supplement(?:ary|al)? (?:to|for|material|information)"
    r"|fe de erratas|berichtigung|rectificatif|publisher'?s note|editor'?s note|editorial note"
    r"|author'?s?'? (?:repl(?:y|ies)|response|correction))\b"
    r"|^\W*(?:corrections?|amendments?)\b(?=\s*(?:to|for|of|:|-|–|—))"
    r"|^\W*(?:a |some |further |brief |short )?(?:repl(?:y|ies)|responses?|comments?|commentary"
    r"|remarks?|discussions?|notes?|reviews?|book review|letter|editorial|preface|introduction"
    r"|foreword|summary|abstracts?|poster|tutorial|demo|highlights?)\b"
    r"(?=\s*(?:to|on|of|:|-|–|—|\"|“))"
    r"|[(\[:–—-]\s*(?:a |an |the )?(?:author'?s?'? )?(?:corrections?|repl(?:y|ies)|responses?"
    r"|comments?|commentary|discussions?|extended abstract|abstract|poster|tutorial|demo"
    r"|book review|letter|editorial|summary|appendix|supplement)\b[^()\[\]]{0,20}[)\]]?\s*$"
)
#: Titles that any number of papers have.
_GENERIC = re.compile(
    r"\W*(?:(?:guest |from the )?editor(?:ial|s?)?(?: (?:note|introduction|comment|board))?|preface"
    r"|foreword|introduction|conclusions?|summary|abstracts?|(?:table of )?contents|index"
    r"|errat(?:um|a)"
    r"|corrigend(?:um|a)|corrections?|repl(?:y|ies)|responses?|comments?|commentary|discussion"
    r"|authors?'? ?s?'? (?:reply|response)|in reply|letters?(?: to the editors?)?|book reviews?"
    r"|news|obituary|in memoriam|acknowledge?ments?|contributors|announcements?|retraction"
    r"|retraction note|publisher'?s note|correspondence|notes?|appendix|references|bibliography"
    r"|front matter|back matter|title page|cover|untitled|in this issue|highlights?|perspectives?"
    r"|review|overview|references|glossary|poster session|panel|keynote|welcome|afterword)"
    r"(?: .{0,12}\d.{0,12})?\W*"
)
#: Words without which a title is the same.
_SMALL = frozenset("a an the and".split())
#: Spellings of one word, each rule with what it makes of both.
_SPELLINGS = (
    (re.compile(r"(?<=\w{2})our(?=\b|s\b|ed\b|ing\b|al)"), "or"),
    (re.compile(r"is(?=(?:e|ed|es|er|ers|ing|ation|ations)\b)"), "iz"),
    (re.compile(r"ys(?=(?:e|ed|es|er|ers|ing)\b)"), "yz"),
    (re.compile(r"ll(?=(?:ed|ing|er|ers)\b)"), "l"),
    (re.compile(r"tre\b"), "ter"),
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"ph(?=\w*\b)"), "f"),
    (re.compile(r"(?<=\w{3})ies\b"), "y"),
    (re.compile(r"(?<=\w{3})(?<![su])s\b"), ""),
)


@dataclass(eq=False)
class Known:
    """Records that are known to be of one paper, and what they say together."""

    records: list[Record] = field(default_factory=list)
    _values: dict[str, set[Any]] = field(default_factory=dict, init=False, repr=False)

    def values(self, name: str) -> set[Any]:
        """All values that its records give to a field."""
        found = self._values.get(name)
        if found is None:
            given = (getattr(record, name) for record in self.records)
            found = self._values[name] = {value for value in given if value not in (None, "")}
        return found

    def take(self, other: Known) -> None:
        """Add the records of another one; of thousands, one after another, each costs the same."""
        fresh = {
            "title": max(self.title, other.title, key=_by_length),
            "abstract": max(self.abstract, other.abstract, key=len),
            "authors": max(self.authors, other.authors, key=len),
            "years": sorted({*self.years, *other.years}),
        }
        for name, values in self._values.items():
            values |= other.values(name)
        self.records += other.records
        for name, source in _TOLD_BY.items():
            if fresh[source] != self.__dict__.get(source):
                self.__dict__.pop(name, None)
        self.__dict__ |= fresh

    @cached_property
    def title(self) -> str:
        """The longest title."""
        return max((record.title for record in self.records), key=_by_length)

    @cached_property
    def abstract(self) -> str:
        """The longest abstract."""
        return max((record.abstract for record in self.records), key=len)

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The longest list of authors."""
        return max((record.authors for record in self.records), key=len)

    @cached_property
    def key(self) -> str:
        """The key of the title, of the abstract where there is none."""
        return title_key(self.title or max(record.abstract for record in self.records))

    @cached_property
    def signs(self) -> list[str]:
        """What tells C, C++ and C# apart in the title."""
        return _SIGNS.findall(self.title)

    @cached_property
    def is_generic(self) -> bool:
        """Whether any number of papers have the title."""
        return _GENERIC.fullmatch(self.title.casefold()) is not None

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the longest abstract."""
        return frozenset(_WORD.findall(self.abstract.casefold()))

    @cached_property
    def names(self) -> list[frozenset[str]]:
        """The parts of the names of the longest list of authors."""
        return [found for name in self.authors if (found := _name_parts(name))]

    @cached_property
    def years(self) -> list[int]:
        """Years of the dates."""
        return sorted({int(date[:4]) for date in self.values("date")})


#: What is made of the longest text of a kind.
_TOLD_BY = {
    "key": "title",
    "signs": "title",
    "is_generic": "title",
    "words": "abstract",
    "names": "authors",
}


def _by_length(text: str) -> tuple[int, str]:
    return len(text), text


def same_paper(one: Known, other: Known) -> bool:
    """Whether records of the same title are of the same paper."""
    if one.signs != other.signs:
        return False
    generic = one.is_generic
    # The same words under one title may be what a journal prints every year.
    alike = (
        bool(one.values("abstract") & other.values("abstract"))
        and not generic
        and _gap(one, other) <= _LATER
    )
    if _conflict(one, other, doi=not alike):
        return False
    authors, overlap = _authors_agree(one, other), _overlap(one, other)
    if authors is False:
        return False
    if alike:
        return True
    same_day = any(len(day) == 10 for day in one.values("date") & other.values("date"))
    if generic:
        return bool(authors) and (same_day or (overlap or 0) >= _EQUAL)
    gap, counted = _gap(one, other), bool(one.values("author_count") & other.values("author_count"))
    # Many papers have one author: their number tells something only beside a telling title.
    counted = counted and _is_telling(one)
    sure = same_day or authors or (counted and gap <= 1)
    if overlap is not None and overlap < _APART and not sure:
        return False
    if gap > 1:
        if not authors and not counted and _differ(one, other, "author_count"):
            return False
        return (overlap is not None and overlap >= _OVERLAP) or (
            overlap is None and bool(authors or counted) and gap <= _LATER and _is_telling(one)
        )
    if same_day or authors or counted or _is_telling(one):
        return True
    if overlap is not None:
        return overlap >= _OVERLAP
    # Of a short title that is all one record says, anybody may have written.
    return bool(one.names) == bool(other.names) and bool(one.years) == bool(other.years)


def near_titles(one: Known, other: Known) -> bool:
    """Whether records of nearly the same title are of the same paper.

    Titles that differ in spelling alone need authors that agree; all others nearly the same
    abstract, too. Titles that differ in a number are never of one paper.
    """
    from rapidfuzz import fuzz

    mine, theirs = _folded(one.title), _folded(other.title)
    if fuzz.ratio(mine, theirs) < _ALIKE and fuzz.token_set_ratio(mine, theirs) < _NEAR:
        return False
    if _kinds(mine) != _kinds(theirs):
        return False
    if _SIGNS.findall(mine) != _SIGNS.findall(theirs):
        return False
    if numbers_of(mine) != numbers_of(theirs) or _conflict(one, other):
        return False
    overlap, gap = _overlap(one, other), _gap(one, other)
    authors = _authors_agree(one, other)
    if authors is False or gap > 1:
        return False
    if _spelled(mine) == _spelled(theirs):
        return bool(authors) and (overlap is None or overlap >= _OVERLAP)
    if overlap is None or min(len(one.words), len(other.words)) < _TELLING_ABSTRACT:
        return False
    words, others = (set(_TOKEN.findall(title)) - _SMALL for title in (mine, theirs))
    if min(len(words - others), len(others - words)) >= _CHANGED:
        return False
    return len(one.words & other.words) >= _EQUAL * len(one.words | other.words) and (
        authors is True or len(one.title.split()) > _TELLING_TITLE
    )


def titles_agree(one: Record, other: Record, *, closely: bool = False) -> bool:
    """Whether titles may be of one paper that two records name by the same identifier.

    A book's identifier may stand on each of its chapters, an article's on its erratum.

    Args:
        one: a record.
        other: another one.
        closely: whether the identifier is known to stand on other papers, too; then one title
            must begin with the other.
    """
    key, other_key = title_key(one.title), title_key(other.title)
    if key == other_key:
        return True
    if not one.title or not other.title:
        return not closely
    if closely and not (key.startswith(other_key) or other_key.startswith(key)):
        return False
    mine, theirs = _folded(one.title), _folded(other.title)
    if _kinds(mine) != _kinds(theirs) or _parts(mine) != _parts(theirs):
        return False
    numbers = [numbers_of(text) for text in (mine, theirs)]
    if all(numbers) and numbers[0] != numbers[1]:
        return False
    romans = [
        [token for token in _TOKEN.findall(text) if token in _ROMAN] for text in (mine, theirs)
    ]
    if all(romans) and romans[0] != romans[1]:
        return False
    if key.startswith(other_key) or other_key.startswith(key):
        return True
    words, others = set(_WORD.findall(mine)), set(_WORD.findall(theirs))
    return len(words & others) * 2 >= len(words | others)


def numbers_of(title: str) -> tuple[str, ...]:
    """The numbers in a title, in whatever way they are written, and the letters of its parts."""
    found = []
    for token in _TOKEN.findall(title):
        if token in _ROMAN:
            found.append(token)
        elif token in _NUMERALS:
            found.append(_NUMERALS[token])
        else:
            found += _NUMBER.findall(token)
    return (*found, *(part for part in _parts(title) if not part.isdecimal()))


def first_surname(record: Record) -> str:
    """What is most likely the family name of the first author; empty where none is known."""
    if not record.authors:
        return ""
    name = record.authors[0]
    if "," in name:
        return title_key(name.partition(",")[0])
    parts = [part for part in name.split() if len(part.strip(".")) > 2] or name.split()
    return title_key(parts[-1]) if parts else ""


def _folded(title: str) -> str:
    if title.isascii():
        return title.lower()
    folded = unicodedata.normalize("NFKD", title).casefold().replace("’", "'")
    return "".join(char for char in folded if not unicodedata.combining(char))


def _parts(title: str) -> tuple[str, ...]:
    parts = _PART.findall(title)
    return tuple(part for part in parts if len(part) == 1 or part in _ROMAN or part.isdecimal())


def _kinds(title: str) -> frozenset[str]:
    """The remarks on another paper that a title says it is."""
    return frozenset(
        word[:6] for found in _REMARKS.findall(title) for word in re.findall(r"\w{4,}", found)[:1]
    )


def _spelled(title: str) -> str:
    """A title without what spellings of it differ in."""
    title = title.replace("&", " and ")
    for pattern, by in _SPELLINGS:
        title = pattern.sub(by, title)
    return "".join(token for token in _TOKEN.findall(title) if token not in _SMALL)


def _conflict(one: Known, other: Known, *, doi: bool = True) -> bool:
    """Whether identifiers speak against it."""
    if _differ(one, other, "arxiv_id") or _differ(one, other, "pmid"):
        return True
    return doi and _differ(one, other, "doi")


def _differ(one: Known, other: Known, name: str) -> bool:
    mine, theirs = one.values(name), other.values(name)
    return bool(mine) and bool(theirs) and not mine & theirs


def _is_telling(known: Known) -> bool:
    return len(known.title.split()) >= _TELLING_TITLE or (
        not known.title.isascii() and len(known.key) > 2 * _TELLING_TITLE
    )


def _gap(one: Known, other: Known) -> int:
    """Years between them, 0 where a year is unknown."""
    return min((abs(a - b) for a in one.years for b in other.years), default=0)


def _overlap(one: Known, other: Known) -> float | None:
    """Share of the words of the shorter abstract that the longer has; None if it tells nothing."""
    least = min(len(one.words), len(other.words))
    return len(one.words & other.words) / least if least >= _TELLING_WORDS else None


def _authors_agree(one: Known, other: Known) -> bool | None:
    """Whether the authors are the same people; None where one names none.

    The first author of one must be among those of the other, and so must be half of the shorter
    list: two papers of one title have a common family name among their authors now and then.
    """
    if not one.names or not other.names:
        return None
    firsts = _among(one.names[0], other.names) or _among(other.names[0], one.names)
    short, long = sorted((one.names, other.names), key=len)
    shared = sum(_among(name, long) for name in short)
    return firsts and shared * 2 >= len(short)


def _among(name: frozenset[str], others: Iterable[frozenset[str]]) -> bool:
    return any(_is_one_person(name, other) for other in others)


def _is_one_person(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether a whole word of both names agrees, and the first letters of the others may."""
    shared = {part for part in one & other if len(part) > 1}
    if not shared:
        return False
    mine, theirs = ({part[0] for part in name - shared} for name in (one, other))
    return not mine or not theirs or bool(mine & theirs)


def _name_parts(name: str) -> frozenset[str]:
    parts: Sequence[str] = _TOKEN.findall(_folded(name))
    return frozenset(parts)
