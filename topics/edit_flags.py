"""What the command line accepts for editing a map."""

from __future__ import annotations

import argparse
from typing import Any

__all__ = ["add_build_flags", "add_edit", "add_edits"]


def add_build_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of a build that say what becomes of edits."""
    edits = parser.add_mutually_exclusive_group()
    edits.add_argument(
        "--edits",
        metavar="FILE",
        help="log of edits to make again on the new map (edits.jsonl of a map, or its folder); "
        "topics are known again by their papers. Where MAP is edited already, its own are kept",
    )
    edits.add_argument(
        "--no-edits", action="store_true", help="drop the edits of the map that is replaced"
    )


def add_edits(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command that lists edits."""
    parser = commands.add_parser(
        "edits", parents=[common], help="list the edits of a map, or write them to a file"
    )
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print JSON, and only that")
    shown.add_argument("--topics", action="store_true", help="list the topics with their ids")
    parser.add_argument(
        "--out", metavar="FILE", help="write the log itself, for papermap build --edits FILE"
    )


def add_edit(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command that makes an edit."""
    parser = commands.add_parser("edit", help="rename, merge, split or pin topics, or move papers")
    parser.add_argument("map", metavar="MAP", help="folder of the map")
    about = argparse.ArgumentParser(add_help=False)
    about.add_argument("--why", default="", metavar="TEXT", help="a note for the log")
    about.add_argument(
        "--who", default=None, metavar="NAME", help="who makes the edit (default: your user name)"
    )
    about.add_argument(
        "--dry-run", action="store_true", help="say what would change, and change nothing"
    )
    about.add_argument("--json", action="store_true", help="print JSON, and only that")
    kinds = parser.add_subparsers(dest="edit", required=True, metavar="EDIT")

    def kind(name: str, text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = kinds.add_parser(name, parents=[common, about], help=text)
        return made

    rename = kind("rename", "give a topic another name")
    _topic(rename)
    rename.add_argument("name", metavar="NAME", help="its new name")
    merge = kind("merge", "put topics into another one")
    merge.add_argument("into", metavar="INTO", help="id of the topic that stays")
    merge.add_argument("topics", nargs="+", metavar="TOPIC", help="ids of those that join it")
    merge.add_argument("--name", default="", help="its name then (default: as it was)")
    split = kind("split", "make several topics of one, by how alike its papers are")
    _topic(split)
    split.add_argument("--parts", type=int, default=2, metavar="N", help="how many (default: 2)")
    move = kind("move", "put papers into a topic, or into none")
    move.add_argument("papers", nargs="+", metavar="PAPER", help="ids of papers")
    move.add_argument(
        "--to", required=True, metavar="TOPIC", help="id of the topic, or: unclustered"
    )
    _topic(kind("pin", "keep a topic's name and papers when topics are found anew"))
    _topic(kind("unpin", "let go of a pinned topic"))
    theme = kind("theme", "put a topic into another theme")
    _topic(theme)
    theme.add_argument("theme", metavar="THEME", help="name of a theme, known or new")
    for name, text in (
        ("undo", "take an edit back: the last one, or the one named"),
        ("redo", "make an edit again that was taken back last, or the one named"),
    ):
        kind(name, text).add_argument("step", nargs="?", default="", metavar="EDIT", help="its id")


def _topic(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", metavar="TOPIC", help="id of the topic")
