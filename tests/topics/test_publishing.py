"""Publishing: immutable, verified, the pointer last; whatever fails, readers have a whole map."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.loading import open_map
from tests.dashboard.screens import open_page, words_of
from tests.factories import write_map
from tests.topics.snapshots import NOW, failing_at, put
from topics import places
from topics.artefact import check_target, load, read_manifest, save
from topics.errors import (
    BuildError,
    MapBroken,
    MapBusy,
    MapError,
    MapNotFound,
    MapWithdrawn,
    PapermapError,
    SettingsError,
)
from topics.folders import claimed
from topics.pipeline import build
from topics.publishing import publish, published, unpublish
from topics.updating import update

if TYPE_CHECKING:
    from collections.abc import Callable

    from topics.topicmap import TopicMap


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "place"


def test_the_place_is_the_last_map_and_an_address_always_the_same(
    maps: list[TopicMap], place: Path
) -> None:
    first, second = put(maps[0], place), put(maps[1], place, 1)
    assert load(place).digest == maps[1].digest == second.digest
    assert len(load(first.address).papers) == 20
    assert read_manifest(first.address)["digest"] == maps[0].digest
    assert [each.digest for each in published(place)] == [second.digest, first.digest]
    again = put(maps[0], place, 2)
    assert again.published == first.published
    assert load(place).digest == maps[0].digest
    assert len(published(place)) == 2


@pytest.mark.parametrize("harm", ["missing", "cut", "altered", "manifest", "gone"])
def test_a_harmed_snapshot_is_refused_and_the_one_before_stays(
    maps: list[TopicMap], place: Path, harm: str
) -> None:
    put(maps[0], place)
    folder = Path(put(maps[1], place, 1).address)
    file = folder / "papers.parquet"
    match harm:
        case "missing":
            file.unlink()
        case "cut":
            file.write_bytes(file.read_bytes()[:-7])
        case "altered":
            data = bytearray(file.read_bytes())
            data[len(data) // 2] ^= 1
            file.write_bytes(bytes(data))
        case "manifest":
            manifest = json.loads((folder / "manifest.json").read_text())
            (folder / "manifest.json").write_text(json.dumps({**manifest, "created": "2001"}))
        case "gone":
            shutil.rmtree(folder)
    shown = load(place)
    assert shown.digest == maps[0].digest
    assert any("newer snapshot was refused" in note for note in shown.manifest["notices"])
    with pytest.raises(MapError):
        load(folder)
    put(maps[1], place, 2)  # mends it
    assert load(place).digest == load(folder).digest == maps[1].digest


def test_a_pointer_that_makes_no_sense_is_an_error(maps: list[TopicMap], place: Path) -> None:
    address = put(maps[0], place).address
    (place / "published.json").write_text("{")
    with pytest.raises(MapBroken, match=r"published\.json"):
        load(place)
    assert load(address).digest == maps[0].digest


@pytest.mark.parametrize("call", ["is_file", "exists", "read_bytes"])
@pytest.mark.parametrize("opened", [load, read_manifest])
def test_a_folder_that_may_not_be_opened_says_so(
    maps: list[TopicMap],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    opened: Callable[[Path], Any],
) -> None:
    put(maps[0], place)

    def refused(self: Path, *_: Any, **__: Any) -> bool:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, call, refused)
    with pytest.raises(MapBroken, match=r"Permission denied.*Check that you may open the folder"):
        opened(place)


def test_what_is_withdrawn_says_so(maps: list[TopicMap], place: Path) -> None:
    first, second, third = (put(each, place, day) for day, each in enumerate(maps))
    done = unpublish(place, [third.digest[:10]], reason="It named a reviewer", now=NOW)
    assert [each.digest for each in done] == [third.digest]
    assert not Path(third.address).exists()
    with pytest.raises(MapWithdrawn, match=r"withdrawn on 1 Mar 2026: It named a reviewer"):
        load(third.address)
    assert load(place).digest == second.digest
    assert [each.digest for each in unpublish(place, keep=1)] == [first.digest]
    assert load(place).digest == second.digest
    unpublish(place, [second.digest])
    with pytest.raises(MapWithdrawn, match="Everything"):
        load(place)
    assert all(each.withdrawn for each in published(place))
    put(maps[2], place, 5)
    assert load(place).digest == load(third.address).digest == third.digest


@pytest.mark.parametrize("step", ["rename", "rmtree"])
@pytest.mark.parametrize("by", ["digest", "keep"])
def test_a_withdrawal_that_was_cut_short_can_be_finished(
    maps: list[TopicMap], place: Path, monkeypatch: pytest.MonkeyPatch, step: str, by: str
) -> None:
    first, second = put(maps[0], place), put(maps[1], place, 1)
    how: dict[str, Any] = {"digests": [first.digest[:10]]} if by == "digest" else {"keep": 1}
    with monkeypatch.context() as patch:
        owner: Any = Path if step == "rename" else places.shutil
        failing_at(1, patch, owner, (step,))
        with pytest.raises(BuildError, match=rf"still there: snapshots/{first.digest} \(No space"):
            unpublish(place, **how)
    assert list(place.rglob("papers.parquet")) != [Path(second.address) / "papers.parquet"]
    with pytest.raises(MapWithdrawn):
        load(first.address)
    record = Path(f"{first.address}.json").read_bytes()
    assert [each.digest for each in unpublish(place, **how)] == [first.digest]
    assert list(place.rglob("papers.parquet")) == [Path(second.address) / "papers.parquet"]
    assert Path(f"{first.address}.json").read_bytes() == record
    assert load(place).digest == second.digest
    with pytest.raises(SettingsError, match="that stands"):
        unpublish(place, [first.digest])


def test_what_is_not_there_cannot_be_withdrawn(maps: list[TopicMap], place: Path) -> None:
    with pytest.raises(MapNotFound, match="papermap publish"):
        unpublish(place, ["0" * 8])
    digest = put(maps[0], place).digest
    for asked in ("0" * 12, digest[:7], ""):
        with pytest.raises(SettingsError, match=digest[:12]):
            unpublish(place, [asked])


def test_a_place_must_be_fit_for_it(maps: list[TopicMap], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BuildError, match="is a file"):
        put(maps[0], tmp_path / "file")
    write_map(tmp_path / "map", papers=5)
    with pytest.raises(BuildError, match="own folder"):
        put(maps[0], tmp_path / "map")
    with pytest.raises(MapNotFound):
        publish(tmp_path / "none", tmp_path / "place")
    put(maps[0], tmp_path / "place")
    with pytest.raises(BuildError, match="not part of a map"):
        check_target(tmp_path / "place")
    with pytest.raises(PapermapError, match="cannot be reached"):
        publish(str(maps[0].path), "nosuch://bucket/maps")


@pytest.mark.parametrize("how", ["update", "refit", "build", "save", "link"])
def test_a_snapshot_is_never_built_or_updated_in_place(
    maps: list[TopicMap], place: Path, tmp_path: Path, how: str
) -> None:
    folder = Path(put(maps[0], place).address)
    source = tmp_path / "new.csv"
    source.write_text("title\nSomething else entirely\n")
    target = folder
    if how == "link":
        target = tmp_path / "link"
        target.symlink_to(folder)
    before = {file: file.read_bytes() for file in place.rglob("*") if file.is_file()}
    made: dict[str, Callable[[], object]] = {
        "build": lambda: build([source], target),
        "save": lambda: save(maps[1], target, write_encoder=lambda _: None),
        "refit": lambda: update(target, [], refit=True),
    }
    with pytest.raises(BuildError, match="published snapshot, which never changes"):
        made.get(how, lambda: update(target, [source]))()
    assert {file: file.read_bytes() for file in place.rglob("*") if file.is_file()} == before
    assert load(folder).digest == load(place).digest == maps[0].digest


def test_a_full_disk_is_told(
    maps: list[TopicMap], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at(1, monkeypatch, places.shutil, ("copyfile",))
    with pytest.raises(BuildError, match="No space left on device"):
        put(maps[0], place)


def test_a_server_shows_what_is_published_last(maps: list[TopicMap], place: Path) -> None:
    first = put(maps[0], place)
    page = open_page(place, "quality")
    assert not page.exception
    assert "20" in [metric.value for metric in page.metric]
    put(maps[1], place, 1)
    assert "21" in [metric.value for metric in open_page(place, "quality").metric]
    unpublish(place, [first.digest], reason="why not")
    gone = open_page(Path(first.address), "map")
    assert gone.title[0].value == "This map was withdrawn"
    assert "why not" in (said := gone.info[0].value)
    assert str(place.parent) not in said
    assert "This map was withdrawn." in words_of(open_page(Path(first.address), "maps"))


def test_a_server_shows_a_snapshot_again_when_it_is_mended(
    maps: list[TopicMap], place: Path
) -> None:
    put(maps[0], place)
    file = Path(put(maps[1], place, 1).address) / "papers.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[:-7])
    for _ in range(2):
        assert open_map(place).digest == maps[0].digest
    file.write_bytes(whole)
    mended = open_map(place)
    assert mended.digest == maps[1].digest
    assert open_map(place) is mended


def test_two_publishers_do_not_meet(maps: list[TopicMap], place: Path) -> None:
    put(maps[0], place)
    with claimed(place.resolve()), pytest.raises(MapBusy):
        put(maps[1], place)
    assert load(place).digest == maps[0].digest


#: Writes of one snapshot, and one more, at which none fails.
_WRITES = 20


@pytest.mark.parametrize("k", range(1, _WRITES + 1))
def test_whichever_write_fails_readers_have_the_old_map_or_the_new(
    maps: list[TopicMap], place: Path, monkeypatch: pytest.MonkeyPatch, k: int
) -> None:
    put(maps[0], place)
    with monkeypatch.context() as patch:
        failing_at(k, patch, places.shutil, ("copyfile",))
        failing_at(max(1, k - 13), patch, Path, ("write_bytes", "replace", "rename"))
        try:
            put(maps[1], place, 1)
            done = True
        except BuildError:
            done = False
    assert done == (k == _WRITES), "there are more writes by now, or fewer"
    assert load(place).digest == maps[1 if done else 0].digest
    put(maps[1], place, 1)
    assert load(place).digest == maps[1].digest
    names = [entry.name for entry in (place / "snapshots").iterdir()]
    assert not [name for name in names if ".new-" in name or name.endswith(".tmp")]


@pytest.mark.parametrize("call", [publish, published, unpublish])
def test_a_place_that_may_not_be_read_is_told(
    maps: list[TopicMap],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: Callable[..., object],
) -> None:
    put(maps[0], place)
    source = [str(maps[1].path)] if call is publish else []

    def refused(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(places.FolderPlace, "read", refused)
    with pytest.raises(PapermapError, match=r"place cannot be .*Permission denied.*[Cc]heck"):
        call(*source, place)


def test_no_record_leads_out_of_the_place(maps: list[TopicMap], place: Path) -> None:
    put(maps[0], place)
    outside = {"format": 1, "digest": "../../x", "published": "2999", "papers": 1}
    (place / "snapshots" / "x.json").write_text(json.dumps(outside))
    (place / "published.json").write_text(json.dumps({"format": 1, "current": "../../x"}))
    assert load(place).digest == maps[0].digest
    assert len(published(place)) == 1
