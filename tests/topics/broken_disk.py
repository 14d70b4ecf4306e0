"""A disk that fails at the k-th touch of this process, or at which the process is killed."""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CHANGES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate")


def break_disk(root: Path, kind: str, at: int) -> Callable[[], int]:
    """Have the disk fail from now on, in this process and for good: hooks cannot be taken away.

    The disk is touched where Python tells its audit hooks that a file below ``root`` is opened to
    be written, made, renamed or removed, where a table is written and where something is synced.

    Args:
        root: below which the disk fails.
        kind: ``kill`` ends the process at the touch, ``full`` lets that one fail, ``filled`` all
            from that one on, ``read-only`` all.
        at: number of the touch, from 1.

    Returns:
        Tells how many touches there were.
    """
    seen = 0

    def touch() -> None:
        nonlocal seen
        seen += 1
        if kind == "read-only":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        if seen == at and kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if seen == at or (kind == "filled" and seen > at):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            ours = isinstance(path, (str, bytes)) and str(root) in os.fsdecode(path)
            if ours and isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                touch()
        elif event in _CHANGES and str(root) in str(arguments) and not _undoing(event, kind):
            touch()

    def fsync(descriptor: int) -> None:
        # A process that is killed leaves what it wrote to the system: no need to wait for the disk.
        touch()
        os.fstat(descriptor)

    os.fsync = fsync
    sys.addaudithook(hook)
    return lambda: seen


def _undoing(event: str, kind: str) -> bool:
    """A full disk lets files go."""
    return kind == "filled" and event in ("os.remove", "os.rmdir")
