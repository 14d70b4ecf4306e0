"""Records of a file that is too large to be kept: read anew whenever they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, overload

from topics.sources.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["StreamedRecords"]


@dataclass(frozen=True, slots=True, eq=False)
class StreamedRecords(Sequence[Record]):
    """As many records as were counted on a first way through the file; each iteration reads it.

    Attributes:
        produce: reads the file from its beginning.
        length: number of records that it gives.
    """

    produce: Callable[[], Iterator[Record]]
    length: int

    def __iter__(self) -> Iterator[Record]:
        return self.produce()

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, index: int) -> Record: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        """Read as far as the record, or the last of the records, asked for."""
        if isinstance(index, slice):
            rows = range(self.length)[index]
            if not rows:
                return ()
            first, last = min(rows[0], rows[-1]), max(rows[0], rows[-1])
            found = tuple(islice(self, first, last + 1, abs(rows.step)))
            return found if rows.step > 0 else found[::-1]
        row = range(self.length)[index]
        return next(islice(self, row, None))
