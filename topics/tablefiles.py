"""The tables of a map as Parquet files, with the type of every column stated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from topics.errors import BuildError
from topics.topicmap import LATER_TABLES, TABLES

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

__all__ = ["LISTS", "REAL", "WHOLE", "arrow_table", "file_name", "read_table"]

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
            table = table.select(list(columns)).cast(_schema(name))
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

    columns = frame[list(_columns(name))]
    try:
        table = pa.Table.from_pandas(columns, schema=_schema(name), preserve_index=False)
    except (pa.ArrowException, UnicodeError) as error:
        raise BuildError(
            f"The table of {name} holds a value that cannot be written: {error}. "
            "Leave out the source that it comes from, and please report it."
        ) from error
    return table.replace_schema_metadata(None)


def _as_lists(column: pa.ChunkedArray) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series([item or [] for item in column.to_pylist()], dtype=object)


def _columns(name: str) -> tuple[str, ...]:
    """Columns of a table, in order."""
    return TABLES[name] if name in TABLES else LATER_TABLES[name]


def _schema(name: str) -> pa.Schema:
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
