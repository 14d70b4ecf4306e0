"""What the JSON addresses answer with, and maps told in these terms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, Field

from topics.topicmap import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from topics.topicmap import TopicMap

__all__ = [
    "MapAnswer",
    "Maps",
    "Paper",
    "PaperAnswer",
    "Papers",
    "Problem",
    "ThemeAnswer",
    "TopicAnswer",
    "TrendPoint",
    "papers_of",
    "summary_of",
    "themes_of",
    "topics_of",
    "trends_of",
]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Answer):
    """Why there is no answer (problem details, RFC 9457)."""

    title: str = Field(description="What kind of problem it is.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was found, what was expected and what to do.")


class MapAnswer(_Answer):
    """A map that is served here."""

    name: str = Field(description="Its name in all addresses.")
    state: str = Field(
        description="“ready”, “withdrawn” where its publisher took it back, or “unreadable”."
    )
    digest: str | None = Field(description="Names this very build; it changes with the map.")
    created: str | None = Field(description="When it was built (ISO 8601, UTC).")
    as_of: str | None = Field(description="Last day that the sources speak of.")
    counts: dict[str, int] = Field(description="Papers, topics, themes, unclustered, …")
    page: str = Field(description="Where people look at it.")


class Maps(_Answer):
    """The maps that are served here; the first is the one that pages show without a name."""

    maps: list[MapAnswer]


class Paper(_Answer):
    """A paper, as the map has it."""

    id: str
    title: str
    abstract: str | None
    date: str | None = Field(description="YYYY, YYYY-MM or YYYY-MM-DD, as precise as the source.")
    date_precision: str | None
    authors: list[str]
    author_count: int | None
    comments: int | None
    upvotes: int | None
    url: str | None
    doi: str | None
    arxiv_id: str | None
    sources: list[str]
    topic: str | None = Field(description="Id of its topic; null if it is unclustered.")
    topic_name: str | None
    topic_confidence: float | None
    nearest_topic: str | None
    theme: str | None
    theme_confidence: float | None
    x: float
    y: float
    more: dict[str, str | float | None] = Field(description="Further columns of its source.")
    page: str = Field(description="Where people look at it.")


class Membership(_Answer):
    """A further topic that a paper belongs to."""

    topic: str
    name: str
    confidence: float


class Similar(_Answer):
    """A paper that is like another."""

    id: str
    title: str
    similarity: float = Field(description="Cosine of the two papers' vectors.")


class PaperAnswer(Paper):
    """A paper with what is around it."""

    also_in: list[Membership]
    similar: list[Similar]


class Papers(_Answer):
    """Some of the papers that were asked for."""

    total: int = Field(description="Papers that pass all filters.")
    offset: int
    papers: list[Paper]
    next: str | None = Field(description="Address of the papers after these; null at the end.")
    digest: str = Field(description="Of the map; where it changes, begin again at the first page.")


class TopicAnswer(_Answer):
    """A topic, or a group of topics (`group`)."""

    id: str
    name: str
    group: bool
    keywords: list[str]
    size: int
    theme: str | None
    parent: str | None = Field(description="Id of the group that it is in.")
    x: float | None
    y: float | None
    representatives: list[str] = Field(description="Ids of papers that stand for it.")
    stability: float | None = Field(description="How much of it comes back, 0 to 1.")
    page: str = Field(description="Where people look at it.")


class ThemeAnswer(_Answer):
    """A theme."""

    name: str
    description: str | None
    size: int


class TrendPoint(_Answer):
    """Papers of one period: of a topic, of a theme, or (both null) of the whole corpus."""

    period: str
    topic: str | None
    theme: str | None
    papers: int
    share: float | None = Field(description="Of the dated papers of the period.")
    low: float | None = Field(description="Lower end of the 95 % interval of the share.")
    high: float | None


_LISTS = {"authors", "sources", "keywords", "representatives"}
_WHOLE = {"author_count", "comments", "upvotes", "size", "papers"}
_KNOWN = frozenset(TABLES["papers"])


def plain(value: Any, *, name: str = "") -> Any:
    """A cell of a table as JSON knows it."""
    if name in _LISTS:
        return [] if value is None or isinstance(value, float) else [str(item) for item in value]
    if value is None or (isinstance(value, float) and not math.isfinite(value)) or value != value:
        return None
    if name in _WHOLE:
        return int(value)
    if isinstance(value, str | int | float):
        return value
    return value.item() if hasattr(value, "item") else str(value)


def summary_of(name: str, known: Mapping[str, Any], *, state: str, root: str) -> MapAnswer:
    """A map by its manifest; empty where that cannot be read."""
    return MapAnswer(
        name=name,
        state=state,
        digest=known.get("digest"),
        created=known.get("created"),
        as_of=known.get("as_of"),
        counts=dict(known.get("counts", {})),
        page=_page(root, "", name),
    )


def papers_of(topic_map: TopicMap, rows: Iterable[int], *, name: str, root: str) -> list[Paper]:
    """Papers by their rows."""
    table = topic_map.papers.iloc[list(rows)]
    return [
        Paper(
            **{column: plain(row[column], name=column) for column in TABLES["papers"]},
            topic_name=topic_map.topic_names.get(row["topic"]),
            more={str(key): _more(plain(row[key])) for key in row if key not in _KNOWN},
            page=_page(root, "paper", name, paper=row["id"]),
        )
        for row in table.to_dict("records")
    ]


def _more(value: Any) -> str | float | None:
    return value if value is None or isinstance(value, str) else float(value)


def around(topic_map: TopicMap, paper: Paper, similar: Iterable[tuple[int, float]]) -> PaperAnswer:
    """A paper with its further topics and the papers like it."""
    ids, titles = topic_map.papers["id"], topic_map.papers["title"]
    return PaperAnswer(
        **paper.model_dump(),
        also_in=[
            Membership(topic=topic, name=topic_map.topic_names[topic], confidence=confidence)
            for topic, confidence in topic_map.also_near(paper.id)
        ],
        similar=[
            Similar(id=str(ids.iat[row]), title=str(titles.iat[row]), similarity=round(cosine, 4))
            for row, cosine in similar
        ],
    )


def topics_of(topic_map: TopicMap, *, name: str, root: str) -> list[TopicAnswer]:
    """All topics, largest first, then their groups."""
    return [
        TopicAnswer(
            **{column: plain(row[column], name=column) for column in TABLES["topics"]},
            group=table is topic_map.groups,
            page=_page(root, "topic", name, topic=row["id"]),
        )
        for table in (topic_map.topics, topic_map.groups)
        for row in table.to_dict("records")
    ]


def themes_of(topic_map: TopicMap) -> list[ThemeAnswer]:
    """The themes, in their order."""
    return [
        ThemeAnswer(**{key: plain(row[key], name=key) for key in TABLES["themes"]})
        for row in topic_map.themes.to_dict("records")
    ]


def trends_of(topic_map: TopicMap) -> list[TrendPoint]:
    """All points of all trends."""
    return [
        TrendPoint(**{key: plain(row[key], name=key) for key in TABLES["trends"]})
        for row in topic_map.trends.to_dict("records")
    ]


def _page(root: str, page: str, name: str, **params: str) -> str:
    query = urlencode({"map": name, **params}, quote_via=quote)
    return f"{root}/{page}?{query}"
