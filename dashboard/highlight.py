"""Words of a topic marked in a text, as HTML in which the text itself is never markup."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["marked", "spans"]

_WORD = re.compile(r"[^\W_]+")


def spans(text: str, keywords: Iterable[str]) -> list[tuple[int, int]]:
    """Find keywords in a text as whole words.

    Capitals, hyphens and line ends make no difference ("large-language model" finds "Large
    Language Models"), nor does a plural. Longer keywords win over shorter ones within them.

    Args:
        text: any text.
        keywords: words or phrases.

    Returns:
        Start and end of each occurrence, in order, none overlapping another.
    """
    pattern = _pattern(tuple(keywords))
    return [] if pattern is None else [match.span() for match in pattern.finditer(text)]


def marked(text: str, keywords: Sequence[str]) -> str:
    """HTML of a text with the keywords in ``<mark>`` elements; every piece is escaped."""
    pieces: list[str] = []
    end = 0
    for start, stop in spans(text, keywords):
        pieces.append(html.escape(text[end:start]))
        pieces.append(f"<mark>{html.escape(text[start:stop])}</mark>")
        end = stop
    return "".join([*pieces, html.escape(text[end:])])


@lru_cache(maxsize=256)
def _pattern(keywords: tuple[str, ...]) -> re.Pattern[str] | None:
    phrases = {tuple(_WORD.findall(keyword.casefold())) for keyword in keywords} - {()}
    if not phrases:
        return None
    longest_first = sorted(phrases, key=lambda words: (-len("".join(words)), words))
    some = "|".join(_phrase(words) for words in longest_first)
    return re.compile(rf"(?<!\w)(?:{some})(?!\w)", re.IGNORECASE)


def _phrase(words: tuple[str, ...]) -> str:
    """Pattern of a phrase whose last word may be in the singular or the plural."""
    *first, last = (re.escape(word) for word in words)
    if len(last) > 3:
        stem = re.sub(r"(?<=[^s])s$", "", last)
        last = rf"{stem[:-1]}(?:y|ies)" if stem.endswith("y") else rf"{stem}(?:s|es)?"
    return r"[\s\-‐–]+".join([*first, last])
