"""From paths to what each file gave: formats are recognised by content, never by name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.sources.bibtex import BIBTEX
from topics.sources.columns import check_columns, check_fields
from topics.sources.document import Document, Reader
from topics.sources.endnote import ENDNOTE, ENDNOTE_XML
from topics.sources.hf_page import HF_PAGE
from topics.sources.medline import MEDLINE
from topics.sources.pubmed_xml import PUBMED_XML
from topics.sources.record import SourceRead
from topics.sources.ris import RIS
from topics.sources.wos import WOS

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["READERS", "UNRECOGNISED", "read_document", "read_sources"]

#: All formats, the most particular first: the first that recognises a document reads it.
READERS: tuple[Reader, ...] = (
    HF_PAGE,
    PUBMED_XML,
    ENDNOTE_XML,
    WOS,
    RIS,
    MEDLINE,
    ENDNOTE,
    BIBTEX,
)

#: Format of a file that no reader recognises.
UNRECOGNISED = "unrecognised"


def read_sources(
    paths: Sequence[str | os.PathLike[str]],
    *,
    progress: Callable[[str], None] | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[SourceRead]:
    """Read files and folders.

    A folder is read with its subfolders, sorted by name, hidden files skipped. A file that
    gives no record among others that do stays in the result, empty, with a notice.

    Args:
        paths: files and folders; a file named twice is read once.
        progress: called with one line a file.
        columns: for tables, the column that holds a field, by the field's name
            (`topics.sources.columns.FIELDS`); found by name and content where not given.

    Raises:
        SourceError: a path is missing or cannot be opened, no file gives a record, or no table
            has a column of that name.
        SettingsError: ``columns`` names a field that there is not.
    """
    check_fields(columns or {})
    files = list(_files(paths))
    if not files:
        listed = ", ".join(str(path) for path in paths) or "nothing"
        raise SourceError(
            f"No file to read in {listed}. Name at least one file, or a folder with files in it."
        )
    reads = []
    for file, name in zip(files, _names(files), strict=True):
        read = read_document(Document.from_bytes(_bytes(file), source=name, columns=columns))
        reads.append(read)
        if progress is not None:
            progress(f"{name}: {read.format}, {_count(len(read.records))}")
    if not any(read.records for read in reads):
        raise SourceError(_nothing(reads))
    check_columns(columns or {}, reads)
    return reads


def read_document(document: Document) -> SourceRead:
    """Read one document with the first reader that recognises it; empty with a notice otherwise."""
    if document.text is None and not any(reader.recognises(document) for reader in READERS):
        return _empty(document, UNRECOGNISED, f"{document.source}: {_kind(document.data)}.")
    for reader in READERS:
        if reader.recognises(document):
            try:
                return reader.read(document)
            except SourceError as error:
                return _empty(document, reader.name, str(error))
    return _empty(document, UNRECOGNISED, f"{document.source}: {_first_words(document)}.")


def _empty(document: Document, kind: str, notice: str) -> SourceRead:
    return SourceRead(
        source=document.source, format=kind, records=(), notices=(*document.notices, notice)
    )


def _nothing(reads: Sequence[SourceRead]) -> str:
    found = "\n".join(f"  {notice}" for read in reads for notice in read.notices[-1:])
    expected = "; ".join(reader.expects for reader in READERS)
    return (
        f"No paper found in {'the file' if len(reads) == 1 else f'any of the {len(reads)} files'}."
        f"\nFound:\n{found}\nExpected: {expected}.\n"
        "Check that the right files are named and that they were saved whole."
    )


def _kind(data: bytes) -> str:
    for mark, what in (
        (b"%PDF", "a PDF file"),
        (b"PK\x03\x04", "a ZIP archive or Office document"),
        (b"PAR1", "a Parquet file"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
    ):
        if data.startswith(mark):
            return f"{what}, not text"
    return "binary data, not text"


def _first_words(document: Document) -> str:
    words = " ".join((document.text or "")[:2000].split())
    if not words:
        return "an empty file"
    shown = words if len(words) <= 60 else words[:60] + "…"
    return f"text of no known format, beginning “{shown}”"


def _count(records: int) -> str:
    return f"{records} record{'' if records == 1 else 's'}"


def _files(paths: Iterable[str | os.PathLike[str]]) -> Iterable[Path]:
    seen: set[Path] = set()
    for given in paths:
        path = Path(given)
        for file in _walk(path):
            resolved = file.resolve()
            if resolved not in seen:
                seen.add(resolved)
                yield file


def _walk(path: Path) -> Iterable[Path]:
    try:
        if path.is_dir():
            inside = [file for file in path.rglob("*") if file.is_file()]
            return sorted(
                file
                for file in inside
                if not any(part.startswith(".") for part in file.relative_to(path).parts)
            )
        if path.is_file():
            return [path]
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be opened ({error}).") from error
    raise SourceError(
        f"{path} is not there. Check the spelling; expected a file or a folder with files in it."
        if not path.exists()
        else f"{path} is neither a file nor a folder."
    )


def _names(files: Sequence[Path]) -> list[str]:
    """Shortest distinct names: the file's own, with as many parents as tell it from others."""
    parts = [file.resolve().parts for file in files]
    depth = [1] * len(files)
    while True:
        names = ["/".join(part[-n:]) for part, n in zip(parts, depth, strict=True)]
        count = Counter(names)
        clash = [
            row
            for row, name in enumerate(names)
            if count[name] > 1 and depth[row] < len(parts[row])
        ]
        if not clash:
            return names
        for row in clash:
            depth[row] += 1


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{file} cannot be read ({error.strerror or error}). Check its permissions."
        ) from error
