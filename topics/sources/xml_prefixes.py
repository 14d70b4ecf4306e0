"""XML without namespaces, so that an element can be read out of its surroundings."""

from __future__ import annotations

import re

__all__ = ["without_prefixes"]

_TAG = re.compile(r"<[A-Za-z_/][^<>]*>")
_NAME = re.compile(r"^(</?)[A-Za-z_][\w.-]*:(?=[A-Za-z_])")
_ATTRIBUTE = re.compile(
    r"(?<!\s)\s+(?:xmlns|(?!xml:)[A-Za-z_][\w.-]*:[\w.-]+)\s*=\s*(?:\"[^\"]*\"|'[^']*')"
)


def without_prefixes(text: str) -> str:
    """Take prefixes off the names of elements, and attributes of other namespaces away.

    ``<dc:title xmlns:dc="…">`` becomes ``<title>``. Line breaks stay where they are, but for
    those within a tag.
    """
    return _TAG.sub(_bare, text)


def _bare(match: re.Match[str]) -> str:
    tag = match[0]
    if ":" not in tag and "xmlns" not in tag:
        return tag
    breaks = "\n" * tag.count("\n")
    bare = _ATTRIBUTE.sub("", _NAME.sub(r"\1", tag))
    return bare + breaks[: len(breaks) - bare.count("\n")]
