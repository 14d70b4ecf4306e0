"""Where a table's header is, if it has one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from topics.sources.column_names import fold
from topics.sources.columns import header_score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["HEADER_ROWS", "find_header", "is_data"]

#: Rows in which the header is looked for.
HEADER_ROWS = 15
#: Length beyond which a cell is no name of a column.
_LONGEST_NAME = 120

_DATA = re.compile(r"\s*(?:[\d.,:/-]+|10\.\d{4,}/\S+|https?://\S+)\s*")


def find_header(rows: Sequence[Sequence[str]], *, named: Mapping[str, str]) -> tuple[int, int]:
    """Find the header among the first rows of a table.

    Args:
        rows: cells of rows that are not empty; at least one.
        named: the column of a field as the user gives it.

    Returns:
        Its place, and a score that is 0 where no row has known names: then the first is given.
    """
    scores = [header_score(cells, named=named) for cells in rows[:HEADER_ROWS]]
    if scores[0]:
        return 0, scores[0]
    # Below a preamble a single known word is as likely one of the text.
    best = max(range(len(scores)), key=lambda at: (scores[at], -at))
    return (best, scores[best]) if scores[best] >= 2 else (0, 0)


def is_data(cells: Sequence[str]) -> bool:
    """Whether a first row without known names is a row already and no header."""
    folded = [fold(cell) for cell in cells]
    if len(set(folded)) < len(folded):
        return True
    return any(len(cell) > _LONGEST_NAME or _DATA.fullmatch(cell) for cell in cells)
