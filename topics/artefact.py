"""A map folder: written whole or not at all, verified when it is read."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from topics.edits.log import LOG, parse_log
from topics.errors import BuildError, MapBroken, MapBusy, MapNotFound, MapTooNew
from topics.folders import file_digest, present, replacing
from topics.mapfiles import ENCODER, MANIFEST, VECTORS, manifest_bytes, seal, write_map
from topics.snapshots import first_whole, named_digest, unreadable
from topics.tablefiles import file_name, read_table
from topics.topicmap import LATER_TABLES, SCHEMA_VERSION, TABLES, TopicMap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    import pandas as pd

__all__ = [
    "check_target",
    "freeze",
    "load",
    "read_log",
    "read_manifest",
    "save",
    "save_files",
    "with_edits",
]

#: What file managers and git leave in folders, and nobody misses.
_LITTER = {".DS_Store", ".directory", ".gitkeep", "Thumbs.db", "desktop.ini"}


def load(path: str | os.PathLike[str], *, verify: bool = True, edited: bool = True) -> TopicMap:
    """Read a map folder, or the current snapshot of a folder that maps are published to.

    Lists are Python lists, never null; a missing text or number is null.

    Args:
        path: the folder.
        verify: compare every file with the digest that the manifest states.
        edited: apply the map's log of edits; the map as it was built if not.

    Raises:
        MapNotFound: there is no folder or no manifest.
        MapTooNew: the schema is newer than this version understands.
        MapBroken: a file is missing, altered or cannot be read.
        MapWithdrawn: it was published once, and taken back.
    """
    return first_whole(
        _present(Path(path)),
        lambda folder, notes: _load(folder, notes, verify=verify, edited=edited),
    )


def _load(path: Path, notes: tuple[str, ...], *, verify: bool, edited: bool) -> TopicMap:
    while True:
        folder = _present(path)
        with _held(folder) as number:
            log = read_log(folder) if edited else b""
            manifest = _manifest(folder, notes, log=log)
            try:
                topic_map = _read(folder, manifest, verify=verify)
            except MapBroken:
                if not _replaced(folder, manifest, number):
                    raise
            else:
                if not _replaced(folder, manifest, number):
                    return with_edits(topic_map, log) if edited and log else topic_map
        # Another process swapped in a new map meanwhile: files of both may have been read.


def with_edits(topic_map: TopicMap, log: bytes) -> TopicMap:
    """Apply a log of edits, as a map's folder holds it, to the map as it was built.

    Its digest is that which `read_manifest` tells of the folder.
    """
    from topics.edits.replay import apply

    shown = apply(topic_map, parse_log(log))
    if LOG in topic_map.manifest.get("files", {}):
        return shown
    digest = _edited_digest(str(topic_map.manifest["built_digest"]), log)
    return replace(shown, manifest={**shown.manifest, "digest": digest})


def _edited_digest(built: str, log: bytes) -> str:
    told = f"{built}\n{hashlib.sha256(log).hexdigest()}"
    return hashlib.sha256(told.encode()).hexdigest()


def read_log(path: str | os.PathLike[str]) -> bytes:
    """Read what a map folder holds as its log of edits; empty where there is none.

    Raises:
        MapBroken: it cannot be read.
    """
    try:
        return (_present(Path(path)) / LOG).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        raise unreadable(Path(path), error) from error


def read_manifest(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read and check a map's manifest alone.

    Its ``digest`` names the map as it is shown, edits included; ``built_digest`` the map as it
    was built.

    Raises:
        MapNotFound: there is no folder or no manifest.
        MapTooNew: the schema is newer than this version understands.
        MapBroken: the manifest is not what a map's manifest looks like.
        MapWithdrawn: it was published once, and taken back.
    """
    return first_whole(_present(Path(path)), _manifest)


def _present(path: Path) -> Path:
    try:
        return present(path)
    except OSError as error:
        raise unreadable(path, error) from error


def _manifest(
    folder: Path, notes: tuple[str, ...] = (), *, log: bytes | None = None
) -> dict[str, Any]:
    try:
        raw = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MapNotFound(
            f"No map at {folder}: found {_what_is_at(folder)}. "
            f"Build one with `papermap build FILES… --out {folder}`."
        ) from error
    except OSError as error:
        raise unreadable(folder, error) from error
    manifest = _checked(folder, raw)
    if LOG not in manifest["files"] and (log := read_log(folder) if log is None else log):
        # A snapshot's own digest stands for its edits; elsewhere they come on top of it.
        manifest["digest"] = _edited_digest(manifest["digest"], log)
    return {**manifest, "notices": [*manifest.get("notices", []), *notes]} if notes else manifest


def save(
    topic_map: TopicMap,
    path: str | os.PathLike[str],
    *,
    write_encoder: Callable[[Path], None],
    replaces: str | None = None,
    log: bytes | None = None,
) -> TopicMap:
    """Write a map beside its target, sync it and swap it in.

    A reader sees the old map or the new one; a failure leaves the old one in place. The same
    map gives the same bytes.

    Args:
        topic_map: what to write; its manifest gains the digest of each file.
        path: the target folder, or a link to it; an existing map there is replaced, anything
            else is refused.
        write_encoder: writes the encoder's data files into the folder it is given.
        replaces: digest of the map as built that must still stand there; whichever does if None.
        log: its log of edits; that of the map that it replaces if None.

    Returns:
        The map as it was written, read back with its edits.

    Raises:
        BuildError: the target is no map, or cannot be written.
        MapBusy: another process is writing the same target, or has replaced the map there.
    """

    def write(folder: Path) -> Mapping[str, Any]:
        write_map(topic_map, folder, write_encoder)
        return topic_map.manifest

    return load(save_files(path, write, replaces=replaces, log=log), verify=False)


def save_files(
    path: str | os.PathLike[str],
    write: Callable[[Path], Mapping[str, Any]],
    *,
    replaces: str | None = None,
    log: bytes | None = None,
) -> Path:
    """Have the files of a map written beside its target, and swap them in; see `save`.

    Args:
        path: see there.
        write: writes all files but the manifest into an empty folder, and gives the manifest.
        replaces: see there.
        log: see there.

    Returns:
        The folder of the map.
    """
    target = check_target(path)
    try:
        with replacing(target) as folder:
            seal(folder, write(folder))
            if kept := read_log(target) if log is None else log:
                (folder / LOG).write_bytes(kept)
            if replaces is not None and read_manifest(target)["built_digest"] != replaces:
                raise MapBusy(
                    f"Another process replaced the map at {target} meanwhile; it is as that one "
                    "made it. Run the same again to go on from there."
                )
    except OSError as error:
        raise BuildError(
            f"The map could not be written to {target} ({error.strerror or error}). "
            "Free some space or choose another folder with --out; what was there is unchanged."
        ) from error
    return target


def check_target(path: str | os.PathLike[str]) -> Path:
    """Refuse a published snapshot, and what holds anything but a map, which would be lost.

    Args:
        path: the folder of the map, or a link to it.

    Returns:
        The folder itself, as an absolute path.

    Raises:
        BuildError: there is a file, a published snapshot, or a folder with other things in it.
    """
    try:
        target = Path(path).resolve()
        if target.exists() and not target.is_dir():
            raise BuildError(f"{target} is a file. Choose a folder for the map with --out.")
        strangers = _strangers(target) if target.exists() else []
    except (OSError, RuntimeError) as error:  # no permission; links in a circle
        raise BuildError(
            f"{path} cannot be looked into ({error}). Choose another folder for the map with --out."
        ) from error
    if named_digest(target):
        raise BuildError(
            f"{target} is the folder of a published snapshot, which never changes. Build or update "
            "a map in another folder, then publish that one with `papermap publish`."
        )
    if strangers:
        raise BuildError(
            f"{target} holds files that are not part of a map ({', '.join(strangers[:3])}"
            f"{', …' if len(strangers) > 3 else ''}), and a build would remove them. "
            "Choose a new or empty folder with --out, or move them away."
        )
    return target


def _strangers(folder: Path) -> list[str]:
    """Names in a folder that do not belong to a map."""
    ours = {ENCODER, LOG, *_required(), *map(file_name, LATER_TABLES), *_LITTER}
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        ours.update(PurePosixPath(name).parts[0] for name in manifest["files"])
        ours.add(MANIFEST if manifest["schema_version"] else "")
    except (OSError, ValueError, LookupError, TypeError):
        if (folder / VECTORS).exists():  # else the manifest may be any program's
            ours.add(MANIFEST)
    return sorted({entry.name for entry in folder.iterdir()} - ours)


def _checked(folder: Path, raw: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _broken(folder, f"{MANIFEST} cannot be read ({error})") from error
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if not isinstance(version, int) or version < 1:
        raise _broken(folder, f"{MANIFEST} has no schema_version, so it is not a map's")
    if version > SCHEMA_VERSION:
        raise MapTooNew(
            f"The map at {folder} has schema version {version}; this Papermap "
            f"reads up to {SCHEMA_VERSION}. Update Papermap, or build the map again with this one."
        )
    files = manifest.get("files")
    if not isinstance(files, dict) or not all(map(_is_inside, files)):
        raise _broken(folder, f"{MANIFEST} does not list the map's files")
    if unlisted := [name for name in _required() if name not in files]:
        raise _broken(folder, f"{MANIFEST} does not list {', '.join(unlisted)}")
    digest = hashlib.sha256(raw).hexdigest()
    if digest != (named_digest(folder) or digest):
        raise _broken(folder, f"{MANIFEST} is not the one that its address names")
    return {**manifest, "digest": digest, "built_digest": manifest.get("built_digest") or digest}


def _read(folder: Path, manifest: dict[str, Any], *, verify: bool) -> TopicMap:
    if verify:
        _verify(folder, manifest)
    later = [name for name in LATER_TABLES if file_name(name) in manifest["files"]]
    tables = {name: _read_table(folder, name) for name in (*TABLES, *later)}
    vectors = _read_vectors(folder, len(tables["papers"]))
    nodes = tables["topics"]
    # Groups of topics are rows of the same file: those that others name as their parent.
    above = nodes["id"].isin(nodes["parent"].dropna())
    tables["topics"], tables["groups"] = (
        nodes[rows].reset_index(drop=True) for rows in (~above, above)
    )
    return TopicMap(vectors=vectors, manifest=manifest, path=folder, built=None, **tables)


def _read_table(folder: Path, name: str) -> pd.DataFrame:
    try:
        return read_table(folder, name)
    except ValueError as error:
        raise _broken(folder, str(error)) from error


def _read_vectors(folder: Path, papers: int) -> np.ndarray:
    import numpy as np

    try:
        vectors: np.ndarray = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _broken(folder, f"{VECTORS} cannot be read ({error})") from error
    if getattr(vectors, "ndim", 0) != 2 or vectors.dtype != np.float32:
        raise _broken(folder, f"{VECTORS} does not hold one float32 row for each paper")
    if len(vectors) != papers:
        raise _broken(folder, f"{len(vectors)} vectors stand beside {papers} papers")
    return vectors


def _verify(folder: Path, manifest: Mapping[str, Any]) -> None:
    for name, digest in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            raise _broken(folder, f"{name} is missing")
        try:
            found = file_digest(file)
        except OSError as error:
            raise _broken(folder, f"{name} cannot be read ({error.strerror})") from error
        if found != digest:
            raise _broken(folder, f"{name} is not the file that was written (digest differs)")


@contextmanager
def _held(folder: Path) -> Iterator[int | None]:
    """Hold a folder open and tell its number, which no other folder can get until it is let go."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # there is none, or the system opens no folders
        yield _number(folder)
        return
    try:
        yield os.fstat(descriptor).st_ino
    finally:
        os.close(descriptor)


def _number(folder: Path) -> int | None:
    """The number that the disk knows a folder by; None where there is none."""
    try:
        return folder.stat().st_ino
    except OSError:
        return None


def _replaced(folder: Path, manifest: Mapping[str, Any], number: int | None) -> bool:
    """Tell whether another map stands in the folder than the one whose manifest was read.

    The same map may stand there again after another one did, so the folder itself counts too.
    """
    if _number(folder) != number:
        return True
    try:
        return bool(read_manifest(folder)["built_digest"] != manifest["built_digest"])
    except MapBroken:
        return False
    except MapNotFound:
        return _present(folder) != folder


def _what_is_at(folder: Path) -> str:
    if folder.is_dir():
        return f"a folder without {MANIFEST}"
    return "a file, not a folder" if folder.exists() else "nothing"


def _required() -> list[str]:
    return [*map(file_name, TABLES), VECTORS]


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _broken(folder: Path, what: str) -> MapBroken:
    return MapBroken(
        f"The map at {folder} is damaged: {what}. Build it again with `papermap build`, "
        "or restore the folder from a copy."
    )


def freeze(path: str | os.PathLike[str], folder: Path) -> tuple[str, dict[str, Path]]:
    """What a snapshot of a map consists of: its files, its edits among them.

    A log that nobody can add to any more is one more file of the map, vouched for by a manifest
    of the snapshot's own.

    Args:
        path: folder of the map.
        folder: an empty one, for what is not in the map's own.

    Returns:
        Digest of the snapshot's manifest, and each of its files by name, the manifest last.
    """
    target = _present(Path(path))
    raw = (target / MANIFEST).read_bytes()
    manifest, log = _checked(target, raw), read_log(target)
    files = {name: target / name for name in sorted(manifest["files"])}
    if log and LOG not in files:
        (folder / LOG).write_bytes(log)
        files[LOG] = folder / LOG
        told = {key: value for key, value in manifest.items() if key != "digest"}
        told["files"] = {**manifest["files"], LOG: file_digest(folder / LOG)}
        raw = manifest_bytes(told)
    (folder / MANIFEST).write_bytes(raw)
    return hashlib.sha256(raw).hexdigest(), {**files, MANIFEST: folder / MANIFEST}
