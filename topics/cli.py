"""The command line: settings in, progress to stderr, results to stdout, errors to exit codes."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from topics.console import Console, EventLines
from topics.errors import PapermapError
from topics.flags import add_reading, reading_of
from topics.settings import BuildSettings, describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topics.progress import Progress
    from topics.topicmap import TopicMap

__all__ = ["main"]

_EPILOG = """examples:
  papermap build pages/ --out my-map     make a map of a folder of saved pages
  papermap serve my-map                  open it in the browser
  papermap serve                         open the bundled sample
"""

#: Settings that are whole numbers although their default says nothing of it.
_WHOLE = ("page_year", "neighbours", "min_topic_size")

_INFO_GROUPS = ("counts", "encoder")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 when done, 1 after an error that was explained on stderr; wrong usage exits with 2.
    """
    arguments = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a letter that it cannot show ends no report
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = int(arguments.run(arguments) or 0)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has had enough. Python would complain of it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("papermap: stopped; nothing was left half done.", file=sys.stderr)
        return 130
    except Exception as error:
        if arguments.debug:
            raise
        _explain(error, arguments)
        return 1
    return code


def _explain(error: Exception, arguments: argparse.Namespace) -> None:
    """Say on stderr what went wrong."""
    text = str(error)
    if not isinstance(error, PapermapError):
        text = (
            f"Something went wrong that should not ({type(error).__name__}: {error}). "
            "Run it again with --debug and report what that prints."
        )
    if vars(arguments).get("progress") == "json":
        EventLines(sys.stderr).error(text)
    else:
        print(f"papermap: {text}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="papermap",
        description="Turn saved pages and exports of paper abstracts into an explorable topic map.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show where an error came from")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_build, _add_serve, _add_read, _add_info, _add_report, _add_search, _add_place):
        add(commands, common)
    return parser


class _Version(argparse.Action):
    """Reads the version only when asked: the look-up takes longer than the rest of the start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from topics.pipeline import version

        print(f"papermap {version()}")
        parser.exit(0)


def _add_build(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("build", parents=[common], help="make a map of papers")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="file or folder to read")
    parser.add_argument("--out", required=True, metavar="MAP", help="folder of the map")
    add_reading(parser)
    for setting in describe():
        whole = setting.name in _WHOLE
        parser.add_argument(
            setting.flag,
            dest=setting.name,
            default=setting.default,
            type=int if whole else type(setting.default),
            metavar=setting.name.rpartition("_")[2].upper(),
            help=_help(setting.help, setting.default),
        )
    parser.add_argument("--no-cache", action="store_true", help="compute every stage anew")
    parser.add_argument("--json", action="store_true", help="print the manifest, and only that")
    _add_progress(parser)
    parser.set_defaults(run=_build)


def _add_progress(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--progress",
        choices=("text", "json"),
        default="text",
        help="how progress is told on stderr: for people, or as one line of JSON an event",
    )


def _teller(arguments: argparse.Namespace) -> Console | EventLines:
    return EventLines(sys.stderr) if arguments.progress == "json" else Console(sys.stderr)


def _help(text: str, default: object) -> str:
    shown = text.replace("%", "%%")
    return shown if default is None else f"{shown} (default: {default})"


def _build(arguments: argparse.Namespace) -> None:
    from topics.pipeline import build

    settings = BuildSettings(
        **{setting.name: getattr(arguments, setting.name) for setting in describe()}
    )
    with _teller(arguments) as console:
        built = build(
            arguments.sources,
            arguments.out,
            settings=settings,
            cache=_cache(console, enabled=not arguments.no_cache),
            progress=console,
            reading=reading_of(arguments),
        )
    if arguments.json:
        _print_json({key: value for key, value in built.manifest.items() if key != "digest"})
    else:
        print(_summary(built, arguments.out))


def _cache(console: Progress, *, enabled: bool) -> Any:
    from topics.store import NullCache, StageCache, default_root

    return StageCache(default_root(), notify=console.note) if enabled else NullCache()


def _summary(built: TopicMap, out: str) -> str:
    counts = built.manifest["counts"]
    read = counts["kept"] + counts["merged"] + counts["rejected"]
    lines = [
        f"Read {read} records: {counts['kept']} kept, {counts['merged']} merged as duplicates, "
        f"{counts['rejected']} rejected."
        + (
            f" Why: {out}/ledger.parquet, or the dashboard's Quality page."
            if counts["rejected"]
            else ""
        ),
        (
            f"{counts['papers']} papers in {counts['topics']} topics, {counts['unclustered']} "
            f"unclustered, {counts['undated']} without a date."
        ),
    ]
    lines += [f"  {row.size:>5}  {row.name}" for row in built.topics.head(30).itertuples()]
    if len(built.topics) > 30:
        lines.append(f"         and {len(built.topics) - 30} more")
    lines.append(f"Map written to {out}. Open it with: papermap serve {out}")
    return "\n".join(lines)


def _add_serve(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "serve", parents=[common], help="open maps in the browser (the bundled sample without one)"
    )
    parser.add_argument("maps", nargs="*", metavar="MAP", help="folder of a map")
    parser.add_argument("--port", type=int, default=None, help="port (default: 8501 or next free)")
    parser.add_argument(
        "--host", default="localhost", help="address to listen on (default: localhost)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    builds = parser.add_mutually_exclusive_group()
    builds.add_argument(
        "--read-only", action="store_true", help="show the given maps only; nobody builds one there"
    )
    builds.add_argument(
        "--allow-builds",
        action="store_true",
        help="let whoever reaches the dashboard upload files and build maps "
        "(always so where only this machine does, as by default)",
    )
    parser.set_defaults(run=_serve)


def _serve(arguments: argparse.Namespace) -> int:
    from topics.serving import Server
    from topics.store import default_root

    maps = arguments.maps or [_sample_map()]
    reach = {"host": arguments.host, "port": arguments.port}
    server = Server(maps, **reach, workspace=_workspace(arguments), cache=default_root())
    with Console(sys.stderr) as console:
        console.stage(1, 1, "Starting the dashboard")
        server.start()
    print(f"Papermap is at {server.address} (Ctrl+C stops it)", flush=True)
    if not arguments.no_browser:
        server.open_browser()
    return server.wait()


def _workspace(arguments: argparse.Namespace) -> str | None:
    """Folder for the maps that readers build; None where they may not."""
    from topics.serving import WORKSPACE_VARIABLE, is_this_machine
    from topics.store import default_root

    if arguments.read_only or not (arguments.allow_builds or is_this_machine(arguments.host)):
        return None
    return os.environ.get(WORKSPACE_VARIABLE) or str(default_root() / "maps")


def _sample_map() -> str:
    """The bundled sample's map, built if it is not there or was made by another version."""
    from topics import sample
    from topics.artefact import read_manifest
    from topics.errors import MapError
    from topics.pipeline import build, version
    from topics.store import default_root

    target = default_root() / "sample-map"
    try:
        if read_manifest(target)["papermap_version"] == version():
            return str(target)
    except (MapError, KeyError):
        pass
    print("Building the map of the bundled sample (once).", file=sys.stderr)
    with Console(sys.stderr) as console:
        cache = _cache(console, enabled=True)
        build([sample.folder()], target, cache=cache, progress=console)
    return str(target)


def _add_read(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "read", parents=[common], help="read sources and report what became of every record"
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="file or folder to read")
    parser.add_argument("--out", metavar="FILE", help="write the papers to a .parquet or .csv file")
    add_reading(parser)
    parser.add_argument("--page-year", type=int, default=None, metavar="YEAR", help=_year_help())
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.add_argument(
        "--sample",
        type=int,
        default=None,
        metavar="N",
        help="with --json: of each file N records, its columns, and what to know of the rest",
    )
    _add_progress(parser)
    parser.set_defaults(run=_read)


def _year_help() -> str:
    return next(setting.help for setting in describe() if setting.name == "page_year")


def _read(arguments: argparse.Namespace) -> None:
    from topics.corpus import build_corpus
    from topics.ledger import counts_by_file, write_papers
    from topics.reading import read_files

    settings = BuildSettings(page_year=arguments.page_year)
    with _teller(arguments) as console:
        console.stage(1, 1, "Reading the sources")
        reads = read_files(
            arguments.sources,
            reading=reading_of(arguments),
            progress=console.note,
            # A preview shows what each file is, and lets its columns be corrected.
            may_be_empty=arguments.json and arguments.sample is not None,
        )
        corpus = build_corpus(reads, page_year=settings.page_year)
        for notice in corpus.notices:
            console.note(notice)
    files = counts_by_file(reads, corpus)
    if arguments.out:
        write_papers(corpus, arguments.out)
    if arguments.json and arguments.sample is not None:
        from topics.preview import preview

        _print_json(preview(reads, corpus, sample=arguments.sample))
        return
    if arguments.json:
        _print_json({"papers": len(corpus), "files": files})
        return
    print(f"{len(corpus)} papers, {corpus.undated} without a date")
    for file in files:
        print(
            f"  {file['file']} ({file['format']}): read {file['read']} = {file['kept']} kept + "
            f"{file['merged']} merged + {file['rejected']} rejected"
        )
    if arguments.out:
        print(f"Papers written to {arguments.out}")


def _add_info(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("info", parents=[common], help="show what a map is")
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument("--json", action="store_true", help="print the manifest, and only that")
    parser.set_defaults(run=_info)


def _info(arguments: argparse.Namespace) -> None:
    from topics.artefact import read_manifest

    manifest = read_manifest(arguments.map)
    if arguments.json:
        _print_json({key: value for key, value in manifest.items() if key != "digest"})
        return
    # A map that another program made need not say all of this.
    counts, encoder = (defaultdict(lambda: "?", manifest.get(key, {})) for key in _INFO_GROUPS)
    known = defaultdict(lambda: "?", manifest)
    print(f"Map {arguments.map}")
    print(f"  made       {known['created']} by Papermap {known['papermap_version']}")
    print(f"  papers     {counts['papers']} ({counts['undated']} without a date)")
    print(f"  topics     {counts['topics']} ({counts['unclustered']} papers unclustered)")
    print(f"  encoder    {encoder['name']}")
    print(f"  papers' fingerprint  {known['corpus_fingerprint']}")
    for notice in manifest.get("notices", []):
        print(f"  note       {notice}")


def _add_report(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "report", parents=[common], help="write the papers of a map, a topic or a theme"
    )
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument("--format", required=True, choices=("md", "csv", "bib", "ris", "json"))
    parser.add_argument("--out", required=True, metavar="FILE", help="file to write")
    parser.add_argument("--topic", metavar="ID", help="only this topic, such as t3")
    parser.add_argument("--theme", metavar="NAME", help="only this theme")
    parser.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> None:
    from topics.artefact import load
    from topics.reports import write_report

    written = write_report(
        load(arguments.map),
        arguments.out,
        file_format=arguments.format,
        topic=arguments.topic,
        theme=arguments.theme,
    )
    print(f"{written} papers written to {arguments.out}")


def _add_search(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("search", parents=[common], help="find papers by meaning")
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument("query", metavar="QUERY", help="a few words")
    _add_hits(parser)
    parser.set_defaults(run=lambda arguments: _hits(arguments, arguments.query))


def _add_place(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "place", parents=[common], help="see which papers a text of yours is nearest to"
    )
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument("--text", required=True, help="a title, an abstract, or both")
    _add_hits(parser)
    parser.set_defaults(run=lambda arguments: _hits(arguments, arguments.text))


def _add_hits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=10, help="papers to show (default: 10)")
    parser.add_argument("--json", action="store_true", help="print JSON, and only that")


def _hits(arguments: argparse.Namespace, text: str) -> None:
    from topics.artefact import load
    from topics.search import nearest_papers

    hits = nearest_papers(load(arguments.map), text, limit=arguments.limit)
    if arguments.json:
        _print_json(hits)
        return
    for hit in hits:
        print(f"{hit['score']:.2f}  {hit['title']}  [{hit['topic'] or 'unclustered'}]  {hit['id']}")


def _print_json(value: Any) -> None:
    # A terminal or pipe that cannot show every letter gets them as escapes.
    narrow = not (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=narrow, indent=1))


if __name__ == "__main__":
    sys.exit(main())
