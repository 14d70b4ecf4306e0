"""The tables of a map as Parquet files, with the type of every column stated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.errors import BuildError
from topics.topicmap import LATER_TABLES, TABLES

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

__all__ = ["LISTS", "REAL", "WHOLE", "arrow_table", "file_name", "read_table", "schema_of"]

#: Columns that hold a list of texts, whole numbers or real numbers; all others hold text.
LISTS = ("authors", "sources", "keywords", "representatives")
WHOLE = ("author_count", "comments", "upvotes", "size", "line", "rank")
REAL = (
    "topic_confidence",
    "theme_confidence",
    "x",
    "y",
    "stability",
    "share",
    "low",
    "high",
    "confidence",
)


def file_name(name: str) -> str:
    """Name of a table's file in a map folder."""
    return f"{name}.parquet"


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read a table.

    Raises:
        ValueError: it is not there, cannot be read or lacks columns; says so.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = _columns(name)
    try:
        table = pq.read_table(folder / file_name(name), partitioning=None)
        missing = [column for column in columns if column not in table.column_names]
        if not missing:
            schema = schema_of(name)
            for field in table.schema if name == "papers" else ():
                if field.name not in columns and (kind := _extra_kind(field.type)) is not None:
                    schema = schema.append(pa.field(field.name, kind))
            table = table.select(schema.names).cast(schema)
            frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
            for column in set(LISTS).intersection(columns):
                frame[column] = _as_lists(table[column])
    except (OSError, ValueError, pa.ArrowException) as error:
        raise ValueError(f"{file_name(name)} cannot be read ({error})") from error
    if missing:
        raise ValueError(f"{file_name(name)} lacks the column(s) {', '.join(missing)}")
    return frame


def arrow_table(name: str, frame: pd.DataFrame) -> pa.Table:
    """A table as it is written.

    Raises:
        BuildError: it holds what cannot be written.
    """
    import pyarrow as pa

    columns, schema = frame[list(_columns(name))], schema_of(name)
    if name == "papers":
        columns = frame
        for extra in (column for column in frame.columns if column not in schema.names):
            schema = schema.append(pa.field(str(extra), _kind_of(frame[extra])))
    try:
        table = pa.Table.from_pandas(columns, schema=schema, preserve_index=False)
    except (pa.ArrowException, UnicodeError) as error:
        raise BuildError(
            f"The table of {name} holds a value that cannot be written: {error}. "
            "Leave out the source that it comes from, and please report it."
        ) from error
    return table.replace_schema_metadata(None)


def _extra_kind(kind: pa.DataType) -> pa.DataType | None:
    """How a column is read that no map has to have; None where it is left out."""
    import pyarrow as pa

    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind):
        return pa.float64()
    return pa.string() if pa.types.is_string(kind) or pa.types.is_large_string(kind) else None


def _kind_of(column: pd.Series[Any]) -> pa.DataType:
    """How such a column is written."""
    import pyarrow as pa
    from pandas.api.types import is_float_dtype, is_integer_dtype

    if is_integer_dtype(column.dtype):
        return pa.int64()
    return pa.float64() if is_float_dtype(column.dtype) else pa.string()


def _as_lists(column: pa.ChunkedArray) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series([item or [] for item in column.to_pylist()], dtype=object)


def _columns(name: str) -> tuple[str, ...]:
    """Columns of a table, in order."""
    return TABLES[name] if name in TABLES else LATER_TABLES[name]


def schema_of(name: str) -> pa.Schema:
    """Types of a table's columns, stated so that a column of nulls has one too."""
    import pyarrow as pa

    kinds: dict[str, Any] = {
        **dict.fromkeys(LISTS, pa.list_(pa.string())),
        **dict.fromkeys(WHOLE, pa.int64()),
        **dict.fromkeys(REAL, pa.float64()),
    }
    if name == "trends":
        kinds["papers"] = pa.int64()
    return pa.schema([(column, kinds.get(column, pa.string())) for column in _columns(name)])
