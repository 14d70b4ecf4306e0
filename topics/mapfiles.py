"""The files of a map folder, as they are written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from topics.folders import file_digest
from topics.tablefiles import arrow_table, file_name
from topics.topicmap import LATER_TABLES, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from topics.topicmap import TopicMap

__all__ = [
    "ENCODER",
    "MANIFEST",
    "VECTORS",
    "manifest_bytes",
    "seal",
    "write_map",
    "write_table",
    "write_topics",
]

MANIFEST = "manifest.json"
VECTORS = "vectors.npy"
ENCODER = "encoder"


def write_map(topic_map: TopicMap, folder: Path, write_encoder: Callable[[Path], None]) -> None:
    """Write the files of a map but the manifest into an empty folder."""
    import numpy as np

    for name in (*TABLES, *LATER_TABLES):
        if name == "topics":
            write_topics(topic_map.topics, topic_map.groups, folder)
        else:
            write_table(name, getattr(topic_map, name), folder)
    vectors = np.ascontiguousarray(topic_map.vectors, dtype=np.float32)
    np.save(folder / VECTORS, vectors, allow_pickle=False)
    (folder / ENCODER).mkdir()
    write_encoder(folder / ENCODER)


def write_table(name: str, frame: pd.DataFrame, folder: Path) -> None:
    """Write one table."""
    import pyarrow.parquet as pq

    pq.write_table(arrow_table(name, frame), folder / file_name(name), compression="zstd")


def write_topics(topics: pd.DataFrame, groups: pd.DataFrame, folder: Path) -> None:
    """Write the topics and the groups that they are in, as rows of one table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = [arrow_table("topics", frame) for frame in (topics, groups) if len(frame)]
    table = pa.concat_tables(parts) if parts else arrow_table("topics", topics)
    pq.write_table(table, folder / file_name("topics"), compression="zstd")


def seal(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a map, with the digest of each of its files."""
    own = ("digest", "built_digest", "edits")
    manifest = {key: value for key, value in manifest.items() if key not in own}
    manifest["files"] = {
        file.relative_to(folder).as_posix(): file_digest(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    (folder / MANIFEST).write_bytes(manifest_bytes(manifest))


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as it is written: the same values give the same bytes."""
    text = json.dumps(
        _plain(manifest), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False
    )
    return f"{text}\n".encode()


def _plain(value: Any) -> Any:
    """Turn NumPy numbers into Python's, and numbers that JSON does not know into null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
