"""Synthetic maps of any size: made from a seed, with nothing fitted."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from topics import artefact
from topics.topicmap import LATER_TABLES, SCHEMA_VERSION, TABLES, TopicMap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["HOSTILE_TITLES", "make_map", "with_groups", "write_map"]

HOSTILE_TITLES = (
    "<img src=x onerror=alert(1)> in the title",
    "$\\href{javascript:alert(1)}{x}$ costs $5",
    ":red[x] **b** _i_ `c` [l](javascript:alert(1)) :smile: :material/home:",
    '=HYPERLINK("http://example.invalid","x")',
    "<script>alert(1)</script> & <b>bold</b> -> www.example.invalid",
)

THEMES = (
    ("optimization", "training algorithms and their convergence"),
    ("unlearning", "removing training data or knowledge from a trained model"),
    ("diffusion", "generative models that denoise"),
    ("alignment", "making models follow intent"),
    ("scaling", "how quality grows with size, data and compute"),
    ("other", "papers that fit none of the themes"),
)

NAMES = (
    "adaptive step sizes",
    "machine unlearning benchmarks",
    "latent diffusion image editing",
    "preference optimization",
    "neural scaling laws",
    "data mixture selection",
    "forgetting in language models",
    "video diffusion transformers",
    "reward model robustness",
    "second-order optimizers",
    "long context language model serving",
    "speech and audio",
    "graph neural networks",
    "protein design",
    "robot learning from demonstrations",
    "retrieval-augmented generation",
    "mixture of experts routing",
    "quantization and pruning",
    "federated learning privacy",
    "code generation agents",
)

_NOUNS = [
    "model",
    "loss",
    "gradient",
    "sample",
    "prompt",
    "policy",
    "token",
    "layer",
    "batch",
    "score",
    "kernel",
    "prior",
]
_VERBS = [
    "Learning",
    "Scaling",
    "Editing",
    "Probing",
    "Taming",
    "Rethinking",
    "Unifying",
    "Measuring",
]


def make_map(
    papers: int = 153,
    topics: int = 12,
    *,
    seed: int = 7,
    unclustered: float = 0.12,
    undated: float = 0.08,
    hostile: Sequence[str] = HOSTILE_TITLES,
    first_year: int = 2023,
) -> TopicMap:
    """Make a map whose topics are blobs in the plane.

    Args:
        papers: number of papers; 0 is allowed.
        topics: number of topics; capped by the number of papers.
        seed: of all that is random.
        unclustered: share of papers in no topic.
        undated: share of papers without a date.
        hostile: titles to put on the first papers.
        first_year: of the dates, which span three years.
    """
    made = _made(papers, topics, seed, unclustered, undated, tuple(hostile), first_year)
    # The same is asked for hundreds of times; what a test does to its own stays its own.
    own = {field.name: _copied(getattr(made, field.name)) for field in fields(made)}
    return TopicMap(**own)


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, pd.DataFrame | np.ndarray) else deepcopy(value)


@lru_cache(maxsize=64)
def _made(
    papers: int,
    topics: int,
    seed: int,
    unclustered: float,
    undated: float,
    hostile: tuple[str, ...],
    first_year: int,
) -> TopicMap:
    rng = np.random.default_rng(seed)
    topics = min(topics, papers)
    centres = _centres(topics, rng)
    weights = 1 / np.arange(1, topics + 1) ** 0.6 if topics else np.ones(0)
    member = (
        np.sort(rng.choice(topics, size=papers, p=weights / weights.sum()))
        if topics
        else np.zeros(papers, dtype=int)
    )
    free = (rng.random(papers) < unclustered) | (topics == 0)
    where = centres[member] if topics else np.zeros((papers, 2))
    spread = np.where(free, 2.2, 0.55)[:, None]
    xy = where + rng.normal(size=(papers, 2)) * spread
    topic = [None if free[i] else str(member[i]) for i in range(papers)]
    frame = _papers(papers, topic, xy, rng, undated, hostile, first_year)
    topic_frame = _topics(frame, topics)
    vectors = rng.normal(size=(papers, 16)) + np.repeat(member[:, None] * 1.0, 16, axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    themes = pd.DataFrame(
        [(name, text, int((frame["theme"] == name).sum())) for name, text in THEMES],
        columns=list(TABLES["themes"]),
    )
    return TopicMap(
        papers=frame,
        topics=topic_frame,
        themes=themes,
        trends=_trends(frame),
        ledger=_ledger(frame),
        vectors=vectors.astype(np.float32),
        manifest=_manifest(frame, topic_frame),
        memberships=_memberships(frame, topic_frame),
    )


def write_map(folder: Path, topic_map: TopicMap | None = None, **options: Any) -> TopicMap:
    """Write a map folder and load it again."""

    def write_encoder(target: Path) -> None:
        (target / "encoder.json").write_text(json.dumps({"name": "none"}), encoding="utf-8")

    made = make_map(**options) if topic_map is None else topic_map
    return artefact.save(made, folder, write_encoder=write_encoder)


def _centres(topics: int, rng: np.random.Generator) -> np.ndarray:
    """Places at least 2.4 apart, found by throwing."""
    found: list[np.ndarray] = []
    size = 2.4 * max(2.0, np.sqrt(topics) * 1.3)
    while len(found) < topics:
        place = rng.random(2) * size
        if all(np.linalg.norm(place - other) > 2.4 for other in found):
            found.append(place)
        else:
            size *= 1.002
    return np.array(found).reshape(-1, 2)


def _papers(
    count: int,
    topic: list[str | None],
    xy: np.ndarray,
    rng: np.random.Generator,
    undated: float,
    hostile: Sequence[str],
    first_year: int,
) -> pd.DataFrame:
    rows = []
    for i in range(count):
        name = NAMES[int(topic[i]) % len(NAMES)] if topic[i] is not None else "many things"
        title = f"{rng.choice(_VERBS)} the {rng.choice(_NOUNS)} in {name}, part {i}"
        year, month = first_year + int(rng.integers(3)), int(rng.integers(1, 13))
        date, precision = f"{year}-{month:02d}-{int(rng.integers(1, 29)):02d}", "day"
        if i % 29 == 5:
            date, precision = f"{year}", "year"
        if rng.random() < undated:
            date = precision = None
        theme = THEMES[int(topic[i]) % 6][0] if topic[i] is not None else "other"
        arxiv = f"{year % 100:02d}{month:02d}.{10000 + i:05d}" if i % 3 else None
        rows.append(
            {
                "id": f"arxiv:{arxiv}" if arxiv else f"title:{i:08x}",
                "title": hostile[i * len(hostile) // max(count, 1)]
                if hostile and i % max(1, count // len(hostile)) == 0
                else title,
                "abstract": f"We study {name}. " + " ".join(rng.choice(_NOUNS, 70)) + ".",
                "date": date,
                "date_precision": precision,
                "authors": [f"Ada Author{i}", "Bo Writer"] if i % 4 else [],
                "author_count": 2 if i % 4 else 5,
                "comments": int(rng.integers(9)) if i % 2 else None,
                "upvotes": None,
                "url": f"https://arxiv.org/abs/{arxiv}" if arxiv else None,
                "doi": None,
                "arxiv_id": arxiv,
                "sources": [f"page-{1 + i % 5}.txt"] + (["page-1.txt"] if i % 17 == 6 else []),
                "topic": topic[i],
                "topic_confidence": float(rng.uniform(0.4, 1)) if topic[i] else None,
                "nearest_topic": topic[i] or "0",
                "theme": theme,
                "theme_confidence": float(rng.uniform(0.3, 1)),
                "x": float(xy[i, 0]),
                "y": float(xy[i, 1]),
            }
        )
    return pd.DataFrame(rows, columns=list(TABLES["papers"]))


def _topics(papers: pd.DataFrame, count: int) -> pd.DataFrame:
    rows = []
    for number in range(count):
        own = papers[papers["topic"] == str(number)]
        if own.empty:
            continue
        name = NAMES[number % len(NAMES)]
        rows.append(
            {
                "id": str(number),
                "name": name if number < len(NAMES) else f"{name} {number}",
                "keywords": [*name.split(), *_NOUNS[:5]],
                "size": len(own),
                "theme": own["theme"].iloc[0],
                "parent": None,
                "x": float(own["x"].median()),
                "y": float(own["y"].median()),
                "representatives": list(own["id"].iloc[:3]),
                "stability": 0.8,
            }
        )
    frame = pd.DataFrame(rows, columns=list(TABLES["topics"]))
    return frame.sort_values("size", ascending=False, kind="stable").reset_index(drop=True)


def _memberships(papers: pd.DataFrame, topics: pd.DataFrame) -> pd.DataFrame:
    """Each paper's own topic, and for every fifth paper the largest other one."""
    rows = []
    for number, (paper, topic) in enumerate(zip(papers["id"], papers["topic"], strict=True)):
        if isinstance(topic, str):
            rows.append((paper, topic, 0.85, 1))
        others = [other for other in topics["id"] if other != topic]
        if number % 5 == 0 and others:
            rows.append((paper, others[0], 0.35, 2))
    return pd.DataFrame(rows, columns=list(LATER_TABLES["memberships"]))


def _trends(papers: pd.DataFrame) -> pd.DataFrame:
    dated = papers[papers["date"].notna()]
    rows = []
    for period, part in dated.groupby(dated["date"].str[:4] if len(dated) else []):
        groups = [(None, None, len(part))]
        groups += [(None, theme, int(n)) for theme, n in part["theme"].value_counts().items()]
        groups += [(topic, None, int(n)) for topic, n in part["topic"].value_counts().items()]
        rows += [
            (period, topic, theme, n, n / len(part), max(0.0, n / len(part) - 0.1), 1.0)
            for topic, theme, n in groups
        ]
    return pd.DataFrame(rows, columns=list(TABLES["trends"]))


def _ledger(papers: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (sources[0], i + 1, "kept", paper, None)
        for i, (paper, sources) in enumerate(zip(papers["id"], papers["sources"], strict=True))
    ]
    return pd.DataFrame(rows, columns=list(TABLES["ledger"]))


def _manifest(papers: pd.DataFrame, topics: pd.DataFrame) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "papermap": "0.1.0",
        "created": "2025-11-20T12:00:00+00:00",
        "corpus_fingerprint": "0" * 64,
        "settings": {"seed": 0},
        "encoder": {"name": "none", "fingerprint": "0" * 64},
        "counts": {
            "papers": len(papers),
            "topics": len(topics),
            "unclustered": int(papers["topic"].isna().sum()),
            "undated": int(papers["date"].isna().sum()),
        },
        "seconds": {},
        "quality": {},
    }


def with_groups(made: TopicMap, *, each: int = 4) -> TopicMap:
    """The same map with its topics in groups of so many, and those in pairs if there are many."""
    topics = made.topics
    groups = {
        f"g{at // each + 1}": list(topics["id"][at : at + each])
        for at in range(0, len(topics), each)
    }
    parent_of = {topic: group for group, members in groups.items() for topic in members}
    above = dict.fromkeys(groups)
    if len(groups) > 3:
        for at, pair in enumerate(zip(list(groups)[::2], list(groups)[1::2], strict=False)):
            top = f"g{len(above) + 1 + at}"
            above |= dict.fromkeys(pair, top)
        for top in sorted({group for group in above.values() if group}):
            groups[top] = [t for g, up in above.items() if up == top for t in groups[g]]
    rows = []
    for group, members in groups.items():
        own = made.papers[made.papers["topic"].isin(members)]
        middle = (own[["x", "y"]] - own[["x", "y"]].median()).abs().sum(axis=1).idxmin()
        rows.append(
            {
                "id": group,
                "name": f"subject area {group}",
                "keywords": ["subject", "area"],
                "size": len(own),
                "theme": own["theme"].mode().iloc[0],
                "parent": above.get(group),
                "x": float(own["x"][middle]),
                "y": float(own["y"][middle]),
                "representatives": list(own["id"].iloc[:3]),
                "stability": None,
            }
        )
    frame = pd.DataFrame(rows, columns=list(TABLES["topics"]))
    return replace(
        made,
        topics=topics.assign(parent=[parent_of[topic] for topic in topics["id"]]),
        groups=frame,
        manifest={**made.manifest, "counts": {**made.manifest["counts"], "groups": len(frame)}},
    )
