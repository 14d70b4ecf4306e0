"""Whether two edits made at the same time contradict each other.

Two that change the same thing do, and so do two of which one changes what the other relies on;
all others hold together, in whichever order they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from topics.edits.kinds import Merge, Move, Pin, Redo, Rename, Retheme, Split, Undo, Unpin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from topics.edits.kinds import Step
    from topics.edits.log import Entry, Log

__all__ = ["contradicted"]

_NAME, _THEME, _TOPIC, _PAPER, _PIN, _EDIT = "name", "theme", "topic", "paper", "pin", "edit"


class _Touched(NamedTuple):
    """What an edit changes, and what it relies on: kinds of things with their ids."""

    changes: frozenset[tuple[str, str]]
    needs: frozenset[tuple[str, str]]


def contradicted(step: Step, log: Log, *, seen: int) -> Entry | None:
    """The first line that contradicts a step, of those that came after its maker looked.

    Args:
        step: what is to be done.
        log: the log as it is now.
        seen: number of lines that its maker knew of.
    """
    own = _touched(step, log)
    for entry in log.entries[seen:]:
        other = _touched(entry.step, log)
        if own.changes & other.changes or own.changes & other.needs or own.needs & other.changes:
            return entry
    return None


def _touched(step: Step, log: Log) -> _Touched:
    match step:
        case Rename(topic):
            return _of(changes=[(_NAME, topic)], needs=[(_TOPIC, topic)])
        case Retheme(topic):
            return _of(changes=[(_THEME, topic)], needs=[(_TOPIC, topic)])
        case Unpin(topic):
            return _of(changes=[(_PIN, topic)], needs=[(_TOPIC, topic)])
        case Pin(topic, papers=papers):
            papers_in = [(_PAPER, paper) for paper in papers]
            return _of(
                changes=[(_PIN, topic)],
                needs=[(_TOPIC, topic), (_NAME, topic), (_THEME, topic), *papers_in],
            )
        case Move(papers, to):
            return _of(
                changes=[(_PAPER, paper) for paper in papers],
                needs=[(_TOPIC, to)] if to is not None else [],
            )
        case Merge(into, topics):
            gone = [(kind, topic) for topic in topics for kind in (_TOPIC, _NAME, _THEME)]
            return _of(changes=[(_NAME, into), *gone], needs=[(_TOPIC, into)])
        case Split(topic, parts):
            papers_in = [(_PAPER, paper) for part in parts for paper in part.papers]
            return _of(changes=[(_TOPIC, topic), (_NAME, topic), *papers_in])
        case Undo(edit) | Redo(edit):
            meant = log.edit(edit)
            inner = _touched(meant, log) if meant is not None else _of()
            return _Touched(inner.changes | {(_EDIT, edit)}, inner.needs)


def _of(
    *, changes: Iterable[tuple[str, str]] = (), needs: Iterable[tuple[str, str]] = ()
) -> _Touched:
    return _Touched(frozenset(changes), frozenset(needs))
