"""The papers that a search has found, beside the map: the best first, and why each was found."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import links, tables, text, wording
from dashboard.reading import keep_all_button
from dashboard.selection import best_first
from topics import matches, meaning
from topics.vocabulary import keys_of_paper, papers_with
from topics.wordsearch import folded_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dashboard.screen import Screen
    from topics.matches import Match

__all__ = ["found"]

#: Papers that are listed; the rest are on the map and in Papers.
_LISTED = 20

#: Words in common that are named.
_SHARED = 5

_FIELDS = {"title": "title", "authors": "authors", "abstract": "abstract"}


def found(screen: Screen) -> None:
    """Draw the list."""
    best = best_first(screen.selection, screen.view).rows
    _head(screen, len(best))
    papers = tables.records(screen.topic_map.papers.iloc[best[:_LISTED]])
    if not screen.view.text.strip():
        reasons = _by_likeness(screen, best[:_LISTED])
    elif screen.view.search == "meaning":
        reasons = _by_meaning(screen, papers, best)
    else:
        reasons = _by_words(screen, papers)
    with st.container(gap="small", key="pm-found"):
        for paper, reason in zip(papers, reasons, strict=True):
            with st.container(gap=None):
                links.link(
                    "map", screen.view, label=paper["title"] or "Untitled", paper=paper["id"]
                )
                st.html(reason)
    keep_all_button(screen.view, [str(paper["id"]) for paper in papers], key="keep-found")
    if len(best) > _LISTED:
        links.link(
            "paper",
            screen.view,
            label=f"All {len(best):,} in Papers",
            icon=":material/article:",
            area=None,
            at=None,
        )


def _head(screen: Screen, papers: int) -> None:
    view = screen.view
    # Told to those who do not see the list change while they type.
    st.html(
        '<div role="status" class="pm-found-head">'
        + text.element("h2", f"{wording.count(papers, 'paper')} found", css_class="pm-paper-title")
        + "</div>"
    )
    if view.like is not None:
        _likened(screen, view.like)
    if view.search != "meaning" or not view.text.strip():
        return
    most = (
        f"The {meaning.MOST_NEAR} nearest papers" if papers == meaning.MOST_NEAR else "The nearest"
    )
    st.caption(
        f"{most} first, by how alike the vectors of the texts are. That tells related wording, not "
        "whether a paper answers you. The sentence is that of the abstract nearest to your text."
    )


def _likened(screen: Screen, paper: str) -> None:
    """Say which paper the others are like, and let go of it."""
    title = screen.topic_map.papers["title"].iat[screen.topic_map.row_of[paper]] or "Untitled"
    with st.container(horizontal=True, vertical_alignment="top", key="pm-likened"):
        st.caption(
            text.plain(
                f"Like “{text.shorten(str(title), 120)}”: at least as alike as one pair in a "
                "hundred of this map, by the vectors of the texts."
            )
        )
        st.button(
            "Show others too",
            icon=":material/close:",
            type="tertiary",
            on_click=links.change,
            kwargs={"like": None},
            key="close-like",
        )


def _by_likeness(screen: Screen, best: Iterable[int]) -> list[str]:
    """How alike, and the rarest words in common: vectors do not say what brought them together."""
    topic_map = screen.topic_map
    own = topic_map.row_of[screen.view.like or ""]
    cosines = meaning.alike(topic_map, own)[1]
    counts, texts = papers_with(topic_map), folded_texts(topic_map)
    words = keys_of_paper(texts[own])
    reasons = []
    for row in best:
        if row == own:
            reasons.append(_reason("the paper itself", ""))
            continue
        shared = sorted(words & keys_of_paper(texts[row]), key=lambda word: (counts[word], word))
        told = f"both say {html.escape(', '.join(shared[:_SHARED]))}" if shared else ""
        reasons.append(_reason(f"similarity {wording.number(float(cosines[row]))}", told))
    return reasons


def _by_meaning(screen: Screen, papers: Sequence[dict[str, Any]], best: Iterable[int]) -> list[str]:
    topic_map, asked = screen.topic_map, screen.view.text.strip()
    cosines = meaning.scores(topic_map, asked)
    nearest = meaning.nearest_sentences(
        topic_map, asked, [paper["abstract"] or "" for paper in papers]
    )
    reasons = []
    for row, sentence in zip(best, nearest, strict=False):
        cosine = float(cosines[row])
        said = f"{meaning.nearness(topic_map, cosine)} ({wording.number(cosine)})"
        fragment = ""
        if sentence is not None:
            marks = matches.shared_words(sentence.text, asked)
            fragment = _marked(*matches.fragment(sentence.text, marks))
        reasons.append(_reason(said, fragment))
    return reasons


def _by_words(screen: Screen, papers: Sequence[dict[str, Any]]) -> list[str]:
    asked = matches.asked_words(screen.topic_map, screen.view.text)
    return [_why(matches.matches(paper, asked)) for paper in papers]


def _why(found: tuple[Match, ...]) -> str:
    if not found:
        return _reason("has none of the words left out", "")
    said = "in " + " and ".join(_FIELDS[match.field] for match in found)
    shown = next((match for match in reversed(found) if match.field != "title"), found[0])
    return _reason(said, _marked(shown.text, shown.marks))


def _reason(said: str, fragment: str) -> str:
    """HTML of why a paper was found; the fragment is HTML already."""
    told = text.element("span", said[:1].upper() + said[1:], css_class="pm-why")
    return f'<div class="pm-reason">{told}{" · " if fragment else ""}{fragment}</div>'


def _marked(words: str, marks: Sequence[tuple[int, int]]) -> str:
    """HTML of a text with parts of it marked; every piece is escaped."""
    pieces: list[str] = []
    end = 0
    for start, stop in marks:
        pieces.append(html.escape(words[end:start]))
        pieces.append(f"<mark>{html.escape(words[start:stop])}</mark>")
        end = stop
    return "".join([*pieces, html.escape(words[end:])])
