"""How long a build takes and how much memory, stage by stage, and how that grows.

    python -m tests.bench.speed [PAPERS …] [--peers bertopic umap-hdbscan …] [--json FILE]

Each size is built in a process of its own, with an empty stage cache, after one small build that
leaves compiled code on disk (``--cold`` measures that one too). Seconds are of the wall clock and
of the processor: on a machine that others use, the second says more. The corpora are those that
``PAPERMAP_SHARED`` names: 153 papers are the pages in ``seeds``; up to 14,761 are the first of
``hf_daily_papers``, more are the first of ``arxiv_cs_2024_2026``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.bench.labelled import data_folder

SIZES = (153, 1500, 14_761)
_PAGES, _DAILY = 153, 14_761
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "numba", "hdbscan", "pynndescent", "wordllama")
_PEERS = ("bertopic", "umap-hdbscan", "embedding-atlas")


def sources(papers: int, folder: Path) -> list[Path]:
    """A source of so many papers, written into a folder where it is not there as a file."""
    import pyarrow.parquet as pq

    if papers == _PAGES:
        return [data_folder().parent / "seeds"]
    name = "hf_daily_papers" if papers <= _DAILY else "arxiv_cs_2024_2026"
    file = data_folder() / f"{name}.parquet"
    if pq.ParquetFile(file).metadata.num_rows <= papers:
        return [file]
    part = folder / f"{name}-{papers}.parquet"
    pq.write_table(pq.read_table(file).slice(0, papers), part)
    return [part]


def build(papers: int, out: Path) -> dict[str, Any]:
    """Build once; run in a process of its own, whose peak memory is the build's."""
    from topics.pipeline import build as build_map

    begin = time.perf_counter()
    manifest = build_map(sources(papers, out.parent), out).manifest
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "papers": manifest["counts"]["papers"],
        "topics": manifest["counts"]["topics"],
        "wall": time.perf_counter() - begin,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "seconds": manifest["seconds"],
        "quality": manifest["quality"],
        "map_mb": sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6,
    }


def growth(rows: list[dict[str, Any]], key: str) -> float | None:
    """The power of the number of papers with which a figure grows between the last two sizes."""
    if len(rows) < 2:
        return None
    one, other = rows[-2:]
    return math.log(other[key] / one[key]) / math.log(other["papers"] / one["papers"])


def machine() -> dict[str, Any]:
    """What the figures depend on beside the code."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "day": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "system": platform.platform(),
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "others_running": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "papermap": _commit(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or metadata.version("papermap")


def _alone(papers: int, folder: Path, *, cold: bool = False) -> dict[str, Any]:
    """Build in a fresh process; with no compiled code on disk where it must be cold."""
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    if cold:
        environment["NUMBA_CACHE_DIR"] = str(folder / "compiled")
    out = folder / f"map-{papers}"
    task = [sys.executable, "-m", "tests.bench.speed", "--one", str(papers), str(out)]
    begin = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        task, capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**row, "process": time.perf_counter() - begin}


def peer(name: str, papers: int, python: str, folder: Path) -> dict[str, Any] | str:
    """Let another program make topics or a map of the same papers; why not, if it cannot."""
    import pandas as pd

    from topics.corpus import build_corpus
    from topics.reading import read_files

    corpus = build_corpus(read_files(sources(papers, folder))).papers
    texts = [f"{t}. {a}" for t, a in zip(corpus["title"], corpus["abstract"], strict=True)]
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    if name == "embedding-atlas":
        table = folder / "papers.parquet"
        pd.DataFrame({"text": texts}).to_parquet(table)
        program = Path(python).with_name("embedding-atlas")
        task = [str(program), str(table), "--text", "text", "--export-application"]
        task.append(str(folder / "atlas.zip"))
    else:
        given, answer = folder / "given.json", folder / "answer.json"
        known = {"texts": texts, "vectors": str(folder / f"{name}.npz"), "seeds": [0]}
        given.write_text(json.dumps(known), encoding="utf-8")
        program = Path(__file__).with_name(f"{name.replace('-', '_')}_peer.py")
        task = [python, str(program), str(given), str(answer)]
    if not Path(task[0]).exists():
        return f"{task[0]} is not there"
    done = subprocess.run(task, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "it failed"
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "papers": len(texts),
        "wall": time.perf_counter() - begin,
        "cpu": usage.ru_utime + usage.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
    }


def _line(who: str, row: dict[str, Any]) -> str:
    figures = f"{row['wall']:9.1f} {row['cpu']:9.1f} {row['peak_mb']:8.0f}"
    return f"{row['papers']:>8,} {who:16s} {figures}"


def _stages(row: dict[str, Any]) -> str:
    return "\n".join(f"{'':26s}{took:9.1f}  {stage}" for stage, took in row["seconds"].items())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("papers", nargs="*", type=int, default=SIZES)
    parser.add_argument("--cold", action="store_true", help="measure the first build, too")
    parser.add_argument("--peers", nargs="*", choices=_PEERS, default=[])
    parser.add_argument("--peer-python", default=sys.executable, help="a Python that has the peers")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Measure, print the table, write the figures."""
    asked = _arguments()
    if asked.one:
        print(json.dumps(build(int(asked.one[0]), Path(asked.one[1]))))
        return 0
    results: dict[str, Any] = {"machine": machine(), "papermap": [], "peers": {}}
    print(f"{'papers':>8} {'':16s} {'wall s':>9} {'cpu s':>9} {'peak MB':>8}")
    for papers in asked.papers:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            if papers == asked.papers[0]:
                first = _alone(_PAGES, folder, cold=asked.cold)  # leaves compiled code on disk
                if asked.cold:
                    results["cold"] = first
                    print(_line("first build", first), flush=True)
            row = _alone(papers, folder)
            results["papermap"].append(row)
            print(_line("papermap", row), _stages(row), sep="\n", flush=True)
            for name in asked.peers:
                other = peer(name, papers, asked.peer_python, folder)
                results["peers"].setdefault(name, []).append(other)
                said = f"{papers:>8,} {name:16s} not measured: {other}"
                print(said if isinstance(other, str) else _line(name, other), flush=True)
    for key in ("wall", "cpu", "peak_mb"):
        power = growth(results["papermap"], key)
        results[f"growth_{key}"] = power
        if power is not None:
            print(f"{key} grows as papers^{power:.2f} between the last two sizes")
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
