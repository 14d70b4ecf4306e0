"""The reading list: papers that a reader collects on the way; it travels in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, wording
from dashboard.state import MOST_READING, View

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["counter", "keep_all_button", "keep_button"]

_FULL = (
    f"The reading list is full: a link carries {MOST_READING} papers at most. Export it and clear "
    "it, or take papers off."
)


def counter(view: View) -> None:
    """Draw how many papers are on the list, as the way to it."""
    papers = len(view.reading)
    links.link(
        links.READING.name,
        view,
        label=f"Reading list {papers}",
        icon=links.READING.icon,
        help="The papers that you have collected" if papers else "Collect papers from any view",
        paper=None,
        topic=None,
        area=None,
        named=None,
        at=None,
        place=False,
    )


def keep_button(view: View, paper: str) -> None:
    """Draw the button that puts a paper on the list, or takes it off."""
    on = paper in view.reading
    full = not on and len(view.reading) >= MOST_READING
    st.button(
        "On the reading list" if on else "Add to reading list",
        icon=":material/bookmark_added:" if on else ":material/bookmark_add:",
        type="tertiary",
        help=_FULL if full else "Click to take it off again" if on else None,
        disabled=full,
        on_click=_turn,
        args=(paper,),
        key="keep-paper",
    )


def keep_all_button(view: View, papers: Sequence[str], *, key: str) -> None:
    """Draw the button that puts several papers on the list, as many as there is room for."""
    more = [paper for paper in papers if paper not in view.reading]
    room = MOST_READING - len(view.reading)
    if not more:
        label = "All on the reading list"
    elif len(more) > room > 0:
        label = f"Add the first {room} to reading list"
    else:
        label = f"Add {wording.count(len(more), 'paper')} to reading list"
    st.button(
        label,
        icon=":material/bookmark_add:" if more else ":material/bookmark_added:",
        type="tertiary",
        disabled=not more or room < 1,
        help=_FULL if more and len(more) > room else None,
        on_click=_add,
        args=(more[: max(room, 0)],),
        key=key,
    )


def _turn(paper: str) -> None:
    now = _now()
    kept = tuple(one for one in now if one != paper)
    links.change(reading=kept if paper in now else (*now, paper)[:MOST_READING])


def _add(papers: Sequence[str]) -> None:
    links.change(reading=tuple(dict.fromkeys((*_now(), *papers)))[:MOST_READING])


def _now() -> tuple[str, ...]:
    # The list of the address, not of the page as it was drawn: a reader may click twice in a row.
    return View.from_params(links.current_params())[0].reading
