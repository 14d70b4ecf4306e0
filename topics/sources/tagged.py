"""Files of lines that begin with a tag: what RIS, Web of Science, MEDLINE and EndNote share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["UNENDED", "Fields", "is_spaced", "numbered_lines"]

#: What to tell of a last entry whose end mark is not there.
UNENDED = (
    "The last entry, at line {line}, has no end mark (ER): the file may be cut off. "
    "What there is was read."
)
#: Characters beyond which a line was not broken by hand or by a line width.
_WIDTH = 100


@dataclass(slots=True)
class Fields:
    """One entry as tags and their values.

    Attributes:
        line: line on which the entry begins, counted from 1.
        values: the values of each tag in their order; each is a list of lines.
        ended: whether the mark of its end was found.
    """

    line: int
    values: dict[str, list[list[str]]] = field(default_factory=dict)
    ended: bool = False

    def add(self, tag: str, value: str) -> list[str]:
        """Add a value and return its lines, to which further ones may be added."""
        lines = [value]
        self.values.setdefault(tag, []).append(lines)
        return lines

    def all(self, *tags: str) -> list[str]:
        """The values of some tags on one line each, those of the first tag first; none empty."""
        found = (" ".join(" ".join(lines).split()) for tag in tags for lines in self._of(tag))
        return [value for value in found if value]

    def first(self, *tags: str) -> str:
        """The first value of the first of some tags that has one."""
        for tag in tags:
            found = self.all(tag)
            if found:
                return found[0]
        return ""

    def text(self, *tags: str, wrapped: bool = False) -> str:
        """The longest text of some tags, with line breaks where paragraphs may end.

        Args:
            tags: of which each is a text of its own; the values of one tag are parts of it.
            wrapped: lines are broken at a width, and a paragraph ends at an empty line only.
        """
        texts = ("\n".join(_paragraphs(lines, wrapped) for lines in self._of(tag)) for tag in tags)
        return max(texts, key=len, default="").strip()

    def _of(self, tag: str) -> list[list[str]]:
        return self.values.get(tag, [])


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text one by one, from 1 on, without a list of them all."""
    number, at = 0, 0
    while at <= len(text):
        number += 1
        end = text.find("\n", at)
        if end < 0:
            end = len(text)
        yield number, text[at:end]
        at = end + 1


def is_spaced(text: str) -> bool:
    """Whether empty lines stand between all lines, and so divide nothing."""
    filled = sum(1 for _, line in numbered_lines(text) if line.strip())
    return filled > 3 and text.count("\n\n") > 0.6 * filled


def _paragraphs(lines: list[str], wrapped: bool) -> str:
    if len(lines) > 2 and max(map(len, lines)) <= _WIDTH:
        wrapped = True
    if not wrapped:
        return "\n".join(lines)
    return " ".join(line.strip() or "\n" for line in lines)
