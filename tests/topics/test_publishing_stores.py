"""Publishing to a store by its URL: as to a folder, and what it refuses is told with its name."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import fsspec
import pytest

from tests.topics.snapshots import failing_at, put
from topics import places
from topics.artefact import load
from topics.errors import (
    BuildError,
    MapBroken,
    MapNotFound,
    MapWithdrawn,
    PapermapError,
    SettingsError,
)
from topics.publishing import local_folder, publish, published, unpublish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from topics.topicmap import TopicMap


def test_a_withdrawal_from_a_store_that_was_cut_short_can_be_finished(
    maps: list[TopicMap], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = put(maps[0], url), put(maps[1], url, 1)
    store = fsspec.filesystem("memory")
    with monkeypatch.context() as patch:
        failing_at(1, patch, type(store), ("rm",))
        with pytest.raises(BuildError, match="still there"):
            unpublish(url, [first.digest])
    assert store.exists(f"/bucket/maps/snapshots/{first.digest}")
    unpublish(url, [first.digest])
    assert not store.exists(f"/bucket/maps/snapshots/{first.digest}")


#: Uploads of one snapshot, and one more, at which none fails.
_UPLOADS = 12


@pytest.mark.parametrize("k", range(1, _UPLOADS + 1))
def test_whichever_upload_fails_readers_have_the_old_map_or_the_new(
    maps: list[TopicMap], url: str, monkeypatch: pytest.MonkeyPatch, k: int
) -> None:
    put(maps[0], url)
    with monkeypatch.context() as patch:
        failing_at(k, patch, type(fsspec.filesystem("memory")), ("pipe_file",))
        try:
            put(maps[1], url, 1)
            done = True
        except BuildError:
            done = False
    assert done == (k == _UPLOADS), "there are more uploads by now, or fewer"
    assert load(local_folder(url)).digest == maps[1 if done else 0].digest
    put(maps[1], url, 1)
    assert load(local_folder(url)).digest == maps[1].digest


def test_of_two_publishers_at_once_the_last_one_is_shown_and_both_are_whole(
    maps: list[TopicMap], url: str
) -> None:
    put(maps[0], url)
    for step in range(3):
        steps = itertools.count()

        def tell(_: str, steps: Iterator[int] = steps, step: int = step) -> None:
            if next(steps) == step:
                put(maps[2], url, 1)  # somebody else, at another step each time

        done = publish(str(maps[1].path), url, tell=tell)
        assert load(local_folder(url)).digest == done.digest == maps[1].digest
        assert load(local_folder(f"{url}@{maps[2].digest}")).digest == maps[2].digest
        unpublish(url, [maps[2].digest])


def test_a_url_is_read_as_a_folder_is(maps: list[TopicMap], url: str) -> None:
    first, second = put(maps[0], url), put(maps[1], url, 1)
    folder = local_folder(url)
    assert folder.name == "maps"
    assert load(folder).digest == second.digest
    assert load(local_folder(f"{url}@{first.digest[:8]}")).digest == first.digest
    assert load(local_folder(first.address)).digest == first.digest
    store = fsspec.filesystem("memory")
    asked: list[str] = []
    real = type(store).cat_file
    type(store).cat_file = lambda self, path, **k: asked.append(path) or real(self, path, **k)
    try:
        local_folder(url)
    finally:
        type(store).cat_file = real
    assert not [path for path in asked if not path.endswith(".json")]
    unpublish(url, [second.digest], reason="why not")
    assert load(local_folder(url)).digest == first.digest
    with pytest.raises(SettingsError):
        local_folder(f"{url}@{second.digest[:8]}")
    with pytest.raises(MapWithdrawn, match="why not"):
        load(local_folder(second.address))
    assert load(local_folder(first.address)).digest == first.digest


def test_a_harmed_upload_is_refused_and_the_one_before_stays(
    maps: list[TopicMap], url: str
) -> None:
    first = put(maps[0], url)
    second = put(maps[1], url, 1)
    store = fsspec.filesystem("memory")
    store.pipe_file(f"/bucket/maps/snapshots/{second.digest}/papers.parquet", b"PAR1 no more")
    assert load(local_folder(url)).digest == first.digest
    with pytest.raises(MapBroken, match=r"papers\.parquet"):
        local_folder(f"{url}@{second.digest[:8]}")


class _Denied(Exception):
    """As a store tells of it that knows no OSError."""


_CALLS: dict[str, Callable[[str, TopicMap], object]] = {
    "publish": lambda to, new: publish(str(new.path), to),
    "published": lambda to, _: published(to),
    "unpublish": lambda to, _: unpublish(to, keep=1),
    "open": lambda to, _: load(local_folder(to)),
}


@pytest.mark.parametrize(
    ("call", "method"),
    [
        *((call, "cat_file") for call in _CALLS),
        *((call, "ls") for call in ("published", "unpublish", "open")),
        *(("publish", method) for method in ("open", "pipe_file")),
        ("unpublish", "rm"),
    ],
)
def test_whatever_a_store_refuses_is_told_with_its_name(
    maps: list[TopicMap],
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    method: str,
) -> None:
    put(maps[0], url)
    put(maps[1], url, 1)

    def refused(*_: Any, **__: Any) -> Any:
        raise _Denied("no credentials")

    with monkeypatch.context() as patch:
        patch.setattr(type(fsspec.filesystem("memory")), method, refused)
        with pytest.raises(PapermapError, match=rf"{url}.*no credentials.*[Cc]heck"):
            _CALLS[call](url, maps[2])
    assert load(local_folder(url)).digest == maps[1].digest


def test_a_copy_that_cannot_be_kept_is_told(
    maps: list[TopicMap], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(maps[0], url)
    failing_at(1, monkeypatch, places.FolderPlace, ("write",))
    with pytest.raises(MapNotFound, match=r"No space left.*PAPERMAP_CACHE"):
        local_folder(url)


def test_a_place_without_lists_has_its_current_map(
    maps: list[TopicMap], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(maps[0], url)
    put(maps[1], url, 1)
    monkeypatch.setattr(places.RemotePlace, "names", lambda *_: [])
    assert load(local_folder(url)).digest == maps[1].digest
