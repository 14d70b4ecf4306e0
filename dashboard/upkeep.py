"""Maps that readers have built, given another name or deleted; and what became of an old name."""

from __future__ import annotations

import json
import secrets
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dashboard.building import running_builds
from dashboard.workspace import DELETED, Refused, map_folders, name_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Fate", "delete_map", "fate_of", "rename_map"]

#: What became of maps that are gone, by the name they went by; and how many of them are kept.
_FATES, _MOST_FATES = ".names.json", 500


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a map.

    Attributes:
        name: that it has now; empty where it was deleted.
        when: the moment, ISO 8601 in UTC.
    """

    name: str
    when: str


def delete_map(root: Path, name: str) -> None:
    """Delete a map at once: readers see all of it or nothing.

    Args:
        root: the workspace.
        name: of the map's folder.

    Raises:
        Refused: there is no such map, it is being built anew, or the disk does not let it go.
    """
    folder = _folder(root, name)
    with _alone(root, name):
        # A rename is one step. The files are removed after it, under a name that is never served.
        aside = root / f"{DELETED}{secrets.token_hex(8)}"
        _move(folder, aside, what="deleted")
        _remember(root, name, Fate("", _now()))
    shutil.rmtree(aside, ignore_errors=True)


def rename_map(root: Path, name: str, new: str) -> None:
    """Give a map another name, in one step.

    Args:
        root: the workspace.
        name: of the map's folder.
        new: what it shall be.

    Raises:
        Refused: there is no such map, the name is taken or cannot be used, either is being built,
            or the disk does not let it.
    """
    folder = _folder(root, name)
    if new == name:
        return
    if problem := name_problem(new):
        raise Refused(problem)
    taken = {other.name.casefold() for other in map_folders(root) if other.name != name}
    if new.casefold() in taken:
        raise Refused(f"There is a map “{new}” already. Choose another name.")
    with ExitStack() as held:
        # Where systems do not tell cases apart, names that differ in nothing else share a lock.
        for each in {name.casefold(): name, new.casefold(): new}.values():
            held.enter_context(_alone(root, each))
        _move(folder, root / new, what="renamed")
        _remember(root, name, Fate(new, _now()))


def fate_of(root: Path, name: str) -> Fate | None:
    """What became of the map that went by a name; None where nothing is known of it.

    A map that was renamed more than once is followed to the name it has now.
    """
    fates, seen = _fates(root), set[str]()
    fate = fates.get(name)
    while fate and fate.name and fate.name not in seen and not (root / fate.name).is_dir():
        seen.add(fate.name)
        fate = fates.get(fate.name)
    return fate


def _folder(root: Path, name: str) -> Path:
    folder = next((each for each in map_folders(root) if each.name == name), None)
    if folder is None:
        raise Refused(f"“{name}” is not here any more: somebody else was faster.")
    return folder


@contextmanager
def _alone(root: Path, name: str) -> Iterator[None]:
    """Hold a name against builds that write a map of it."""
    from filelock import FileLock, Timeout

    busy = f"“{name}” is being built right now. Wait for it to finish, or cancel it."
    if any(each.request.name.casefold() == name.casefold() for each in running_builds(root)):
        raise Refused(busy)
    lock = FileLock(root / f".{name}.lock")
    try:
        lock.acquire(timeout=1.0)
    except Timeout as error:
        raise Refused(busy) from error
    except OSError as error:
        raise Refused(f"“{name}” cannot be changed ({error.strerror or error}).") from error
    try:
        yield
    finally:
        lock.release()


def _move(folder: Path, target: Path, *, what: str) -> None:
    try:
        folder.rename(target)
    except OSError as error:
        raise Refused(
            f"“{folder.name}” could not be {what} ({error.strerror or error})."
        ) from error


def _fates(root: Path) -> dict[str, Fate]:
    try:
        told = json.loads((root / _FATES).read_bytes())
        return {str(name): Fate(str(to), str(when)) for name, (to, when) in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(root: Path, name: str, fate: Fate) -> None:
    """Keep what became of a map; a link to it says less without, and that is all."""
    from filelock import FileLock, Timeout

    with suppress(OSError, Timeout), FileLock(root / f"{_FATES}.lock", timeout=2.0):
        fates: dict[str, Any] = {**_fates(root)}
        fates.pop(name, None)
        # A map that has the name now is no longer gone.
        fates.pop(fate.name, None)
        fates[name] = fate
        kept = list(fates.items())[-_MOST_FATES:]
        temporary = root / f"{_FATES}.tmp"
        temporary.write_text(
            json.dumps({name: [fate.name, fate.when] for name, fate in kept}), encoding="utf-8"
        )
        temporary.replace(root / _FATES)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
