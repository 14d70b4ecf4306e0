"""The entry point: a frame and a router. Run it with ``papermap serve``."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import access, edit_dialogs, frame, links, loading, sign_in
from dashboard.screen import compose
from dashboard.state import View
from dashboard.theme import current_palette
from dashboard.views import empty
from topics.errors import MapError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.screen import Screen

__all__ = ["main"]

ICON = Path(__file__).with_name("assets") / "icon.svg"


def main() -> None:
    """Draw the page that the address asks for."""
    # A picture of our own: an icon by name would be fetched from another host.
    st.set_page_config(page_icon=ICON, layout="wide")
    links.begin()
    view, notices = View.from_params(links.current_params())
    of_a_map = (*links.PAGES, links.READING.name)
    apart = (links.MAPS.name, links.BUILD.name)
    screens = {name: functools.partial(_draw, name, view, notices) for name in of_a_map}
    screens |= {name: functools.partial(_apart, name, view, notices) for name in apart}
    pages = [links.page_of(name, screen) for name, screen in screens.items()]
    st.navigation(pages, position="hidden").run()


def _draw(name: str, view: View, notices: tuple[str, ...]) -> None:
    frame.style()
    if not access.current().may_read:
        sign_in.show()
        return
    served = loading.served_maps()
    if not served:
        frame.header(name, view, None)
        empty.no_map()
        return
    chosen, more = loading.choose(served, view)
    if chosen is None:
        empty.not_linked()
        sign_in.account()
        return
    frame.brand(loading.listed_maps(), chosen)
    try:
        topic_map = loading.open_map(chosen.folder)
    except MapError as error:
        frame.header(name, view, None)
        empty.broken(error, chosen.folder)
        return
    screen, gone = compose(topic_map, view, current_palette())
    frame.sidebar(screen.topic_map, screen.view, built=topic_map)
    sign_in.account()
    frame.header(name, screen.view, screen.selection)
    frame.notices((*notices, *more, *gone))
    show: Callable[[Screen], None] = importlib.import_module(f"dashboard.views.{name}").show
    show(screen)
    edit_dialogs.show(screen)


def _apart(name: str, view: View, notices: tuple[str, ...]) -> None:
    """A page that is not of one map."""
    frame.style()
    if not access.current().may_read:
        sign_in.show()
        return
    frame.header(name, view, None)
    frame.notices(notices)
    sign_in.account()
    if name == links.MAPS.name and not loading.listed_maps():
        (empty.not_linked if loading.served_maps() else empty.no_map)()
        return
    show: Callable[[View], None] = importlib.import_module(f"dashboard.views.{name}").show
    show(view)


if __name__ == "__main__":
    main()
