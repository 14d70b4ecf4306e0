"""A provider of identities on this machine: OpenID Connect, as far as signing in goes."""

from __future__ import annotations

import json
import threading
import time
from base64 import b64decode
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CLIENT", "SECRET", "Provider", "provider"]

CLIENT, SECRET = "papermap-tests", "s3cret-of-the-client-that-no-log-may-show"


class Provider:
    """What it is told about whoever signs in next, and what it was asked for.

    Attributes:
        address: where it is found.
        claims: about who signs in next.
        asked: the paths that it was asked for.
    """

    def __init__(self) -> None:
        from joserfc.jwk import RSAKey

        self.address = ""
        self.claims: dict[str, Any] = {}
        self.asked: list[str] = []
        self._key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self._codes: dict[str, dict[str, str]] = {}

    def metadata(self) -> dict[str, Any]:
        """What it says about itself."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/leave",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        """Its public keys."""
        return {"keys": [self._key.as_dict(private=False)]}

    def authorize(self, query: dict[str, str]) -> str:
        """Take whoever comes for who `claims` says, and send them back."""
        assert query["client_id"] == CLIENT
        code = sha256(json.dumps([query, len(self._codes)]).encode()).hexdigest()
        self._codes[code] = query
        back = urlencode({"code": code, "state": query["state"]})
        return f"{query['redirect_uri']}?{back}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The token for a code, once; None where anything is wrong."""
        from joserfc import jwt

        user, _, password = b64decode(authorization.partition(" ")[2]).decode().partition(":")
        query = self._codes.pop(form.get("code", ""), None)
        if query is None or (unquote(user), unquote(password)) != (CLIENT, SECRET):
            return None
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": self.claims.get("email", "nobody"),
            "iat": now,
            "exp": now + 600,
            "nonce": query.get("nonce", ""),
            **self.claims,
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self._key)
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": token}


@contextmanager
def provider() -> Iterator[Provider]:
    """Run one until the end of the block."""
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, urlsplit(self.path).query
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            made.asked.append(path)
            if path == "/.well-known/openid-configuration":
                self._json(made.metadata())
            elif path == "/keys":
                self._json(made.keys())
            elif path == "/authorize":
                self._to(made.authorize(asked))
            elif path == "/leave":
                self._to(asked["post_logout_redirect_uri"])
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            made.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            found = made.token(form, self.headers.get("Authorization", ""))
            self._json(found or {"error": "invalid_grant"}, 200 if found else 400)

        def _json(self, said: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _to(self, address: str) -> None:
            self.send_response(302)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
