"""A map folder: written whole or not at all, verified when it is read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.errors import BuildError, MapBroken, MapBusy, MapNotFound, MapTooNew
from topics.topicmap import SCHEMA_VERSION, TABLES, TopicMap

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["load", "read_manifest", "save"]

MANIFEST = "manifest.json"
VECTORS = "vectors.npy"
ENCODER = "encoder"


def load(path: str | os.PathLike[str], *, verify: bool = True) -> TopicMap:
    """Read a map folder.

    Args:
        path: the folder.
        verify: compare every file with the digest that the manifest states.

    Raises:
        MapNotFound: there is no folder or no manifest.
        MapTooNew: the schema is newer than this version understands.
        MapBroken: a file is missing, altered or cannot be read.
    """
    import numpy as np
    import pandas as pd

    folder = Path(path)
    manifest = read_manifest(folder)
    if verify:
        _verify(folder, manifest)
    try:
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise _broken(folder, str(error)) from error
    for name, columns in TABLES.items():
        missing = [column for column in columns if column not in tables[name].columns]
        if missing:
            raise _broken(folder, f"{name}.parquet lacks the column(s) {', '.join(missing)}")
    if len(vectors) != len(tables["papers"]):
        raise _broken(folder, f"{len(vectors)} vectors stand beside {len(tables['papers'])} papers")
    return TopicMap(vectors=vectors, manifest=manifest, path=folder, **tables)


def read_manifest(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read and check a map's manifest alone.

    Raises:
        MapNotFound: there is no folder or no manifest.
        MapTooNew: the schema is newer than this version understands.
        MapBroken: the manifest is not what a map's manifest looks like.
    """
    folder = Path(path)
    file = folder / MANIFEST
    if not file.is_file():
        found = "a folder without manifest.json" if folder.is_dir() else "nothing"
        raise MapNotFound(
            f"No map at {folder}: found {found}. "
            f"Build one with `papermap build FILES… --out {folder}`."
        )
    try:
        raw = file.read_bytes()
        manifest = json.loads(raw)
    except (OSError, ValueError) as error:
        raise _broken(folder, f"manifest.json cannot be read ({error})") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("schema_version"), int):
        raise _broken(folder, "manifest.json has no schema_version")
    if manifest["schema_version"] > SCHEMA_VERSION:
        raise MapTooNew(
            f"The map at {folder} has schema version {manifest['schema_version']}; this Papermap "
            f"reads up to {SCHEMA_VERSION}. Update Papermap, or build the map again with this one."
        )
    if not isinstance(manifest.get("files"), dict):
        raise _broken(folder, "manifest.json lists no files")
    manifest["digest"] = hashlib.sha256(raw).hexdigest()
    return manifest


def save(
    topic_map: TopicMap, path: str | os.PathLike[str], *, write_encoder: Callable[[Path], None]
) -> TopicMap:
    """Write a map beside its target, sync it and swap it in.

    A reader sees the old map or the new one; a failure leaves the old one in place.

    Args:
        topic_map: what to write; its manifest gains the digest of each file.
        path: the target folder; an existing map there is replaced, anything else is refused.
        write_encoder: writes the encoder's data files into the folder it is given.

    Raises:
        BuildError: the target is no map, or cannot be written.
        MapBusy: another process is writing the same target.
    """
    target = Path(path)
    _refuse_foreign(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target):
            _recover(target)
            temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.new-", dir=target.parent))
            try:
                _write(topic_map, temporary, write_encoder)
                os.chmod(temporary, 0o755 & ~_umask())
                _swap(temporary, target)
            except BaseException:
                shutil.rmtree(temporary, ignore_errors=True)
                raise
    except OSError as error:
        raise BuildError(
            f"The map could not be written to {target} ({error.strerror or error}). "
            "Free some space or choose another folder with --out; what was there is unchanged."
        ) from error
    return load(target, verify=False)


def _write(topic_map: TopicMap, folder: Path, write_encoder: Callable[[Path], None]) -> None:
    import numpy as np
    import pyarrow.parquet as pq

    for name in TABLES:
        pq.write_table(
            _arrow(name, getattr(topic_map, name)), folder / f"{name}.parquet", compression="zstd"
        )
    np.save(folder / VECTORS, np.asarray(topic_map.vectors, dtype=np.float32), allow_pickle=False)
    (folder / ENCODER).mkdir()
    write_encoder(folder / ENCODER)
    manifest = {key: value for key, value in topic_map.manifest.items() if key != "digest"}
    manifest["files"] = {
        file.relative_to(folder).as_posix(): _sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    (folder / MANIFEST).write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    for file in folder.rglob("*"):
        _sync(file)
    _sync(folder)


def _arrow(name: str, frame: Any) -> pa.Table:
    """Convert a table to Arrow with the types of the schema, so that an all-null column keeps its."""
    import pyarrow as pa

    text, number, real = pa.string(), pa.int64(), pa.float64()
    kinds: Mapping[str, Any] = {
        "authors": pa.list_(text),
        "sources": pa.list_(text),
        "keywords": pa.list_(text),
        "representatives": pa.list_(text),
        **dict.fromkeys(("author_count", "comments", "upvotes", "size", "line"), number),
        **dict.fromkeys(
            ("topic_confidence", "theme_confidence", "x", "y", "stability", "share", "low", "high"),
            real,
        ),
    }
    if name == "trends":
        kinds = {**kinds, "papers": number}
    schema = pa.schema([(column, kinds.get(column, text)) for column in TABLES[name]])
    return pa.Table.from_pandas(
        frame[list(TABLES[name])], schema=schema, preserve_index=False
    ).replace_schema_metadata(None)


def _verify(folder: Path, manifest: Mapping[str, Any]) -> None:
    for name, digest in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            raise _broken(folder, f"{name} is missing")
        try:
            found = _sha256(file)
        except OSError as error:
            raise _broken(folder, f"{name} cannot be read ({error.strerror})") from error
        if found != digest:
            raise _broken(folder, f"{name} is not the file that was written (digest differs)")


def _broken(folder: Path, what: str) -> MapBroken:
    return MapBroken(
        f"The map at {folder} is damaged: {what}. Build it again with `papermap build`, "
        "or restore the folder from a copy."
    )


def _refuse_foreign(target: Path) -> None:
    if target.is_dir():
        if not (target / MANIFEST).is_file() and any(target.iterdir()):
            raise BuildError(
                f"{target} is a folder with other files in it, not a map. "
                "Choose a new or empty folder with --out."
            )
    elif target.exists():
        raise BuildError(f"{target} is a file. Choose a folder for the map with --out.")


def _lock(target: Path) -> Any:
    from filelock import FileLock, Timeout

    class _Busy(FileLock):
        def __enter__(self) -> Any:
            try:
                return super().__enter__()
            except Timeout as error:
                raise MapBusy(
                    f"Another build is writing {target}. Wait for it to finish, "
                    "or choose another folder with --out."
                ) from error

    return _Busy(target.parent / f".{target.name}.lock", timeout=30)


def _recover(target: Path) -> None:
    """Put back a map whose swap was cut short, and clear what a killed build left."""
    for old in target.parent.glob(f".{target.name}.old-*"):
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)
    for left in target.parent.glob(f".{target.name}.new-*"):
        shutil.rmtree(left, ignore_errors=True)


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        old = target.parent / f".{target.name}.old-{new.name.rpartition('-')[2]}"
        target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        shutil.rmtree(new, ignore_errors=True)
    _sync(target.parent)


def _exchange(new: Path, target: Path) -> bool:
    """Exchange two folders in one step where the system can (Linux renameat2).

    Returns:
        False where it cannot; nothing has changed then.
    """
    import ctypes

    at_fdcwd, rename_exchange = -100, 2
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    return bool(
        call(at_fdcwd, os.fsencode(new), at_fdcwd, os.fsencode(target), rename_exchange) == 0
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
