"""Archives: members read as files, hostile ones told in a line, nothing written to disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.errors import SourceError
from topics.sources import archives, lines, spool
from topics.sources.archives import UNREADABLE, ArchiveLimits, Opened, expand, is_archive
from topics.sources.detect import UNRECOGNISED, read_sources
from topics.sources.document import Document
from topics.sources.record import SourceRead
from topics.sources.spool import SpooledRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

RIS = b"TY  - JOUR\nTI  - Roots of old trees\nAB  - How deep they go.\nPY  - 2019\nER  - \n"
BIB = b"@article{a, title={Leaves of old trees}, author={Lee, Ada}, year=2020}\n"


def zipped(members: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """A ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def encrypted(data: bytes) -> bytes:
    """A ZIP archive whose members all say that they need a password."""
    out = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(mark)
        while at >= 0:
            out[at + flags] |= 1
            at = out.find(mark, at + 4)
    return bytes(out)


def stating(data: bytes, *, content: bytes) -> bytes:
    """A ZIP archive of one member that states the size and the checksum of other content."""
    out = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        place = out.find(mark) + at
        struct.pack_into("<I", out, place, zlib.crc32(content))
        struct.pack_into("<I", out, place + 8, len(content))
    return bytes(out)


def opened_in_memory(
    data: bytes, *, limits: ArchiveLimits | None = None
) -> tuple[dict[str, bytes], dict[str, str], int]:
    """As `opened`, with the most bytes that were held in memory on the way."""
    tracemalloc.start()
    try:
        return *opened(data, limits=limits), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def opened(
    data: bytes, *, limits: ArchiveLimits | None = None
) -> tuple[dict[str, bytes], dict[str, str]]:
    """What comes out of an archive: contents by name, and reasons by name."""
    documents, refused = {}, {}
    for found in expand(Document.from_bytes(data, source="a.zip"), limits=limits):
        if isinstance(found, SourceRead):
            assert found.format == UNREADABLE
            assert not found.records
            assert found.notices[0].startswith(found.source)
            refused[found.source] = found.notices[0]
        else:
            documents[found.source] = found.data
    return documents, refused


def test_members_are_files_of_their_own(tmp_path: Path) -> None:
    inner = zipped([("deep/refs.ris", RIS)])
    (tmp_path / "all.zip").write_bytes(
        zipped([("x/refs.bib", BIB), ("more.zip", inner), ("page.ris.gz", gzip.compress(RIS))])
    )
    reads = read_sources([tmp_path])
    assert [(read.source, read.format, len(read.records)) for read in reads] == [
        ("all.zip/more.zip/deep/refs.ris", "ris", 1),
        ("all.zip/page.ris.gz", "ris", 1),
        ("all.zip/x/refs.bib", "bibtex", 1),
    ]
    assert reads[0].records[0].source == "all.zip/more.zip/deep/refs.ris"
    assert [path.name for path in tmp_path.iterdir()] == ["all.zip"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_single_compressed_files_keep_their_name(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "refs.ris.packed").write_bytes(pack(RIS))
    (read,) = read_sources([tmp_path])
    assert (read.source, read.format, len(read.records)) == ("refs.ris.packed", "ris", 1)


def test_a_tar_archive_is_read_in_order() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("b/refs.ris", "../out.ris", "a.ris"):
            info = tarfile.TarInfo(name)
            info.size = len(RIS)
            archive.addfile(info, io.BytesIO(RIS))
        link = tarfile.TarInfo("link.ris")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hosts"
        archive.addfile(link)
    documents, refused = opened(packed.getvalue())
    assert documents == {"a.zip/b/refs.ris": RIS, "a.zip/a.ris": RIS}
    assert "outside the archive" in refused["a.zip/../out.ris"]
    assert "link" in refused["a.zip/link.ris"]


def test_office_documents_are_no_archives() -> None:
    for members in ("[Content_Types].xml", "xl/workbook.xml"), ("mimetype", "content.xml"):
        data = zipped((name, b"<x/>") for name in members)
        assert not is_archive(Document.from_bytes(data, source="a"))
    assert is_archive(Document.from_bytes(zipped([("xl/refs.ris", RIS)]), source="a"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.ris", "outside the archive"),
        ("a/../../evil.ris", "outside the archive"),
        ("a\\..\\evil.ris", "outside the archive"),
        ("/etc/evil.ris", "place on the disk"),
        ("C:\\evil.ris", "place on the disk"),
        ("\\\\host\\evil.ris", "place on the disk"),
    ],
)
def test_names_that_lead_out_are_refused_and_the_rest_is_read(name: str, reason: str) -> None:
    documents, refused = opened(zipped([(name, RIS), ("good.ris", RIS)]))
    assert documents == {"a.zip/good.ris": RIS}
    assert len(refused) == 1
    assert reason in next(iter(refused.values()))


def test_links_and_protected_members_are_refused() -> None:
    link = zipfile.ZipInfo("link.ris")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    documents, refused = opened(zipped([(link, b"/etc/hosts"), ("good.ris", RIS)]))
    assert list(documents) == ["a.zip/good.ris"]
    assert "link" in refused["a.zip/link.ris"]
    documents, refused = opened(encrypted(zipped([("a.ris", RIS), ("b.ris", RIS)])))
    assert not documents
    assert all("password" in reason for reason in refused.values())
    assert len(refused) == 2


def test_bombs_are_refused_before_they_grow() -> None:
    zeros = b"\x00" * 40_000_000
    documents, refused = opened(zipped([("bomb.txt", zeros), ("good.ris", RIS)]))
    assert documents == {"a.zip/good.ris": RIS}
    assert "250 times" in refused["a.zip/bomb.txt"]
    (bomb,) = expand(Document.from_bytes(gzip.compress(zeros), source="bomb.gz"))
    assert isinstance(bomb, Document)
    with pytest.raises(SourceError, match="far more than its size"):
        _ = bomb.data


@pytest.mark.parametrize(
    ("method", "name"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")]
)
def test_packings_that_cannot_be_bounded_are_refused(method: int, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("bomb.ris", bytes(30_000_000))
    lie = stating(packed.getvalue(), content=bytes(1000))
    documents, refused, most = opened_in_memory(lie)
    assert not documents
    assert f"packed by {name}" in refused["a.zip/bomb.ris"]
    assert "pack it anew as a plain zip or unpack it first" in refused["a.zip/bomb.ris"]
    assert most < 20_000_000


@pytest.mark.parametrize("at_once", [16 * 1024**2, 100])
def test_a_member_larger_than_stated_is_left_at_its_stated_size(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(archives, "_AT_ONCE", at_once)
    lie = stating(zipped([("bomb.ris", bytes(60_000_000))]), content=bytes(1000))
    documents, refused, most = opened_in_memory(zipped([("in.zip", lie), ("good.ris", RIS)]))
    assert documents == {"a.zip/good.ris": RIS}
    assert list(refused) == ["a.zip/in.zip/bomb.ris"]
    assert "more than the 1000 bytes that the archive states" in refused["a.zip/in.zip/bomb.ris"]
    assert most < 20_000_000


def taped(*members: tuple[str, bytes, int]) -> bytes:
    """A packed tar archive of zeros, each member with a name, a kind and a size."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as packed:
        for name, kind, size in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, size
            packed.write(info.tobuf(tarfile.USTAR_FORMAT))
            for _ in range(-(-size // 512)):
                packed.write(bytes(512))
        packed.write(bytes(1024))
    return out.getvalue()


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("sizes", [(30_000_000,), (900_000,) * 30])
def test_headers_of_tar_archives_do_not_fill_the_memory(
    kind: bytes, sizes: tuple[int, ...]
) -> None:
    notes = [("note", kind, size) for size in sizes]
    data = taped(("a.ris", tarfile.REGTYPE, 600), *notes, ("b.ris", tarfile.REGTYPE, 600))
    documents, refused, most = opened_in_memory(data)
    assert documents == {"a.zip/a.ris": bytes(600)}
    assert "headers of" in refused["a.zip"]
    assert "Unpack it first" in refused["a.zip"]
    assert most < 20_000_000


@pytest.mark.parametrize("skipped", ["._a", "__MACOSX/a"])
def test_what_is_skipped_in_a_packed_tar_archive_is_limited_too(skipped: str) -> None:
    limits = ArchiveLimits(expanded=10_000_000)
    data = taped((skipped, tarfile.REGTYPE, 30_000_000), ("b.ris", tarfile.REGTYPE, 600))
    documents, refused, most = opened_in_memory(data, limits=limits)
    assert not documents
    assert "would expand to more than 10 MB" in refused["a.zip"]
    assert most < 20_000_000
    documents, refused = opened(data)
    assert documents == {"a.zip/b.ris": bytes(600)}


@pytest.mark.parametrize("style", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_size_below_zero_gives_no_room_back(style: int) -> None:
    info = tarfile.TarInfo("a.ris")
    if style == tarfile.PAX_FORMAT:
        info.pax_headers = {"size": "-100000000"}
    else:
        info.size = -100_000_000
    count = Opened()
    data = gzip.compress(info.tobuf(style) + bytes(2048))
    (read,) = expand(Document.from_bytes(data, source="a.tgz"), opened=count)
    assert isinstance(read, SourceRead)
    assert "a file of -100000000 bytes" in read.notices[0]
    assert count.expanded >= 0


def test_totals_numbers_and_depth_are_limited() -> None:
    limits = ArchiveLimits(expanded=1000, members=3, depth=2)
    noise = os.urandom(600)
    documents, refused = opened(zipped([("a", noise), ("b", noise)]), limits=limits)
    assert list(documents) == ["a.zip/a"]
    assert "more than 1 KB" in refused["a.zip/b"]
    documents, refused = opened(zipped((f"{n}.ris", RIS) for n in range(5)), limits=limits)
    assert len(documents) == 3
    assert "more than 3 files" in refused["a.zip"]
    nested = zipped([("c.zip", zipped([("d.zip", zipped([("e.ris", RIS)]))]))])
    documents, refused = opened(nested, limits=limits)
    assert not documents
    assert "within 2 others" in refused["a.zip/c.zip/d.zip"]


def test_limits_hold_for_all_archives_of_a_build_together(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.zip").write_bytes(zipped([(f"{n}.ris", RIS) for n in range(3)]))
    (tmp_path / "d.ris").write_bytes(RIS)
    reads = read_sources([tmp_path], limits=ArchiveLimits(members=4))
    assert [read.source for read in reads if read.records] == [
        *(f"a.zip/{n}.ris" for n in range(3)),
        "b.zip/0.ris",
        "d.ris",
    ]
    told = {read.source: read.notices[-1] for read in reads if not read.records}
    assert set(told) == {"b.zip", "c.zip"}
    assert (
        "b.zip: more than 4 files in all archives together; only the first 4 are read"
        in (told["b.zip"])
    )
    reads = read_sources([tmp_path], limits=ArchiveLimits(expanded=5 * len(RIS)))
    refused = [read.notices[-1] for read in reads if not read.records]
    assert sum(len(read.records) for read in reads) == 6
    assert len(refused) == 4
    assert all("all archives together would expand to more than" in each for each in refused)


def test_streams_of_several_archives_share_their_room(tmp_path: Path) -> None:
    text = b"".join(RIS.replace(b"old", b"old %d" % n) for n in range(9000))
    for name in ("a.ris.gz", "b.ris.gz"):
        (tmp_path / name).write_bytes(gzip.compress(text))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("c.ris")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
    limits = ArchiveLimits(expanded=int(1.5 * len(text)))
    reads = read_sources([tmp_path], limits=limits)
    assert [(read.source, len(read.records)) for read in reads] == [
        ("a.ris.gz", 9000),
        ("b.ris.gz", 0),
    ]
    assert "all archives together" in reads[1].notices[-1]
    # What is in a packed archive counts once, not once more for the packing.
    (tmp_path / "c.tgz").write_bytes(packed.getvalue())
    (read,) = read_sources([tmp_path / "c.tgz"], limits=limits)
    assert len(read.records) == 9000


def test_damage_costs_one_member() -> None:
    data = bytearray(zipped([("a.bib", BIB * 9), ("b.ris", RIS)]))
    data[50] ^= 0xFF
    documents, refused = opened(bytes(data))
    assert documents == {"a.zip/b.ris": RIS}
    assert "damaged" in refused["a.zip/a.bib"]
    _, refused = opened(bytes(data[:120]))
    assert "damaged or cut-off archive" in refused["a.zip"]
    _, refused = opened(zipped([]))
    assert "no file in it" in refused["a.zip"]


def test_a_cut_off_gzip_file_gives_what_comes_before_the_cut(tmp_path: Path) -> None:
    entries = [RIS.replace(b"old", os.urandom(8).hex().encode()) for _ in range(2000)]
    whole = gzip.compress(b"".join(entries))
    (tmp_path / "refs.ris.gz").write_bytes(whole[: len(whole) // 2])
    (read,) = read_sources([tmp_path])
    assert 600 < len(read.records) + len(read.rejects) < 1400
    assert "damaged or cut off after" in read.notices[0]


def test_a_large_member_is_streamed_out_of_its_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_AT_ONCE", 1000)
    monkeypatch.setattr(spool, "_AT_ONCE", 1000)
    monkeypatch.setattr(lines, "_LARGE", 1000)
    line = b'{"id":"0704.%05d","title":"Tree %d","abstract":"%s","categories":"x"}\n'
    text = b"".join(line % (n, n, os.urandom(500).hex().encode()) for n in range(900))
    (tmp_path / "all.zip").write_bytes(zipped([("snapshot.json", text)]))
    (read,) = read_sources([tmp_path])
    assert read.source == "all.zip/snapshot.json"
    assert isinstance(read.records, SpooledRecords)
    assert len(read.records) == 900
    assert read.records[899].title == "Tree 899"
    assert [record.arxiv_id for record in read.records[:2]] == ["0704.00000", "0704.00001"]


def test_many_strangers_are_summed_up(tmp_path: Path) -> None:
    members = [(f"{n}.dat", b"shopping list %d" % n) for n in range(30)]
    (tmp_path / "all.zip").write_bytes(zipped([*members, ("refs.ris", RIS)]))
    reads = read_sources([tmp_path])
    assert [(read.source, read.format) for read in reads] == [
        ("all.zip/refs.ris", "ris"),
        ("all.zip", UNRECOGNISED),
    ]
    assert "30 files in it are of no known format, such as 0.dat" in reads[1].notices[0]


def test_names_without_a_mark_of_their_encoding_are_readable() -> None:
    info = zipfile.ZipInfo("Bäume.ris")
    data = zipped([(info, RIS)]).replace("Bäume".encode(), "Bäume".encode())
    documents, _ = opened(data)
    assert list(documents) == ["a.zip/Bäume.ris"]


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 400))
def test_any_damage_gives_files_or_reasons(noise: bytes, start: int, end: int) -> None:
    good = zipped([("a.bib", BIB), ("b/c.ris", RIS), ("d.gz", gzip.compress(RIS))])
    for data in (noise, b"PK\x03\x04" + noise, b"\x1f\x8b\x08" + noise, b"BZh9" + noise):
        opened(data)
    opened(good[:start] + noise + good[end:])
