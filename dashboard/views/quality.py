"""The Quality view: how solid the map is, what went in and how it was made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import access, additions, links, loading, moved, records, solidity, text, wording
from dashboard.state import UNCLUSTERED
from topics.limits import FIGURES, SAMPLED, limits, sampled
from topics.trend_lines import read_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from dashboard.screen import Screen
    from topics.topicmap import TopicMap

__all__ = ["limits", "show"]

#: Remarks that are shown at once; more are a click away.
_FEW = 6


def show(screen: Screen) -> None:
    """Draw the view; filters make no difference to it."""
    with st.container(key="pm-page"):
        _show(screen)


def _show(screen: Screen) -> None:
    topic_map = screen.topic_map
    st.title("How solid is this map?")
    if screen.view.filtered:
        st.caption("This page is about the whole map; the filters make no difference to it.")
    _counts(screen)
    st.subheader("What its limits are", anchor=False)
    items = "".join(text.element("li", limit) for limit in limits(topic_map))
    st.html(f'<ul class="pm-limits">{items}</ul>')
    _figures(topic_map)
    solidity.show(screen)
    additions.show(screen)
    moved.show(screen)
    records.show(screen)
    _notices(screen)
    _made(topic_map)


def _counts(screen: Screen) -> None:
    topic_map = screen.topic_map
    figures = (
        ("Papers", len(topic_map.papers)),
        ("Topics", len(topic_map.topics)),
        ("Unclustered", topic_map.unclustered),
        ("Undated", topic_map.undated),
        ("Records read", len(topic_map.ledger)),
        ("Rejected", int((topic_map.ledger["outcome"] == "rejected").sum())),
    )
    with st.container(horizontal=True, key="pm-counts"):
        for label, number in figures:
            st.metric(label, f"{number:,}", border=True, width=150)
    with st.container(horizontal=True, gap="medium", key="pm-quality-links"):
        if topic_map.unclustered:
            links.link(
                "topic",
                screen.view,
                label="See the unclustered papers",
                icon=":material/arrow_forward:",
                topic=UNCLUSTERED,
                paper=None,
            )
        if len(topic_map.ledger):
            st.html(
                f'<a class="pm-jump" href="#{records.ANCHOR}">What became of every record</a>',
                width="content",
            )


def _figures(topic_map: TopicMap) -> None:
    quality = topic_map.manifest.get("quality")
    numbers = {
        str(name): float(value)
        for name, value in (quality.items() if isinstance(quality, dict) else ())
        if isinstance(value, (int, float)) and value == value
    }
    if not numbers:
        return
    st.subheader("Measured quality", anchor=False)
    for name in [*(n for n in FIGURES if n in numbers), *(n for n in numbers if n not in FIGURES)]:
        label, meaning = FIGURES.get(name, (name.replace("_", " ").capitalize(), ""))
        st.html(
            '<div class="pm-figure">'
            + text.element("b", wording.number(numbers[name]))
            + "<div>"
            + text.element("strong", label)
            + text.element("div", meaning or "No explanation is known for this figure.")
            + "</div></div>"
        )


def _notices(screen: Screen) -> None:
    notices = screen.topic_map.manifest.get("notices")
    if not isinstance(notices, list) or not notices:
        return
    words = list(map(str, notices))
    if served := loading.asked_for(screen.view):
        words = [access.without_folder(each, served.folder) for each in words]
    said = "".join(text.element("li", each) for each in words)
    with st.expander(
        f"What was noticed while reading: {wording.count(len(notices), 'remark')}",
        icon=":material/info:",
        expanded=len(notices) <= _FEW,
        key="quality-notices",
    ):
        st.html(f'<ul class="pm-notices">{said}</ul>')


def _made(topic_map: TopicMap) -> None:
    import pandas as pd

    manifest = topic_map.manifest
    settings, seconds = manifest.get("settings"), manifest.get("seconds")
    st.subheader("How it was made", anchor=False)
    left, right = st.columns([3, 2], gap="medium")
    left.dataframe(
        pd.DataFrame(_facts(manifest, topic_map), columns=["What", "Value"]),
        hide_index=True,
        key="facts",
        column_config={"Value": st.column_config.TextColumn(width="large")},
        alt="Versions and fingerprints",
    )
    if isinstance(seconds, dict) and seconds:
        right.dataframe(_seconds(seconds), hide_index=True, key="seconds", alt="Seconds per stage")
    if isinstance(settings, dict) and settings:
        st.dataframe(
            _settings(settings),
            hide_index=True,
            key="settings",
            column_config={"What it does": st.column_config.TextColumn(width="large")},
            alt="Settings",
        )
    st.caption(
        "The same papers with the same settings and version give the same map. A stage whose "
        "result was still in the cache took next to no time."
    )


def _facts(manifest: Mapping[str, Any], topic_map: TopicMap) -> list[tuple[str, str]]:
    encoder = manifest.get("encoder")
    if isinstance(encoder, dict):
        encoder = " · ".join(str(encoder[key]) for key in ("name", "fingerprint") if key in encoder)
    facts = (
        ("Built", wording.day(manifest.get("created"))),
        ("Sources as of", wording.day(read_on(topic_map))),
        ("Papermap version", manifest.get("papermap_version")),
        ("Schema version", manifest.get("schema_version")),
        ("Encoder", encoder),
        (SAMPLED, sampled(manifest)),
        ("Fingerprint of the corpus", manifest.get("corpus_fingerprint")),
        ("Digest of the map", topic_map.digest),
    )
    return [(name, str(value)) for name, value in facts if wording.is_known(value)]


def _settings(settings: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    from topics.settings import describe

    helps = {setting.name: setting.help.replace("`", "") for setting in describe()}
    order = [
        *(name for name in helps if name in settings),
        *(n for n in settings if n not in helps),
    ]
    return pd.DataFrame(
        {
            "Setting": [str(name).replace("_", " ") for name in order],
            "Value": [_value(settings[name]) for name in order],
            "What it does": [helps.get(str(name), "") for name in order],
        }
    )


def _seconds(seconds: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    from topics.progress import SPREAD_STAGES

    known = {str(k): float(v) for k, v in seconds.items() if isinstance(v, (int, float))}
    place = {stage: number for number, stage in enumerate(SPREAD_STAGES)}
    order = sorted(known, key=lambda name: place.get(name, len(place)))
    return pd.DataFrame(
        {"Stage": order, "Seconds": [round(known[stage], 2) for stage in order]},
    )


def _value(value: Any) -> str:
    if value is None:
        return "follows the corpus"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
