"""What a reader may wish of a report."""

from __future__ import annotations

from dataclasses import dataclass

from topics.errors import SettingsError

__all__ = ["SECTIONS", "Wishes"]

#: Names of the sections, in their order.
SECTIONS = ("sources", "map", "themes", "trends", "topics", "papers", "method", "limits")

TITLE = "Report of a paper map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a reader wants of a report.

    Attributes:
        title: in place of the usual one.
        author: who hands it on.
        note: some words at its start.
        link: address of the same view in a dashboard.
        sections: names of `SECTIONS`; all if empty.
        step: the length of a period in the trends, ``auto`` for what suits the dates.

    Raises:
        SettingsError: there is no such section; says which there are.
    """

    title: str = ""
    author: str = ""
    note: str = ""
    link: str = ""
    sections: tuple[str, ...] = ()
    step: str = "auto"

    def __post_init__(self) -> None:
        if unknown := [name for name in self.sections if name not in SECTIONS]:
            raise SettingsError(
                f"No section {unknown[0]!r} in a report; there are {', '.join(SECTIONS)}."
            )

    @property
    def heading(self) -> str:
        """The report's title."""
        return " ".join(self.title.split()) or TITLE
