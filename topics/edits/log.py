"""The log of a map's edits: a file to which lines are added, and of which none is ever altered.

Each line is one JSON object: ``id``, ``when`` (UTC), ``who``, ``why``, ``says`` (what it does, in
words), ``what`` (the step, see `topics.edits.kinds`), ``about`` (the topics that it names, with
papers by which they are known again), ``map`` (digest of the map as built that it was made on) and
``previous`` (SHA-256 of the line before it, so that an altered line is seen).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from topics.edits.kinds import Redo, Undo, as_dict, from_dict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from topics.edits.kinds import Edit, Step

__all__ = ["LOG", "Entry", "Known", "Log", "append_line", "line_of", "parse_log"]

#: Name of the file in a map folder.
LOG = "edits.jsonl"

_START = hashlib.sha256(b"").hexdigest()
_FIELDS = frozenset({"id", "when", "who", "why", "says", "what", "about", "map", "previous"})


@dataclass(frozen=True, slots=True)
class Known:
    """What a topic was like when it was edited: by its papers it is found again."""

    name: str
    size: int
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Attributes:
        id: ``e1`` for the first line, and so on.
        when: the moment, ISO 8601 in UTC.
        who: made it; may be empty.
        why: a note; may be empty.
        says: what it does, in words, with the names of its time.
        step: what it does.
        about: the topics that it names, by id.
        base: digest of the map as built that it was made on.
        digest: of its line.
    """

    id: str
    when: str
    who: str
    why: str
    says: str
    step: Step
    about: Mapping[str, Known]
    base: str
    digest: str = ""


@dataclass(frozen=True, eq=False)
class Log:
    """The edits of a map.

    Attributes:
        entries: every line that holds, in order.
        notes: what is wrong with others, in plain words.
        whole: number of bytes up to the end of the last line that was written to its end.
        torn: whether a line follows that was not.
        altered: whether lines do not follow from one another, so that none can be added.
    """

    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    whole: int = 0
    torn: bool = False
    altered: bool = False

    @property
    def head(self) -> str:
        """Digest of the last line."""
        return self.entries[-1].digest if self.entries else _START

    @cached_property
    def of(self) -> Mapping[str, Entry]:
        """The entries by id."""
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def undone(self) -> tuple[str, ...]:
        """Ids of the edits that are taken back, in the order in which they were."""
        found: list[str] = []
        for entry in self.entries:
            if isinstance(entry.step, Undo):
                found.append(entry.step.edit)
            elif isinstance(entry.step, Redo) and entry.step.edit in found:
                found.remove(entry.step.edit)
        return tuple(dict.fromkeys(found))

    @property
    def edits(self) -> tuple[Entry, ...]:
        """The entries that are edits, taken back or not."""
        return tuple(each for each in self.entries if not isinstance(each.step, Undo | Redo))

    @property
    def active(self) -> tuple[Entry, ...]:
        """The edits that hold."""
        return tuple(entry for entry in self.edits if entry.id not in self.undone)

    @property
    def to_undo(self) -> str | None:
        """The edit that is taken back next: the last one that holds."""
        return self.active[-1].id if self.active else None

    @property
    def to_redo(self) -> str | None:
        """The edit that is made again next; None where another one was made since."""
        if not self.entries or not isinstance(self.entries[-1].step, Undo | Redo):
            return None
        return self.undone[-1] if self.undone else None

    def edit(self, edit: str) -> Edit | None:
        """What an edit does; None where there is none of that id."""
        entry = self.of.get(edit)
        return None if entry is None or isinstance(entry.step, Undo | Redo) else entry.step


def parse_log(raw: bytes) -> Log:
    """Read a log; what is wrong with it is told, and the lines before that hold."""
    end = raw.rfind(b"\n") + 1
    torn = end < len(raw)
    notes = ["The last edit was cut off while it was written; it does not count."] if torn else []
    entries: list[Entry] = []
    previous = _START
    altered = False
    lines = raw[:end].splitlines()
    for number, line in enumerate(lines, 1):
        try:
            entry = _entry(line, previous, number)
        except ValueError as error:
            left = len(lines) - number
            after = f", and neither do the {left} after it" if left else ""
            notes.append(
                f"Line {number} of {LOG} is not what was written ({error}); it does not "
                f"count{after}. Restore the file from a copy."
            )
            altered = True
            break
        entries.append(entry)
        previous = entry.digest
    return Log(tuple(entries), tuple(notes), end, torn, altered)


def _entry(line: bytes, previous: str, number: int) -> Entry:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no JSON") from error
    if not isinstance(told, dict) or not told.keys() >= _FIELDS:
        raise ValueError("it lacks what every line says")
    if told["previous"] != previous:
        raise ValueError("it does not follow from the line before it")
    if told["id"] != f"e{number}":
        raise ValueError("its number is another")
    texts = {name: told[name] for name in ("id", "when", "who", "why", "says")}
    if not all(isinstance(value, str) for value in (*texts.values(), told["map"])):
        raise ValueError("a text is missing")
    return Entry(
        **texts,
        step=from_dict(told["what"]),
        about=_about(told["about"]),
        base=told["map"],
        digest=hashlib.sha256(line).hexdigest(),
    )


def _about(told: Any) -> dict[str, Known]:
    try:
        return {
            str(topic): Known(str(known["name"]), int(known["size"]), tuple(known["papers"]))
            for topic, known in told.items()
        }
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError("it does not say which topics it is about") from error


def line_of(entry: Entry, previous: str) -> bytes:
    """An entry as a line, its end included.

    Args:
        entry: what to write.
        previous: digest of the line before it.
    """
    told = {
        "id": entry.id,
        "when": entry.when,
        "who": entry.who,
        "why": entry.why,
        "says": entry.says,
        "what": as_dict(entry.step),
        "about": {
            topic: {"name": known.name, "size": known.size, "papers": list(known.papers)}
            for topic, known in entry.about.items()
        },
        "map": entry.base,
        "previous": previous,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def append_line(file: Path, line: bytes, *, whole: int) -> None:
    """Add a line to a log, and have it written to the disk itself.

    Args:
        file: of the log; made where there is none.
        line: what to add.
        whole: where the last whole line ends. What follows it was never a line: a writer was
            stopped before it came to the end, and told nobody that it was done.

    Raises:
        OSError: the disk does not take it; the log is as it was.
    """
    is_new = not file.exists()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.ftruncate(descriptor, whole)
        os.lseek(descriptor, whole, os.SEEK_SET)
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, whole)
            raise
    finally:
        os.close(descriptor)
    if is_new:
        _sync_folder(file)


def _sync_folder(file: Path) -> None:
    from topics.folders import sync

    sync(file.parent)
