"""What a file that holds no papers seems to be, by its first bytes, and what to do with it."""

from __future__ import annotations

import re

__all__ = ["is_binary", "kind_of"]

_EXPORT = "export the references as BibTeX, RIS or CSV and read that file"

#: First bytes, what they begin, and what the user can do about it.
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF; its text is not read. Export its reference from your reference manager"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x7fELF", "a program, not a list of papers"),
    (b"\xcf\xfa\xed\xfe", "a program, not a list of papers"),
    (b"\xca\xfe\xba\xbe", "a program, not a list of papers"),
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
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"PAR1", "a Parquet file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"ARROW1", "an Arrow file. Save it as Parquet"),
    (b"Obj\x01", "an Avro file. Save it as Parquet or CSV"),
    (b"OggS", "a sound or film"),
    (b"ID3", "a sound or film"),
    (b"\x1aE\xdf\xa3", "a sound or film"),
)
#: A PK archive is told apart by the names of its members, which stand in its first bytes.
_OFFICE = (
    (b"xl/", "an Excel workbook"),
    (b"word/", f"a Word document; {_EXPORT}"),
    (b"ppt/", f"a PowerPoint document; {_EXPORT}"),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet"),
    (b"mimetypeapplication/vnd.oasis", f"an OpenDocument text; {_EXPORT}"),
    (b"mimetypeapplication/epub", "an e-book"),
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
        return "a Windows program, not a list of papers"
    if _PICKLE.match(head) and b"\x00" in head[:64]:
        return "a Python pickle. Such files can run code and are never opened; save the data as CSV"
    if head[257:262] == b"ustar":
        return "a tar archive. Unpack it, or make a ZIP archive of it"
    if _MP4.match(head):
        return "a sound or film"
    if head.startswith(b"RIFF") and _ZEROS.search(head[:64]):
        return "an image or a sound"
    if head.startswith(b"{\\rtf"):
        return f"an RTF document; {_EXPORT}"
    return None


def is_binary(data: bytes) -> bool:
    """Whether the first bytes are those of a kind that is no text."""
    return kind_of(data[:8192]) is not None
