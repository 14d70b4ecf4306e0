"""What publishers and databases put around an abstract, taken off so that it is no topic."""

from __future__ import annotations

import re

from topics.sources.abstract_labels import without_labels
from topics.sources.abstract_notices import without_notices
from topics.sources.markup import plain
from topics.sources.readiness import ANY, FRAME, TAGS, TEX
from topics.text import clean

__all__ = ["abstract_text", "tidy_abstract"]

#: A text that says that there is none, in its own words or a table's.
_NONE = re.compile(
    r"[\W_]*(?:(?:there is |this (?:article|paper|record|item) has )?no (?:abstracts?|summary)"
    r"(?: (?:is |was |are )?(?:yet )?(?:available|provided|found|supplied|given|present|exists?))?"
    r"|(?:an |the )?(?:abstract|summary|description)"
    r"(?: (?:is |was )?(?:not (?:yet )?(?:available|provided|found|supplied)|unavailable|missing))?"
    r"|not available|unavailable|n/?a|nan|none|null|nil|unknown|missing|empty|tbd"
    r"|resumen no disponible|sin resumen|kein abstract(?: verfügbar)?|résumé non disponible"
    r"|(?:keine?|pas de) (?:abstract|zusammenfassung|résumé)(?: verfügbar| disponible)?"
    r")(?: (?:for|of|in|from|on) (?:this|the) (?:[\w-]+ ){0,2}[\w-]+)?[\W_]*",
    re.IGNORECASE,
)
_LONGEST_REMARK = 120


def tidy_abstract(text: str) -> str:
    """Leave only what an abstract says of its paper.

    Takes off the copyright notices of publishers, the remarks of databases, the word “Abstract”
    at the beginning, and the labels of a structured abstract (``METHODS:``), whose sentences
    stay. A text that only says that there is no abstract becomes empty.

    Args:
        text: an abstract without markup; line breaks may be kept and then help to tell labels.

    Returns:
        The abstract on one line, or an empty string.
    """
    if _says_nothing(text):
        return ""
    text = " ".join(without_labels(without_notices(text.strip())).split())
    return "" if _says_nothing(text) else text


def abstract_text(raw: str, need: int = ANY) -> str:
    """A readable, tidy abstract of what a source holds, with tags, entities, TeX and all.

    Args:
        raw: as the source has it.
        need: what is known of it; see `topics.sources.readiness.needs`.
    """
    if need & (TAGS | FRAME) or _says_nothing(raw):
        return clean(tidy_abstract(plain(raw))) if raw else ""
    return clean(raw, tex=bool(need & TEX))


def _says_nothing(text: str) -> bool:
    if len(text) <= _LONGEST_REMARK and _NONE.fullmatch(text):
        return True
    return not any(map(str.isalpha, text))
