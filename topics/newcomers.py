"""Papers that come to a finished map: which topics they join, and where on the map they go.

Nothing that is known moves. A new paper joins a topic by the rule of a build: enough of its nearest
papers are in it. New papers that are as near to one another as the papers of a topic are, and
nearer than to any topic, become topics of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.clustering import LOOSE_CONFIDENCE, UNCLUSTERED, joined, votes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from topics.neighbours import NeighbourGraph

__all__ = ["GUIDES", "MOST_SOUGHT", "assign", "nearest_known", "place"]

#: Papers among which new topics are sought at most, those least at home in the known ones. The
#: distances between all of them are held at once, and once more while they are linked: 8 bytes for
#: each pair of papers, twice, or 290 MB. The other new papers join what is found among these.
MOST_SOUGHT = 6000

#: Share of the known topics that are looser than a group of new papers may be.
_LOOSER = 0.25
#: How much farther the papers of a topic of its own are from any other topic's than from one
#: another, at the least. In a corpus of 2,000 papers the nearest topics are 1.08 to 1.14 times as
#: far, random thirds of one topic at most 1.02 times.
_APART = 1.05
#: Share of its nearest papers in one known topic from which on a paper belongs there, and to no
#: new topic.
_AT_HOME = 0.5
#: Known papers that say where a new one goes.
GUIDES = 15
_CELLS = 2**25  # cosines held at once
_BLOCK = 256  # papers whose distances from all others are found at once


def assign(
    labels: np.ndarray,
    is_new: np.ndarray,
    graph: NeighbourGraph,
    *,
    vectors: np.ndarray,
    min_topic_size: int,
) -> np.ndarray:
    """Give new papers the topics that they belong to, known or new.

    Args:
        labels: topic of each paper, numbered from 0; `UNCLUSTERED` for new ones and those in none.
        is_new: which papers are new; the others keep their labels.
        graph: neighbours of all papers.
        vectors: their vectors, rows of length one.
        min_topic_size: fewest papers of a new topic.

    Returns:
        The labels of all papers; topics that were not there before have the next numbers, the
        largest first.
    """
    import numpy as np

    topics = int(labels.max(initial=UNCLUSTERED)) + 1
    labels = labels.copy()
    home = votes(labels, graph, topics).max(axis=1, initial=0)
    sought = np.flatnonzero(is_new & (home < _AT_HOME))
    sought = np.sort(sought[np.argsort(home[sought], kind="stable")[:MOST_SOUGHT]])
    if len(sought) >= min_topic_size and topics:
        found = _groups(labels, sought, graph, vectors=vectors, size=min_topic_size)
        for number, rows in enumerate(found, topics):
            labels[rows] = number
    for _ in range(2):  # once more for those whose nearest papers are new themselves
        labels = joined(labels, graph, among=is_new)
    return labels


def _groups(
    labels: np.ndarray,
    sought: np.ndarray,
    graph: NeighbourGraph,
    *,
    vectors: np.ndarray,
    size: int,
) -> list[np.ndarray]:
    """Rows of each new topic among some papers.

    Average linkage over cosine distance (UPGMA), cut where a group is as loose as a loose topic
    of the map; each group must then hold together and stand apart by its neighbours too.
    """
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage

    known = [_Group.of(vectors[labels == topic]) for topic in range(labels.max() + 1)]
    height = float(np.quantile([group.inside for group in known], 1 - _LOOSER))
    tree = linkage(_distances(np.asarray(vectors[sought], dtype=np.float64)), method="average")
    groups = fcluster(tree, height, criterion="distance")
    kept = []
    for number in range(1, groups.max() + 1):
        members = sought[groups == number]
        if len(members) >= size and _stands_apart(members, labels, known, graph, vectors):
            kept.append(members)
    return sorted(kept, key=lambda members: (-len(members), int(members[0])))


def _distances(rows: np.ndarray) -> np.ndarray:
    """Cosine distances between rows of length one, each pair once: (n × (n − 1) / 2,)."""
    import numpy as np

    papers = len(rows)
    found = np.empty(papers * (papers - 1) // 2)
    end = 0
    for start in range(0, papers, _BLOCK):
        block = rows[start : start + _BLOCK] @ rows[start:].T
        for place, cosines in enumerate(block):
            others = cosines[place + 1 :]
            found[end : end + len(others)] = np.clip(1 - np.round(others, 6), 0, None)
            end += len(others)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Sum of the vectors of some papers, and their mean distance from one another."""

    papers: int
    total: np.ndarray
    inside: float

    @classmethod
    def of(cls, rows: np.ndarray) -> _Group:
        import numpy as np

        total = np.asarray(rows, dtype=np.float64).sum(axis=0)
        pairs = max(len(rows) * (len(rows) - 1), 1)
        return cls(len(rows), total, 1 - (float(total @ total) - len(rows)) / pairs)

    def away(self, other: _Group) -> float:
        """Mean distance between papers of the one and the other."""
        return 1 - float(self.total @ other.total) / (self.papers * other.papers)


def _stands_apart(
    members: np.ndarray,
    labels: np.ndarray,
    known: Sequence[_Group],
    graph: NeighbourGraph,
    vectors: np.ndarray,
) -> bool:
    """Whether papers are one another's neighbours rather than those of a known topic."""
    import numpy as np

    trial = labels.copy()
    trial[members] = len(known)
    shares = votes(trial[:], graph, len(known) + 1, rows=members).mean(axis=0)
    own = _Group.of(vectors[members])
    nearest = min(2 * own.away(topic) / max(own.inside + topic.inside, 1e-9) for topic in known)
    return bool(
        shares[-1] >= LOOSE_CONFIDENCE and shares[-1] > np.max(shares[:-1]) and nearest >= _APART
    )


def nearest_known(
    vectors: np.ndarray, known: np.ndarray, *, k: int = GUIDES
) -> tuple[np.ndarray, np.ndarray]:
    """The known papers nearest to each new one, exactly, a block of them at a time.

    Args:
        vectors: float32 array of shape (new papers, dimensions), rows of length one.
        known: the same of the known papers.
        k: how many of them.

    Returns:
        Rows of ``known`` and cosines, both of shape (new papers, k), nearest first.
    """
    import numpy as np

    k = min(k, len(known))
    rows = np.empty((len(vectors), k), dtype=np.int64)
    cosines = np.empty((len(vectors), k), dtype=np.float64)
    step = max(1, _CELLS // max(len(known), 1))
    for start in range(0, len(vectors), step):
        block = slice(start, start + step)
        found = np.round(vectors[block] @ np.asarray(known).T, 6)
        near = np.sort(np.argpartition(-found, k - 1, axis=1)[:, :k], axis=1)
        values = np.take_along_axis(found, near, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        rows[block] = np.take_along_axis(near, order, axis=1)
        cosines[block] = np.take_along_axis(values, order, axis=1)
    return rows, cosines


def place(
    ids: Sequence[str],
    labels: np.ndarray,
    *,
    vectors: np.ndarray,
    known: np.ndarray,
    points: np.ndarray,
    known_labels: np.ndarray,
    near: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    """Places on the map for new papers, beside the known papers that they are nearest to.

    UMAP starts a point that it has not seen at the weighted mean of its neighbours (McInnes, Healy
    and Melville 2018). The weighted median takes its place here, as in Poličar, Stražar and Zupan
    ("Embedding to reference t-SNE space addresses batch effects", 2023): between two islands a
    mean lies in the sea. Papers of a new topic go together to a free spot near to where they would
    have been.

    Args:
        ids: of the new papers; a paper's id says how far it lies beside its place, so that
            papers alike can be told from one another.
        labels: topic of each new paper.
        vectors: of the new papers.
        known: vectors of the known ones.
        points: where the known ones are, shape (known papers, 2), from -1 to 1.
        known_labels: topic of each known paper.
        near: what `nearest_known` gives, where it is known already.

    Returns:
        float64 array of shape (new papers, 2), from -1 to 1, no two alike nor on a known one.
    """
    import numpy as np

    points = np.asarray(points, dtype=np.float64)
    guides, cosines = near or nearest_known(vectors, known)
    guides, cosines = guides[:, :GUIDES], cosines[:, :GUIDES]
    gap = 1 - cosines
    width = np.maximum(gap.mean(axis=1) - gap[:, 0], 1e-6)
    weight = np.exp(-(gap - gap[:, :1]) / width[:, None])
    same = known_labels[guides] == labels[:, None]
    same &= labels[:, None] >= 0
    weight = np.where(same | ~same.any(axis=1, keepdims=True), weight, 0)
    found = _medians(points[guides], weight)
    taken = points
    for topic in sorted(set(labels[labels >= 0].tolist()) - set(known_labels.tolist())):
        rows = np.flatnonzero(labels == topic)
        middle = np.median(found[rows], axis=0)
        found[rows] = _island(vectors[rows], middle, taken)
        taken = np.vstack([taken, found[rows]])
    found = np.clip(found + _offsets(ids) * _spacing(points), -1, 1)
    return _told_apart(found, points)


def _medians(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted geometric medians by Weiszfeld's steps; (papers, k, 2) to (papers, 2)."""
    import numpy as np

    total = weight.sum(axis=1, keepdims=True)
    found = (points * weight[..., None]).sum(axis=1) / total
    for _ in range(30):
        gaps = np.linalg.norm(points - found[:, None], axis=2)
        pull = weight / np.maximum(gaps, 1e-4)
        found = (points * pull[..., None]).sum(axis=1) / pull.sum(axis=1, keepdims=True)
    return np.asarray(found)


def _spacing(points: np.ndarray) -> float:
    """Distance from a paper to the next on the map, as a rule."""
    import numpy as np
    from scipy.spatial import KDTree

    if len(points) < 2:
        return 0.01
    gaps = np.asarray(KDTree(points).query(points[:2000], k=2)[0])[:, 1]
    return max(float(np.median(gaps)), 1e-4)


def _island(vectors: np.ndarray, middle: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Places for the papers of a new topic: the free disc nearest to where they would have been.

    It is as large as so many papers take elsewhere on the map; in it, papers alike are neighbours.
    """
    import numpy as np
    from scipy.spatial import KDTree

    radius = min(2 * _spacing(taken) * float(np.sqrt(len(vectors))), 0.15)
    grid = np.linspace(-1 + radius, 1 - radius, 61)
    spots = np.array(np.meshgrid(grid, grid)).reshape(2, -1).T
    low, high = taken.min(axis=0), taken.max(axis=0)  # no picture grows by a new topic
    spots = spots[((spots >= low) & (spots <= high)).all(axis=1)]
    if not len(spots):
        spots = middle[None]
    away = np.linalg.norm(spots - middle, axis=1)
    crowd = KDTree(taken).query_ball_point(spots, radius, return_length=True)
    centre = spots[np.lexsort((np.round(away, 9), crowd))[0]]
    centred = np.asarray(vectors, dtype=np.float64) - vectors.mean(axis=0)
    left, singular, _ = np.linalg.svd(centred, full_matrices=False)
    shape = (left * singular)[:, :2]
    shape = np.pad(shape, ((0, 0), (0, max(0, 2 - shape.shape[1]))))
    shape *= np.where(shape[np.abs(shape).argmax(axis=0), [0, 1]] < 0, -1, 1)
    return np.asarray(centre + shape / max(float(np.abs(shape).max()), 1e-9) * 0.7 * radius)


def _offsets(ids: Sequence[str]) -> np.ndarray:
    """A small step for each id, always the same one, of length one at most."""
    import hashlib

    import numpy as np

    numbers = [
        np.frombuffer(hashlib.sha256(paper.encode()).digest()[:8], dtype="<u4") for paper in ids
    ]
    unit = np.array(numbers, dtype=np.float64).reshape(-1, 2) / 2**32
    angle = 2 * np.pi * unit[:, 0]
    return np.column_stack([np.cos(angle), np.sin(angle)]) * np.sqrt(unit[:, 1:])


def _told_apart(found: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The same places, each a little aside of the ones that are taken."""
    import numpy as np

    taken = {tuple(point) for point in points.tolist()}
    for row, point in enumerate(found.tolist()):
        step = 0
        while tuple(point) in taken:
            step += 1
            inwards = -np.sign(found[row]) * 1e-6 * step
            point = (found[row] + np.where(inwards == 0, 1e-6 * step, inwards)).tolist()
        found[row] = point
        taken.add(tuple(point))
    return found
