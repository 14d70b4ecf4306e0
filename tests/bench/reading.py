"""How fast files are read and how much memory that takes; and what became of their records.

``python -m tests.bench.reading`` reads the largest real file of each format below the folder that
``PAPERMAP_SHARED`` names (``../shared`` where it names none), each in a process of its own.
``--generated N`` adds a snapshot of arXiv's metadata with N made-up papers, ``--ledger`` prints
what became of every record beside the counts of the folder's manifest, ``--json`` prints JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: CPU seconds for which a small file is read again and again.
_LONG_ENOUGH = 1.0
_FOLDERS = ("data", "hf-pages", "importer-samples", "seeds")
_MANIFEST = "MANIFEST.tsv"
_WORDS = (
    "we show that a sparse model of old trees learns from few examples and prove bounds on the "
    "error of its estimates under weak assumptions while others need much more data to agree"
).split()


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--ledger", action="store_true", help="what became of every record")
    parser.add_argument("--generated", type=int, default=0, metavar="N", help="made-up papers")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--one", metavar="FILE", help="read one file in this process")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measured(Path(arguments.one))))
        return
    rows = list(ledger() if arguments.ledger else speeds(arguments.generated))
    print(json.dumps(rows, indent=1) if arguments.json else _table(rows))


def shared() -> Path:
    """The folder of real files."""
    given = os.environ.get("PAPERMAP_SHARED")
    folder = Path(given) if given else Path(__file__).parents[3] / "shared"
    if not folder.is_dir():
        sys.exit(f"There is no folder of real files at {folder}; name one in PAPERMAP_SHARED.")
    return folder


def speeds(generated: int) -> Iterator[dict[str, Any]]:
    """Figures of the largest file of each format, and of a generated snapshot."""
    for file in largest(shared()):
        yield _in_own_process(file)
    if generated:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "snapshot.json"
            write_snapshot(file, generated)
            yield _in_own_process(file)


def largest(folder: Path) -> list[Path]:
    """The largest file of each format that gives records."""
    from topics.sources.detect import read_sources

    files = [file for name in _FOLDERS for file in (folder / name).glob("*") if file.is_file()]
    found: dict[str, Path] = {}
    for file in sorted(files, key=lambda file: (-file.stat().st_size, file.name)):
        # The great tables are all of one format: only the largest is read.
        if file.suffix == ".parquet" and "parquet" in found:
            continue
        kinds = (
            [read.format for read in read_sources([file], may_be_empty=True) if read.records]
            if file.suffix != ".parquet"
            else ["parquet"]
        )
        for kind in kinds:
            found.setdefault(kind, file)
    return [found[kind] for kind in sorted(found)]


def measured(file: Path) -> dict[str, Any]:
    """Read a file in this process, again and again where it is small."""
    from topics.corpus import build_corpus
    from topics.sources.detect import read_sources

    imported = _peak()
    times: list[float] = []
    while sum(times) < _LONG_ENOUGH:
        start = time.process_time()
        reads = read_sources([file])
        times.append(time.process_time() - start)
        if len(times) == 1 and times[0] < _LONG_ENOUGH:
            # Libraries were loaded in it, which counts for nothing in a large file.
            times[0] = 0.0
    records = sum(len(read.records) for read in reads)
    reading = _peak()
    start = time.process_time()
    corpus = build_corpus(reads)
    merging = time.process_time() - start
    seconds = sum(times) / sum(map(bool, times))
    return {
        "format": reads[0].format,
        "file": file.name,
        "megabytes": round(file.stat().st_size / 1e6, 2),
        "records": records,
        "papers": len(corpus),
        "cpu_seconds": round(seconds, 4),
        "records_per_second": round(records / seconds),
        "merging_cpu_seconds": round(merging, 3),
        "peak_mb": round(_peak()),
        "peak_mb_reading": round(reading),
        "peak_mb_imports": round(imported),
    }


def ledger() -> Iterator[dict[str, Any]]:
    """What became of the records of all samples, beside the counts of the manifest."""
    from topics.corpus import build_corpus
    from topics.ledger import counts_by_file
    from topics.sources.detect import read_sources

    folder = shared() / "importer-samples"
    with (folder / _MANIFEST).open(encoding="utf-8", newline="") as stream:
        expected = {row["file"]: row for row in csv.DictReader(stream, delimiter="\t")}
    files = sorted(file for file in folder.iterdir() if file.name != _MANIFEST)
    reads = read_sources(files)
    abstracts = {read.source: sum(bool(r.abstract) for r in read.records) for read in reads}
    for row in counts_by_file(reads, build_corpus(reads)):
        known = expected.get(row["file"], {})
        yield {
            **row,
            "abstracts": abstracts[row["file"]],
            "manifest_records": _whole(known.get("records")),
            "manifest_abstracts": _whole(known.get("abstracts")),
        }


def write_snapshot(file: Path, papers: int, *, seed: int = 7) -> None:
    """Write made-up papers in the form of arXiv's metadata snapshot, about 1.7 KB each."""
    draw = random.Random(seed)  # noqa: S311
    with file.open("w", encoding="utf-8") as stream:
        for number in range(papers):
            month, place = divmod(number, 9000)
            year = 7 + month // 12
            words = draw.choices(_WORDS, k=190)
            entry = {
                "id": f"{year:02d}{month % 12 + 1:02d}.{place:0{4 if year < 15 else 5}d}",
                "title": " ".join(draw.choices(_WORDS, k=9)),
                "abstract": f"  {' '.join(words[:90])}.\n{' '.join(words[90:])}.\n",
                "authors_parsed": [["Ek", "Ada", ""], ["Li", "Bo", ""]],
                "doi": f"10.1/{number}" if number % 3 == 0 else None,
                "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
                "update_date": "2008-11-26",
                "categories": "cs.LG",
            }
            stream.write(json.dumps(entry) + "\n")


def _in_own_process(file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.reading", "--one", str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _peak() -> float:
    """The most memory that this process has had, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1024


def _whole(text: str | None) -> int | None:
    return int(float(text)) if text else None


def _table(rows: Sequence[dict[str, Any]]) -> str:
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def _cell(value: object) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)


if __name__ == "__main__":
    main()
