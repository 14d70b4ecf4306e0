"""What the first picture is made of, over HTTP."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import opening
from dashboard.figures import groups
from dashboard.loading import MAPS_VARIABLE
from dashboard.map_layer import layer_data
from dashboard.map_points import FORM, packed
from dashboard.screen import compose
from dashboard.state import View
from dashboard.theme import DARK, LIGHT
from tests.dashboard.screens import served
from tests.factories import make_map, write_map
from topics import artefact
from topics.threshold import at_confidence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("maps") / "made"
    write_map(path, make_map())
    with served(path):
        yield path


@pytest.fixture
def client(folder: Path) -> TestClient:
    return TestClient(Starlette(routes=opening.routes()))


@pytest.mark.parametrize("query", ["", "colour=topic", "themes=diffusion&hide_unclustered=yes"])
@pytest.mark.parametrize(("appearance", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_the_scene_is_that_of_the_page(
    client: TestClient, folder: Path, query: str, appearance: str, palette: object
) -> None:
    answer = client.get(f"/papermap/scene?{query}&appearance={appearance}")
    found = answer.json()
    view, _ = View.from_params(dict(pair.split("=") for pair in query.split("&") if pair))
    screen, _ = compose(artefact.load(folder), view, palette)
    assert layer_data(screen, groups(screen)).items() <= found.items()
    assert found["summary"] == screen.selection.summary
    assert found["colours"]["--pm-ink"] == palette.ink
    assert answer.headers["cache-control"] == "no-store"


def test_the_pages_keep_the_filters_and_nothing_else(client: TestClient) -> None:
    pages = client.get("/papermap/scene?themes=diffusion&at=1,2,3&appearance=light").json()["pages"]
    assert pages[0] == {"title": "Map", "href": "./?themes=diffusion"}
    assert pages[1] == {"title": "Trends", "href": "./trends?themes=diffusion"}


@pytest.mark.parametrize("query", ["text=zzzzzz", "since=1901-01&until=1901-02"])
def test_a_page_without_a_map_has_no_scene(client: TestClient, query: str) -> None:
    assert client.get(f"/papermap/scene?{query}").status_code == 204


def test_a_host_without_maps_has_none_either(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MAPS_VARIABLE, "")
    assert client.get("/papermap/scene").status_code == 204
    assert client.get("/papermap/points/abc").status_code == 404


def test_points_are_those_of_one_build_and_kept_by_the_browser(
    client: TestClient, folder: Path
) -> None:
    built = artefact.load(folder)
    answer = client.get(f"/papermap/points/{built.digest[:16]}")
    assert answer.content == packed(built)
    assert "immutable" in answer.headers["cache-control"]
    missed = client.get("/papermap/points/0123456789abcdef")
    assert missed.status_code == 404
    assert missed.headers["cache-control"] == "no-store"


def test_another_confidence_has_points_of_its_own(client: TestClient, folder: Path) -> None:
    built = artefact.load(folder)
    other = at_confidence(built, 0.5)
    answer = client.get(f"/papermap/points/{other.digest[:16]}?confidence=50")
    assert answer.content == packed(other)
    assert opening.head("confidence=50").count(f"points/{other.digest[:16]}?confidence=50") == 2


def test_without_the_server_points_travel_with_the_session(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = artefact.load(folder)
    monkeypatch.setattr(opening._Delivery, "served", False)
    assert opening.points_address(built, View()) is None
    monkeypatch.setattr(opening._Delivery, "served", True)
    found = opening.points_address(built, View(map="made", colour="date"))
    assert found == f"./papermap/points/{built.digest[:16]}?map=made&form={FORM}"


def test_the_script_and_the_sheet_are_named_by_what_is_in_them(client: TestClient) -> None:
    head = opening.head("")
    script = head.split(' src=".')[1].split('"')[0]
    sheet = head.split('rel="stylesheet" href=".')[1].split('"')[0]
    assert "class Atlas" in client.get(script).text
    assert ".pm-opening" in client.get(sheet).text
    assert client.get(script).headers["content-type"].startswith("text/javascript")
    assert "immutable" in client.get(sheet).headers["cache-control"]


def test_another_form_of_the_points_has_another_address(folder: Path) -> None:
    data = gzip.decompress(packed(artefact.load(folder)))
    head = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
    # Browsers keep the old form under the old address: whoever changes this changes FORM, too.
    assert (FORM, sorted(head), sorted(head["columns"])) == (
        "2",
        ["columns", "dates", "extent", "id", "months", "topics"],
        ["date", "ends", "titles", "topic", "x", "y"],
    )


def test_the_first_map_is_opened_before_anybody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_map(tmp_path / "first", make_map(papers=20, topics=2))
    opened = []
    monkeypatch.setattr(opening, "packed", opened.append)
    with served(tmp_path / "first"):
        opening.open_first().join(30)
    assert [topic_map.digest for topic_map in opened] == [artefact.load(tmp_path / "first").digest]
    with served(tmp_path / "none of this name"):
        opening.open_first().join(30)
    assert len(opened) == 1
