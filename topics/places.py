"""Where maps are published to: a folder of this machine, or a store that is reached by a URL."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from topics.errors import PapermapError
from topics.folders import claimed, file_digest, replacing, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

__all__ = ["FolderPlace", "Place", "RemotePlace", "is_url", "place_at"]


class Place(Protocol):
    """Keeps files under names with slashes; whatever it cannot do is an OSError."""

    @property
    def address(self) -> str:
        """How a reader calls it."""
        ...

    def read(self, name: str) -> bytes | None:
        """A file; None where there is none."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Write a small file: readers see the old one or the new one."""
        ...

    def names(self, folder: str) -> list[str]:
        """Names of the files and folders in a folder, sorted."""
        ...

    def put(self, folder: str, files: Mapping[str, Path]) -> None:
        """Write a folder of files; the last of them comes last."""
        ...

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file as it is there now; None where there is none."""
        ...

    def holds(self, folder: str) -> bool:
        """Whether anything of a folder is still there."""
        ...

    def remove(self, folder: str) -> None:
        """Remove a folder, and what an earlier try left of it, if it is there."""
        ...

    def claimed(self) -> AbstractContextManager[None]:
        """Keep other publishers away where that can be done."""
        ...


def is_url(address: str) -> bool:
    """Whether an address is a URL and no path."""
    scheme, sign, _ = address.partition("://")
    return bool(sign) and scheme.isascii() and scheme.replace("+", "").isalnum()


def place_at(address: str | os.PathLike[str]) -> Place:
    """The place that a folder or a URL names.

    Raises:
        PapermapError: no store of that kind is known.
    """
    text = os.fspath(address)
    return RemotePlace(text) if is_url(text) else FolderPlace(Path(text))


class FolderPlace:
    """A folder; whatever is written is on the disk before its name shows."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def address(self) -> str:
        """How a reader calls it."""
        return str(self._root)

    def read(self, name: str) -> bytes | None:
        """A file; None where there is none."""
        try:
            return (self._root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, data: bytes) -> None:
        """Write a small file: readers see the old one or the new one."""
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)

    def names(self, folder: str) -> list[str]:
        """Names of the files and folders in a folder, sorted."""
        root = self._root / folder
        if not root.is_dir():
            return []
        return sorted(entry.name for entry in root.iterdir() if not entry.name.startswith("."))

    def put(self, folder: str, files: Mapping[str, Path]) -> None:
        """Write a folder of files."""
        with replacing(self._root / folder) as new:
            for name, source in files.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, new / name)

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file as it is there now; None where there is none."""
        try:
            return file_digest(self._root / name)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def holds(self, folder: str) -> bool:
        """Whether anything of a folder is still there."""
        return (self._root / folder).exists() or bool(self._gone(folder))

    def remove(self, folder: str) -> None:
        """Remove a folder, and what an earlier try left of it, if it is there."""
        # Out of sight in one step, then at leisure.
        target = self._root / folder
        if target.exists():
            target.rename(target.with_name(f".{target.name}.gone-{uuid.uuid4().hex[:8]}"))
        for aside in self._gone(folder):
            shutil.rmtree(aside)

    def _gone(self, folder: str) -> list[Path]:
        """What is out of sight of a folder, and not yet removed."""
        target = self._root / folder
        return sorted(target.parent.glob(f".{target.name}.gone-*"))

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep other publishers away where that can be done."""
        self._root.mkdir(parents=True, exist_ok=True)
        with claimed(self._root.resolve()):
            yield


class RemotePlace:
    """A store of objects such as S3 or GCS, reached through fsspec."""

    def __init__(self, url: str) -> None:
        import fsspec

        self._url = url.rstrip("/")
        try:
            self._store, root = fsspec.core.url_to_fs(self._url)
        except Exception as error:  # each store has errors of its own
            raise PapermapError(
                f"{url} cannot be reached ({error}). Check the address and your access, "
                "install what it needs into Papermap's environment, such as s3fs for s3:// or "
                "gcsfs for gs://, or name a folder."
            ) from error
        self._root = str(root).rstrip("/")
        self._store.use_listings_cache = False

    @property
    def address(self) -> str:
        """How a reader calls it."""
        return self._url

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def read(self, name: str) -> bytes | None:
        """A file; None where there is none."""
        try:
            with _as_os_error():
                return bytes(self._store.cat_file(self._at(name)))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Write a small file: readers see the old one or the new one."""
        # A store of objects shows an object when all of it has arrived.
        with _as_os_error():
            self._store.pipe_file(self._at(name), data)

    def names(self, folder: str) -> list[str]:
        """Names of the files and folders in a folder, sorted."""
        try:
            with _as_os_error():
                self._store.invalidate_cache()
                found = self._store.ls(self._at(folder), detail=False)
        except FileNotFoundError:
            return []
        return sorted({str(path).rstrip("/").rpartition("/")[2] for path in found})

    def put(self, folder: str, files: Mapping[str, Path]) -> None:
        """Write a folder of files."""
        for name, source in files.items():
            if self.digest(f"{folder}/{name}") != file_digest(source):
                self.write(f"{folder}/{name}", source.read_bytes())

    def digest(self, name: str) -> str | None:
        """SHA-256 of a file as it is there now; None where there is none."""
        found = hashlib.sha256()
        try:
            with _as_os_error(), self._store.open(self._at(name), "rb") as stream:
                while part := stream.read(1 << 20):
                    found.update(part)
        except FileNotFoundError:
            return None
        return found.hexdigest()

    def holds(self, folder: str) -> bool:
        """Whether anything of a folder is still there."""
        with _as_os_error():
            self._store.invalidate_cache()
            return bool(self._store.exists(self._at(folder)))

    def remove(self, folder: str) -> None:
        """Remove a folder, and what an earlier try left of it, if it is there."""
        with _as_os_error():
            if self._store.exists(self._at(folder)):
                self._store.rm(self._at(folder), recursive=True)

    def claimed(self) -> AbstractContextManager[Any]:
        """Keep other publishers away where that can be done."""
        # Snapshots of different maps never meet, and the pointer is one object: the last one wins.
        return nullcontext()


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Errors of a store's own kind, such as those of S3 or of HTTP, as those of a disk."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
