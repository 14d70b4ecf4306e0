"""Pieces of Python that run in a process of their own, as another user's would."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

__all__ = ["output_of"]

ROOT = Path(__file__).parents[1]


def output_of(script: str, *arguments: str, **environment: str) -> str:
    """What a script prints; it is told its arguments in ``sys.argv``, and must end well."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
