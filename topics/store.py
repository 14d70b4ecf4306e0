"""The cache of stage outputs: found by content, written whole, verified when read.

A stage's output is kept under a key made of everything that it depends on (:func:`digest`):
the stage's own version, its settings and the digest of its inputs. So nothing is ever
invalidated; what no longer applies is no longer asked for, and :meth:`StageCache.prune`
clears it away. An entry is a folder of data files with their digests beside them. One that is
cut off or altered is computed again, and a disk that takes no more only costs the caching.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from topics.folders import file_digest, sync_tree

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "Cache",
    "NullCache",
    "StageCache",
    "default_root",
    "digest",
    "load_arrays",
    "load_json",
    "save_arrays",
    "save_json",
]

T = TypeVar("T")

#: Bytes that the stage outputs may take on disk before the longest unused ones go.
MAX_BYTES = 2 * 1024**3

_DIGESTS = "digests.json"


class Cache(Protocol):
    """What a build asks of a cache."""

    def get_or_compute(
        self,
        stage: str,
        key: str,
        compute: Callable[[], T],
        *,
        save: Callable[[T, Path], None],
        load: Callable[[Path], T],
    ) -> T:
        """Return a stage's output, from the cache where it is there."""
        ...

    def prune(self, max_bytes: int = ...) -> int:
        """Remove the longest unused entries until the rest fits."""
        ...


class NullCache:
    """A cache that keeps nothing."""

    def prune(self, max_bytes: int = 0) -> int:  # noqa: ARG002
        """There is nothing to remove."""
        return 0

    def get_or_compute(
        self,
        stage: str,  # noqa: ARG002
        key: str,  # noqa: ARG002
        compute: Callable[[], T],
        *,
        save: Callable[[T, Path], None],  # noqa: ARG002
        load: Callable[[Path], T],  # noqa: ARG002
    ) -> T:
        """Compute, always."""
        return compute()


class StageCache:
    """Stage outputs in a folder, ``root/stages/STAGE/KEY/``.

    Any number of processes may share it: an entry appears by one rename, so a reader sees
    all of it or nothing, and of two that write the same entry one wins.

    Args:
        root: the cache folder; made when the first entry is written.
        notify: told, once, in plain words when the cache cannot be written to.

    Attributes:
        hits: names of the stages answered from the cache so far.
    """

    def __init__(
        self, root: str | os.PathLike[str], *, notify: Callable[[str], None] | None = None
    ) -> None:
        self.root = Path(root)
        self.hits: set[str] = set()
        self._notify = notify

    def get_or_compute(
        self,
        stage: str,
        key: str,
        compute: Callable[[], T],
        *,
        save: Callable[[T, Path], None],
        load: Callable[[Path], T],
    ) -> T:
        """Return a stage's output, from the cache where it is there.

        Args:
            stage: name of the stage, fit for a folder's name.
            key: digest of all that the output depends on, see :func:`digest`.
            compute: makes the output; its errors are the caller's.
            save: writes the output into an empty folder, as data files only.
            load: reads what ``save`` wrote.
        """
        entry = self.root / "stages" / stage / key
        if _intact(entry):
            try:
                value = load(entry)
            except Exception:  # noqa: BLE001 - whatever is wrong with an entry, it is a miss
                self._discard(entry)
            else:
                self.hits.add(stage)
                _touch(entry)
                return value
        elif entry.exists():
            self._discard(entry)
        value = compute()
        self._write(entry, lambda folder: save(value, folder))
        return value

    def prune(self, max_bytes: int = MAX_BYTES) -> int:
        """Remove the longest unused entries until the rest fits, and what killed builds left.

        Args:
            max_bytes: what the entries may take on disk together.

        Returns:
            Number of bytes freed.
        """
        entries, freed = [], 0
        for folder in self.root.glob("stages/*/*"):
            size, used = _measure(folder)
            if folder.name.startswith("."):
                # A build that is still writing leaves its folder alone for far less than a day.
                if used < time.time() - 86_400:
                    freed += size
                    _remove(folder)
            else:
                entries.append((used, size, folder))
        total = sum(size for _, size, _ in entries)
        for _, size, folder in sorted(entries):
            if total <= max_bytes:
                break
            _remove(folder)
            total -= size
            freed += size
        return freed

    def _write(self, entry: Path, save: Callable[[Path], None]) -> None:
        temporary = entry.with_name(f".{entry.name}.new-{uuid.uuid4().hex[:8]}")
        try:
            temporary.mkdir(parents=True)
            save(temporary)
            digests = {
                file.relative_to(temporary).as_posix(): file_digest(file)
                for file in temporary.rglob("*")
                if file.is_file()
            }
            (temporary / _DIGESTS).write_text(json.dumps(digests), encoding="utf-8")
            sync_tree(temporary)
            temporary.rename(entry)
        except OSError as error:
            # Another build may have written the very same entry meanwhile: as good as ours.
            if not _intact(entry):
                self._say(error)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _discard(self, entry: Path) -> None:
        """Take a bad entry out of the way in one step, so that no reader meets half of it."""
        aside = entry.with_name(f".{entry.name}.bad-{uuid.uuid4().hex[:8]}")
        try:
            entry.rename(aside)
        except OSError:
            return
        _remove(aside)

    def _say(self, error: OSError) -> None:
        if self._notify is not None:
            self._notify(
                f"The cache at {self.root} cannot be written to ({error.strerror or error}); "
                "the build goes on without it. Set PAPERMAP_CACHE to a folder that can be."
            )
            self._notify = None


def default_root() -> Path:
    """Return the cache folder: ``PAPERMAP_CACHE``, else the checkout's, else the user's."""
    if named := os.environ.get("PAPERMAP_CACHE"):
        return Path(named)
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "cache").is_dir():
        return checkout / "cache"
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "papermap"
    try:
        return Path.home() / ".cache" / "papermap"
    except RuntimeError:  # a user without a home, as in some containers
        return Path(tempfile.gettempdir()) / "papermap"


def digest(*parts: object) -> str:
    """Name values by their content: equal values give equal digests on every machine.

    Takes None, booleans, numbers, text, bytes, lists and tuples (alike), sets, mappings (in any
    order), dataclasses and NumPy scalars and arrays, nested. Numbers of different types differ.

    Returns:
        64 hexadecimal digits (SHA-256).

    Raises:
        TypeError: a value of another type.
    """
    state = hashlib.sha256()
    for part in parts:
        _feed(state, part)
    return state.hexdigest()


def save_arrays(arrays: Mapping[str, np.ndarray], folder: Path) -> None:
    """Write named arrays, one ``NAME.npy`` each; arrays of Python objects are refused."""
    import numpy as np

    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def load_arrays(folder: Path, *, mapped: bool = False) -> dict[str, np.ndarray]:
    """Read what :func:`save_arrays` wrote, or leave it on disk and read what is asked of it."""
    import numpy as np

    mode: Literal["r"] | None = "r" if mapped else None
    files = folder.glob("*.npy")
    return {file.stem: np.load(file, mmap_mode=mode, allow_pickle=False) for file in files}


def save_json(value: object, folder: Path) -> None:
    """Write a value as ``value.json``."""
    (folder / "value.json").write_text(json.dumps(value), encoding="utf-8")


def load_json(folder: Path) -> Any:
    """Read what :func:`save_json` wrote."""
    return json.loads((folder / "value.json").read_bytes())


def _intact(entry: Path) -> bool:
    try:
        digests = json.loads((entry / _DIGESTS).read_bytes())
        return all(file_digest(entry / name) == known for name, known in digests.items())
    except (OSError, ValueError, AttributeError):
        return False


def _remove(path: Path) -> None:
    """Remove a folder, or a file in the place of one, as far as the disk lets us."""
    try:
        path.unlink()
    except OSError:
        shutil.rmtree(path, ignore_errors=True)


def _touch(entry: Path) -> None:
    try:
        os.utime(entry / _DIGESTS)
    except OSError:
        return  # a cache that can only be read: then nothing is pruned either


def _measure(folder: Path) -> tuple[int, float]:
    """Bytes in a folder, and when it was last used."""
    size, used = 0, 0.0
    for path in (folder, *folder.rglob("*")):
        try:
            status = path.stat()
        except OSError:
            continue
        size += status.st_size
        used = max(used, status.st_mtime)
    return size, used


def _feed(state: hashlib._Hash, value: object) -> None:
    """Add a value to a digest, with its kind and length first so that no two run together."""
    kind, data = _encode(value)
    state.update(kind + struct.pack("<Q", len(data)))
    if isinstance(data, bytes):
        state.update(data)
    else:
        for item in data:
            _feed(state, item)


def _encode(value: object) -> tuple[bytes, bytes | Sequence[object]]:
    """Give a value's kind (one letter), and its bytes or the values that it is made of."""
    match value:
        case None:
            return b"n", b""
        case bool():
            return b"b", b"1" if value else b"0"
        case int():
            return b"i", str(int(value)).encode()
        case float():
            return b"f", float(value).hex().encode()
        case str():
            return b"s", value.encode("utf-8", "surrogatepass")
        case bytes():
            return b"y", value
        case list() | tuple():
            return b"l", value
        case Mapping():
            return b"m", sorted(value.items(), key=lambda pair: digest(pair[0]))
        case set() | frozenset():
            return b"e", sorted(digest(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        content = {field.name: getattr(value, field.name) for field in fields(value)}
        return b"d", (type(value).__qualname__, content)
    return _encode_numpy(value)


def _encode_numpy(value: object) -> tuple[bytes, bytes | Sequence[object]]:
    import numpy as np

    if isinstance(value, np.generic):
        return _encode(value.item())
    if isinstance(value, np.ndarray) and value.dtype.hasobject:
        return b"a", (list(value.shape), value.ravel().tolist())
    if isinstance(value, np.ndarray):
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        return b"a", (little.dtype.str, list(value.shape), little.tobytes())
    raise TypeError(f"no digest for a value of type {type(value).__qualname__}")
