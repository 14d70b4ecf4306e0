"""The maps that readers have built: the way to each, another name for it, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import links, loading, text, upkeep, wording
from dashboard.state import View
from dashboard.workspace import LIMITS, Refused, built_maps, name_problem

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.workspace import BuiltMap

__all__ = ["served_name", "show", "view_of"]

#: What was done last, said once; the dialog that is open, with the map it is about.
_SAID, _OPEN = "maps-said", "maps-open"


def show(root: Path, view: View) -> None:
    """Draw the maps that were built here.

    Args:
        root: the workspace.
        view: what the reader looks at.
    """
    maps = built_maps(root)
    said = st.session_state.pop(_SAID, None)
    if maps or said:
        st.subheader("Maps built here", anchor=False)
    if said:
        st.success(text.plain(said), icon=":material/check:")
    for number, each in enumerate(maps):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"pm-built-{number}"
        ):
            _row(each, view, number)
    about = next((each for each in maps if each.folder.name == _asked()[1]), None)
    if about is not None:
        (_rename if _asked()[0] == "rename" else _delete)(root, about)


def served_name(folder: Path) -> str | None:
    """What readers know the map in a folder by, None where it is not served."""
    return next((each.name for each in loading.served_maps() if each.folder == folder), None)


def view_of(name: str, view: View) -> View:
    """Another map from the start, with the same colours."""
    first = loading.served_maps()[0].name
    return View(map=None if name == first else name, colour=view.colour)


def _row(each: BuiltMap, view: View, number: int) -> None:
    name = served_name(each.folder)
    if each.problem or name is None:
        st.html(text.element("strong", each.folder.name), width="content")
        facts = ["cannot be opened; build it again"]
    else:
        links.link(
            "map", view_of(name, view), label=each.folder.name, icon=":material/scatter_plot:"
        )
        facts = [
            wording.count(each.papers, "paper"),
            wording.count(each.topics, "topic"),
            wording.day(each.created),
        ]
    st.html(text.element("span", " · ".join(facts), css_class="pm-sub"), width="content")
    if loading.is_given(each.folder):
        return  # whoever runs the dashboard asked for it by name
    with st.container(horizontal=True, gap="xsmall", width="content", key=f"pm-tend-{number}"):
        if not each.problem and name is not None:
            links.link("quality", view_of(name, view), label="Records")
        for action, label in (("rename", "Rename"), ("delete", "Delete")):
            st.button(
                label,
                type="tertiary",
                on_click=_ask,
                args=(action, each.folder.name),
                # What a button is for must be told without seeing what stands beside it.
                help=text.plain(f"{label} “{each.folder.name}”"),
                key=f"{action}-{each.folder.name}",
            )


def _ask(action: str, name: str) -> None:
    st.session_state[_OPEN] = (action, name)
    st.session_state.pop(_name_key(name), None)


def _asked() -> tuple[str, str]:
    found: tuple[str, str] = st.session_state.get(_OPEN, ("", ""))
    return found


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _name_key(name: str) -> str:
    return f"new-name-{name}"


def _rename(root: Path, each: BuiltMap) -> None:
    @st.dialog("Rename this map", on_dismiss=_close)
    def dialog() -> None:
        old = each.folder.name
        key = _name_key(old)
        st.session_state.setdefault(key, old)
        new = st.text_input("New name", max_chars=LIMITS.name, key=key)
        new = " ".join((new or "").split())
        st.caption("Links to the old name lead to the map under its new one.")
        problem = name_problem(new)
        if problem:
            st.warning(text.plain(problem), icon=":material/edit:")
        if _answer("Rename", key="rename-now", disabled=bool(problem)):
            try:
                upkeep.rename_map(root, old, new)
            except Refused as refusal:
                st.error(text.plain(str(refusal)), icon=":material/error:")
                return
            _done(f"“{old}” is called “{new}” now." if new != old else None)

    dialog()


def _delete(root: Path, each: BuiltMap) -> None:
    name = each.folder.name

    @st.dialog(text.plain(f"Delete “{name}”?"), on_dismiss=_close)
    def dialog() -> None:
        papers = f"with its {wording.count(each.papers, 'paper')} " if each.papers else ""
        st.markdown(
            text.plain(
                f"The map {papers}is removed from the disk for everybody. Links to it will say "
                "that it was deleted. This cannot be undone; your own files are not touched."
            )
        )
        if _answer("Delete", key="delete-now"):
            try:
                upkeep.delete_map(root, name)
            except Refused as refusal:
                st.error(text.plain(str(refusal)), icon=":material/error:")
                return
            _done(f"“{name}” was deleted.")

    dialog()


def _answer(label: str, *, key: str, disabled: bool = False) -> bool:
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button("Cancel", key=f"{key}-not"):
            _done(None)
        return st.button(label, type="primary", disabled=disabled, key=key)


def _done(said: str | None) -> None:
    _close()
    if said:
        st.session_state[_SAID] = said
    st.rerun()
