"""A map with more papers in it: the known rows as they were, the new ones beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topics.clustering import Clustering, settle, topic_size_for
from topics.errors import SettingsError
from topics.extras import extra_names
from topics.labels import unlike
from topics.memberships import membership_table
from topics.newcomers import assign, place
from topics.stages import Described, texts_of, topic_centres
from topics.store import NullCache
from topics.thirdparty import one_thread
from topics.topicmap import OTHER_THEME, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import pandas as pd

    from topics.encoders import JoinedEncoder
    from topics.known import Enlarged
    from topics.neighbours import NeighbourGraph
    from topics.settings import BuildSettings
    from topics.stages import Encoded
    from topics.topicmap import TopicMap

__all__ = [
    "Grown",
    "encode_all",
    "free_ids",
    "grow",
    "sized",
    "sized_groups",
    "sized_topics",
    "topic_numbers",
]

_TOPIC_ID = re.compile(r"t(\d+)")


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """What new papers make of a map.

    Attributes:
        papers: all papers, ordered by id.
        topics: the known topics with their new sizes, and new ones; largest first.
        themes: the known themes with their new sizes.
        groups: the known groups of topics with their new sizes.
        memberships: the topics that each paper belongs to, by its nearest papers now.
        new_topics: ids of the topics that were not there before.
        graph: neighbours of all papers.
        clustering: topics of all papers, numbered as the ids of ``numbered``.
        numbered: ids of the topics, by number.
    """

    papers: pd.DataFrame
    topics: pd.DataFrame
    themes: pd.DataFrame
    new_topics: tuple[str, ...]
    graph: NeighbourGraph
    clustering: Clustering
    numbered: tuple[str, ...]
    groups: pd.DataFrame
    memberships: pd.DataFrame


def encode_all(topic_map: TopicMap, corpus: Enlarged, encoder: JoinedEncoder) -> np.ndarray:
    """Vectors of all papers: the known ones' own, but for those whose text is another now.

    Returns:
        float32 array of shape (papers, dimensions), in the order of ``corpus.papers``.
    """
    import numpy as np

    fresh = {*corpus.added, *corpus.retold}
    ids = list(corpus.papers["id"])
    old = [row for row, paper in enumerate(ids) if paper not in fresh]
    new = [row for row, paper in enumerate(ids) if paper in fresh]
    vectors = np.zeros((len(ids), topic_map.vectors.shape[1]), dtype=np.float32)
    vectors[old] = topic_map.vectors[[topic_map.row_of[ids[row]] for row in old]]
    if new:
        texts = texts_of(corpus)
        vectors[new] = encoder.encode([texts[row] for row in new])
    return vectors


@one_thread()
def grow(
    topic_map: TopicMap,
    corpus: Enlarged,
    encoded: Encoded,
    settings: BuildSettings,
    *,
    used: Iterable[str],
) -> Grown:
    """Put new papers on a map.

    Args:
        topic_map: the map.
        corpus: its papers and the new ones.
        encoded: vectors of all of these, and the map's own encoder.
        settings: those the map was made with.
        used: ids of topics that were on the map at any time.
    """
    import numpy as np

    from topics.neighbours import knn_graph
    from topics.projection import neighbours_for

    ids, count, vectors = corpus.papers["id"], len(corpus), encoded.vectors
    is_new = ids.isin(corpus.added).to_numpy()
    before = list(topic_map.topics["id"])
    labels = np.full(count, -1)
    labels[~is_new] = topic_numbers(topic_map.papers["topic"], before)
    near = min(settings.neighbours or neighbours_for(count), count - 1)
    graph = knn_graph(vectors, k=near + 1, seed=settings.seed)
    size = settings.min_topic_size or topic_size_for(count)
    labels = assign(labels, is_new, graph, vectors=vectors, min_topic_size=size)
    clustering = _settled(labels, graph, vectors)
    named = [*before, *free_ids(used, clustering.topics - len(before))]
    papers = _papers(topic_map, corpus, clustering, named)
    _place(papers, topic_map, is_new, vectors, clustering)
    described = _described(papers, encoded, clustering, graph, topic_map)
    fresh = _new_topics(papers, named, described)
    for topic, parent in zip(fresh, _parents(clustering, topic_map, vectors), strict=True):
        topic["parent"] = parent
    _themes(papers, corpus, clustering, fresh, topic_map, settings, encoded)
    return Grown(
        papers=papers[[*TABLES["papers"], *extra_names(papers)]],
        topics=sized_topics(topic_map.topics, fresh, papers),
        themes=sized(topic_map.themes, "name", papers["theme"]),
        new_topics=tuple(named[len(before) :]),
        graph=graph,
        clustering=clustering,
        numbered=tuple(named),
        groups=sized_groups(topic_map, papers, fresh),
        memberships=membership_table(list(papers["id"]), clustering, graph, names=named),
    )


def free_ids(used: Iterable[str], count: int) -> list[str]:
    """Ids for new topics, of which none was ever used."""
    numbers = [int(match[1]) for name in used if (match := _TOPIC_ID.fullmatch(name))]
    first = max(numbers, default=0) + 1
    return [f"t{number}" for number in range(first, first + count)]


def topic_numbers(topics: Iterable[Any], ids: Sequence[str]) -> list[int]:
    """The place of each paper's topic among some ids, -1 for none."""
    number = {topic: at for at, topic in enumerate(ids)}
    return [number.get(topic, -1) if isinstance(topic, str) else -1 for topic in topics]


def _settled(labels: np.ndarray, graph: NeighbourGraph, vectors: np.ndarray) -> Clustering:
    """How surely each paper is in its topic, by the rule of a build, in our numbering."""
    import numpy as np

    found = settle(labels, graph, vectors=vectors)
    back = np.full(found.topics + 1, -1)  # the last one for "none"
    inside = found.labels >= 0
    back[found.labels[inside]] = labels[inside]
    return Clustering(labels, found.confidence, back[found.nearest])


def _papers(
    topic_map: TopicMap, corpus: Enlarged, clustering: Clustering, named: Sequence[str]
) -> pd.DataFrame:
    """All papers, with what the map says of the known ones and the topics of the new ones."""
    import pandas as pd

    known = topic_map.papers.set_index("id")
    papers = corpus.papers.copy()
    for column in TABLES["papers"]:
        if column not in papers:
            papers[column] = known[column].reindex(papers["id"]).to_numpy()
    is_new = papers["id"].isin(corpus.added)
    for column, labels in (("topic", clustering.labels), ("nearest_topic", clustering.nearest)):
        told = pd.Series([named[at] if at >= 0 else None for at in labels], index=papers.index)
        papers[column] = papers[column].where(~is_new, told).astype("str")
    confidence = pd.Series(clustering.confidence.round(4), index=papers.index)
    papers["topic_confidence"] = papers["topic_confidence"].where(~is_new, confidence)
    return papers


def _place(
    papers: pd.DataFrame,
    topic_map: TopicMap,
    is_new: np.ndarray,
    vectors: np.ndarray,
    clustering: Clustering,
) -> None:
    """Write the places of the new papers."""
    rows = is_new.nonzero()[0]
    if not len(rows):
        return
    points = place(
        list(papers["id"].iloc[rows]),
        clustering.labels[rows],
        vectors=vectors[rows],
        known=vectors[~is_new],
        points=topic_map.papers[["x", "y"]].to_numpy(),
        known_labels=clustering.labels[~is_new],
    )
    for column, values in zip(("x", "y"), points.T, strict=True):
        places = papers[column].to_numpy(dtype="float64", copy=True)
        places[rows] = values
        papers[column] = places


def _described(
    papers: pd.DataFrame,
    encoded: Encoded,
    clustering: Clustering,
    graph: NeighbourGraph,
    topic_map: TopicMap,
) -> list[dict[str, Any]]:
    """Name, keywords and representatives of each new topic, told apart from all others."""
    known = topic_map.topics
    if clustering.topics == len(known):
        return []
    from topics.describing import describe_topics
    from topics.terms import count_terms

    terms = count_terms(list(papers["title"]), list(papers["abstract"]))
    told = describe_topics(
        terms,
        encoded.encoder(),
        clustering,
        vectors=encoded.vectors,
        graph=graph,
        grouped=False,
    )
    names, found = [*known["name"], *topic_map.groups["name"]], []
    for topic in range(len(known), clustering.topics):
        words = list(told.keywords[topic])
        names.append(unlike(told.names[topic], words, names))
        nearest = [str(papers["id"].iloc[row]) for row in told.representatives[topic]]
        found.append({"name": names[-1], "keywords": words, "representatives": nearest})
    return found


def _new_topics(
    papers: pd.DataFrame, named: Sequence[str], described: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of the new topics, but for their themes."""
    import numpy as np

    rows = []
    for name, told in zip(named[len(named) - len(described) :], described, strict=True):
        points = papers.loc[papers["topic"] == name, ["x", "y"]].to_numpy()
        away = np.linalg.norm(points - np.median(points, axis=0), axis=1)
        middle = points[away.argmin()]
        rows.append({"id": name, **told, "size": len(points), "x": middle[0], "y": middle[1]})
    return rows


def _parents(clustering: Clustering, topic_map: TopicMap, vectors: np.ndarray) -> list[str | None]:
    """The group of each new topic: that of the known topic that it is nearest to."""
    known = list(topic_map.topics["id"])
    fresh = clustering.topics - len(known)
    if not fresh or not known:
        return [None] * fresh
    centres = topic_centres(vectors, clustering)
    nearest = (centres[len(known) :] @ centres[: len(known)].T).argmax(axis=1)
    return [topic_map.parents.get(known[at]) for at in nearest]


def sized_groups(
    topic_map: TopicMap, papers: pd.DataFrame, fresh: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """The groups as they were but for their size."""
    sizes = papers["topic"].value_counts()
    members = {group: list(topics) for group, topics in topic_map.topics_in.items()}
    for topic in fresh:
        above = topic["parent"]
        for group in (above, *topic_map.groups_of(above)) if above else ():
            members[group].append(topic["id"])
    held = [
        sum(int(sizes.get(topic, 0)) for topic in members[group])
        for group in topic_map.groups["id"]
    ]
    return topic_map.groups.assign(size=held)


def _themes(
    papers: pd.DataFrame,
    corpus: Enlarged,
    clustering: Clustering,
    fresh: list[dict[str, Any]],
    topic_map: TopicMap,
    settings: BuildSettings,
    encoded: Encoded,
) -> None:
    """Write the themes of the new papers and topics."""
    import pandas as pd

    if topic_map.themes.empty:
        return
    if settings.themes == "auto":
        names, confidence = _themes_of_topics(clustering, topic_map, encoded.vectors)
    else:
        names, confidence = _named_themes(corpus, encoded, clustering, topic_map, settings)
    is_new = papers["id"].isin(corpus.added)
    told = pd.Series(names, index=papers.index, dtype="str")
    papers["theme"] = papers["theme"].where(~is_new, told).astype("str")
    sure = pd.Series(confidence, index=papers.index, dtype="float64").round(4)
    papers["theme_confidence"] = papers["theme_confidence"].where(~is_new, sure)
    for topic in fresh:
        members = papers[papers["topic"] == topic["id"]]
        weight = members.groupby("theme")["theme_confidence"].sum()
        topic["theme"] = str(weight.sort_index().idxmax())


def _themes_of_topics(
    clustering: Clustering, topic_map: TopicMap, vectors: np.ndarray
) -> tuple[list[str | None], list[float | None]]:
    """Themes that were found: a paper has its topic's, a new topic that of the nearest one."""
    import numpy as np

    of_topic = [str(theme) for theme in topic_map.topics["theme"]]
    known = len(of_topic)
    if clustering.topics > known:
        centres = topic_centres(vectors, clustering)
        nearest = (centres[known:] @ centres[:known].T).argmax(axis=1) if known else []
        of_topic += [of_topic[at] for at in nearest] or [OTHER_THEME] * (clustering.topics - known)
    inside = clustering.labels >= 0
    names: list[str | None] = [of_topic[at] if at >= 0 else OTHER_THEME for at in clustering.labels]
    return names, list(np.where(inside, clustering.confidence, 1 - clustering.confidence))


def _named_themes(
    corpus: Enlarged,
    encoded: Encoded,
    clustering: Clustering,
    topic_map: TopicMap,
    settings: BuildSettings,
) -> tuple[list[str | None], list[float | None]]:
    """Themes of a preset or a file, which must be the ones that the map was made with."""
    from topics.theming import sort_into_themes

    described = Described(clustering, (), (), ())
    themed = sort_into_themes(corpus, encoded, described, settings, NullCache())
    found, expected = [name for name, _ in themed.themes], list(topic_map.themes["name"])
    if set(found) != set(expected):
        raise SettingsError(
            f"The themes of {settings.themes} are {', '.join(found)}; the map was made with "
            f"{', '.join(expected)}. Put the former themes back, or build the map again."
        )
    return list(themed.papers), list(themed.confidence)


def sized_topics(
    known: pd.DataFrame, fresh: Sequence[Mapping[str, Any]], papers: pd.DataFrame
) -> pd.DataFrame:
    """Known topics as they were but for their size, and the new ones; largest first."""
    import pandas as pd

    topics = sized(known, "id", papers["topic"])
    if fresh:
        topics = pd.concat(
            [topics, pd.DataFrame(list(fresh)).reindex(columns=list(TABLES["topics"]))],
            ignore_index=True,
        )
    order = (-topics["size"].to_numpy(dtype="int64")).argsort(kind="stable")
    return topics.iloc[order].reset_index(drop=True)


def sized(table: pd.DataFrame, name: str, members: pd.Series[Any]) -> pd.DataFrame:
    """A table with the number of members that each of its rows has now."""
    sizes = members.value_counts()
    return table.assign(size=[int(sizes.get(key, 0)) for key in table[name]])
