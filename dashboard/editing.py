"""Who may edit a map, and making an edit: drafted, shown before it is applied, then recorded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from dashboard import access, loading
from topics import drafts
from topics.curation import open_desk, record, refuse_published
from topics.errors import EditRefused, PapermapError

if TYPE_CHECKING:
    from dashboard.screen import Screen
    from topics.curation import Desk
    from topics.drafts import Preview
    from topics.edits.kinds import Step
    from topics.topicmap import TopicMap

__all__ = [
    "ACTIONS",
    "Asked",
    "Draft",
    "ask",
    "asked",
    "can_edit",
    "close",
    "drafted",
    "editor",
    "refused",
    "said",
    "submit",
]

#: What can be done with one topic.
ACTIONS = ("rename", "merge", "split", "theme", "pin")

#: In the session: what is asked for, the draft that is shown, what was done last, and by whom.
_ASKED, _DRAFT, _SAID, _REFUSED, _WHO = (
    f"edit-{name}" for name in ("asked", "draft", "said", "refused", "editor")
)


class Asked(NamedTuple):
    """What a reader wants to edit: a topic, papers to move, or an edit to undo or redo."""

    kind: str
    topic: str = ""
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """An edit as a reader is shown it, with the map that it was made on.

    Attributes:
        inputs: what was asked for.
        desk: the map.
        step: the edit; None where it cannot be made.
        preview: what it would change.
        problem: why it cannot be made.
    """

    inputs: tuple[Any, ...]
    desk: Desk
    step: Step | None = None
    preview: Preview | None = None
    problem: str = ""


def can_edit(screen: Screen) -> bool:
    """Whether the map on the screen can be edited by its reader."""
    folder = screen.topic_map.path
    if not access.may_change() or folder is None or screen.view.least_confidence is not None:
        return False
    return _is_open(str(folder), screen.topic_map)


def _is_open(folder: str, topic_map: TopicMap) -> bool:
    """Whether a map's folder takes edits: not one that is published, nor one of another user."""
    try:
        refuse_published(folder)
    except EditRefused:
        return False
    return len(topic_map.topics) > 0 and os.access(folder, os.W_OK)


def ask(kind: str, topic: str = "", papers: tuple[str, ...] = ()) -> None:
    """Open the dialog for an edit; for the callback of a button."""
    close()
    st.session_state[_ASKED] = Asked(kind, topic, papers)


def asked() -> Asked | None:
    """What the open dialog is about."""
    found: Asked | None = st.session_state.get(_ASKED)
    return found


def close() -> None:
    """Close the dialog."""
    for name in (_ASKED, _DRAFT, _REFUSED):
        st.session_state.pop(name, None)
    for name in [key for key in st.session_state if str(key).startswith("edit-in-")]:
        del st.session_state[name]


def said() -> str:
    """What was done since the last run, once."""
    return str(st.session_state.pop(_SAID, ""))


def editor(name: str | None = None) -> str:
    """The name of who edits, as it was given last; sets it where one is given.

    Who is signed in edits under the address that they signed in with, and no other.
    """
    if mail := access.current().mail:
        return mail
    if name is not None:
        st.session_state[_WHO] = name
    return str(st.session_state.get(_WHO, ""))


def refused() -> str:
    """Why the last edit was refused, once."""
    return str(st.session_state.pop(_REFUSED, ""))


def drafted(screen: Screen, inputs: tuple[Any, ...]) -> Draft:
    """The edit that inputs ask for, on the map as it is now.

    Args:
        screen: what is shown.
        inputs: kind of the edit and what it needs, see `_step`.
    """
    folder = screen.topic_map.path
    assert folder is not None, "only a map in a folder can be edited"  # noqa: S101
    desk = open_desk(folder, base=loading.built_map(folder), shown=loading.open_map(folder))
    known: Draft | None = st.session_state.get(_DRAFT)
    if known and known.inputs == inputs and known.desk.shown.digest == desk.shown.digest:
        return known
    try:
        step = _step(desk, inputs)
        found = Draft(inputs, desk, step, drafts.preview(desk, step))
    except EditRefused as error:
        found = Draft(inputs, desk, problem=str(error))
    st.session_state[_DRAFT] = found
    return found


def _step(desk: Desk, inputs: tuple[Any, ...]) -> Step:
    match inputs:
        case ("rename", topic, name):
            return drafts.rename(desk, topic, name)
        case ("merge", topic, others, name):
            return drafts.merge(desk, topic, others, name=name)
        case ("split", topic, parts):
            return drafts.split(desk, topic, parts=parts)
        case ("theme", topic, theme):
            return drafts.retheme(desk, topic, theme)
        case ("pin", topic):
            return drafts.pin(desk, topic)
        case ("unpin", topic):
            return drafts.unpin(desk, topic)
        case ("move", papers, to):
            return drafts.move(desk, papers, to)
        case ("undo", edit):
            return drafts.undo(desk, edit)
        case ("redo", edit):
            return drafts.redo(desk, edit)
        case _:
            raise EditRefused("There is no such edit.")


def submit(inputs: tuple[Any, ...], *, who: str, why: str) -> None:
    """Record the edit that is shown; for the callback of a button.

    Args:
        inputs: what is asked for now: where that is not what is shown, it is shown first.
        who: its maker.
        why: a note.
    """
    draft: Draft | None = st.session_state.get(_DRAFT)
    if not access.may_change():
        st.session_state[_REFUSED] = "Maps cannot be edited here."
        return
    if draft is None or draft.step is None or draft.inputs != inputs:
        st.session_state[_REFUSED] = "What you asked for has changed. Look at it again, then apply."
        return
    try:
        done = record(draft.desk, draft.step, who=editor(who), why=why)
    except PapermapError as error:
        st.session_state[_REFUSED] = str(error)
        st.session_state.pop(_DRAFT, None)
        return
    close()
    st.session_state[_SAID] = done.log.entries[-1].says
