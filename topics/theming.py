"""The stage that sorts papers and topics into themes: named ones, found ones, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from topics.stages import texts_of, topic_centres, versions
from topics.store import digest, load_json, save_json
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from pathlib import Path

    from topics.corpus import Corpus
    from topics.settings import BuildSettings
    from topics.stages import Described, Encoded
    from topics.store import Cache

__all__ = ["Themed", "check_settings", "sort_into_themes"]

#: Themes choices that are no file and no preset.
_NO_THEMES, _FOUND_THEMES = "none", "auto"


@dataclass(frozen=True, slots=True)
class Themed:
    """Themes, the theme of each paper with its confidence, and of each topic; null with none."""

    themes: tuple[tuple[str, str], ...]
    papers: tuple[str | None, ...]
    confidence: tuple[float | None, ...]
    topics: tuple[str | None, ...]


def check_settings(settings: BuildSettings) -> None:
    """Fail on a themes file that cannot be used before anything slow begins."""
    if settings.themes not in (_NO_THEMES, _FOUND_THEMES):
        from topics.themefile import load_themes

        load_themes(settings.themes)


def sort_into_themes(
    corpus: Corpus,
    encoded: Encoded,
    described: Described,
    settings: BuildSettings,
    cache: Cache,
) -> Themed:
    """Give every paper and topic its theme."""
    if settings.themes == _NO_THEMES:
        papers, topics = len(corpus), described.clustering.topics
        return Themed((), (None,) * papers, (None,) * papers, (None,) * topics)
    if settings.themes == _FOUND_THEMES:
        return _found_themes(encoded, described)
    return _named_themes(corpus, encoded, described, settings, cache)


def _named_themes(
    corpus: Corpus,
    encoded: Encoded,
    described: Described,
    settings: BuildSettings,
    cache: Cache,
) -> Themed:
    from topics.themefile import load_themes

    themes = load_themes(settings.themes)
    key = digest(*versions(), encoded.key, described.clustering.labels, themes)

    def compute() -> Themed:
        from topics.themes import assign_themes, theme_of_topics

        found = assign_themes(themes, texts_of(corpus), encoded.vectors, encoded.encoder())
        topics = theme_of_topics(
            found.names, found.confidence, described.clustering.labels, described.clustering.topics
        )
        return Themed(
            themes=(*((t.name, t.description) for t in themes), (OTHER_THEME, _OTHER_TEXT)),
            papers=tuple(found.names),
            confidence=tuple(round(float(value), 4) for value in found.confidence),
            topics=tuple(topics),
        )

    def save(themed: Themed, folder: Path) -> None:
        save_json([themed.themes, themed.papers, themed.confidence, themed.topics], folder)

    def load(folder: Path) -> Themed:
        listed, papers, confidence, topics = load_json(folder)
        return Themed(tuple(map(tuple, listed)), tuple(papers), tuple(confidence), tuple(topics))

    return cache.get_or_compute("themes", key, compute, save=save, load=load)


_OTHER_TEXT = "papers that fit none of the other themes"


def _found_themes(encoded: Encoded, described: Described) -> Themed:
    """Themes as groups of topics; a paper has the theme of its topic."""
    import numpy as np

    clustering = described.clustering
    papers = len(clustering.labels)
    if clustering.topics == 0:
        return Themed(((OTHER_THEME, _OTHER_TEXT),), (OTHER_THEME,) * papers, (1.0,) * papers, ())
    from topics.themes import find_themes

    sizes = np.bincount(clustering.labels[clustering.labels >= 0], minlength=clustering.topics)
    groups = find_themes(topic_centres(encoded.vectors, clustering), sizes)
    names, texts = [], []
    for group in range(int(groups.max()) + 1):
        members = np.flatnonzero(groups == group)
        members = members[np.argsort(-sizes[members], kind="stable")]
        names.append(described.names[members[0]])
        texts.append(", ".join(described.names[topic] for topic in members[:6]))
    of_topic = [names[group] for group in groups]
    inside = clustering.labels >= 0
    return Themed(
        themes=(*zip(names, texts, strict=True), (OTHER_THEME, _OTHER_TEXT)),
        papers=tuple(of_topic[label] if label >= 0 else OTHER_THEME for label in clustering.labels),
        confidence=tuple(
            round(float(value if member else 1 - value), 4)
            for value, member in zip(clustering.confidence, inside, strict=True)
        ),
        topics=tuple(of_topic),
    )
