"""Edits in words: one sentence each, with the names of the time when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics.edits.kinds import Merge, Move, Pin, Redo, Rename, Retheme, Split, Undo, Unpin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.edits.kinds import Step
    from topics.edits.log import Log
    from topics.topicmap import TopicMap

__all__ = ["says"]


def says(step: Step, shown: TopicMap, log: Log) -> str:
    """What a step does.

    Args:
        step: the step.
        shown: the map before it.
        log: the edits before it.
    """
    names = shown.topic_names

    def named(topic: str) -> str:
        return f"“{names.get(topic, topic)}”"

    match step:
        case Rename(topic, name):
            return f"Renamed {named(topic)} to “{name}”."
        case Merge(into, topics, label):
            told = f"Merged {_listed([named(topic) for topic in topics])} into {named(into)}"
            return f"{told}." if label.name == names.get(into) else f"{told}, now “{label.name}”."
        case Split(topic, parts):
            made = _listed([f"“{part.label.name}” ({len(part.papers)})" for part in parts])
            return f"Split {named(topic)} into {made}."
        case Move(papers, to):
            what = "1 paper" if len(papers) == 1 else f"{len(papers)} papers"
            return f"Moved {what} to {'unclustered' if to is None else named(to)}."
        case Pin(topic, papers=papers):
            return f"Pinned {named(topic)} with {len(papers)} papers."
        case Unpin(topic):
            return f"Let go of {named(topic)}."
        case Retheme(topic, theme):
            return f"Put {named(topic)} into the theme “{theme}”."
        case Undo(edit) | Redo(edit):
            meant = log.of.get(edit)
            verb = "Undid" if isinstance(step, Undo) else "Redid"
            return f"{verb} {edit}: {meant.says if meant else 'an edit.'}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
