"""Publishing a map: an immutable snapshot with an address of its own, and a pointer to the current.

Every step leaves a place that readers can open: files first, checked as they arrived, then the
record, and the pointer last. See `topics.snapshots` for what lies where.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.artefact import freeze, load, read_manifest
from topics.errors import BuildError, MapBroken, MapError, MapNotFound, PapermapError, SettingsError
from topics.folders import file_digest, replacing
from topics.places import FolderPlace, is_url, place_at
from topics.snapshots import POINTER, SNAPSHOTS, in_order, is_digest, record_name
from topics.store import default_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from topics.places import Place

__all__ = ["Published", "local_folder", "publish", "published", "unpublish"]

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Published:
    """A snapshot that stands.

    Attributes:
        digest: of its manifest.
        place: address of the place.
        papers: in it.
        published: when, in ISO 8601.
        current: whether the place's own address means it.
        withdrawn: when it was taken back; "" where it was not.
    """

    digest: str
    place: str
    papers: int
    published: str
    current: bool
    withdrawn: str = ""

    @property
    def address(self) -> str:
        """Where this very snapshot is, whatever is published after it."""
        return f"{self.place}/{SNAPSHOTS}/{self.digest}"


def publish(
    source: str | Path,
    to: str | Path,
    *,
    tell: Callable[[str], None] = lambda _: None,
    now: dt.datetime | None = None,
) -> Published:
    """Write a snapshot of a map and make it the current one.

    What was published before stays where it is. The same map is the same snapshot.

    Args:
        source: folder of the map.
        to: folder or URL to publish to.
        tell: told of each step.
        now: the time to note.

    Raises:
        MapError: the map cannot be opened or is damaged.
        BuildError: the place cannot be written, or did not keep what was written.
    """
    tell("Checking the map")
    topic_map = load(source)
    folder = topic_map.path
    assert folder is not None, "a map that was read has a folder"  # noqa: S101
    place = _place(to, _unwritable)
    try:
        with tempfile.TemporaryDirectory() as aside, place.claimed():
            digest, names = freeze(folder, Path(aside))
            files = {name: file_digest(file) for name, file in names.items() if name != _MANIFEST}
            tell("Writing the snapshot")
            if _wrong_file(place, digest, files):
                # The manifest comes last: it vouches for the rest.
                place.put(f"{SNAPSHOTS}/{digest}", names)
            tell("Checking what arrived")
            if wrong := _wrong_file(place, digest, files):
                raise BuildError(
                    f"{place.address} did not keep {wrong} as it was written, so the snapshot was "
                    "not published; what was there before stays. Publish it again."
                )
            record = {
                "format": 1,
                "digest": digest,
                "published": _now(now),
                "papers": len(topic_map.papers),
            }
            known = _record(place, digest)
            if known is not None and not known.get("withdrawn"):
                record["published"] = known.get("published", record["published"])
            place.write(record_name(digest), _bytes(record))
            place.write(POINTER, _bytes({"format": 1, "current": digest}))
    except OSError as error:
        raise _unwritable(place, error) from error
    return Published(digest, place.address, len(topic_map.papers), str(record["published"]), True)


def unpublish(
    at: str | Path,
    digests: Sequence[str] = (),
    *,
    keep: int | None = None,
    reason: str = "",
    now: dt.datetime | None = None,
) -> list[Published]:
    """Withdraw snapshots: their files go, and whoever opens their address is told so.

    Where files could not be removed, the same call again removes what is left of them.

    Args:
        at: folder or URL that they were published to.
        digests: which ones, by at least eight signs each.
        keep: withdraw all but so many of the latest; the current one always stays.
        reason: told to whoever follows a link to one.
        now: the time to note.

    Returns:
        What was withdrawn, or had been before and is removed now.

    Raises:
        SettingsError: there is no such snapshot; says which there are.
        BuildError: the place cannot be written, or files of what is withdrawn are still there.
    """
    known = published(at)
    place = _place(at)
    standing = [each for each in known if not each.withdrawn]
    try:
        left_over = [each for each in known if each.withdrawn and place.holds(_folder(each.digest))]
    except OSError as error:
        raise _unreadable(place, error) from error
    chosen = [_chosen(standing, digest, at, left_over) for digest in digests]
    if keep is not None:
        chosen += [each for each in (*standing[max(keep, 1) :], *left_over) if each not in chosen]
    gone = {each.digest for each in chosen}
    try:
        with place.claimed():
            for each in chosen:
                if each.withdrawn:
                    continue
                record = _record(place, each.digest) or {"format": 1, "digest": each.digest}
                record["withdrawn"] = {"when": _now(now), "reason": reason}
                place.write(record_name(each.digest), _bytes(record))
            if any(each.current for each in chosen):
                left = [each.digest for each in standing if each.digest not in gone]
                current = left[0] if left else None
                place.write(POINTER, _bytes({"format": 1, "current": current}))
            _remove(place, [each.digest for each in chosen])
    except OSError as error:
        raise _unwritable(place, error) from error
    return chosen


def _remove(place: Place, digests: Sequence[str]) -> None:
    """Remove the files of withdrawn snapshots; says which are left when all were tried."""
    left: list[str] = []
    for digest in digests:
        if not (_record(place, digest) or {}).get("withdrawn"):
            continue  # published again meanwhile
        try:
            place.remove(_folder(digest))
        except OSError as error:
            left.append(f"{_folder(digest)} ({error.strerror or error})")
    if left:
        raise BuildError(
            f"Withdrawn at {place.address}, but files are still there: {'; '.join(left)}. Check "
            "that you may remove them, then run the same again."
        )


def published(at: str | Path) -> list[Published]:
    """All snapshots of a place: the current one first, then the latest, the withdrawn last.

    Raises:
        MapNotFound: nothing was published there, or it cannot be read.
    """
    place = _place(at)
    try:
        pointer = place.read(POINTER)
        current = _parsed(pointer).get("current") if pointer is not None else None
        # Some stores of files have no lists of them; the current snapshot is known all the same.
        named = {name.removesuffix(".json") for name in place.names(SNAPSHOTS)} | {str(current)}
        records = [_record(place, digest) for digest in sorted(named) if is_digest(digest)]
    except OSError as error:
        raise _unreadable(place, error) from error
    if pointer is None:
        raise MapNotFound(
            f"Nothing is published at {place.address}: there is no {POINTER}. "
            f"Publish a map with `papermap publish MAP --to {place.address}`."
        )
    known = {str(record["digest"]): record for record in records if record}
    order = in_order(current, known.values())
    order += sorted(known.keys() - set(order))
    return [_described(place, known[digest], current) for digest in order]


def local_folder(address: str) -> Path:
    """The folder of a map: a path as it is; of a URL the copy of what is published there.

    Only what is new is fetched, every file is compared with the manifest, and the copy changes as
    a whole. One snapshot is meant by its own address, ``URL/snapshots/DIGEST``, or by
    ``URL@DIGEST`` with at least eight signs of its digest.

    Raises:
        MapError: nothing is published there, or nothing that is whole.
    """
    if not is_url(address):
        return Path(address)
    url, digest = _split(address)
    name = url.rstrip("/").rpartition("/")[2] or "map"
    mark = hashlib.sha256(url.encode()).hexdigest()[:12]
    mirror = FolderPlace(default_root() / "published" / mark / name)
    remote = place_at(url)
    known = published(url)
    standing = [each for each in known if not each.withdrawn]
    gone = next((each for each in known if each.withdrawn and each.digest == digest), None)
    if digest and not gone:
        standing = [_chosen(standing, digest, url)]
    for each in known:
        try:
            record = _record(remote, each.digest)
        except OSError as error:
            raise _unreadable(remote, error) from error
        if record is not None:
            _keep(mirror, record_name(each.digest), record, url)
    if gone:
        return Path(mirror.address) / SNAPSHOTS / digest  # what is kept there says why
    refused: MapError | None = None
    for each in standing:
        try:
            folder = _fetched(remote, mirror, each.digest)
        except MapError as error:
            refused = refused or error
            continue
        if digest:
            return folder
        break
    else:
        if refused is not None:
            raise refused
    current = each.digest if standing else None
    _keep(mirror, POINTER, {"format": 1, "current": current}, url)
    return Path(mirror.address)


def _split(address: str) -> tuple[str, str]:
    """The address of a place, and the digest of the snapshot that is meant; empty for the last."""
    place, _, last = address.rstrip("/").rpartition("/")
    if place.endswith(f"/{SNAPSHOTS}") and is_digest(last):
        return place.removesuffix(f"/{SNAPSHOTS}"), last
    url, _, digest = address.partition("@") if "@" in last else (address, "", "")
    return url, digest


def _keep(mirror: FolderPlace, name: str, value: dict[str, Any], url: str) -> None:
    try:
        mirror.write(name, _bytes(value))
    except OSError as error:
        raise MapNotFound(
            f"What is published at {url} cannot be kept in {mirror.address} "
            f"({error.strerror or error}). Free some space and check that you may write there, or "
            "choose another folder with PAPERMAP_CACHE."
        ) from error


def _fetched(remote: Place, mirror: FolderPlace, digest: str) -> Path:
    """The copy of a snapshot, fetched if it is not there yet."""
    target = Path(mirror.address) / SNAPSHOTS / digest
    with contextlib.suppress(MapError):
        read_manifest(target)
        return target
    source = f"{SNAPSHOTS}/{digest}"
    try:
        raw = remote.read(f"{source}/{_MANIFEST}")
        if raw is None or hashlib.sha256(raw).hexdigest() != digest:
            raise _altered(remote, digest, _MANIFEST)
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as new:
            (new / _MANIFEST).write_bytes(raw)
            # Read as any manifest is: no name in it leads out of the folder.
            for name, expected in read_manifest(new)["files"].items():
                data = remote.read(f"{source}/{name}")
                if data is None or hashlib.sha256(data).hexdigest() != expected:
                    raise _altered(remote, digest, name)
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(data)
    except OSError as error:
        raise MapNotFound(
            f"{remote.address} cannot be fetched to {target} ({error.strerror or error}). Check "
            "the connection and the space on the disk, then run the same again."
        ) from error
    return target


def _altered(place: Place, digest: str, name: str) -> MapBroken:
    return MapBroken(
        f"The snapshot {digest[:12]} at {place.address} is refused: {name} is missing, or not the "
        "file that was published. Its publisher can publish it again."
    )


def _wrong_file(place: Place, digest: str, files: dict[str, str]) -> str | None:
    """A file of a snapshot that is missing or not what it should be; None where all are right."""
    expected = {_MANIFEST: digest, **files}
    return next(
        (
            name
            for name, known in expected.items()
            if place.digest(f"{SNAPSHOTS}/{digest}/{name}") != known
        ),
        None,
    )


def _described(place: Place, record: dict[str, Any], current: Any) -> Published:
    withdrawn = record.get("withdrawn")
    return Published(
        digest=str(record["digest"]),
        place=place.address,
        papers=int(record.get("papers") or 0),
        published=str(record.get("published") or ""),
        current=record["digest"] == current and not withdrawn,
        withdrawn=str(withdrawn.get("when") or "unknown") if isinstance(withdrawn, dict) else "",
    )


def _chosen(
    standing: Sequence[Published],
    digest: str,
    at: str | Path,
    left_over: Sequence[Published] = (),
) -> Published:
    found = [each for each in (*standing, *left_over) if each.digest.startswith(digest)]
    if len(digest) < 8 or len(found) != 1:
        there = ", ".join(each.digest[:12] for each in standing[:8]) or "none"
        raise SettingsError(
            f"{digest!r} names no snapshot at {at} that stands; give eight signs or more of one of "
            f"these: {there}."
        )
    return found[0]


def _folder(digest: str) -> str:
    return f"{SNAPSHOTS}/{digest}"


def _place(
    address: str | Path, failed: Callable[[Place, OSError], PapermapError] | None = None
) -> Place:
    place = place_at(address)
    try:
        is_file = isinstance(place, FolderPlace) and Path(place.address).is_file()
        is_map = not is_file and place.read(_MANIFEST) is not None
    except OSError as error:
        raise (failed or _unreadable)(place, error) from error
    if is_file:
        raise BuildError(f"{place.address} is a file. Choose a folder to publish to.")
    if is_map:
        raise BuildError(
            f"{place.address} is a map's own folder. Choose another folder to publish to."
        )
    return place


def _record(place: Place, digest: str) -> dict[str, Any] | None:
    """What is noted of a snapshot; None where there is nothing that makes sense."""
    raw = place.read(record_name(digest)) if is_digest(digest) else None
    record = _parsed(raw) if raw is not None else {}
    return record if record.get("digest") == digest else None


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _bytes(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def _now(now: dt.datetime | None) -> str:
    return (now or dt.datetime.now(dt.UTC)).isoformat(timespec="milliseconds")


def _unreadable(place: Place, error: OSError) -> MapNotFound:
    return MapNotFound(
        f"{place.address} cannot be read ({error.strerror or error}). Check the address, the "
        "connection and that you may read there, then run the same again."
    )


def _unwritable(place: Place, error: OSError) -> BuildError:
    return BuildError(
        f"{place.address} cannot be written ({error.strerror or error}). What was published there "
        "before stays. Free some space, check that you may write there, or choose another place "
        "with --to."
    )
