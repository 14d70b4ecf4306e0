"""Several processes of the dashboard behind nginx, which keeps each reader with one of them."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["SEAT", "shared"]

#: The cookie by which nginx knows whose reader somebody is.
SEAT = "papermap_seat"

_CONFIGURATION = """
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; "" close; }}
  map $cookie_{seat} $seat {{ default $cookie_{seat}; "" $request_id; }}
  map $cookie_{seat} $new_seat {{
    default "";
    "" "{seat}=$request_id; Path=/; HttpOnly; SameSite=Lax";
  }}
  upstream papermap {{ hash $seat consistent; {servers} }}
  server {{
    listen 127.0.0.1:{port};
    add_header Set-Cookie $new_seat;
    location / {{
      proxy_pass http://papermap;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 1h;
    }}
  }}
}}
"""


@contextmanager
def shared(ports: Sequence[int]) -> Iterator[str]:
    """Address at which readers are shared among processes.

    Args:
        ports: of the processes, on this machine.

    Raises:
        RuntimeError: nginx is not installed, or did not start.
    """
    program = shutil.which("nginx")
    if program is None:
        raise RuntimeError("nginx is not installed; expected its program on the path.")
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        servers = " ".join(f"server 127.0.0.1:{each};" for each in ports)
        written = Path(folder, "nginx.conf")
        text = _CONFIGURATION.format(folder=folder, seat=SEAT, servers=servers, port=port)
        written.write_text(text, encoding="utf-8")
        task = [program, "-p", folder, "-c", str(written), "-g", "daemon off;"]
        process = subprocess.Popen(task)  # noqa: S603
        try:
            _until_it_listens(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("nginx did not start; its own message is above.")
