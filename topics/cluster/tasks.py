"""What a worker does: one part of a build, from files to files and a few numbers.

A part may be done twice, when a worker is killed: each file is written whole, under its own name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from topics.fitting import version

if TYPE_CHECKING:
    from topics.reading import Reading

__all__ = ["introduced", "read_ahead"]


def introduced(mark: str) -> tuple[str, bool]:
    """The version of Papermap that a worker has, and whether it sees a file and can write."""
    return version(), Path(mark).is_file()


def read_ahead(file: str, name: str, reading: Reading) -> None:
    """Read a file, or the files in an archive, and keep what it gave for the build to find."""
    from topics.reading import read_ahead as read

    read(Path(file), name, reading=reading)
