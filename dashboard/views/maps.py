"""The Maps view: all maps of this host at a glance, each with a picture."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, loading, previews, text, wording
from dashboard.state import View
from topics import artefact
from topics.errors import MapError, MapWithdrawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.loading import ServedMap

__all__ = ["show"]

_IN_A_ROW = 3


def show(view: View) -> None:
    """Draw the view."""
    served = loading.listed_maps()
    with st.container(key="pm-page"):
        st.title(wording.count(len(served), "map"), anchor=False)
        for start in range(0, len(served), _IN_A_ROW):
            columns = st.columns(_IN_A_ROW, gap="medium")
            row = served[start : start + _IN_A_ROW]
            for at, (column, each) in enumerate(zip(columns, row, strict=False), start):
                with column.container(border=True, key=f"pm-card-map-{at}"):
                    _card(each, view, is_first=at == 0)


def _card(served: ServedMap, view: View, *, is_first: bool) -> None:
    try:
        manifest = artefact.read_manifest(served.folder)
    except MapWithdrawn:
        st.html(text.element("p", served.title, css_class="pm-map-name"))
        st.caption("This map was withdrawn.")
        return
    except (MapError, OSError):
        st.html(text.element("p", served.title, css_class="pm-map-name"))
        st.caption("This map cannot be read at present.")
        return
    picture = previews.picture_address(str(manifest["digest"]), served.name)
    if picture:
        source = html.escape(picture, quote=True)
        # The name is the link below it: the picture says nothing more to those who do not see it.
        st.html(f'<img class="pm-map-picture" src="{source}" alt="" loading="lazy">')
    links.link(
        "map",
        View(colour=view.colour),
        label=served.title,
        icon=":material/scatter_plot:",
        map=None if is_first else served.name,
    )
    st.caption(text.plain(_said(manifest)))


def _said(manifest: Mapping[str, Any]) -> str:
    counts = manifest.get("counts", {})
    parts = [wording.count(int(counts.get("papers", 0)), "paper")]
    if counts.get("topics"):
        parts.append(wording.count(int(counts["topics"]), "topic"))
    said = " in ".join(parts)
    created = str(manifest.get("created", ""))[:10]
    return f"{said} · built {wording.date(created)}" if created else said
