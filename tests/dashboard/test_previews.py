"""What a link shows where it is pasted."""

from __future__ import annotations

import html
import re
import struct
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.page_head import PageHead
from dashboard.previews import picture_routes
from tests.dashboard.screens import served
from tests.factories import HOSTILE_TITLES, make_map, write_map
from topics.report.card import CARD_SIZE, THUMBNAIL_SIZE, card_png
from topics.topicmap import TopicMap  # noqa: TC001 - of a fixture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TITLE = re.compile("<title>(.*?)</title>")
_META = re.compile(r'<meta (?:property|name)="([^"]*)" content="([^"]*)">')


@pytest.fixture(scope="module")
def made() -> TopicMap:
    return make_map(papers=60, topics=4)


@pytest.fixture
def client(made: TopicMap, tmp_path: Path) -> Iterator[TestClient]:
    write_map(tmp_path / "lab maps", made)
    pages = ("/lab/", "/lab/topic", "/lab/paper", "/lab/trends", "/lab/other")
    page = HTMLResponse(
        '<html><head><meta charset="UTF-8" /><title>Streamlit</title></head></html>'
    )
    routes = [*picture_routes("lab"), *(Route(path, lambda _: page) for path in pages)]
    app = Starlette(routes=routes, middleware=[Middleware(PageHead, base="lab")])
    with served(tmp_path / "lab maps"):
        yield TestClient(app)


def _told(client: TestClient, path: str, **headers: str) -> dict[str, str]:
    found = _META.findall(client.get(path, headers=headers).text)
    return {name: html.unescape(value) for name, value in found}


def test_a_link_to_a_map_shows_its_name_its_size_and_a_picture(client: TestClient) -> None:
    told = _told(client, "/lab/", host="maps.example:8501", **{"x-forwarded-proto": "https"})
    assert told["og:title"] == "lab maps"
    titles = _TITLE.findall(client.get("/lab/").text)
    assert titles == ["lab maps · Papermap"]
    assert told["og:description"].startswith("60 papers in 4 topics, ")
    assert told["og:description"] == told["description"]
    picture = urlsplit(told["og:image"])
    assert (picture.scheme, picture.netloc) == ("https", "maps.example:8501")
    answer = client.get(f"{picture.path}?{picture.query}")
    assert answer.headers["content-type"] == "image/png"
    assert struct.unpack(">II", answer.content[16:24]) == CARD_SIZE
    small = client.get(f"{picture.path.replace('/card/', '/thumbnail/')}?{picture.query}")
    assert struct.unpack(">II", small.content[16:24]) == THUMBNAIL_SIZE


def test_a_link_to_a_part_tells_of_the_part(client: TestClient, made: TopicMap) -> None:
    topic = made.topics.iloc[1]
    told = _told(client, f"/lab/topic?topic={topic['id']}")
    assert told["og:title"] == topic["name"]
    assert told["og:description"].startswith(f"{topic['size']} papers: {topic['keywords'][0]}")
    paper = made.papers.iloc[20]
    assert _told(client, f"/lab/paper?paper={paper['id']}")["og:title"] == paper["title"]
    assert _told(client, "/lab/trends")["og:title"] == "Trends · lab maps"


def test_titles_of_strangers_stay_text(client: TestClient, made: TopicMap) -> None:
    papers = made.papers[made.papers["title"].isin(HOSTILE_TITLES)]
    assert len(papers)
    for paper in papers.to_dict("records"):
        page = client.get(f"/lab/paper?paper={paper['id']}").text
        assert "<img" not in page
        assert "<script" not in page
        title = dict(_META.findall(page))["og:title"]
        assert html.unescape(title) == " ".join(paper["title"].split())
        (named,) = _TITLE.findall(page)
        assert html.unescape(named) == f"{html.unescape(title)} · Papermap"


@pytest.mark.parametrize("host", ["", "a b", 'x"><script>', "[::1"])
def test_a_host_that_is_none_is_not_told(client: TestClient, host: str) -> None:
    assert _told(client, "/lab/", host=host) == {}


def test_other_addresses_and_other_pictures_are_left_alone(client: TestClient) -> None:
    assert _told(client, "/lab/other") == {}
    picture = urlsplit(_told(client, "/lab/")["og:image"])
    assert client.get(picture.path).status_code == 404
    assert client.get(f"/lab/papermap/card/{'0' * 16}.png?{picture.query}").status_code == 404


def test_the_same_map_gives_the_same_picture(made: TopicMap) -> None:
    name = "$x$ #emph[no] " + "long " * 30
    assert card_png(made, title=name) == card_png(made, title=name)
