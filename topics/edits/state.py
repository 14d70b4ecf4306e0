"""What each kind of edit does to a map: papers, topics and themes, as values that can change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from topics.edits.kinds import Merge, Move, Pin, Rename, Retheme, Split, Unpin, part_id
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from topics.edits.kinds import Label, Part
    from topics.edits.log import Entry, Known
    from topics.topicmap import TopicMap

__all__ = ["State", "Unfit"]

#: Share of the papers by which a topic is known that must be in the one that it is taken for.
_MOST = 0.5


class Unfit(Exception):
    """An edit that cannot be applied; the message says why."""


@dataclass(slots=True, eq=False)
class _Topic:
    """A topic while edits are applied; the row it had when the map was built, if it had one."""

    name: str
    keywords: tuple[str, ...]
    theme: str | None
    parent: str | None
    row: int | None
    given_name: bool = False
    given_theme: bool = False


@dataclass(slots=True, eq=False)
class State:
    """A map while edits are applied to it, one after the other.

    Attributes:
        topic: id of each paper's topic, None for none.
        nearest: id of the topic nearest to each paper.
        topics: all topics, in the order of the map and then as they were made.
        renewed: topics that have other papers now.
        moved: rows of papers that a person put where they are.
        themed: the theme that a person gave to papers, by row.
        pinned: topics that are held on to, by the edit that said so.
        merged: topics that are part of another one now, by id.
    """

    base: TopicMap
    built: str
    row_of: Mapping[str, int]
    topic: np.ndarray
    nearest: np.ndarray
    topics: dict[str, _Topic]
    found_themes: bool
    renewed: set[str] = field(default_factory=set)
    moved: dict[int, None] = field(default_factory=dict)
    themed: dict[int, str] = field(default_factory=dict)
    pinned: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, topic_map: TopicMap) -> State:
        """The state of a map as it was built."""
        papers, rows = topic_map.papers, topic_map.topics.to_dict("records")
        settings = topic_map.manifest.get("settings") or {}
        return cls(
            base=topic_map,
            built=str(topic_map.manifest.get("built_digest", topic_map.digest)),
            row_of=topic_map.row_of,
            topic=_texts(papers["topic"]),
            nearest=_texts(papers["nearest_topic"]),
            topics={
                str(row["id"]): _Topic(
                    str(row["name"]),
                    tuple(row["keywords"]),
                    _text(row["theme"]),
                    _text(row["parent"]),
                    at,
                )
                for at, row in enumerate(rows)
            },
            found_themes=settings.get("themes") == "auto",
        )

    def apply(self, entry: Entry) -> None:
        """Apply an edit.

        Raises:
            Unfit: it does not fit; the state is as it was.
        """
        _APPLY[type(entry.step)](self, entry.step, entry)

    def rows(self, topic: str | None) -> np.ndarray:
        """Rows of the papers of a topic."""
        import numpy as np

        return np.flatnonzero(self.topic == topic)

    def find(self, topic: str, entry: Entry) -> str:
        """The topic that an edit means: by its id, or by its papers on another build.

        Raises:
            Unfit: it is not there any more.
        """
        known = entry.about.get(topic)
        if topic in self.topics and (entry.base == self.built or known is None):
            return topic
        if topic in self.topics and topic not in set(self.base.topics["id"]):
            return topic  # an edit made it, and no build gives such an id
        found = self._holder(known) if known and entry.base != self.built else None
        if found is None:
            name = f"“{known.name}”" if known else topic
            into = self.merged.get(topic)
            more = f"it is part of “{self.topics[into].name}” now" if into in self.topics else ""
            raise Unfit(f"the topic {name} is not there any more{more and f': {more}'}")
        return found

    def _holder(self, known: Known) -> str | None:
        """The topic that most of some papers are in."""
        from collections import Counter

        there = [self.row_of[paper] for paper in known.papers if paper in self.row_of]
        counts = Counter(self.topic[row] for row in there if self.topic[row] is not None)
        if not counts:
            return None
        best = min(counts, key=lambda topic: (-counts[topic], topic))
        return str(best) if counts[best] > _MOST * len(there) else None

    def put(self, rows: np.ndarray, to: str | None) -> None:
        """Put papers into a topic."""
        for topic in {*self.topic[rows], to} - {None}:
            self.renewed.add(str(topic))
        self.topic[rows] = to
        if to is not None:
            self.nearest[rows] = to
        if self.found_themes:  # there a paper has the theme of its topic
            theme = OTHER_THEME if to is None else self.topics[to].theme
            if theme is not None:
                self.themed.update(dict.fromkeys(rows.tolist(), theme))
        self._drop_empty()

    def _drop_empty(self) -> None:
        """Forget topics without papers."""
        left = set(self.topic)
        for topic in [each for each in self.renewed if each not in left]:
            self.topics.pop(topic, None)
            self.pinned.pop(topic, None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _texts(values: Any) -> np.ndarray:
    import numpy as np

    found = np.empty(len(values), dtype=object)
    found[:] = [_text(value) for value in values]
    return found


def _rename(state: State, step: Rename, entry: Entry) -> None:
    topic = state.topics[state.find(step.topic, entry)]
    topic.name, topic.given_name = step.name, True


def _retheme(state: State, step: Retheme, entry: Entry) -> None:
    found = state.find(step.topic, entry)
    if not len(state.base.themes):
        raise Unfit("this map has no themes")
    topic = state.topics[found]
    topic.theme, topic.given_theme = step.theme, True
    state.themed.update(dict.fromkeys(state.rows(found).tolist(), step.theme))


def _merge(state: State, step: Merge, entry: Entry) -> None:
    into = state.find(step.into, entry)
    others: list[tuple[str, str]] = []
    for topic in step.topics:
        try:
            found = state.find(topic, entry)
        except Unfit:
            continue
        if found != into and found not in [other for _, other in others]:
            others.append((topic, found))
    if not others:
        raise Unfit("the topics to merge are one already, or not there any more")
    _described(state, into, step.label)
    for topic, found in others:
        rows = state.rows(found)
        state.nearest[state.nearest == found] = into
        state.put(rows, into)
        state.merged[found] = state.merged[topic] = into
    state.merged.pop(into, None)


def _described(state: State, topic: str, label: Label) -> None:
    known = state.topics[topic]
    known.name, known.keywords, known.given_name = label.name, label.keywords, True


def _split(state: State, step: Split, entry: Entry) -> None:
    import numpy as np

    topic = state.find(step.topic, entry)
    rows = state.rows(topic)
    part_of = _parts(state, step.parts, rows)
    held = [at for at in range(len(step.parts)) if (part_of == at).any()]
    if len(held) < 2:
        raise Unfit(f"the papers of “{state.topics[topic].name}” are in one of its parts alone")
    # Papers in no topic that this one is nearest to are nearest to one of the parts now.
    near = np.flatnonzero((state.nearest == topic) & (state.topic != topic))
    near_part = _nearest_part(state, step.parts, near)
    before = state.topics[topic]
    for number in held[1:]:
        part = step.parts[number]
        own = part_id(entry.id, number)
        state.topics[own] = _Topic(
            part.label.name,
            part.label.keywords,
            before.theme,
            before.parent,
            None,
            given_name=True,
            given_theme=before.given_theme,
        )
        state.put(rows[part_of == number], own)
        state.nearest[near[near_part == number]] = own
    _described(state, topic, step.parts[held[0]].label)


def _parts(state: State, parts: Sequence[Part], rows: np.ndarray) -> np.ndarray:
    """Number of the part of each paper: as the edit says, else that whose papers are nearest."""
    import numpy as np

    told = {
        state.row_of[paper]: at
        for at, part in enumerate(parts)
        for paper in part.papers
        if paper in state.row_of
    }
    found = np.array([told.get(int(row), -1) for row in rows])
    late = np.flatnonzero(found < 0)
    if len(late):
        found[late] = _nearest_part(state, parts, rows[late])
    return found


def _nearest_part(state: State, parts: Sequence[Part], rows: np.ndarray) -> np.ndarray:
    """Number of the part whose papers each of some papers is nearest to by their mean."""
    import numpy as np

    vectors = state.base.vectors
    centres = np.zeros((len(parts), vectors.shape[1]))
    for at, part in enumerate(parts):
        there = [state.row_of[paper] for paper in part.papers if paper in state.row_of]
        if there:
            mean = vectors[there].mean(axis=0)
            centres[at] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    nearness = np.round(np.asarray(vectors[rows], dtype=np.float64) @ centres.T, 6)
    return np.asarray(nearness.argmax(axis=1)) if len(rows) else np.zeros(0, dtype=np.int64)


def _move(state: State, step: Move, entry: Entry) -> None:
    import numpy as np

    to = None if step.to is None else state.find(step.to, entry)
    rows = np.array(
        [state.row_of[paper] for paper in step.papers if paper in state.row_of], dtype=np.int64
    )
    rows = rows[state.topic[rows] != to]
    if not len(rows):
        raise Unfit("none of its papers is there any more, or they are where it puts them")
    state.put(rows, to)
    state.moved.update(dict.fromkeys(rows.tolist()))


def _pin(state: State, step: Pin, entry: Entry) -> None:
    import numpy as np

    rows = np.array(
        [state.row_of[paper] for paper in step.papers if paper in state.row_of], dtype=np.int64
    )
    if not len(rows):
        raise Unfit("none of its papers is there any more")
    topic = step.topic
    if entry.base != state.built:
        topic = _pinned_topic(state, step, entry, rows)
        _described(state, topic, step.label)
        away = rows[state.topic[rows] != topic]
        if len(away):
            state.put(away, topic)
            state.moved.update(dict.fromkeys(away.tolist()))
    elif topic not in state.topics:
        raise Unfit("its topic is not there any more")
    state.pinned[topic] = entry.id


def _pinned_topic(state: State, step: Pin, entry: Entry, rows: np.ndarray) -> str:
    """The topic of another build that is the pinned one; a new one where none is."""
    from collections import Counter

    counts = Counter(topic for topic in state.topic[rows] if topic is not None)
    for topic, held in counts.most_common(1):
        if 2 * held > len(rows) and 2 * held > len(state.rows(topic)):
            return str(topic)
    made = part_id(entry.id, 0)
    best = min(counts, key=lambda topic: (-counts[topic], topic)) if counts else None
    parent = state.topics[best].parent if best else None
    state.topics[made] = _Topic(step.label.name, step.label.keywords, step.theme, parent, None)
    state.merged[step.topic] = made
    return made


def _unpin(state: State, step: Unpin, entry: Entry) -> None:
    topic = state.find(step.topic, entry)
    if topic not in state.pinned:
        raise Unfit(f"“{state.topics[topic].name}” is not pinned")
    del state.pinned[topic]


_APPLY: Mapping[type[Any], Callable[[State, Any, Entry], None]] = {
    Rename: _rename,
    Merge: _merge,
    Split: _split,
    Move: _move,
    Pin: _pin,
    Unpin: _unpin,
    Retheme: _retheme,
}
