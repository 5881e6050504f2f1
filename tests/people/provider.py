"""A tiny OpenID Connect provider on this machine, which can be told to misbehave in one way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug import Request, Response
from werkzeug.serving import make_server

CLIENT, SECRET = "registry", "what the provider gave us"
"""The name and the secret it knows the registry by."""
USER = {"sub": "u-17", "preferred_username": "Li", "email": "li@example.org", "email_verified": True}
"""Whom it vouches for."""


@cache
def key_of(whose: str) -> RSAKey:
    """Make a key, once for all tests; whoever's it is, it calls itself the same."""
    assert whose
    return RSAKey.generate_key(2048, {"kid": "k1"})


@dataclass
class TinyProvider:
    """Describes itself, gives codes and exchanges them.

    Attributes
    ----------
    claims
        What the next identity token says beside what it should, or instead of it; None leaves a claim out.
    header
        The same for the token's header.
    key
        Signs.
    fault
        One way to misbehave beside that.
    """

    clock: Any
    issuer: str = ""
    claims: dict[str, object] = field(default_factory=dict)
    header: dict[str, object] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: key_of("provider"))
    fault: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    exchanged: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:  # noqa: ANN401 (WSGI)
        """Answer one request."""
        request = Request(environ)
        answer = {
            "/.well-known/openid-configuration": self._description,
            "/keys": lambda _: _json({"keys": [self.key.as_dict(private=False)]}),
            "/token": self._token,
        }[request.path](request)
        return answer(environ, start_response)

    def _description(self, _request: Request) -> Response:
        if self.fault == "no description":
            return Response("busy", 503)
        return _json(
            {
                "issuer": "https://else.where" if self.fault == "another issuer" else self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": "http://else.where/token"
                if self.fault == "unsafe"
                else f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    def authorize(self, address: str) -> str:
        """Do what the provider's page does: let the person in, and give the address to come back to."""
        self.asked = dict(parse_qsl(urlsplit(address).query))
        answer = {"code": "the-code", "state": self.asked["state"], "iss": self.issuer}
        return f"{self.asked['redirect_uri']}?{urlencode(answer)}"

    def _token(self, request: Request) -> Response:
        sent = {key: values[0] for key, values in parse_qs(request.get_data(as_text=True)).items()}
        given = request.authorization
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = (
            given is not None
            and (given.username, given.password) == (CLIENT, SECRET)
            and sent["code"] == "the-code"
            and sent["redirect_uri"] == self.asked["redirect_uri"]
            and challenge == self.asked["code_challenge"]
            and self.asked["code_challenge_method"] == "S256"
        )
        if not right or self.fault == "refused":
            return _json({"error": "invalid_grant"}, 400)
        self.exchanged.append(sent["code"])
        return _json({"access_token": "at", "token_type": "Bearer", "id_token": self._identity()})

    def _identity(self) -> str:
        now = int(self.clock.seconds)
        usual = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
        }
        claims = {**usual, **USER, **self.claims}
        said = {key: value for key, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "k1", **self.header}
        if header["alg"] == "none":
            parts = (json.dumps(part).encode() for part in (header, said))
            return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])
        if header["alg"] == "HS256":
            return _signed_with_the_public_key(header, said, self.key)
        signer = key_of("somebody else") if self.fault == "another key" else self.key
        return jwt.encode(header, said, signer, algorithms=["RS256", "PS512"])


def _signed_with_the_public_key(header: dict[str, object], claims: dict[str, object], key: RSAKey) -> str:
    """Forge a token as one could who knows the public key alone, if shared secrets were believed."""
    parts = (json.dumps(part).encode() for part in (header, claims))
    body = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    seal = hmac.digest(key.as_pem(private=False), body.encode(), "sha256")
    return f"{body}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def _json(document: object, status: int = 200) -> Response:
    return Response(json.dumps(document), status, mimetype="application/json")


@contextmanager
def provided(clock: object) -> Iterator[TinyProvider]:
    """Run a provider until the block ends."""
    provider = TinyProvider(clock)
    server = make_server("127.0.0.1", 0, provider, threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
