"""What the commands that edit a map do; they give back what there is to say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.errors import BuildError, SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from topics.curation import Desk
    from topics.drafts import Change, Preview
    from topics.edits.kinds import Step
    from topics.edits.log import Entry, Log
    from topics.topicmap import TopicMap

__all__ = ["account", "edits_listed", "log_for_build", "make_edit", "manifest_with_edits"]

_UNCLUSTERED = "unclustered"


def make_edit(arguments: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Make an edit, or say what it would change.

    Returns:
        What there is to say, in words and as JSON.

    Raises:
        PapermapError: it cannot be made.
    """
    from topics import drafts
    from topics.curation import open_desk, record

    desk = open_desk(arguments.map)
    step = _step(desk, arguments)
    found = drafts.preview(desk, step)
    told: dict[str, Any] = {"says": found.says, "changes": [_json(each) for each in found.changes]}
    told |= {"papers": found.papers, "topics": found.topics, "unclustered": found.unclustered}
    text = _told(found)
    if arguments.dry_run:
        return f"Would do: {text}\nNothing was changed.", told
    who = _user() if arguments.who is None else arguments.who
    desk = record(desk, step, who=who, why=arguments.why)
    entry = desk.log.entries[-1]
    back = "redo" if arguments.edit == "undo" else "undo"
    return f"{entry.id}  {text}\nTake it back with: papermap edit {arguments.map} {back}", {
        "id": entry.id,
        **told,
    }


def _step(desk: Desk, arguments: argparse.Namespace) -> Step:
    from topics import drafts

    match arguments.edit:
        case "rename":
            return drafts.rename(desk, arguments.topic, arguments.name)
        case "merge":
            return drafts.merge(desk, arguments.into, arguments.topics, name=arguments.name)
        case "split":
            return drafts.split(desk, arguments.topic, parts=arguments.parts)
        case "move":
            to = None if arguments.to == _UNCLUSTERED else arguments.to
            return drafts.move(desk, arguments.papers, to)
        case "pin":
            return drafts.pin(desk, arguments.topic)
        case "unpin":
            return drafts.unpin(desk, arguments.topic)
        case "theme":
            return drafts.retheme(desk, arguments.topic, arguments.theme)
        case "undo":
            return drafts.undo(desk, arguments.step)
        case _:
            return drafts.redo(desk, arguments.step)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return ""


def _told(found: Preview) -> str:
    lines = [found.says]
    lines += [f"  {_changed(each)}" for each in found.changes]
    if found.papers:
        lines.append(f"  papers in another topic, or in none: {found.papers}")
    if found.unclustered[0] != found.unclustered[1]:
        lines.append(f"  unclustered: {found.unclustered[0]} → {found.unclustered[1]}")
    return "\n".join(lines)


def _changed(change: Change) -> str:
    def shown(told: tuple[str, int, str | None]) -> str:
        return f"{told[0]} ({told[1]} papers{f', {told[2]}' if told[2] else ''})"

    before, after = change.before, change.after
    if before and after:
        return f"{change.topic}  {shown(before)} → {shown(after)}"
    told = f"new: {shown(after)}" if after else f"gone: {shown(before)}" if before else ""
    return f"{change.topic}  {told}"


def _json(change: Change) -> dict[str, Any]:
    keys = ("name", "papers", "theme")
    return {
        "topic": change.topic,
        **{
            when: dict(zip(keys, told, strict=True)) if told else None
            for when, told in (("before", change.before), ("after", change.after))
        },
    }


def edits_listed(arguments: argparse.Namespace, folder: Path) -> tuple[str, Any]:
    """The edits of a map, in words and as JSON; written to a file where one is named.

    Raises:
        MapError: the map cannot be opened.
        BuildError: the file cannot be written.
    """
    from topics import artefact
    from topics.edits.log import parse_log

    topic_map = artefact.load(folder, verify=False)
    raw = artefact.read_log(topic_map.path or folder)
    log = parse_log(raw)
    if arguments.out:
        _write(Path(arguments.out), raw[: log.whole])
    if arguments.topics:
        return _topics(topic_map), None
    edits = topic_map.manifest.get("edits", {})
    unfit = {each["id"]: each["why"] for each in edits.get("unfit", [])}
    told = [_entry(entry, log, unfit) for entry in log.entries]
    lines = [_line(each) for each in told] or [f"The map at {folder} has no edits."]
    lines += [f"note: {note}" for note in log.notes]
    if arguments.out:
        lines.append(f"{len(log.entries)} lines written to {arguments.out}")
    return "\n".join(lines), {"edits": told, "notes": list(log.notes)}


def _write(file: Path, data: bytes) -> None:
    from topics.folders import write_whole

    try:
        write_whole(file, data)
    except OSError as error:
        raise BuildError(
            f"{file} cannot be written ({error.strerror or error}). Choose another file with --out."
        ) from error


def _entry(entry: Entry, log: Log, unfit: dict[str, str]) -> dict[str, Any]:
    state = "undone" if entry.id in log.undone else "does not fit" if entry.id in unfit else ""
    told = {"id": entry.id, "when": entry.when, "who": entry.who, "why": entry.why}
    return {**told, "says": entry.says, "state": state, "problem": unfit.get(entry.id, "")}


def _line(told: dict[str, Any]) -> str:
    why = f"  Why: {told['why']}" if told["why"] else ""
    state = f"  [{told['state']}{': ' + told['problem'] if told['problem'] else ''}]"
    who = told["who"] or "unknown"
    return (
        f"{told['id']:>4}  {told['when']}  {who}  {told['says']}{why}{state * bool(told['state'])}"
    )


def _topics(topic_map: TopicMap) -> str:
    pinned = set(topic_map.manifest.get("edits", {}).get("pinned", []))
    rows = topic_map.topics[["id", "size", "name"]].to_dict("records")
    return "\n".join(
        f"{row['id']:>6}  {row['size']:>6}  {row['name']}{'  (pinned)' * (row['id'] in pinned)}"
        for row in rows
    )


def manifest_with_edits(folder: Path) -> Mapping[str, Any]:
    """The manifest of a map as it is shown: of one with edits it tells of them, too."""
    from topics import artefact

    manifest = artefact.read_manifest(folder)
    if manifest["digest"] == manifest["built_digest"]:
        return manifest
    return artefact.load(folder, verify=False).manifest


def account(manifest: Mapping[str, Any]) -> str:
    """What became of a map's edits, in one line; empty where there is none."""
    told = manifest.get("edits")
    if not told:
        return ""
    parts = [f"{told['active']} applied", f"{told['undone']} undone"]
    if told["unfit"]:
        parts.append(f"{len(told['unfit'])} that fit this map no more")
    return ", ".join(parts)


def log_for_build(edits: str | None, *, drop: bool, out: str) -> bytes | None:
    """The log of edits that a new map gets; None where it keeps that of the map it replaces.

    Args:
        edits: file or map folder whose edits are made again.
        drop: whether the edits of the map that is replaced are dropped.
        out: folder of the new map.

    Raises:
        SettingsError: the file is no log of edits.
        BuildError: the map there has edits that are not in the file, and would be lost.
    """
    from topics import artefact
    from topics.edits.log import LOG, parse_log
    from topics.errors import MapError

    if drop:
        return b""
    if edits is None:
        return None
    file = Path(edits) / LOG if Path(edits).is_dir() else Path(edits)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The edits in {file} cannot be read ({error.strerror or error}). `papermap edits MAP "
            "--out FILE` writes the edits of a map."
        ) from error
    log = parse_log(raw)
    if log.altered:
        raise SettingsError(f"The edits in {file} cannot be made again: {log.notes[-1]}")
    try:
        there = artefact.read_log(out)
    except MapError:
        there = b""
    known = parse_log(there)
    if known.entries and known.entries != log.entries[: len(known.entries)]:
        raise BuildError(
            f"The map at {out} has edits that are not in {file}, and they would be lost. Save them "
            f"with `papermap edits {out} --out FILE`, then build with --no-edits or elsewhere."
        )
    return raw[: log.whole]
