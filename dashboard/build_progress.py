"""A build while it runs: its stages, and the way to stop it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import building, text
from topics.progress import STAGES

if TYPE_CHECKING:
    from dashboard.jobs import Job
    from dashboard.workspace import Draft

__all__ = ["show", "stages_html"]

#: Seconds between two looks.
_EVERY = 1.0


def show(draft: Draft) -> None:
    """Draw a build that runs, and follow it until it ends."""
    request = building.request_of(draft)
    st.title(text.plain(f"Building “{request.name if request else 'a map'}”"), anchor=False)
    _follow(draft)
    st.caption(
        "You can leave this page or close it: the build goes on, and the address of this page "
        "shows it again."
    )


@st.fragment(run_every=_EVERY)
def _follow(draft: Draft) -> None:
    job = building.build_of(draft)
    if not job.active:
        st.rerun()
    st.html(stages_html(job))
    with st.container(horizontal=True, vertical_alignment="center"):
        stopping = job.state == "stopping"
        st.button(
            "Stopping …" if stopping else "Cancel",
            icon=":material/close:",
            disabled=stopping,
            on_click=building.stop_build,
            args=(draft,),
            key="cancel-build",
        )
        st.html(text.element("span", _remark(job), css_class="pm-sub"), width="content")


def stages_html(job: Job) -> str:
    """All stages of a build, each with a bar: full, moving or empty."""
    rows = []
    for number, name in enumerate(STAGES, start=1):
        begun = next((stage for stage in job.stages if stage.number == number), None)
        runs = begun is not None and begun is job.stages[-1]
        state = "todo" if begun is None else "runs" if runs else "done"
        took = "" if begun is None else f"{begun.seconds:.0f} s" if runs else _took(begun.seconds)
        # The bar is drawn anew with every look: a negative delay lets it go on where it was.
        delay = f' style="animation-delay:-{begun.seconds:.2f}s"' if runs and begun else ""
        rows.append(
            f'<li class="pm-stage-{state}"><span>{html.escape(name)}</span>'
            f"<small>{took}</small><i><b{delay}></b></i></li>"
        )
    return f'<ol class="pm-stages" aria-label="Stages of the build">{"".join(rows)}</ol>'


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _remark(job: Job) -> str:
    if job.state == "waiting":
        return "Waiting for its turn: other maps are being built."
    if not job.stages:
        return "Starting …"
    stage = job.stages[-1]
    if stage.seconds > 6 and "topics" in stage.name:
        return "The first build on a machine takes some 20 s longer here."
    return ""
