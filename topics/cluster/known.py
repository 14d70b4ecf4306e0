"""What the fitted sample tells of all other papers, in files that every worker reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.diction import Diction
from topics.encoders import load_encoder
from topics.growth import topic_numbers
from topics.stages import texts_of, topic_centres
from topics.store import load_arrays, save_arrays
from topics.topicmap import TABLES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from topics.cluster.parts import Sample
    from topics.clustering import Clustering
    from topics.encoders import JoinedEncoder
    from topics.stages import Encoded
    from topics.topicmap import TopicMap

__all__ = ["FOUND", "ROW", "Known", "known_in", "write_found", "write_known"]

#: Columns of papers that are found and not read.
FOUND = TABLES["papers"][TABLES["papers"].index("topic") :]

_STATE, _TOPICS, _ENCODER = "known.json", "topics.json", "encoder"
_PAPERS, _MEMBERSHIPS = "papers.parquet", "also.parquet"
#: Column with a paper's place in the sample.
ROW = "row"


@dataclass(frozen=True, eq=False)
class Known:
    """The sample and what was found of it; the arrays stay on disk.

    Attributes:
        folder: where it is kept.
        arrays: ``vectors`` (sample, dimensions), ``labels`` and ``points`` of the sample,
            ``centres`` of its topics, ``drawn`` (of all papers, which are in it), ``terms`` and
            ``counts`` of its words.
        state: neighbours of a paper, papers of a part, whether papers have themes, and rows and
            texts of papers that themes give as examples.
    """

    folder: Path
    arrays: dict[str, np.ndarray]
    state: dict[str, Any]

    @cached_property
    def encoder(self) -> JoinedEncoder:
        """The encoder that was fitted on the sample."""
        return load_encoder(self.folder / _ENCODER)

    @cached_property
    def topics(self) -> list[tuple[str, str | None]]:
        """Id and theme of each topic."""
        found = json.loads((self.folder / _TOPICS).read_text(encoding="utf-8"))
        return [(str(topic), theme) for topic, theme in found]

    @cached_property
    def papers(self) -> pd.DataFrame:
        """What was found of the papers of the sample, in columns `FOUND`."""
        import pandas as pd

        return pd.read_parquet(self.folder / _PAPERS)

    @cached_property
    def memberships(self) -> pd.DataFrame:
        """The topics of the papers of the sample, with their places in it."""
        import pandas as pd

        return pd.read_parquet(self.folder / _MEMBERSHIPS)

    @property
    def diction(self) -> Diction:
        """The words of the sample."""
        return Diction((), self.arrays["terms"], self.arrays["counts"], len(self.arrays["vectors"]))


def write_known(
    folder: Path,
    sample: Sample,
    found: TopicMap,
    encoded: Encoded,
    *,
    drawn: np.ndarray,
    neighbours: int,
    part: int,
    themed: bool,
    examples: list[list[int]] | None,
) -> None:
    """Write what workers need to encode papers and to find their nearest ones.

    Args:
        folder: an empty one.
        sample: the papers.
        found: their map.
        encoded: their vectors, and the encoder.
        drawn: of all papers, which are in the sample.
        neighbours: of a paper, that say which topic it is in.
        part: papers of each part of the corpus but the last.
        themed: whether papers have themes.
        examples: rows of the sample that each theme gives as examples; None where a paper's theme
            does not depend on its words.
    """
    import numpy as np

    ids = [str(topic) for topic in found.topics["id"]]
    labels = np.asarray(topic_numbers(found.papers["topic"], ids), dtype=np.int64)
    texts = [] if examples is None else texts_of(sample)
    words = Diction.of(texts)
    vectors = np.asarray(encoded.vectors, dtype=np.float32)
    save_arrays(
        {
            "vectors": vectors,
            "labels": labels,
            "points": found.papers[["x", "y"]].to_numpy(dtype=np.float64),
            "centres": topic_centres(vectors, _clustering(labels)) if ids else vectors[:0],
            "drawn": drawn,
            "terms": words.terms,
            "counts": words.papers_with,
        },
        folder,
    )
    shown = examples or []
    state = {
        "neighbours": neighbours,
        "part": part,
        "themed": themed,
        "examples": shown,
        "texts": [[texts[row] for row in rows] for rows in shown],
    }
    (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")
    (folder / _ENCODER).mkdir()
    encoded.write_encoder(folder / _ENCODER)


def write_found(folder: Path, found: TopicMap, ids: list[str]) -> None:
    """Write what workers need beside that to say what is found of papers.

    Args:
        folder: as for `write_known`.
        found: the map of the sample, under the ids that topics have in the end.
        ids: of the topics, by number.
    """
    theme_of = dict(zip(found.topics["id"], found.topics["theme"], strict=True))
    told = [(topic, _text(theme_of[topic])) for topic in ids]
    (folder / _TOPICS).write_text(json.dumps(told), encoding="utf-8")
    found.papers[list(FOUND)].to_parquet(folder / _PAPERS)
    also = found.memberships.assign(**{ROW: found.memberships["paper_id"].map(found.row_of)})
    also.to_parquet(folder / _MEMBERSHIPS)


@lru_cache(maxsize=1)
def known_in(folder: str) -> Known:
    """What `write_known` wrote."""
    place = Path(folder)
    state = json.loads((place / _STATE).read_text(encoding="utf-8"))
    return Known(place, load_arrays(place, mapped=True), state)


def _clustering(labels: np.ndarray) -> Clustering:
    import numpy as np

    from topics.clustering import Clustering

    return Clustering(labels, np.zeros(len(labels)), labels)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
