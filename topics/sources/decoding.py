"""Bytes to text: strict UTF-8 first, then UTF-16, then what the bytes look most like."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.mojibake import may_be_mojibake, repaired
from topics.sources.filekinds import is_binary

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Decoded", "decode", "guess_encoding"]

#: Bytes of the lines with letters beyond ASCII that a guess looks at.
_SAMPLE = 65536
#: Encodings of languages that write most letters in ASCII, and their names for users.
_LATIN = {
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850 (Western European)",
}
_NAMES = {
    **_LATIN,
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_jis_2004": "EUC-JP (Japanese)",
    "iso2022_jp": "ISO-2022-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "big5hkscs": "Big5 (Chinese)",
    "cp949": "EUC-KR (Korean)",
}
#: Letters and marks of English and its neighbours; as few of them tell encodings apart badly.
_WESTERN = frozenset("éèêëïîàâäöüôûùçñáíóúßÉÖÜÄ·°®©«»“”‘’–—•…".encode("cp1252"))
_FEW = 4
#: How far a worse candidate may lie behind the best and still be the likelier by its frequency.
_SLACK = 0.02
_ADVICE = "If letters look wrong, save the file as UTF-8 and read it again."

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,80}?encoding\s*=\s*["']([\w.:-]{2,40})["']"""
    rb"""|<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{2,40})""",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s<>\"{}()&;:,]+")


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""The text of a file.

    Attributes:
        text: with ``\n`` line ends and no byte-order mark; None where the bytes are no text.
        encoding: Python's name of the encoding used; empty where there is no text.
        notices: remarks for the user, e.g. a guess.
    """

    text: str | None
    encoding: str = ""
    notices: tuple[str, ...] = ()


def decode(data: bytes, *, encoding: str | None = None) -> Decoded:
    """Decode the bytes of a file; never fails.

    Args:
        data: the bytes of a file.
        encoding: an encoding named by the user, used without asking.
    """
    if is_binary(data):
        return Decoded(None)
    if encoding is not None:
        return _named(data, encoding)
    found = _marked(data) or _wide(data)
    if found is None:
        dense, zeros = _without_zeros(data)
        found = Decoded(None) if dense is None else _narrow(dense)
        if found.text is None:
            return found
        found = Decoded(found.text, found.encoding, (*zeros, *found.notices))
    return _tidy(found)


def guess_encoding(head: bytes) -> str:
    """The encoding of a file by its first bytes, for readers that decode as they go."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if (wide := _wide_name(head)) is not None:
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _narrow(head).encoding
    return "utf-8"


#: Byte-order marks, those first that begin like another.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _marked(data: bytes) -> Decoded | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            # A UTF-16 text may begin with a zero character, which reads as the mark of UTF-32.
            if name == "utf-32" and len(data) % 4:
                continue
            if name != "utf-8-sig":
                return _strictly(data, name)
            return None
    return None


def _wide(data: bytes) -> Decoded | None:
    name = _wide_name(data[:4096])
    return None if name is None else _strictly(data, name)


def _wide_name(head: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of the ASCII characters in it is zero."""
    if head.count(0) * 5 < len(head) or len(head) < 8:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 10 * odd else None


def _strictly(data: bytes, name: str) -> Decoded:
    try:
        return Decoded(data.decode(name), name)
    except UnicodeDecodeError:
        shown = name.upper()
        notice = f"Parts of this {shown} file could not be decoded; they are shown as \ufffd."
        return Decoded(data.decode(name, errors="replace"), name, (notice,))


def _named(data: bytes, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
        text = data.decode(name, errors="replace")
    except (LookupError, UnicodeError, TypeError):
        notice = f"No encoding is called “{encoding}”; the file's own was looked for."
        found = decode(data)
        return Decoded(found.text, found.encoding, (notice, *found.notices))
    wrong = text.count("\ufffd")
    notices = (
        (f"{wrong} places are not valid {encoding}; they are shown as \ufffd.",) if wrong else ()
    )
    return _tidy(Decoded(text, name, notices))


def _without_zeros(data: bytes) -> tuple[bytes | None, tuple[str, ...]]:
    """Take a few zero bytes out of what is text but for them; None where it is none."""
    zeros = data.count(0)
    if len(_CONTROL.findall(data[:65536])) * 50 > min(len(data), 65536):
        return None, ()
    if not zeros:
        return data, ()
    if zeros * 100 > len(data):
        return None, ()
    line = data.count(b"\n", 0, data.index(0)) + 1
    notice = f"{zeros} zero byte{'s' if zeros > 1 else ''} left out, the first in line {line}."
    return data.replace(b"\x00", b""), (notice,)


def _narrow(data: bytes) -> Decoded:
    """UTF-8, whole or damaged, or an older encoding."""
    try:
        return Decoded(data.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError as error:
        first = error
    # A UTF-8 file cut off in the middle of its last character is still UTF-8.
    if first.reason == "unexpected end of data" and len(data) - first.start < 4:
        text = data[: first.start].decode("utf-8-sig")
        return Decoded(text, "utf-8", ("The file ends within a character.",))
    if (halves := _with_halves(data)) is not None:
        return halves
    loose = data.decode("utf-8-sig", errors="surrogateescape")
    bad = len(re.findall("[\udc80-\udcff]+", loose))
    good = len(re.findall("[^\x00-\x7f\udc80-\udcff]", loose))
    if good >= 2 * bad:
        return _patched(data)
    line = data.count(b"\n", 0, first.start) + 1
    return _legacy(data, line)


def _with_halves(data: bytes) -> Decoded | None:
    """UTF-8 of a program that writes the halves of characters beyond U+FFFF one by one."""
    try:
        text = data.decode("utf-8", errors="surrogatepass").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None
    whole = text.encode("utf-16-le", errors="surrogatepass").decode("utf-16-le", errors="replace")
    lost = whole.count("\ufffd") - text.count("\ufffd")
    if not lost:
        return Decoded(whole, "utf-8")
    line = whole.count("\n", 0, whole.index("\ufffd")) + 1
    halves = "1 half of a character is" if lost == 1 else f"{lost} halves of characters are"
    return Decoded(whole, "utf-8", (f"{halves} shown as \ufffd, the first in line {line}.",))


def _patched(data: bytes) -> Decoded:
    """Mostly UTF-8: lines that are not are of another source, or damaged."""
    text, wrong = [], []
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            text.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            wrong.append(number)
            loose = line.decode("utf-8", errors="surrogateescape")
            whole = re.search("[^\x00-\x7f\udc80-\udcff]", loose) is None
            text.append(
                line.decode("cp1252", errors="replace")
                if whole
                else line.decode("utf-8", errors="replace")
            )
    shown = ", ".join(map(str, wrong[:5])) + (f" and {len(wrong) - 5} more" * (len(wrong) > 5))
    notice = (
        f"Not valid UTF-8 in line{'s' if len(wrong) > 1 else ''} {shown}: letters there may be "
        "wrong."
    )
    return Decoded("\n".join(text).removeprefix("\ufeff"), "utf-8", (notice,))


def _legacy(data: bytes, line: int) -> Decoded:
    declared = _declared(data)
    if declared is not None:
        return Decoded(data.decode(declared, errors="replace"), declared)
    name = _likeliest(_telling(data))
    if name is None:
        return Decoded(None)
    text = data.decode(name, errors="replace")
    notice = (
        f"Not valid UTF-8 from line {line} on: read as "
        f"{_NAMES.get(name, name.replace('_', '-').upper())}. {_ADVICE}"
    )
    return Decoded(text, name, (notice,))


def _declared(data: bytes) -> str | None:
    """The encoding that an XML or HTML file names, if its bytes are valid in it."""
    match = _DECLARED.search(data[:4096])
    if match is None:
        return None
    try:
        name = codecs.lookup((match[1] or match[2]).decode("ascii")).name
        # What calls itself Latin-1 is Windows-1252 wherever that makes a difference.
        name = "cp1252" if name in ("iso8859-1", "ascii") else name
        data.decode(name)
    except (LookupError, UnicodeError, TypeError):
        return None
    return None if name.startswith("utf-8") else name


def _telling(data: bytes) -> bytes:
    """The lines that hold bytes beyond ASCII, up to the size of a sample."""
    if len(data) <= _SAMPLE:
        return data
    parts: list[bytes] = []
    size, at = 0, 0
    while size < _SAMPLE and (match := _HIGH_RUN.search(data, at)) is not None:
        start = max(data.rfind(b"\n", 0, match.start()) + 1, at)
        end = data.find(b"\n", match.end())
        end = len(data) if end < 0 else end
        parts.append(data[start:end][: _SAMPLE - size])
        size += len(parts[-1])
        at = end
    return b"\n".join(parts)


def _likeliest(sample: bytes) -> str | None:
    """The encoding that makes most sense of a sample, Windows-1252 where that is as good."""
    from charset_normalizer import from_bytes

    runs = [len(match[0]) for match in _HIGH_RUN.finditer(sample)]
    scattered = sum(length for length in runs if length < 3) * 5 >= 4 * sum(runs)
    high = {byte for byte in sample if byte >= 0x80}
    if scattered and len(high) <= _FEW and high <= _WESTERN:
        # Too little to tell by: the "ï" of "naïve" is as good a letter in Windows-1250.
        return "cp1252"
    matches = list(from_bytes(sample, cp_isolation=[*_LATIN] if scattered else None))
    if not matches:
        # Cut within a character of several bytes, nothing fits: the cut is taken off.
        matches = list(from_bytes(sample[: sample.rfind(b"\n")]))
    if not matches:
        return "cp1252" if scattered else None
    best = matches[0]
    for name in ("cp1252", "mac_roman"):
        for match in matches:
            if (
                name in match.could_be_from_charset
                and match.chaos <= best.chaos + _SLACK
                and match.coherence + 2 * _SLACK >= best.coherence
            ):
                return name
    return str(best.encoding)


def _tidy(found: Decoded) -> Decoded:
    text = (found.text or "").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not may_be_mojibake(text):
        return Decoded(text, found.encoding, found.notices)
    text, notices = _repaired(text)
    return Decoded(text, found.encoding, (*found.notices, *notices))


def _repaired(text: str) -> tuple[str, tuple[str, ...]]:
    """Repair lines whose UTF-8 was taken for another encoding on its way here."""
    lines = text.split("\n")
    mended: list[int] = []
    example = ""
    for row, line in enumerate(lines):
        if not may_be_mojibake(line):
            continue
        better = repaired(line)
        if better != line:
            example = example or _example(line, better)
            lines[row] = better
            mended.append(row + 1)
    return ("\n".join(lines), (_mended(mended, example),)) if mended else (text, ())


def _example(line: str, better: str) -> str:
    words = zip(_WORD.findall(line), _WORD.findall(better), strict=False)
    was, now = next(((a, b) for a, b in words if a != b and len(a) < 40), ("", ""))
    return f", such as “{was}”, now “{now}”" if was else ""


def _mended(rows: Sequence[int], example: str) -> str:
    where = "A line has" if len(rows) == 1 else f"{len(rows)} lines have"
    first = f"line {rows[0]}" if len(rows) == 1 else f"the first in line {rows[0]}"
    return (
        f"{where} wrongly encoded letters ({first}{example}); they are repaired here, and the "
        "ledger keeps titles, authors and abstracts as the file has them."
    )
