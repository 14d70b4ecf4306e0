"""What a worker does: one part of a build, from files to files and a few numbers.

A part may be done twice, when a worker is killed: each file is written whole, under its own name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from topics.fitting import version

if TYPE_CHECKING:
    import numpy as np

    from topics.cluster.placing import Votes
    from topics.reading import Reading
    from topics.themefile import Theme

__all__ = ["encode_part", "introduced", "place_part", "read_ahead"]


def introduced(mark: str) -> tuple[str, bool]:
    """The version of Papermap that a worker has, and whether it sees a file and can write."""
    return version(), Path(mark).is_file()


def read_ahead(file: str, name: str, reading: Reading) -> None:
    """Read a file, or the files in an archive, and keep what it gave for the build to find."""
    from topics.reading import read_ahead as read

    read(Path(file), name, reading=reading)


def encode_part(folder: str, number: int) -> Votes:
    """See `topics.cluster.placing.encode_part`."""
    from topics.cluster import placing
    from topics.thirdparty import one_thread

    with one_thread():
        return placing.encode_part(Path(folder), number)


def place_part(folder: str, number: int, labels: np.ndarray, themes: tuple[Theme, ...]) -> float:
    """See `topics.cluster.placing.place_part`."""
    from topics.cluster import placing
    from topics.thirdparty import one_thread

    with one_thread():
        return placing.place_part(Path(folder), number, labels, themes)
