"""Which texts are readable and tidy as they are, told of many at once.

Two of three titles and abstracts hold nothing that is to be put right. A few patterns tell which,
of a whole column in compiled code; the rules themselves (`topics.text`, `topics.sources.markup` and
`topics.sources.abstracts`) then look at the others alone. A pattern finds whatever a rule may
change, and some more: none of them takes anything for ready that is not.

The patterns are RE2's, which has no lookarounds, and white space and words of ASCII alone.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from topics.sources.abstract_labels import BARE, CORE, OTHER_TONGUES, WITH
from topics.sources.abstract_notices import SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ANY", "FRAME", "TAGS", "TEX", "needs"]


#: What a text may hold that is to be put right, numbers that are added: tags or entities, TeX or
#: what is left of it, and what is around an abstract (notices, labels, blanks that divide nothing).
TAGS, TEX, FRAME = 1, 2, 4
ANY = TAGS + TEX + FRAME

_TAGS = r"[&<]|\]\]>|/su|\\documentclass"
#: What `topics.text.clean` changes, and `topics.remnants.mend` in it, where text can be stored.
_TEX = (
    r"[\\${}^_~`]|--|''|x201|tilde O|left ?[(\[|]|[Bb]igg?l?[(\[|]"
    r"|\pNtimes|times\pN|[\pN²³] times |(?:^|[^A-Za-z0-9_])[A-Zb-hj-z] times |sim\pN|cdot"
    r"|(?:^|[^A-Za-z_\\-])(?:leq|geq|neq|propto|subseteq|subsetneq|supseteq|rightarrow|leftarrow"
    r"|leftrightarrow|infty|ldots|otimes|oplus|varepsilon|mapsto|notin)"
    r"| (?:ll|gg) |ll (?:min|max)|(?:Omega|Theta)\s?\(|in ?[Rℝ][ᵈⁿᵐᵏ]| in \[\pN"
)
_BLANK = (
    r"[\x00-\x1f\x7f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
    r"|  |^ | $"
)
_JOIN = r"(?:\s*[/&,+]\s*|\s+|-)"
_LABEL = (
    rf"(?i:(?:(?:{WITH}){_JOIN})*(?:{CORE})(?:{_JOIN}(?:{CORE}|{WITH}))*|{OTHER_TONGUES}|{BARE})"
)
#: A label where a section may begin, and what it ends with.
_LABELLED = (
    rf"(?:^|[.!?;:)\]”\"’%])\s*{_LABEL}(?:\s*[:：.–—]|\s+-\s|\s+[A-Z“\"(\pN]|\s*$)"
    r"|^(?i:abstract|summary|(?:inter)?national audience)|(?:^|[.!?)]\s)[-–]\s"
    # Brackets around labels in Chinese, and letters that Python takes for I, S and K.
    r"|[\x{2e80}-\x{9fff}\x{130}\x{131}\x{17f}\x{212a}]"
)
_NOTICED = "|".join(map(re.escape, SIGNS)) + r"|bstract|\(\s*[cC]\s*\)"


def needs(texts: Sequence[Any], *, framed: bool = False) -> Sequence[int]:
    """What may be to do about each of some texts, 0 being nothing.

    Args:
        texts: as a source has them; of what is no text anything may be to do.
        framed: whether they are abstracts, which may have notices and labels around them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        column = pa.array(
            [text if isinstance(text, str) else None for text in texts], pa.large_string()
        )
    except (UnicodeEncodeError, pa.ArrowException):  # halves of characters
        return [ANY] * len(texts)
    found = pa.array([0] * len(texts), pa.int8())
    for need, pattern in _patterns(framed=framed):
        hit = pc.fill_null(pc.match_substring_regex(column, pattern), True)
        found = pc.add(found, pc.multiply(hit.cast(pa.int8()), need))
    told: list[int] = found.to_pylist()
    return told


@cache
def _patterns(*, framed: bool) -> tuple[tuple[int, str], ...]:
    """For each need, a pattern of whatever has it."""
    patterns = ((TAGS, _TAGS), (TEX, _TEX))
    frame = f"{_BLANK}|{_NOTICED}|{_LABELLED}"
    return (*patterns, (FRAME, frame)) if framed else patterns
