"""Publishing small maps, and a disk that fails at the k-th of some calls."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from topics.publishing import publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from topics import publishing
    from topics.topicmap import TopicMap

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def put(topic_map: TopicMap, to: Path | str, day: int = 0) -> publishing.Published:
    """Publish a map, so many days after the first."""
    assert topic_map.path is not None
    return publish(topic_map.path, to, now=NOW + dt.timedelta(days=day))


class _Full(OSError):
    """The disk takes no more."""


def failing_at(k: int, monkeypatch: pytest.MonkeyPatch, owner: Any, names: tuple[str, ...]) -> None:
    """Let the k-th of some calls fail."""
    left = [k]

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                raise _Full(28, "No space left on device")
            return real(*arguments, **options)

        return call

    for name in names:
        monkeypatch.setattr(owner, name, guarded(getattr(owner, name)))
