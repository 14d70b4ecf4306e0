"""Where a build on several processes works: the processes, and a folder that all of them see."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from topics.cluster import tasks
from topics.cluster.address import Where
from topics.cluster.workers import Workers, at_work
from topics.errors import BuildError
from topics.reading import read_files
from topics.sources.detect import named_files

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence

    from topics.reading import Reading
    from topics.sources.record import SourceRead

__all__ = ["Site", "open_site"]

#: Bytes of what one file gave that are kept for the build, however large the file is.
_MOST_KEPT = 2**40
#: Seconds after which a folder in which nothing was written is one that a killed build left.
_LEFT = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """Where parts of a build are done.

    Attributes:
        workers: the processes.
        folder: for what they hand on to one another; it is gone at the end.
    """

    workers: Workers
    folder: Path

    def read_files(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        reading: Reading,
        progress: Callable[[str], None],
    ) -> list[SourceRead]:
        """Read files, each by one worker; the result is that of `topics.reading.read_files`.

        Raises:
            SourceError: as there.
        """
        folder = reading.kept or self.folder / "reads"
        ahead = replace(reading, kept=folder.resolve(), most_kept=_MOST_KEPT)
        parts = [(str(file.resolve()), name, ahead) for file, name in named_files(paths)]
        self.workers.each(tasks.read_ahead, parts)
        return read_files(paths, reading=ahead, progress=progress)


@contextmanager
def open_site(where: str, target: Path) -> Iterator[Site]:
    """Start or find processes, and make a folder for them beside a map's.

    Args:
        where: ``local``, ``local:N`` or the address of a Dask scheduler.
        target: the folder of the map.

    Raises:
        SettingsError: ``where`` is none of these, or Dask is not installed.
        BuildError: the processes cannot be had, or there is no room for the folder.
    """
    asked = Where.of(where)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{target.name}.cluster-"
        _clear(target.parent, prefix)
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    except OSError as error:
        raise BuildError(
            f"No folder for the parts of the build can be made in {target.parent} "
            f"({error.strerror or error}). Choose another folder for the map with --out."
        ) from error
    try:
        with at_work(asked, folder) as workers:
            yield Site(workers, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear(parent: Path, prefix: str) -> None:
    """Remove what builds left that were killed long ago."""
    for folder in parent.iterdir():
        if folder.name.startswith(prefix) and folder.stat().st_mtime < time.time() - _LEFT:
            shutil.rmtree(folder, ignore_errors=True)
