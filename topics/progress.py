"""What a build tells of itself while it runs."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DRAW", "PLACE", "SPREAD_STAGES", "STAGES", "Progress", "Silent", "Watch"]

#: The stages of a build, as a person is told of them.
STAGES = (
    "Reading the sources",
    "Turning abstracts into vectors",
    "Finding topics and laying out the map",
    "Naming the topics",
    "Sorting papers into themes",
    "Measuring trends and quality",
    "Writing the map",
)


#: What a build does beside that whose topics and layout are those of a sample, and all of it.
DRAW, PLACE = "Drawing the sample", "Placing the other papers"
SPREAD_STAGES = (STAGES[0], DRAW, *STAGES[1:6], PLACE, STAGES[6])


class Progress(Protocol):
    """Told of every stage as it begins, and of remarks on the way."""

    def stage(self, number: int, total: int, name: str) -> None:
        """Stage ``number`` of ``total``, counted from 1, begins."""
        ...

    def note(self, text: str) -> None:
        """Something the user should know."""
        ...


class Silent:
    """Tells nobody."""

    def stage(self, number: int, total: int, name: str) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


@dataclass(slots=True)
class Watch:
    """Announces stages and keeps the seconds that each took.

    Attributes:
        progress: told of every stage.
        stages: names of all stages, in order.
        seconds: what each stage took so far.
    """

    progress: Progress
    stages: tuple[str, ...] = STAGES
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Run the block as a stage."""
        self.progress.stage(self.stages.index(name) + 1, len(self.stages), name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)
