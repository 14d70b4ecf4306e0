"""A small picture of a map, for lists of maps and for those who get a link to one."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics import wording
from topics.errors import PapermapError
from topics.palette import LIGHT
from topics.report.map_figure import map_figure
from topics.wording import shorten

if TYPE_CHECKING:
    from topics.topicmap import TopicMap

__all__ = ["CARD_SIZE", "THUMBNAIL_SIZE", "card_png", "in_short"]

#: Width and height in dots, as those who show links ask for.
CARD_SIZE = (1200, 630)

#: The same of a picture without words below it.
THUMBNAIL_SIZE = (900, 600)

_TEMPLATE = Path(__file__).with_name("card.typ")
_FONT = "Libertinus Serif"


@lru_cache(maxsize=8)
def in_short(topic_map: TopicMap) -> str:
    """How many papers and topics of which time a map has."""
    said = wording.count(len(topic_map.papers), "paper")
    if len(topic_map.topics):
        said = f"{said} in {wording.count(len(topic_map.topics), 'topic')}"
    dates = sorted(str(date)[:7] for date in topic_map.papers["date"].dropna())
    if not dates:
        return said
    span = dict.fromkeys((wording.date(dates[0]), wording.date(dates[-1])))
    return f"{said}, {' to '.join(span)}"


def card_png(topic_map: TopicMap, *, title: str | None) -> bytes:
    """Draw the map.

    Args:
        topic_map: the map.
        title: shown below with the map's size, `CARD_SIZE` in all; None for the drawing alone,
            `THUMBNAIL_SIZE`.

    Raises:
        PapermapError: the typesetter failed.
    """
    import typst

    figure = map_figure(topic_map, topic_map.papers.reset_index(drop=True))
    if figure is None:
        raise PapermapError("The map has no papers to draw.")
    width, height = THUMBNAIL_SIZE if title is None else CARD_SIZE
    data = {
        "width": width,
        "height": height,
        "title": None if title is None else shorten(title, 52),
        "said": in_short(topic_map),
        "svg": figure.svg,
        "fonts": [_FONT],
        "background": LIGHT.background,
        "ink": LIGHT.ink,
        "muted": LIGHT.muted,
    }
    text = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()
    try:
        made: Any = typst.compile(str(_TEMPLATE), format="png", sys_inputs={"data": text}, ppi=72.0)
    except (typst.TypstError, RuntimeError) as error:
        raise PapermapError(f"The picture of the map could not be drawn ({error}).") from error
    return bytes(made[0] if isinstance(made, list) else made)
