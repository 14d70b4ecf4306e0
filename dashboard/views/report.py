"""The Report view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.views import empty

if TYPE_CHECKING:
    from dashboard.screen import Screen

__all__ = ["show"]


def show(screen: Screen) -> None:
    """Draw the view."""
    if empty.no_match(screen):
        return
    st.dataframe(screen.selection.papers[["title", "date"]], hide_index=True)
