"""Maps as JSON: what the addresses answer, to good questions and to bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
import schemathesis
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dashboard.api import ROOT, api_route
from dashboard.hosting import Guard
from tests.dashboard.screens import served
from tests.factories import HOSTILE_TITLES, make_map, with_groups, write_map
from topics.publishing import publish, unpublish

if TYPE_CHECKING:
    from collections.abc import Iterator

PAPERS = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("api") / "a map"
    write_map(made, with_groups(make_map(papers=PAPERS, topics=4)))
    with served(made):
        yield made


def _app(base: str = "") -> Starlette:
    return Starlette(routes=[api_route(base)], middleware=[Middleware(Guard)])


@pytest.fixture
def client(folder: Path) -> TestClient:
    return TestClient(_app())


def _get(client: TestClient, path: str, **params: Any) -> Any:
    answer = client.get(f"/{ROOT}{path}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_the_maps_lead_to_all_else(client: TestClient) -> None:
    (told,) = _get(client, "/maps")["maps"]
    assert (told["name"], told["state"], told["counts"]["papers"]) == ("a map", "ready", PAPERS)
    assert _get(client, "/maps/a map") == told
    topics = _get(client, "/maps/a map/topics")
    assert {each["group"] for each in topics} == {True, False}
    assert _get(client, f"/maps/a map/topics/{topics[0]['id']}") == topics[0]
    themes = _get(client, "/maps/a map/themes")
    assert sum(each["size"] for each in themes) == PAPERS
    assert {each["topic"] for each in _get(client, "/maps/a map/trends")} >= {None, topics[0]["id"]}


def test_all_papers_are_found_by_going_from_page_to_page(client: TestClient) -> None:
    found, path = [], f"/{ROOT}/maps/a%20map/papers?limit=25&theme=unlearning&theme=other"
    total = client.get(path).json()["total"]
    while path:
        answer = client.get(path).json()
        found += [paper["id"] for paper in answer["papers"]]
        assert {paper["theme"] for paper in answer["papers"]} <= {"unlearning", "other"}
        path = answer["next"]
    assert len(found) == len(set(found)) == total > 25 / 2


def test_a_paper_is_told_whole_and_as_it_was_written(client: TestClient) -> None:
    papers = _get(client, "/maps/a map/papers", limit=500)["papers"]
    assert set(HOSTILE_TITLES) <= {paper["title"] for paper in papers}
    paper = papers[7]
    told = _get(client, f"/maps/a map/papers/{paper['id']}")
    assert {key: told[key] for key in paper} == paper
    assert len(told["similar"]) == 10
    assert paper["id"] not in {each["id"] for each in told["similar"]}


def test_a_search_gives_the_papers_with_the_words(client: TestClient) -> None:
    paper = _get(client, "/maps/a map/papers", limit=60)["papers"][20]
    found = _get(client, "/maps/a map/papers", q=f'"{paper["title"]}"')
    assert paper["id"] in {each["id"] for each in found["papers"]}
    assert _get(client, "/maps/a map/papers", q="zzzzqqq")["total"] == 0


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/maps/other", 404, "No map is called 'other'; here are: a map."),
        ("/maps/a map/papers/none", 404, "The map has no paper 'none'"),
        ("/maps/a map/topics/t99", 404, "The map has no topic 't99'"),
        ("/maps/a map/papers?limit=0", 422, "limit: Input should be greater than or equal to 1"),
        ("/maps/a map/papers?since=May", 422, "since: String should match pattern"),
        ("/maps/a map/papers?q=few&by=meaning", 409, "search it by words"),
        ("/nothing", 404, "Not Found"),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: TestClient, path: str, status: int, said: str
) -> None:
    answer = client.get(f"/{ROOT}{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert said in answer.json()["detail"]


def test_a_broken_map_is_told_without_folders(tmp_path: Path) -> None:
    write_map(tmp_path / "made", make_map(papers=30, topics=2))
    (tmp_path / "made" / "papers.parquet").write_bytes(b"torn")
    with served(tmp_path / "made"):
        client = TestClient(_app())
        answer = client.get(f"/{ROOT}/maps/made/papers")
        assert answer.status_code == 503
        assert str(tmp_path) not in answer.text
        (tmp_path / "made" / "manifest.json").write_text("{", encoding="utf-8")
        assert _get(client, "/maps")["maps"][0]["state"] == "unreadable"


def test_a_withdrawn_map_is_gone(tmp_path: Path) -> None:
    write_map(tmp_path / "made", make_map(papers=30, topics=2))
    made = publish(tmp_path / "made", tmp_path / "place")
    unpublish(tmp_path / "place", [made.digest], reason="It named a reviewer")
    with served(Path(made.address)):
        client = TestClient(_app())
        assert _get(client, "/maps")["maps"][0]["state"] == "withdrawn"
        answer = client.get(f"/{ROOT}/maps/{made.digest}/papers")
        assert (answer.status_code, answer.json()["title"]) == (410, "Withdrawn")
        assert str(tmp_path) not in answer.text


def test_nothing_can_be_changed_and_no_other_site_may_read(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = client.request(method, f"/{ROOT}/maps")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    headers = client.get(f"/{ROOT}/maps", headers={"origin": "https://example.com"}).headers
    assert "access-control-allow-origin" not in headers


def test_links_hold_under_a_path_of_its_own(folder: Path) -> None:
    client = TestClient(_app("lab/maps"))
    answer = client.get(f"/lab/maps/{ROOT}/maps/a map/papers", params={"limit": 2}).json()
    assert client.get(answer["next"]).json()["offset"] == 2
    assert answer["papers"][0]["page"].startswith("/lab/maps/paper?map=a%20map&paper=")


def test_the_guide_names_every_address_and_runs_nothing(client: TestClient) -> None:
    page = client.get(f"/{ROOT}/")
    paths = client.get(f"/{ROOT}/openapi.json").json()["paths"]
    assert len(paths) == 8
    for path in paths:
        assert f"GET .{path}</code>" in page.text
    assert "<script" not in page.text
    assert "content-security-policy" in page.headers


@pytest.mark.parametrize(
    "path",
    [
        "/maps",
        *(f"/maps/{{name}}{part}" for part in ("", "/papers", "/topics", "/themes", "/trends")),
        "/maps/{name}/papers/{paper}",
        "/maps/{name}/topics/{topic}",
    ],
)
def test_answers_are_what_the_description_says(folder: Path, path: str) -> None:
    described = schemathesis.openapi.from_asgi(f"/{ROOT}/openapi.json", _app())
    at = f"/{ROOT}{path}" if path not in described else path

    @given(case=described[at]["GET"].as_strategy(), of_map=st.booleans())
    @settings(max_examples=30, deadline=None, derandomize=True)
    def asked(case: Any, of_map: bool) -> None:
        if of_map and "name" in (case.path_parameters or {}):
            case.path_parameters["name"] = "a map"
        # No route of Starlette's takes a line break: such an address is no part of this.
        assume("\n" not in unquote(case.formatted_path))
        case.call_and_validate()

    asked()
