"""How files are read where a person says more than they do: columns by file, limits of archives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.errors import SettingsError
from topics.sources import detect
from topics.sources.archives import ArchiveLimits
from topics.sources.columns import check_fields
from topics.sources.kept_reads import MOST_KEPT, KeptReads

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from topics.sources.record import SourceRead

__all__ = ["Reading", "read_ahead", "read_files"]

_LIMITS = tuple(item.name for item in fields(ArchiveLimits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a person says on how files are read.

    Attributes:
        columns: for all tables, the column that holds a field, by the field's name; an empty name
            where no column holds it.
        by_file: the same for one table each, by the name of its file (``archive.zip/member``
            within an archive); it goes before what is said for all.
        archives: how far archives are opened, all together.
        kept: a folder where what each file gave is kept, so that a file that is as it was is not
            read again; None to read all.
        most_kept: bytes beyond which what a file gave is not kept.

    Raises:
        SettingsError: a field that there is not.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    by_file: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    archives: ArchiveLimits = field(default_factory=ArchiveLimits)
    kept: Path | None = None
    most_kept: int = MOST_KEPT

    def __post_init__(self) -> None:
        for columns in (self.columns, *self.by_file.values()):
            check_fields(columns)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Reading:
        """Read ``{"columns": {FILE: {FIELD: COLUMN}}, "archives": {LIMIT: NUMBER}}``.

        A column of ``null`` says that none in the table holds the field; ``"kept": FOLDER`` names
        a folder for what was read.

        Raises:
            SettingsError: it cannot be read, or says something else.
        """
        expected = (
            'expected JSON such as {"columns": {"table.csv": {"title": "Document Title"}}, '
            '"archives": {"members": 1000}}'
        )
        try:
            told = json.loads(Path(path).read_bytes())
            return cls(by_file=_columns(told), archives=_archives(told), kept=_kept(told))
        except OSError as error:
            raise SettingsError(
                f"--reading is {path}, which cannot be read ({error.strerror or error})."
            ) from error
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise SettingsError(f"{path} does not say how files are read: {expected}.") from error


def read_files(
    paths: Sequence[str | os.PathLike[str]],
    *,
    reading: Reading | None = None,
    progress: Callable[[str], None] | None = None,
    may_be_empty: bool = False,
) -> list[SourceRead]:
    """Read files, folders and archives as a person says; see `topics.sources.detect.read_sources`.

    A file of ``reading.by_file`` that is not among them is passed over, and a column that its
    file does not have is looked for by name, with a notice.

    Args:
        paths: files and folders.
        reading: what a person says; nothing where not given.
        progress: called with one line a file.
        may_be_empty: give what was found of each file although none has a record.

    Raises:
        SourceError: as `read_sources`.
    """
    reading = reading or Reading()
    return detect.read_sources(
        paths,
        progress=progress,
        columns=reading.columns,
        by_file=reading.by_file,
        limits=reading.archives,
        may_be_empty=may_be_empty,
        kept=None if reading.kept is None else KeptReads(reading.kept, reading.most_kept),
    )


def read_ahead(file: Path, name: str, *, reading: Reading) -> None:
    """Read one file as a person says, and keep what it gave in the folder ``reading.kept``.

    Args:
        file: one of `topics.sources.detect.named_files`.
        name: the name it has there.
        reading: as for `read_files`, which finds what is kept.
    """
    if reading.kept is not None:
        detect.read_ahead(
            file,
            name,
            columns=reading.columns,
            by_file=reading.by_file,
            limits=reading.archives,
            kept=KeptReads(reading.kept, reading.most_kept),
        )


def _columns(told: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    columns = told.get("columns", {})
    return {
        str(file): {str(name): str(column or "") for name, column in own.items()}
        for file, own in columns.items()
    }


def _archives(told: Mapping[str, Any]) -> ArchiveLimits:
    limits = told.get("archives", {})
    unknown = set(limits) - set(_LIMITS)
    if unknown or not all(type(limit) is int and limit > 0 for limit in limits.values()):
        raise ValueError(unknown)
    return ArchiveLimits(**limits)


def _kept(told: Mapping[str, Any]) -> Path | None:
    folder = told.get("kept")
    return None if folder is None else Path(folder)
