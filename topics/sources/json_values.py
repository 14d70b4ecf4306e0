"""Fields of JSON objects as text, whatever is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["dicts", "inner", "name_of", "text"]


def text(holder: Mapping[str, Any], *keys: str) -> str:
    """The first of some fields that holds text, a number, or a list that begins with either."""
    for key in keys:
        value = holder.get(key)
        if isinstance(value, list):
            value = next((part for part in value if isinstance(part, str) and part.strip()), None)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
            return str(value)
    return ""


def inner(holder: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """An object within an object; an empty one where there is none."""
    for key in path:
        value = holder.get(key)
        if not isinstance(value, dict):
            return {}
        holder = value
    return holder


def dicts(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects in a list; none of what is no list."""
    if isinstance(value, list):
        yield from (part for part in value if isinstance(part, dict))


def name_of(person: Mapping[str, Any], given: str, family: str, *whole: str) -> str:
    """A person's name, given name first, of its parts or as a whole."""
    parts = " ".join(filter(None, (text(person, given).strip(), text(person, family).strip())))
    return " ".join((parts or text(person, *whole)).split())
