"""Words as a search compares them: in small letters, without accents, a space between two."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["fold", "folded_lines"]

_BETWEEN = re.compile(r"[\W_]+")

#: What ends a field, and a paper, among the bytes of many: no byte of ASCII.
_FIELD, _PAPER = b"\xfe", b"\xff"
#: Papers that are folded together: more need more memory and are no faster.
_TOGETHER = 2000


class _Folded(dict[int, str]):
    """What each character becomes, worked out when it is first met.

    It depends on the character alone: of what is decomposed only accents could change places, and
    they are left out.
    """

    def __missing__(self, code: int) -> str:
        small = unicodedata.normalize("NFKD", chr(code)).casefold()
        parts = unicodedata.normalize("NFKD", small)
        bare = "".join(part for part in parts if not _is_accent(part))
        self[code] = _BETWEEN.sub(" ", bare)
        return self[code]


def _is_accent(letter: str) -> bool:
    return not letter.isascii() and unicodedata.combining(letter) > 0


_CHARACTERS = _Folded()
_BYTES = bytes(
    ord(_CHARACTERS[code]) if code < 128 else code if code >= _FIELD[0] else ord(" ")
    for code in range(256)
)


def fold(text: str) -> str:
    """Words in small letters and without accents, a space before, between and after them."""
    words = text.translate(_CHARACTERS).split()
    return f" {' '.join(words)} " if words else " "


def folded_lines(papers: Sequence[Sequence[str]]) -> list[str]:
    """The fields of each paper, each folded and on a line of its own.

    Most papers are plain ASCII: those are folded by the thousand, several times as fast as by
    `fold`, and mostly without keeping other threads from running.
    """
    found = ["\n".join(map(fold, fields)) if not _is_plain(fields) else "" for fields in papers]
    plain = [row for row, fields in enumerate(papers) if _is_plain(fields)]
    for start in range(0, len(plain), _TOGETHER):
        rows = plain[start : start + _TOGETHER]
        for row, text in zip(rows, _together([papers[row] for row in rows]), strict=True):
            found[row] = text
    return found


def _is_plain(fields: Sequence[str]) -> bool:
    return all(map(str.isascii, fields))


def _together(papers: Sequence[Sequence[str]]) -> list[str]:
    import numpy as np

    fields = (b" " + _FIELD + b" ").join
    raw = (b" " + _PAPER + b" ").join(fields(map(str.encode, paper)) for paper in papers)
    folded = np.frombuffer(b" %b " % raw.translate(_BYTES), dtype=np.uint8)
    spaces = folded == ord(" ")
    kept = np.append(True, ~(spaces[1:] & spaces[:-1]))
    lines = folded[kept].tobytes().replace(_FIELD, b"\n")
    return [line.decode() for line in lines.split(_PAPER)]
