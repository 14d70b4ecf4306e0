"""The files of a build: taken in, read in the background, shown one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import building, file_cards, links, text, wording
from dashboard.workspace import LIMITS, Draft, Refused, find_draft, new_draft

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.building import Preview, Request

__all__ = ["AFTER", "discard", "keep", "paragraphs", "preview", "say", "upload"]

#: Anchor of what comes after the files, for who would have to step through all of them.
AFTER = "name-and-themes"

#: Seconds between two looks at a reading.
_EVERY = 0.6
#: Messages of the last callback; uploads that were taken in; the drop zone's turn.
_SAID, _TAKEN, _TURN = "build-said", "build-taken", "build-turn"


def say(draft: Draft | None, *messages: str) -> None:
    """Tell the reader from the next run on, in place of what was said before; for callbacks."""
    st.session_state[_SAID] = (draft.id if draft else None, messages)


def upload(root: Path, draft: Draft | None) -> None:
    """Draw the drop zone.

    Args:
        root: the workspace.
        draft: the build that the files are for, None before the first one.
    """
    key = f"build-upload-{st.session_state.get(_TURN, 0)}"
    st.file_uploader(
        "Drop your files here, or choose them" if draft is None else "Files",
        accept_multiple_files=True,
        on_change=_take,
        args=(root, None if draft is None else draft.id, key),
        key=key,
        help=text.plain(
            f"Up to {LIMITS.files} files and {LIMITS.size // 10**6} MB together. What a file is "
            "shows in its content, not in its name."
        ),
    )
    st.caption(
        "Saved Hugging Face pages, exports of databases and reference managers, tables, or zip "
        "archives of them. They are read on the computer that runs Papermap and removed when the "
        "map is built."
    )
    about, messages = st.session_state.get(_SAID, (None, ()))
    if about == (draft.id if draft else None):
        for said in messages:
            st.warning(paragraphs(said), icon=":material/error:")


def _take(root: Path, draft_id: str | None, key: str) -> None:
    """Keep what was uploaded since the last time."""
    taken: set[str] = st.session_state.setdefault(_TAKEN, set())
    fresh = [each for each in st.session_state.get(key) or () if each.file_id not in taken]
    if not fresh:
        return
    said: list[str] = []
    draft = None
    try:
        draft = (find_draft(root, draft_id) if draft_id else None) or new_draft(root)
        for each in fresh:
            taken.add(each.file_id)
            try:
                draft.add(each.name, each.getbuffer())
            except Refused as refusal:
                said.append(str(refusal))
        if draft.id != draft_id:
            links.change(build=draft.id)
    except Refused as refusal:
        said.append(str(refusal))
    say(draft, *_few(said))


def _few(said: list[str]) -> list[str]:
    more = len(said) - 3
    return said if more <= 1 else [*said[:3], f"And {more} more files were left out."]


def _remove(draft: Draft, name: str) -> None:
    draft.remove(name)
    say(draft)


def discard(draft: Draft) -> None:
    """Forget the files and all that was asked; for callbacks."""
    building.stop_build(draft)
    draft.discard()
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    links.change(build=None)


def preview(root: Path, draft: Draft, request: Request) -> Preview:
    """Draw what was read of the files, or that they are being read."""
    try:
        building.start_preview(draft, request)
    except Refused as refusal:
        st.error(text.plain(str(refusal)), icon=":material/error:")
    found = building.preview_of(draft, request)
    if found.job.active:
        _await(draft, request, again=bool(found.files))
    elif found.job.state != "done":
        said = building.why(found.job, what="Reading", root=root, draft=draft)
        st.error(paragraphs(said), icon=":material/error:")
        st.button(
            "Read again",
            icon=":material/refresh:",
            on_click=building.forget_preview,
            args=(draft, request),
            key="read-again",
        )
        for name in (file.name for file in draft.files()):
            _unread(draft, name)
    if not found.files:
        return found
    if not found.job.active:
        _total(found)
    if len(found.files) > 1:
        st.html(f'<a class="pm-skip" href="#{AFTER}">Skip the files</a>')
    names = {file.name for file in draft.files()}

    def upload_of(name: str) -> str | None:
        # What lies in an archive is named after it.
        return next((part for part in (name, name.split("/")[0]) if part in names), None)

    file_cards.file_cards(
        # What was taken out meanwhile is no longer shown.
        replace(found, files=tuple(each for each in found.files if upload_of(each.name))),
        request,
        removable=upload_of,
        on_remove=lambda name: _remove(draft, name),
        on_column=lambda file, name, key: keep(
            draft, request.corrected(file, name, st.session_state.get(key))
        ),
    )
    return found


@st.fragment(run_every=_EVERY)
def _await(draft: Draft, request: Request, *, again: bool) -> None:
    job = building.preview_of(draft, request).job
    if not job.active:
        st.rerun()
    files = wording.count(len(draft.files()), "file")
    if job.state == "waiting" and job.seconds > 3:
        said = "Waiting for its turn: other files are being read …"
    else:
        said = f"Reading {'once more' if again else files} …"
    so_far = f"{job.notes:,} done" if job.notes > 0 else ""
    took = f"{job.seconds:.0f} s" if job.seconds >= 3 else ""
    facts = " · ".join(filter(None, (so_far, took)))
    # Only what changes seldom is read out.
    st.html(
        f'<div class="pm-reading"><span role="status">{said}</span>'
        f'<small aria-hidden="true">{facts}</small></div>'
    )


def _unread(draft: Draft, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.html(text.element("strong", name))
        st.button(
            "Remove",
            icon=":material/close:",
            type="tertiary",
            on_click=_remove,
            args=(draft, name),
            key=f"remove-{name}",
        )


def _total(found: Preview) -> None:
    counts = {
        name: sum(getattr(file, name) for file in found.files)
        for name in ("read", "kept", "merged", "rejected")
    }
    st.subheader(
        f"{wording.count(len(found.files), 'file')}, {wording.count(found.papers, 'paper')}",
        anchor=False,
    )
    undated = (
        f" {wording.count(found.undated, 'paper')} "
        f"{'has' if found.undated == 1 else 'have'} no date."
        if found.undated
        else ""
    )
    st.markdown(
        f"**{counts['read']:,}** records read = **{counts['kept']:,}** kept + "
        f"**{counts['merged']:,}** merged with the same paper + **{counts['rejected']:,}** "
        f"rejected.{undated}"
    )
    if unread := [file for file in found.files if not file.read]:
        names = [
            group[0].name
            if len(group) == 1
            else f"{len(group)} files of {group[0].name.partition('/')[0]}"
            for group in file_cards.alike(unread)
        ]
        few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        st.warning(text.plain(f"Nothing was found in {few}: see below."), icon=":material/block:")
    for notice in found.notices:
        st.info(text.plain(file_cards.in_the_browser(notice)), icon=":material/info:")


def keep(draft: Draft, request: Request) -> None:
    """Keep what is asked, or say why that failed."""
    say(draft)
    try:
        building.keep_request(draft, request)
    except Refused as refusal:
        say(draft, str(refusal))


def paragraphs(message: str) -> str:
    """A message of several lines, literally, one line each."""
    return "  \n".join(text.plain(line) for line in message.splitlines() if line.strip())
