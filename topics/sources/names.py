"""Names of authors as sources write them, given name first."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["listed_names", "person_name"]

_SUFFIX = re.compile(r"(?:jr|sr|i{1,3}|iv|v|esq|phd|ph\.d|md|m\.d)\.?", re.IGNORECASE)
#: What follows the comma in the name of a firm or a body, which is no given name.
_BODY = re.compile(
    r"\b(?:inc|ltd|llc|gmbh|corp|co|university|universit\w*|institute?|department|dept|school"
    r"|center|centre|college|laborator\w+|group|team|consortium|society|association|committee"
    r"|ministry|agency|collaboration|hospital|faculty)\b\.?",
    re.IGNORECASE,
)
#: A number that one library gives to authors of the same name.
_NUMBERED = re.compile(r"(?<=[^\W\d_]) 0\d{3}$")
_BETWEEN, _AND = re.compile("[;；]"), re.compile(r"\s+(?:and|&)\s+")
_OTHERS = re.compile(
    r"(?:et\.?\s+al|and\s+others|others|\.{3}|…|\[?anon(?:ymous)?\]?|n/?a"
    r"|\[?no authors?(?: names?)?(?: (?:listed|available))?\]?)\.?",
    re.IGNORECASE,
)


@lru_cache(maxsize=32768)
def person_name(text: str) -> str:
    """Put the given name first: ``Lovelace, Ada`` → ``Ada Lovelace``.

    A suffix stays at the end, names without a comma and those of bodies stay as they are;
    ``et al.`` and the like give an empty string.
    """
    text = " ".join(text.split()).strip(" ,;")
    if " 0" in text:
        text = _NUMBERED.sub("", text)
    if not text or _OTHERS.fullmatch(text):
        return ""
    if "," not in text:
        return text if text != "null" else ""
    parts = [part.strip() for part in text.split(",")]
    parts = [part for part in parts if part and part != "null"]
    if len(parts) not in (2, 3) or _BODY.search(text):
        return ", ".join(parts)
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    given = [part for part in parts[1:] if not _SUFFIX.fullmatch(part)]
    if len(given) > 1 or any(len(part.split()) > 5 for part in given):
        return ", ".join(parts)
    return " ".join((*given, parts[0], *suffixes))


def listed_names(text: str) -> list[str]:
    """The names in one line.

    They are divided by semicolons, by “and” between names with a comma, or by commas between
    names of several words each.
    """
    if "," not in text and ";" not in text and "；" not in text:
        return [name] if (name := person_name(text)) else []
    parts = _BETWEEN.split(text)
    if len(parts) == 1:
        halves = _AND.split(text)
        if len(halves) > 1 and all("," in half for half in halves):
            parts = halves
        pieces = [piece.split() for piece in text.split(",")]
        if len(pieces) > 2 and all(len(piece) > 1 for piece in pieces):
            parts = text.split(",")
    return [name for name in map(person_name, parts) if name]
