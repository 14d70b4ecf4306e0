"""A corpus in parts: Parquet files that workers read, and what is known of all its papers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from topics.corpus import COLUMNS, Corpus, extras_of, fingerprint_of, papers_frame
from topics.outcomes import OUTCOMES
from topics.tablefiles import schema_of
from topics.topicmap import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from topics.sources.extras import Extra

__all__ = ["PART", "Overview", "Sample", "named_papers", "part_file", "sample_of", "write_parts"]

#: Papers of a part.
PART = 10_000

_YEAR = 4


@dataclass(slots=True)
class Overview:
    """What is known of all papers of a corpus once it is written in parts.

    Attributes:
        papers: how many there are in each part.
        ids: of all papers, as Arrow has them.
        strata: number of the combination of year and source of each paper.
        extras: what tables alone say of each paper, by its place; of most corpora nothing.
        fingerprint: the corpus'.
    """

    papers: list[int] = field(default_factory=list)
    ids: pa.Array | None = None
    strata: list[int] = field(default_factory=list)
    extras: dict[int, tuple[Extra, ...]] = field(default_factory=dict)
    fingerprint: str = ""

    def __len__(self) -> int:
        return len(self.strata)

    def slices(self) -> list[slice]:
        """Places of the papers of each part among all."""
        ends = [sum(self.papers[: number + 1]) for number in range(len(self.papers))]
        return [slice(end - own, end) for end, own in zip(ends, self.papers, strict=True)]


@dataclass(frozen=True, eq=False)
class Sample(Corpus):
    """Some papers of a corpus, as a corpus of their own under the fingerprint of the whole."""

    _table: pd.DataFrame
    _fingerprint: str

    def __len__(self) -> int:
        return len(self._table)

    @property
    def papers(self) -> pd.DataFrame:
        """One row a paper, ordered by id."""
        return self._table

    @property
    def ledger(self) -> pd.DataFrame:
        """Nothing: records are those of the whole corpus."""
        import pandas as pd

        return pd.DataFrame(columns=list(TABLES["ledger"]))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the papers of the whole corpus."""
        return self._fingerprint

    @property
    def undated(self) -> int:
        """Number of papers without a date."""
        return int(self._table["date"].isna().sum())

    @property
    def counts(self) -> Mapping[str, int]:
        """Nothing, as there is no ledger."""
        return dict.fromkeys(OUTCOMES, 0)


def part_file(folder: Path, kind: str, number: int, ending: str = "parquet") -> Path:
    """Where what is of one kind is of one part."""
    return folder / f"{kind}-{number:05d}.{ending}"


def write_parts(corpus: Corpus, folder: Path, *, most_sources: int) -> Overview:
    """Go through the papers of a corpus once and write them in parts.

    Args:
        corpus: the papers.
        folder: where.
        most_sources: sources up to which each makes strata of its own.
    """
    import pyarrow as pa

    seen = Overview()
    by_source = len(corpus.outcomes.sources) <= most_sources
    numbers: dict[tuple[str, ...], int] = {}
    batch: list[dict[str, Any]] = []
    ids: list[pa.Array] = []

    def flush() -> None:
        ids.append(_write(batch, part_file(folder, "corpus", len(seen.papers))))
        seen.papers.append(len(batch))
        batch.clear()

    def through() -> Iterator[dict[str, Any]]:
        for place, paper in enumerate(corpus.told()):
            stratum = (str(paper["date"])[:_YEAR], *(paper["sources"][:1] if by_source else ()))
            seen.strata.append(numbers.setdefault(stratum, len(numbers)))
            if extras := extras_of(paper):
                seen.extras[place] = extras
            batch.append(paper)
            if len(batch) == PART:
                flush()
            yield paper
        if batch:
            flush()

    seen.fingerprint = fingerprint_of(through())
    seen.ids = pa.concat_arrays(ids)
    return seen


def _write(batch: Sequence[Mapping[str, Any]], file: Path) -> pa.Array:
    """Write the papers of a part; their ids."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = schema_of("papers")
    columns = [
        pa.array([paper[name] for paper in batch], schema.field(name).type) for name in COLUMNS
    ]
    table = pa.table(columns, names=list(COLUMNS))
    pq.write_table(table, file, compression="zstd")
    return table["id"].combine_chunks()


def sample_of(corpus: Corpus, seen: Overview, drawn: np.ndarray, folder: Path) -> Sample:
    """The papers that were drawn, read from the parts.

    Args:
        corpus: of which they are.
        seen: what is known of it.
        drawn: which papers, bool array.
        folder: of the parts.
    """
    import numpy as np
    import pyarrow.parquet as pq

    papers: list[Mapping[str, Any]] = []
    for number, part in enumerate(seen.slices()):
        rows = np.flatnonzero(drawn[part])
        papers += pq.read_table(part_file(folder, "corpus", number)).take(rows).to_pylist()
    return _sample(corpus, seen, papers_frame(papers))


def named_papers(corpus: Corpus, seen: Overview, folder: Path) -> Sample:
    """All papers by what names them alone: id, arXiv id, DOI and title."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [part_file(folder, "corpus", number) for number in range(len(seen.papers))]
    names = ["id", "arxiv_id", "doi", "title"]
    table = pa.concat_tables([pq.read_table(file, columns=names) for file in files])
    return _sample(corpus, seen, table.to_pandas())


def _sample(corpus: Corpus, seen: Overview, table: pd.DataFrame) -> Sample:
    return Sample(
        notices=corpus.notices,
        as_of=corpus.as_of,
        _gathered=corpus._gathered,
        _table=table,
        _fingerprint=seen.fingerprint,
    )
