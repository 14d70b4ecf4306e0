"""Which maps are served, and opening one: once for all readers, read-only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import access, wording
from dashboard.upkeep import fate_of
from dashboard.workspace import map_folders, workspace
from topics import artefact
from topics.access import named
from topics.edits.log import LOG

if TYPE_CHECKING:
    from dashboard.state import View
    from topics.topicmap import TopicMap

__all__ = [
    "MAPS_VARIABLE",
    "MOST_OPEN",
    "ServedMap",
    "asked_for",
    "built_map",
    "choose",
    "is_given",
    "listed_maps",
    "open_map",
    "served_maps",
]

#: Environment variable with the folders to serve, separated like a search path.
MAPS_VARIABLE = "PAPERMAP_MAPS"

#: Maps that are kept open.
MOST_OPEN = 8


@dataclass(frozen=True, slots=True)
class ServedMap:
    """A map folder and the name readers know it by.

    Attributes:
        name: that addresses ask for; where only a link leads to a map, it cannot be guessed.
        folder: of the map.
        title: what readers are shown.
    """

    name: str
    folder: Path
    title: str


def served_maps(paths: str | None = None) -> tuple[ServedMap, ...]:
    """The maps to serve, each with a name of its own; those that readers have built come last.

    Args:
        paths: folders separated like a search path; by default the environment's.
    """
    folders = _given(os.environ.get(MAPS_VARIABLE, "") if paths is None else paths)
    if root := workspace():
        folders += map_folders(root)
    link_name = access.rules().link_name
    return tuple(
        ServedMap(link_name(name), folder, name) for name, folder in named(folders).items()
    )


def listed_maps() -> tuple[ServedMap, ...]:
    """The maps of which whoever asks may know that they are here."""
    return served_maps() if access.current().sees_all else ()


def choose(served: tuple[ServedMap, ...], view: View) -> tuple[ServedMap | None, tuple[str, ...]]:
    """The map that a view asks for, else what became of it or the first, with a notice.

    None where whoever asks would have to name a map, and named none that is here.
    """
    asked = view.map
    by_name = {each.name: each for each in served}
    if asked is not None and asked in by_name:
        return by_name[asked], ()
    if not access.current().sees_all:
        return None, ()
    if asked is None:
        return served[0], ()
    fate = fate_of(root, asked) if (root := workspace()) else None
    if fate and fate.name in by_name:
        return by_name[fate.name], (f"The map “{asked}” is called “{fate.name}” now.",)
    instead = f"this is “{served[0].title}”."
    if fate:
        when = wording.day(fate.when)
        return served[0], (f"The map “{asked}” was deleted on {when}; {instead}",)
    return served[0], (f"There is no map “{asked}” here; {instead}",)


def asked_for(view: View) -> ServedMap | None:
    """The map that a view shows to whoever asks; None for none."""
    served = served_maps()
    return choose(served, view)[0] if served else None


def is_given(folder: Path) -> bool:
    """Whether whoever runs the dashboard asked for a map, wherever it lies."""
    given = {each.absolute() for each in _given(os.environ.get(MAPS_VARIABLE, ""))}
    return folder.absolute() in given


def _given(paths: str) -> list[Path]:
    return [Path(part).expanduser() for part in paths.split(os.pathsep) if part.strip()]


def open_map(folder: Path) -> TopicMap:
    """Open a map, or hand out the one already open.

    The manifest is read on every call, so that a map built again is seen at once; the rest is
    shared by all readers and keyed by the manifest's digest.

    Raises:
        MapError: the map is missing, damaged or too new; the message is for the reader.
    """
    manifest = artefact.read_manifest(folder)
    digest = manifest["digest"]
    is_whole = LOG in manifest["files"]  # a snapshot, which holds its edits for good
    is_edited = digest != manifest["built_digest"] and not is_whole
    opened = _open if is_whole else _open_edited if is_edited else _open_built
    topic_map = opened(str(folder), digest)
    if topic_map.digest != digest:
        # An older snapshot stands in for one that is torn, which may be mended at any time; or
        # another edit came meanwhile.
        opened.clear(str(folder), digest)
    return topic_map


def built_map(folder: Path) -> TopicMap:
    """Open a map as it was built, without the edits that people made in it.

    Raises:
        MapError: the map is missing, damaged or too new; the message is for the reader.
    """
    return _open_built(str(folder), artefact.read_manifest(folder)["built_digest"])


@st.cache_resource(show_spinner="Opening the map …", max_entries=MOST_OPEN)
def _open(folder: str, digest: str) -> TopicMap:  # noqa: ARG001 - the digest is the cache's key
    return artefact.load(folder)


@st.cache_resource(show_spinner="Opening the map …", max_entries=MOST_OPEN)
def _open_built(folder: str, built: str) -> TopicMap:  # noqa: ARG001 - the digest is the cache's key
    return artefact.load(folder, edited=False)


@st.cache_resource(show_spinner=False, max_entries=MOST_OPEN)
def _open_edited(folder: str, digest: str) -> TopicMap:  # noqa: ARG001 - as above
    log = artefact.read_log(folder)
    built = built_map(Path(folder))
    return artefact.with_edits(built, log) if log else built
