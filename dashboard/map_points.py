"""The papers as the browser needs them to draw the map, packed once a map.

Places, topics, dates and titles travel as columns of numbers and one run of text, compressed:
half a megabyte for 15,000 papers. What the reader's choices change, the colours, is a byte a paper
and travels by itself.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from dashboard import wording
from dashboard.figures import extent
from dashboard.map_time import date_months

if TYPE_CHECKING:
    import numpy as np

    from dashboard.figures import Group
    from dashboard.screen import Screen
    from topics.topicmap import TopicMap

__all__ = ["FORM", "MOST_TITLES", "packed", "paint"]

#: Changes with what `packed` gives for the same map.
FORM = "2"

#: Papers above which titles are not sent along.
MOST_TITLES = 40_000

_LONGEST_TITLE = 240
_STEPS = 64
_HIDDEN, _FAINT = 0, 1


_PACKING = Lock()


def packed(topic_map: TopicMap) -> bytes:
    """All papers of a map, for the browser.

    Returns:
        Gzip of a little-endian ``uint32`` (length of the header), the header as JSON, and the
        columns that it describes (``type``, ``at``: byte, ``size``: values): ``x`` and ``y``
        (float32), ``topic`` (int16, -1 for none), ``date`` (int16, an index of ``dates``) and, for
        up to ``MOST_TITLES`` papers, ``titles`` (UTF-8) with their ``ends``.
    """
    # Who comes while a large map is packed waits for that instead of doing it again.
    with _PACKING:
        return _packed(topic_map)


@lru_cache(maxsize=4)
def _packed(topic_map: TopicMap) -> bytes:
    import numpy as np
    import pandas as pd

    papers = topic_map.papers
    number = {topic: i for i, topic in enumerate(topic_map.topics["id"])}
    # Many papers share a day.
    days, known = pd.factorize(papers["date"], use_na_sentinel=False)
    said = [wording.date(date) for date in known]
    meant = dict(zip(said, known, strict=True))
    dates = {date: i for i, date in enumerate(sorted(meant))}
    columns: dict[str, np.ndarray] = {
        "x": papers["x"].to_numpy(dtype="<f4"),
        "y": papers["y"].to_numpy(dtype="<f4"),
        "topic": papers["topic"].map(number).fillna(-1).to_numpy(dtype="<i2"),
        "date": np.array([dates[date] for date in said], dtype="<i2")[days],
    }
    if len(papers) <= MOST_TITLES:
        titles = [_short(title or "Untitled").encode() for title in papers["title"]]
        columns["ends"] = np.cumsum([len(title) for title in titles], dtype="<u4")
        columns["titles"] = np.frombuffer(b"".join(titles), dtype="u1")
    (x0, x1), (y0, y1) = extent(topic_map)
    header = {
        "id": topic_map.digest[:12],
        "extent": [x0, x1, y0, y1],
        "topics": list(topic_map.topics["name"]),
        "dates": list(dates),
        "months": date_months({date: meant[date] for date in dates}),
    }
    return _pack(header, columns)


def _short(title: str) -> str:
    # Lone surrogates cannot be written as UTF-8; the reader of the map has replaced them by now.
    title = " ".join(title.split())
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


def _pack(header: dict[str, Any], columns: dict[str, np.ndarray]) -> bytes:
    """Put the columns behind the header, each where its numbers may lie."""
    # The header's length depends on the places that it tells: room is left for their digits.
    described = {
        name: {"type": column.dtype.str[1:], "at": 10**10, "size": len(column)}
        for name, column in columns.items()
    }
    room = _aligned(4 + len(json.dumps({**header, "columns": described}).encode()))
    at, body = room, []
    for name, column in columns.items():
        described[name]["at"] = at
        data = column.tobytes()
        body.append(data + bytes(_aligned(len(data)) - len(data)))
        at += len(body[-1])
    head = json.dumps({**header, "columns": described}).encode()
    head += b" " * (room - 4 - len(head))
    return gzip.compress(len(head).to_bytes(4, "little") + head + b"".join(body), 5, mtime=0)


def _aligned(size: int) -> int:
    return -(-size // 4) * 4


def paint(screen: Screen, parts: tuple[Group, ...]) -> dict[str, Any]:
    """What each paper looks like in this view.

    Returns:
        ``looks``: a list of ``{colour, hollow, faint, quiet}``, None for what is not drawn;
        ``codes``: the look of each paper, a byte each, in base 64. Papers that the filters leave
        out stay faintly in sight, so that a reader sees where on the map the others lie; those of
        which nothing is known are quiet, so that they hide none of the others.
    """
    import numpy as np

    papers = screen.topic_map.papers
    codes = np.full(len(papers), _FAINT, dtype=np.uint8)
    if screen.view.hide_unclustered:
        codes[papers["topic"].isna().to_numpy()] = _HIDDEN
    faint = {"colour": screen.palette.grey, "hollow": False, "faint": True, "quiet": False}
    looks: list[dict[str, Any] | None] = [None, faint]
    known: dict[tuple[str, bool, bool], int] = {}

    def code(colour: str, hollow: bool, quiet: bool = False) -> int:
        key = (colour, hollow, quiet)
        if key not in known:
            known[key] = len(looks)
            looks.append({"colour": colour, "hollow": hollow, "faint": False, "quiet": quiet})
        return known[key]

    for group in parts:
        if group.values is None:
            codes[group.rows] = code(group.colour, group.hollow, group.quiet)
        else:
            ramp = [code(colour, group.hollow) for colour in _ramp(screen.palette.ramp)]
            steps = np.round(group.values * (_STEPS - 1)).astype(int)
            codes[group.rows] = np.array(ramp, dtype=np.uint8)[steps]
    return {"looks": looks, "codes": b64encode(codes.tobytes()).decode()}


@lru_cache(maxsize=8)
def _ramp(colours: tuple[str, ...]) -> tuple[str, ...]:
    """A scale of ``_STEPS`` colours, evenly between the given ones."""
    import numpy as np

    known = np.array([list(bytes.fromhex(colour[1:])) for colour in colours], dtype=float)
    at = np.linspace(0, len(colours) - 1, _STEPS)
    parts = [np.interp(at, range(len(colours)), known[:, part]) for part in range(3)]
    return tuple(
        "#" + bytes(np.round(rgb).astype(np.uint8)).hex() for rgb in zip(*parts, strict=True)
    )
