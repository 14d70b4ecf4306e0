"""Runs the command line in this process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from topics import cli

if TYPE_CHECKING:
    import pytest


class Outcome:
    """What a command gave back."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Stdout as the one JSON document that it must be."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The message of an expected error: one line on stderr, nothing on stdout."""
        assert self.code == 1
        assert self.out == ""
        assert "Traceback" not in self.err
        last = self.err.splitlines()[-1]
        assert last.startswith("papermap: ")
        return last.removeprefix("papermap: ")


class Run:
    """Runs the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Outcome:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Outcome(code, *self._capsys.readouterr())
