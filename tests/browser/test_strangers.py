"""What other sites and strangers ask of a host, and do not get."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

if TYPE_CHECKING:
    from websockets.typing import Origin

_SOCKET = "/_stcore/stream"


def _ask(site: str, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Ask for a path as it is written: no client in between puts it right."""
    place = urlsplit(site)
    asking = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    try:
        asking.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            asking.putheader(name.replace("_", "-"), value)
        asking.endheaders()
        answer = asking.getresponse()
        return answer.status, answer.read()
    finally:
        asking.close()


@pytest.mark.parametrize(
    "origin", ["https://evil.example.org", "null", "http://localhost.evil.org"]
)
def test_another_sites_script_gets_no_socket(site: str, origin: Origin) -> None:
    address = site.replace("http", "ws", 1) + _SOCKET
    with pytest.raises((InvalidStatus, ConnectionClosed)) as refused:  # noqa: SIM117
        with connect(address, origin=origin, subprotocols=["streamlit"], proxy=None) as socket:  # type: ignore[list-item]
            socket.recv(timeout=10)
    if isinstance(refused.value, InvalidStatus):
        assert refused.value.response.status_code == 403


def test_another_sites_script_reads_no_answer(site: str) -> None:
    place = urlsplit(site)
    for path in ("/api/v1/maps", "/papermap/scene", "/"):
        asking = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        asking.request("GET", path, headers={"Origin": "https://evil.example.org"})
        answer = asking.getresponse()
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        answer.read()
        asking.close()
        assert allowed is None or "evil" not in allowed, path
        assert allowed != "*" or not path.startswith(("/api", "/papermap")), path


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/static/../../../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/component/../../../etc/passwd",
        "/media/..%2f..%2f..%2fetc%2fpasswd",
        "/_stcore/bidi-components/..%2f..%2fetc/passwd",
        "/papermap/points/..%2f..%2fetc%2fpasswd",
        "/papermap/card/..%2f..%2f.png?map=../../etc",
        "/papermap/thumbnail/0000000000000000.png?map=%2e%2e%2f%2e%2e%2fetc",
        "/api/v1/maps/..%2f..%2fetc/papers",
        "/api/v1/maps/%2e%2e/papers/..%2f..%2fmanifest.json",
        "//evil.example.org/%2e%2e",
        "/\\\\evil.example.org\\share",
        "/papermap/scene?map=" + "../" * 900,
        "/?" + "themes=x&" * 3000,
        "/?map=%00%ff%fe",
    ],
)
def test_no_address_leads_out_of_the_maps(site: str, path: str) -> None:
    status, body = _ask(site, path)
    assert b"root:" not in body
    assert status < 500, status
    assert b"Traceback" not in body


def test_what_only_a_page_may_do_needs_its_token(site: str) -> None:
    status, _ = _ask(site, "/_stcore/upload_file/some/file", "PUT", Content_Length="0")
    assert status == 403
    for path in ("/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/openapi.json"):
        assert _ask(site, path)[0] == 404, path
