"""Signing in by a provider: away to it, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, redirect, request, url_for

from geo_registry.errors import SignInNeeded
from geo_registry.web.context import is_secure, kept
from geo_registry.web.guard import cookies, openid
from geo_registry.web.params import Query
from geo_registry.web.views.signin import entered, local

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from geo_registry.settings import Provider

blueprint = Blueprint("vouching", __name__)
AWAY = "away"
"""Cookie that keeps what a browser needs to come back from the provider."""
AWAY_S = 600
"""Seconds it may stay away."""


@blueprint.get("/login/oidc")
def begin() -> ResponseReturnValue:
    """Send a browser to the provider."""
    Query("next")
    flow = openid.Flow()
    response = redirect(openid.begin(_provider(), flow, _back()))
    wanted = {**asdict(flow), "next": local(request.args.get("next", ""))}
    cookies.put(response, AWAY, urlencode(wanted), seconds=AWAY_S)  # type: ignore[arg-type]
    return response


@blueprint.get("/login/oidc/callback")
def back() -> ResponseReturnValue:
    """Let in whom the provider vouches for."""
    wanted = dict(parse_qsl(cookies.read(AWAY)))
    if not wanted.keys() >= {"state", "nonce", "verifier"}:
        raise SignInNeeded("VOUCHED_REFUSED")
    flow = openid.Flow(wanted["state"], wanted["nonce"], wanted["verifier"])
    entrance = kept().registry.people.entrance
    name = openid.vouched_name(
        _provider(), flow, request.args.to_dict(), back=_back(), now=entrance.clock().timestamp()
    )
    response = entered(entrance.vouched(name), wanted.get("next", ""))
    cookies.drop(response, AWAY)
    return response


def _provider() -> Provider:
    chosen = kept().settings.provider
    if chosen is None:
        raise SignInNeeded
    return chosen


def _back() -> str:
    return url_for("vouching.back", _external=True, _scheme="https" if is_secure() else "http")
