"""Parquet files: tables of columns, read in batches of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.errors import SourceError
from topics.sources.columns import match_columns, unique_names
from topics.sources.nested import Path, at_path, joined, paths_of
from topics.sources.record import Reject, SourceRead
from topics.sources.table import MOST_COLUMNS, SAMPLE, Row, no_records, read_table, too_wide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from topics.sources.document import Document

__all__ = ["PARQUET", "ParquetTable"]

_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
_BATCH = 1024
#: Digits of the longest whole numbers that are kept as such.
_DIGITS = 18
#: Bytes that one group of rows may take, which is all in memory at times.
_MOST_BYTES = 8 * 1024**3


class ParquetTable:
    """Parquet files with a paper in each row."""

    name = "parquet"
    expects = "Parquet files of papers"

    def recognises(self, document: Document) -> bool:
        """Whether the file begins as a Parquet file."""
        return document.head.startswith((_MAGIC, _ENCRYPTED))

    def read(self, document: Document) -> SourceRead:
        """Read all rows.

        Raises:
            SourceError: the file is damaged, encrypted or far too large, or no column holds
                titles or abstracts.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        source = document.source
        if document.head.startswith(_ENCRYPTED):
            raise SourceError(f"{source}: an encrypted Parquet file. Save it without encryption.")
        try:
            with document.open() as stream, pq.ParquetFile(stream) as file:
                return _read(file, document)
        except (pa.ArrowException, OSError, ValueError, EOFError, MemoryError) as error:
            raise SourceError(
                f"{source}: this Parquet file is damaged or cut off ({_brief(error)}). "
                "Fetch or save it again."
            ) from error


def _read(file: Any, document: Document) -> SourceRead:
    source = document.source
    fields = list(file.schema_arrow)
    if len(fields) > MOST_COLUMNS:
        raise SourceError(too_wide(source, len(fields)))
    groups = range(file.metadata.num_row_groups)
    if any(file.metadata.row_group(at).total_byte_size > _MOST_BYTES for at in groups):
        raise SourceError(f"{source}: more in one group of rows than can be read. Split the file.")
    readable = [field.name for field in fields if _may_hold(field.type)]
    sample = _sample(file, readable)
    paths = paths_of(sample, most=MOST_COLUMNS) if sample else [(name,) for name in readable]
    names = unique_names(map(joined, paths))
    if not sample:
        raise no_records(source, names, why="There is no row in it.")
    rows = [[at_path(one, path) for path in paths] for one in sample]
    match = match_columns(names, rows, named=document.columns)
    # Only the columns that hold something of a paper are read as a whole.
    wanted = (*match.places.values(), *match.extras(rows).places)
    used = dict.fromkeys(paths[place][0] for place in wanted)
    table = read_table(
        _rows(file, list(used) or readable, paths, source),
        source=source,
        columns=names,
        named=document.columns,
        sample=rows,
    )
    return SourceRead(
        source=source,
        format=PARQUET.name,
        records=table.records,
        rejects=table.rejects,
        notices=tuple(f"{source}: {notice}" for notice in (str(table.match), *table.notices)),
        columns=table.match.columns,
        matched=table.match.matched,
        as_written=table.as_written,
    )


def _sample(file: Any, columns: Sequence[str]) -> list[Mapping[str, Any]]:
    for batch in _batches(file, columns, SAMPLE):
        if batch.num_rows:
            return list(batch.to_pylist())
    return []


def _rows(
    file: Any, columns: Sequence[str], paths: Sequence[Path], source: str
) -> Iterator[Row | Reject]:
    import pyarrow as pa

    number = 0
    wanted = [path if path[0] in columns else () for path in paths]
    batches = _batches(file, columns, _BATCH)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                return
            cells = [_cells(batch, path) for path in wanted]
        except (pa.ArrowException, OSError, ValueError) as error:
            if number == 0:
                raise
            rest = file.metadata.num_rows - number
            rows = f"this row and the {rest - 1} after it" if rest > 1 else "this row"
            reason = f"The file is damaged: {rows} cannot be read ({_brief(error)})."
            yield Reject(source=source, line=number + 1, reason=reason)
            return
        for row in zip(*cells, strict=True) if cells else [()] * batch.num_rows:
            number += 1
            yield Row(number, row)


def _cells(batch: Any, path: Path) -> Sequence[Any]:
    """What the rows of a batch have in one place."""
    if not path or path[0] not in batch.schema.names:
        return [None] * batch.num_rows
    cells: list[Any] = batch.column(batch.schema.names.index(path[0])).to_pylist()
    return cells if len(path) == 1 else [at_path({path[0]: cell}, path) for cell in cells]


def _batches(file: Any, columns: Sequence[str], size: int) -> Iterator[Any]:
    """The batches of some columns, decimal numbers as ordinary ones."""
    import pyarrow as pa

    for batch in file.iter_batches(batch_size=size, columns=list(columns), use_threads=False):
        simple = batch
        for at, field in enumerate(batch.schema):
            if pa.types.is_decimal(field.type):
                whole = field.type.scale <= 0 and field.type.precision <= _DIGITS
                kind = pa.int64() if whole else pa.float64()
                simple = simple.set_column(at, field.name, batch.column(at).cast(kind, safe=False))
        yield simple


def _may_hold(kind: Any) -> bool:
    """Whether a column of this type can hold something of a paper: no vectors, no images."""
    import pyarrow as pa

    types = pa.types
    if types.is_list(kind) or types.is_large_list(kind):
        inner = kind.value_type
        return types.is_struct(inner) or types.is_integer(inner) or _may_hold(inner)
    if types.is_dictionary(kind):
        return _may_hold(kind.value_type)
    if types.is_struct(kind):
        return any(_may_hold(kind.field(at).type) for at in range(kind.num_fields))
    return not (
        types.is_fixed_size_list(kind)
        or types.is_map(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_nested(kind)
    )


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


PARQUET = ParquetTable()
