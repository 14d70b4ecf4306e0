"""What a build tells of itself while it runs."""

from __future__ import annotations

from typing import Protocol

__all__ = ["STAGES", "Progress", "Silent"]

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
