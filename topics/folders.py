"""Folders and files that are written whole: a reader sees the old one or the new one."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from topics.errors import MapBusy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "claimed",
    "file_digest",
    "locked",
    "present",
    "replacing",
    "sync",
    "sync_tree",
    "write_whole",
]

#: Seconds that a writer waits for another one to finish with the same target.
LOCK_SECONDS = 30.0


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a new, empty folder that takes the target's place when the block ends well.

    The new folder stands beside the target, is synced to the disk and swapped in by a rename;
    where the block fails it is removed and the target stays as it was. What a writer that was
    killed left behind is put right first.

    Args:
        target: the folder to replace, or where none is yet; its parent is made.

    Raises:
        MapBusy: another process is writing the same target.
        OSError: the disk does not take it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target):
        _recover(target)
        new = _aside(target, "new")
        try:
            new.mkdir()
            yield new
            sync_tree(new)
            _swap(new, target)
        finally:
            shutil.rmtree(new, ignore_errors=True)


@contextmanager
def claimed(target: Path) -> Iterator[None]:
    """Keep a folder for one piece of work that reads it now and replaces it later.

    Others may still read it, and replace it; who claims it too is refused at once.

    Raises:
        MapBusy: another process has claimed it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(target.with_name(f".{target.name}.claim.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise MapBusy(
            f"Another process is updating {target}. Wait for it to finish, then run this again."
        ) from error
    try:
        yield
    finally:
        lock.release()


def present(target: Path) -> Path:
    """Return the target, or where its content waits if a swap was cut short half-way."""
    return target if target.exists() else next(iter(_beside(target, "old")), target)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync_tree(folder: Path) -> None:
    """Have a folder and all in it written to the disk itself."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def sync(path: Path) -> None:
    """Have one file, or one folder's list of names, written to the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_names(folder: Path) -> None:
    """Have a change of names written to the disk, as far as the system does.

    What the names stand for is there already: were the change lost with the power, the old state
    would be back, whole. So a failure is no reason to say that nothing was changed.
    """
    with suppress(OSError):
        sync(folder)


def write_whole(target: Path, data: bytes) -> None:
    """Write a file that takes the place of an older one only when it is complete.

    Raises:
        OSError: it cannot be written; the older one stays.
    """
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        temporary.write_bytes(data)
        sync(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_names(target.parent)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold a folder against everyone else who would write into it, or replace it.

    Raises:
        MapBusy: another process holds it for long.
    """
    from filelock import FileLock, Timeout

    # A lock of the system's, so that it goes with a process that is killed.
    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout as error:
        raise MapBusy(
            f"Another build is writing {target}. Wait for it to finish, "
            "or choose another folder with --out."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _recover(target: Path) -> None:
    for old in _beside(target, "old"):
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)
    for left in _beside(target, "new"):
        shutil.rmtree(left, ignore_errors=True)


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        old = _aside(target, "old")
        target.rename(old)
        try:
            new.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    _sync_names(target.parent)


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
    done: int = call(at_fdcwd, os.fsencode(new), at_fdcwd, os.fsencode(target), rename_exchange)
    return done == 0


def _aside(target: Path, kind: str) -> Path:
    """A name of its own, beside the target, for a folder on its way in (new) or out (old)."""
    return target.with_name(f".{target.name}.{kind}-{uuid.uuid4().hex[:8]}")


def _beside(target: Path, kind: str) -> list[Path]:
    if not target.parent.is_dir():
        return []
    prefix = f".{target.name}.{kind}-"
    return sorted(entry for entry in target.parent.iterdir() if entry.name.startswith(prefix))
