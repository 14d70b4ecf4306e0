"""The dashboard's process: started, waited for and stopped."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import weakref
import webbrowser
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from topics.access import SECRETS_VARIABLE
from topics.errors import PapermapError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MAPS_VARIABLE",
    "MOST_READERS_VARIABLE",
    "WORKSPACE_VARIABLE",
    "Server",
    "environment",
    "is_this_machine",
]

#: Environment variable that tells the dashboard which map folders to show.
MAPS_VARIABLE = "PAPERMAP_MAPS"

#: Environment variable with the folder in which readers may build maps; none may without it.
WORKSPACE_VARIABLE = "PAPERMAP_WORKSPACE"

#: Environment variable with how many people may use the dashboard at the same time.
MOST_READERS_VARIABLE = "PAPERMAP_MOST_READERS"

#: Asks without any proxy: the dashboard is on this machine.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

_PATH = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*", re.ASCII)
_FIRST_PORT = 8501
_PATIENCE = 90.0

#: What is asked for after the start, and after how many seconds.
_WARMING = (("papermap/scene", 0.0), ("readyz", 0.0), ("_stcore/script-health-check", 3.0))


class Server:
    """A Streamlit process that shows maps.

    Args:
        maps: map folders.
        host: address to listen on.
        port: port; the first free one from 8501 on where None.
        base_path: path under which a web server in front passes the dashboard on; none where empty.
        workspace: folder in which readers may build maps; nobody may where None.
        cache: folder of the stage outputs that their builds share; the workspace's own where None.
        secrets: file that says who may read and edit, see `topics.access`; none where None.
    """

    def __init__(
        self,
        maps: Sequence[str],
        *,
        host: str = "localhost",
        port: int | None = None,
        base_path: str = "",
        workspace: str | os.PathLike[str] | None = None,
        cache: str | os.PathLike[str] | None = None,
        secrets: Path | None = None,
    ) -> None:
        self._maps = [str(Path(path).absolute()) for path in maps]
        for path in self._maps:
            if os.pathsep in path:
                raise PapermapError(
                    f"“{path}” has a “{os.pathsep}” in it, which separates folders here. Give the "
                    "folder another name, or serve a link to it."
                )
        self._workspace = None if workspace is None else Path(workspace).absolute()
        self._cache = None if cache is None else Path(cache).absolute()
        self._secrets = secrets
        self._host = host
        self._base = checked_path(base_path)
        self._port = _free_port(host) if port is None else _checked(port)
        self._process: subprocess.Popen[bytes] | None = None
        self._handler: Any = None
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  it outlives this method
        weakref.finalize(self, self._log.close)

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the dashboard."""
        host = "localhost" if self._host in ("0.0.0.0", "::", "") else self._host  # noqa: S104
        place = f"[{host}]" if ":" in host else host
        return f"http://{place}:{self._port}{self._base}"

    def start(self) -> None:
        """Start the process and return as soon as it answers.

        Raises:
            PapermapError: the port is taken, or the dashboard did not come up.
        """
        if not _is_free(self._host, self._port):
            raise PapermapError(
                f"Port {self._port} is in use. Choose another with --port, or leave it out."
            )
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and app
            self._command(),
            env=environment(self._maps, self._workspace, self._cache, self._secrets),
            cwd=_app().parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        # From here on a termination signal must not leave the process behind.
        self._handler = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            self._await()
        except BaseException:
            self.stop()
            raise
        # Beside what comes next: whoever is first meets a page on its way, not one to wait for.
        threading.Thread(target=self._warm, daemon=True).start()

    def _await(self) -> None:
        end = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > end:
                raise PapermapError(f"The dashboard did not start:\n{self._tail()}")
            time.sleep(0.1)

    def _warm(self) -> None:
        """Open the maps and run the page once, so that all is there for the readers.

        First what the first picture of a map needs; the page itself after a moment, in which the
        first reader's own is not to be held up.
        """
        for path, wait in _WARMING:
            time.sleep(wait)
            with contextlib.suppress(urllib.error.URLError, OSError, HTTPException):
                _DIRECT.open(f"{self.address}/{path}", timeout=60).close()

    def open_browser(self) -> None:
        """Open a window where there is a desktop; elsewhere the address on the screen will do."""
        desktop = sys.platform in ("darwin", "win32") or any(
            os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
        )
        if desktop:
            with contextlib.suppress(webbrowser.Error, OSError):
                webbrowser.open(self.address)

    def wait(self) -> int:
        """Wait until the process ends; Ctrl+C or a termination signal stops it.

        Returns:
            Its exit code, 0 where it was stopped on purpose.
        """
        assert self._process is not None, "start() comes first"  # noqa: S101
        try:
            code = self._process.wait()
        except (KeyboardInterrupt, SystemExit):
            return 0
        finally:
            self.stop()
        if code:
            raise PapermapError(f"The dashboard stopped with exit code {code}:\n{self._tail()}")
        return 0

    def stop(self) -> None:
        """Stop the process, gently at first, and leave signals as they were."""
        if self._handler is not None:
            signal.signal(signal.SIGTERM, self._handler)
            self._handler = None
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(_app()),
            f"--server.port={self._port}",
            f"--server.address={self._host}",
            f"--server.baseUrlPath={self._base.strip('/')}",
            "--server.headless=true",
            "--server.scriptHealthCheckEnabled=true",
        ]

    def _answers(self) -> bool:
        try:
            with _DIRECT.open(f"{self.address}/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _tail(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-2000:].strip()


def environment(
    maps: Sequence[str],
    workspace: Path | None = None,
    cache: Path | None = None,
    secrets: Path | None = None,
) -> dict[str, str]:
    """The environment that tells the dashboard what to show and where readers may build."""
    told = {**os.environ, MAPS_VARIABLE: os.pathsep.join(maps)}
    told.pop(WORKSPACE_VARIABLE, None)
    # Never one that happens to lie where the process is at home.
    told[SECRETS_VARIABLE] = "none" if secrets is None else str(secrets)
    if workspace is not None:
        told[WORKSPACE_VARIABLE] = str(workspace)
    if cache is not None:
        told.setdefault("PAPERMAP_CACHE", str(cache))
    return told


def is_this_machine(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _app() -> Path:
    """The dashboard's script, found without importing it."""
    spec = find_spec("dashboard")
    if spec is None or spec.origin is None:
        raise PapermapError("The dashboard is not installed beside the engine; install papermap.")
    return Path(spec.origin).with_name("server.py")


def _free_port(host: str) -> int:
    for port in range(_FIRST_PORT, _FIRST_PORT + 100):
        if _is_free(host, port):
            return port
    raise PapermapError("No free port from 8501 to 8600; choose one with --port.")


def _checked(port: int) -> int:
    if not 1 <= port <= 65_535:
        raise PapermapError(f"--port is {port}; expected a number from 1 to 65535.")
    return port


def checked_path(path: str) -> str:
    """A path with a slash before it and none after it; empty for none."""
    inner = path.strip("/")
    if inner and not _PATH.fullmatch(inner):
        raise PapermapError(
            f"--base-path is {path!r}; expected a path such as /papermap, of letters, digits, "
            "hyphens, dots and underscores."
        )
    return f"/{inner}" if inner else ""


def _is_free(host: str, port: int) -> bool:
    """Whether the port is free under every address that the host's name stands for.

    Raises:
        PapermapError: no address of this machine has that name.
    """
    unknown = f"--host is {host!r}, which is no address of this machine; expected one, or localhost"
    try:
        places = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError) as error:
        raise PapermapError(f"{unknown} ({error}).") from error
    outcomes = {_bind(family, place) for family, _, _, _, place in places}
    if errno.EADDRINUSE in outcomes or errno.EACCES in outcomes:
        return False
    if 0 not in outcomes:  # a name may stand for an address of a kind that is switched off here
        raise PapermapError(f"{unknown}.")
    return True


def _bind(family: int, place: tuple[Any, ...]) -> int:
    """Try to take an address; return 0, or the number of the error."""
    try:
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        return error.errno or -1
    return 0
