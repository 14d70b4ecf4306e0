"""Where published maps lie, and which of them an address means.

::

    published.json                which snapshot is the current one; written last
    snapshots/<digest>.json       when it was published, or withdrawn, and why
    snapshots/<digest>/           a map folder that never changes; <digest> is its manifest's

A reader of the folder gets the current snapshot. Where that one is torn or altered it is refused,
and the one before it stays; a snapshot's own folder is an address that always means the same map.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeVar

from topics import wording
from topics.errors import MapBroken, MapError, MapWithdrawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

__all__ = [
    "POINTER",
    "SNAPSHOTS",
    "first_whole",
    "in_order",
    "is_digest",
    "named_digest",
    "record_name",
    "unreadable",
]

T = TypeVar("T")

POINTER, SNAPSHOTS = "published.json", "snapshots"

_DIGEST = re.compile(r"[0-9a-f]{64}")


def first_whole(folder: Path, opened: Callable[[Path, tuple[str, ...]], T]) -> T:
    """Open a map folder, or the first snapshot of a published one that is whole.

    Args:
        folder: the folder of a map, of a snapshot, or one that maps are published to.
        opened: opens a map folder; is told why those that come before it were refused.

    Raises:
        MapError: none can be opened; says what is wrong with the first.
    """
    try:
        is_published = (folder / POINTER).is_file()
    except OSError as error:
        raise unreadable(folder, error) from error
    if not is_published:
        _refuse_withdrawn(folder)
        return opened(folder, ())
    current, records = _read_all(folder)
    order = in_order(current, records)
    if not order:
        raise MapWithdrawn(
            f"Everything that was published at {folder} has been withdrawn. Ask its publisher, or "
            f"publish a map there: `papermap publish MAP --to {folder}`."
        )
    refused: list[str] = []
    first: MapError | None = None
    for digest in order:
        try:
            return opened(folder / SNAPSHOTS / digest, tuple(refused))
        except MapError as error:
            first = first or error
            refused.append(f"A newer snapshot was refused, so an older one is shown. {error}")
    assert first is not None, "an order that is not empty was tried"  # noqa: S101
    raise first


def in_order(current: str | None, records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Digests that may be opened: the current one, then the others, the latest first."""
    standing = [record for record in records if not record.get("withdrawn")]
    latest = sorted(standing, key=lambda record: str(record.get("published")), reverse=True)
    digests = [str(record["digest"]) for record in latest]
    return sorted(digests, key=lambda digest: digest != current)


def named_digest(folder: Path) -> str | None:
    """The digest that a snapshot's folder is named by; None for any other folder."""
    return folder.name if folder.parent.name == SNAPSHOTS and is_digest(folder.name) else None


def is_digest(text: Any) -> bool:
    """Whether a text can be a digest, and so part of a path."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def record_name(digest: str) -> str:
    """Name of a snapshot's record below the folder of publication."""
    return f"{SNAPSHOTS}/{digest}.json"


def unreadable(folder: Path, error: OSError) -> MapBroken:
    """What to tell of a map folder that cannot be looked into."""
    return MapBroken(
        f"The map at {folder} cannot be read ({error.strerror or error}). "
        "Check that you may open the folder and the files in it."
    )


def _read_all(folder: Path) -> tuple[str | None, list[dict[str, Any]]]:
    """The current digest, and the records of all snapshots."""
    try:
        pointer = _parsed((folder / POINTER).read_bytes())
        files = sorted((folder / SNAPSHOTS).glob("*.json"))
    except OSError as error:
        raise unreadable(folder, error) from error
    if pointer is None or pointer.get("format") != 1:
        raise MapBroken(
            f"{folder / POINTER} is not what says which map is published there. Publish it again "
            f"with `papermap publish MAP --to {folder}`; a snapshot's own folder can still be "
            "opened."
        )
    found = (record for file in files if (record := _json(file)) is not None)
    current = pointer.get("current")
    records = [record for record in found if is_digest(record.get("digest"))]
    return (current if isinstance(current, str) else None), records


def _refuse_withdrawn(folder: Path) -> None:
    """Say so where a snapshot was taken back."""
    digest = named_digest(folder)
    record = _json(folder.parent / f"{digest}.json") if digest else None
    withdrawn = record.get("withdrawn") if record else None
    if isinstance(withdrawn, dict):
        reason = str(withdrawn.get("reason") or "").strip()
        raise MapWithdrawn(
            f"The map at {folder} was withdrawn on {wording.day(withdrawn.get('when'))}"
            f"{f': {reason}' if reason else ''}. Ask its publisher for another address."
        )


def _json(path: Path) -> dict[str, Any] | None:
    """A small file of JSON; None where there is none, or something else."""
    try:
        return _parsed(path.read_bytes())
    except OSError:
        return None


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
