"""Letters taken for others on their way here: repaired, unless they are asked for as they are."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Letters", "are_as_written", "may_be_mojibake", "repaired", "repairs", "watched"]

#: Letters that UTF-8 leaves behind when its bytes are taken for Windows-1252.
_SUSPECT = re.compile(
    "[\u0080-\u009f]|[ÂÃÄÅÆÎÏÐÑâãäåæçèéêîïð][\u0080-¿ŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]"
)


@dataclass(slots=True)
class Letters:
    """What happens to wrongly encoded letters for a while.

    Attributes:
        as_written: whether they are left as they are.
        repairs: texts that were repaired.
    """

    as_written: bool = False
    repairs: int = 0


_NOW: ContextVar[Letters | None] = ContextVar("letters", default=None)


@contextmanager
def watched(*, as_written: bool = False) -> Iterator[Letters]:
    """Count what is repaired within, or leave all as it is written."""
    letters = Letters(as_written)
    token = _NOW.set(letters)
    try:
        yield letters
    finally:
        _NOW.reset(token)


def are_as_written() -> bool:
    """Whether letters are left as they are just now."""
    letters = _NOW.get()
    return letters is not None and letters.as_written


def repairs() -> int:
    """Texts that were repaired so far, while that is counted."""
    letters = _NOW.get()
    return 0 if letters is None else letters.repairs


def may_be_mojibake(text: str) -> bool:
    """Whether there is anything in a text to look at more closely; quick."""
    return not text.isascii() and _SUSPECT.search(text) is not None


def repaired(text: str) -> str:
    """A text with its letters as they were meant, as far as ftfy is sure of them."""
    letters = _NOW.get()
    if letters is not None and letters.as_written:
        return text
    import ftfy

    better = ftfy.fix_encoding(text)
    if better == text or len(better) > len(text):
        return text
    if letters is not None:
        letters.repairs += 1
    return better
