"""The controls and the dialog in which topics are edited and papers moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import access, editing, text, wording
from dashboard.state import UNCLUSTERED
from topics.drafts import MOST_PARTS
from topics.edits.kinds import LONGEST_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.editing import Asked, Draft
    from dashboard.screen import Screen
    from topics.drafts import Change, Preview

__all__ = ["move_control", "show", "topic_control"]

_TITLES = {
    "topic": "Edit “{}”",
    "move": "Move {}",
    "undo": "Undo an edit?",
    "redo": "Redo an edit?",
}
_LABELS = {
    "rename": "Rename",
    "merge": "Merge",
    "split": "Split",
    "theme": "Theme",
    "pin": "Pin",
}
_SHOWN = 8  # topics that a preview lists
_IN = "edit-in-"


def topic_control(screen: Screen, topic: str) -> None:
    """A button that opens the dialog for a topic; nothing for who may not edit."""
    if editing.can_edit(screen):
        st.button(
            "Edit topic",
            icon=":material/edit:",
            type="tertiary",
            on_click=editing.ask,
            args=("topic", topic),
            key="edit-topic",
        )


def move_control(screen: Screen, papers: Sequence[str], *, key: str) -> None:
    """A button that opens the dialog to move papers; nothing for who may not edit."""
    if papers and editing.can_edit(screen):
        st.button(
            "Move to another topic" if len(papers) == 1 else "Move to a topic",
            icon=":material/drive_file_move:",
            on_click=editing.ask,
            args=("move", "", tuple(papers)),
            key=key,
        )


def show(screen: Screen) -> None:
    """Draw the dialog that is open, and say what was done last."""
    if done := editing.said():
        st.toast(text.plain(done), icon=":material/check:", duration="long")
    asked = editing.asked()
    if asked is None:
        return
    if not editing.can_edit(screen) or not _is_there(screen, asked):
        editing.close()
        return

    @st.dialog(text.plain(_title(screen, asked)), width="medium", on_dismiss=editing.close)
    def dialog() -> None:
        if editing.asked() != asked:
            st.rerun()
        _fill(screen, asked)

    dialog()


def _is_there(screen: Screen, asked: Asked) -> bool:
    return asked.kind != "topic" or asked.topic in screen.topic_map.topic_names


def _title(screen: Screen, asked: Asked) -> str:
    if asked.kind == "move":
        one = len(asked.papers) == 1
        return _TITLES["move"].format("this paper" if one else f"{len(asked.papers):,} papers")
    return _TITLES[asked.kind].format(screen.topic_map.topic_names.get(asked.topic, ""))


def _fill(screen: Screen, asked: Asked) -> None:
    if asked.kind == "topic":
        _ask_action(screen, asked)
    elif asked.kind == "move":
        _ask_place(screen)
    inputs = _inputs(screen, asked)
    draft = None
    if inputs is not None:
        with st.container(key="pm-edit-preview"), st.spinner("Looking what would change …"):
            draft = editing.drafted(screen, inputs)
        _show_draft(draft, told=asked.kind in ("undo", "redo"))
    if why := editing.refused():
        st.error(text.plain(why), icon=":material/error:")
    _sign(screen, asked, inputs, ready=draft is not None and draft.step is not None)


# ---------------------------------------------------------------------- what is asked for


def _ask_action(screen: Screen, asked: Asked) -> None:
    topic_map = screen.topic_map
    themed = len(topic_map.themes) > 0
    action = st.segmented_control(
        "What to change",
        [each for each in editing.ACTIONS if each != "theme" or themed],
        default="rename",
        required=True,
        format_func=lambda each: _LABELS[each],
        key=f"{_IN}action",
    )
    name = topic_map.topic_names[asked.topic]
    if action == "rename":
        st.text_input("Name", value=name, max_chars=LONGEST_NAME, live="300ms", key=f"{_IN}name")
    elif action == "merge":
        others = [topic for topic in topic_map.topics["id"] if topic != asked.topic]
        st.multiselect(
            "Topics to put into this one",
            others,
            format_func=lambda topic: text.plain(topic_map.topic_names.get(topic, topic)),
            placeholder="Choose one or more",
            key=f"{_IN}others",
        )
        st.text_input(
            "Its name then", value=name, max_chars=LONGEST_NAME, live="300ms", key=f"{_IN}called"
        )
    elif action == "split":
        st.segmented_control(
            "Parts",
            range(2, MOST_PARTS + 1),
            default=2,
            required=True,
            help="Papers go together by how alike their texts are. Links to the topic lead to its "
            "largest part, or to the one that has its name.",
            key=f"{_IN}parts",
        )
    elif action == "theme":
        st.selectbox(
            "Theme",
            list(topic_map.themes["name"]),
            index=None,
            placeholder="Choose one, or write a new one",
            accept_new_options=True,
            key=f"{_IN}theme",
        )
    else:
        st.markdown(
            "A pinned topic keeps its name and its papers when topics are found anew; new papers "
            "may still join it."
        )


def _ask_place(screen: Screen) -> None:
    names = screen.topic_map.topic_names
    st.selectbox(
        "Move to",
        [*screen.topic_map.topics["id"], UNCLUSTERED],
        index=None,
        placeholder="Choose a topic",
        format_func=lambda topic: (
            "Unclustered" if topic == UNCLUSTERED else text.plain(names.get(topic, topic))
        ),
        key=f"{_IN}to",
    )


def _inputs(screen: Screen, asked: Asked) -> tuple[Any, ...] | None:
    """What is asked for, as `editing.drafted` takes it; None where nothing is yet."""
    state = st.session_state
    if asked.kind in ("undo", "redo"):
        return asked.kind, asked.topic
    if asked.kind == "move":
        to = state.get(f"{_IN}to")
        return to and ("move", asked.papers, None if to == UNCLUSTERED else to)
    topic, action = asked.topic, state.get(f"{_IN}action", "rename")
    name = screen.topic_map.topic_names.get(topic, "")
    if action == "rename":
        wanted = state.get(f"{_IN}name", name)
        return None if wanted == name else (action, topic, wanted)
    if action == "merge":
        others = tuple(state.get(f"{_IN}others", ()))
        called = state.get(f"{_IN}called", name)
        return (action, topic, others, "" if called == name else called) if others else None
    if action == "split":
        return action, topic, int(state.get(f"{_IN}parts", 2))
    if action == "theme":
        theme = state.get(f"{_IN}theme")
        return theme and (action, topic, theme)
    pinned = (screen.topic_map.manifest.get("edits") or {}).get("pinned", [])
    return ("unpin" if topic in pinned else "pin"), topic


# -------------------------------------------------------------------- what would change


def _show_draft(draft: Draft, *, told: bool) -> None:
    """Say what an edit would change; ``told``: what it does, too."""
    if draft.preview is None:
        st.warning(text.plain(draft.problem), icon=":material/info:")
        return
    st.html(
        f'<div class="pm-edit" role="status">{_heading(draft.preview, told=told)}'
        f"{''.join(map(_row, draft.preview.changes[:_SHOWN]))}{_rest(draft.preview)}</div>"
    )


def _heading(preview: Preview, *, told: bool) -> str:
    said = [preview.says.removesuffix(".")] if told else []
    if preview.papers:
        move = "moves" if preview.papers == 1 else "move"
        said.append(f"{wording.count(preview.papers, 'paper')} {move}")
    was, now = preview.topics
    if was != now:
        said.append(f"{was:,} → {now:,} topics")
    was, now = preview.unclustered
    if was != now:
        said.append(f"{was:,} → {now:,} unclustered")
    title = text.element("p", "What will change", css_class="pm-edit-title")
    return title + (text.element("p", " · ".join(said), css_class="pm-sub") if said else "")


def _row(change: Change) -> str:
    before, after = change.before, change.after
    parts = []
    if before is not None:
        css = "pm-edit-old" if after is None or after[0] != before[0] else "pm-edit-same"
        parts.append(text.element("span", before[0], css_class=css))
    if after is not None and (before is None or after[0] != before[0]):
        parts.append(text.element("strong", after[0]))
    told = _sizes(before and before[1], after and after[1])
    themes = [each[2] for each in (before, after) if each is not None]
    if len(themes) == 2 and themes[0] != themes[1]:
        told += f" · theme {themes[0] or 'none'} → {themes[1] or 'none'}"
    return (
        f'<div class="pm-edit-row"><div>{" → ".join(parts)}</div>{text.element("span", told)}</div>'
    )


def _sizes(before: int | None, after: int | None) -> str:
    """Papers of a topic before and after; None where there is no such topic."""
    if before is None or after is None:
        papers = wording.count(before or after or 0, "paper")
        return f"new, {papers}" if before is None else f"{papers}, no topic any more"
    if before == after:
        return wording.count(after, "paper")
    return f"{before:,} → {wording.count(after, 'paper')}"


def _rest(preview: Preview) -> str:
    more = len(preview.changes) - _SHOWN
    if more <= 0:
        return ""
    return text.element("p", f"and {wording.count(more, 'topic')} more", css_class="pm-sub")


# --------------------------------------------------------------------------- and by whom


def _sign(screen: Screen, asked: Asked, inputs: tuple[Any, ...] | None, *, ready: bool) -> None:
    left, right = st.columns(2)
    left.text_input(
        "Your name",
        value=editing.editor(),
        max_chars=80,
        disabled=bool(access.current().mail),
        key=f"{_IN}who",
    )
    right.text_input("Why (optional)", max_chars=500, key=f"{_IN}why")
    st.caption(
        "Both are kept with the edit for all readers of the map. Every edit can be undone."
        if inputs is not None
        else "Nothing has changed yet."
    )
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.button("Cancel", on_click=editing.close, key="edit-cancel")
        st.button(
            {"undo": "Undo", "redo": "Redo"}.get(asked.kind, "Apply"),
            type="primary",
            disabled=not ready,
            on_click=_submit,
            args=(screen, asked),
            key="edit-apply",
        )


def _submit(screen: Screen, asked: Asked) -> None:
    """Record what is asked for now: a field may have changed since the dialog was drawn."""
    state = st.session_state
    editing.submit(
        _inputs(screen, asked) or (),
        who=state.get(f"{_IN}who", ""),
        why=state.get(f"{_IN}why", ""),
    )
