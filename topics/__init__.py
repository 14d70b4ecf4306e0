"""Papermap's engine: abstracts of papers become a topic map.

The names below are the public interface; each is imported when it is first used, so that
``import topics`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from topics.artefact import load, read_manifest, save
    from topics.corpus import Corpus, build_corpus
    from topics.errors import PapermapError
    from topics.pipeline import build, build_from_corpus
    from topics.search import nearest_papers
    from topics.settings import BuildSettings
    from topics.sources.detect import read_sources
    from topics.topicmap import TopicMap
    from topics.updating import update

__all__ = [
    "BuildSettings",
    "Corpus",
    "PapermapError",
    "TopicMap",
    "build",
    "build_corpus",
    "build_from_corpus",
    "load",
    "nearest_papers",
    "read_manifest",
    "read_sources",
    "save",
    "update",
]

_HOMES = {
    "BuildSettings": "settings",
    "Corpus": "corpus",
    "PapermapError": "errors",
    "TopicMap": "topicmap",
    "build": "pipeline",
    "build_corpus": "corpus",
    "build_from_corpus": "pipeline",
    "load": "artefact",
    "nearest_papers": "search",
    "read_manifest": "artefact",
    "read_sources": "sources.detect",
    "save": "artefact",
    "update": "updating",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
