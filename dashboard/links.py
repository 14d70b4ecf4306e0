"""Links: every one keeps the reader's filters, and all of them are made here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import access, text
from dashboard.loading import listed_maps
from dashboard.state import View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "BUILD",
    "MAPS",
    "PAGES",
    "READING",
    "PageInfo",
    "begin",
    "bound",
    "change",
    "change_to",
    "current_params",
    "go",
    "in_navigation",
    "link",
    "page_of",
    "params",
    "show_map",
]


@dataclass(frozen=True, slots=True)
class PageInfo:
    """A page of the dashboard: its name, the word in the navigation and its icon."""

    name: str
    title: str
    icon: str


#: The pages, in the order of the navigation. The first is at the root of the address.
PAGES: Mapping[str, PageInfo] = {
    info.name: info
    for info in (
        PageInfo("map", "Map", ":material/scatter_plot:"),
        PageInfo("trends", "Trends", ":material/timeline:"),
        PageInfo("topic", "Topics", ":material/category:"),
        PageInfo("paper", "Papers", ":material/article:"),
        PageInfo("quality", "Quality", ":material/verified:"),
        PageInfo("report", "Report", ":material/summarize:"),
    )
}

#: The page on which readers build maps, in the navigation only where they may.
BUILD = PageInfo("build", "Build", ":material/add_circle:")

#: The page of the papers that the reader has collected; the header leads to it.
READING = PageInfo("reading", "Reading list", ":material/bookmark:")

#: The page with all maps, in the navigation where there are several.
MAPS = PageInfo("maps", "Maps", ":material/grid_view:")

_PREFIX = "view:"
_DRAWN = "view-fields"
_ASKED = "view-asked"


def in_navigation() -> list[PageInfo]:
    """The pages that the navigation shows, in order."""
    several = len(listed_maps()) > 1
    builds = access.may_change()
    return [*PAGES.values(), *([MAPS] if several else []), *([BUILD] if builds else [])]


def _nothing() -> None:
    """What a page draws that is only linked to."""


def page_of(name: str, screen: Callable[[], None] = _nothing) -> Any:
    """The Streamlit page of that name; equal for every call, so that links find it.

    Args:
        name: of the page.
        screen: what draws it. It belongs to one run of one reader: were it kept here, another
            reader's run at the same moment could draw it.
    """
    apart = {info.name: info for info in (BUILD, MAPS, READING)}
    info = apart.get(name) or PAGES[name]
    return st.Page(
        screen,
        title=f"{info.title} · Papermap",
        url_path=name,
        default=name == next(iter(PAGES)),
    )


def params(view: View, **changes: Any) -> dict[str, list[str]]:
    """Parameters of a link to the view with some fields changed."""
    return replace(view, **changes).to_params()


def link(
    page: str,
    view: View,
    *,
    label: str,
    icon: str | None = None,
    help: str | None = None,  # noqa: A002 - the name that Streamlit's widgets use
    width: Any = "content",
    **changes: Any,
) -> None:
    """Draw a link to a page of the dashboard that keeps the filters.

    Args:
        page: name of the page, a key of ``PAGES``.
        view: the view now shown.
        label: what to show; it may come from a paper: it is shown as it is, never as markup.
        icon: e.g. ``:material/article:``.
        help: a tip, shown as it is.
        width: as of ``st.page_link``.
        changes: fields of the view to change, e.g. ``topic="3"`` or ``paper="arxiv:2401.01234"``.
    """
    st.page_link(
        page_of(page),
        label=text.plain(label),
        icon=icon,
        help=None if help is None else text.plain(help),
        width=width,
        query_params=params(view, **changes),
    )


def go(page: str, view: View, **changes: Any) -> None:
    """Go to a page at once, e.g. after a click on a chart. Not for callbacks: see ``change``."""
    st.switch_page(page_of(page), query_params=params(view, **changes))


def change(**changes: Any) -> None:
    """Change the view on the same page; for the callbacks of widgets and charts.

    The values of all widgets bound to the view count, not only the one that called: a reader may
    change two of them faster than one answer takes.
    """
    view, _ = View.from_params(current_params())
    for name in st.session_state.get(_DRAWN, ()):
        key = _PREFIX + name
        if key in st.session_state:
            changes.setdefault(name, _from_widget(name, st.session_state[key]))
    st.query_params.from_dict(replace(view, **changes).to_params())


def change_to(view: View) -> None:
    """Show another view on the same page; for callbacks, e.g. of a reset."""
    st.query_params.from_dict(view.to_params())


def show_map(name: str, *, first: str) -> None:
    """Show another map from the start, with the same colours; for callbacks.

    Args:
        name: of the map.
        first: name of the map that an address without one means.
    """
    view, _ = View.from_params(current_params())
    change_to(View(map=None if name == first else name, colour=view.colour))


def bound(view: View, name: str) -> dict[str, Any]:
    """Arguments that tie a widget to a field of the view: its key and its callback.

    ``st.segmented_control("Show", ["share", "papers"], **bound(view, "measure"))``. The widget's
    value is that of the address; do not give it a default.
    """
    key = _PREFIX + name
    value = _to_widget(name, getattr(view, name))
    if st.session_state.get(key) != value or key not in st.session_state:
        st.session_state[key] = value
    st.session_state.setdefault(_DRAWN, set()).add(name)
    return {"key": key, "on_change": change}


def begin() -> None:
    """Start a run: no widget is drawn yet.

    What the address asks for is said back when it is new: a browser that followed a link to the
    page already shown would otherwise ask for the former view again at its next change.
    """
    st.session_state[_DRAWN] = set()
    asked = current_params()
    if asked != st.session_state.get(_ASKED, asked):
        st.query_params.from_dict(asked)
    st.session_state[_ASKED] = asked


def current_params() -> dict[str, list[str]]:
    """Parameters of the address as they are, all values."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _to_widget(name: str, value: Any) -> Any:  # noqa: ARG001 - one place for the conversions
    return list(value) if isinstance(value, tuple) else value


def _from_widget(name: str, value: Any) -> Any:
    default = View.__dataclass_fields__[name].default
    if isinstance(default, tuple):
        return tuple(value or ())
    # A segmented control can be emptied by a second click on its value: that is the default.
    return default if value is None or value == "" else value
