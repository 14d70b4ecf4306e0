"""Lists of authors as exports write them, one name a person."""

from __future__ import annotations

import ast
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from topics.sources.markup import readable
from topics.sources.names import person_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["read_authors"]

_NOBODY = frozenset(
    (
        *("", "[anonymous]", "no author", "no author name available", "unknown", "nan", "none"),
        *("[no author name available]", "[no authors listed]", "no authors listed", "null", "na"),
    )
)
_ET_AL = re.compile(r"[\s,;]+(?:et\s+al\.?|and others)\s*$", re.IGNORECASE)
#: What databases add to a name: their id, its role.
_ADDED = re.compile(
    r"\s*(?:\(\s*(?:\d[\d\s-]*|author|corresponding author)\s*\)|\[\d+\]|[*†‡§]+)\s*$"
)
_ADDITIONS = frozenset(")]*†‡§")
_AND = re.compile(r"\s*,?\s+(?:and|&)\s+|\s+&\s+", re.IGNORECASE)
_INITIALS = re.compile(r"(?:(?:[^\W\d_a-zß-ÿ]\.?|[^\W\d_]{1,3}\.)[\s-]?){1,4}")
#: “Smith J”, “van der Berg JA”, “Smith J.-P.”: a surname and initials.
_SURNAME_INITIALS = re.compile(
    r"[^\W\d_][\w'’ .-]*\s(?:[A-ZÀ-Þ]{1,4}|(?:[A-ZÀ-Þ]\.[\s-]?){1,4})\.?"
)
_SUFFIX = re.compile(r"(?:jr|sr)\.?|I{2,3}|IV", re.IGNORECASE)
#: Two names run together, as Springer's exports do: “Araz AlievNigar Ismayilova”.
_RUN_TOGETHER = re.compile(
    r"(?<=[a-zß-ÿ])(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bDi)(?<!\bDu)(?<!\bLa)(?<!\bLe)(?<!\bVan)"
    r"(?<!\bDel)(?<!\bDella)(?<!\bFitz)(?<!\bVon)(?<!\bDa)(?<!\bDos)(?<!\bEl)(?<!\bAl)(?<!\bO)"
    r"(?=[A-ZÀ-Þ][\w.])"
)
_DEGREE = re.compile(r"^(?:(?:Prof|Dr|Assoc|Assist|Ing|Dipl)\.\s*(?:-\s*)?)+")
#: Names in which there is nothing to make readable.
_LETTERS = re.compile(r"[A-Za-zÀ-ÖØ-öø-ž .,'’]*")
_LONGEST = 200
_MOST = 20_000


def read_authors(value: Any, *, run_together: bool = False) -> tuple[str, ...]:
    """Read a list of authors.

    Args:
        value: text in any of the usual forms (divided by semicolons, bars, commas, “and” or
            lines; a list written out), a list of names, or a list of mappings with their parts.
        run_together: names follow one another with nothing between them.
    """
    if isinstance(value, str):
        names = _divide(value[: _MOST * 50], run_together=run_together)
    elif isinstance(value, list | tuple):
        names = [_one(person) for person in value[:_MOST]]
    elif isinstance(value, dict):
        names = [_one(value)]
    else:
        return ()
    return tuple(
        name
        for each in names
        if each and (name := _plain_name(each) or person_name(readable(_without_additions(each))))
        if name.casefold() not in _NOBODY and len(name) <= _LONGEST
    )


@lru_cache(maxsize=32768)
def _plain_name(name: str) -> str:
    """A name in which there is nothing to make readable, which is most; else nothing."""
    name = _without_additions(name)
    return person_name(name) if _LETTERS.fullmatch(name) else ""


def _without_additions(name: str) -> str:
    return _ADDED.sub("", name) if name.rstrip()[-1:] in _ADDITIONS else name


def _one(person: Any) -> str:
    if isinstance(person, str):
        return person
    if isinstance(person, dict):
        return _mapping(person)
    if isinstance(person, list | tuple):
        # The arXiv's parsed names: family, given, suffix.
        parts = [str(part).strip() for part in person if isinstance(part, str)]
        family, given, *rest = [*parts, "", ""]
        return " ".join(filter(None, (given, family, *rest[:1])))
    return ""


_WHOLE = ("name", "display_name", "displayName", "full_name", "fullName", "fullname", "literal")
_GIVEN = ("given", "first", "first_name", "firstName", "firstname", "given_name", "forename")
_FAMILY = ("family", "last", "last_name", "lastName", "lastname", "family_name", "surname")


def _mapping(person: Mapping[Any, Any]) -> str:
    inner = person.get("author")
    if isinstance(inner, dict):
        return _mapping({key: part for key, part in inner.items() if key != "author"})
    given, family, whole = (_first(person, keys) for keys in (_GIVEN, _FAMILY, _WHOLE))
    if whole or not (given or family):
        return whole or (inner if isinstance(inner, str) else "")
    return f"{given} {family}".strip()


def _first(person: Mapping[Any, Any], keys: Sequence[str]) -> str:
    for key in keys:
        part = person.get(key)
        if isinstance(part, str) and part:
            return part
    return ""


def _divide(text: str, *, run_together: bool) -> Sequence[Any]:
    text = text.strip()
    listed = _written_list(text)
    if listed is not None:
        return [_one(person) for person in listed]
    text = _ET_AL.sub("", text)
    for mark in ("||", ";", "；", "|", "\n", "、", "//"):
        if mark in text:
            return text.split(mark)
    if run_together and "," not in text:
        return [_DEGREE.sub("", name) for name in _RUN_TOGETHER.split(text)]
    parts = _AND.split(text)
    if len(parts) > 1:
        # BibTeX: “Family, Given and Family, Given”, not “A. One, B. Two and C. Three”.
        if (
            all(part.count(",") == 1 for part in parts[:-1])
            and parts[-1].count(",") <= 1
            and ("," in parts[-1] or len(parts) > 2)
        ):
            return parts
        return [name for part in parts for name in _commas(part)]
    return _commas(text)


def _written_list(text: str) -> list[Any] | None:
    """A list as Python or JSON writes it, found in cells of tables."""
    if not (text.startswith("[") and text.endswith("]")) or len(text) > 1_000_000:
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        if isinstance(found, list):
            return found
    return None


def _commas(text: str) -> list[str]:
    """Names divided by commas, which may also divide the parts of one name."""
    parts = [part for part in (part.strip() for part in re.split("[,，]", text)) if part]
    if len(parts) < 2:
        return parts
    if all(_SURNAME_INITIALS.fullmatch(part) for part in parts):
        if text.count(".") == 1:
            parts[-1] = parts[-1].removesuffix(".")  # it ends the list, as PubMed writes it
        return parts
    pairs = len(parts) % 2 == 0
    if pairs and all(_INITIALS.fullmatch(part) for part in parts[1::2]):
        return [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    several = [" " in part for part in parts]
    if len(parts) == 2 and not several[1]:
        return [", ".join(parts)]
    if pairs and not any(several):
        return [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    if len(parts) == 2 and not several[0]:
        return [", ".join(parts)]
    return _with_suffixes(parts)


def _with_suffixes(parts: Sequence[str]) -> list[str]:
    names: list[str] = []
    for part in parts:
        if names and _SUFFIX.fullmatch(part):
            names[-1] += f" {part}"
        else:
            names.append(part)
    return names
