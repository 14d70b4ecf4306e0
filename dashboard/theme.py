"""The colours of the appearance that the reader's browser shows."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote

from topics.palette import DARK, LIGHT, Palette

__all__ = ["DARK", "LIGHT", "Palette", "current_palette", "style_variables"]


def current_palette() -> Palette:
    """The palette of the appearance that the reader's browser shows now."""
    import streamlit as st

    return DARK if st.context.theme.type == "dark" else LIGHT


def style_variables(palette: Palette) -> dict[str, str]:
    """The colours, and the icon, as the style sheet names them."""
    names = ("background", "surface", "ink", "muted", "line", "accent")
    return {
        **{f"--pm-{name}": getattr(palette, name) for name in names},
        "--pm-icon": f'url("data:image/svg+xml,{_icon()}")',
    }


@cache
def _icon() -> str:
    icon = Path(__file__).with_name("assets") / "icon.svg"
    return quote(icon.read_text(encoding="utf-8"))
