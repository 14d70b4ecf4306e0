"""Signing in and out, where whoever runs the dashboard has named a provider of identities."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from dashboard import access, text

__all__ = ["account", "show"]


def show() -> None:
    """What is seen in place of a page by who may not see it."""
    reader = access.current()
    with st.container(key="pm-empty"):
        if not access.rules().signs_in:
            st.title("Closed for now", anchor=False)
            st.markdown("Who may read here cannot be found out. Whoever runs this can mend it.")
        elif not reader.mail:
            st.title("Sign in to see the maps", anchor=False)
            st.markdown("They are shared with some people only. Your link will still work after.")
            _ways_in(kind="primary")
        else:
            st.title("These maps are not shared with you", anchor=False)
            st.html(text.element("p", f"You are signed in as {reader.mail}. {_why(reader)}"))
            _way_out()


def _why(reader: access.Reader) -> str:
    if reader.unconfirmed:
        return "Your provider has not confirmed that the address is yours: do that there first."
    return "Ask whoever shared the link to add this address, or sign in with another."


def account() -> None:
    """Draw, below the filters, who is signed in, or the way to do so."""
    said = access.rules()
    if not said.signs_in:
        return
    mail = access.current().mail
    with st.sidebar, st.container(key="pm-account", gap="xsmall"):
        if not mail:
            _ways_in(kind="secondary")
            return
        st.html(text.element("p", f"Signed in as {mail}", css_class="pm-sub"))
        _way_out()


def _ways_in(*, kind: Literal["primary", "secondary"]) -> None:
    # A click leaves the page: it is Streamlit's script that goes to the provider.
    for name in access.rules().providers:
        own = "" if name == "default" else f" with {name.capitalize()}"
        label, key = f"Sign in{own}", f"sign-in-{name}"
        if st.button(label, icon=":material/login:", type=kind, key=key):
            st.login(name)


def _way_out() -> None:
    if st.button("Sign out", icon=":material/logout:", type="tertiary", key="sign-out"):
        st.logout()
