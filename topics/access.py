"""Who may see and who may change the maps of a host: read from one file and the environment.

The file is TOML, as Streamlit's own ``secrets.toml``: ``[auth]`` as ``st.login`` wants it, and

    [papermap]
    access = "list"                                  # open, link or list
    readers = ["ada@example.org", "@lab.example.org"]
    editors = ["ada@example.org"]

Variables of the environment come before it: ``PAPERMAP_ACCESS``, ``PAPERMAP_READERS`` and
``PAPERMAP_EDITORS`` (separated by commas), ``PAPERMAP_LINK_KEY``, ``PAPERMAP_UNCONFIRMED``, and
``PAPERMAP_AUTH_…`` for what is in ``[auth]``, e.g. ``PAPERMAP_AUTH_CLIENT_SECRET``.
"""

from __future__ import annotations

import hmac
import os
import re
import tomllib
from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from topics.errors import PapermapError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["MODES", "SECRETS_VARIABLE", "Access", "named", "read_access", "secrets_file"]

#: Environment variable with the file; ``none`` for none, wherever one lies.
SECRETS_VARIABLE = "PAPERMAP_SECRETS"

#: Who sees the maps: everybody; whoever has a map's link; whoever signs in and is on the list.
MODES = ("open", "link", "list")

_CALLBACK = "/oauth2callback"
_SHORTEST_SECRET = 32
_KEYS = {"access", "readers", "editors", "link_key", "unconfirmed"}
_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
_GENERAL = ("redirect_uri", "cookie_secret")
_MAIL = re.compile(r"[^\s@,]*@[^\s@,]+\.[^\s@,]+|[^\s@,]+@localhost")
_AUTH = "PAPERMAP_AUTH_"
_HERE = Path(".streamlit") / "secrets.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may see and who may change the maps.

    Attributes:
        mode: one of ``MODES``.
        readers: addresses (``ada@example.org``) and domains (``@example.org``) that may read
            where the mode is ``list``.
        editors: those that may build and edit, and read; where none are named, whoever the way
            in which the dashboard was started lets.
        link_key: what links are made of where the mode is ``link``.
        auth: the provider of identities, as `streamlit.login` takes it; empty for none.
        unconfirmed: whether an address counts that the provider does not call verified.
    """

    mode: str = "open"
    readers: frozenset[str] = frozenset()
    editors: frozenset[str] = frozenset()
    link_key: str = field(default="", repr=False)
    auth: Mapping[str, Any] = field(default_factory=dict, repr=False)
    unconfirmed: bool = False

    @property
    def signs_in(self) -> bool:
        """Whether one can sign in."""
        return bool(self.auth)

    @property
    def providers(self) -> tuple[str, ...]:
        """Names of the providers; one without a name is ``default``."""
        named = tuple(name for name, value in self.auth.items() if isinstance(value, dict))
        return (*(("default",) if "client_id" in self.auth else ()), *named)

    @property
    def is_secure(self) -> bool:
        """Whether readers come over TLS, as far as the provider knows."""
        return str(self.auth.get("redirect_uri", "")).startswith("https://")

    def may_read(self, mail: str) -> bool:
        """Whether somebody sees the maps (in mode ``link``: those of which they have the link).

        Args:
            mail: address of who is signed in; empty for nobody.
        """
        return self.mode != "list" or _is_named(mail, self.readers | self.editors)

    def may_edit(self, mail: str) -> bool:
        """Whether somebody may change maps, where the dashboard lets anybody do so."""
        if self.editors or self.mode == "list":
            return _is_named(mail, self.editors)
        return True

    def link_name(self, name: str) -> str:
        """The name by which a map is asked for; in mode ``link`` nobody guesses it."""
        if self.mode != "link":
            return name
        digest = hmac.digest(self.link_key.encode(), name.encode(), sha256)
        return f"{name}-{b32encode(digest).decode().lower()[:26]}"


def named(folders: Iterable[Path]) -> dict[str, Path]:
    """A name of its own for each of some maps, that of its folder as far as can be."""
    found: dict[str, Path] = {}
    for folder in dict.fromkeys(folder.absolute() for folder in folders):
        name, number = folder.name or "map", 2
        while name in found:
            name, number = f"{folder.name or 'map'} ({number})", number + 1
        found[name] = folder
    return found


def _is_named(mail: str, names: frozenset[str]) -> bool:
    mail = mail.strip().casefold()
    user, at, domain = mail.partition("@")
    return bool(user and at and "@" not in domain) and (mail in names or f"@{domain}" in names)


def secrets_file(environ: Mapping[str, str] | None = None) -> Path | None:
    """The file that says who may do what; None where there is none.

    Raises:
        PapermapError: one is named that is not there.
    """
    environ = os.environ if environ is None else environ
    given = environ.get(SECRETS_VARIABLE, "").strip()
    if given == "none":
        return None
    if given:
        file = Path(given).expanduser().absolute()
        if not file.is_file():
            raise PapermapError(f"{SECRETS_VARIABLE} names {given!r}, which is no file.")
        return file
    home = environ.get("HOME")
    places = [_HERE.absolute(), *([Path(home) / _HERE] if home else [])]
    return next((place for place in places if place.is_file()), None)


def read_access(
    file: Path | None, environ: Mapping[str, str] | None = None, *, base_path: str | None = None
) -> Access:
    """Read who may do what.

    Args:
        file: see `secrets_file`.
        environ: variables; those of the process where None.
        base_path: path under which the dashboard is served, to be compared with where the provider
            sends readers back to; not compared where None.

    Raises:
        PapermapError: something is missing or not understood. No secret is part of the message.
    """
    environ = os.environ if environ is None else environ
    told = _table(file)
    own, auth = told.get("papermap", {}), dict(told.get("auth", {}))
    for name, value in environ.items():
        if name.startswith(_AUTH) and value:
            auth[name.removeprefix(_AUTH).lower()] = value
    own = {**own, **_from_environment(environ)}
    if unknown := sorted(set(own) - _KEYS):
        raise PapermapError(
            f"[papermap] has {', '.join(unknown)}; expected {', '.join(sorted(_KEYS))}."
        )
    if auth and "access" not in own:
        raise PapermapError(
            "[auth] is there, but who may read is not said. Set access in [papermap] to one of "
            f"{', '.join(MODES)}."
        )
    found = Access(
        mode=_mode(own.get("access", "open")),
        readers=_mails("readers", own.get("readers", ())),
        editors=_mails("editors", own.get("editors", ())),
        link_key=str(own.get("link_key", "")),
        auth=auth,
        unconfirmed=own.get("unconfirmed", False) is True,
    )
    _check(found, base_path)
    return found


def _table(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # Of what is in it nothing is told but the place of what is wrong.
        where = getattr(error, "lineno", None) or getattr(error, "strerror", None) or "not TOML"
        place = f"line {where}" if isinstance(where, int) else where
        raise PapermapError(f"“{file.name}” cannot be read ({place}).") from None
    # Other programs' parts of the same file are none of ours.
    ours: dict[str, Any] = {name: told[name] for name in ("papermap", "auth") if name in told}
    for name, value in ours.items():
        # Passed over, it would leave the maps open to all.
        if not isinstance(value, dict):
            raise PapermapError(f"“{file.name}”: {name} is no table; expected [{name}].")
    return ours


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("access", "link_key"):
        if value := environ.get(f"PAPERMAP_{name.upper()}", "").strip():
            found[name] = value
    for name in ("readers", "editors"):
        if value := environ.get(f"PAPERMAP_{name.upper()}", "").strip():
            found[name] = [each for each in re.split(r"[,\s]+", value) if each]
    if value := environ.get("PAPERMAP_UNCONFIRMED", "").strip():
        found["unconfirmed"] = value == "yes"
    return found


def _mode(given: Any) -> str:
    if given not in MODES:
        raise PapermapError(f"access is {given!r}; expected one of {', '.join(MODES)}.")
    return str(given)


def _mails(name: str, given: Any) -> frozenset[str]:
    listed = list(given) if isinstance(given, list | tuple) else [given]
    for each in listed:
        if not isinstance(each, str) or not _MAIL.fullmatch(each.strip()):
            raise PapermapError(
                f"{name} has {each!r}; expected addresses such as ada@example.org and domains such "
                "as @example.org."
            )
    return frozenset(each.strip().casefold() for each in listed)


def _check(access: Access, base_path: str | None) -> None:
    if access.mode == "list" and not (access.readers or access.editors):
        raise PapermapError("access is “list”, but neither readers nor editors are named.")
    if (access.mode == "list" or access.editors) and not access.signs_in:
        raise PapermapError(
            "Readers or editors are named, but nobody can sign in: [auth] is missing. It names the "
            f"provider: {', '.join((*_GENERAL, *_PROVIDER))}."
        )
    if access.mode == "link" and len(access.link_key) < _SHORTEST_SECRET:
        raise PapermapError(
            f"access is “link”: link_key needs {_SHORTEST_SECRET} characters or more. Make one "
            'with `python -c "import secrets; print(secrets.token_urlsafe(32))"` and keep it: '
            "other keys make other links."
        )
    if access.signs_in:
        _check_auth(access, base_path)


def _check_auth(access: Access, base_path: str | None) -> None:
    auth = access.auth
    if missing := [name for name in _GENERAL if not auth.get(name)]:
        raise PapermapError(f"[auth] lacks {', '.join(missing)}.")
    if len(str(auth["cookie_secret"])) < _SHORTEST_SECRET:
        raise PapermapError(f"cookie_secret in [auth] needs {_SHORTEST_SECRET} characters or more.")
    tables = {name: auth if name == "default" else auth[name] for name in access.providers}
    if not tables:
        raise PapermapError(f"[auth] lacks {', '.join(_PROVIDER)}.")
    for name, table in tables.items():
        if missing := [key for key in _PROVIDER if not table.get(key)]:
            where = "[auth]" if name == "default" else f"[auth.{name}]"
            raise PapermapError(f"{where} lacks {', '.join(missing)}.")
    address = urlsplit(str(auth["redirect_uri"]))
    if address.scheme != "https" and address.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise PapermapError("redirect_uri in [auth] has to begin with https://.")
    expected = f"{base_path or ''}{_CALLBACK}"
    if not address.path.endswith(_CALLBACK) or base_path not in (
        None,
        address.path.removesuffix(_CALLBACK),
    ):
        raise PapermapError(
            f"redirect_uri in [auth] ends with {address.path!r}; expected {expected!r}."
        )
    if find_spec("authlib") is None or find_spec("httpx") is None:
        raise PapermapError(
            "Signing in needs the extra “login”: `uv sync --extra login`, or "
            "`pip install 'papermap[login]'`."
        )
