r"""Values of BibTeX fields: macros and ``#``, braces that only group, names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.markup import readable
from topics.sources.names import listed_names, person_name
from topics.tex import math

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["names", "prose", "split_value", "verbatim"]

_NEXT_FIELD = re.compile(r"\s*([A-Za-z][\w:.+-]*)\s*=(?!=)\s*(?=\S)")
_BARE = re.compile(r"[^\s#{}\"]+")
_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(r"\\[A-Za-z]+\*?\s*|\\.|[${}~]|[^\\${}~]+", re.DOTALL)
_ACCENTS = frozenset("'\"`^~=.")
_OPTION = re.compile(r"\[[^\]]*\]")
#: Characters that some programs write as commands, markup's own among them.
_CHARACTERS = re.compile(
    r"\{?\\(?:[_&%#]|(?:textless|textgreater|textasciitilde|textasciicircum|textunderscore"
    r"|textcopyright|copyright)(?:\{\}|\s|(?![A-Za-z])))\}?"
)
_CHARACTER = {
    "textless": "<",
    "textgreater": ">",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textunderscore": "_",
    "textcopyright": "©",
    "copyright": "©",
    "_": "_",
    "&": "&",
    "%": "%",
    "#": "#",
}
_BEFORE_DIGIT = re.compile(r"(?<!\\)\$([^$\s]{1,20})\$(?=\d)")
_ADDRESS = re.compile(r"\\(?:url|path|nolinkurl)\s*\{([^{}]*)\}|\\href\s*\{([^{}]*)\}\s*\{[^{}]*\}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_PART = re.compile(r"\s*(family|given|prefix|suffix)(?:-i)?\s*=\s*", re.IGNORECASE)


def split_value(value: str, macros: Mapping[str, str]) -> tuple[str, tuple[str, str] | None]:
    """Join the pieces of a value (``{A} # b # "C"``), without their delimiters.

    Args:
        value: what stands after a field's ``=``.
        macros: values of ``@string`` by name, lower case.

    Returns:
        The text, and the name and value of the next field where the comma before it is missing.
    """
    parts: list[str] = []
    at, joint = 0, ""
    while True:
        at = _skip(value, at)
        if at >= len(value):
            break
        follows = _NEXT_FIELD.match(value, at) if parts else None
        if follows is not None:
            return "".join(parts), (follows[1].lower(), value[follows.end() :])
        if value[at] == "#":
            at, joint = at + 1, ""
            continue
        if parts and joint:
            parts.append(joint)
        piece, at = _piece(value, at, macros)
        parts.append(piece)
        joint = " "
    return "".join(parts), None


def _skip(value: str, at: int) -> int:
    match = _SPACE.match(value, at)
    return match.end() if match else at


def _piece(value: str, at: int, macros: Mapping[str, str]) -> tuple[str, int]:
    if value[at] in '{"':
        end = _closing(value, at)
        return value[at + 1 : end], end + 1
    match = _BARE.match(value, at)
    if match is None:
        return value[at], at + 1
    return macros.get(match[0].lower(), match[0]), match.end()


def _closing(value: str, at: int) -> int:
    """Where the group or string that begins at an offset ends; the end of the text if nowhere."""
    depth, quoted = 0, value[at] == '"'
    for match in re.compile(r"\\.|[{}\"]", re.DOTALL).finditer(value, at + 1):
        mark = match[0]
        if mark == "{":
            depth += 1
        elif mark == "}" and depth:
            depth -= 1
        elif (mark == '"' and quoted and not depth) or (mark == "}" and not quoted):
            return match.start()
    return len(value)


def prose(value: str) -> str:
    """A text without the braces that only group, paragraphs on lines of their own.

    Commands and mathematics stay, to be made readable like those of any other source.
    """
    if not value:
        return ""
    parts = _PARAGRAPH.split(value) if "\n" in value else [value]
    value = "\n".join(" ".join(part.split()) for part in parts).strip()
    if "\\" not in value and "{" not in value and "~" not in value and "$" not in value:
        return value
    value = _CHARACTERS.sub(_character, value)
    value = _BEFORE_DIGIT.sub(lambda match: math(match[1]), value)
    return _ungrouped(value.replace("\\-", "").replace("\\/", ""))


def verbatim(value: str) -> str:
    """An address, identifier or number, without what TeX needs around it."""
    if "\\" not in value and "{" not in value:
        return value.strip()
    value = _ADDRESS.sub(lambda match: match[1] or match[2] or "", value)
    value = value.replace("$\\sim$", "~")
    return re.sub(r"[{}]", "", _CHARACTERS.sub(_character, value)).strip()


def names(value: str) -> list[str]:
    """The names of a list of authors, given name first."""
    found: list[str] = []
    for name in _listed(" ".join(value.split())):
        if name.startswith("{") and _closing(name, 0) == len(name) - 1:
            found.append(readable(prose(name)))
        elif _PART.match(name):
            found.append(_extended(name))
        else:
            found += (
                listed_names(readable(prose(name)))
                if ";" not in name
                else [person_name(part) for part in readable(prose(name)).split(";")]
            )
    return [name for name in found if name and name.casefold() != "others"]


def _listed(value: str) -> list[str]:
    """Divide at “and” outside braces."""
    parts, start = [], 0
    depths = _depths(value) if "{" in value else None
    for match in _AND.finditer(value):
        if depths is None or depths[match.start()] == 0:
            parts.append(value[start : match.start()])
            start = match.end()
    return [part.strip() for part in (*parts, value[start:]) if part.strip()]


def _depths(value: str) -> list[int]:
    depth, depths = 0, []
    for char in value:
        depth = max(0, depth + (char == "{") - (char == "}"))
        depths.append(depth)
    return depths


def _extended(name: str) -> str:
    """BibLaTeX's ``family=…, given=…``."""
    parts: dict[str, str] = {}
    for piece in name.split(","):
        match = _PART.match(piece)
        if match is not None:
            parts[match[1].lower()] = readable(prose(piece[match.end() :].strip(' "')))
    order = ("given", "prefix", "family", "suffix")
    return " ".join(parts[part] for part in order if parts.get(part))


def _character(match: re.Match[str]) -> str:
    name = match[0].strip("{} \t\n").removeprefix("\\")
    opened, closed = match[0].startswith("{"), match[0].endswith("}")
    # Half a pair of braces is of what stands around the character.
    if opened and not closed:
        return "{" + _CHARACTER.get(name, "")
    stray = closed and not opened and not match[0].endswith("{}")
    return _CHARACTER.get(name, "") + ("}" if stray else "")


def _ungrouped(text: str) -> str:
    """Take off braces that are no command's: ``{B}ayes``, ``{{A title}}``."""
    marks = _TOKEN.findall(text)
    has_math = marks.count("$") % 2 == 0
    out: list[str] = []
    kept: list[str] = []
    in_math, argument = False, False
    for number, mark in enumerate(marks):
        follows = marks[number + 1] if number + 1 < len(marks) else ""
        if mark == "{":
            kind = "argument" if argument else "kept" if in_math or follows[:1] == "\\" else ""
            kept.append(kind)
            out.append("{" if kind else "")
            argument = False
        elif mark == "}":
            kind = kept.pop() if kept else ""
            out.append("}" if kind else "")
            argument = kind == "argument"
        elif mark == "~":
            out.append(" " if out and out[-1][-1:].strip() and not in_math else "~")
            argument = False
        else:
            in_math = in_math ^ (mark == "$" and has_math)
            out.append(mark)
            command = mark[0] == "\\" and (mark[1].isalpha() or mark[1] in _ACCENTS)
            argument = command or (argument and _OPTION.fullmatch(mark) is not None)
    return "".join(out)
