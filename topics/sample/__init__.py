"""The bundled sample: five saved "Daily Papers" search pages.

Titles, dates, author and comment counts are those of the pages; each abstract is a summary of that
paper, written for Papermap.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["folder"]


def folder() -> Path:
    """The folder with the five pages."""
    return Path(__file__).with_name("pages")
