"""The stage that sorts papers and topics into themes: named ones, found ones, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from topics.errors import SettingsError
from topics.stages import texts_of, versions
from topics.store import digest, load_json, save_json
from topics.topicmap import OTHER_THEME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from topics.corpus import Corpus
    from topics.pieces import Pieces
    from topics.settings import BuildSettings
    from topics.stages import Described, Encoded
    from topics.store import Cache
    from topics.themefile import Theme

__all__ = [
    "Themed",
    "check_settings",
    "examples_of",
    "given_themes",
    "passing",
    "remarks",
    "remarks_now",
    "sort_into_themes",
]

#: Share of papers that fit no given theme from which the themes do not suit the corpus.
_MOST_OTHER = 0.6

#: Examples that could not be found, of each theme, that are named one by one.
_NAMED = 3

#: How its remarks begin.
_EXAMPLES = re.compile(r"The theme .* lists “.* as an example; no paper here has ", re.DOTALL)
_UNSUITABLE = re.compile(rf"\d+% of the papers belong to no theme but {OTHER_THEME}: ")

#: Themes choices that are no file and no preset.
_NO_THEMES, _FOUND_THEMES = "none", "auto"


@dataclass(frozen=True, slots=True)
class Themed:
    """Themes, the theme of each paper with its confidence, and of each topic; null with none.

    Attributes:
        missing: for each theme, the examples its file lists that are no papers of the corpus.
    """

    themes: tuple[tuple[str, str], ...]
    papers: tuple[str | None, ...]
    confidence: tuple[float | None, ...]
    topics: tuple[str | None, ...]
    missing: tuple[tuple[str, tuple[str, ...]], ...] = ()


def check_settings(settings: BuildSettings) -> None:
    """Fail on a themes file that cannot be used before anything slow begins."""
    if settings.themes not in (_NO_THEMES, _FOUND_THEMES):
        from topics.themefile import load_themes

        load_themes(settings.themes)


def given_themes(settings: BuildSettings) -> tuple[Theme, ...]:
    """The themes of a preset or a file; none where they are found, or there are to be none."""
    if settings.themes in (_NO_THEMES, _FOUND_THEMES):
        return ()
    from topics.themefile import load_themes

    return load_themes(settings.themes)


def sort_into_themes(
    corpus: Corpus,
    encoded: Encoded,
    described: Described,
    settings: BuildSettings,
    cache: Cache,
    *,
    split: Callable[[], Pieces] | None = None,
) -> Themed:
    """Give every paper and topic its theme; for ``split`` see `topics.stages.describe`."""
    if settings.themes == _NO_THEMES:
        papers, topics = len(corpus), described.clustering.topics
        return Themed((), (None,) * papers, (None,) * papers, (None,) * topics)
    if settings.themes == _FOUND_THEMES:
        return _found_themes(described)
    return _named_themes(corpus, encoded, described, settings, cache, split)


def remarks(themed: Themed, settings: BuildSettings) -> list[str]:
    """What a reader must know of how the themes fit the corpus, in plain words."""
    said = []
    for name, missing in themed.missing:
        listed = ", ".join(f"“{example}”" for example in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        said.append(
            f"The theme {name} lists {listed}{more} as an example; no paper here has that id, DOI, "
            "arXiv id or title, so it was passed over."
        )
    other = themed.papers.count(OTHER_THEME) / max(len(themed.papers), 1)
    if other >= _MOST_OTHER and settings.themes != _FOUND_THEMES:
        said.append(
            f"{other:.0%} of the papers belong to no theme but {OTHER_THEME}: these themes may not "
            "suit the collection. --themes auto finds themes in it, a themes file names your own."
        )
    return said


def remarks_now(
    themes: Sequence[str | None], corpus: Corpus, settings: BuildSettings, before: Sequence[str]
) -> list[str]:
    """The same of a map that papers were added to.

    Args:
        themes: of each paper.
        corpus: all papers.
        settings: of the map.
        before: all remarks on the map as it was; what its themes list is taken from them where
            the themes file is not there any more.
    """
    themed = Themed((), tuple(themes), (), ())
    if settings.themes in (_NO_THEMES, _FOUND_THEMES):
        return remarks(themed, settings)
    from topics.themefile import load_themes

    try:
        _, missing = examples_of(load_themes(settings.themes), corpus)
    except SettingsError:
        return [*filter(_EXAMPLES.match, before), *remarks(themed, settings)]
    return remarks(replace(themed, missing=missing), settings)


def passing(remark: str) -> bool:
    """Whether a remark is one of those that `remarks` makes."""
    return _EXAMPLES.match(remark) is not None or _UNSUITABLE.match(remark) is not None


def _named_themes(
    corpus: Corpus,
    encoded: Encoded,
    described: Described,
    settings: BuildSettings,
    cache: Cache,
    split: Callable[[], Pieces] | None,
) -> Themed:
    from topics.themefile import load_themes

    themes = load_themes(settings.themes)
    rows, missing = examples_of(themes, corpus)
    key = digest(*versions(), encoded.key, described.clustering.labels, themes, rows, missing)

    def compute() -> Themed:
        from topics.themes import assign_themes, theme_of_topics

        found = assign_themes(
            themes,
            texts_of(corpus),
            encoded.vectors,
            encoded.encoder(),
            examples=rows,
            pieces=split() if split else None,
        )
        topics = theme_of_topics(
            found.names, found.confidence, described.clustering.labels, described.clustering.topics
        )
        return Themed(
            themes=(*((t.name, t.description) for t in themes), (OTHER_THEME, _OTHER_TEXT)),
            papers=tuple(found.names),
            confidence=tuple(round(float(value), 4) for value in found.confidence),
            topics=tuple(topics),
            missing=missing,
        )

    def save(themed: Themed, folder: Path) -> None:
        parts = (themed.themes, themed.papers, themed.confidence, themed.topics, themed.missing)
        save_json(list(parts), folder)

    def load(folder: Path) -> Themed:
        listed, papers, confidence, topics, missing = load_json(folder)
        return Themed(
            tuple(map(tuple, listed)),
            tuple(papers),
            tuple(confidence),
            tuple(topics),
            tuple((name, tuple(examples)) for name, examples in missing),
        )

    return cache.get_or_compute("themes", key, compute, save=save, load=load)


def examples_of(
    themes: Sequence[Theme], corpus: Corpus
) -> tuple[list[list[int]], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Rows of the papers that each theme lists as examples, and what it lists in vain."""
    if not any(theme.papers for theme in themes):
        return [[] for _ in themes], ()
    from topics.sources.identifiers import find_arxiv_id, find_doi
    from topics.text import title_key

    row_of: dict[str, int] = {}
    papers = corpus.papers
    for name, key in (("id", str), ("arxiv_id", str), ("doi", str.lower), ("title", title_key)):
        for row, value in enumerate(papers[name]):
            if isinstance(value, str) and value:
                row_of.setdefault(key(value), row)

    def find(example: str) -> int | None:
        doi, arxiv = find_doi(example), find_arxiv_id(example, bare=True)
        keys = (example, arxiv, doi and doi.lower(), title_key(example))
        return next((row_of[key] for key in keys if key and key in row_of), None)

    rows, missing = [], []
    for theme in themes:
        found = {example: find(example) for example in theme.papers}
        rows.append([row for row in dict.fromkeys(found.values()) if row is not None])
        if lost := tuple(example for example, row in found.items() if row is None):
            missing.append((theme.name, lost))
    return rows, tuple(missing)


_OTHER_TEXT = "papers that fit none of the other themes"


def _at_the_top(described: Described) -> list[tuple[str, tuple[int, ...]]]:
    """Name and topics of each group, or lone topic, at the top of the tree."""
    groups = [(group.name, group.topics) for group in described.groups if group.parent < 0]
    grouped = {topic for _, topics in groups for topic in topics}
    lone = [(name, (topic,)) for topic, name in enumerate(described.names) if topic not in grouped]
    return [*groups, *lone]


def _found_themes(described: Described) -> Themed:
    """Themes as the groups at the top of the tree; a paper has the theme of its topic."""
    import numpy as np

    clustering = described.clustering
    papers = len(clustering.labels)
    if clustering.topics == 0:
        return Themed(((OTHER_THEME, _OTHER_TEXT),), (OTHER_THEME,) * papers, (1.0,) * papers, ())
    sizes = np.bincount(clustering.labels[clustering.labels >= 0], minlength=clustering.topics)
    found = sorted(_at_the_top(described), key=lambda top: -int(sizes[list(top[1])].sum()))
    names = [name for name, _ in found]
    texts = [
        ", ".join(described.names[topic] for topic in sorted(topics, key=lambda at: -sizes[at])[:6])
        for _, topics in found
    ]
    theme_of = {topic: name for name, topics in found for topic in topics}
    of_topic = [theme_of[topic] for topic in range(clustering.topics)]
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
