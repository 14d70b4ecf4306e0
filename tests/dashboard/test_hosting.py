"""What a host asks of the dashboard, and what it tells browsers."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.hosting import Guard, content_policy, health_routes
from dashboard.loading import MAPS_VARIABLE
from topics.publishing import publish, unpublish


@pytest.fixture
def client() -> TestClient:
    routes = [*health_routes(), Route("/", lambda _: HTMLResponse("<p>"))]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Guard)]))


def test_ready_with_every_map_and_with_none(
    client: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "maps": {"made": "ready"}}
    monkeypatch.setenv(MAPS_VARIABLE, "")
    assert client.get("/readyz").json() == {"status": "ready", "maps": {}}


def test_not_ready_with_a_broken_map_and_no_word_of_folders(
    client: TestClient, folder: Path
) -> None:
    (folder / "papers.parquet").write_bytes(b"torn")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "maps": {"made": "unreadable"}}
    assert str(folder.parent) not in answer.text
    assert client.get("/healthz").status_code == 200


def test_ready_with_a_map_that_was_withdrawn(
    client: TestClient, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = publish(folder, tmp_path / "place")
    unpublish(tmp_path / "place", [made.digest])
    monkeypatch.setenv(MAPS_VARIABLE, made.address)
    answer = client.get("/readyz")
    assert answer.json() == {"status": "ready", "maps": {Path(made.address).name: "withdrawn"}}
    assert answer.status_code == 200


def test_health_is_found_under_a_path_of_its_own() -> None:
    client = TestClient(Starlette(routes=health_routes("/lab/")))
    assert client.get("/lab/healthz").status_code == 200
    # Who asks from beside the process does not know the path in front of it.
    assert client.get("/healthz").status_code == 200


def test_every_answer_is_guarded_and_pages_have_a_policy(client: TestClient) -> None:
    for path in ("/", "/healthz", "/missing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert client.get("/").headers["content-security-policy"] == content_policy("testserver")
    assert "content-security-policy" not in client.get("/healthz").headers


def test_what_readers_have_built_is_no_matter_of_the_host(
    client: TestClient, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "workspace" / "broken"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("PAPERMAP_WORKSPACE", str(tmp_path / "workspace"))
    assert client.get("/readyz").json() == {"status": "ready", "maps": {"made": "ready"}}


@pytest.mark.parametrize(
    ("host", "sockets"),
    [
        ("maps.example:8501", " ws://maps.example:8501 wss://maps.example:8501"),
        ("[::1]:8501", " ws://[::1]:8501 wss://[::1]:8501"),
        ("a b; script-src *", ""),
        ("", ""),
    ],
)
def test_sockets_go_to_the_pages_own_host_alone(host: str, sockets: str) -> None:
    rules = dict(rule.split(" ", 1) for rule in content_policy(host).split("; "))
    assert rules["connect-src"] == f"'self'{sockets}"
    assert "*" not in content_policy(host)


def test_others_show_the_dashboard_within_their_pages_only_where_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = "https://huggingface.co https://*.hf.space; script-src * http://a.b 'none' https://*"
    monkeypatch.setenv("PAPERMAP_FRAMES", named)
    content_policy.cache_clear()
    rules = dict(rule.split(" ", 1) for rule in content_policy("a.b").split("; "))
    content_policy.cache_clear()
    assert rules["frame-ancestors"] == "'self' https://huggingface.co"


def test_of_inline_scripts_only_streamlits_own_may_run() -> None:
    rules = dict(rule.split(" ", 1) for rule in content_policy().split("; "))
    assert "unsafe" not in rules["script-src"]
    assert rules["object-src"] == "'none'"
    assert rules["frame-ancestors"] == "'self'"
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    script = page.read_text(encoding="utf-8").split("<script>")[1].split("</script>")[0]
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in rules["script-src"]
