"""What README and Compose say to nginx: it understands that, and lets through what is allowed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import free_port
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_AROUND = """
pid {folder}/pid;
error_log {folder}/log;
events {{ }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {said}
}}
"""


def _of_the_readme() -> str:
    """The README's lines, and what is around them on a host."""
    said = (ROOT / "README.md").read_text("utf-8").partition("```nginx\n")[2].partition("```")[0]
    before, location, rest = said.partition("location")
    return f"{before}server {{ listen 443 ssl; {location}{rest} }}"


def _of_compose() -> str:
    """Compose's lines."""
    text = (ROOT / "compose.yaml").read_text("utf-8").partition("content: |\n")[2]
    return text.replace("$$", "$")


def _here(said: str) -> str:
    """The same without what only the host has that it is for: names, certificates, its ports.

    Nor can older ones be told of HTTP/2 as newer ones are.
    """
    said = re.sub(r"server papermap\S*:8501;", "server 127.0.0.1:8501;", said)
    said = re.sub(r"http2 on;|ssl_certificate\S* \S+;", "", said)
    return re.sub(r"listen \d+( ssl)?;", lambda _: f"listen 127.0.0.1:{free_port()};", said)


@pytest.mark.parametrize("said", [_of_the_readme, _of_compose])
def test_nginx_understands_it(said: Callable[[], str], tmp_path: Path) -> None:
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed")
    file = tmp_path / "nginx.conf"
    file.write_text(_AROUND.format(folder=tmp_path, said=_here(said())), encoding="utf-8")
    done = subprocess.run(  # noqa: S603
        [program, "-t", "-p", str(tmp_path), "-c", str(file)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("said", [_of_the_readme, _of_compose])
def test_the_largest_file_goes_through_with_the_form_around_it(said: Callable[[], str]) -> None:
    (through,) = re.findall(r"client_max_body_size (\d+)m;", said())
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert int(through) > settings["server"]["maxUploadSize"]
