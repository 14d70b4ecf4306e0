"""Tables of papers in every format; their columns are matched in `topics.sources.columns`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics.sources.delimited import DELIMITED
from topics.sources.json_rows import JSON_ROWS
from topics.sources.parquet_rows import PARQUET
from topics.sources.spreadsheet import SPREADSHEET

if TYPE_CHECKING:
    from topics.sources.document import Reader

__all__ = ["TABULAR"]

#: After all formats that say what each field is: any JSON or text may look like a table.
TABULAR: tuple[Reader, ...] = (PARQUET, SPREADSHEET, JSON_ROWS, DELIMITED)
