"""The kinds of edits: frozen values that name topics and papers by their ids."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from topics.errors import EditRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "LONGEST_NAME",
    "Edit",
    "Label",
    "Merge",
    "Move",
    "Part",
    "Pin",
    "Redo",
    "Rename",
    "Retheme",
    "Split",
    "Step",
    "Undo",
    "Unpin",
    "as_dict",
    "clean",
    "from_dict",
    "part_id",
]

#: Characters of a name that a person gives.
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Label:
    """What a topic is called and by which words it is known."""

    name: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the topics that another is split into, and its papers."""

    label: Label
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a topic another name."""

    topic: str
    name: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Put all papers of some topics into another one, which is described anew."""

    into: str
    topics: tuple[str, ...]
    label: Label


@dataclass(frozen=True, slots=True)
class Split:
    """Make several topics of one; the first of them keeps its id."""

    topic: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Put papers into a topic, or into none (``to`` is None)."""

    papers: tuple[str, ...]
    to: str | None


@dataclass(frozen=True, slots=True)
class Pin:
    """Hold on to a topic: its name and papers are the same when topics are found anew."""

    topic: str
    label: Label
    theme: str | None
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unpin:
    """Let go of a pinned topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Retheme:
    """Put a topic and its papers into another theme."""

    topic: str
    theme: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Take an edit back."""

    edit: str


@dataclass(frozen=True, slots=True)
class Redo:
    """Make an edit again that was taken back."""

    edit: str


Edit: TypeAlias = Rename | Merge | Split | Move | Pin | Unpin | Retheme
#: A line of the log: an edit, or what becomes of one.
Step: TypeAlias = Edit | Undo | Redo

_KINDS: Mapping[str, type[Any]] = {
    "rename": Rename,
    "merge": Merge,
    "split": Split,
    "move": Move,
    "pin": Pin,
    "unpin": Unpin,
    "theme": Retheme,
    "undo": Undo,
    "redo": Redo,
}


def as_dict(step: Step) -> dict[str, Any]:
    """A step as JSON has it, with its kind as ``do``."""
    kind = next(name for name, known in _KINDS.items() if type(step) is known)
    return {"do": kind, **{each.name: _told(getattr(step, each.name)) for each in fields(step)}}


def _told(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_told(each) for each in value]
    if isinstance(value, Label | Part):
        return {each.name: _told(getattr(value, each.name)) for each in fields(value)}
    return value


def from_dict(told: Any) -> Step:
    """The step that a line of a log tells of.

    Raises:
        ValueError: it tells of none that is known here.
    """
    if not isinstance(told, dict) or told.get("do") not in _KINDS:
        raise ValueError(f"an unknown kind of edit ({_kind(told)})")
    kind = _KINDS[told["do"]]
    names = {each.name for each in fields(kind)}
    if names != told.keys() - {"do"}:
        raise ValueError(f"not what an edit of the kind {told['do']} says")
    read = {name: _READ[name](told[name]) for name in sorted(names)}
    return kind(**read)  # type: ignore[no-any-return]


def _kind(told: Any) -> str:
    return repr(told.get("do") if isinstance(told, dict) else told)[:40]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text is missing")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(_text, value))
    raise ValueError("a list is missing")


def _label(value: Any) -> Label:
    if not isinstance(value, dict) or value.keys() != {"name", "keywords"}:
        raise ValueError("a name with keywords is missing")
    return Label(_text(value["name"]), _texts(value["keywords"]))


def _parts(value: Any) -> tuple[Part, ...]:
    if not isinstance(value, list) or not all(
        isinstance(part, dict) and part.keys() == {"label", "papers"} for part in value
    ):
        raise ValueError("the parts are missing")
    return tuple(Part(_label(part["label"]), _texts(part["papers"])) for part in value)


_READ: Mapping[str, Any] = {
    "topic": _text,
    "name": _text,
    "into": _text,
    "topics": _texts,
    "label": _label,
    "parts": _parts,
    "papers": _texts,
    "to": _text_or_none,
    "theme": _text_or_none,
    "edit": _text,
}


def part_id(edit: str, at: int) -> str:
    """Id of a topic that an edit made: the same wherever the edit is applied.

    Args:
        edit: id of the edit.
        at: number of the part; the first one, 0, has the id of the topic that was split.
    """
    return f"s{edit.removeprefix('e')}-{at}"


def clean(text: str, *, what: str, longest: int = LONGEST_NAME, empty: bool = False) -> str:
    """A text that a person gave, with spaces put right.

    Raises:
        EditRefused: it is empty (unless it may be) or too long.
    """
    shown = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in unicodedata.normalize("NFC", text)
        if unicodedata.category(sign) not in ("Cs", "Co", "Cn")
    )
    found = " ".join(shown.split())
    if not found and not empty:
        raise EditRefused(f"The {what} is empty. Give one of up to {longest} characters.")
    if len(found) > longest:
        raise EditRefused(
            f"The {what} has {len(found)} characters; expected at most {longest}. Shorten it."
        )
    return found
