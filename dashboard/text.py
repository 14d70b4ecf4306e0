"""Text of papers as text: nothing in it is ever read as markup.

Streamlit's markdown reads HTML-like tags, ``$…$``, ``:red[…]``, ``:smile:``, arrows and bare
addresses; Plotly's labels read a few tags and TeX. Whatever comes from a paper, a topic name or
a file name goes through one of these functions first.
"""

from __future__ import annotations

import html
import re
import textwrap
from typing import TYPE_CHECKING

from topics.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["authors", "element", "hover", "plain", "shorten"]

_WORD_JOINER = "\u2060"
_PUNCTUATION = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
_LATE = re.compile(r":(?=[\w+-])|(?<=[<>=-])(?=[<>=-])|(?<=\b[wW][wW][wW])(?=\.)|@|(?<=:)//")
_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """Text for markdown (headings, captions, labels of links and widgets), shown literally.

    A backslash stops whatever the parser would read. Emoji codes, icons, arrows and bare addresses
    are put in after parsing, where no backslash is left: an invisible word joiner breaks them.
    """
    one_line = _SPACES.sub(" ", str(text)).strip()
    late = _LATE.sub(lambda found: _WORD_JOINER.join((found[0], "")), one_line)
    return _PUNCTUATION.sub(r"\\\1", late)


def element(tag: str, text: str, *, css_class: str = "") -> str:
    """One HTML element with the text in it, for ``st.html``; the text cannot become markup."""
    named = f' class="{html.escape(css_class)}"' if css_class else ""
    return f"<{tag}{named}>{html.escape(str(text))}</{tag}>"


def authors(said: str, names: Sequence[str], *, most: int = 12) -> str:
    """Who wrote a paper, for ``st.html``: of many names the first few, the others at a click.

    Args:
        said: all of it in words.
        names: the names alone.
        most: names that are always shown.
    """
    if len(names) <= most + 3:
        return element("div", said, css_class="pm-authors")
    first = html.escape(", ".join(names[:most]))
    more = f"{len(names) - most:,} more"
    return (
        f'<details class="pm-authors"><summary><span>{first} and </span><u>{more}</u></summary>'
        f"{html.escape(said)}</details>"
    )


def hover(text: str, *, width: int = 60, lines: int = 4) -> str:
    """Text for a Plotly hover or label: escaped, wrapped with ``<br>``, no TeX.

    Args:
        text: any text.
        width: characters a line.
        lines: most lines; what is left over ends in an ellipsis.
    """
    wrapped = textwrap.wrap(_SPACES.sub(" ", str(text)).strip(), width, break_long_words=True)
    if len(wrapped) > lines:
        wrapped = [*wrapped[: lines - 1], shorten(" ".join(wrapped[lines - 1 :]), width)]
    # Plotly hands a text to MathJax when it holds $…$: an entity is shown as a dollar, never found.
    # It knows few entities by name: quotation marks stay as they are.
    escaped = (html.escape(line, quote=False) for line in wrapped)
    return "<br>".join(line.replace("$", "&#36;") for line in escaped)
