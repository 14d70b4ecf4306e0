"""Drawings as SVG text: numbers as short as they go, every text escaped, room for letters known."""

from __future__ import annotations

import html
import unicodedata
from typing import TYPE_CHECKING

from topics.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FONT", "document", "label", "number", "text_width", "tidy"]

#: Of the page around it; where that is a PDF, of the PDF.
FONT = "system-ui, 'Libertinus Serif', sans-serif"

#: Widths of letters as shares of their size, on the safe side: readers' fonts differ.
_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|!", 0.3),
    **dict.fromkeys('ftrI()[]{}/\\- "', 0.38),
    **dict.fromkeys("mwMW@%—", 0.92),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&+=<>", 0.72),
}
_USUAL, _WIDE = 0.58, 1.05
_BOLD = 1.06


def number(value: float) -> str:
    """A coordinate with one decimal, none where it is whole."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def tidy(text: str, *, longest: int) -> str:
    """A text on one line that XML can hold and that turns no reading direction around it."""
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return shorten(kept, longest)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Room that a text takes in most fonts, rather more than less."""
    total = sum(
        _WIDE if unicodedata.east_asian_width(sign) in "WF" else _WIDTHS.get(sign, _USUAL)
        for sign in text
        if not unicodedata.combining(sign)
    )
    return total * size * (_BOLD if bold else 1.0)


def label(
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    colour: str,
    anchor: str = "start",
    bold: bool = False,
    halo: str | None = None,
    more: tuple[str, str] | None = None,
) -> str:
    """A text at its base line.

    ``halo`` is a colour around it that keeps it readable on dots; ``more`` is a text that follows
    it, and its colour.
    """
    weight = ' font-weight="600"' if bold else ""
    at = (
        f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}" text-anchor="{anchor}"{weight}'
    )
    shown = html.escape(text)
    # The halo is a text of its own: not every program paints an outline behind its letters.
    behind = (
        f'<text {at} fill="{halo}" stroke="{halo}" stroke-width="{number(size / 4)}" '
        f'stroke-linejoin="round" aria-hidden="true">{shown}</text>'
        if halo
        else ""
    )
    if more:
        shown += f' <tspan fill="{more[1]}">{html.escape(more[0])}</tspan>'
    return f'{behind}<text {at} fill="{colour}">{shown}</text>'


def document(width: float, height: float, parts: Iterable[str], *, alt: str) -> str:
    """A drawing of some parts, in the order in which they are painted."""
    body = "\n".join(part for part in parts if part)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
        f'role="img" aria-label="{html.escape(alt)}" font-family="{FONT}">\n{body}\n</svg>'
    )
