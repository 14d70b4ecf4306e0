"""How files are read where a person says more than they do: columns by file, limits of archives."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.errors import SettingsError, SourceError
from topics.sources.archives import ArchiveLimits, expand, is_archive
from topics.sources.columns import check_fields
from topics.sources.detect import read_document, read_sources
from topics.sources.document import Document

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from topics.sources.record import SourceRead

__all__ = ["Reading", "read_files"]

_LIMITS = tuple(item.name for item in fields(ArchiveLimits))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a person says on how files are read.

    Attributes:
        columns: for all tables, the column that holds a field, by the field's name.
        by_file: the same for one table each, by the name of its file (``archive.zip/member``
            within an archive); it goes before what is said for all.
        archives: how far archives are opened.

    Raises:
        SettingsError: a field that there is not.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    by_file: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    archives: ArchiveLimits = field(default_factory=ArchiveLimits)

    def __post_init__(self) -> None:
        for columns in (self.columns, *self.by_file.values()):
            check_fields(columns)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Reading:
        """Read ``{"columns": {FILE: {FIELD: COLUMN}}, "archives": {LIMIT: NUMBER}}``.

        Raises:
            SettingsError: it cannot be read, or says something else.
        """
        expected = (
            'expected JSON such as {"columns": {"table.csv": {"title": "Document Title"}}, '
            '"archives": {"members": 1000}}'
        )
        try:
            told = json.loads(Path(path).read_bytes())
            return cls(by_file=_columns(told), archives=_archives(told))
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

    Returns:
        What each file gave; files with columns of their own may come last.

    Raises:
        SourceError: as `read_sources`.
    """
    reading = reading or Reading()
    alone = _alone(paths, reading)

    def read(some: Sequence[Any], *, may_be_empty: bool) -> list[SourceRead]:
        return read_sources(
            some,
            progress=progress,
            columns=reading.columns,
            limits=reading.archives,
            may_be_empty=may_be_empty,
        )

    if not reading.by_file:
        return read(paths, may_be_empty=may_be_empty)
    others = [file for file in _files(paths) if file not in alone] if alone else paths
    reads = [
        _corrected(each, paths, reading)
        for each in (read(others, may_be_empty=True) if others else ())
    ]
    for document in alone.values():
        reads.append(read_document(document))
        if progress is not None:
            progress(f"{document.source}: {reads[-1].format}, {len(reads[-1].records)} records")
    if may_be_empty or any(each.records for each in reads):
        return reads
    return read(paths, may_be_empty=False)  # which says what was found in place of papers


def _alone(paths: Sequence[Any], reading: Reading) -> dict[Path, Document]:
    """The files with columns of their own that no other is named like: they are read but once.

    The rest, such as those in archives, are read like all and then again as their columns say.
    """
    if not reading.by_file or not all(Path(path).exists() for path in paths):
        return {}
    files = list(_files(paths))
    names = Counter(file.name for file in files)
    found = {}
    for file in files:
        own = reading.by_file.get(file.name)
        if own and names[file.name] == 1:
            columns = {**reading.columns, **own}
            with suppress(SourceError):
                document = Document.from_path(file, source=file.name, columns=columns)
                if not is_archive(document):
                    found[file] = document
    return found


def _corrected(found: SourceRead, paths: Sequence[Any], reading: Reading) -> SourceRead:
    """A table as its own columns say; any other file as it is."""
    own = reading.by_file.get(found.source)
    if not own or not found.columns:
        return found
    document = next(_documents(found.source, paths, reading.archives), None)
    if document is None:
        return found
    return read_document(replace(document, columns={**reading.columns, **own}))


def _documents(name: str, paths: Sequence[Any], limits: ArchiveLimits) -> Iterator[Document]:
    """The file of that name, or the member of an archive."""
    parts = tuple(name.split("/"))
    for file in _files(paths):
        depth = next((n for n in range(1, len(parts) + 1) if file.parts[-n:] == parts[:n]), 0)
        if not depth:
            continue
        try:
            document = Document.from_path(file, source="/".join(parts[:depth]))
        except SourceError:
            continue
        if not is_archive(document):
            yield from [document] if depth == len(parts) else []
            continue
        for member in expand(document, limits=limits):
            if isinstance(member, Document) and member.source == name:
                yield member


def _files(paths: Sequence[Any]) -> Iterator[Path]:
    """The files that `read_sources` finds: hidden ones in folders are passed over."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if not hidden and file.is_file():
                yield file


def _columns(told: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    columns = told.get("columns", {})
    return {
        str(file): {str(name): str(column) for name, column in own.items()}
        for file, own in columns.items()
    }


def _archives(told: Mapping[str, Any]) -> ArchiveLimits:
    limits = told.get("archives", {})
    unknown = set(limits) - set(_LIMITS)
    if unknown or not all(type(limit) is int and limit > 0 for limit in limits.values()):
        raise ValueError(unknown)
    return ArchiveLimits(**limits)
