"""The entries of a JSON file: a list, a list inside an answer, lines, or objects in a row.

An entry that is not valid JSON costs itself alone: where it ends is found from its brackets, or
from the beginning of the next one.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import zlib
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO, cast

from topics.sources.decoding import guess_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from topics.sources.document import Document

__all__ = ["JsonEntry", "JsonText", "first_entries", "is_lines", "stream_lines"]

#: Keys under which answers of services and exports keep their list.
_LISTS = frozenset(
    (
        "items results data papers records works entries documents docs articles publications "
        "recommendedpapers hit entry list rows library bibliography"
    ).split()
)
#: Keys of objects that hold such a list.
_HOLDERS = frozenset("message response result hits feed search-results data output body".split())
_DEEPEST = 4
#: Characters of one line, beyond which it is no entry.
_LONGEST = 64 * 1024 * 1024
#: Lines by which a file of lines is told.
_TELLING = 20
#: Characters in which the end of one bad entry is looked for by its brackets, and that of all.
_REACH, _SEARCHED = 256 * 1024, 256 * 1024 * 1024
#: Places that may be the beginning of the next entry, tried after one without an end.
_ATTEMPTS = 64
#: Bad entries after which each is cut out before it is read, as an error's place is slow to count.
_PATIENCE = 20

#: What the stream of a damaged file raises.
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError)
_SPACE = re.compile(r"\s*")
_BETWEEN = re.compile(r"[\s,]*")
_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*')
#: A string that is not closed ends with its line.
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[\[\]{}]')
_OPENING = re.compile(r'\{\s*"(?:[^"\\\n]|\\.){0,100}"\s*:')
_REASONS = {
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting value": "a value is missing",
    "Expecting property name enclosed in double quotes": "a name in quotation marks is missing",
    "Illegal trailing comma before end of object": "there is a comma too many",
    "Illegal trailing comma before end of array": "there is a comma too many",
    "Unterminated string starting at": "a closing quotation mark is missing",
    "Invalid \\escape": "a backslash stands where none may",
    "Invalid \\uXXXX escape": "a \\u is not followed by four digits",
    "Extra data": "something follows where the line should end",
}
_NOT_CLOSED = "the list in it is not closed: the file may have been cut off."
#: Accepts line breaks and tabs within strings, which some programs write as they are.
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class JsonEntry:
    """One entry of a file.

    Attributes:
        line: its first line, counted from 1; its number where the file has all on one line.
        value: what it holds; of any JSON type.
        problem: why it cannot be read, empty where it can.
    """

    line: int
    value: Any = None
    problem: str = ""


@dataclass(slots=True)
class JsonText:
    """The entries of a JSON text, in order; iterate once.

    Attributes:
        text: the whole text, or its beginning.
        notices: remarks found on the way.
    """

    text: str
    notices: list[str] = field(default_factory=list)
    _line: int = 1
    _counted: int = 0
    _bad: int = 0
    _searched: int = 0
    _follows: tuple[str, ...] = (",", "]", "{")
    _sign: str | None = None
    _keys: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[JsonEntry]:
        """Yield the entries; those of a text all on one line are numbered."""
        if is_lines(self.text):
            yield from _lines(self.text.split("\n"))
            return
        found = self._entries()
        start = list(islice(found, 2))
        if len(start) == 2 and start[0].line == start[1].line:
            numbered = enumerate((*start, *found), start=1)
            yield from (JsonEntry(number, e.value, e.problem) for number, e in numbered)
        else:
            yield from start
            yield from found

    def _entries(self) -> Iterator[JsonEntry]:
        at = _after(_SPACE, self.text, 0)
        inside = at + 1 if self.text.startswith("[", at) else _list_inside(self.text, at)
        if inside is None and _is_keyed(self.text, at):
            self._follows = (",", "}")
            yield from self._keyed(at + 1)
            return
        listed = inside is not None
        at = inside if inside is not None else at
        while (at := _after(_BETWEEN, self.text, at)) < len(self.text):
            if listed and self.text[at] == "]":
                following = self._after_close(at)
                if following is None:
                    return
                at = following
            line = self._line_of(at)
            value, problem, end = self._element(at)
            yield JsonEntry(line, value, problem)
            if end is None:
                return
            at = end
        if listed:
            self.notices.append(_NOT_CLOSED)

    def _keyed(self, at: int) -> Iterator[JsonEntry]:
        """The values of an object whose brace has been passed; a key is the id of its value."""
        while (at := _after(_BETWEEN, self.text, at)) < len(self.text):
            if self.text[at] == "}":
                following = self._after_close(at)
                if following is None:
                    return
                at = following
            key = _KEY.match(self.text, at)
            start = at if key is None else key.end()
            line = self._line_of(at)
            value, problem, end = self._element(start)
            if key is not None and isinstance(value, dict):
                value.setdefault("id", key[1])
            yield JsonEntry(line, value, problem)
            if end is None:
                return
            at = end
        self.notices.append(_NOT_CLOSED)

    def _after_close(self, at: int) -> int | None:
        """Where another entry begins behind a bracket that closes the list too early."""
        return self._next(at, len(self.text)) if self._bad else None

    def _element(self, at: int) -> tuple[Any, str, int | None]:
        """The value that begins here, what is wrong with it, and where it ends if that is known."""
        end = None
        try:
            if self._bad < _PATIENCE:
                value, end = _DECODER.raw_decode(self.text, at)
            else:
                end = self._end(at)
                value = _DECODER.decode(self.text[at:end])
        except RecursionError:
            problem = "Nested too deeply to be read."
        except ValueError as error:
            base = at if self._bad < _PATIENCE else 0
            problem = _reason(error, base)
        else:
            if self._sign is None and isinstance(value, dict) and value:
                self._sign, self._keys = _sign(self.text, at), frozenset(value)
            return value, "", end
        if self._bad < _PATIENCE:
            end = self._end(at)
        self._bad += 1
        if end is None:
            problem += " The file ends within this entry, or its rest cannot be told apart."
        return None, problem, end

    def _end(self, at: int) -> int | None:
        """Where an entry that may not be valid ends; None if nothing tells."""
        found = None
        if self._searched < _SEARCHED:
            found = _balanced(self.text, at)
            self._searched += _REACH if found is None else found - at
        if found is not None and not self.text.startswith(
            self._follows, _after(_SPACE, self.text, found)
        ):
            found = None
        # A lost quotation mark may have hidden brackets: no whole entry may lie in between.
        following = self._next(at, len(self.text) if found is None else found)
        return found if following is None else following

    def _next(self, at: int, end: int) -> int | None:
        """Where the next whole entry begins, if that is before ``end``."""
        if self._sign is None:
            return None
        for _ in range(_ATTEMPTS):
            at = self.text.find(self._sign, at + 1, end)
            if at < 0:
                return None
            start = at + len(self._sign) - len(self._sign.lstrip())
            try:
                value, _end = _DECODER.raw_decode(self.text, start)
            except (ValueError, RecursionError):
                continue
            if len(self._keys & value.keys()) * 2 >= len(self._keys):
                return start
        return None

    def _line_of(self, at: int) -> int:
        self._line += self.text.count("\n", self._counted, at)
        self._counted = at
        return self._line


def is_lines(text: str) -> bool:
    """Whether a text, or the beginning of one, has one object on each line."""
    if not text.lstrip().startswith("{"):
        return False
    lines = [line for line in text[: 16 * _REACH].split("\n", 4 * _TELLING) if line.strip()]
    lines = lines[: _TELLING + 1]
    objects = [line for line in lines if line.lstrip().startswith("{")]
    # The last line may be cut off, and some may be bad.
    return len(lines) > 1 and len(objects) * 5 >= len(lines) * 4 and any(map(_is_object, objects))


def first_entries(document: Document, count: int = 3) -> list[dict[str, Any]]:
    """The first readable objects of a JSON document; none of what is no JSON."""
    head = document.head_text
    if head is None or not head.lstrip()[:1] or head.lstrip()[0] not in "[{":
        return []
    found = _objects(head, count)
    if not found and not document.is_large and (document.size or 0) > len(document.head):
        found = _objects(document.text or "", count)
    return found


def stream_lines(document: Document, notices: list[str] | None = None) -> Iterator[JsonEntry]:
    """The entries of a file of lines, one line in memory at a time.

    Args:
        document: the file.
        notices: gets a remark where the file is damaged or cut off.
    """
    encoding = guess_encoding(document.head) if document.encoding is None else document.encoding
    try:
        with document.open() as stream:
            text = io.TextIOWrapper(
                cast("BinaryIO", stream),
                encoding="utf-8-sig" if encoding == "utf-8" else encoding,
                errors="replace",
            )
            yield from _lines(_bounded(text))
    except _DAMAGE as error:
        if notices is not None:
            notices.append(f"damaged or cut off ({error}); what comes before was read.")


def _bounded(text: TextIO) -> Iterator[str]:
    """Lines, the longest cut so that one cannot fill the memory."""
    while line := text.readline(_LONGEST):
        yield line
        while len(line) == _LONGEST and not line.endswith("\n"):
            line = text.readline(_LONGEST)


def _lines(lines: Any) -> Iterator[JsonEntry]:
    for number, line in enumerate(lines, start=1):
        if line.isspace() or not line:
            continue
        line = line.strip(" \t\r\n,\x1e\ufeff")
        try:
            value = _DECODER.decode(line)
        except RecursionError:
            yield JsonEntry(number, problem="Nested too deeply to be read.")
        except ValueError as error:
            yield JsonEntry(number, problem=_reason(error, 0))
        else:
            yield JsonEntry(number, value)


def _objects(text: str, count: int) -> list[dict[str, Any]]:
    found = (entry.value for entry in islice(JsonText(text), 2 * count))
    return [value for value in found if isinstance(value, dict)][:count]


def _is_object(line: str) -> bool:
    try:
        return isinstance(_DECODER.decode(line.strip(" \t\r\n,\x1e\ufeff")), dict)
    except (ValueError, RecursionError):
        return False


def _list_inside(text: str, at: int, depth: int = 0) -> int | None:
    """Where the list of entries in an object begins, after its bracket; None if it has none."""
    if not text.startswith("{", at) or depth > _DEEPEST:
        return None
    at += 1
    while (match := _KEY.match(text, _after(_BETWEEN, text, at))) is not None:
        key, at = match[1].casefold(), match.end()
        if key in _LISTS and text.startswith("[", at):
            first = _after(_SPACE, text, at + 1)
            if first >= len(text) or text[first] in "{]":
                return at + 1
        if key in _HOLDERS and (inside := _list_inside(text, at, depth + 1)) is not None:
            return inside
        try:
            _, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
    return None


def _is_keyed(text: str, at: int) -> bool:
    """Whether an object holds entries by their ids: its first two values are much alike."""
    if not text.startswith("{", at):
        return False
    at += 1
    found: list[set[str]] = []
    while len(found) < 2:
        match = _KEY.match(text, _after(_BETWEEN, text, at))
        if match is None or not text.startswith("{", match.end()):
            return False
        try:
            value, at = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            return False
        found.append(set(value))
    return len(found[0] & found[1]) * 2 > max(map(len, found))


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _sign(text: str, at: int) -> str | None:
    """How an entry begins, with the white space before it: so begins the next one too."""
    opening = _OPENING.match(text, at)
    if opening is None:
        return None
    before = text.rfind("\n", 0, at) + 1
    indent = text[before - 1 : at] if before and not text[before:at].strip() else ""
    return indent + opening[0]


def _balanced(text: str, at: int) -> int | None:
    """The end of the brackets that open here, or where one closes that did not; None if none do."""
    depth = 0
    for match in _TOKEN.finditer(text, at, at + _REACH):
        if match[0] in "[{":
            depth += 1
        elif match[0] in "]}":
            depth -= 1
            if depth <= 0:
                end = match.end() if depth == 0 else match.start()
                return end if end > at else None
    return None


def _reason(error: ValueError, base: int) -> str:
    """What is wrong with an entry that begins at ``base`` of the text that was read."""
    if not isinstance(error, json.JSONDecodeError):
        return "A number in it is too long to be read."
    what = _REASONS.get(error.msg, error.msg)
    return f"Not valid JSON: {what} (character {error.pos - base + 1} of the entry)."
