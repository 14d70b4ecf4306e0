"""A map made on a cluster beside one made without: how alike, how fast, how much memory.

    python -m tests.bench.cluster [SOURCE] [--sample N] [--workers N] [--memory BYTES]
        [--variants N] [--plain MAP …] [--no-plain] [--json FILE]

SOURCE is a Parquet file, or the name of a corpus that ``PAPERMAP_SHARED`` has (default:
``hf_daily_papers``). It is built without a cluster, twice with different seeds, and once on a local
cluster whose workers have a limit of memory each. Two builds of other seeds show how much of what
differs is no matter of the cluster. ``--plain`` compares with maps that were built before;
``--no-plain`` measures the cluster alone. ``--variants`` adds generated papers: texts of a paper
with some of its words left out and others' sentences put in.

A table then reckons from what was measured what ten and a hundred million papers would take, in
seconds of the processor. Measure at least a hundred thousand papers for it: of a small corpus most
is the time and the memory that libraries take once.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.bench.figures import agreement
from tests.bench.labelled import data_folder
from tests.bench.speed import machine

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

_NEAREST = 15
_LARGE = (10_000_000, 100_000_000)
#: How the time of fitting grows with the papers of the sample, as `tests.bench.speed` finds it.
_FIT_POWER = 1.15
_WRITING = "Writing the map, reading it back"
_STAGES_OF_FIT = (
    "Turning abstracts into vectors",
    "Finding topics and laying out the map",
    "Naming the topics",
    "Sorting papers into themes",
    "Measuring trends and quality",
)


# ------------------------------------------------------------------ how alike two maps are


def alike(one: TopicMap, other: TopicMap, *, only: np.ndarray | None = None) -> dict[str, float]:
    """How far two maps of the same papers agree.

    Args:
        one: a map.
        other: another one of the same papers.
        only: papers that are compared, bool array; all where None.

    Returns:
        ARI, NMI and AMI of the topics of papers that both have in one; the share of papers that
        are; the share of a paper's nearest ones on one map that are its nearest on the other.
    """
    ids = list(one.papers["id"])
    assert ids == list(other.papers["id"])
    rows = np.ones(len(ids), dtype=bool) if only is None else only
    topics = [each.papers["topic"].fillna("").to_numpy()[rows] for each in (one, other)]
    both = (topics[0] != "") & (topics[1] != "")
    return {
        **agreement(topics[0][both], topics[1][both]),
        "in_a_topic_of_both": float(both.mean()),
        "neighbours_kept": float(_kept(one, other)[rows].mean()),
    }


def _kept(one: TopicMap, other: TopicMap) -> np.ndarray:
    near = [_nearest(each.papers[["x", "y"]].to_numpy()) for each in (one, other)]
    return np.array([len(set(a) & set(b)) for a, b in zip(*near, strict=True)]) / _NEAREST


def _nearest(points: np.ndarray) -> np.ndarray:
    from scipy.spatial import KDTree

    return np.asarray(KDTree(points).query(points, k=_NEAREST + 1)[1])[:, 1:]


# ------------------------------------------------------------------------------- builds


def build_alone(source: Path, out: Path, *, seed: int) -> dict[str, Any]:
    """Build without a cluster."""
    from topics.pipeline import build
    from topics.settings import BuildSettings

    return _figures(build([source], out, settings=BuildSettings(seed=seed)).manifest)


def build_together(
    source: Path, out: Path, *, workers: int, memory: int, sample: int | None
) -> dict[str, Any]:
    """Build on a local cluster, with a limit of memory for each worker."""
    from distributed import LocalCluster

    from topics.pipeline import build

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=memory,
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    ) as cluster:
        before, begin = _resident(), time.perf_counter()
        built = build([source], out, cluster=cluster.scheduler_address, sample=sample)
        took = time.perf_counter() - begin
        with cluster.get_client() as client:
            peaks = client.run(_peak)
    figures = _figures(built.manifest)
    # The manifest is written before the map is: what is left of the time is that.
    figures["seconds"][_WRITING] = took - sum(figures["seconds"].values())
    return {
        **figures,
        "workers": workers,
        "memory_limit_mb": memory / 1e6,
        "resident_before_mb": before,
        "peak_of_workers_mb": sorted(peaks.values()),
        "sample": built.manifest.get("sample"),
        "cluster": built.manifest.get("cluster"),
    }


def held(source: Path, out: Path) -> dict[str, float]:
    """Megabytes that reading a corpus takes at its peak, and its map when it is open."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from topics.artefact import load
    from topics.corpus import build_corpus
    from topics.reading import read_files
    from topics.sources.detect import named_files

    with tempfile.TemporaryDirectory() as folder:  # libraries are loaded before anything counts
        few = Path(folder) / "few.parquet"
        batches = pq.ParquetFile(named_files([source])[0][0]).iter_batches(batch_size=300)
        pq.write_table(pa.Table.from_batches([next(batches)]), few)
        build_corpus(read_files([few]))
    before = _resident()
    kept: list[Any] = [build_corpus(read_files([source]))]
    most, read = _peak() * 1024**2 / 1e6, _resident()
    kept.append(load(out, verify=False))
    return {"reading": most - before, "opening": _resident() - read}


def _figures(manifest: dict[str, Any]) -> dict[str, Any]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "papers": manifest["counts"]["papers"],
        "topics": manifest["counts"]["topics"],
        "unclustered": manifest["counts"]["unclustered"],
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "seconds": manifest["seconds"],
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _in_a_process(task: dict[str, Any]) -> dict[str, Any]:
    """Do a build in a fresh process, whose peak memory is the build's."""
    begin = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.bench.cluster", "--task", json.dumps(task)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**row, "wall": time.perf_counter() - begin}


# ------------------------------------------------------------------------ generated papers


def with_variants(source: Path, out: Path, *, variants: int, seed: int = 0) -> Path:
    """A corpus and so many generated papers, as a folder of Parquet files.

    Each is a paper of the corpus with a fifth of its words left out, some of the sentences of
    another one beside its own, an identifier of its own and a title that tells it from the others.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    out.mkdir(parents=True)
    table = pq.read_table(source)
    names = [name for name in ("title", "abstract", "date") if name in table.column_names]
    papers = table.select(names).to_pylist()
    pq.write_table(table, out / "papers.parquet")
    chance = np.random.default_rng(seed)
    size = 100_000
    for start in range(0, variants, size):
        rows = [_variant(papers, chance, start + at) for at in range(min(size, variants - start))]
        pq.write_table(pa.Table.from_pylist(rows), out / f"variants-{start // size:04d}.parquet")
    return out


def _variant(
    papers: list[dict[str, Any]], chance: np.random.Generator, number: int
) -> dict[str, Any]:
    one, other = (papers[int(at)] for at in chance.integers(len(papers), size=2))
    words = str(one["title"]).split()
    chance.shuffle(words)
    sentences = str(one["abstract"]).split(". ")
    sentences += str(other["abstract"]).split(". ")[:1]
    kept = [word for word in ". ".join(sentences).split() if chance.random() > 0.2]
    return {
        "title": f"{' '.join(words)} {_word(number)}",
        "abstract": " ".join(kept),
        "date": one.get("date"),
        "doi": f"10.5555/variant.{number}",
    }


def _word(number: int) -> str:
    """A word of its own for each number."""
    letters = "bcdfghklmnprstvz"
    return "".join(f"{letters[(number >> shift) % 16]}a" for shift in range(0, 28, 4))


# -------------------------------------------------------------------------- what it would take


def reckon(row: dict[str, Any], papers: int) -> dict[str, Any]:
    """What a larger corpus would take, from what was measured of a smaller one.

    What is done by one process and what is divided among workers are told apart; memory is that of
    the process that builds, which holds the keys of all records.
    """
    from topics.cluster.sampling import sample_size

    had, sample = row["papers"], row["sample"]["papers"]
    wanted, seconds, work = sample_size(papers), row["seconds"], row["cluster"]["worker_seconds"]
    placed = row["cluster"]["papers_placed"]
    each = {name: took / placed for name, took in work.items()}
    fit = sum(seconds[name] for name in _STAGES_OF_FIT) * (wanted / sample) ** _FIT_POWER
    # On a machine that others use the clock says less than the processor.
    own = [seconds[name] for name in seconds if name != "Placing the other papers"]
    busy = min(1.0, row["cpu"] / sum(own))
    lone = {
        "reading and merging": seconds["Reading the sources"] / had * papers,
        "writing parts, drawing": seconds["Drawing the sample"] / had * papers,
        "fitting the sample": fit,
        "writing the map": seconds[_WRITING] / had * papers,
    }
    divided = {
        "encoding": each["encoding"] * (papers - wanted),
        "nearest papers": each["finding the nearest papers"] / sample * wanted * (papers - wanted),
        "placing, themes": each["placing and sorting into themes"] * (papers - wanted),
    }
    return {
        "papers": papers,
        "sample": wanted,
        "one_process_hours": {name: busy * took / 3600 for name, took in lone.items()},
        "worker_hours": {name: took / 3600 for name, took in divided.items()},
        "bytes_of_map": row["map_bytes"] / had * papers,
        "bytes_in_parts": row["cluster"]["bytes_in_parts"] / had * papers,
        "memory_for_keys": row["held_mb"]["reading"] * 1e6 / had * papers,
        "memory_to_open": row["held_mb"]["opening"] * 1e6 / had * papers,
    }


def _show(told: dict[str, Any]) -> None:
    lone, shared = sum(told["one_process_hours"].values()), sum(told["worker_hours"].values())
    workers = max(1, math.ceil(shared / max(lone, 0.1)))
    print(f"\n{told['papers']:,} papers, reckoned (sample of {told['sample']:,})")
    for name, hours in told["one_process_hours"].items():
        print(f"  {name:28s}{hours:10.1f} h in one process")
    for name, hours in told["worker_hours"].items():
        print(f"  {name:28s}{hours:10.1f} h of workers, divided among them")
    print(f"  with {workers} workers {lone + shared / workers:.1f} h in all")
    print(f"  map {told['bytes_of_map'] / 1e9:.0f} GB, parts {told['bytes_in_parts'] / 1e9:.0f} GB")
    print(
        f"  memory of the one process: {told['memory_for_keys'] / 1e9:.0f} GB for the keys of all "
        f"records, {told['memory_to_open'] / 1e9:.0f} GB to open the map"
    )


_BREAKS = """
What breaks first: the one process that builds. It holds a few keys of each record to find those of
one paper, goes through all records twice and reads the finished map back: far below a hundred
million papers its memory is at an end, while more workers make their part as short as one likes.
Then the map: the dashboard holds all papers of a map in memory, as the last figure says."""


# -------------------------------------------------------------------------------------- run


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", nargs="?", default="hf_daily_papers")
    parser.add_argument("--sample", type=int, help="papers of the sample (default: by rule)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", type=int, default=2_000_000_000, help="bytes of each worker")
    parser.add_argument("--variants", type=int, default=0, help="generated papers to add")
    parser.add_argument("--plain", type=Path, nargs="*", help="maps built without a cluster")
    parser.add_argument("--no-plain", action="store_true", help="measure the cluster alone")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    return parser.parse_args()


def _do(task: dict[str, Any]) -> dict[str, Any]:
    source, out = Path(task.pop("source")), Path(task.pop("out"))
    if task.pop("held", False):
        return held(source, out)
    together = "workers" in task
    row = build_together(source, out, **task) if together else build_alone(source, out, **task)
    row["map_bytes"] = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return row


def _source(name: str) -> Path:
    return Path(name) if Path(name).exists() else data_folder() / f"{name}.parquet"


def _print_row(who: str, row: dict[str, Any]) -> None:
    print(
        f"{who:12s}{row['papers']:>10,} papers {row['topics']:>5} topics "
        f"{row['wall']:8.1f} s {row['cpu']:8.1f} s of one process' cpu {row['peak_mb']:7.0f} MB"
    )


def _compare(plain: list[TopicMap], together: TopicMap) -> dict[str, Any]:
    found = {"cluster": alike(plain[0], together)}
    if len(plain) > 1:
        found["seeds"] = alike(plain[0], plain[1])
    for name, figures in found.items():
        print(f"{name:12s}" + "  ".join(f"{key} {value:.3f}" for key, value in figures.items()))
    return found


def main() -> int:
    """Measure, print the tables, write the figures."""
    asked = _arguments()
    if asked.task:
        print(json.dumps(_do(json.loads(asked.task))))
        return 0
    from topics.artefact import load

    results: dict[str, Any] = {"machine": machine(), "source": asked.source}
    with tempfile.TemporaryDirectory() as made:
        folder, source = Path(made), _source(asked.source)
        if asked.variants:
            source = with_variants(source, folder / "corpus", variants=asked.variants)
        plain = list(asked.plain or ())
        for seed in range(0 if asked.no_plain or plain else 2):
            out = folder / f"plain-{seed}"
            row = _in_a_process({"source": str(source), "out": str(out), "seed": seed})
            results.setdefault("plain", []).append(row)
            _print_row("alone", row)
            plain.append(out)
        task = {"workers": asked.workers, "memory": asked.memory, "sample": asked.sample}
        row = _in_a_process({"source": str(source), "out": str(folder / "map"), **task})
        if row["sample"]:
            again = {"source": str(source), "out": str(folder / "map"), "held": True}
            row["held_mb"] = _in_a_process(again)
        results["cluster"] = row
        _print_row("cluster", row)
        _print_stages(row)
        if plain:
            results["agreement"] = _compare([load(each) for each in plain], load(folder / "map"))
    if row["sample"]:
        results["reckoned"] = [reckon(row, papers) for papers in _LARGE]
        for told in results["reckoned"]:
            _show(told)
        print(_BREAKS)
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def _print_stages(row: dict[str, Any]) -> None:
    for stage, took in row["seconds"].items():
        print(f"{'':12s}{stage:40s}{took:9.1f} s {row['papers'] / max(took, 0.01):10.0f} papers/s")
    for stage, took in (row["cluster"] or {}).get("worker_seconds", {}).items():
        rate = row["cluster"]["papers_placed"] / max(took, 0.01)
        print(f"{'':12s}  workers: {stage:29s}{took:9.1f} s {rate:10.0f} papers/s of a worker")
    peaks = ", ".join(f"{peak:.0f}" for peak in row["peak_of_workers_mb"])
    print(f"{'':12s}peak of the workers: {peaks} MB of {row['memory_limit_mb']:.0f}")


if __name__ == "__main__":
    sys.exit(main())
