"""The tables of a map, put together from what the stages found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.extras import extra_names
from topics.medoids import medoid
from topics.topicmap import TABLES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from topics.clustering import Clustering
    from topics.corpus import Corpus
    from topics.stages import Described, Placed
    from topics.theming import Themed

__all__ = ["Tables", "assemble"]


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The tables of a map; their columns are `topics.topicmap.TABLES`."""

    papers: pd.DataFrame
    topics: pd.DataFrame
    themes: pd.DataFrame
    trends: pd.DataFrame
    ledger: pd.DataFrame
    groups: pd.DataFrame
    memberships: pd.DataFrame


def assemble(
    corpus: Corpus,
    placed: Placed,
    described: Described,
    themed: Themed,
    *,
    stability: np.ndarray,
) -> Tables:
    """The tables of the map; ``stability`` is each topic's score."""
    from topics.memberships import membership_table
    from topics.trends import trend_table

    clustering = described.clustering
    papers = _papers_table(corpus, placed, clustering, themed)
    return Tables(
        papers=papers,
        topics=_topics_table(papers, placed, described, themed, stability=stability),
        themes=_themes_table(papers, themed),
        trends=trend_table(papers, as_of=corpus.as_of),
        ledger=corpus.ledger[list(TABLES["ledger"])],
        groups=_groups_table(papers, placed, described),
        memberships=membership_table(
            list(papers["id"]),
            clustering,
            placed.graph,
            names=[_topic_id(topic) for topic in range(clustering.topics)],
        ),
    )


def _topic_id(topic: int) -> str | None:
    return f"t{topic + 1}" if topic >= 0 else None


def _group_id(group: int) -> str | None:
    return f"g{group + 1}" if group >= 0 else None


def _papers_table(
    corpus: Corpus, placed: Placed, clustering: Clustering, themed: Themed
) -> pd.DataFrame:
    import pandas as pd

    papers = corpus.papers.copy()
    papers["topic"] = pd.Series(
        [_topic_id(label) for label in clustering.labels], dtype="str", index=papers.index
    )
    papers["topic_confidence"] = clustering.confidence.round(4)
    papers["nearest_topic"] = pd.Series(
        [_topic_id(label) for label in clustering.nearest], dtype="str", index=papers.index
    )
    papers["theme"] = pd.Series(themed.papers, dtype="str", index=papers.index)
    papers["theme_confidence"] = pd.Series(themed.confidence, dtype="float64", index=papers.index)
    papers["x"] = placed.points[:, 0].astype("float64")
    papers["y"] = placed.points[:, 1].astype("float64")
    return papers[[*TABLES["papers"], *extra_names(papers)]]


def _topics_table(
    papers: pd.DataFrame,
    placed: Placed,
    described: Described,
    themed: Themed,
    *,
    stability: np.ndarray,
) -> pd.DataFrame:
    import pandas as pd

    ids = papers["id"].to_numpy()
    rows = []
    for topic, name in enumerate(described.names):
        members = described.clustering.labels == topic
        middle = medoid(placed.points[members])
        rows.append(
            {
                "id": _topic_id(topic),
                "name": name,
                "keywords": list(described.keywords[topic]),
                "size": int(members.sum()),
                "theme": themed.topics[topic],
                "parent": _group_id(described.parents[topic]) if described.parents else None,
                "x": float(middle[0]),
                "y": float(middle[1]),
                "representatives": [str(ids[row]) for row in described.representatives[topic]],
                "stability": round(float(stability[topic]), 4),
            }
        )
    return pd.DataFrame(rows, columns=list(TABLES["topics"]))


def _groups_table(papers: pd.DataFrame, placed: Placed, described: Described) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    ids = papers["id"].to_numpy()
    themes = papers[["theme", "theme_confidence"]]
    rows = []
    for number, group in enumerate(described.groups):
        members = np.isin(described.clustering.labels, group.topics)
        weight = themes[members].groupby("theme")["theme_confidence"].sum().sort_index()
        middle = medoid(placed.points[members])
        rows.append(
            {
                "id": _group_id(number),
                "name": group.name,
                "keywords": list(group.keywords),
                "size": int(members.sum()),
                "theme": str(weight.idxmax()) if len(weight) else None,
                "parent": _group_id(group.parent),
                "x": float(middle[0]),
                "y": float(middle[1]),
                "representatives": [str(ids[row]) for row in group.representatives],
                "stability": None,
            }
        )
    return pd.DataFrame(rows, columns=list(TABLES["topics"]))


def _themes_table(papers: pd.DataFrame, themed: Themed) -> pd.DataFrame:
    import pandas as pd

    sizes = papers["theme"].value_counts()
    return pd.DataFrame(
        [
            {"name": name, "description": text, "size": int(sizes.get(name, 0))}
            for name, text in themed.themes
        ],
        columns=list(TABLES["themes"]),
    )
