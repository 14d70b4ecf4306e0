"""JSON whose entries are rows of a table: a list of objects, one object a line, or columns."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from topics.errors import SourceError
from topics.sources.columns import header_score, match_columns, unique_names
from topics.sources.json_entries import JsonText, first_entries, is_lines, stream_lines
from topics.sources.lines import is_large
from topics.sources.nested import at_path, joined, paths_of
from topics.sources.record import Reject, SourceRead
from topics.sources.table import MOST_COLUMNS, SAMPLE, Row, no_records, read_table, too_wide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from topics.sources.document import Document
    from topics.sources.json_entries import JsonEntry

__all__ = ["JSON_ROWS", "JsonRows"]

#: Objects by which a file is recognised.
_TELLING = 20


class JsonRows:
    """JSON with a paper in each entry, its fields by whatever name."""

    name = "json"
    expects = "JSON or JSON lines with a paper in each entry"

    def recognises(self, document: Document) -> bool:
        """Whether the first entries have a title or an abstract, by name or by content."""
        entries = first_entries(document, _TELLING)
        if not entries:
            return document.head_text is not None and _is_grid(document.head_text)
        entries = _turned(entries)
        paths = paths_of(entries, most=MOST_COLUMNS)
        names = unique_names(map(joined, paths))
        if header_score(names, named=document.columns):
            return True
        rows = [[at_path(one, path) for path in paths] for one in entries]
        return match_columns(names, rows, named=document.columns).usable

    def read(self, document: Document) -> SourceRead:
        """Read all entries.

        Raises:
            SourceError: there is no entry, or none has a title or an abstract.
        """
        source = document.source
        notices: list[str] = []
        lines = is_lines(document.head_text or "")
        entries = _values(_entries(document, notices, lines=lines), source)
        early = list(islice(entries, SAMPLE))
        sample = [value for _, value in early if isinstance(value, dict)]
        paths = paths_of(sample, most=MOST_COLUMNS)
        if len(paths) > MOST_COLUMNS:
            raise SourceError(too_wide(source, len(paths)))
        names = unique_names(map(joined, paths))
        rows = [[at_path(one, path) for path in paths] for one in sample]
        if not sample:
            raise no_records(source, names, why="There is no object in it.")
        match = match_columns(names, rows, named=document.columns)
        places = {*match.places.values(), *match.extras(rows).places}
        wanted = [path if place in places else () for place, path in enumerate(paths)]

        def table_rows() -> Iterator[Row | Reject]:
            for line, value in chain(early, entries):
                if isinstance(value, Reject):
                    yield value
                else:
                    cells = [at_path(value, path) if path else None for path in wanted]
                    yield Row(line, cells)

        table = read_table(
            table_rows(), source=source, columns=names, named=document.columns, sample=rows
        )
        told = (f"{source}: {n}" for n in (str(table.match), *table.notices, *notices))
        return SourceRead(
            source=source,
            format="jsonl" if lines else self.name,
            records=table.records,
            rejects=table.rejects,
            notices=(*(() if is_large(document) and lines else document.notices), *told),
            columns=table.match.columns,
            matched=table.match.matched,
        )


def _entries(document: Document, notices: list[str], *, lines: bool) -> Iterator[JsonEntry]:
    if lines and is_large(document):
        yield from stream_lines(document, notices)
        return
    text = JsonText(document.text or "")
    yield from text
    notices += text.notices


def _values(
    entries: Iterator[JsonEntry], source: str
) -> Iterator[tuple[int, Mapping[str, Any] | Reject]]:
    """Objects with their lines; what is none is rejected."""
    start = list(islice(entries, 2))
    header: list[str] = []
    if (len(start) == 1 or (start and _is_column(start[0].value))) and all(
        isinstance(found.value, dict) for found in start
    ):
        start, entries = [*start, *entries], iter(())
        whole = [found for found in start if isinstance(found.value, dict)]
        turned = _turned([found.value for found in whole])
        if len(turned) != len(whole) or turned[0] is not whole[0].value:
            yield from enumerate(turned, start=1)
            return
    if start and _is_header(start[0].value):
        header = [str(name) for name in start.pop(0).value]
    for found in chain(start, entries):
        value = found.value
        if header and isinstance(value, list) and len(value) <= len(header):
            value = dict(zip(header, value, strict=False))
        if isinstance(value, dict):
            yield found.line, value
            continue
        reason = found.problem or (
            f"{len(value)} fields where the header has {len(header)}."
            if header and isinstance(value, list)
            else "Not an object with fields, as entries are."
        )
        yield found.line, Reject(source=source, line=found.line, reason=reason)


def _turned(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a table that is written column by column, as pandas does; any other as it is."""
    if len(entries) > 1 and all(map(_is_column, entries)):
        columns = {
            column["id"]: {key: value for key, value in column.items() if key != "id"}
            for column in entries
        }
        entries = [columns]
    if len(entries) != 1:
        return entries
    one = entries[0]
    header, data = one.get("columns"), one.get("data")
    if isinstance(header, list) and isinstance(data, list) and _is_header(header):
        names = list(map(str, header))
        return [dict(zip(names, row, strict=False)) for row in data if isinstance(row, list)]
    if len(one) < 2 or not header_score(one):
        return entries
    if all(isinstance(column, dict) and column for column in one.values()):
        keys = dict.fromkeys(key for column in one.values() for key in column)
        if all(str(key).isdecimal() for key in keys):
            return [{name: column.get(key) for name, column in one.items()} for key in keys]
    sizes = {len(column) if isinstance(column, list) else 0 for column in one.values()}
    size = sizes.pop()
    if size and not sizes:
        return [{name: column[at] for name, column in one.items()} for at in range(size)]
    return entries


def _is_column(value: Any) -> bool:
    """Whether an entry is a column, named by its id, of which each row has a number for a name."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), str)
        and len(value) > 1
        and all(key == "id" or key.isdecimal() for key in value)
    )


def _is_header(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(name, str) for name in value)
        and header_score(value) > 0
    )


def _is_grid(head: str) -> bool:
    """Whether it is a list of lists of which the first names columns."""
    if not head.lstrip().startswith("["):
        return False
    first = next(iter(JsonText(head[:65536])), None)
    return first is not None and _is_header(first.value)


JSON_ROWS = JsonRows()
