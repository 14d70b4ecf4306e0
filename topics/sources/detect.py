"""From paths to what each file gave: formats are recognised by content, never by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from topics.errors import SourceError
from topics.mojibake import watched
from topics.sources.archives import UNREADABLE, ArchiveLimits, Opened, expand, is_archive
from topics.sources.arxiv_oai import OAI_PMH
from topics.sources.arxiv_snapshot import ARXIV_SNAPSHOT
from topics.sources.bibtex import BIBTEX
from topics.sources.columns import NoRecords, check_columns, check_fields
from topics.sources.csl_json import CROSSREF, CSL_JSON
from topics.sources.delimited import DELIMITED
from topics.sources.document import TOO_LARGE, Document, Reader
from topics.sources.endnote import ENDNOTE, ENDNOTE_XML
from topics.sources.feeds import ARXIV_ATOM, FEED
from topics.sources.filekinds import kind_of
from topics.sources.hf_api import HF_API
from topics.sources.hf_page import HF_PAGE
from topics.sources.labelled import LABELLED
from topics.sources.medline import MEDLINE
from topics.sources.openalex import OPENALEX
from topics.sources.originals import noted, with_originals
from topics.sources.pubmed_xml import PUBMED_XML
from topics.sources.record import SourceRead
from topics.sources.ris import RIS
from topics.sources.semantic_scholar import SEMANTIC_SCHOLAR
from topics.sources.spool import Spool, SpooledRecords, spooled, weight
from topics.sources.tabular import TABULAR
from topics.sources.wos import WOS
from topics.sources.zotero_json import ZOTERO_JSON

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from topics.sources.kept_reads import KeptReads

__all__ = [
    "READERS",
    "UNRECOGNISED",
    "named_files",
    "read_ahead",
    "read_document",
    "read_sources",
]

#: All formats, the most particular first: the first that recognises a document reads it.
READERS: tuple[Reader, ...] = (
    ARXIV_SNAPSHOT,
    HF_API,
    OPENALEX,
    SEMANTIC_SCHOLAR,
    ZOTERO_JSON,
    CROSSREF,
    CSL_JSON,
    PUBMED_XML,
    ENDNOTE_XML,
    OAI_PMH,
    ARXIV_ATOM,
    FEED,
    HF_PAGE,
    WOS,
    RIS,
    MEDLINE,
    ENDNOTE,
    LABELLED,
    BIBTEX,
    *TABULAR,
)

#: Format of a file that no reader recognises.
UNRECOGNISED = "unrecognised"
#: Characters of records that all files together have in memory.
_IN_MEMORY = 128 * 1024 * 1024

#: What to do about a file that cannot be read.
_AGAIN = "save or export it once more"
_OTHERWISE = "export it as BibTeX, RIS or CSV"
#: Files that are told of one by one; more are summed up.
_TOLD_SINGLY = 20
#: What is read, in the words of those who have it.
_EXPECTED = (
    "saved Hugging Face papers pages; exports of references (BibTeX, RIS, EndNote, Web of Science, "
    "PubMed, Ovid, Cochrane, Zotero, arXiv, Crossref, OpenAlex, Semantic Scholar); or tables with "
    "titles or abstracts (CSV, Excel, Parquet, JSON)"
)
_STRANGE = {UNRECOGNISED: "are of no known format", UNREADABLE: "cannot be opened"}


def read_sources(
    paths: Sequence[str | os.PathLike[str]],
    *,
    progress: Callable[[str], None] | None = None,
    columns: Mapping[str, str] | None = None,
    by_file: Mapping[str, Mapping[str, str]] | None = None,
    encoding: str | None = None,
    limits: ArchiveLimits | None = None,
    may_be_empty: bool = False,
    kept: KeptReads | None = None,
) -> list[SourceRead]:
    """Read files, folders and archives.

    A folder is read with its subfolders, sorted by name, hidden files skipped; a ZIP archive
    like a folder, its members named ``archive.zip/member``. A file that gives no record among
    others that do stays in the result, empty, with a notice.

    Args:
        paths: files and folders; a file named twice is read once.
        progress: called with one line a file.
        columns: for tables, the column that holds a field, by the field's name
            (`topics.sources.columns.FIELDS`); found by name and content where not given, and an
            empty name where no column holds it.
        by_file: the same for single tables, by the name of the file; it goes before ``columns``.
        encoding: of all text files; found for each where not given.
        limits: how far archives are opened, all of them together.
        may_be_empty: give what was found of each file although none has a record.
        kept: what was read before; files that are as they were are not read again.

    Raises:
        SourceError: a path is missing, no file gives a record, or no table has a column of that
            name.
        SettingsError: ``columns`` names a field that there is not.
    """
    said = _Said(columns or {}, by_file or {}, encoding)
    for each in (said.columns, *said.by_file.values()):
        check_fields(each)
    files = list(_files(paths))
    if not files:
        listed = ", ".join(str(path) for path in paths) or "nothing"
        raise SourceError(
            f"No file to read in {listed}. Name at least one file, or a folder with files in it."
        )
    reads: list[SourceRead] = []
    room, spool = _IN_MEMORY, Spool()
    opened = Opened(limits or ArchiveLimits())
    for file, name in zip(files, _names(files), strict=True):
        own: list[SourceRead] = []
        for found in _reads(file, name, said, opened, kept):
            read, room = _within(found, room, spool)
            own.append(read)
            if progress is not None:
                progress(f"{read.source}: {read.format}, {_count(len(read.records))}")
        reads += _summed_up(name, own)
    if kept is not None:
        kept.tidy()
    if not may_be_empty and not any(read.records for read in reads):
        raise SourceError(_nothing(reads))
    check_columns(said.columns, reads)
    return reads


def named_files(paths: Sequence[str | os.PathLike[str]]) -> list[tuple[Path, str]]:
    """The files that `read_sources` reads, each with the name that its records go by.

    Raises:
        SourceError: a path is missing.
    """
    files = list(_files(paths))
    return list(zip(files, _names(files), strict=True))


def read_ahead(
    file: Path,
    name: str,
    *,
    columns: Mapping[str, str],
    by_file: Mapping[str, Mapping[str, str]],
    limits: ArchiveLimits,
    kept: KeptReads,
) -> None:
    """Read one of `named_files` and keep what it gave, for `read_sources` to find.

    The arguments are those of `read_sources`, which reads again what is not kept.
    """
    for _ in _reads(file, name, _Said(columns, by_file, None), Opened(limits), kept):
        pass


def read_document(document: Document) -> SourceRead:
    """Read one document with the first reader that recognises it; empty with a notice otherwise."""
    with watched() as letters:
        found, reader = _read_once(document)
    if not letters.repairs or reader is None or not found.records:
        return found
    if found.as_written:  # of a table, what a row has is kept as the row is read
        return noted(found)
    return with_originals(found, lambda: reader.read(replace(document)))


def _read_once(document: Document) -> tuple[SourceRead, Reader | None]:
    """What a document gave, and the reader that recognised it."""
    found: Reader | None = None
    columns: tuple[str, ...] = ()
    try:
        for reader in (DELIMITED,) if _is_table(document) else READERS:
            if _recognises(reader, document):
                found = reader
                return reader.read(document), reader
        told = f"{document.source}: {_unknown(document)}."
    except SourceError as error:
        told = str(error)
        columns = error.columns if isinstance(error, NoRecords) else ()
    except (MemoryError, RecursionError):
        why = "too large or too deeply nested to be read. Split it, or save it in another format"
        told = f"{document.source}: {why}."
    name = UNRECOGNISED if found is None else found.name
    return _empty(document, name, told, columns=columns), None


def _within(read: SourceRead, room: int, spool: Spool) -> tuple[SourceRead, int]:
    """Move the records of a file to a spool where there is no room for them in memory."""
    if isinstance(read.records, SpooledRecords):
        return read, room
    needed = sum(map(weight, read.records))
    if needed <= room:
        return read, room - needed
    # Pages whose dates lack the year are looked through again for it, and are small.
    if read.as_of_month_day or read.written_years or any(r.month_day for r in read.records):
        return read, room
    return replace(read, records=spooled(read.records, spool)), room


def _is_table(document: Document) -> bool:
    try:
        return DELIMITED.begins(document)
    except SourceError:
        return False


def _recognises(reader: Reader, document: Document) -> bool:
    try:
        return reader.recognises(document)
    except SourceError:
        # It asks for the whole of a file that is too large, or cannot be read to its end.
        return False


@dataclass(frozen=True, slots=True)
class _Said:
    """What the user says of the files."""

    columns: Mapping[str, str]
    by_file: Mapping[str, Mapping[str, str]]
    encoding: str | None

    def of(self, document: Document) -> Document:
        """A file, to be read as the user says of this one."""
        own = self.by_file.get(document.source)
        return replace(document, columns={**self.columns, **own}) if own else document

    def key(self, name: str) -> tuple[object, ...]:
        """All of it that makes a difference to a file, or to the files in an archive."""
        own = {
            each: dict(columns)
            for each, columns in self.by_file.items()
            if each == name or each.startswith(f"{name}/")
        }
        return dict(self.columns), own, self.encoding


def _reads(
    file: Path, name: str, said: _Said, opened: Opened, kept: KeptReads | None
) -> Iterable[SourceRead]:
    """What a file gave, or the files in an archive: now, or when it was read before."""
    if kept is None:
        return _read_now(file, name, said, opened)
    return kept.reads(
        file, (name, *said.key(name)), opened, lambda: _read_now(file, name, said, opened)
    )


def _read_now(file: Path, name: str, said: _Said, opened: Opened) -> Iterator[SourceRead]:
    for found in _documents(file, name, said, opened):
        yield found if isinstance(found, SourceRead) else read_document(said.of(found))


def _documents(
    file: Path, name: str, said: _Said, opened: Opened
) -> Iterator[Document | SourceRead]:
    """A file, or the files in an archive; an empty result for what cannot be opened."""
    try:
        document = Document.from_path(
            file, source=name, columns=said.columns, encoding=said.encoding
        )
    except SourceError as error:
        yield SourceRead(source=name, format=UNREADABLE, records=(), notices=(str(error),))
        return
    if is_archive(document):
        yield from expand(document, opened=opened)
    else:
        yield document


def _summed_up(archive: str, reads: list[SourceRead]) -> list[SourceRead]:
    """One notice each on the many files of an archive that are strange, or cannot be opened."""
    for kind, words in _STRANGE.items():
        strange = [read for read in reads if read.format == kind]
        if len(strange) > _TOLD_SINGLY:
            example = strange[0].notices[-1].removeprefix(f"{archive}/")
            notice = f"{archive}: {len(strange)} files in it {words}, such as {example}"
            summary = SourceRead(source=archive, format=kind, records=(), notices=(notice,))
            reads = [*(read for read in reads if read.format != kind), summary]
    return reads


def _empty(
    document: Document, kind: str, notice: str, *, columns: tuple[str, ...] = ()
) -> SourceRead:
    try:
        notices = document.notices
    except SourceError:
        notices = ()
    return SourceRead(
        source=document.source,
        format=kind,
        records=(),
        notices=(*notices, notice),
        columns=columns,
    )


def _nothing(reads: Sequence[SourceRead]) -> str:
    told = [_last_word(read) for read in reads]
    more = len(told) - _TOLD_SINGLY
    found = "\n".join(f"  {line}" for line in told[:_TOLD_SINGLY] if line)
    found += f"\n  and {more} more" if more > 0 else ""
    return (
        f"No paper found in {'the file' if len(reads) == 1 else f'any of the {len(reads)} files'}."
        f"\nFound:\n{found}\nExpected: {_EXPECTED}.\n"
        "Check that the right files are named and that they were saved whole."
    )


def _last_word(read: SourceRead) -> str:
    """What is most worth knowing of a file without a record."""
    if read.rejects:
        first = read.rejects[0]
        entries = f"{len(read.rejects)} {'entry' if len(read.rejects) == 1 else 'entries'}"
        return f"{read.source}: {entries}, none readable; in line {first.line}: {first.reason}"
    return read.notices[-1] if read.notices else f"{read.source}: nothing in it."


def _unknown(document: Document) -> str:
    if not document.head:
        return f"an empty file; {_AGAIN}"
    kind = kind_of(document.head)
    if kind is not None:
        return kind
    if document.head_text is None:
        return f"binary data, not text; {_OTHERWISE}"
    if document.is_large:
        return TOO_LARGE
    words = " ".join(document.head_text[:2000].split())
    if not words:
        return f"an empty file; {_AGAIN}"
    shown = words if len(words) <= 60 else words[:60] + "…"
    return f"text of no known format, beginning “{shown}”; {_OTHERWISE}"


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
