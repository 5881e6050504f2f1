"""OpenID Connect: a provider vouches for people (code flow with PKCE, state and nonce).

The only module that needs the extra ``oidc``; it is loaded where a provider is set, and nowhere else.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from geo_registry.errors import Overloaded, SignInNeeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo_registry.settings import Provider

DESCRIPTION = "/.well-known/openid-configuration"
"""Path below the issuer of the document that describes it (OpenID Connect Discovery 1.0, 4)."""
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that are believed: with a public key, never none and never a shared secret."""
SCOPE = "openid profile email"
LEEWAY_S = 60
"""Seconds by which the provider's clock may differ."""
PATIENCE_S = 10
RETRY_S = 30
"""Seconds a request to the provider may take, and after which people are told to try again."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What one browser keeps while it is away at the provider."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)


def begin(provider: Provider, flow: Flow, back: str) -> str:
    """Give the address at which the provider asks who it is.

    Parameters
    ----------
    provider
        Who vouches.
    flow
        Kept by the browser until it comes back.
    back
        Address at which it comes back.

    Raises
    ------
    Overloaded
        ``PROVIDER_FAILED`` if the provider does not describe itself as it should.
    """
    with _session(provider, back) as session:
        described = _described(session, provider)
        address, _ = session.create_authorization_url(
            described["authorization_endpoint"],
            state=flow.state,
            nonce=flow.nonce,
            code_verifier=flow.verifier,
        )
    return str(address)


def vouched_name(provider: Provider, flow: Flow, answer: Mapping[str, str], *, back: str, now: float) -> str:
    """Give the name of the account that the provider vouches for.

    Parameters
    ----------
    provider
        Who vouches.
    flow
        As the browser kept it.
    answer
        What the provider sent the browser back with.
    back
        Address at which it came back, as it was said when it left.
    now
        Seconds since 1970.

    Raises
    ------
    SignInNeeded
        ``VOUCHED_REFUSED`` if state, code, signature, issuer, audience, time, nonce or claim do not hold.
    Overloaded
        ``PROVIDER_FAILED`` if the provider does not answer as it should.
    """
    came_back = hmac.compare_digest(answer.get("state", "").encode(), flow.state.encode())
    if not (flow.state and came_back) or answer.get("iss", provider.issuer) != provider.issuer:
        raise SignInNeeded("VOUCHED_REFUSED")
    with _session(provider, back) as session:
        described = _described(session, provider)
        try:
            token = session.fetch_token(
                described["token_endpoint"],
                code=answer["code"],
                code_verifier=flow.verifier,
                grant_type="authorization_code",
                allow_redirects=False,
            )
            keys: Any = _document(session, described["jwks_uri"])
            read = jwt.decode(str(token["id_token"]), KeySet.import_key_set(keys), algorithms=ALGORITHMS)
            claims = CodeIDToken(read.claims, read.header, *_expected(provider, flow, token))
            claims.validate(now=int(now), leeway=LEEWAY_S)
        except (OAuthError, JoseError, KeyError, TypeError, ValueError) as fault:
            raise SignInNeeded("VOUCHED_REFUSED") from fault
    return _name(dict(claims), provider.claim)


def _expected(
    provider: Provider, flow: Flow, token: Mapping[str, Any]
) -> tuple[dict[str, dict[str, object]], dict[str, object]]:
    """Say what the claims must be: issuer and audience, and what the others are compared with."""
    options: dict[str, dict[str, object]] = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client},
    }
    return options, {
        "nonce": flow.nonce,
        "client_id": provider.client,
        "access_token": token.get("access_token"),
    }


def _name(claims: Mapping[str, Any], claim: str) -> str:
    name = claims.get(claim)
    is_proven = claim != "email" or claims.get("email_verified") is True
    if not isinstance(name, str) or not name or not is_proven:
        raise SignInNeeded("VOUCHED_REFUSED")
    return name


@contextmanager
def _session(provider: Provider, back: str) -> Iterator[OAuth2Session]:
    """Open a way to the provider that ends in a sentence when it is cut."""
    try:
        secret = provider.secret.read_text("utf-8").strip() if provider.secret else None
        with OAuth2Session(
            provider.client,
            secret,
            scope=SCOPE,
            redirect_uri=back,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            code_challenge_method="S256",
            default_timeout=PATIENCE_S,
            trust_env=False,
        ) as session:
            yield session
    except OSError as fault:
        raise Overloaded("PROVIDER_FAILED", value=type(fault).__name__, seconds=RETRY_S) from fault


def _described(session: OAuth2Session, provider: Provider) -> Mapping[str, str]:
    """Read how the provider describes itself; it must be the one that is set, and safe to talk to."""
    described = _document(session, provider.issuer.rstrip("/") + DESCRIPTION)
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if described.get("issuer") != provider.issuer or not all(_is_safe(described.get(key)) for key in wanted):
        raise Overloaded("PROVIDER_FAILED", value="issuer", seconds=RETRY_S)
    return described


def _document(session: OAuth2Session, address: str) -> Mapping[str, Any]:
    if not _is_safe(address):
        raise Overloaded("PROVIDER_FAILED", value="https", seconds=RETRY_S)
    answer = session.get(address, withhold_token=True, allow_redirects=False)
    answer.raise_for_status()
    document = answer.json()
    if not isinstance(document, dict):
        raise Overloaded("PROVIDER_FAILED", value="JSON", seconds=RETRY_S)
    return document


def _is_safe(address: object) -> bool:
    """Tell whether nobody can listen in: https, or this very machine."""
    parts = urlsplit(address if isinstance(address, str) else "")
    try:
        here = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = parts.hostname == "localhost"
    return parts.scheme == "https" or (parts.scheme == "http" and here)
