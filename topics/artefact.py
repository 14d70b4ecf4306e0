"""A map folder: written whole or not at all, verified when it is read."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from topics.errors import BuildError, MapBroken, MapBusy, MapNotFound, MapTooNew
from topics.folders import file_digest, present, replacing
from topics.snapshots import first_whole, named_digest, unreadable
from topics.topicmap import LATER_TABLES, SCHEMA_VERSION, TABLES, TopicMap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import pandas as pd
    import pyarrow as pa

__all__ = ["check_target", "load", "read_manifest", "save"]

MANIFEST = "manifest.json"
VECTORS = "vectors.npy"
ENCODER = "encoder"

#: What file managers and git leave in folders, and nobody misses.
_LITTER = {".DS_Store", ".directory", ".gitkeep", "Thumbs.db", "desktop.ini"}

#: Columns that hold a list of texts, whole numbers or real numbers; all others hold text.
_LISTS = ("authors", "sources", "keywords", "representatives")
_WHOLE = ("author_count", "comments", "upvotes", "size", "line", "rank")
_REAL = (
    "topic_confidence",
    "theme_confidence",
    "x",
    "y",
    "stability",
    "share",
    "low",
    "high",
    "confidence",
)


def load(path: str | os.PathLike[str], *, verify: bool = True) -> TopicMap:
    """Read a map folder, or the current snapshot of a folder that maps are published to.

    Lists are Python lists, never null; a missing text or number is null.

    Args:
        path: the folder.
        verify: compare every file with the digest that the manifest states.

    Raises:
        MapNotFound: there is no folder or no manifest.
        MapTooNew: the schema is newer than this version understands.
        MapBroken: a file is missing, altered or cannot be read.
        MapWithdrawn: it was published once, and taken back.
    """
    return first_whole(
        _present(Path(path)), lambda folder, notes: _load(folder, notes, verify=verify)
    )


def _load(path: Path, notes: tuple[str, ...], *, verify: bool) -> TopicMap:
    while True:
        folder = _present(path)
        with _held(folder) as number:
            manifest = _manifest(folder, notes)
            try:
                topic_map = _read(folder, manifest, verify=verify)
            except MapBroken:
                if not _replaced(folder, manifest, number):
                    raise
            else:
                if not _replaced(folder, manifest, number):
                    return topic_map
        # Another process swapped in a new map meanwhile: files of both may have been read.


def read_manifest(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read and check a map's manifest alone.

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


def _manifest(folder: Path, notes: tuple[str, ...] = ()) -> dict[str, Any]:
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
    return {**manifest, "notices": [*manifest.get("notices", []), *notes]} if notes else manifest


def save(
    topic_map: TopicMap,
    path: str | os.PathLike[str],
    *,
    write_encoder: Callable[[Path], None],
    replaces: str | None = None,
) -> TopicMap:
    """Write a map beside its target, sync it and swap it in.

    A reader sees the old map or the new one; a failure leaves the old one in place. The same
    map gives the same bytes.

    Args:
        topic_map: what to write; its manifest gains the digest of each file.
        path: the target folder, or a link to it; an existing map there is replaced, anything
            else is refused.
        write_encoder: writes the encoder's data files into the folder it is given.
        replaces: digest of the map that must still stand there; whichever does if None.

    Returns:
        The map as it was written, read back.

    Raises:
        BuildError: the target is no map, or cannot be written.
        MapBusy: another process is writing the same target, or has replaced the map there.
    """
    target = check_target(path)
    try:
        with replacing(target) as folder:
            _write(topic_map, folder, write_encoder)
            if replaces is not None and read_manifest(target)["digest"] != replaces:
                raise MapBusy(
                    f"Another process replaced the map at {target} meanwhile; it is as that one "
                    "made it. Run the same again to go on from there."
                )
    except OSError as error:
        raise BuildError(
            f"The map could not be written to {target} ({error.strerror or error}). "
            "Free some space or choose another folder with --out; what was there is unchanged."
        ) from error
    return load(target, verify=False)


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
    ours = {ENCODER, *_required(), *map(_file, LATER_TABLES), *_LITTER}
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
    return {**manifest, "digest": digest}


def _read(folder: Path, manifest: dict[str, Any], *, verify: bool) -> TopicMap:
    if verify:
        _verify(folder, manifest)
    later = [name for name in LATER_TABLES if _file(name) in manifest["files"]]
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
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(folder / _file(name), partitioning=None)
        columns = _columns(name)
        if missing := [column for column in columns if column not in table.column_names]:
            raise _broken(folder, f"{_file(name)} lacks the column(s) {', '.join(missing)}")
        table = table.select(list(columns)).cast(_schema(name))
        frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
        for column in set(_LISTS).intersection(columns):
            frame[column] = _as_lists(table[column])
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _broken(folder, f"{_file(name)} cannot be read ({error})") from error
    return frame


def _as_lists(column: pa.ChunkedArray) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series([item or [] for item in column.to_pylist()], dtype=object)


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
        return bool(read_manifest(folder)["digest"] != manifest["digest"])
    except MapBroken:
        return False
    except MapNotFound:
        return _present(folder) != folder


def _what_is_at(folder: Path) -> str:
    if folder.is_dir():
        return f"a folder without {MANIFEST}"
    return "a file, not a folder" if folder.exists() else "nothing"


def _required() -> list[str]:
    return [*map(_file, TABLES), VECTORS]


def _file(name: str) -> str:
    return f"{name}.parquet"


def _columns(name: str) -> tuple[str, ...]:
    """Columns of a table, in order."""
    return TABLES[name] if name in TABLES else LATER_TABLES[name]


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _broken(folder: Path, what: str) -> MapBroken:
    return MapBroken(
        f"The map at {folder} is damaged: {what}. Build it again with `papermap build`, "
        "or restore the folder from a copy."
    )


def _write(topic_map: TopicMap, folder: Path, write_encoder: Callable[[Path], None]) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name in (*TABLES, *LATER_TABLES):
        frame = getattr(topic_map, name)
        table = _arrow(name, frame)
        if name == "topics" and len(topic_map.groups):
            table = pa.concat_tables([table, _arrow(name, topic_map.groups)])
        pq.write_table(table, folder / _file(name), compression="zstd")
    vectors = np.ascontiguousarray(topic_map.vectors, dtype=np.float32)
    np.save(folder / VECTORS, vectors, allow_pickle=False)
    (folder / ENCODER).mkdir()
    write_encoder(folder / ENCODER)
    manifest = {key: value for key, value in topic_map.manifest.items() if key != "digest"}
    manifest["files"] = {
        file.relative_to(folder).as_posix(): file_digest(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    text = json.dumps(
        _plain(manifest), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False
    )
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    import pyarrow as pa

    columns = frame[list(_columns(name))]
    try:
        table = pa.Table.from_pandas(columns, schema=_schema(name), preserve_index=False)
    except (pa.ArrowException, UnicodeError) as error:
        raise BuildError(
            f"The table of {name} holds a value that cannot be written: {error}. "
            "Leave out the source that it comes from, and please report it."
        ) from error
    return table.replace_schema_metadata(None)


def _schema(name: str) -> pa.Schema:
    """Types of a table's columns, stated so that a column of nulls has one too."""
    import pyarrow as pa

    kinds: dict[str, Any] = {
        **dict.fromkeys(_LISTS, pa.list_(pa.string())),
        **dict.fromkeys(_WHOLE, pa.int64()),
        **dict.fromkeys(_REAL, pa.float64()),
    }
    if name == "trends":
        kinds["papers"] = pa.int64()
    return pa.schema([(column, kinds.get(column, pa.string())) for column in _columns(name)])


def _plain(value: Any) -> Any:
    """Turn NumPy numbers into Python's, and numbers that JSON does not know into null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
