"""Signing in and out: a session is a random number in a cookie, kept here as its digest."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo_registry.core.ledger.reading.cell import fold
from geo_registry.errors import SignInNeeded, StoreError
from geo_registry.registry.people import attempts, grants, passwords
from geo_registry.store.people import SessionRow

if TYPE_CHECKING:
    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House
    from geo_registry.store.people import Account

IDLE_S = 1_800.0
"""Seconds without a request after which a session ends (rule R11)."""
LONGEST_S = 43_200.0
"""Seconds after which a session ends in any case: a working day."""
NOTED_EVERY_S = 60.0
"""Seconds between two notes of when a session was seen: reading should not write."""
SKEW_S = 300.0
"""Seconds a session may seem to lie ahead of the clock; beyond them the clock was set back, and it ends."""
_PASSWORD_LIMIT = 1_024
"""Characters beyond which what was typed is no password and is not even normalised."""
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser.

    Attributes
    ----------
    account
        Name of the account.
    viewer
        What it may see.
    csrf
        What its forms must carry.
    digest
        Under which it is kept.
    """

    account: str
    viewer: Viewer
    csrf: str = field(repr=False)
    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A session when it begins: the only time the number in its cookie is known."""

    session: Session
    secret: str = field(repr=False)


def sign_in(house: House, name: str, password: str, address: str) -> Entry:
    """Let in who knows an account's password.

    Parameters
    ----------
    house
        Where accounts are, and the clock.
    name, password
        As they were typed.
    address
        Where the attempt comes from.

    Raises
    ------
    SignInNeeded
        ``SIGN_IN_WRONG``: the password is wrong, or there is no such account, or it is disabled.
    TooMany
        If there were too many failures; ``seconds`` says how long to wait.
    """
    account = checked(house, name, password, address)
    if account.password is not None and passwords.stale(house, account.password):
        house.store.people.rehash(account, passwords.hashed(house, passwords.normal(password)))
    return begun(house, account)


def checked(house: House, name: str, password: str, address: str) -> Account:
    """Give the account whose password was typed; a failure is counted.

    Parameters
    ----------
    house
        Where accounts are, and the clock.
    name, password
        As they were typed.
    address
        Where the attempt comes from.

    Raises
    ------
    SignInNeeded
        ``SIGN_IN_WRONG``.
    TooMany
        If there were too many failures.
    """
    counted = attempts.count(house, name, address)
    account = house.store.people.account(fold(name))
    known = account.password if account and not account.disabled else None
    typed = password if len(password) <= _PASSWORD_LIMIT else ""
    if not passwords.fits(house, typed, known) or account is None:
        raise SignInNeeded("SIGN_IN_WRONG")
    attempts.forgive(house, counted)
    return account


def begun(house: House, account: Account) -> Entry:
    """Begin a session, under a number nobody knew before."""
    now, secret = house.clock().timestamp(), secrets.token_urlsafe(_SECRET_BYTES)
    csrf, digest = secrets.token_urlsafe(_SECRET_BYTES), _digest(secret)
    row = SessionRow(digest, account.name, account.epoch, csrf, now, now)
    house.store.people.begin(row, made=now - LONGEST_S, seen=now - IDLE_S, until=now + SKEW_S)
    return Entry(Session(account.name, grants.viewer_of(house, account), csrf, digest), secret)


def recalled(house: House, secret: str) -> Session | None:
    """Give the session whose number a cookie holds, or None where it has ended.

    Parameters
    ----------
    house
        Where sessions are, and the clock.
    secret
        The number.
    """
    kept = house.store.people.session(_digest(secret))
    if kept is None:
        return None
    row, account = kept
    now = house.clock().timestamp()
    holds = not account.disabled and row.epoch == account.epoch and _is_young(row, now)
    if not holds or abs(now - row.seen_at) >= NOTED_EVERY_S:
        _note(house, row, now if holds else None)
    if not holds:
        return None
    return Session(account.name, grants.viewer_of(house, account), row.csrf, row.digest)


def _is_young(row: SessionRow, now: float) -> bool:
    return -SKEW_S <= now - row.made_at < LONGEST_S and -SKEW_S <= now - row.seen_at < IDLE_S


def _note(house: House, row: SessionRow, seen_at: float | None) -> None:
    """Note when a session was seen, or that it ended: it must not come back when the clock is set back.

    A store that is busy or full keeps nobody from reading.
    """
    try:
        if seen_at is None:
            house.store.people.end(row.digest, patiently=False)
        else:
            house.store.people.seen(row.digest, seen_at)
    except StoreError:
        return


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
