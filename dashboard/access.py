"""Who is asking, and what they may do: the same for pages and for every other address."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.workspace import workspace
from topics.access import Access, read_access, secrets_file
from topics.errors import PapermapError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "Reader",
    "asking",
    "current",
    "may_change",
    "reader_of",
    "rules",
    "user_in_cookies",
    "without_folder",
]

#: Nobody may anything: where what is said of it cannot be read.
_CLOSED = Access(mode="list")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks.

    Attributes:
        mail: their address; empty where nobody is signed in.
        may_read: whether they see maps.
        may_edit: whether they may change some, where the dashboard lets anybody do so.
        sees_all: whether they see which maps there are.
        unconfirmed: whether their provider does not vouch for the address.
    """

    mail: str
    may_read: bool
    may_edit: bool
    sees_all: bool
    unconfirmed: bool = False


#: Who asks for what is not a page; pages know it from their session.
_ASKING: ContextVar[Reader | None] = ContextVar("asking", default=None)


def rules() -> Access:
    """Who may do what, as it is said now: lists may change while the dashboard runs."""
    try:
        file = secrets_file()
        if file is None:
            return _rules(None, 0, 0)
        state = file.stat()
        return _rules(file, state.st_mtime_ns, state.st_size)
    except (PapermapError, OSError):
        return _CLOSED


@lru_cache(maxsize=2)
def _rules(file: Path | None, changed: int, size: int) -> Access:  # noqa: ARG001 - of the key
    return read_access(file)


def reader_of(user: Mapping[str, Any]) -> Reader:
    """What somebody may do.

    Args:
        user: claims of the provider about who is signed in; empty for nobody.
    """
    said = rules()
    mail = str(user.get("email") or "") if user.get("is_logged_in") else ""
    # Elsewhere anybody could call themselves by an address that is on the list.
    vouched = said.unconfirmed or user.get("email_verified") in (True, "true")
    known = mail if vouched else ""
    return Reader(
        mail=mail,
        may_read=said.may_read(known),
        may_edit=said.may_edit(known),
        sees_all=said.mode != "link" or (bool(said.editors) and said.may_edit(known)),
        unconfirmed=bool(mail) and not vouched,
    )


def current() -> Reader:
    """Who asks now; found out anew whenever it is called."""
    found = _ASKING.get()
    if found is not None:
        return found
    return reader_of(st.user.to_dict() if rules().signs_in else {})


def may_change() -> bool:
    """Whether who asks may build maps and change them."""
    return workspace() is not None and current().may_edit


def without_folder(words: str, folder: Path) -> str:
    """What is said of a map; to who may change none, without where on the host it lies.

    Args:
        words: that may name the map's folder, or what is in it.
        folder: that the map is served from.
    """
    if not may_change():
        for way in {folder.parent, folder.absolute().parent, folder.resolve().parent}:
            words = words.replace(f"{way}{os.sep}", "")
    return words


@contextmanager
def asking(reader: Reader) -> Iterator[None]:
    """Answer somebody, until the end of the block."""
    mark = _ASKING.set(reader)
    try:
        yield
    finally:
        _ASKING.reset(mark)


def user_in_cookies(cookies: Mapping[str, str]) -> dict[str, Any]:
    """Claims about who is signed in, of the cookie that Streamlit set; empty for nobody.

    Args:
        cookies: of a request. Only what this server has signed counts.
    """
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    if USER_COOKIE_NAME not in cookies:
        return {}
    secret = get_cookie_secret()

    def part(name: str) -> bytes | None:
        value = cookies.get(name)
        return decode_signed_value(secret, name, value.encode("latin-1")) if value else None

    try:
        found = json.loads(get_cookie_with_chunks(part, USER_COOKIE_NAME) or b"{}")
    except (UnicodeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
