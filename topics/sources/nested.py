"""Objects within objects as columns: each value by the path that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Path", "at_path", "joined", "paths_of"]

#: Keys from an object to a value within it.
Path = tuple[str, ...]

_DEEPEST = 4


def paths_of(objects: Iterable[Mapping[str, Any]], *, most: int) -> list[Path]:
    """The paths to all values of some objects, in the order in which they are first met.

    Args:
        objects: a sample.
        most: paths after which no more are looked for.
    """
    found: dict[Path, None] = {}
    for one in objects:
        _gather(one, (), found, most)
    return list(found)


def joined(path: Path) -> str:
    """A path as the name of a column: ``externalIds.DOI``."""
    return ".".join(path)


def at_path(one: Mapping[str, Any], path: Sequence[str]) -> Any:
    """The value that a path leads to, None where it ends early."""
    value: Any = one
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _gather(one: Mapping[str, Any], before: Path, found: dict[Path, None], most: int) -> None:
    for key, value in one.items():
        if len(found) > most:
            return
        path = (*before, str(key))
        if isinstance(value, dict) and value and len(path) < _DEEPEST:
            _gather(value, path, found, most)
        else:
            found.setdefault(path)
