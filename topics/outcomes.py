"""What became of every record, column by column: a few bytes each, so that millions fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    import pandas as pd
    import pyarrow as pa

__all__ = ["OUTCOMES", "REPAIRED", "Outcome", "Outcomes", "join_batches"]

#: What can become of a record, in the order of the alphabet.
OUTCOMES = ("kept", "merged", "rejected")
KEPT, MERGED, REJECTED = range(3)
#: How a reason begins, or goes on, that tells what a file has in place of repaired letters.
REPAIRED = "Wrongly encoded letters are repaired; the file has"
#: Rows of a table that are made at once.
_BATCH = 65536


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record; ``row`` is its place among all records, -1 for an unread one."""

    line: int
    outcome: str
    reason: str | None
    row: int


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The ledger: one row a record read, ordered by source, line, outcome and paper.

    Attributes:
        sources: names of all sources, sorted.
        source: for each row, the number of its source.
        line: line or entry in it.
        outcome: number of the outcome in `OUTCOMES`.
        paper: number of the paper in ``ids``, -1 for none.
        reason: number of the reason in ``reasons`` where a record was rejected, or kept with
            something to know of it; where it was merged, the row in this ledger of the record that
            was kept; -1 otherwise.
        row: place of the record among all that could be read, -1 for one that could not.
        reasons: why records were rejected, and what is to be known of others.
        ids: ids of the papers.
        as_written: of records with wrongly encoded letters, by their place among all that could be
            read, the text of each repaired field as the file has it.
    """

    sources: tuple[str, ...]
    source: np.ndarray
    line: np.ndarray
    outcome: np.ndarray
    paper: np.ndarray
    reason: np.ndarray
    row: np.ndarray
    reasons: tuple[str, ...]
    ids: pa.Array
    as_written: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.line)

    @cached_property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """Number of records by source and outcome; all outcomes of every source that has any."""
        import numpy as np

        table = np.bincount(
            self.source * len(OUTCOMES) + self.outcome,
            minlength=len(self.sources) * len(OUTCOMES),
        ).reshape(-1, len(OUTCOMES))
        return {
            (source, outcome): int(number)
            for source, numbers in zip(self.sources, table, strict=True)
            for outcome, number in zip(OUTCOMES, numbers, strict=True)
        }

    def total(self, outcome: str) -> int:
        """Number of records with an outcome."""
        return sum(number for (_, name), number in self.counts.items() if name == outcome)

    def others(self, source: str, *, limit: int) -> list[Outcome]:
        """The first records of a source that are no paper of their own, the rejected first."""
        import numpy as np

        if source not in self.sources:
            return []
        rows = self.source == self.sources.index(source)
        found: list[int] = []
        for outcome in (REJECTED, MERGED):
            here = np.flatnonzero(rows & (self.outcome == outcome))
            found += here[: limit - len(found)].tolist()
        return [self._at(row) for row in found]

    def _at(self, row: int) -> Outcome:
        return Outcome(
            line=int(self.line[row]),
            outcome=OUTCOMES[self.outcome[row]],
            reason=self._reason(row),
            row=int(self.row[row]),
        )

    def _reason(self, row: int) -> str | None:
        repaired = self.as_written.get(int(self.row[row])) if self.as_written else None
        parts = (self._why(row), _repaired(repaired) if repaired else None)
        return " ".join(filter(None, parts)) or None

    def _why(self, row: int) -> str | None:
        number = int(self.reason[row])
        if number < 0:
            return None
        if self.outcome[row] != MERGED:
            return self.reasons[number]
        kept = f"line {self.line[number]} of {self.sources[self.source[number]]}"
        return f"The same paper as {kept}."

    def batches(self, size: int = _BATCH) -> Iterator[pd.DataFrame]:
        """The ledger as tables of so many rows: source, line, outcome, paper_id, reason."""
        import pandas as pd
        import pyarrow as pa

        names, outcomes = pa.array(self.sources, pa.large_string()), pa.array(OUTCOMES)
        for start in range(0, max(len(self), 1), size):
            part = slice(start, start + size)
            paper = self.paper[part]
            ids = self.ids.take(pa.array(paper, mask=paper < 0))
            reasons = [self._reason(row) for row in range(*part.indices(len(self)))]
            yield pd.DataFrame(
                {
                    "source": _text(names.take(pa.array(self.source[part]))),
                    "line": pd.Series(self.line[part], dtype="int64"),
                    "outcome": _text(outcomes.take(pa.array(self.outcome[part]))),
                    "paper_id": _text(ids),
                    "reason": pd.Series(reasons, dtype="str"),
                }
            )


def _repaired(fields: Mapping[str, str]) -> str:
    told = [f"the {name} “{text}”" for name, text in fields.items()]
    return f"{REPAIRED} {' and '.join(filter(None, (', '.join(told[:-1]), told[-1])))}."


def join_batches(batches: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One table of several, of which none may be missing."""
    import pandas as pd

    return batches[0] if len(batches) == 1 else pd.concat(batches, ignore_index=True)


def _text(values: Any) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(values.to_pylist(), dtype="str")
