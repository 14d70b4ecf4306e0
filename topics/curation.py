"""Editing a map: what an edit would change, and adding it to the map's log.

A desk is the map as one editor sees it. Edits are drafted on a desk, looked at with `preview`, and
recorded: under a lock, on top of whatever others have recorded since, and refused where they
contradict it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics import artefact
from topics.edits.conflicts import contradicted
from topics.edits.kinds import Merge, Move, Pin, Redo, Rename, Retheme, Split, Undo, Unpin, clean
from topics.edits.log import LOG, Entry, Known, append_line, line_of, parse_log
from topics.edits.replay import apply
from topics.edits.wording import says
from topics.errors import EditRefused, MapBusy
from topics.folders import locked
from topics.snapshots import POINTER, named_digest

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from topics.edits.kinds import Step
    from topics.edits.log import Log
    from topics.topicmap import TopicMap

__all__ = ["Desk", "after", "open_desk", "record", "refuse_published"]

#: Papers by which a topic is known again on another build.
_KNOWN_BY = 24
_LONGEST_WHO, _LONGEST_WHY = 80, 500


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """A map with its edits, as an editor sees it.

    Attributes:
        folder: of the map.
        base: the map as it was built.
        log: its edits.
        shown: the map with them.
    """

    folder: Path
    base: TopicMap
    log: Log
    shown: TopicMap

    @property
    def built(self) -> str:
        """Digest of the map as it was built."""
        return str(self.base.manifest["built_digest"])


def open_desk(
    path: str | os.PathLike[str], *, base: TopicMap | None = None, shown: TopicMap | None = None
) -> Desk:
    """Open a map for editing.

    Args:
        path: folder of the map.
        base: the map as it was built, where it is at hand; read anew if it is another now.
        shown: the map with its edits, where it is at hand; made anew if it is another now.

    Raises:
        MapError: it cannot be opened.
        EditRefused: it is published, so that nothing in it changes.
    """
    folder = refuse_published(path)
    manifest = artefact.read_manifest(folder)
    if base is None or base.manifest.get("built_digest") != manifest["built_digest"]:
        base = artefact.load(folder, edited=False)
    raw = artefact.read_log(folder)
    if shown is None or shown.digest != artefact.read_manifest(folder)["digest"]:
        shown = artefact.with_edits(base, raw) if raw else base
    return Desk(folder, base, parse_log(raw), shown)


def refuse_published(path: str | os.PathLike[str]) -> Path:
    """The folder of a map that can be edited.

    Raises:
        EditRefused: it is published, so that nothing in it changes.
    """
    folder = Path(path).resolve()
    if named_digest(folder) or (folder / POINTER).is_file():
        raise EditRefused(
            f"{folder} is published and never changes. Edit the map that it was published from, "
            "then publish that one again with `papermap publish`."
        )
    return folder


def after(desk: Desk, step: Step) -> tuple[TopicMap, Log]:
    """The map as it would be with one step more.

    Raises:
        EditRefused: the step does not fit the map, or another edit would not fit it any more.
    """
    if desk.log.altered:
        raise EditRefused(
            f"The log of edits of {desk.folder} was altered, so nothing can be added to it. "
            f"{desk.log.notes[0]}"
        )
    _check_undo(desk.log, step)
    entry = _entry(desk, step, who="", why="", now=None)
    log = replace(desk.log, entries=(*desk.log.entries, entry))
    shown = apply(desk.base, log)
    before = {each["id"] for each in desk.shown.manifest.get("edits", {}).get("unfit", [])}
    for each in shown.manifest["edits"]["unfit"]:
        if each["id"] == entry.id:
            raise EditRefused(f"This cannot be done: {each['why']}. Look at the map as it is now.")
        if each["id"] not in before and each["id"] != _meant(step):
            raise EditRefused(
                f"This cannot be done, as a later edit depends on it ({each['says']}). "
                f"Undo that one first: {each['id']}."
            )
    if isinstance(step, Redo) and any(
        each["id"] == step.edit for each in shown.manifest["edits"]["unfit"]
    ):
        raise EditRefused("The edit does not fit the map any more, so it cannot be made again.")
    return shown, log


def _meant(step: Step) -> str:
    return step.edit if isinstance(step, Undo | Redo) else ""


def _check_undo(log: Log, step: Step) -> None:
    if not isinstance(step, Undo | Redo):
        return
    if log.edit(step.edit) is None:
        raise EditRefused(f"There is no edit {step.edit}. `papermap edits MAP` lists them.")
    undone = step.edit in log.undone
    if isinstance(step, Undo) and undone:
        raise EditRefused(f"The edit {step.edit} is undone already.")
    if isinstance(step, Redo) and not undone:
        raise EditRefused(f"The edit {step.edit} is not undone, so there is nothing to redo.")


def record(
    desk: Desk, step: Step, *, who: str = "", why: str = "", now: dt.datetime | None = None
) -> Desk:
    """Add a step to the map's log.

    Args:
        desk: the map as its maker saw it. What others recorded since stays.
        step: what to do.
        who: its maker.
        why: a note.
        now: the time to note.

    Returns:
        The map as it is then.

    Raises:
        EditRefused: it contradicts what others recorded since, does not fit, or the folder cannot
            be written.
    """
    who = clean(who, what="name of whoever edits", longest=_LONGEST_WHO, empty=True)
    why = clean(why, what="note", longest=_LONGEST_WHY, empty=True)
    folder = refuse_published(desk.folder)
    try:
        with locked(folder):
            fresh = open_desk(folder, base=desk.base, shown=desk.shown)
            _check_others(desk, fresh, step)
            shown, _ = after(fresh, step)
            entry = _entry(fresh, step, who=who, why=why, now=now)
            line = line_of(entry, fresh.log.head)
            append_line(folder / LOG, line, whole=fresh.log.whole)
            raw = artefact.read_log(folder)
            digest = artefact.read_manifest(folder)["digest"]
    except MapBusy:
        raise
    except OSError as error:
        raise EditRefused(
            f"The edit could not be kept in {folder} ({error.strerror or error}). Check that you "
            "may write to the folder and that there is space on the disk; the map is unchanged."
        ) from error
    shown = replace(shown, manifest={**shown.manifest, "digest": digest})
    return Desk(folder, fresh.base, parse_log(raw), shown)


def _check_others(desk: Desk, fresh: Desk, step: Step) -> None:
    """Refuse what contradicts lines that its maker had not seen."""
    seen = len(desk.log.entries)
    if fresh.log.entries[:seen] != desk.log.entries:
        raise EditRefused("The edits of this map were replaced meanwhile. Look at it again.")
    other = contradicted(step, fresh.log, seen=seen)
    if other is not None:
        by = other.who or "somebody else"
        raise EditRefused(
            f"Meanwhile {by} changed the same: {other.says} Look at the map as it is now, then "
            "decide again."
        )


def _entry(desk: Desk, step: Step, *, who: str, why: str, now: dt.datetime | None) -> Entry:
    when = now or dt.datetime.now(dt.UTC)
    return Entry(
        id=f"e{len(desk.log.entries) + 1}",
        when=when.astimezone(dt.UTC).isoformat(timespec="seconds"),
        who=who,
        why=why,
        says=says(step, desk.shown, desk.log),
        step=step,
        about=_about(desk, step),
        base=desk.built,
    )


def _about(desk: Desk, step: Step) -> Mapping[str, Known]:
    """The topics that a step names, with papers by which they are known again."""
    from topics.labels import central

    named: tuple[str | None, ...]
    match step:
        case Rename(own) | Split(own) | Pin(own) | Unpin(own) | Retheme(own):
            named = (own,)
        case Merge(into, others):
            named = (into, *others)
        case Move(_, to):
            named = (to,)
        case _:
            named = ()
    shown = desk.shown
    found: dict[str, Known] = {}
    topics_of = shown.papers["topic"].to_numpy(dtype=object)
    ids: Any = shown.papers["id"].to_numpy()
    for topic in named:
        if topic is None or topic not in shown.topic_names:
            continue
        rows = (topics_of == topic).nonzero()[0]
        if len(rows):
            nearest = central(rows, shown.vectors, most=_KNOWN_BY)
            papers = tuple(str(ids[row]) for row in nearest)
            found[topic] = Known(shown.topic_names[topic], len(rows), papers)
    return found
