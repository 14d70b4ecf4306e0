"""Records of a file that is too large to be kept: read anew whenever they are asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.sources.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["StreamedRecords"]


@dataclass(frozen=True, slots=True, eq=False)
class StreamedRecords(Collection[Record]):
    """As many records as were counted on a first way through the file; each iteration reads it.

    Attributes:
        produce: reads the file from its beginning.
        count: number of records that it gives.
    """

    produce: Callable[[], Iterator[Record]]
    count: int

    def __iter__(self) -> Iterator[Record]:
        return self.produce()

    def __len__(self) -> int:
        return self.count

    def __contains__(self, record: object) -> bool:
        return any(record == other for other in self)
