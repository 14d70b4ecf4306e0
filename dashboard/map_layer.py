"""The layer over the map: names, legend, tools, and what the reader did with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links
from dashboard.figures import UNCLUSTERED, extent
from dashboard.selection import corners

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.figures import Group
    from dashboard.screen import Screen

__all__ = ["KEY", "layer_data", "map_layer", "view_change"]

KEY = "pm-layer"

_MOST_CORNERS = 60
_MOST_PREVIEWED = 5_000

_ASSETS = Path(__file__).with_name("assets")
_component = st.components.v2.component(
    "papermap.map_layer",
    html=(
        '<div class="pm-key-row">'
        '<div class="pm-legend" role="group" aria-label="What the colours mean"></div></div>'
    ),
    js="\n".join(
        (_ASSETS / name).read_text(encoding="utf-8") for name in ("labels.js", "layer.js", "map.js")
    ),
    isolate_styles=False,
)


def map_layer(screen: Screen, parts: tuple[Group, ...], *, size: float, revision: str) -> None:
    """Draw the legend here, and everything else over the map that is drawn next.

    A click on a paper or on the legend and a selection change the view; a click on a topic's
    name leads to its page.
    """

    def on_event() -> None:
        changes = view_change(screen, _event())
        if changes:
            links.change(**changes)

    _component(
        key=KEY,
        data=layer_data(screen, parts, size=size, revision=revision),
        on_event_change=on_event,
    )
    event = _event()
    if event.get("kind") == "topic" and event.get("id") in screen.topic_map.topic_names:
        links.go("topic", screen.view, topic=event["id"], paper=None, area=None)


def view_change(screen: Screen, event: Mapping[str, Any]) -> dict[str, Any]:
    """What an event from the browser changes in the view; nothing where it makes no sense."""
    kind, view = event.get("kind"), screen.view
    if kind == "paper":
        row = event.get("row")
        if isinstance(row, int) and 0 <= row < len(screen.topic_map.papers):
            return {"paper": str(screen.topic_map.papers["id"].iloc[row])}
    elif kind == "area":
        area = _area(event.get("outline"))
        return {"area": area} if area else {}
    elif kind == "unclustered":
        return {"hide_unclustered": not view.hide_unclustered}
    elif kind == "theme" and event.get("key") in set(screen.topic_map.themes["name"]):
        key = str(event["key"])
        rest = tuple(name for name in view.themes if name != key)
        return {"themes": rest if key in view.themes else (*view.themes, key)}
    return {}


def layer_data(
    screen: Screen, parts: tuple[Group, ...], *, size: float, revision: str
) -> dict[str, Any]:
    """What the layer needs in the browser; texts are set there as text, never as markup."""
    topics = screen.topic_map.topics
    number = {topic: i for i, topic in enumerate(topics["id"])}
    shown = screen.selection.papers["topic"].value_counts()
    row = screen.topic_map.row_of.get(screen.view.paper or "")
    papers = screen.topic_map.papers
    (x0, x1), (y0, y1) = extent(screen.topic_map)
    return {
        "version": revision,
        "extent": [x0, x1, y0, y1],
        "size": size,
        "topics": [number.get(topic, -1) for topic in papers["topic"]],
        "labels": [
            {"id": topic, "number": number[topic], "name": name, "count": int(shown[topic])}
            for topic, name in zip(topics["id"], topics["name"], strict=True)
            if topic in shown.index
        ],
        "selected": None
        if row is None
        else [float(papers["x"].iloc[row]), float(papers["y"].iloc[row])],
        "area": [list(corner) for corner in corners(screen.view.area)],
        "legend": _legend(screen, parts),
        "preview": _preview(screen, parts),
    }


def _preview(screen: Screen, parts: tuple[Group, ...]) -> list[dict[str, Any]] | None:
    """The points themselves, for a first drawing while Plotly is loaded; not of a crowd."""
    if len(screen.selection.rows) > _MOST_PREVIEWED:
        return None
    papers, ramp = screen.topic_map.papers, screen.palette.ramp
    found = []
    for group in parts:
        place: dict[str, Any] = {
            axis: papers[axis].iloc[group.rows].round(4).tolist() for axis in ("x", "y")
        }
        place |= {"rows": group.rows.tolist(), "colour": group.colour, "hollow": group.hollow}
        if group.values is not None:
            place["colours"] = [ramp[round(value * (len(ramp) - 1))] for value in group.values]
        found.append(place)
    return found


def _legend(screen: Screen, parts: tuple[Group, ...]) -> dict[str, Any]:
    view, palette = screen.view, screen.palette
    items: list[dict[str, Any]] = []
    scale = None
    if view.colour == "theme":
        counts = screen.topic_map.themes.set_index("name")["size"]
        items = [
            {
                "kind": "theme",
                "key": name,
                "name": name,
                "colour": colour,
                "count": _count(parts, name),
                "on": not view.themes or name in view.themes,
                "tip": f"Show only papers of {name}; click again for all",
            }
            for name, colour in palette.theme_colours(screen.topic_map).items()
            if counts.get(name, 0)
        ]
    elif view.colour == "topic":
        items = []
    else:
        for group in parts:
            if group.values is not None:
                scale = {"ticks": list(group.ticks), "colours": list(palette.ramp)}
            elif not group.hollow:
                items.append(_item(group))
    if screen.topic_map.unclustered:
        items.append(
            {
                "kind": "unclustered",
                "key": UNCLUSTERED,
                "name": UNCLUSTERED,
                "colour": palette.grey,
                "hollow": True,
                "count": _count(parts, UNCLUSTERED),
                "on": not view.hide_unclustered,
                "tip": "Show or hide the papers in no topic",
            }
        )
    return {"items": items, "scale": scale}


def _item(group: Group) -> dict[str, Any]:
    return {"name": group.name, "colour": group.colour, "count": f"{len(group.rows):,}"}


def _count(parts: tuple[Group, ...], key: str) -> str:
    return f"{sum(len(group.rows) for group in parts if group.key == key):,}"


def _event() -> Mapping[str, Any]:
    state = st.session_state.get(KEY)
    event = getattr(state, "event", None) if state is not None else None
    return event if isinstance(event, dict) else {}


def _area(outline: Any) -> str | None:
    """An outline from the browser as the view writes it; None where it is none."""
    if not isinstance(outline, list) or not 3 <= len(outline) <= _MOST_CORNERS:
        return None
    try:
        pairs = [(float(x), float(y)) for x, y in outline]
    except (TypeError, ValueError):
        return None
    if not all(abs(value) < 1e6 for pair in pairs for value in pair):
        return None
    return " ".join(f"{x:.3f},{y:.3f}" for x, y in pairs)
