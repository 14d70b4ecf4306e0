"""Flags of the command line that say how files are read, and by which processes."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topics.reading import Reading

__all__ = ["add_cluster", "add_reading", "reading_of"]


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the flags to a command."""
    from topics.sources.column_names import FIELDS

    parser.add_argument(
        "--column",
        dest="columns",
        action="append",
        default=[],
        type=_column,
        metavar="FIELD=COLUMN",
        help='column of a table that holds a field, such as title="Document Title"; once for each '
        f"field ({', '.join(FIELDS)}); found by name and content where not given; FIELD= alone "
        "says that no column holds it",
    )
    parser.add_argument(
        "--reading",
        metavar="FILE",
        help="JSON file with the columns of single tables and with limits of archives: "
        '{"columns": {"table.csv": {"title": "Document Title"}}, "archives": {"members": 1000}}',
    )


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add the flags that have a build done by several processes."""
    parser.add_argument(
        "--cluster",
        type=_where,
        default=None,
        metavar="WHERE",
        help="do parts of the build in other processes: `local` or `local:N` starts N on this "
        "machine, HOST:PORT is a Dask scheduler (needs the extra cluster)",
    )
    parser.add_argument(
        "--cluster-sample",
        type=_sample,
        default=None,
        metavar="N",
        help="with --cluster, papers that topics and layout are found among; all others are put to "
        "their nearest ones (default: all up to 50,000, then 100 times the root of the papers, up "
        "to 200,000)",
    )


def reading_of(arguments: argparse.Namespace) -> Reading:
    """What was said on how files are read.

    Raises:
        SettingsError: the file of ``--reading`` says something else.
    """
    from topics.reading import Reading

    said = Reading.from_file(arguments.reading) if arguments.reading else Reading()
    return replace(said, columns=dict(arguments.columns))


def _column(text: str) -> tuple[str, str]:
    name, equals, column = (part.strip() for part in text.partition("="))
    if not (name and equals):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not FIELD=COLUMN; expected such as title="Document Title", or date= '
            "where no column holds it"
        )
    return name, column


def _sample(text: str) -> int:
    from topics.settings import MIN_PAPERS

    if not text.isdecimal() or int(text) < MIN_PAPERS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of papers; expected {MIN_PAPERS} or more"
        )
    return int(text)


def _where(text: str) -> str:
    from topics.cluster.address import Where
    from topics.errors import SettingsError

    try:
        Where.of(text)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error).removeprefix("--cluster is ")) from error
    return text
