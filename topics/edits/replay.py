"""A map with its edits applied: the one that readers see.

Places on the map and vectors are never touched; names, keywords, sizes, places of topics, groups,
memberships, themes and trends are made from the edited topics as a build makes them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from topics.edits.state import State, Unfit
from topics.labels import central, unlike
from topics.medoids import medoid
from topics.topicmap import LATER_TABLES, OTHER_THEME, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd

    from topics.edits.log import Log
    from topics.topicmap import TopicMap

__all__ = ["apply"]

#: How sure it is that a paper belongs where a person put it.
_SAID = 1.0
_FURTHER = 2  # topics beside its own that a paper belongs to at most


def apply(topic_map: TopicMap, log: Log) -> TopicMap:
    """Apply a log of edits to a map as it was built.

    An edit that cannot be applied any more is passed over and told, in the manifest's ``edits``
    (``unfit``) and among its notices.

    Args:
        topic_map: the map as it was built.
        log: its edits.

    Returns:
        The map as it is shown. Its manifest tells of the edits as ``edits``: numbers of ``lines``,
        of edits that are ``active`` and ``undone``; ``unfit``, ``notes`` on the log, the
        topics that are ``pinned``, ``merged`` (into which others) and ``made``, and the papers
        that people ``placed``.
    """
    state = State.of(topic_map)
    unfit: list[dict[str, str]] = []
    for entry in log.active:
        try:
            state.apply(entry)
        except Unfit as error:
            unfit.append({"id": entry.id, "says": entry.says, "why": str(error)})
    shown = topic_map if len(unfit) == len(log.active) else _shown(state)
    return _told(shown, state, log, unfit)


def _told(shown: TopicMap, state: State, log: Log, unfit: Sequence[Mapping[str, str]]) -> TopicMap:
    known, ids = set(state.base.topics["id"]), state.base.papers["id"].to_numpy()
    told = {
        "lines": len(log.entries),
        "active": len(log.active) - len(unfit),
        "undone": len(log.undone),
        "unfit": list(unfit),
        "notes": list(log.notes),
        "pinned": sorted(state.pinned),
        "merged": {topic: _last(state, topic) for topic in sorted(state.merged)},
        "made": sorted(set(state.topics) - known),
        "placed": sorted(str(ids[row]) for row in state.moved),
    }
    notices = [*shown.manifest.get("notices", []), *log.notes]
    for each in unfit:
        said = each["says"].rstrip(".")
        notices.append(f"An edit does not fit this map any more ({said}): {each['why']}.")
    manifest = {**shown.manifest, "edits": told}
    if log.notes or unfit:
        manifest["notices"] = notices
    return replace(shown, manifest=manifest)


def _last(state: State, topic: str) -> str:
    """The topic that another one is part of in the end."""
    seen: set[str] = set()
    while topic in state.merged and topic not in seen:
        seen.add(topic)
        topic = state.merged[topic]
    return topic


def _shown(state: State) -> TopicMap:
    base = state.base
    papers = _papers(state)
    themes = _themes(state, papers)
    topics = _topics(state, papers)
    groups, topics = _groups(base, topics, papers)
    changed = bool(state.renewed or state.themed)
    counts = {
        **base.manifest.get("counts", {}),
        "topics": len(topics),
        "groups": len(groups),
        "themes": len(themes),
        "unclustered": int(papers["topic"].isna().sum()),
    }
    return replace(
        base,
        papers=papers,
        topics=topics,
        themes=themes,
        groups=groups,
        trends=_trends(papers, base.manifest.get("as_of")) if changed else base.trends,
        memberships=_memberships(state) if state.renewed else base.memberships,
        manifest={**base.manifest, "counts": counts},
    )


def _trends(papers: pd.DataFrame, as_of: str | None) -> pd.DataFrame:
    from topics.trends import trend_table

    return trend_table(papers, as_of=as_of)


def _papers(state: State) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    papers = state.base.papers
    columns: dict[str, Any] = {}
    if state.renewed:
        for column, values in (("topic", state.topic), ("nearest_topic", state.nearest)):
            columns[column] = pd.Series(values, index=papers.index, dtype="str")
    if state.moved:
        rows = np.array(list(state.moved))
        sure = papers["topic_confidence"].to_numpy(dtype="float64", copy=True)
        # Whoever asks for sure papers only gets what people decided, at any confidence.
        sure[rows] = [_SAID if state.topic[row] is not None else 0.0 for row in rows]
        columns["topic_confidence"] = sure
    if state.themed:
        theme = papers["theme"].to_numpy(dtype=object, copy=True)
        sure = papers["theme_confidence"].to_numpy(dtype="float64", copy=True)
        for row, name in state.themed.items():
            if theme[row] != name:
                theme[row], sure[row] = name, _SAID
        columns["theme"] = pd.Series(theme, index=papers.index, dtype="str")
        columns["theme_confidence"] = sure
    return papers.assign(**columns) if columns else papers


def _themes(state: State, papers: pd.DataFrame) -> pd.DataFrame:
    """The themes with their sizes; those that people made come before what fits none."""
    import pandas as pd

    themes = state.base.themes
    if not len(themes) or (
        not state.themed and not any(topic.given_theme for topic in state.topics.values())
    ):
        return themes
    known = list(themes["name"])
    given = [*state.themed.values(), *(t.theme for t in state.topics.values() if t.given_theme)]
    fresh = sorted({name for name in given if name is not None} - set(known))
    described = dict(zip(known, themes["description"], strict=True))
    order = [name for name in known if name != OTHER_THEME] + fresh
    order += [OTHER_THEME] * (OTHER_THEME in known)
    sizes = papers["theme"].value_counts()
    return pd.DataFrame(
        {
            "name": pd.Series(order, dtype="str"),
            "description": pd.Series([described.get(name, "") for name in order], dtype="str"),
            "size": [int(sizes.get(name, 0)) for name in order],
        },
        columns=list(TABLES["themes"]),
    )


def _topics(state: State, papers: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    base = state.base.topics
    names = _names(state)
    records: list[dict[Any, Any]] = base.to_dict("records")
    heaviest = _weightiest(papers) if state.renewed and len(state.base.themes) else {}
    rows = []
    for topic, known in state.topics.items():
        row: dict[str, Any] = dict(records[known.row]) if known.row is not None else {}
        row |= {
            "id": topic,
            "name": names[topic],
            "keywords": list(known.keywords),
            "theme": known.theme,
            "parent": known.parent,
        }
        if topic in state.renewed:
            row |= _measured(state, topic, papers)
            if not known.given_theme and not state.found_themes:
                row["theme"] = heaviest.get(topic, known.theme)
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(TABLES["topics"]))
    for column in ("id", "name", "theme", "parent"):
        frame[column] = frame[column].astype("str")
    frame["stability"] = frame["stability"].astype("float64")
    if not state.renewed:
        return frame
    frame["size"] = frame["size"].astype("int64")
    return frame.sort_values("size", ascending=False, kind="stable", ignore_index=True)


def _measured(state: State, topic: str, papers: pd.DataFrame) -> dict[str, Any]:
    """Size, place and representatives of a topic whose papers are others now."""
    rows = state.rows(topic)
    middle = medoid(papers[["x", "y"]].to_numpy()[rows])
    ids = papers["id"].to_numpy()
    return {
        "size": len(rows),
        "x": float(middle[0]),
        "y": float(middle[1]),
        "representatives": [str(ids[row]) for row in central(rows, state.base.vectors)],
        # It was measured for other papers.
        "stability": None,
    }


def _weightiest(papers: pd.DataFrame) -> dict[str, str]:
    """The theme that weighs most among the papers of each topic, as a build has it."""
    weight = papers.groupby(["topic", "theme"])["theme_confidence"].sum().reset_index()
    order = weight.sort_values(
        ["topic", "theme_confidence", "theme"], ascending=[True, False, True], kind="stable"
    )
    best = order.drop_duplicates("topic")
    return dict(zip(best["topic"], best["theme"], strict=True))


def _names(state: State) -> dict[str, str]:
    """The name of each topic, no two alike: where a later build says one that is taken, another."""
    given = {topic: known.name for topic, known in state.topics.items() if known.given_name}
    taken = list(given.values())
    names = {}
    for topic, known in state.topics.items():
        folded = {" ".join(sorted(name.casefold().split())) for name in taken}
        alike = " ".join(sorted(known.name.casefold().split())) in folded
        if topic not in given and alike:
            names[topic] = unlike(known.name, known.keywords, taken)
            taken.append(names[topic])
        else:
            names[topic] = known.name
    return names


def _groups(
    base: TopicMap, topics: pd.DataFrame, papers: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Groups with their sizes, without those that hold less than two topics or groups now."""
    groups = base.groups
    if groups.empty:
        return groups, topics
    parent_of = {
        str(row["id"]): row["parent"] if isinstance(row["parent"], str) else None
        for table in (topics, groups)
        for row in table[["id", "parent"]].to_dict("records")
    }
    kept = [str(group) for group in groups["id"]]
    while True:
        held = Counter(parent for parent in parent_of.values() if parent is not None)
        few = next((group for group in kept if held[group] < 2), None)
        if few is None:
            break
        above = parent_of.pop(few)
        kept.remove(few)
        parent_of = {row: above if up == few else up for row, up in parent_of.items()}
    groups = groups[groups["id"].isin(kept)].reset_index(drop=True)
    groups = groups.assign(parent=_parents(groups, parent_of))
    topics = topics.assign(parent=_parents(topics, parent_of))
    sizes = papers["topic"].value_counts()
    below: Counter[str] = Counter()
    for topic in topics["id"]:
        above = parent_of[topic]
        while above is not None:
            below[above] += int(sizes.get(topic, 0))
            above = parent_of[above]
    return groups.assign(size=[below[group] for group in groups["id"]]), topics


def _parents(table: pd.DataFrame, parent_of: Mapping[str, str | None]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series([parent_of[row] for row in table["id"]], index=table.index, dtype="str")


def _memberships(state: State) -> pd.DataFrame:
    """The topics of each paper: its own as edited, and further ones under the ids of now."""
    import numpy as np
    import pandas as pd

    table = state.base.memberships
    if table.empty:
        return table
    row = table["paper_id"].map(state.row_of)
    told = pd.DataFrame(
        {
            "row": row.to_numpy(dtype="float64"),
            "topic": table["topic"].to_numpy(dtype=object),
            "confidence": table["confidence"].to_numpy(dtype="float64"),
        }
    ).dropna(subset=["row"])
    told["row"] = told["row"].astype("int64")
    was = state.base.papers["topic"].to_numpy(dtype=object)
    own = told["topic"].to_numpy() == was[told["row"]]
    now = state.topic[told["row"]]
    put = np.array(list(state.moved), dtype=np.int64)
    moved = np.isin(told["row"], put)
    # A topic that was merged or split is the one that the paper is in now, unless it was moved.
    told["topic"] = np.where(own & ~moved, now, _now(state, told, moved))
    decided = pd.DataFrame(
        {"row": put, "topic": state.topic[put], "confidence": np.full(len(put), _SAID)}
    )
    found = pd.concat([decided, told], ignore_index=True)
    found = found[found["topic"].isin(list(state.topics))]
    found = found.drop_duplicates(["row", "topic"])
    own = (found["topic"].to_numpy() == state.topic[found["row"]]).astype(int)
    order = np.lexsort((-found["confidence"].to_numpy(), 1 - own, found["row"].to_numpy()))
    found, own = found.iloc[order], own[order]
    further = found.groupby("row").cumcount().to_numpy() + 2
    further -= pd.Series(own).groupby(found["row"].to_numpy()).transform("max").to_numpy()
    rank = np.where(own == 1, 1, further)
    kept = rank <= _FURTHER + 1
    ids = state.base.papers["id"].to_numpy()
    return pd.DataFrame(
        {
            "paper_id": pd.Series(ids[found["row"]][kept], dtype="str"),
            "topic": pd.Series(found["topic"].to_numpy()[kept], dtype="str"),
            "confidence": found["confidence"].to_numpy()[kept],
            "rank": rank[kept].astype("int64"),
        },
        columns=list(LATER_TABLES["memberships"]),
    )


def _now(state: State, told: pd.DataFrame, moved: np.ndarray) -> np.ndarray:
    """The id that each further topic goes by now."""
    import numpy as np

    names = {topic: _last(state, topic) for topic in set(told["topic"])}
    found = np.array([names[topic] for topic in told["topic"]], dtype=object)
    near = state.nearest[told["row"]]
    was_near = state.base.papers["nearest_topic"].to_numpy(dtype=object)[told["row"]]
    # Where a topic was split, the part that is nearest.
    return np.where((told["topic"].to_numpy() == was_near) & ~moved, near, found)
