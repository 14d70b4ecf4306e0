"""The papers of a map, a topic or a theme as a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topics.errors import SettingsError
from topics.exports import to_bibtex, to_csv, to_markdown, to_ris

if TYPE_CHECKING:
    import pandas as pd

    from topics.topicmap import TopicMap

__all__ = ["FORMATS", "papers_of", "report_bytes", "write_report"]

FORMATS = ("md", "csv", "bib", "ris", "json")

_WHOLE = ("author_count", "comments", "upvotes")


def write_report(
    topic_map: TopicMap,
    path: str | os.PathLike[str],
    *,
    file_format: str,
    topic: str | None = None,
    theme: str | None = None,
) -> int:
    """Write the papers of a map, or of one topic or theme.

    The same map gives the same bytes.

    Returns:
        Number of papers written.

    Raises:
        SettingsError: an unknown format, topic or theme, or a file that cannot be written.
    """
    papers = papers_of(topic_map, topic=topic, theme=theme)
    data = report_bytes(topic_map, papers, file_format=file_format)
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SettingsError(
            f"The report cannot be written to {target} ({error.strerror}). Choose another --out."
        ) from error
    return len(papers)


def papers_of(
    topic_map: TopicMap, *, topic: str | None = None, theme: str | None = None
) -> pd.DataFrame:
    """The papers of a topic or theme, or all.

    Raises:
        SettingsError: the map has no such topic or theme; says which there are.
    """
    papers = topic_map.papers
    if topic is not None:
        known = list(topic_map.topics["id"])
        if topic not in known:
            raise SettingsError(f"No topic {topic!r} in this map; it has {_listed(known)}.")
        papers = papers[papers["topic"] == topic]
    if theme is not None:
        known = list(topic_map.themes["name"])
        if theme not in known:
            raise SettingsError(f"No theme {theme!r} in this map; it has {_listed(known)}.")
        papers = papers[papers["theme"] == theme]
    return papers


def report_bytes(topic_map: TopicMap, papers: pd.DataFrame, *, file_format: str) -> bytes:
    """Papers in one of `FORMATS`.

    Raises:
        SettingsError: an unknown format.
    """
    writers = {"md": to_markdown, "csv": to_csv, "bib": to_bibtex, "ris": to_ris}
    if file_format == "json":
        return _json(papers)
    if file_format not in writers:
        raise SettingsError(
            f"Unknown format {file_format!r}; expected one of {', '.join(FORMATS)}."
        )
    return writers[file_format](papers, topic_names=topic_map.topic_names)


def _json(papers: pd.DataFrame) -> bytes:
    rows = [
        {name: _plain(value, whole=name in _WHOLE) for name, value in row.items()}
        for row in papers.to_dict("records")
    ]
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: Any, *, whole: bool) -> Any:
    """A value as JSON knows it; a column of whole numbers with gaps comes as real numbers."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    if value is None or value != value:
        return None
    return int(value) if whole else value


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else "none"
