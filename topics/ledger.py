"""What became of every record, counted by file; and the papers as a table file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from topics.sources.record import SourceRead

__all__ = ["counts_by_file", "write_papers"]

OUTCOMES = ("kept", "merged", "rejected")


def counts_by_file(reads: Sequence[SourceRead], ledger: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the outcomes of each file.

    Returns:
        One dict a file, in the order they were read: file, format, read, kept, merged, rejected;
        read is the sum of the other three.
    """
    found = ledger.groupby(["source", "outcome"]).size().to_dict()
    rows = []
    for read in reads:
        counts = {outcome: int(found.get((read.source, outcome), 0)) for outcome in OUTCOMES}
        rows.append(
            {"file": read.source, "format": read.format, "read": sum(counts.values()), **counts}
        )
    return rows


def write_papers(papers: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write papers to a .parquet or .csv file, whole or not at all.

    Raises:
        SettingsError: another ending, or a place that cannot be written to.
    """
    target = Path(path)
    if target.suffix not in (".parquet", ".csv"):
        raise SettingsError(f"--out is {target}; expected a file ending in .parquet or .csv.")
    from topics.exports import to_csv

    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if target.suffix == ".csv":
            temporary.write_bytes(to_csv(papers))
        else:
            papers.to_parquet(temporary, index=False)
        temporary.replace(target)
    except OSError as error:
        raise SettingsError(
            f"The papers cannot be written to {target} ({error.strerror or error}). "
            "Choose another --out."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()
