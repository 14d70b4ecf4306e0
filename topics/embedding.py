"""UMAP on a graph that is there already: fewer dimensions, in which neighbours stay near.

The method of McInnes, Healy and Melville (2018): neighbours are tied by how near they are for where
they are; papers that are tied draw near to one another and others are pushed apart, by stochastic
gradient descent. The start is a spectral one, by so many steps of smoothing over the graph as show.
The descent runs in one thread and is let run beside others, so that the same seed gives the same
places however many cores there are.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from topics.thirdparty import compiled

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

    from topics.neighbours import NeighbourGraph

__all__ = ["embed", "fuzzy_graph"]

#: Papers that each paper is pushed away from for each that it draws near to.
_PUSHES = 5
#: Most that a coordinate changes at once, before the step's own rate.
_LONGEST = 4.0
#: Steps of smoothing from which on the start looks the same: so often so many.
_SMOOTHINGS, _SMOOTHED_AT_ONCE = 8, 5
#: Bits of a number's fraction by which the strength of pull and push is looked up.
_FRACTION = 9


_ONE_AT_A_TIME = Lock()


def fuzzy_graph(graph: NeighbourGraph) -> csr_matrix:
    """Ties of papers, 0 to 1: symmetric, of shape (papers, papers).

    A paper's ties to its k neighbours add up to log2(k), whether these are near or far.
    """
    with _ONE_AT_A_TIME:  # what two threads ask for at once is worked out once
        return _fuzzy_graph(graph)


@lru_cache(maxsize=1)
def _fuzzy_graph(graph: NeighbourGraph) -> csr_matrix:
    import numpy as np
    from scipy.sparse import csr_matrix

    papers, k = graph.indices.shape
    far = np.asarray(graph.distances, dtype=np.float64)
    nearest = np.where(far > 0, far, np.inf).min(axis=1)
    beyond = np.maximum(far - np.where(np.isfinite(nearest), nearest, 0)[:, None], 0)
    scale = _scales(beyond[:, 1:], float(np.log2(k)))
    least = 1e-3 * np.where(np.isfinite(nearest), far.mean(axis=1), far.mean())
    weight = np.exp(-beyond / np.maximum(np.maximum(scale, least), 1e-12)[:, None])
    weight[:, 0] = 0
    rows = np.repeat(np.arange(papers), k)
    one_way = csr_matrix((weight.ravel(), (rows, graph.indices.ravel())), shape=(papers, papers))
    one_way.sum_duplicates()
    one_way.setdiag(0)
    one_way.eliminate_zeros()
    other = one_way.T.tocsr()
    ties = (one_way + other - one_way.multiply(other)).tocsr()
    ties.sort_indices()
    return ties


def embed(
    vectors: np.ndarray,
    ties: csr_matrix,
    *,
    dimensions: int,
    min_dist: float,
    epochs: int,
    seed: int,
) -> np.ndarray:
    """Places of papers.

    Args:
        vectors: float32 array of shape (papers, dimensions of the encoder).
        ties: from `fuzzy_graph`.
        dimensions: wanted.
        min_dist: how near papers may come to one another.
        epochs: rounds of the descent.
        seed: of the start and of what is pushed apart.

    Returns:
        float32 array of shape (papers, dimensions).
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    points = _start(vectors, ties, dimensions, rng)
    pairs = ties.tocoo()
    strong = pairs.data >= pairs.data.max(initial=0) / max(epochs, 1)
    head, tail = (np.asarray(each[strong], dtype=np.int64) for each in (pairs.row, pairs.col))
    every = (pairs.data.max(initial=1) / pairs.data[strong]).astype(np.float32)
    number = np.zeros(1, dtype=np.float32)
    compiled(_descend)(
        points,
        head,
        tail,
        every,
        every.copy(),
        every / np.float32(_PUSHES),
        *_strengths(min_dist),
        number,
        number.view(np.int32),
        23 - _FRACTION,
        epochs,
        np.float32(_LONGEST),
        int(rng.integers(2**62)),
    )
    return points


def _scales(beyond: np.ndarray, wanted: float) -> np.ndarray:
    """For each row the scale with which its ties add up to a number, by bisection."""
    import numpy as np

    low, high = np.zeros(len(beyond)), np.full(len(beyond), np.inf)
    scale = np.ones(len(beyond))
    for _ in range(64):
        total = np.exp(-beyond / np.maximum(scale, 1e-12)[:, None]).sum(axis=1)
        over = total > wanted
        if not (np.abs(total - wanted) >= 1e-5).any():
            break
        high, low = np.where(over, scale, high), np.where(over, low, scale)
        scale = np.where(np.isinf(high), 2 * scale, (low + np.minimum(high, 1e300)) / 2)
    return scale


def _start(
    vectors: np.ndarray, ties: csr_matrix, dimensions: int, rng: np.random.Generator
) -> np.ndarray:
    """The slowest waves of the graph, found by smoothing the papers' principal components."""
    import numpy as np
    from scipy.sparse import diags

    papers = ties.shape[0]
    degree = np.sqrt(np.maximum(np.asarray(ties.sum(axis=1)).ravel(), 1e-12))
    step = diags(1 / degree) @ ties @ diags(1 / degree)
    first = degree / np.linalg.norm(degree)
    width = min(2 * dimensions + 2, papers - 1)
    waves = np.asarray(vectors, dtype=np.float64) @ rng.standard_normal((vectors.shape[1], width))
    for _ in range(_SMOOTHINGS):
        waves -= np.outer(first, first @ waves)
        waves, _ = np.linalg.qr(waves)
        for _ in range(_SMOOTHED_AT_ONCE):
            waves = (waves + step @ waves) / 2
    waves -= np.outer(first, first @ waves)
    waves, _ = np.linalg.qr(waves)
    values, turn = np.linalg.eigh(waves.T @ (step @ waves))
    found = waves @ turn[:, np.argsort(-values, kind="stable")[:dimensions]]
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])])
    found = found * np.where(signs == 0, 1, signs)
    found = 10 * found / max(float(np.abs(found).max()), 1e-12)
    found += rng.normal(scale=1e-4, size=found.shape)
    found = 10 * (found - found.min(axis=0)) / np.maximum(np.ptp(found, axis=0), 1e-12)
    return np.ascontiguousarray(found, dtype=np.float32)


def _strengths(min_dist: float) -> tuple[np.ndarray, np.ndarray]:
    """Pull and push by squared distance, a table over the leading bits of the number."""
    import numpy as np

    a, b = _curve(min_dist)
    steps = np.arange(2 ** (8 + _FRACTION), dtype=np.int64)
    bits = ((steps << (23 - _FRACTION)) + (1 << (22 - _FRACTION))).astype(np.int32)
    with np.errstate(all="ignore"):  # the last bits stand for no number
        squared = bits.view(np.float32).astype(np.float64)
        power = squared**b
        pull = -2 * a * b * power / (squared * (a * power + 1))
        push = 2 * b / ((0.001 + squared) * (a * power + 1))
    return tuple(  # type: ignore[return-value]
        np.nan_to_num(each, nan=0, posinf=0, neginf=0).clip(-1e30, 1e30).astype(np.float32)
        for each in (pull, push)
    )


def _curve(min_dist: float) -> tuple[float, float]:
    """The curve 1 / (1 + a d^2b) that is next to 1 up to a distance and falls off from there."""
    import numpy as np
    from scipy.optimize import curve_fit

    distance = np.linspace(0, 3, 300)
    wanted = np.where(distance < min_dist, 1.0, np.exp(-(distance - min_dist)))

    def curve(x: np.ndarray, a: float, b: float) -> np.ndarray:
        return np.asarray(1 / (1 + a * x ** (2 * b)))

    (a, b), _ = curve_fit(curve, distance, wanted)
    return float(a), float(b)


def _descend(
    points: np.ndarray,
    head: np.ndarray,
    tail: np.ndarray,
    every: np.ndarray,
    due: np.ndarray,
    push_due: np.ndarray,
    pull: np.ndarray,
    push: np.ndarray,
    number: np.ndarray,
    bits: np.ndarray,
    shift: int,
    epochs: int,
    longest: float,
    state: int,
) -> None:
    """The descent itself, in the part of Python that is compiled; changes ``points``.

    Each tie has a ``head``, a ``tail`` and its turn ``every`` so many epochs, next at ``due``, its
    pushes at ``push_due``. ``number`` is room for one number, ``bits`` the same room read as a
    whole one, of which ``shift`` bits are left out to look up ``pull`` and ``push``.
    """
    papers, width = points.shape
    for epoch in range(epochs):
        rate = points.dtype.type(1.0 - epoch / epochs)
        for tie in range(len(head)):
            if due[tie] > epoch:
                continue
            one, other = head[tie], tail[tie]
            number[0] = 0
            for d in range(width):
                gap = points[one, d] - points[other, d]
                number[0] += gap * gap
            strength = pull[bits[0] >> shift]
            for d in range(width):
                move = strength * (points[one, d] - points[other, d])
                move = min(max(move, -longest), longest) * rate
                points[one, d] += move
                points[other, d] -= move
            due[tie] += every[tie]
            apart = every[tie] / 5
            pushes = int((epoch - push_due[tie]) / apart)
            for _ in range(pushes):
                state = state * 6364136223846793005 + 1442695040888963407
                other = (((state >> 32) & 0xFFFFFFFF) * papers) >> 32
                if other == one:
                    continue
                number[0] = 0
                for d in range(width):
                    gap = points[one, d] - points[other, d]
                    number[0] += gap * gap
                strength = push[bits[0] >> shift]
                for d in range(width):
                    move = strength * (points[one, d] - points[other, d])
                    points[one, d] += min(max(move, -longest), longest) * rate
            push_due[tie] += pushes * apart
