"""What became of every record, counted by file; and the papers as a table file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.errors import SettingsError
from topics.outcomes import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    import pyarrow as pa

    from topics.corpus import Corpus
    from topics.sources.record import SourceRead

__all__ = ["counts_by_file", "write_papers"]

_WHOLE = ("author_count", "comments", "upvotes")
_LISTS = ("authors", "sources")
_AS_WRITTEN = "as_written"


def counts_by_file(reads: Sequence[SourceRead], corpus: Corpus) -> list[dict[str, Any]]:
    """Count the outcomes of each file.

    Returns:
        One dict a file, in the order they were read: file, format, read, kept, merged, rejected;
        read is the sum of the other three.
    """
    rows = []
    for read in reads:
        found = corpus.outcomes.counts
        counts = {outcome: found.get((read.source, outcome), 0) for outcome in OUTCOMES}
        rows.append(
            {"file": read.source, "format": read.format, "read": sum(counts.values()), **counts}
        )
    return rows


def write_papers(corpus: Corpus, path: str | os.PathLike[str]) -> None:
    """Write the papers to a .parquet or .csv file, whole or not at all.

    They are written in groups of rows, so that any number of them takes little memory. Where
    wrongly encoded letters were repaired, a column ``as_written`` holds what the files have.

    Raises:
        SettingsError: another ending, or a place that cannot be written to.
    """
    target = Path(path)
    if target.suffix not in (".parquet", ".csv"):
        raise SettingsError(f"--out is {target}; expected a file ending in .parquet or .csv.")
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if target.suffix == ".csv":
            _write_csv(corpus, temporary)
        else:
            _write_parquet(corpus, temporary)
        temporary.replace(target)
    except OSError as error:
        raise SettingsError(
            f"The papers cannot be written to {target} ({error.strerror or error}). "
            "Choose another --out."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _write_csv(corpus: Corpus, path: Path) -> None:
    with path.open("wb") as stream:
        stream.write(_csv(corpus.papers.head(0)) if not len(corpus) else b"")
        for number, papers in enumerate(_batches(corpus)):
            table = _csv(papers)
            # The header and its byte order mark stand once, at the beginning.
            stream.write(table if number == 0 else table[table.index(b"\n") + 1 :])


def _csv(papers: pd.DataFrame) -> bytes:
    from topics.exports import CSV_COLUMNS, table_csv, to_csv

    if _AS_WRITTEN not in papers:
        return to_csv(papers)
    missing = [name for name in CSV_COLUMNS if name not in papers]
    papers = papers.assign(**dict.fromkeys(missing))
    return table_csv(papers[[*CSV_COLUMNS, _AS_WRITTEN]])


def _write_parquet(corpus: Corpus, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema()
    if corpus.as_written:
        schema = schema.append(pa.field(_AS_WRITTEN, pa.list_(pa.string())))
    with pq.ParquetWriter(path, schema) as writer:
        for papers in _batches(corpus):
            writer.write_table(pa.Table.from_pandas(papers, schema=schema, preserve_index=False))


def _batches(corpus: Corpus) -> Iterator[pd.DataFrame]:
    import pandas as pd

    for papers in corpus.batches():
        if corpus.as_written:
            told = [list(corpus.as_written.get(paper, ())) for paper in papers["id"]]
            papers = papers.assign(**{_AS_WRITTEN: pd.Series(told, papers.index, dtype="object")})
        yield papers


def _schema() -> pa.Schema:
    import pyarrow as pa

    from topics.corpus import COLUMNS

    kinds = dict.fromkeys(COLUMNS, pa.string())
    kinds |= dict.fromkeys(_WHOLE, pa.int64())
    kinds |= dict.fromkeys(_LISTS, pa.list_(pa.string()))
    return pa.schema(list(kinds.items()))
