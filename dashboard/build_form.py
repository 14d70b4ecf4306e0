"""The form of a build: files, what they are, a name, themes; kept on disk as it is filled in."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import build_files, building, text, wording
from dashboard.build_files import keep, paragraphs, say
from dashboard.building import OWN_THEMES, THEMES, Request
from dashboard.workspace import LIMITS, Draft, Refused, map_folders, safe_name
from dashboard.workspace import name_problem as problem_of
from topics.errors import SettingsError
from topics.settings import MIN_PAPERS

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.building import Preview
    from dashboard.jobs import Job

__all__ = ["show"]

_NEWLY_NAMED = "My papers"
_ENCODERS = {"hybrid": "Fast (hybrid)", "transformer": "Slow and a little better (transformer)"}
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
    # The drop zone keeps its place on the page, or it would forget what it has to say.
    with st.container(horizontal=True, key="pm-build-parts"):
        with st.container(key="pm-build-files"):
            build_files.upload(root, draft)
            if draft is None or not draft.files():
                return
            request = building.request_of(draft) or Request(name=_new_name(root, draft))
            preview = build_files.preview(root, draft, request)
        with st.container(key="pm-build-settings"):
            _settings(root, draft, request, preview)


def _ended(root: Path, draft: Draft, job: Job) -> None:
    """Why there is no new map."""
    said = building.why(job, what="The build", root=root, draft=draft)
    request = building.request_of(draft)
    old = request is not None and _existing(root, request.name)
    rest = "The map that was there is unchanged. " if old else ""
    if draft.files():
        rest += "Your files are still here for a day: change what you like and build again."
    if job.state == "cancelled":
        st.info(paragraphs(f"{said}\n{rest}"), icon=":material/cancel:")
    else:
        st.error(paragraphs(f"{said}\n{rest}"), icon=":material/error:")
    if job.details and job.state == "failed" and not job.problem:
        with st.expander("What it wrote"):
            st.code(job.details, language=None)


def _settings(root: Path, draft: Draft, request: Request, preview: Preview) -> None:
    st.subheader("Name and themes", anchor=build_files.AFTER)
    _seed(draft, request)
    st.text_input("Name of the map", max_chars=LIMITS.name, key=_key(draft, "name"))
    st.radio(
        "Themes that papers are sorted into",
        list(THEMES),
        format_func=lambda choice: THEMES[choice][0],
        captions=[caption for _, caption in THEMES.values()],
        key=_key(draft, "themes"),
    )
    wanted = _wanted(draft, request)
    fine = _themes(draft, wanted)
    _encoder(draft)
    wanted = _wanted(draft, request)
    if request.page_year is not None or any("--page-year" in each for each in preview.notices):
        st.number_input(
            "Year in which the pages were saved",
            min_value=1991,
            max_value=2200,
            placeholder="found from the pages",
            key=_key(draft, "year"),
        )
        wanted = _wanted(draft, request)
    if wanted != request:
        keep(draft, wanted)
        if wanted.reading != request.reading:
            st.rerun()
    problem = problem_of(wanted.name)
    if problem:
        st.warning(text.plain(problem), icon=":material/edit:")
    elif _existing(root, wanted.name):
        st.info(
            text.plain(
                f"There is a map “{wanted.name}”. The new one takes its place when it is complete."
            ),
            icon=":material/info:",
        )
    _begin(root, draft, request, preview, ready=fine and not problem)


def _encoder(draft: Draft) -> None:
    installed = building.encoders()
    if len(installed) > 1:
        st.selectbox(
            "Encoder",
            installed,
            format_func=lambda name: _ENCODERS.get(name, name),
            help="How abstracts are compared. The slow one takes minutes for a thousand papers.",
            key=_key(draft, "encoder"),
        )


def _begin(root: Path, draft: Draft, request: Request, preview: Preview, *, ready: bool) -> None:
    enough = preview.job.state == "done" and preview.papers >= MIN_PAPERS
    st.button(
        "Build the map",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not (ready and enough),
        on_click=_build,
        args=(root, draft, request),
        key="build-now",
        width="stretch",
    )
    st.button(
        "Discard these files",
        type="tertiary",
        icon=":material/delete:",
        on_click=build_files.discard,
        args=(draft,),
        key="build-discard",
        width="stretch",
    )
    if preview.job.state == "done" and not enough:
        st.caption(
            f"A map needs at least {MIN_PAPERS} different papers and there "
            f"{'is only' if preview.papers == 1 else 'are'} {preview.papers or 'none'}. "
            "Add more files."
        )


def _build(root: Path, draft: Draft, request: Request) -> None:
    try:
        building.start_build(root, draft, _wanted(draft, request))
    except (Refused, SettingsError) as refusal:
        say(draft, str(refusal))


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
            max_upload_size=1,
            on_change=_take_themes,
            args=(draft, upload),
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


def _take_themes(draft: Draft, upload: str) -> None:
    file = st.session_state.get(upload)
    if file is None:
        return
    say(draft)
    try:
        st.session_state[_key(draft, "own")] = file.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError:
        say(draft, f"“{safe_name(file.name)}” is not a themes file: expected text in UTF-8.")


def _key(draft: Draft, name: str) -> str:
    return f"build-{name}-{draft.id}"


def _seed(draft: Draft, request: Request) -> None:
    """Give the widgets what was kept, where they have nothing yet."""
    values: dict[str, Any] = {
        "name": request.name,
        "themes": request.themes if request.themes in THEMES else next(iter(THEMES)),
        "own": request.own_themes,
        "year": request.page_year,
        "encoder": request.encoder,
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
        themes=state.get(_key(draft, "themes")) or next(iter(THEMES)),
        own_themes=state.get(_key(draft, "own"), request.own_themes),
        page_year=None if year is None else int(year),
        encoder=state.get(_key(draft, "encoder")) or request.encoder,
    )


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
