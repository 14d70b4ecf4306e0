"""A question to a language model behind an OpenAI-compatible address, and its answer as text."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from topics.errors import SettingsError

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from urllib.request import Request

__all__ = ["KEY_VARIABLE", "ChatModel", "NoAnswer"]

#: Environment variable with the key that the address asks for; none is sent without it.
KEY_VARIABLE = "PAPERMAP_NAME_KEY"

_LOCAL = ("localhost", "127.0.0.1", "::1")
_MOST_BYTES = 1_000_000


class NoAnswer(Exception):
    """The model gave no answer that can be read; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatModel:
    """A language model.

    Attributes:
        url: address up to ``/chat/completions``, such as ``http://localhost:11434/v1``.
        model: its name there.
        timeout: seconds until an answer is no longer waited for.
    """

    url: str
    model: str
    timeout: float = 60.0

    def check(self) -> None:
        """Fail on an address that cannot be one, or that a key must not be sent to.

        Raises:
            SettingsError: says what is wrong with it.
        """
        try:
            parts = urlsplit(self.url)
            known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            known = False
        if not known or parts.username or parts.password or parts.query or parts.fragment:
            raise SettingsError(
                f"--name-url is {self.url!r}; expected an address such as "
                "http://localhost:11434/v1, without a name, a password or a query."
            )
        if os.environ.get(KEY_VARIABLE) and parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise SettingsError(
                f"{KEY_VARIABLE} would be sent to {self.url} for anybody on the way to read. Give "
                f"an https address, or remove {KEY_VARIABLE}."
            )

    def ask(self, system: str, question: str) -> str:
        """Ask once.

        Raises:
            NoAnswer: nobody there, too late, refused, or not an answer of a chat model.
        """
        from http.client import HTTPException
        from urllib.error import HTTPError
        from urllib.request import Request, build_opener

        body = {
            "model": self.model,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": question},
            ],
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key := os.environ.get(KEY_VARIABLE):
            headers["Authorization"] = f"Bearer {key}"
        request = Request(  # noqa: S310  the scheme was checked
            f"{self.url.rstrip('/')}/chat/completions",
            data=json.dumps(body).encode(),
            headers=headers,
            method="POST",
        )
        try:
            with build_opener(_no_redirects()).open(request, timeout=self.timeout) as response:
                raw = response.read(_MOST_BYTES)
        except HTTPError as error:
            raise NoAnswer(f"it answered with status {error.code}") from error
        except TimeoutError as error:
            raise NoAnswer(f"no answer came within {self.timeout:.0f} seconds") from error
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(f"it cannot be reached ({_reason(error)})") from error
        return _content(raw)


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or reason)


def _no_redirects() -> Any:
    from urllib.request import HTTPRedirectHandler

    class _Stay(HTTPRedirectHandler):
        """The key is for the address that was given, not for where that one points."""

        def redirect_request(
            self,
            req: Request,  # noqa: ARG002
            fp: Any,  # noqa: ARG002
            code: int,  # noqa: ARG002
            msg: str,  # noqa: ARG002
            headers: HTTPMessage,  # noqa: ARG002
            newurl: str,  # noqa: ARG002
        ) -> None:
            """Follow nowhere; the answer then counts as an error."""
            return

    return _Stay()


def _content(raw: bytes) -> str:
    try:
        content = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise NoAnswer("its answer is not that of a chat model") from error
    if not isinstance(content, str) or not content.strip():
        raise NoAnswer("its answer is empty")
    return content
