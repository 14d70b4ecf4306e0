"""Flags of the command line that choose papers for a report and say how it is to be."""

from __future__ import annotations

import argparse
import datetime as dt

from topics.report.wishes import SECTIONS, Wishes
from topics.selection import Filters, corners

__all__ = ["add_report_flags", "filters_of", "wishes_of"]


def add_report_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags to a command."""
    chosen = parser.add_argument_group("which papers (all without these)")
    for flag, metavar, text in (
        ("--topic", "ID", "only this topic, such as t3; may be given again"),
        ("--theme", "NAME", "only this theme; may be given again"),
    ):
        chosen.add_argument(flag, action="append", default=[], metavar=metavar, help=text)
    chosen.add_argument(
        "--since",
        type=_date,
        metavar="DATE",
        help="dated from then on: 2025, 2025-03 or 2025-03-14",
    )
    chosen.add_argument("--until", type=_date, metavar="DATE", help="dated up to then")
    chosen.add_argument(
        "--words",
        default="",
        metavar="TEXT",
        help="found by these words, as in the dashboard's search",
    )
    chosen.add_argument(
        "--by-meaning",
        action="store_true",
        help="the words of --words say what the papers are about; the nearest are found",
    )
    chosen.add_argument("--like", metavar="ID", help="only papers like this one, such as doi:…")
    chosen.add_argument("--in-topics", action="store_true", help="only papers in some topic")
    chosen.add_argument(
        "--area", type=_area, metavar='"X,Y X,Y …"', help="within this outline on the map"
    )
    chosen.add_argument(
        "--confidence",
        type=_percent,
        metavar="PERCENT",
        help="of its most similar papers that must lie in a paper's topic (default: as built)",
    )
    wishes = parser.add_argument_group("what it says (html, pdf, md)")
    wishes.add_argument("--title", default="", metavar="TEXT", help="title in place of the usual")
    wishes.add_argument("--author", default="", metavar="NAME", help="who hands it on")
    wishes.add_argument("--note", default="", metavar="TEXT", help="some words at its start")
    wishes.add_argument("--link", default="", metavar="URL", help="where to look at the map")
    wishes.add_argument(
        "--sections",
        type=_sections,
        default=(),
        metavar="NAMES",
        help=f"some of {','.join(SECTIONS)} (default: all)",
    )


def filters_of(arguments: argparse.Namespace) -> Filters:
    """Which papers were asked for."""
    return Filters(
        themes=tuple(arguments.theme),
        topics=tuple(arguments.topic),
        since=arguments.since,
        until=arguments.until,
        text=arguments.words,
        by_meaning=arguments.by_meaning,
        like=arguments.like,
        hide_unclustered=arguments.in_topics,
        area=arguments.area,
    )


def wishes_of(arguments: argparse.Namespace) -> Wishes:
    """What was said of title, sections and the like."""
    names = ("title", "author", "note", "link", "sections")
    return Wishes(**{name: getattr(arguments, name) for name in names})


def _date(text: str) -> str:
    parts = text.split("-")
    widths = [len(part) for part in parts]
    known = widths in ([4], [4, 2], [4, 2, 2]) and all(part.isdecimal() for part in parts)
    try:
        dt.date(*(int(part) for part in (*parts, "01", "01")[:3]))
    except (TypeError, ValueError):
        known = False
    if not known:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2025, 2025-03 or 2025-03-14")
    return text


def _area(text: str) -> str:
    try:
        known = len(corners(text)) > 2
    except ValueError:
        known = False
    if not known:
        raise argparse.ArgumentTypeError(f'{text!r} is no outline such as "0,0 1,0 1,1"')
    return text


def _percent(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 100")
    return int(text)


def _sections(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if unknown := [name for name in names if name not in SECTIONS]:
        raise argparse.ArgumentTypeError(
            f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}"
        )
    return names
