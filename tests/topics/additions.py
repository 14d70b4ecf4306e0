"""The sample's papers in two parts, and papers of which it has none: to be added to maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from topics.sources.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def known_of(records: Sequence[Record]) -> list[Record]:
    """Nine in ten, which are in the map from the beginning."""
    return [record for at, record in enumerate(records) if at % 10]


def late_of(records: Sequence[Record]) -> list[Record]:
    """The tenth that comes later."""
    return [record for at, record in enumerate(records) if at % 10 == 0]


def table_of(path: Path, records: Sequence[Record]) -> Path:
    """Write records as a CSV file."""
    rows = [
        {
            "title": record.title,
            "abstract": record.abstract,
            "date": record.date,
            "doi": record.doi,
            "arxiv_id": record.arxiv_id,
        }
        for record in records
    ]
    pd.DataFrame(rows, columns=["title", "abstract", "date", "doi", "arxiv_id"]).to_csv(
        path, index=False
    )
    return path


def bee_papers(count: int) -> list[Record]:
    """Papers on a subject that is in no sample: close to one another and far from all else."""
    parts = ("larvae", "pollen", "hives", "nectar", "queens", "drones", "wax", "combs")
    return [
        Record(
            title=f"Honey bee colonies and {parts[at % 8]} in apiary season {at}",
            abstract=f"Honey bee colonies forage for {parts[(at + 3) % 8]} in alpine meadows. "
            f"Beekeepers weigh {parts[(at + 1) % 8]} of honey bee colonies in spring and autumn, "
            f"and count {parts[at % 8]} beside the apiary.",
            source="bees",
            line=at + 1,
        )
        for at in range(count)
    ]
