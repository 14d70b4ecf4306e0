"""The map folder of a corpus that was built in parts, put together without holding its papers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from topics import wording
from topics.cluster.parts import part_file
from topics.cluster.placing import ALSO, PLACED, VECTORS
from topics.extras import extra_columns
from topics.growth import sized, sized_groups, sized_topics
from topics.mapfiles import ENCODER, write_table, write_topics
from topics.mapfiles import VECTORS as VECTORS_FILE
from topics.tablefiles import arrow_table, file_name, schema_of
from topics.trends import trend_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from topics.cluster.parts import Overview
    from topics.cluster.sampling import Drawn
    from topics.corpus import Corpus
    from topics.stages import Encoded
    from topics.topicmap import TopicMap

__all__ = ["Assembly", "told_of"]

_BRIEF = ["date", "date_precision", "topic", "theme"]


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """All that a map is put together of.

    Attributes:
        folder: of the parts.
        corpus: for the ledger.
        seen: what is known of all papers.
        found: the map of the sample.
        encoded: its encoder.
        drawn: how it was drawn.
    """

    folder: Path
    corpus: Corpus
    seen: Overview
    found: TopicMap
    encoded: Encoded
    drawn: Drawn

    def brief(self) -> pd.DataFrame:
        """Date, topic and theme of every paper."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        parts = [
            pq.read_table(part_file(self.folder, PLACED, number), columns=_BRIEF)
            for number in range(len(self.seen.papers))
        ]
        frame: pd.DataFrame = pa.concat_tables(parts).to_pandas()
        return frame

    def write(self, brief: pd.DataFrame, folder: Path) -> None:
        """Write the files of the map but the manifest.

        Args:
            brief: as the method of this name gives it.
            folder: an empty one.
        """
        self._write_papers(folder)
        _write_parts("memberships", self._parts(ALSO), schema_of("memberships"), folder)
        _write_parts("ledger", self._ledger(), schema_of("ledger"), folder)
        write_topics(
            sized_topics(self.found.topics, (), brief),
            sized_groups(self.found, brief, ()),
            folder,
        )
        write_table("themes", sized(self.found.themes, "name", brief["theme"]), folder)
        write_table("trends", trend_table(brief, as_of=self.corpus.as_of), folder)
        self._write_vectors(folder / VECTORS_FILE)
        (folder / ENCODER).mkdir()
        self.encoded.write_encoder(folder / ENCODER)

    def manifest(
        self, brief: pd.DataFrame, seconds: Mapping[str, float], cluster: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The manifest: that of the sample's map, with what is otherwise of the whole."""
        before = self.found.manifest
        return {
            **before,
            "counts": {
                **before["counts"],
                **self.corpus.counts,
                "papers": len(brief),
                "unclustered": int(brief["topic"].isna().sum()),
                "undated": int(brief["date"].isna().sum()),
            },
            "seconds": dict(seconds),
            "notices": [*before["notices"], told_of(self.drawn)],
            "sample": {**asdict(self.drawn), "smallest_topic": self.drawn.smallest_topic},
            "cluster": dict(cluster),
        }

    def _parts(self, kind: str) -> Iterator[pa.Table]:
        import pyarrow.parquet as pq

        for number in range(len(self.seen.papers)):
            yield pq.read_table(part_file(self.folder, kind, number))

    def _ledger(self) -> Iterator[pa.Table]:
        for frame in self.corpus.outcomes.batches():
            yield arrow_table("ledger", frame)

    def _write_papers(self, folder: Path) -> None:
        """Write the papers, with the columns that tables alone gave."""
        import pyarrow as pa

        schema, extras = schema_of("papers"), self.seen.extras
        more: pa.Table | None = None
        if extras:
            import pandas as pd

            told = extra_columns([extras.get(place, ()) for place in range(len(self.seen))])
            more = pa.Table.from_pandas(pd.DataFrame(told), preserve_index=False)
            more = more.cast(pa.schema([(each.name, _plain(each.type)) for each in more.schema]))
            schema = pa.schema([*schema, *more.schema])

        def parts() -> Iterator[pa.Table]:
            for part, table in zip(self.seen.slices(), self._parts(PLACED), strict=True):
                if more is None:
                    yield table
                else:
                    beside = more.slice(part.start, part.stop - part.start)
                    yield pa.table([*table.columns, *beside.columns], schema=schema)

        _write_parts("papers", parts(), schema, folder)

    def _write_vectors(self, file: Path) -> None:
        """Write the vectors of all papers one part after another."""
        import numpy as np

        width = self.found.vectors.shape[1]
        whole = np.lib.format.open_memmap(
            file, mode="w+", dtype=np.float32, shape=(len(self.seen), width)
        )
        for number, part in enumerate(self.seen.slices()):
            own = part_file(self.folder, VECTORS, number, "npy")
            whole[part] = np.load(own, mmap_mode="r", allow_pickle=False)
        whole.flush()


def told_of(drawn: Drawn) -> str:
    """What a reader must know of a sample."""
    late = drawn.of - drawn.papers
    return (
        f"Topics and layout were found among {wording.count(drawn.papers, 'paper')}, a sample of "
        f"the {drawn.of:,} drawn evenly from every year and source; the other {late:,} were put "
        "to the topics and places of their nearest papers there. A topic of fewer than about "
        f"{wording.count(drawn.smallest_topic, 'paper')} may be missing, and the figures of "
        "quality are those of the sample."
    )


def _write_parts(name: str, parts: Iterator[pa.Table], schema: pa.Schema, folder: Path) -> None:
    """Write a table of which one part at a time is held; each makes a group of rows."""
    import pyarrow.parquet as pq

    with pq.ParquetWriter(folder / file_name(name), schema, compression="zstd") as file:
        for part in parts:
            file.write_table(part.cast(schema))


def _plain(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    if pa.types.is_integer(kind):
        return pa.int64()
    return pa.float64() if pa.types.is_floating(kind) else pa.string()
