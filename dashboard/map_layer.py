"""The layer over the map: names, legend, tools, and what the reader did with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, wording
from dashboard.figures import UNCLUSTERED, groups, marker_size, word_colours
from dashboard.map_points import packed, paint
from dashboard.map_time import at_all_times, period_change, time_data
from dashboard.point_sizes import factors, size_legend
from dashboard.selection import corners
from dashboard.state import camera
from topics.traits import sizes, traits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.figures import Group
    from dashboard.screen import Screen
    from topics.topicmap import TopicMap
    from topics.traits import Trait

__all__ = [
    "KEY",
    "MAP_SCRIPT",
    "Mark",
    "atlas_script",
    "layer_data",
    "map_layer",
    "map_points",
    "view_change",
]

KEY = "pm-layer"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to be marked on the map.

    Attributes:
        x: where.
        y: where.
        said: a word or two beside it.
        told: a sentence for readers who do not see the map.
    """

    x: float
    y: float
    said: str
    told: str


_MOST_CORNERS = 60

_ASSETS = Path(__file__).with_name("assets") / "atlas"

#: The modules of the map, without what mounts it.
MAP_SCRIPT = (
    "dom",
    "camera",
    "points",
    "labels",
    "layers",
    "webgl",
    "canvas",
    "gestures",
    "overlay",
    "time",
    "timebar",
    "scale",
    "shade",
    "picture",
    "atlas",
)
_LAYER = ("dom", "scale", "legend", "controls", "mount_layer")


def atlas_script(modules: tuple[str, ...]) -> str:
    """The browser's modules as one; each is named once, since they share one scope."""
    return "\n".join((_ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in modules)


_map = st.components.v2.component(
    "papermap.map",
    html='<div class="pm-map"></div>',
    js=atlas_script((*MAP_SCRIPT, "mount_map")),
    isolate_styles=False,
)
_layer = st.components.v2.component(
    "papermap.map_layer",
    html='<div class="pm-key"></div>',
    js=atlas_script(_LAYER),
    isolate_styles=False,
)


def map_points(topic_map: TopicMap, address: str | None = None) -> None:
    """Draw the map here; what it looks like is told by `map_layer`.

    Args:
        topic_map: the map.
        address: where the browser fetches the papers; they travel with the session where None.
    """
    _map(key="pm-points", data=address or packed(topic_map), height="stretch")


def map_layer(screen: Screen, parts: tuple[Group, ...], mark: Mark | None = None) -> None:
    """Draw the legend here, and tell the map what it looks like.

    A click on a paper or on the legend and a selection change the view; a click on a topic's
    name leads to its page.

    Args:
        screen: what the page is given.
        parts: the papers by colour.
        mark: a place to be marked.
    """

    def on_event() -> None:
        changes = view_change(screen, _event())
        if changes:
            links.change(**changes)

    _layer(key=KEY, data=layer_data(screen, parts, mark), on_event_change=on_event)
    event = _event()
    if event.get("kind") == "topic" and event.get("id") in screen.topic_map.topic_names:
        links.go(
            "topic", screen.view, topic=event["id"], paper=None, area=None, named=None, at=None
        )


def view_change(screen: Screen, event: Mapping[str, Any]) -> dict[str, Any]:
    """What an event from the browser changes in the view; nothing where it makes no sense."""
    kind, view = event.get("kind"), screen.view
    if kind == "paper":
        row = event.get("row")
        if isinstance(row, int) and 0 <= row < len(screen.topic_map.papers):
            return {"paper": str(screen.topic_map.papers["id"].iloc[row])}
    elif kind == "area":
        area = _area(event.get("outline"))
        return {"area": area, "named": None} if area else {}
    elif kind == "camera":
        return {"at": _at(event.get("camera"))}
    elif kind == "period":
        return period_change(event)
    elif kind == "unclustered":
        return {"hide_unclustered": not view.hide_unclustered}
    elif kind == "colour" and event.get("key") in list(traits(screen.topic_map)):
        return {"colour": event["key"], "only": ()}
    elif kind == "only" and traits(screen.topic_map)[view.colour].kind == "words":
        key = str(event.get("key"))
        rest = tuple(name for name in view.only if name != key)
        return {"only": rest if key in view.only else (*view.only, key)}
    elif kind == "shade":
        return {"shade": "none" if view.shade == "soft" else "soft"}
    elif kind == "size" and event.get("key") in ["even", *sizes(screen.topic_map)]:
        return {"size": event["key"]}
    elif kind == "theme" and event.get("key") in set(screen.topic_map.themes["name"]):
        key = str(event["key"])
        rest = tuple(name for name in view.themes if name != key)
        return {"themes": rest if key in view.themes else (*view.themes, key)}
    return {}


def layer_data(
    screen: Screen, parts: tuple[Group, ...], mark: Mark | None = None
) -> dict[str, Any]:
    """What the map looks like in this view; the browser sets texts as text, never as markup."""
    whole = at_all_times(screen)
    return {
        "papers": screen.topic_map.digest[:12],
        **paint(whole, parts if whole is screen else groups(whole)),
        "time": time_data(screen),
        "size": marker_size(screen.selection.total),
        "factors": factors(screen),
        "shade": screen.view.shade,
        "ink": screen.palette.ink,
        "background": screen.palette.background,
        "said": f"Map of {screen.selection.summary}. Arrow keys move it, plus and minus zoom, "
        "0 shows all of it." + (f" {mark.told}" if mark else ""),
        **_names(whole),
        "selected": screen.topic_map.row_of.get(screen.view.paper or ""),
        "area": [list(corner) for corner in corners(screen.view.area)],
        "mark": {"at": [mark.x, mark.y], "said": mark.said} if mark else None,
        "camera": camera(screen.view.at),
        "legend": _legend(screen, parts),
        "controls": _controls(screen),
        "picture": _picture(screen),
    }


def _names(screen: Screen) -> dict[str, list[dict[str, Any]]]:
    """Topics and groups of which papers are shown; the most frequent first, as they need room."""
    topic_map = screen.topic_map
    shown = screen.selection.papers["topic"].value_counts()
    counts = {str(topic): int(papers) for topic, papers in shown.items()}
    numbers = {topic: number for number, topic in enumerate(topic_map.topics["id"])}
    of_group = {
        group: sum(counts.get(topic, 0) for topic in topics)
        for group, topics in topic_map.topics_in.items()
    }

    def listed(names: Mapping[str, str], papers: Mapping[str, int]) -> list[dict[str, Any]]:
        rows = [
            {"id": node, "name": name, "count": papers[node], "parent": topic_map.parents.get(node)}
            for node, name in names.items()
            if papers.get(node)
        ]
        return sorted(rows, key=lambda row: -row["count"])

    labels = listed(topic_map.topic_names, counts)
    return {
        "labels": [{**label, "number": numbers[label["id"]]} for label in labels],
        "groups": listed(topic_map.group_names, of_group),
    }


def _legend(screen: Screen, parts: tuple[Group, ...]) -> dict[str, Any]:
    view, palette = screen.view, screen.palette
    kind = traits(screen.topic_map)[view.colour].kind
    items: list[dict[str, Any]] = []
    scale = None
    if kind == "theme":
        items = _theme_items(screen, parts)
    elif kind == "words":
        items = _word_items(screen, parts)
    elif kind != "topic":
        for key, group in {group.key: group for group in parts}.items():
            if group.values is None:
                item = {"name": group.name, "colour": group.colour, "count": _count(parts, key)}
                items.append(item)
            else:
                ticks = [{"text": text, "at": round(at, 4)} for text, at in group.ticks]
                scale = {"name": group.name, "ticks": ticks, "colours": list(palette.ramp)}
    if screen.topic_map.unclustered:
        free = screen.selection.papers["topic"].isna().sum()
        items.append(
            {
                "kind": "unclustered",
                "key": UNCLUSTERED,
                "name": UNCLUSTERED,
                "colour": palette.grey,
                "hollow": True,
                "count": f"{free:,}",
                "on": not view.hide_unclustered,
                "tip": "Show or hide the papers in no topic",
            }
        )
    return {"items": items, "scale": scale, "sizes": size_legend(screen)}


def _word_items(screen: Screen, parts: tuple[Group, ...]) -> list[dict[str, Any]]:
    """What a click shows alone stays in the legend, and so does all else that papers have."""
    only = screen.view.only
    return [
        {
            "kind": "only",
            "key": name,
            "name": name,
            "colour": colour,
            "count": _count(parts, name),
            "on": not only or name in only,
            "tip": f"Show only papers of {name}; click again for all",
        }
        for name, colour in word_colours(screen).items()
    ]


def _theme_items(screen: Screen, parts: tuple[Group, ...]) -> list[dict[str, Any]]:
    counts = screen.topic_map.themes.set_index("name")["size"]
    return [
        {
            "kind": "theme",
            "key": name,
            "name": name,
            "colour": colour,
            "count": _count(parts, name),
            "on": not screen.view.themes or name in screen.view.themes,
            "tip": f"Show only papers of {name}; click again for all",
        }
        for name, colour in screen.palette.theme_colours(screen.topic_map).items()
        if counts.get(name, 0)
    ]


def _count(parts: tuple[Group, ...], key: str) -> str:
    return f"{sum(len(group.rows) for group in parts if group.key == key):,}"


def _controls(screen: Screen) -> list[dict[str, Any]]:
    """The choices beside the legend: what each is of, its value, and what else there is."""
    view, topic_map = screen.view, screen.topic_map
    colours, numbers = _listed(traits(topic_map)), _listed(sizes(topic_map))
    controls: list[dict[str, Any]] = [
        {"kind": "colour", "name": "Colour", "value": view.colour, "options": colours}
    ]
    if numbers:
        options = [{"key": "even", "name": "Even"}, *numbers]
        controls.append({"kind": "size", "name": "Size", "value": view.size, "options": options})
    tip = "Shade where papers are many: a fifth of them lie in the darkest areas"
    shade = {"kind": "shade", "name": "Shading", "value": view.shade == "soft", "tip": tip}
    return [*controls, shade]


def _listed(found: Mapping[str, Trait]) -> list[dict[str, str]]:
    return [{"key": trait.key, "name": trait.name} for trait in found.values()]


def _picture(screen: Screen) -> dict[str, str]:
    """What stands around a picture of the map, and the name of its file."""
    topic_map = screen.topic_map
    name = topic_map.path.name if topic_map.path else "map"
    told = _sources(topic_map)
    built = wording.day(topic_map.manifest.get("created"))
    by = traits(topic_map)[screen.view.colour].name.lower()
    if screen.view.size != "even":
        by += f" and sized by {sizes(topic_map)[screen.view.size].name.lower()}"
    parts = (f"Sources: {told}" if told else "", f"map built {built}", "made with Papermap")
    return {
        "title": name,
        "summary": f"{screen.selection.summary}, coloured by {by}; near means alike in wording",
        "source": " · ".join(part for part in parts if part),
        "file": f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name).strip('-.') or 'map'}-map",
    }


@lru_cache(maxsize=16)
def _sources(topic_map: TopicMap) -> str:
    """What a map was made of, in the order of its ledger, which may be long."""
    sources = [str(source) for source in topic_map.ledger["source"].unique()]
    return ", ".join(sources[:3]) + (f" and {len(sources) - 3:,} more" if len(sources) > 3 else "")


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


def _at(seen: Any) -> str | None:
    """Where the reader looks as the view writes it; None for the whole map, and for nonsense."""
    if not isinstance(seen, dict):
        return None
    try:
        x, y, span = (float(seen[name]) for name in ("x", "y", "span"))
    except (KeyError, TypeError, ValueError):
        return None
    if not (abs(x) < 1e6 and abs(y) < 1e6 and 0 < span < 1e6):
        return None
    return f"{x:.6f},{y:.6f},{span:.6f}"
