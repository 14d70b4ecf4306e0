"""Where the processes of a build are: started on this machine, or behind a Dask scheduler."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from topics.errors import SettingsError

__all__ = ["EXPECTED", "Where"]

EXPECTED = "expected local, local:N with N processes, or the HOST:PORT of a Dask scheduler"

_LOCAL = re.compile(r"local(?::(\d+))?")
_SCHEDULER = re.compile(r"(?:(?:tcp|tls|ws|wss)://)?(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+):(\d{1,5})")
_MOST_PROCESSES, _MOST_PORT = 1024, 65_535


@dataclass(frozen=True, slots=True)
class Where:
    """Where the processes are.

    Attributes:
        processes: how many to start on this machine; 0 where a scheduler has them.
        scheduler: its address; empty where there is none.
    """

    processes: int = 0
    scheduler: str = ""

    @classmethod
    def of(cls, text: str) -> Where:
        """Read ``local``, ``local:N`` or the address of a scheduler.

        Raises:
            SettingsError: it is none of these.
        """
        if local := _LOCAL.fullmatch(text):
            count = int(local[1]) if local[1] else os.cpu_count() or 1
            if 1 <= count <= _MOST_PROCESSES:
                return cls(processes=count)
        elif (address := _SCHEDULER.fullmatch(text)) and 1 <= int(address[1]) <= _MOST_PORT:
            return cls(scheduler=text if "://" in text else f"tcp://{text}")
        raise SettingsError(f"--cluster is {text!r}; {EXPECTED}.")

    def __str__(self) -> str:
        return self.scheduler or f"{self.processes} processes on this machine"
