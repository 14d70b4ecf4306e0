"""The dashboard's process: it answers, it tells what is in its way, and it ends."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from topics import serving
from topics.errors import PapermapError
from topics.serving import MAPS_VARIABLE, WORKSPACE_VARIABLE, Server, environment, is_this_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from topics.topicmap import TopicMap


@pytest.fixture(autouse=True)
def _keep_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def _unused() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_dashboard_starts_answers_and_stops(
    sample_map: TopicMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy of the user's is no way to a program on this machine.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server = Server([str(sample_map.path)], port=_unused())
    server.start()
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"{server.address}/_stcore/health", timeout=5) as answer:
            assert answer.status == 200
        process = server._process
        assert process is not None
        assert process.poll() is None
        with pytest.raises(PapermapError, match="is in use"):
            Server([], port=server._port).start()
    finally:
        server.stop()
    assert process.poll() is not None
    server.stop()  # once more does no harm
    with pytest.raises(OSError, match="refused"):
        direct.open(f"{server.address}/_stcore/health", timeout=5)


def test_a_taken_port_is_an_error_that_says_what_to_do(taken: int) -> None:
    server = Server([], port=taken)
    with pytest.raises(PapermapError) as caught:
        server.start()
    assert f"Port {taken} is in use" in str(caught.value)
    assert "--port" in str(caught.value)
    assert server._process is None


def test_without_a_port_the_next_free_one_is_taken(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_FIRST_PORT", taken)
    server = Server([])
    assert taken < server._port < taken + 100


def test_where_all_ports_are_taken_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_bind", lambda *_: errno.EADDRINUSE)
    with pytest.raises(PapermapError, match="No free port"):
        Server([])


@pytest.mark.parametrize("port", [-1, 0, 65_536, 10**9])
def test_a_port_that_cannot_be_is_an_error(port: int) -> None:
    with pytest.raises(PapermapError, match=rf"--port is {port}; expected"):
        Server([], port=port)


@pytest.mark.parametrize("host", ["192.0.2.7", "no such host", "x" * 70, "a..b"])
def test_a_host_that_is_not_this_machine_is_an_error(host: str) -> None:
    with pytest.raises(PapermapError) as caught:
        Server([], host=host)
    assert "--host" in str(caught.value)
    assert "localhost" in str(caught.value)


@pytest.mark.parametrize("given", ["papermap", "/papermap", "/papermap/", "papermap/"])
def test_the_address_has_the_path_under_which_it_is_passed_on(given: str) -> None:
    assert Server([], port=4000, base_path=given).address == "http://localhost:4000/papermap"
    assert Server([], port=4000, base_path="/").address == "http://localhost:4000"


@pytest.mark.parametrize("given", ["a b", "../etc", "/a//b", "a?x=1", "ä", "<b>"])
def test_a_path_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(PapermapError, match="--base-path"):
        Server([], port=4000, base_path=given)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("localhost", "http://localhost:4000"),
        ("0.0.0.0", "http://localhost:4000"),  # noqa: S104
        ("::", "http://localhost:4000"),
        ("127.0.0.1", "http://127.0.0.1:4000"),
        ("::1", "http://[::1]:4000"),
    ],
)
def test_the_address_is_one_that_a_browser_understands(host: str, shown: str) -> None:
    assert Server([], host=host, port=4000).address == shown


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("", False),
        ("192.168.0.4", False),
        ("example.org", False),
    ],
)
def test_only_loopback_is_this_machine_alone(host: str, expected: bool) -> None:
    assert is_this_machine(host) == expected


def test_the_dashboard_is_told_its_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WORKSPACE_VARIABLE, "/left/over")
    told = environment(["/one", "/two"])
    assert told[MAPS_VARIABLE] == os.pathsep.join(["/one", "/two"])
    assert WORKSPACE_VARIABLE not in told
    assert environment([], Path("/maps"))[WORKSPACE_VARIABLE] == "/maps"


def _server_of(script: str, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server whose dashboard is another script."""
    monkeypatch.setattr(Server, "_command", lambda _: [sys.executable, "-c", script])
    return Server([], port=_unused())


def test_a_dashboard_that_ends_at_once_shows_its_last_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = _server_of("raise SystemExit('no such theme')", monkeypatch)
    with pytest.raises(PapermapError) as caught:
        server.start()
    assert "did not start" in str(caught.value)
    assert "no such theme" in str(caught.value)


def test_a_dashboard_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_PATIENCE", 0.2)
    server = _server_of("import time; time.sleep(60)", monkeypatch)
    with pytest.raises(PapermapError, match="did not start"):
        server.start()
    assert server._process is not None
    assert server._process.poll() is not None


@pytest.mark.parametrize("code", [0, 3])
def test_waiting_tells_how_the_dashboard_ended(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    server = _server_of(f"raise SystemExit({code})", monkeypatch)
    monkeypatch.setattr(Server, "_answers", lambda _: True)
    server.start()
    if code:
        with pytest.raises(PapermapError, match="exit code 3"):
            server.wait()
    else:
        assert server.wait() == 0


def test_an_interrupt_ends_the_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    server = _server_of("import time; time.sleep(60)", monkeypatch)
    monkeypatch.setattr(Server, "_answers", lambda _: True)
    server.start()
    process = server._process
    assert process is not None
    ask = process.wait

    def interrupted(timeout: float | None = None) -> int:
        if timeout is None and process.poll() is None:
            raise KeyboardInterrupt
        return ask(timeout)

    monkeypatch.setattr(process, "wait", interrupted)
    assert server.wait() == 0
    assert process.poll() is not None


@pytest.mark.parametrize(("variable", "opened"), [("DISPLAY", 1), (None, 0)])
@pytest.mark.skipif(sys.platform != "linux", reason="only there a desktop is not certain")
def test_a_browser_is_opened_where_there_is_a_desktop(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, opened: int
) -> None:
    seen: list[str] = []
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, ":0")
    monkeypatch.setattr("webbrowser.open", seen.append)
    server = Server([], port=4000)
    server.open_browser()
    assert seen == [server.address] * opened


def test_a_folder_whose_name_separates_folders_is_refused() -> None:
    with pytest.raises(PapermapError, match="another name"):
        Server([f"/maps/a{os.pathsep}b"])
