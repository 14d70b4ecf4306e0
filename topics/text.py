"""Readable text from what pages and exports write, and the key under which titles agree."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "title_key"]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\u00ad]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """Make text readable on one line."""
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text))
    return " ".join(text.split())


def title_key(title: str) -> str:
    """Letters and digits of a title, lower case: equal for spellings of the same title."""
    folded = unicodedata.normalize("NFKD", title).casefold()
    return "".join(char for char in folded if char.isalnum())
