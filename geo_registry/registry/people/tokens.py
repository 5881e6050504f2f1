"""API tokens: made for an account, good for less than it may do, and for so many days."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from geo_registry.errors import NotFound, SignInNeeded, ValueRefused
from geo_registry.registry.people import accounts, grants
from geo_registry.store.chain import Commit
from geo_registry.store.people import Token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.core.access import Right, Viewer
    from geo_registry.registry.house import House

_READ: frozenset[Right] = frozenset({"history", "contacts"})
_EDIT: frozenset[Right] = _READ | {"edit"}
SCOPES: Mapping[str, frozenset[Right]] = {
    "read": _READ,
    "edit": _EDIT,
    "import": _EDIT | {"import", "undo", "decide"},
}
"""What each scope leaves of an account's rights; none reaches accounts or the keeping of the store."""
LONGEST_DAYS = 366
"""Days a token may hold at most: a year, so that forgotten ones end."""
SKEW = timedelta(minutes=5)
"""How far clocks may differ before a token counts as made in the future."""
_SHAPE = re.compile(r"gr_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token when it is made: the only time its text is known."""

    token: Token
    text: str = field(repr=False)


def make(house: House, name: str, scope: str, days: int, *, by: str) -> MadeToken:
    """Make a token for an account.

    Parameters
    ----------
    house
        Where.
    name
        Of the account.
    scope
        ``read``, ``edit`` or ``import``.
    days
        How long it holds, 1 to `LONGEST_DAYS`.
    by
        Who makes it.

    Raises
    ------
    NotFound
        ``ACCOUNT_UNKNOWN``.
    ValueRefused
        ``CHOICE_UNKNOWN`` or ``TOKEN_DAYS``.
    """
    account = accounts.found(house, name)
    if scope not in SCOPES:
        raise ValueRefused("CHOICE_UNKNOWN", option="scope", value=scope, known=", ".join(SCOPES))
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueRefused("TOKEN_DAYS", value=days, limit=LONGEST_DAYS)
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    made_at = datetime.fromisoformat(house.now)
    expires_at = (made_at + timedelta(days=days)).isoformat(timespec="seconds")
    token = Token(token_id, account.name, _digest(secret), scope, house.now, expires_at)
    details = {
        "what": "token",
        "name": account.name,
        "token": token_id,
        "scope": scope,
        "expires": expires_at,
    }
    house.store.people.add_token(token, Commit(0, house.now, by, "user", details=details))
    return MadeToken(token, f"gr_{token_id}_{secret}")


def revoke(house: House, token_id: str, by: str, *, of: str | None = None) -> str:
    """End a token, and give its public part; one that has ended stays so.

    Parameters
    ----------
    house
        Where.
    token_id
        Its public part, or its whole text.
    by
        Who ends it.
    of
        Only if it is this account's.

    Raises
    ------
    NotFound
        ``TOKEN_UNKNOWN``.
    """
    whole = _SHAPE.fullmatch(token_id)
    public = whole[1] if whole else token_id
    token = house.store.people.token(public)
    if token is None or of not in {None, token.account}:
        raise NotFound("TOKEN_UNKNOWN", value=public)
    if not token.revoked:
        details = {"what": "revoked", "name": token.account, "token": token.id}
        house.store.people.revoke(token.id, Commit(0, house.now, by, "user", details=details))
    return public


def viewer_by(house: House, text: str) -> Viewer:
    """Give the viewer that comes with a token.

    Parameters
    ----------
    house
        Where tokens are, and the clock.
    text
        ``gr_<id>_<secret>``.

    Raises
    ------
    SignInNeeded
        ``TOKEN_INVALID``, whatever is wrong with it.
    """
    shape = _SHAPE.fullmatch(text)
    token = house.store.people.token(shape[1]) if shape else None
    fits = hmac.compare_digest(_digest(shape[2] if shape else ""), token.digest if token else _digest(text))
    account = house.store.people.account(token.account) if token else None
    if not (fits and token and account) or account.disabled or not _holds(house, token):
        raise SignInNeeded("TOKEN_INVALID")
    return grants.viewer_of(house, account, within_rights=SCOPES[token.scope])


def _holds(house: House, token: Token) -> bool:
    now, made_at = house.clock(), datetime.fromisoformat(token.made_at)
    return not token.revoked and made_at - SKEW <= now < datetime.fromisoformat(token.expires_at)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
