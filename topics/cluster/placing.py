"""One part of a corpus: its papers are encoded, put to the topics of the sample, and placed.

The rules are those by which papers join a finished map, see `topics.newcomers`: the papers nearest
to a new one speak for its topic and its place. Here these are always papers of the sample, so that
no part depends on another.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from topics.cluster.known import FOUND, ROW, known_in
from topics.cluster.parts import part_file
from topics.clustering import UNCLUSTERED, Clustering, nearest_topics, no_topics, votes
from topics.memberships import membership_table
from topics.neighbours import NeighbourGraph
from topics.newcomers import GUIDES, nearest_known, place
from topics.stages import joined_texts
from topics.tablefiles import arrow_table, schema_of
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from topics.cluster.known import Known
    from topics.themefile import Theme

__all__ = ["ALSO", "KNOWN", "PLACED", "VECTORS", "Votes", "encode_part", "place_part"]

#: Papers whose nearest ones are sought at once: it bounds what a worker holds.
_BLOCK = 256
#: Names of the files of a part: the nearest papers of each with their cosines, the vectors, the
#: papers as they are on the map, and the topics that each is in.
_NEAR, VECTORS, PLACED, ALSO = ("near", "cosines"), "vectors", "placed", "also"
#: Folder of what all parts need.
KNOWN = "known"


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A part of the corpus beside the sample.

    Attributes:
        table: its papers.
        new: rows of those that are not in the sample.
        old: rows of the others.
        rows: places of these in the sample.
    """

    table: pa.Table
    new: np.ndarray
    old: np.ndarray
    rows: slice

    @classmethod
    def of(cls, folder: Path, number: int, known: Known, *, columns: list[str] | None) -> _Part:
        """Read a part."""
        import numpy as np
        import pyarrow.parquet as pq

        table = pq.read_table(part_file(folder, "corpus", number), columns=columns)
        drawn, start = known.arrays["drawn"], number * known.state["part"]
        own = np.asarray(drawn[start : start + table.num_rows])
        before = int(np.count_nonzero(drawn[:start]))
        old = np.flatnonzero(own)
        return cls(table, np.flatnonzero(~own), old, slice(before, before + len(old)))

    def texts(self) -> list[str]:
        """What is encoded of the papers that are not in the sample."""
        table = self.table.select(["title", "abstract"]).take(self.new)
        return joined_texts(*(column.to_pylist() for column in table.columns))


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """What the nearest papers say of the papers of a part that are not in the sample.

    Attributes:
        best: the topic that most of a paper's nearest ones are in.
        most: their share there.
        seconds: of the processor that encoding the papers took, and finding their nearest ones.
    """

    best: np.ndarray
    most: np.ndarray
    seconds: tuple[float, float]


def encode_part(folder: Path, number: int) -> Votes:
    """Encode the papers of a part and find their nearest ones in the sample."""
    import numpy as np

    begin = time.thread_time()
    known = known_in(str(folder / KNOWN))
    part = _Part.of(folder, number, known, columns=["title", "abstract"])
    sample = known.arrays["vectors"]
    vectors = np.empty((part.table.num_rows, sample.shape[1]), dtype=np.float32)
    vectors[part.old] = sample[part.rows]
    if len(part.new):
        vectors[part.new] = known.encoder.encode(part.texts())
    encoded = time.thread_time()
    near = _nearest(vectors[part.new], sample, max(known.state["neighbours"], GUIDES))
    _save(part_file(folder, VECTORS, number, "npy"), vectors)
    for kind, array in zip(_NEAR, near, strict=True):
        _save(part_file(folder, kind, number, "npy"), array)
    shares = _shares(near, known)
    most = shares.max(axis=1, initial=0)
    best = shares.argmax(axis=1) if shares.shape[1] else np.zeros(len(shares), dtype=np.int64)
    took = (encoded - begin, time.thread_time() - encoded)
    return Votes(best.astype(np.int32), most, took)


def _nearest(vectors: np.ndarray, sample: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    rows = np.empty((len(vectors), min(k, len(sample))), dtype=np.int32)
    cosines = np.empty(rows.shape, dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        rows[block], cosines[block] = nearest_known(vectors[block], sample, k=k)
    return rows, cosines


def _graph(near: tuple[np.ndarray, np.ndarray], k: int) -> NeighbourGraph:
    """Papers, and those of the sample after them, as a graph of which the first have neighbours."""
    import numpy as np

    rows, cosines = near[0][:, :k], near[1][:, :k]
    own = np.arange(len(rows), dtype=np.int32)[:, None]
    distances = np.hstack([np.zeros(own.shape, dtype=np.float32), 1 - cosines])
    return NeighbourGraph(np.hstack([own, rows + len(rows)]), np.clip(distances, 0, 2))


def _shares(near: tuple[np.ndarray, np.ndarray], known: Known) -> np.ndarray:
    """Share of the nearest papers of each paper in each topic."""
    import numpy as np

    papers, topics = len(near[0]), len(known.arrays["centres"])
    labels = np.concatenate([np.full(papers, UNCLUSTERED), known.arrays["labels"]])
    graph = _graph(near, known.state["neighbours"])
    return votes(labels, graph, topics, rows=np.arange(papers))


def place_part(folder: Path, number: int, labels: np.ndarray, themes: Sequence[Theme]) -> float:
    """Write the papers of a part with all that is found of them, and the topics that they are in.

    Args:
        folder: of the parts.
        number: of this one.
        labels: topic of each of its papers that is not in the sample.
        themes: those that a person gave.

    Returns:
        The seconds of the processor that it took.
    """
    import numpy as np

    begin = time.thread_time()
    known = known_in(str(folder / KNOWN))
    part = _Part.of(folder, number, known, columns=None)
    near = tuple(
        np.load(part_file(folder, kind, number, "npy"), allow_pickle=False) for kind in _NEAR
    )
    vectors = np.load(part_file(folder, VECTORS, number, "npy"), allow_pickle=False)[part.new]
    ids = part.table["id"].take(part.new).to_pylist()
    clustering = _settled(labels, near, vectors, known)
    points = place(
        ids,
        labels,
        vectors=vectors,
        known=known.arrays["vectors"],
        points=known.arrays["points"],
        known_labels=known.arrays["labels"],
        near=near,
    )
    theme, sure = _themes(part, vectors, clustering, known, themes)
    topics = [topic for topic, _ in known.topics]
    found = {
        "topic": [topics[at] if at >= 0 else None for at in clustering.labels],
        "topic_confidence": clustering.confidence.round(4),
        "nearest_topic": [topics[at] if at >= 0 else None for at in clustering.nearest],
        "theme": theme,
        "theme_confidence": sure,
        "x": points[:, 0],
        "y": points[:, 1],
    }
    _write_table(_with_found(part, found, known), part_file(folder, PLACED, number))
    _write_table(
        arrow_table("memberships", _memberships(part, ids, clustering, near, known)),
        part_file(folder, ALSO, number),
    )
    return time.thread_time() - begin


def _settled(
    labels: np.ndarray, near: tuple[np.ndarray, np.ndarray], vectors: np.ndarray, known: Known
) -> Clustering:
    """How surely each paper is in its topic, or would be in the nearest one."""
    import numpy as np

    shares = _shares(near, known)
    if not shares.shape[1]:
        return no_topics(len(labels))
    closest = nearest_topics(shares, vectors, known.arrays["centres"])
    nearest = np.where(labels >= 0, labels, closest)
    return Clustering(labels, shares[np.arange(len(labels)), nearest], nearest)


def _themes(
    part: _Part,
    vectors: np.ndarray,
    clustering: Clustering,
    known: Known,
    themes: Sequence[Theme],
) -> tuple[Sequence[str | None], Sequence[float | None]]:
    """Theme of each paper with its confidence, by the words of the sample or by its topic."""
    import numpy as np

    papers = len(clustering.labels)
    if not known.state["themed"]:
        return [None] * papers, [None] * papers
    if not themes:
        inside = clustering.labels >= 0
        names = [known.topics[at][1] if at >= 0 else OTHER_THEME for at in clustering.labels]
        sure = np.where(inside, clustering.confidence, 1 - clustering.confidence)
        return names, sure.round(4).tolist()
    from topics.themes import assign_themes

    shown = known.state["examples"]
    rows = [row for each in shown for row in each]
    starts = np.cumsum([0, *map(len, shown)]).tolist()
    found = assign_themes(
        themes,
        [*(text for texts in known.state["texts"] for text in texts), *part.texts()],
        np.concatenate([known.arrays["vectors"][rows], vectors]),
        known.encoder,
        examples=[range(start, end) for start, end in pairwise(starts)],
        diction=known.diction,
    )
    return found.names[len(rows) :], found.confidence[len(rows) :].round(4).tolist()


def _with_found(part: _Part, found: dict[str, Any], known: Known) -> pa.Table:
    """The table of a part with what was found of its papers, those of the sample among them."""
    import pandas as pd
    import pyarrow as pa

    new = pd.DataFrame(found, columns=list(FOUND)).set_axis(part.new, axis=0)
    old = known.papers.iloc[part.rows].set_axis(part.old, axis=0)
    both = pd.concat([frame for frame in (old, new) if len(frame)]).sort_index()
    schema = schema_of("papers")
    columns = [
        pa.array(both[name], schema.field(name).type, from_pandas=True)
        if name in FOUND
        else part.table[name]
        for name in schema.names
    ]
    return pa.table(columns, schema=schema)


def _memberships(
    part: _Part,
    ids: Sequence[str],
    clustering: Clustering,
    near: tuple[np.ndarray, np.ndarray],
    known: Known,
) -> pd.DataFrame:
    """The topics of all papers of a part, in their order."""
    import numpy as np
    import pandas as pd

    everyone = np.concatenate([clustering.labels, known.arrays["labels"]])
    graph = _graph(near, known.state["neighbours"])
    names = [topic for topic, _ in known.topics]
    new = membership_table(ids, Clustering(everyone, everyone, everyone), graph, names=names)
    place_of = dict(zip(ids, part.new.tolist(), strict=True))
    also = known.memberships
    old = also[also[ROW].between(part.rows.start, part.rows.stop - 1)]
    both = pd.concat(
        [
            new.assign(**{ROW: new["paper_id"].map(place_of)}),
            old.assign(**{ROW: part.old[old[ROW].to_numpy(dtype=np.int64) - part.rows.start]}),
        ]
    )
    return both.sort_values([ROW, "rank"], kind="stable", ignore_index=True)


def _save(file: Path, array: np.ndarray) -> None:
    import numpy as np

    def write(temporary: Path) -> None:
        with temporary.open("wb") as stream:
            np.save(stream, array, allow_pickle=False)

    _whole(file, write)


def _write_table(table: pa.Table, file: Path) -> None:
    import pyarrow.parquet as pq

    _whole(file, lambda temporary: pq.write_table(table, temporary, compression="zstd"))


def _whole(file: Path, write: Callable[[Path], None]) -> None:
    """Write a file under its name only when it is whole: two workers may do the same part."""
    temporary = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}")
    try:
        write(temporary)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
