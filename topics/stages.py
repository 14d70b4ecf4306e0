"""The stages of a build, each from values to a value, each kept in the cache."""

from __future__ import annotations

import json
import tempfile
from dataclasses import astuple, dataclass
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

from topics.clustering import MIN_TOPIC_PAPERS, Clustering
from topics.hierarchy import Group
from topics.neighbours import NeighbourGraph
from topics.store import digest, load_arrays, load_json, save_arrays, save_json
from topics.thirdparty import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np

    from topics.corpus import Corpus
    from topics.encoders import JoinedEncoder
    from topics.pieces import Pieces
    from topics.settings import BuildSettings
    from topics.store import Cache

__all__ = [
    "Described",
    "Encoded",
    "Placed",
    "describe",
    "encode",
    "joined_texts",
    "measure",
    "pieces_of",
    "place",
    "remarks",
    "sought_again",
    "texts_of",
    "topic_centres",
    "versions",
]

#: Raised when a stage's output changes for the same input, so that old entries are not used.
_VERSION = 23

#: Libraries whose results change from version to version.
_LIBRARIES = ("bertopic", "hdbscan", "numpy", "scikit-learn", "scipy", "umap-learn", "wordllama")


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Vectors of the papers and the encoder that made them.

    Attributes:
        vectors: float32 array of shape (papers, dimensions), rows of length one or zero.
        files: the encoder's data files, by name.
        key: names this output in the keys of later stages.
    """

    vectors: np.ndarray
    files: dict[str, bytes]
    key: str

    @property
    def fingerprint(self) -> str:
        """Names the pre-trained part of the encoder."""
        return str(json.loads(self.files["encoder.json"])["fingerprint"])

    def write_encoder(self, folder: Path) -> None:
        """Write the encoder's files."""
        for name, data in self.files.items():
            (folder / name).write_bytes(data)

    def encoder(self) -> JoinedEncoder:
        """The encoder itself."""
        from topics.encoders import load_encoder

        with tempfile.TemporaryDirectory() as folder:
            self.write_encoder(Path(folder))
            return load_encoder(Path(folder))


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Where the papers are: neighbours, topics and the 2D map.

    Attributes:
        graph: the neighbours of each paper.
        near: these and as many more, for topics to be sought among.
        space: what dense regions were sought in.
        points: float32 array of shape (papers, 2).
        clustering: the topics.
        key: names this output in the keys of later stages.
    """

    graph: NeighbourGraph
    near: NeighbourGraph
    space: np.ndarray
    points: np.ndarray
    clustering: Clustering
    key: str


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """Name, keywords and representative rows of each topic.

    Attributes:
        clustering: the topics, without those that share no word to name them by.
        groups: what topics belong together in, the groups at the top first.
        parents: which of these each topic is in right away; -1 for none.
    """

    clustering: Clustering
    names: tuple[str, ...]
    keywords: tuple[tuple[str, ...], ...]
    representatives: tuple[tuple[int, ...], ...]
    groups: tuple[Group, ...] = ()
    parents: tuple[int, ...] = ()


@once
def versions() -> tuple[object, ...]:
    """What an output depends on beside its input: our own version and the libraries'."""
    from importlib.metadata import version

    return _VERSION, *(version(name) for name in _LIBRARIES)


def texts_of(corpus: Corpus) -> list[str]:
    """What is encoded of each paper of a corpus."""
    return joined_texts(corpus.papers["title"], corpus.papers["abstract"])


def joined_texts(titles: Iterable[str], abstracts: Iterable[str]) -> list[str]:
    """What is encoded of papers: the title counts twice, it says most in few words."""
    return [
        f"{title}. {title}. {abstract}".strip(". ")
        for title, abstract in zip(titles, abstracts, strict=True)
    ]


def encode(corpus: Corpus, settings: BuildSettings, cache: Cache) -> Encoded:
    """Fit the encoder and encode all papers."""
    # Not the corpus' fingerprint: a date, an author or the name of a file changes no vector.
    key = digest(
        *versions(),
        list(corpus.papers["title"]),
        list(corpus.papers["abstract"]),
        settings.encoder,
        settings.transformer_model,
        settings.seed,
    )

    @one_thread()
    def compute() -> Encoded:
        from topics.encoders import fit_encoder

        texts = texts_of(corpus)
        encoder, vectors = fit_encoder(
            settings.encoder,
            texts,
            seed=settings.seed,
            transformer_model=settings.transformer_model,
        )
        with tempfile.TemporaryDirectory() as folder:
            encoder.save(Path(folder))
            files = {file.name: file.read_bytes() for file in sorted(Path(folder).iterdir())}
        return Encoded(vectors, files, key)

    def save(encoded: Encoded, folder: Path) -> None:
        save_arrays({"vectors": encoded.vectors}, folder)
        (folder / "encoder").mkdir()
        encoded.write_encoder(folder / "encoder")

    def load(folder: Path) -> Encoded:
        files = {file.name: file.read_bytes() for file in sorted((folder / "encoder").iterdir())}
        return Encoded(load_arrays(folder)["vectors"], files, key)

    return cache.get_or_compute("encode", key, compute, save=save, load=load)


def place(corpus: Corpus, encoded: Encoded, settings: BuildSettings, cache: Cache) -> Placed:
    """Find neighbours and topics and lay out the map."""
    key = digest(
        *versions(),
        encoded.key,
        settings.neighbours,
        settings.cluster_dimensions,
        settings.min_topic_size,
        settings.min_samples,
        settings.layout_spread,
        settings.seed,
    )

    @one_thread()
    def compute() -> Placed:
        return Placed(*_placed(corpus, encoded, settings), key)

    def save(placed: Placed, folder: Path) -> None:
        import numpy as np

        save_arrays(
            {
                "indices": placed.near.indices,
                "distances": placed.near.distances,
                "neighbours": np.array(placed.graph.k),
                "space": placed.space,
                "points": placed.points,
                **_arrays(placed.clustering),
            },
            folder,
        )

    def load(folder: Path) -> Placed:
        arrays = load_arrays(folder)
        near = NeighbourGraph(arrays["indices"], arrays["distances"])
        return Placed(
            graph=near.nearest(int(arrays["neighbours"])),
            near=near,
            space=arrays["space"],
            points=arrays["points"],
            clustering=Clustering(arrays["labels"], arrays["confidence"], arrays["nearest"]),
            key=key,
        )

    return cache.get_or_compute("place", key, compute, save=save, load=load)


def _placed(
    corpus: Corpus, encoded: Encoded, settings: BuildSettings
) -> tuple[NeighbourGraph, NeighbourGraph, np.ndarray, np.ndarray, Clustering]:
    from topics.aside import aside
    from topics.clustering import no_topics
    from topics.consensus import effort_for, find_topics
    from topics.neighbours import EXACT_LIMIT, knn_graph
    from topics.projection import layout, neighbours_for
    from topics.terms import ALIKE, sameness

    wanted = min(settings.neighbours or neighbours_for(len(corpus)), len(corpus) - 1)
    # Twice as many cost next to nothing where all cosines are worked out anyway.
    more = 2 * wanted if len(corpus) <= EXACT_LIMIT else wanted
    near = knn_graph(encoded.vectors, k=more + 1, seed=settings.seed)
    graph = near.nearest(wanted + 1)
    laid_out = aside(
        layout, encoded.vectors, graph, min_dist=settings.layout_spread, seed=settings.seed
    )
    space, clustering = find_topics(
        encoded.vectors,
        graph,
        near=near,
        effort=effort_for(len(corpus)),
        dimensions=settings.cluster_dimensions,
        seed=settings.seed,
        min_topic_size=settings.min_topic_size,
        min_samples=settings.min_samples,
    )
    if sameness(texts_of(corpus)) > ALIKE:
        clustering = no_topics(len(corpus))
    return graph, near, space, laid_out(), clustering


def pieces_of(corpus: Corpus) -> Pieces:
    """All titles of a corpus, then all abstracts, split once for the stages that count words."""
    from topics.pieces import Pieces

    return Pieces.of([*corpus.papers["title"], *corpus.papers["abstract"]])


def describe(
    corpus: Corpus,
    encoded: Encoded,
    placed: Placed,
    cache: Cache,
    *,
    split: Callable[[], Pieces] | None = None,
) -> Described:
    """Name the topics and pick their keywords; ``split`` gives `pieces_of`, if asked for it."""
    key = digest(*versions(), placed.key)

    def compute() -> Described:
        from topics.describing import describe_topics
        from topics.labels import with_words
        from topics.terms import count_terms

        if placed.clustering.topics == 0:
            return Described(placed.clustering, (), (), ())
        titles, abstracts = (list(corpus.papers[column]) for column in ("title", "abstract"))
        terms = count_terms(titles, abstracts, pieces=split() if split else None)
        clustering = with_words(placed.clustering, terms, placed.graph, encoded.vectors)
        if clustering.topics == 0:
            return Described(clustering, (), (), ())
        found = describe_topics(
            terms,
            encoded.encoder(),
            clustering,
            vectors=encoded.vectors,
            graph=placed.graph,
        )
        return Described(
            clustering,
            found.names,
            found.keywords,
            found.representatives,
            found.groups,
            found.parents,
        )

    def save(described: Described, folder: Path) -> None:
        save_arrays(_arrays(described.clustering), folder)
        groups = [astuple(group) for group in described.groups]
        parts = (described.names, described.keywords, described.representatives)
        save_json([*parts, groups, described.parents], folder)

    def load(folder: Path) -> Described:
        names, keywords, rows, groups, parents = load_json(folder)
        return Described(
            Clustering(**load_arrays(folder)),
            tuple(names),
            tuple(map(tuple, keywords)),
            tuple(map(tuple, rows)),
            tuple(
                Group(tuple(topics), parent, name, tuple(words), tuple(shown))
                for topics, parent, name, words, shown in groups
            ),
            tuple(parents),
        )

    return cache.get_or_compute("describe", key, compute, save=save, load=load)


def _arrays(clustering: Clustering) -> dict[str, np.ndarray]:
    return {
        "labels": clustering.labels,
        "confidence": clustering.confidence,
        "nearest": clustering.nearest,
    }


def topic_centres(vectors: np.ndarray, clustering: Clustering) -> np.ndarray:
    """Mean vector of each topic's papers, scaled to length one; (topics, dimensions)."""
    import numpy as np

    from topics.encoders.base import unit_rows

    return unit_rows(
        np.stack(
            [vectors[clustering.labels == topic].mean(axis=0) for topic in range(clustering.topics)]
        )
    )


def measure(placed: Placed, described: Described, cache: Cache) -> dict[str, float]:
    """Quality figures of the map."""
    key = digest(*versions(), placed.key, described.clustering.labels, described.keywords)

    def compute() -> dict[str, float]:
        from topics.quality import quality_figures

        return quality_figures(
            graph=placed.graph,
            points=placed.points,
            clustering=described.clustering,
            keywords=described.keywords,
        )

    return cache.get_or_compute("quality", key, compute, save=save_json, load=load_json)


def sought_again(
    encoded: Encoded, placed: Placed, settings: BuildSettings, cache: Cache
) -> tuple[np.ndarray, np.ndarray]:
    """Topics of parts of the papers, to see which come back; see `topics.stability`."""
    # Not the key of the places: a layout of another spread has the same topics.
    key = digest(
        *versions(),
        encoded.key,
        settings.neighbours,
        settings.cluster_dimensions,
        settings.min_topic_size,
        settings.min_samples,
        settings.seed,
    )

    @one_thread()
    def compute() -> tuple[np.ndarray, np.ndarray]:
        from topics import stability
        from topics.consensus import effort_again, find_topics

        def seek(vectors: np.ndarray, near: NeighbourGraph, seed: int) -> Clustering:
            return find_topics(
                vectors,
                near.nearest(max(2, round(placed.graph.k * near.k / placed.near.k))),
                near=near,
                effort=effort_again(len(vectors)),
                dimensions=settings.cluster_dimensions,
                seed=seed,
                min_topic_size=settings.min_topic_size,
                min_samples=settings.min_samples,
            )[1]

        # Where there is no topic, none can come back.
        repeats = None if placed.clustering.topics else 0
        return stability.sought_again(
            encoded.vectors, placed.near, seek=seek, seed=settings.seed, repeats=repeats
        )

    def save(again: tuple[np.ndarray, np.ndarray], folder: Path) -> None:
        save_arrays({"seen": again[0], "found": again[1]}, folder)

    def load(folder: Path) -> tuple[np.ndarray, np.ndarray]:
        arrays = load_arrays(folder)
        return arrays["seen"], arrays["found"]

    return cache.get_or_compute("stability", key, compute, save=save, load=load)


def remarks(corpus: Corpus, described: Described) -> list[str]:
    """What a reader must know of a small or odd corpus, in plain words."""
    from topics.projection import UMAP_MIN_PAPERS

    papers, topics = len(corpus), described.clustering.topics
    if topics and papers >= UMAP_MIN_PAPERS:
        return []
    if topics:
        text = (
            f"{papers} papers are few: topics and places on the map are rough, and will change "
            "as papers are added."
        )
    elif papers < MIN_TOPIC_PAPERS:
        text = (
            f"{papers} papers are too few for topics (at least {MIN_TOPIC_PAPERS} are needed); "
            "the map shows which papers are alike, all of them unclustered."
        )
    else:
        text = (
            f"No group of papers stands out among these {papers}: they are too alike or too "
            "different for topics. The map shows them unclustered; more papers may help."
        )
    return [text]
