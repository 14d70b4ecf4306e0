"""What the command line accepts: its commands and their flags, and nothing of what they do."""

from __future__ import annotations

import argparse
from typing import Any

from topics.edit_flags import add_build_flags, add_edit, add_edits
from topics.flags import add_cluster, add_reading
from topics.report_flags import add_report_flags
from topics.reports import FORMATS
from topics.settings import describe

__all__ = ["command_line"]

_EPILOG = """examples:
  papermap build pages/ --out my-map     make a map of a folder of saved pages
  papermap update my-map new-pages/      add papers, and leave the rest where it is
  papermap serve my-map                  open it in the browser
  papermap serve                         open the bundled sample
"""

#: Settings that are whole numbers although their default says nothing of it.
_WHOLE = ("page_year", "neighbours", "min_topic_size")


def command_line(*, version: type[argparse.Action]) -> argparse.ArgumentParser:
    """The parser of the command line; what it parses has the command's name as ``command``.

    Args:
        version: what ``--version`` does.
    """
    parser = argparse.ArgumentParser(
        prog="papermap",
        description="Turn saved pages and exports of paper abstracts into an explorable topic map.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=version, nargs=0, help="show the version and exit")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show where an error came from")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (
        _add_build,
        _add_update,
        _add_serve,
        _add_read,
        _add_info,
        add_edits,
        add_edit,
        _add_report,
        _add_export,
        _add_publish,
        _add_unpublish,
        _add_search,
        _add_place,
    ):
        add(commands, common)
    return parser


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
    add_build_flags(parser)
    add_cluster(parser)
    parser.add_argument(
        "--watch",
        action="store_true",
        help="build again whenever a source changes, until Ctrl-C; what did not change is not "
        "computed again, and the map stays as it is until the new one is whole",
    )
    parser.add_argument("--no-cache", action="store_true", help="compute every stage anew")
    parser.add_argument("--json", action="store_true", help="print the manifest, and only that")
    _add_progress(parser)


def _add_update(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "update", parents=[common], help="add papers to a map and leave the rest where it is"
    )
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="file or folder to read (none with --refit)"
    )
    parser.add_argument(
        "--refit",
        action="store_true",
        help="find topics and layout anew among all papers; topics that are found again keep "
        "their ids and names, and the layout is turned to the old one",
    )
    add_reading(parser)
    parser.add_argument("--page-year", type=int, default=None, metavar="YEAR", help=_year_help())
    parser.add_argument("--no-cache", action="store_true", help="compute every stage anew")
    parser.add_argument("--json", action="store_true", help="print the manifest, and only that")
    _add_progress(parser)


def _add_progress(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--progress",
        choices=("text", "json"),
        default="text",
        help="how progress is told on stderr: for people, or as one line of JSON an event",
    )


def _help(text: str, default: object) -> str:
    shown = text.replace("%", "%%")
    return shown if default is None else f"{shown} (default: {default})"


def _add_serve(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "serve", parents=[common], help="open maps in the browser (the bundled sample without one)"
    )
    parser.add_argument("maps", nargs="*", metavar="MAP", help="folder of a map")
    parser.add_argument("--port", type=int, default=None, help="port (default: 8501 or next free)")
    parser.add_argument(
        "--host", default="localhost", help="address to listen on (default: localhost)"
    )
    parser.add_argument(
        "--base-path",
        default="",
        metavar="PATH",
        help="path under which a web server in front passes the dashboard on, e.g. /papermap",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    parser.add_argument(
        "--most-readers",
        type=_readers,
        default=None,
        metavar="N",
        help="people who may use the dashboard at the same time, others wait (default: 100)",
    )
    builds = parser.add_mutually_exclusive_group()
    builds.add_argument(
        "--read-only",
        action="store_true",
        help="show the given maps only; nobody builds or edits one there",
    )
    builds.add_argument(
        "--allow-builds",
        action="store_true",
        help="let whoever reaches the dashboard upload files, build maps and edit them "
        "(always so where only this machine does, as by default)",
    )


def _readers(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of people; expected 1 or more")
    return int(text)


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


def _year_help() -> str:
    return next(setting.help for setting in describe() if setting.name == "page_year")


def _add_info(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("info", parents=[common], help="show what a map is")
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument("--json", action="store_true", help="print the manifest, and only that")


def _add_report(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "report",
        parents=[common],
        help="write a report of a map or of a part of it, or its papers for other programs",
    )
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument(
        "--format",
        required=True,
        choices=FORMATS,
        help="html, pdf and md to read; xlsx, csv, bib, ris and json with the papers alone",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="file to write")
    add_report_flags(parser)
    _add_progress(parser)


def _add_export(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "export", parents=[common], help="write the whole dashboard of a map as one offline file"
    )
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument("--out", required=True, metavar="FILE.html", help="file to write")
    parser.add_argument("--title", default="", metavar="TEXT", help="what to call the map")
    parser.add_argument(
        "--abstracts",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="hold the abstracts (default: up to 40,000 papers)",
    )
    _add_progress(parser)


def _add_publish(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "publish", parents=[common], help="publish a map as a snapshot that never changes"
    )
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument(
        "--to", required=True, metavar="PLACE", help="folder, or URL such as s3://bucket/maps"
    )
    parser.add_argument("--json", action="store_true", help="print the result, and only that")
    _add_progress(parser)


def _add_unpublish(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "unpublish",
        parents=[common],
        help="withdraw published snapshots; list them where none is named",
    )
    parser.add_argument("place", metavar="PLACE", help="folder or URL that was published to")
    parser.add_argument(
        "snapshots", nargs="*", metavar="SNAPSHOT", help="eight signs or more of its digest"
    )
    parser.add_argument(
        "--keep", type=int, metavar="N", help="withdraw all but the N latest (the current stays)"
    )
    parser.add_argument(
        "--reason", default="", metavar="TEXT", help="told to whoever follows a link to one"
    )


def _add_search(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("search", parents=[common], help="find papers by meaning")
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument("query", metavar="QUERY", help="a few words")
    _add_hits(parser)


def _add_place(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "place", parents=[common], help="see which papers a text of yours is nearest to"
    )
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    parser.add_argument("--text", dest="query", required=True, help="a title, an abstract, or both")
    _add_hits(parser)


def _add_hits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=10, help="papers to show (default: 10)")
    parser.add_argument("--json", action="store_true", help="print JSON, and only that")
