"""The Build view: from a reader's files to a map, where the host allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import access, build_form, build_progress, building, links, loading, map_list, text
from dashboard.map_list import served_name, view_of
from dashboard.state import View
from dashboard.upkeep import fate_of
from dashboard.workspace import find_draft, workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.workspace import Draft

__all__ = ["show"]

#: The build that a reader began and has not finished: found again when the page is.
_OWN = "build-own"


def show(view: View) -> None:
    """Draw the view; it needs no map."""
    root = workspace() if access.may_change() else None
    _sidebar(view)
    with st.container(key="pm-page"), st.container(key="pm-build"):
        if root is None:
            _not_here()
            return
        draft = _draft(root, view)
        job = building.build_of(draft) if draft else None
        if draft and job and job.state != "done":
            st.session_state[_OWN] = draft.id
        if draft and job and job.active:
            build_progress.show(draft)
        elif draft and job and job.state == "done":
            _ready(root, draft, view)
        else:
            build_form.show(root, draft, job)
        if not (job and job.active):
            _others(root, own=draft)
            map_list.show(root, view)


def _sidebar(view: View) -> None:
    """The maps in place of the filters, which mean nothing here."""
    with st.sidebar:
        st.html('<div class="pm-brand">Papermap</div>')
        served = loading.listed_maps()
        if served:
            st.html(text.element("div", "Maps", css_class="pm-label"))
        with st.container(gap=None, key="pm-maps"):
            for each in served:
                links.link("map", view_of(each.name, view), label=each.title)


def _not_here() -> None:
    st.title("Maps are not built here", anchor=False)
    st.markdown(
        "Whoever runs this dashboard has not opened it for uploads. On your own machine you can "
        "build a map of your files and look at it:"
    )
    st.code(
        "papermap build my-files/ --out my-map\npapermap serve my-map",
        language="bash",
    )


def _draft(root: Path, view: View) -> Draft | None:
    """The build that the address names, or the one that this reader left to look at a map."""
    if view.build:
        if draft := find_draft(root, view.build):
            return draft
        st.info(
            "What this link was to build is no longer here: uploads are kept for a day.",
            icon=":material/link_off:",
        )
        return None
    building.housekeeping(root)
    own = find_draft(root, st.session_state.get(_OWN, ""))
    if own is None:
        return None
    if building.build_of(own).state == "done":
        st.session_state.pop(_OWN, None)
        return None
    links.go("build", view, build=own.id)
    return None


def _ready(root: Path, draft: Draft, view: View) -> None:
    """Land on the new map, once; who comes back later finds where it is."""
    request = building.request_of(draft)
    name = _name_now(root, request.name) if request else None
    if st.session_state.get(_OWN) == draft.id:
        st.session_state.pop(_OWN)
        if name is not None:
            links.go("map", view_of(name, view))
    if request is None or name is None:
        st.title("This map is no longer here", anchor=False)
    else:
        st.title(text.plain(f"“{name}” is ready"), anchor=False)
        links.link(
            "map", view_of(name, view), label="Open the map", icon=":material/arrow_forward:"
        )
    links.link("build", View(map=view.map), label="Build another map", icon=links.BUILD.icon)


def _name_now(root: Path, built: str) -> str | None:
    """What readers know the map by that was built under a name, None where it is gone."""
    if name := served_name(root / built):
        return name
    fate = fate_of(root, built)
    return served_name(root / fate.name) if fate and fate.name else None


def _others(root: Path, *, own: Draft | None) -> None:
    """The builds that run now, so that nobody begins the same twice."""
    running = [
        each for each in building.running_builds(root) if own is None or each.draft.id != own.id
    ]
    if not running:
        return
    st.subheader("Being built now", anchor=False)
    for each in running:
        stage = each.job.stages[-1].name if each.job.stages else "Waiting"
        st.html(
            '<div class="pm-row">'
            + text.element("strong", each.request.name)
            + text.element("span", stage, css_class="pm-sub")
            + "</div>"
        )
