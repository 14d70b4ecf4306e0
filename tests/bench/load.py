"""Readers by the dozen: how soon pages answer, and what they cost the host.

    python -m tests.bench.load MAP --readers 50 --seconds 60

opens sessions as browsers do, over Streamlit's websocket; each opens the map, then every few
seconds another page or filter. Told are the times from asking until the page is whole, seconds of
processor an answer, and memory a reader. ``--sessions 2000`` opens that many one after another
first, and tells what remains of them in memory. ``--processes 2`` shares the readers among so many
processes behind nginx.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from tests.bench.nginx import SEAT, shared
from topics.artefact import load
from topics.serving import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_PATIENCE = 120.0


class Session:
    """One reader's connection.

    Args:
        address: of the dashboard.
        seat: by which nginx knows the reader.
    """

    def __init__(self, address: str, seat: str = "") -> None:
        self._seat = seat
        self._address = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._known: dict[str, None] = {}
        self._socket: Any = None
        self.received = 0

    async def open(self) -> None:
        """Connect."""
        from websockets.asyncio.client import connect

        self._socket = await connect(
            self._address,
            subprotocols=["streamlit"],
            max_size=None,
            compression=None,
            proxy=None,
            additional_headers={"Cookie": f"{SEAT}={self._seat}"} if self._seat else None,
        )

    async def ask(self, page: str, query: str) -> float:
        """Ask for a page as a link does; seconds until it is whole."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        asked.rerun_script.cached_message_hashes.extend(self._known)
        asked.rerun_script.context_info.timezone = "UTC"
        asked.rerun_script.context_info.color_scheme = "light"
        begun = time.perf_counter()
        await self._socket.send(asked.SerializeToString())
        async with asyncio.timeout(_PATIENCE):
            while True:
                data = await self._socket.recv()
                self.received += len(data)
                message = ForwardMsg.FromString(data)
                if message.metadata.cacheable and message.hash:
                    self._known[message.hash] = None
                if message.WhichOneof("type") == "script_finished":
                    return time.perf_counter() - begun

    async def close(self) -> None:
        """Go."""
        await self._socket.close()


class Processes:
    """What the server has used, as the system counts it.

    Args:
        numbers: of its processes.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        self._all = [Path(f"/proc/{number}") for number in numbers]

    def seconds(self) -> float:
        """Processor seconds so far."""
        told = [(at / "stat").read_text().rpartition(")")[2].split() for at in self._all]
        return sum(int(each[11]) + int(each[12]) for each in told) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Memory in use."""
        lines = [line for at in self._all for line in (at / "status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def actions(folder: str) -> list[tuple[str, str]]:
    """What readers ask for: page and parameters, from a map's own topics, themes and papers."""
    found = load(Path(folder))
    topics, themes = list(found.topics["id"][:20]), list(found.themes["name"])
    papers = list(found.papers["id"][:200:10])
    words = ["learning", "graph", "diffusion model", "reward", "robust"]
    pairs = [("", {}), ("trends", {}), ("topic", {}), ("quality", {}), ("report", {})]
    pairs += [("", {"themes": theme}) for theme in themes]
    pairs += [("", {"text": word}) for word in words]
    pairs += [("", {"paper": paper}) for paper in papers]
    pairs += [("topic", {"topic": topic}) for topic in topics]
    pairs += [("paper", {"paper": paper}) for paper in papers]
    pairs += [("trends", {"themes": theme}) for theme in themes]
    return [(page, urlencode(params)) for page, params in pairs]


async def _read(
    address: str, asks: list[tuple[str, str]], pause: float, end: float, seed: int
) -> list[tuple[str, float]]:
    """One reader: opens the map, then asks for something again and again."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    session = Session(address, seat=f"reader-{seed}")
    await session.open()
    await asyncio.sleep(chance.random() * pause)
    taken = [("first", await session.ask("", ""))]
    while time.monotonic() < end:
        await asyncio.sleep(pause * (0.5 + chance.random()))
        page, query = chance.choice(asks)
        taken.append((page or "map", await session.ask(page, query)))
    await session.close()
    return taken


async def _together(address: str, asks: list[tuple[str, str]], given: argparse.Namespace) -> Any:
    end = time.monotonic() + given.seconds
    readers = [_read(address, asks, given.pause, end, seed) for seed in range(given.readers)]
    return list(itertools.chain.from_iterable(await asyncio.gather(*readers)))


async def _one_after_another(address: str, sessions: int, process: Processes) -> dict[str, float]:
    """Memory after every quarter of so many sessions, each of which comes and goes."""
    found = {"0": round(process.megabytes(), 1)}
    for number in range(1, sessions + 1):
        session = Session(address)
        await session.open()
        await session.ask("", "")
        await session.close()
        if number % max(sessions // 4, 1) == 0:
            found[str(number)] = round(process.megabytes(), 1)
    return found


async def _alone(
    address: str, asks: list[tuple[str, str]], process: Processes, seat: str = ""
) -> dict[str, Any]:
    """Processor seconds of answers to a single reader, by page: nobody else's time is in them."""
    session, spent = Session(address, seat=seat), dict[str, list[float]]()
    await session.open()
    await session.ask("", "")
    for page, query in asks:
        before = process.seconds()
        await session.ask(page, query)
        spent.setdefault(page or "map", []).append(process.seconds() - before)
    await session.close()
    return {page: round(float(np.mean(each)), 3) for page, each in spent.items()}


def main(argv: list[str] | None = None) -> int:
    """Run it and print what was found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.bench.load")
    parser.add_argument("map", help="folder of a map")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=5.0, help="between actions, on average")
    parser.add_argument("--sessions", type=int, default=0, help="that come and go before")
    parser.add_argument("--port", type=int, default=None)
    parser.add_argument("--processes", type=int, default=1, help="behind nginx where several")
    given = parser.parse_args(argv)
    with ExitStack() as stack:
        servers: list[Server] = []
        for at in range(given.processes):
            server = Server([given.map], port=given.port and given.port + at)
            server.start()
            stack.callback(server.stop)
            servers.append(server)
        numbers = [server._process.pid for server in servers if server._process is not None]
        ports = [int(server.address.rpartition(":")[2]) for server in servers]
        address = stack.enter_context(shared(ports)) if len(ports) > 1 else servers[0].address
        found = _measured(address, Processes(numbers), given)
    json.dump(found, sys.stdout, indent=1)
    print()
    return 0


def _measured(address: str, process: Processes, given: argparse.Namespace) -> dict[str, Any]:
    asks = actions(given.map)
    for seat in range(given.processes * 4 if given.processes > 1 else 0):
        # Every process has to have opened the map before it is measured.
        asyncio.run(_alone(address, asks[:5], process, seat=f"reader-{seat}"))
    found: dict[str, Any] = {"alone_cpu_s": asyncio.run(_alone(address, asks, process))}
    if given.sessions:
        found["mb_after_sessions"] = asyncio.run(
            _one_after_another(address, given.sessions, process)
        )
    before, spent = process.megabytes(), process.seconds()
    taken = asyncio.run(_together(address, asks, given))
    times = np.array([seconds for kind, seconds in taken if kind != "first"])
    found |= {
        "readers": given.readers,
        "answers": len(taken),
        "cpu_s_per_answer": round((process.seconds() - spent) / len(taken), 3),
        "seconds": {
            f"p{part}": round(float(np.percentile(times, part)), 3) for part in (50, 95, 99)
        },
        "p95_by_page": {
            page: round(float(np.percentile([s for kind, s in taken if kind == page], 95)), 3)
            for page in sorted({kind for kind, _ in taken})
        },
        "mb_before": round(before, 1),
        "mb_per_reader": round((process.megabytes() - before) / given.readers, 2),
        "load_of_the_machine": round(os.getloadavg()[0], 1),
    }
    return found


if __name__ == "__main__":
    raise SystemExit(main())
