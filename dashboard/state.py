"""The view of a reader: one frozen value that is always in the address.

The address is the only source of truth. Widgets are seeded from it before they are drawn, and a
change of a widget is written to it by the widget's callback: so copying the address, and going
back and forward, show the same screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from topics.traits import sizes, sorted_by, traits

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

__all__ = ["CHOICES", "LIMITS", "MOST_READING", "UNCLUSTERED", "View", "camera"]

#: In place of a topic: the papers in no topic.
UNCLUSTERED = "unclustered"

#: Fields that take one of a few words; the first is the default.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "shade": ("soft", "none"),
    "search": ("words", "meaning"),
    "by": ("theme", "topic"),
    "measure": ("share", "papers"),
    "chart": ("panels", "lines", "stream"),
    "step": ("auto", "month", "quarter", "year"),
    "confidence": ("as built", *(str(percent) for percent in range(5, 100, 5))),
}

#: Longest value of a parameter in characters, and most values of one parameter.
LIMITS = {"length": 300, "values": 60, "area": 1500, "named": 80}

#: Papers of a reading list at most: an address has to carry them all.
MOST_READING = 80

_AREA = re.compile(r"-?\d{1,6}(\.\d{1,6})?,-?\d{1,6}(\.\d{1,6})?")
_AT = re.compile(r"-?\d{1,6}(\.\d{1,6})?,-?\d{1,6}(\.\d{1,6})?,\d{1,6}(\.\d{1,6})?")
_BUILD = re.compile(r"[0-9a-f]{32}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_LISTS = ("themes", "topics", "reading", "only")
_FLAGS = ("hide_unclustered", "place")
#: Fields that take any words, with what they are without.
_WORDS = {"text": "", "colour": "theme", "size": "even"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

Params = Mapping[str, Iterable[str] | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a reader looks at, apart from the page itself, which is the path of the address.

    Attributes:
        map: name of the map, where several are served; None for the first.
        topic: the topic that the Topic page shows; ``UNCLUSTERED`` for the papers in none.
        paper: the paper that the Paper page shows, or that lies open beside the map.
        area: corners of an outline drawn on the map, ``x,y x,y …``; its papers are listed.
        named: what the reader calls the papers in that outline.
        at: where on the map the reader looks, ``x,y,span``: the middle, and how much of the map
            the shorter side of the screen shows; None for the whole map.
        place: whether a text of the reader's own is to be placed on the map; the text itself is in
            no address.
        themes: only papers of these themes; empty for all.
        topics: only papers of these topics (ids); empty for all.
        since: first month, ``YYYY-MM``.
        until: last month, ``YYYY-MM``.
        new: month from which on papers count as new, ``YYYY-MM``: only these, and what they are.
        reading: papers (ids) that the reader has put on a list, in the order in which they came;
            no filter.
        text: only papers with all these words in title, abstract or authors, or near to it in
            meaning.
        search: whether the text is words to be found or a meaning to be near to.
        like: only papers like this one (id).
        against: a topic that the Topic page compares its topic with.
        hide_unclustered: leave out the papers in no topic.
        confidence: per cent of its most similar papers that must lie in a paper's topic, a
            multiple of 5; a paper below is unclustered, a paper above is in its nearest topic.
        colour: what the colours of the map stand for, a key of `topics.traits.traits`.
        only: only papers with these values of what the colours stand for; empty for all.
        size: what the sizes of the points stand for, a key of `topics.traits.traits` of numbers;
            ``even`` for one size.
        shade: whether the map is shaded where papers are many.
        by: what the trends are of.
        measure: what the trends count.
        chart: how they are drawn.
        step: the length of a period in the trends.
        build: what is being built, or was; only the Build page knows it.
    """

    map: str | None = None
    topic: str | None = None
    paper: str | None = None
    area: str | None = None
    named: str | None = None
    at: str | None = None
    place: bool = False
    themes: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    new: str | None = None
    reading: tuple[str, ...] = ()
    text: str = ""
    search: str = "words"
    like: str | None = None
    against: str | None = None
    hide_unclustered: bool = False
    confidence: str = "as built"
    colour: str = "theme"
    only: tuple[str, ...] = ()
    size: str = "even"
    shade: str = "soft"
    by: str = "theme"
    measure: str = "share"
    chart: str = "panels"
    step: str = "auto"
    build: str | None = None

    @property
    def filtered(self) -> bool:
        """Whether any filter is set."""
        return bool(
            self.themes
            or self.topics
            or self.since
            or self.until
            or self.new
            or self.text
            or self.only
            or self.like
            or self.hide_unclustered
            or self.least_confidence is not None
        )

    @property
    def searched(self) -> bool:
        """Whether papers are searched for: those found are listed beside the map."""
        return bool(self.text.strip() or self.like)

    @property
    def beside(self) -> bool:
        """Whether something stands beside the map."""
        return self.paper is not None or self.place or self.searched

    @property
    def begin(self) -> str | None:
        """First month of the papers shown, by either filter; None where none is set."""
        return max(filter(None, (self.since, self.new)), default=None)

    def at_all_times(self) -> View:
        """The same view with papers of all times."""
        return replace(self, since=None, until=None, new=None)

    @property
    def least_confidence(self) -> float | None:
        """Confidence from which a paper is in its nearest topic, 0 to 1; None as it was built."""
        return None if self.confidence == "as built" else int(self.confidence) / 100

    def without_filters(self) -> View:
        """The same view of all papers."""
        return replace(
            self,
            themes=(),
            topics=(),
            since=None,
            until=None,
            new=None,
            text="",
            like=None,
            hide_unclustered=False,
            only=(),
            confidence="as built",
        )

    def to_params(self) -> dict[str, list[str]]:
        """Parameters of the address, only those that differ from the default view."""
        params: dict[str, list[str]] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value == field.default:
                continue
            if isinstance(value, bool):
                params[field.name] = ["yes"]
            elif isinstance(value, tuple):
                params[field.name] = list(value)
            else:
                params[field.name] = [value]
        return params

    @classmethod
    def from_params(cls, params: Params) -> tuple[View, tuple[str, ...]]:
        """Read the parameters of an address; never fails.

        Args:
            params: values by name; a single string counts as one value.

        Returns:
            The view, with the default for whatever could not be understood, and one notice for
            each such parameter. Parameters of other names are ignored.
        """
        known = {field.name for field in fields(cls)}
        read: dict[str, Any] = {}
        notices: list[str] = []
        for name, given in params.items():
            if name not in known:
                continue
            values = [given] if isinstance(given, str) else list(given)
            try:
                read[name] = _parse(name, values)
            except ValueError as error:
                notices.append(f"The link's “{name}” was ignored: {error}.")
        since, until = read.get("since"), read.get("until")
        if since and until and since > until:
            read["since"], read["until"] = until, since
        if read.get("new") and until and read["new"] > until:
            # Nothing could be new before it ends.
            read["until"] = None
        return cls(**read), tuple(notices)

    def within(self, topic_map: TopicMap) -> tuple[View, tuple[str, ...]]:
        """Drop what the map does not have, e.g. after it was built again.

        Returns:
            The view that can be shown, and a notice for each thing dropped.
        """
        themes = set(topic_map.themes["name"]) | set(topic_map.papers["theme"].dropna().unique())
        changes: dict[str, Any] = {}
        notices: list[str] = []
        if self.paper is not None and self.paper not in topic_map.row_of:
            changes["paper"] = None
            notices.append("The paper of this link is not in this map.")
        merged = (topic_map.manifest.get("edits") or {}).get("merged", {})
        if self.like is not None and self.like not in topic_map.row_of:
            changes["like"] = None
            notices.append("The paper that others should be like is not in this map.")
        if self.against is not None and self.against not in topic_map.topic_names:
            changes["against"] = None
            notices.append("The topic to compare with is not in this map.")
        if gone := [paper for paper in self.reading if paper not in topic_map.row_of]:
            changes["reading"] = tuple(paper for paper in self.reading if paper not in gone)
            papers = "1 paper" if len(gone) == 1 else f"{len(gone)} papers"
            notices.append(f"{papers} of the reading list of this link are not in this map.")
        if self.topic not in (None, UNCLUSTERED, *topic_map.topic_names):
            into = merged.get(self.topic)
            name = topic_map.topic_names.get(into)
            changes["topic"] = into if name else None
            notices.append(
                f"The topic of this link is part of “{name}” now."
                if name
                else "The topic of this link is not in this map."
            )
        for name, have in (("themes", themes), ("topics", set(topic_map.topic_names))):
            asked = getattr(self, name)
            now = (value if value in have else merged.get(value) for value in asked)
            kept = tuple(dict.fromkeys(value for value in now if value in have))
            if kept != asked:
                changes[name] = kept
                notices.append(f"Some {name} of this link are not in this map and were left out.")
        if self.colour not in traits(topic_map):
            changes["colour"] = "theme"
            notices.append(
                f"This map has no “{self.colour}” to colour papers by; the colours are those of "
                "the themes."
            )
        kept = _values(topic_map, changes.get("colour", self.colour), self.only)
        if kept != self.only:
            changes["only"] = kept
            notices.append("Some values of this link are not in this map and were left out.")
        if self.size != "even" and self.size not in sizes(topic_map):
            changes["size"] = "even"
            notices.append(f"This map has no “{self.size}” to size points by; all are of one size.")
        return replace(self, **changes), tuple(notices)


def _values(topic_map: TopicMap, colour: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Of some values those that the map has of what its colours stand for."""
    trait = traits(topic_map)[colour]
    if not asked or trait.kind != "words":
        return ()
    names = sorted_by(topic_map, trait).names
    return tuple(value for value in asked if value in names)


def camera(at: str | None) -> Any:
    """Where the reader looks, as the map takes it: ``{x, y, span}``; None for the whole map."""
    if at is None:
        return None
    return dict(zip(("x", "y", "span"), map(float, at.split(",")), strict=True))


def _parse(name: str, values: list[str]) -> Any:
    if any(len(value) > LIMITS.get(name, LIMITS["length"]) for value in values):
        raise ValueError("it is too long")
    if any(_CONTROL.search(value) for value in values):
        raise ValueError("it holds characters that cannot be shown")
    values = [value for value in values if value]
    if name in _LISTS:
        if len(values) > (MOST_READING if name == "reading" else LIMITS["values"]):
            raise ValueError("it has too many values")
        return tuple(dict.fromkeys(values))
    if len(set(values)) > 1:
        raise ValueError("it is given more than once")
    value = values[0] if values else ""
    return _parse_one(name, value)


def _parse_one(name: str, value: str) -> Any:
    if name in _FLAGS:
        if value not in ("", "yes", "no"):
            raise ValueError("it should be yes or no")
        return value == "yes"
    if name in CHOICES:
        if value and value not in CHOICES[name]:
            raise ValueError(f"it should be one of {', '.join(CHOICES[name])}")
        return value or CHOICES[name][0]
    if name in ("since", "until", "new") and value and not _MONTH.fullmatch(value):
        raise ValueError("it should be a month such as 2025-03")
    if name == "build" and value and not _BUILD.fullmatch(value):
        raise ValueError("it is not the mark of a build")
    if name == "at" and value and (not _AT.fullmatch(value) or not camera(value)["span"]):
        raise ValueError("it should be a place on the map")
    if name == "area" and value:
        corners = value.split(" ")
        if len(corners) < 3 or not all(_AREA.fullmatch(corner) for corner in corners):
            raise ValueError("it should be the corners of an outline")
    if name in _WORDS:
        return value or _WORDS[name]
    return value or None
