"""The form of a build: files, what they are, a name, themes; kept on disk as it is filled in."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import building, file_cards, links, text, wording
from dashboard.building import OWN_THEMES, THEMES, Request
from dashboard.workspace import (
    LIMITS,
    Draft,
    Refused,
    find_draft,
    map_folders,
    new_draft,
    safe_name,
)
from dashboard.workspace import name_problem as problem_of
from topics.errors import SettingsError
from topics.settings import MIN_PAPERS

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.building import Preview
    from dashboard.jobs import Job

__all__ = ["show"]

#: Seconds between two looks at a reading.
_EVERY = 0.6
#: Messages of callbacks for the run that follows; uploads that were taken in; the drop zone's turn.
_SAID, _TAKEN, _TURN = "build-said", "build-taken", "build-turn"
_NEWLY_NAMED = "My papers"
_THEMES_EXAMPLE = """[[theme]]
name = "unlearning"
description = "removing training data or knowledge from a trained model"
phrases = ["machine unlearning", "forget set"]
"""


def show(root: Path, draft: Draft | None, job: Job | None) -> None:
    """Draw the form.

    Args:
        root: the workspace.
        draft: the build it is about, None before the first file is there.
        job: the build as it ended before, if it did.
    """
    st.title("Build a map", anchor=False)
    if draft and job and job.ended:
        _ended(root, draft, job)
    _upload(root, draft)
    if draft is None or not draft.files():
        return
    request = building.request_of(draft) or Request(name=_new_name(root, draft))
    preview = _preview(root, draft, request)
    _settings(root, draft, request, preview)


def _ended(root: Path, draft: Draft, job: Job) -> None:
    """Why there is no new map."""
    said = building.why(job, what="The build", root=root, draft=draft)
    request = building.request_of(draft)
    old = request is not None and _existing(root, request.name)
    rest = "The map that was there is unchanged. " if old else ""
    if draft.files():
        rest += "Your files are still here for a day: change what you like and build again."
    box = st.info if job.state == "cancelled" else st.error
    box(_paragraphs(f"{said}\n{rest}"), icon=":material/error:")
    if job.details and job.state == "failed" and not job.problem:
        with st.expander("What it wrote"):
            st.code(job.details, language=None)


# ------------------------------------------------------------------------------- files


def _upload(root: Path, draft: Draft | None) -> None:
    for said in st.session_state.pop(_SAID, ()):
        st.warning(text.plain(said), icon=":material/error:")
    key = f"build-upload-{st.session_state.get(_TURN, 0)}"
    st.file_uploader(
        "Files",
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


def _take(root: Path, draft_id: str | None, key: str) -> None:
    """Keep what was uploaded since the last time."""
    taken: set[str] = st.session_state.setdefault(_TAKEN, set())
    fresh = [each for each in st.session_state.get(key) or () if each.file_id not in taken]
    if not fresh:
        return
    said: list[str] = []
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
    st.session_state[_SAID] = _few(said)


def _few(said: list[str]) -> list[str]:
    more = len(said) - 3
    return said if more <= 1 else [*said[:3], f"And {more} more files were left out."]


def _remove(draft: Draft, name: str) -> None:
    draft.remove(name)


def _discard(draft: Draft) -> None:
    building.stop_build(draft)
    draft.discard()
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    links.change(build=None)


# ----------------------------------------------------------------------------- preview


def _preview(root: Path, draft: Draft, request: Request) -> Preview:
    try:
        building.start_preview(draft, request)
    except Refused as refusal:
        st.error(text.plain(str(refusal)), icon=":material/error:")
    preview = building.preview_of(draft, request)
    if preview.job.active:
        _await(draft, request)
        return preview
    if preview.job.state != "done":
        said = building.why(preview.job, what="Reading", root=root, draft=draft)
        st.error(_paragraphs(said), icon=":material/error:")
        for name in (file.name for file in draft.files()):
            _unread(draft, name)
        return preview
    _total(preview)
    names = {file.name for file in draft.files()}
    file_cards.file_cards(
        preview,
        request,
        removable=lambda name: name if name in names else None,
        on_remove=lambda name: _remove(draft, name),
        on_column=lambda name, key: _correct(draft, request, name, st.session_state.get(key)),
    )
    return preview


@st.fragment(run_every=_EVERY)
def _await(draft: Draft, request: Request) -> None:
    if not building.preview_of(draft, request).job.active:
        st.rerun()
    files = wording.count(len(draft.files()), "file")
    st.html(f'<div class="pm-reading" role="status">Reading {files} …</div>')


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


def _total(preview: Preview) -> None:
    counts = {
        name: sum(getattr(file, name) for file in preview.files)
        for name in ("read", "kept", "merged", "rejected")
    }
    st.subheader(
        f"{wording.count(len(preview.files), 'file')}, {wording.count(preview.papers, 'paper')}",
        anchor=False,
    )
    st.markdown(
        f"**{counts['read']:,}** records read = **{counts['kept']:,}** kept + "
        f"**{counts['merged']:,}** merged with the same paper + **{counts['rejected']:,}** rejected"
        + (f". {preview.undated:,} papers have no date." if preview.undated else "")
    )
    for notice in preview.notices:
        st.info(text.plain(_in_the_browser(notice)), icon=":material/info:")


def _in_the_browser(notice: str) -> str:
    """A notice without flags of the command line."""
    return notice.replace("give it with --page-year", "give it below")


def _correct(draft: Draft, request: Request, name: str, column: str | None) -> None:
    columns = {**request.columns, name: column} if column else {**request.columns}
    if not column:
        columns.pop(name, None)
    _keep(draft, replace(request, columns=columns))


# ---------------------------------------------------------------------- name and themes


def _settings(root: Path, draft: Draft, request: Request, preview: Preview) -> None:
    st.subheader("Name and themes", anchor=False)
    _seed(draft, request)
    st.text_input("Name of the map", max_chars=LIMITS.name, key=_key(draft, "name"))
    st.segmented_control(
        "Themes",
        list(THEMES),
        format_func=lambda choice: THEMES[choice],
        key=_key(draft, "themes"),
        help="Coarse groups that papers are sorted into.",
    )
    wanted = _wanted(draft, request)
    fine = _themes(draft, wanted)
    if request.page_year is not None or any("--page-year" in each for each in preview.notices):
        st.number_input(
            "Year in which the pages were saved",
            min_value=1991,
            max_value=2200,
            placeholder="found from the pages",
            key=_key(draft, "year"),
            width=330,
        )
        wanted = _wanted(draft, request)
    if wanted != request:
        _keep(draft, wanted)
        if wanted.reading != request.reading:
            st.rerun()
    problem = problem_of(wanted.name)
    if problem:
        st.warning(text.plain(problem), icon=":material/edit:")
    elif _existing(root, wanted.name):
        st.info(
            text.plain(f"There is a map “{wanted.name}”. The new one takes its place when it is ")
            + "complete\\.",
            icon=":material/info:",
        )
    _begin(root, draft, request, preview, ready=fine and not problem)


def _begin(root: Path, draft: Draft, request: Request, preview: Preview, *, ready: bool) -> None:
    enough = preview.job.state == "done" and preview.papers >= MIN_PAPERS
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Build the map",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not (ready and enough),
            on_click=_build,
            args=(root, draft, request),
            key="build-now",
        )
        st.button(
            "Discard these files",
            type="tertiary",
            icon=":material/delete:",
            on_click=_discard,
            args=(draft,),
            key="build-discard",
        )
    if preview.job.state == "done" and not enough:
        st.caption(
            f"A map needs at least {MIN_PAPERS} different papers and there "
            f"{'is' if preview.papers == 1 else 'are'} {preview.papers or 'none'}. Add more files."
        )


def _build(root: Path, draft: Draft, request: Request) -> None:
    try:
        building.start_build(root, draft, _wanted(draft, request))
    except (Refused, SettingsError) as refusal:
        st.session_state[_SAID] = [str(refusal)]


def _themes(draft: Draft, wanted: Request) -> bool:
    """The text of the reader's own themes, checked at once; whether the themes can be used."""
    if wanted.themes != OWN_THEMES:
        return True
    with st.container(key="pm-themes"):
        st.text_area(
            "Your themes",
            placeholder=_THEMES_EXAMPLE,
            height=220,
            key=_key(draft, "own"),
            help=text.plain("TOML: one [[theme]] with a name, a description and phrases each."),
        )
        upload = _key(draft, "themes-file")
        st.file_uploader(
            "Or a themes file",
            on_change=_take_themes,
            args=(upload, _key(draft, "own")),
            key=upload,
        )
    written = st.session_state[_key(draft, "own")]
    if not written.strip():
        st.caption("Write one or more themes as in the example, or choose a file.")
        return False
    try:
        themes = building.check_themes(written)
    except SettingsError as error:
        st.error(text.plain(str(error)), icon=":material/error:")
        return False
    names = "".join(text.element("span", theme.name, css_class="pm-chip") for theme in themes)
    label = html.escape(wording.count(len(themes), "theme"))
    st.html(f'<div class="pm-chips"><span class="pm-sub">{label}</span>{names}</div>')
    return True


def _take_themes(upload: str, target: str) -> None:
    file = st.session_state.get(upload)
    if file is None:
        return
    try:
        st.session_state[target] = file.getvalue()[: 10**6].decode("utf-8-sig")
    except UnicodeDecodeError:
        st.session_state[_SAID] = [
            f"“{safe_name(file.name)}” is not a themes file: expected text in UTF-8."
        ]


def _key(draft: Draft, name: str) -> str:
    return f"build-{name}-{draft.id}"


def _seed(draft: Draft, request: Request) -> None:
    """Give the widgets what was kept, where they have nothing yet."""
    values: dict[str, Any] = {
        "name": request.name,
        "themes": request.themes if request.themes in THEMES else next(iter(THEMES)),
        "own": request.own_themes,
        "year": request.page_year,
    }
    for name, value in values.items():
        if _key(draft, name) not in st.session_state:
            st.session_state[_key(draft, name)] = value


def _wanted(draft: Draft, request: Request) -> Request:
    """The request as the widgets say now."""
    state = st.session_state
    year = state.get(_key(draft, "year"))
    return replace(
        request,
        name=" ".join(str(state.get(_key(draft, "name"), request.name)).split()),
        # A second click empties a segmented control: that is the first choice.
        themes=state.get(_key(draft, "themes")) or next(iter(THEMES)),
        own_themes=state.get(_key(draft, "own"), request.own_themes),
        page_year=None if year is None else int(year),
    )


def _keep(draft: Draft, request: Request) -> None:
    try:
        building.keep_request(draft, request)
    except Refused as refusal:
        st.session_state[_SAID] = [str(refusal)]


def _existing(root: Path, name: str) -> bool:
    return name.casefold() in {folder.name.casefold() for folder in map_folders(root)}


def _new_name(root: Path, draft: Draft) -> str:
    """A name that no map has yet: that of a lone file, else a plain one."""
    files = draft.files()
    base = files[0].stem[: LIMITS.name - 5].strip(" .") if len(files) == 1 else _NEWLY_NAMED
    base = base or _NEWLY_NAMED
    number, name = 1, base
    while _existing(root, name):
        number += 1
        name = f"{base} {number}"
    return name


def _paragraphs(message: str) -> str:
    """A message of several lines, literally, one line each."""
    return "  \n".join(text.plain(line) for line in message.splitlines() if line.strip())
