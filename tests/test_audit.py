"""The audit of the dependencies: what is known of one makes it fail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
KNOWN = {
    "id": "MADE-UP-1",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "A weakness that is not there",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "numpy"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
        }
    ],
}


class _Service(BaseHTTPRequestHandler):
    """Stands for osv.dev: knows of one weakness of one package, or of none."""

    weak: ClassVar[set[str]] = set()
    asked: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        names = [query["package"]["name"] for query in body["queries"]]
        self.asked.update(names)
        known = {"vulns": [{key: KNOWN[key] for key in ("id", "modified")}]}
        self._answer({"results": [known if name in self.weak else {} for name in names]})

    def do_GET(self) -> None:
        self._answer(KNOWN)

    def _answer(self, what: object) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[str]:
    """Address of the stand-in."""
    _Service.weak.clear()
    _Service.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def _audit(address: str, **more: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("uv") is None and not (ROOT / ".uv" / "bin" / "uv").exists():
        pytest.skip("there is no uv here")
    done = subprocess.run(  # noqa: S603
        ["sh", str(ROOT / ".ci" / "audit")],  # noqa: S607
        env={**os.environ, "UV_HTTP_RETRIES": "0", "PAPERMAP_AUDIT_URL": address, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    if "cannot be reached" in done.stderr and _Service.asked:
        pytest.skip("the package index, which the audit asks too, cannot be reached")
    return done


def test_the_audit_asks_for_every_locked_dependency(service: str) -> None:
    done = _audit(service)
    assert done.returncode == 0, done.stderr
    assert {"numpy", "streamlit", "umap-learn", "hdbscan"} <= _Service.asked


def test_a_known_weakness_fails_the_audit(service: str) -> None:
    _Service.weak.add("numpy")
    done = _audit(service)
    assert done.returncode != 0
    assert "MADE-UP-1" in done.stderr


def test_a_service_out_of_reach_is_said_and_fails_only_where_it_must() -> None:
    _Service.asked.clear()
    nowhere = "http://127.0.0.1:9/"
    done = _audit(nowhere)
    assert done.returncode == 0
    assert f"{nowhere} cannot be reached from here: nothing was audited" in done.stderr
    assert _audit(nowhere, PAPERMAP_AUDIT="strict").returncode == 1
