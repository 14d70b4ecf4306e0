"""The parts of a topic: groups of its papers that are more alike than the topic as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["parts_of"]

#: Papers among which parts are sought; the others join the nearest.
_SOUGHT = 1500
_ROUNDS = 10


def parts_of(vectors: np.ndarray, parts: int) -> np.ndarray:
    """Part papers by their vectors: Ward's linkage, then each goes to the nearest mean.

    The same vectors give the same parts.

    Args:
        vectors: array of shape (papers, dimensions), rows of length one.
        parts: how many are wanted.

    Returns:
        Number of the part of each paper, the largest part first; fewer than wanted where papers
        are alike.
    """
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage

    rows = np.asarray(vectors, dtype=np.float64)
    among = rows[np.linspace(0, len(rows) - 1, min(len(rows), _SOUGHT)).astype(int)]
    found = fcluster(linkage(among, method="ward"), parts, criterion="maxclust")
    centres = np.stack([_middle(among[found == part]) for part in np.unique(found)])
    labels = np.full(len(rows), -1)
    for _ in range(_ROUNDS):
        before = labels
        labels = np.round(rows @ centres.T, 6).argmax(axis=1)
        if (labels == before).all():
            break
        centres = np.stack(
            [
                _middle(rows[labels == part]) if (labels == part).any() else centre
                for part, centre in enumerate(centres)
            ]
        )
    kept, sizes = np.unique(labels, return_counts=True)
    order = kept[np.argsort(-sizes, kind="stable")]
    number = {int(part): at for at, part in enumerate(order)}
    return np.array([number[int(part)] for part in labels])


def _middle(rows: np.ndarray) -> np.ndarray:
    import numpy as np

    mean = rows.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9))
