"""Edits as people ask for them, made whole: checked against the map, with all that they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.curation import after
from topics.edits.kinds import (
    Label,
    Merge,
    Move,
    Part,
    Pin,
    Redo,
    Rename,
    Retheme,
    Split,
    Undo,
    Unpin,
    clean,
)
from topics.errors import EditRefused
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from topics.curation import Desk
    from topics.edits.kinds import Step
    from topics.topicmap import TopicMap

__all__ = [
    "FEWEST",
    "MOST_PARTS",
    "Change",
    "Preview",
    "merge",
    "move",
    "pin",
    "preview",
    "redo",
    "rename",
    "retheme",
    "split",
    "undo",
    "unpin",
]

#: Papers of the smallest part of a topic, and parts of one topic.
FEWEST, MOST_PARTS = 3, 8
_SHOWN = 6  # ids that a refusal names


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one topic: name, number of papers and theme, before and after.

    ``before`` is None for a topic that is new, ``after`` for one that is gone.
    """

    topic: str
    before: tuple[str, int, str | None] | None
    after: tuple[str, int, str | None] | None


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What a step would change.

    Attributes:
        says: the step in words.
        changes: topics that would be others, the largest first.
        papers: number of papers that would be in another topic, or in none.
        topics: number of topics before and after.
        unclustered: number of papers in no topic before and after.
        shown: the map as it would be.
    """

    says: str
    changes: tuple[Change, ...]
    papers: int
    topics: tuple[int, int]
    unclustered: tuple[int, int]
    shown: TopicMap


def preview(desk: Desk, step: Step) -> Preview:
    """What a step would change; nothing is changed by it.

    Raises:
        EditRefused: it cannot be done.
    """
    import numpy as np

    shown, log = after(desk, step)
    was, now = (each.papers["topic"].to_numpy(dtype=object) for each in (desk.shown, shown))
    differs = np.array([_plain(a) != _plain(b) for a, b in zip(was, now, strict=True)], dtype=bool)
    before, later = _topics(desk.shown), _topics(shown)
    changes = [
        Change(topic, before.get(topic), later.get(topic))
        for topic in {**before, **later}
        if before.get(topic) != later.get(topic)
    ]
    return Preview(
        says=log.entries[-1].says,
        changes=tuple(sorted(changes, key=lambda each: -_papers(each))),
        papers=int(differs.sum()),
        topics=(len(desk.shown.topics), len(shown.topics)),
        unclustered=(desk.shown.unclustered, shown.unclustered),
        shown=shown,
    )


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _papers(change: Change) -> int:
    """Papers of a topic, before or after, whichever are more."""
    return max(told[1] for told in (change.before, change.after) if told is not None)


def _topics(topic_map: TopicMap) -> dict[str, tuple[str, int, str | None]]:
    return {
        str(row["id"]): (str(row["name"]), int(row["size"]), _plain(row["theme"]))
        for row in topic_map.topics[["id", "name", "size", "theme"]].to_dict("records")
    }


def rename(desk: Desk, topic: str, name: str) -> Rename:
    """Give a topic another name.

    Raises:
        EditRefused: there is no such topic, or the name is empty, too long or taken.
    """
    _known(desk, topic)
    found = _free_name(desk, name, but=[topic])
    if found == desk.shown.topic_names[topic]:
        raise EditRefused(f"The topic is called “{found}” already.")
    return Rename(topic, found)


def merge(desk: Desk, into: str, topics: Sequence[str], *, name: str = "") -> Merge:
    """Put topics into another one; its words are found anew.

    Args:
        desk: the map.
        into: the topic that stays.
        topics: those that become part of it.
        name: of the topic then; as it was if empty.

    Raises:
        EditRefused: there is no such topic, there is but one, or the name cannot be used.
    """
    from topics.relabelling import label_parts

    others = tuple(dict.fromkeys(topic for topic in topics if topic != into))
    for topic in (into, *others):
        _known(desk, topic)
    if not others:
        raise EditRefused("There is one topic only; expected two or more to merge.")
    kept = desk.shown.topic_names[into]
    called = _free_name(desk, name, but=[into, *others]) if name.strip() else kept
    label = label_parts(desk.shown, [_rows(desk, into, *others)])[0]
    return Merge(into, others, Label(called, label.keywords))


def split(desk: Desk, topic: str, *, parts: int = 2) -> Split:
    """Make several topics of one, by how alike its papers are.

    The largest part keeps its id, unless another one is called as the topic was.

    Raises:
        EditRefused: there is no such topic, or its papers do not part so.
    """
    from topics.relabelling import label_parts
    from topics.subtopics import parts_of

    _known(desk, topic)
    if not 2 <= parts <= MOST_PARTS:
        raise EditRefused(f"{parts} parts were asked for; expected 2 to {MOST_PARTS}.")
    rows = _rows(desk, topic)
    shown, name = desk.shown, desk.shown.topic_names[topic]
    if len(rows) < parts * FEWEST:
        raise EditRefused(
            f"“{name}” has {len(rows)} papers; expected at least {parts * FEWEST} for {parts} "
            f"parts of {FEWEST} papers or more."
        )
    numbers = parts_of(shown.vectors[rows], parts)
    members = [rows[numbers == part] for part in range(int(numbers.max()) + 1)]
    if len(members) < parts or min(map(len, members)) < FEWEST:
        raise EditRefused(
            f"The papers of “{name}” do not part into {parts} groups of {FEWEST} or more: they are "
            "too alike. Try another number of parts, or move papers one by one."
        )
    taken = [other for known, other in shown.topic_names.items() if known != topic]
    labels = label_parts(shown, members, taken=[*taken, *shown.groups["name"]])
    ids = shown.papers["id"].to_numpy()
    made = [
        Part(Label(label.name, label.keywords), tuple(str(ids[row]) for row in own))
        for label, own in zip(labels, members, strict=True)
    ]
    return Split(topic, tuple(sorted(made, key=lambda part: part.label.name != name)))


def move(desk: Desk, papers: Sequence[str], to: str | None) -> Move:
    """Put papers into a topic, or into none.

    Raises:
        EditRefused: there is no such topic or paper, or all of them are there already.
    """
    import numpy as np

    if to is not None:
        _known(desk, to)
    wanted = tuple(dict.fromkeys(papers))
    strangers = [paper for paper in wanted if paper not in desk.shown.row_of]
    if strangers:
        listed = ", ".join(strangers[:_SHOWN]) + (" …" if len(strangers) > _SHOWN else "")
        raise EditRefused(f"The map has no paper {listed}. Give ids as `papermap search` does.")
    rows = np.array([desk.shown.row_of[paper] for paper in wanted], dtype=np.int64)
    topic = desk.shown.papers["topic"]
    found = tuple(
        paper for paper, row in zip(wanted, rows, strict=True) if _plain(topic.iat[int(row)]) != to
    )
    if not found:
        place = "unclustered" if to is None else f"in “{desk.shown.topic_names[to]}”"
        raise EditRefused(f"There is nothing to move: the papers are {place} already.")
    return Move(found, to)


def pin(desk: Desk, topic: str) -> Pin:
    """Hold on to a topic: its name and papers stay when topics are found anew.

    Raises:
        EditRefused: there is no such topic, or it is pinned already.
    """
    _known(desk, topic)
    shown = desk.shown
    if topic in _pinned(desk):
        raise EditRefused(f"“{shown.topic_names[topic]}” is pinned already.")
    row = shown.topics[shown.topics["id"] == topic].iloc[0]
    ids = shown.papers["id"].to_numpy()
    return Pin(
        topic,
        Label(str(row["name"]), tuple(row["keywords"])),
        _plain(row["theme"]),
        tuple(str(ids[each]) for each in _rows(desk, topic)),
    )


def unpin(desk: Desk, topic: str) -> Unpin:
    """Let go of a pinned topic.

    Raises:
        EditRefused: there is no such topic, or it is not pinned.
    """
    _known(desk, topic)
    if topic not in _pinned(desk):
        raise EditRefused(f"“{desk.shown.topic_names[topic]}” is not pinned.")
    return Unpin(topic)


def retheme(desk: Desk, topic: str, theme: str) -> Retheme:
    """Put a topic and its papers into another theme, which may be a new one.

    Raises:
        EditRefused: there is no such topic, the map has no themes, or it has this one already.
    """
    _known(desk, topic)
    themes = list(desk.shown.themes["name"])
    if not themes:
        raise EditRefused(
            "This map was built without themes, so a topic cannot be put into one. Build it with "
            "--themes auto or a themes file first."
        )
    wanted = clean(theme, what="theme", longest=60)
    same = [known for known in themes if known.casefold() == wanted.casefold()]
    found = same[0] if same else wanted
    row = desk.shown.topics[desk.shown.topics["id"] == topic].iloc[0]
    if row["theme"] == found:
        raise EditRefused(f"“{row['name']}” is in the theme “{found}” already.")
    return Retheme(topic, OTHER_THEME if found.casefold() == OTHER_THEME else found)


def undo(desk: Desk, edit: str = "") -> Undo:
    """Take an edit back: the last one that holds if none is named.

    Raises:
        EditRefused: there is none.
    """
    found = edit or desk.log.to_undo
    if found is None:
        raise EditRefused("There is nothing to undo: no edit of this map holds.")
    return Undo(found)


def redo(desk: Desk, edit: str = "") -> Redo:
    """Make an edit again: the one that was taken back last if none is named.

    Raises:
        EditRefused: there is none, or another edit was made since.
    """
    found = edit or desk.log.to_redo
    if found is None:
        more = " since the last edit; name the edit to redo" if desk.log.undone else ""
        raise EditRefused(f"There is nothing to redo: nothing was undone{more}.")
    return Redo(found)


def _known(desk: Desk, topic: str) -> None:
    if topic in desk.shown.topic_names:
        return
    names = {name: known for known, name in desk.shown.topic_names.items()}
    hint = f" Did you mean {names[topic]}?" if topic in names else ""
    raise EditRefused(
        f"The map has no topic {topic!r}; expected an id such as "
        f"{next(iter(desk.shown.topic_names), 't1')}.{hint} `papermap edits MAP --topics` lists "
        "them."
    )


def _rows(desk: Desk, *topics: str) -> np.ndarray:
    import numpy as np

    return np.flatnonzero(desk.shown.papers["topic"].isin(topics).to_numpy())


def _pinned(desk: Desk) -> list[str]:
    return list(desk.shown.manifest.get("edits", {}).get("pinned", []))


def _free_name(desk: Desk, name: str, *, but: Sequence[str]) -> str:
    """A name that no other topic has."""
    found = clean(name, what="name of the topic")
    for topic, other in desk.shown.topic_names.items():
        if topic not in but and other.casefold() == found.casefold():
            raise EditRefused(
                f"Another topic is called “{other}” already ({topic}). Choose another name, or "
                "merge the two."
            )
    return found
