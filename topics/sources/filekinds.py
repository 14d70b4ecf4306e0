"""What a file that holds no papers seems to be, by its first bytes, and what to do with it."""

from __future__ import annotations

import re

__all__ = ["is_binary", "kind_of"]

_EXPORT = "export the references as BibTeX, RIS or CSV and read that file"
_CUT = " that is damaged or cut off. Fetch or save it again"
_NO_LIST = ", not a list of papers. Leave it out"

#: First bytes, what they begin, and what the user can do about it.
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF; its text is not read. Export its reference from your reference manager"),
    (b"\x89PNG", f"a PNG image{_NO_LIST}"),
    (b"\xff\xd8\xff", f"a JPEG image{_NO_LIST}"),
    (b"GIF8", f"a GIF image{_NO_LIST}"),
    (b"II*\x00", f"a TIFF image{_NO_LIST}"),
    (b"MM\x00*", f"a TIFF image{_NO_LIST}"),
    (b"\x7fELF", "a program, not a list of papers. Leave it out"),
    (b"\xcf\xfa\xed\xfe", "a program, not a list of papers. Leave it out"),
    (b"\xca\xfe\xba\xbe", "a program, not a list of papers. Leave it out"),
    (
        b"SQLite format 3\x00",
        f"a database (Zotero keeps its library in one). In its program, {_EXPORT}",
    ),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old or password-protected Office document. Save it without a password as .xlsx or CSV",
    ),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive. Unpack it, or make a ZIP archive of it"),
    (b"Rar!", "a RAR archive. Unpack it, or make a ZIP archive of it"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive. Unpack it first"),
    (b"\x04\x22\x4d\x18", "an LZ4 archive. Unpack it first"),
    (b"\x1f\x8b", f"a gzip archive{_CUT}"),
    (b"BZh", f"a bzip2 archive{_CUT}"),
    (b"\xfd7zXZ\x00", f"an xz archive{_CUT}"),
    (b"PK\x03\x04", f"a ZIP archive{_CUT}"),
    (b"PK\x05\x06", f"an empty ZIP archive{_NO_LIST}"),
    (b"PAR1", f"a Parquet file{_CUT}"),
    (b"\x93NUMPY", f"a NumPy array{_NO_LIST}"),
    (b"\x89HDF\r\n\x1a\n", f"an HDF5 file{_NO_LIST}"),
    (b"ARROW1", "an Arrow file. Save it as Parquet"),
    (b"Obj\x01", "an Avro file. Save it as Parquet or CSV"),
    (b"OggS", f"a sound or film{_NO_LIST}"),
    (b"ID3", f"a sound or film{_NO_LIST}"),
    (b"\x1aE\xdf\xa3", f"a sound or film{_NO_LIST}"),
)
#: A PK archive is told apart by the names of its members, which stand in its first bytes.
_OFFICE = (
    (b"xl/", f"an Excel workbook{_CUT}"),
    (b"word/", f"a Word document; {_EXPORT}"),
    (b"ppt/", f"a PowerPoint document; {_EXPORT}"),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        f"an OpenDocument spreadsheet{_CUT}",
    ),
    (b"mimetypeapplication/vnd.oasis", f"an OpenDocument text; {_EXPORT}"),
    (b"mimetypeapplication/epub", f"an e-book{_NO_LIST}"),
)
#: Marks that no text begins with.
_TELLING = frozenset(mark for mark, _ in _KINDS if not mark.isalnum() and mark != b"Rar!")
_ZEROS = re.compile(rb"[\x00-\x08]")
_PICKLE = re.compile(rb"\x80[\x02-\x05](?:\x95.{8})?[\x00-\x7f\x80-\xff]", re.DOTALL)
_MP4 = re.compile(rb".{4}ftyp", re.DOTALL)


def kind_of(head: bytes) -> str | None:
    """What a file seems to be, e.g. "a PDF; …"; None for what may be text.

    Args:
        head: the first bytes of the file, 4 KiB or more where there are as many.
    """
    if head.startswith(b"PK\x03\x04"):
        for mark, kind in _OFFICE:
            if mark in head[:4096]:
                return kind
    for mark, kind in _KINDS:
        # Some marks are words too: ID3 is an algorithm, PAR1 a receptor.
        if head.startswith(mark) and (mark in _TELLING or _ZEROS.search(head[:512])):
            return kind
    if head[:2] == b"MZ" and b"\x00" in head[:64]:
        return "a Windows program, not a list of papers. Leave it out"
    if _PICKLE.match(head) and b"\x00" in head[:64]:
        return "a Python pickle. Such files can run code and are never opened; save the data as CSV"
    if head[257:262] == b"ustar":
        return "a tar archive. Unpack it, or make a ZIP archive of it"
    if _MP4.match(head):
        return f"a sound or film{_NO_LIST}"
    if head.startswith(b"RIFF") and _ZEROS.search(head[:64]):
        return f"an image or a sound{_NO_LIST}"
    if head.startswith(b"{\\rtf"):
        return f"an RTF document; {_EXPORT}"
    return None


def is_binary(data: bytes) -> bool:
    """Whether the first bytes are those of a kind that is no text."""
    return kind_of(data[:8192]) is not None
