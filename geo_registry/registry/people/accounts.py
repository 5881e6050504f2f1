"""Accounts: made, given rights, given passwords, disabled; each change is a commit that tells of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geo_registry.core.ledger.reading.cell import fold
from geo_registry.errors import Conflict, NotFound, ValueRefused
from geo_registry.registry.people import grants, passwords
from geo_registry.store.chain import Commit
from geo_registry.store.people import Account

if TYPE_CHECKING:
    from geo_registry.registry.house import House
    from geo_registry.registry.people.grants import Grant

_NAME = re.compile(r"[\w.@-]{1,64}")
RESERVED = frozenset({"public"})
"""Names that stand for nobody in particular."""


def named(name: str) -> str:
    """Give an account's name in the one spelling it is kept in: narrow, lower-case, without spaces.

    Raises
    ------
    ValueRefused
        ``ACCOUNT_NAME_INVALID``.
    """
    folded = fold(name)
    if not _NAME.fullmatch(folded) or folded in RESERVED:
        raise ValueRefused("ACCOUNT_NAME_INVALID", value=name)
    return folded


def found(house: House, name: str) -> Account:
    """Find an account.

    Raises
    ------
    NotFound
        ``ACCOUNT_UNKNOWN``.
    """
    account = house.store.people.account(fold(name))
    if account is None:
        raise NotFound("ACCOUNT_UNKNOWN", value=name)
    return account


def add(house: House, name: str, grant: Grant, password: str | None, *, by: str) -> Commit:
    """Make an account.

    Parameters
    ----------
    house
        Where.
    name, grant
        Who, and what it may do where.
    password
        None for an account that only a provider vouches for.
    by
        Who makes it.

    Raises
    ------
    ValueRefused
        If name, grant or password cannot be one.
    Conflict
        ``ACCOUNT_EXISTS``.
    """
    chosen, given = named(name), grants.judged(grant)
    meant = None if password is None else passwords.judged(password, chosen)
    if house.store.people.account(chosen) is not None:
        raise Conflict("ACCOUNT_EXISTS", value=chosen)
    secret = None if meant is None else passwords.hashed(house, meant)
    account = Account(chosen, given.role, given.areas, given.units, secret)
    return _saved(house, None, account, ("added", by))


def give(house: House, name: str, grant: Grant, by: str) -> Commit:
    """Give an account another role, areas or units; its sessions end.

    Raises
    ------
    NotFound
        ``ACCOUNT_UNKNOWN``.
    ValueRefused
        If the grant cannot be one.
    """
    before, given = found(house, name), grants.judged(grant)
    after = replace(before, role=given.role, areas=given.areas, units=given.units)
    return _saved(house, before, _without_sessions(after), ("role", by))


def set_password(house: House, name: str, password: str, by: str) -> Commit:
    """Give an account another password; its sessions end.

    Raises
    ------
    NotFound
        ``ACCOUNT_UNKNOWN``.
    ValueRefused
        If the password cannot be one.
    """
    before = found(house, name)
    secret = passwords.hashed(house, passwords.judged(password, before.name))
    return _saved(house, before, _without_sessions(replace(before, password=secret)), ("password", by))


def disable(house: House, name: str, by: str, *, disabled: bool) -> Commit | None:
    """Let nobody sign in by a name any more, or again; sessions end. None where it is so already.

    Raises
    ------
    NotFound
        ``ACCOUNT_UNKNOWN``.
    """
    before = found(house, name)
    if before.disabled == disabled:
        return None
    after = _without_sessions(replace(before, disabled=disabled))
    return _saved(house, before, after, ("disabled" if disabled else "enabled", by))


def _without_sessions(account: Account) -> Account:
    return replace(account, epoch=account.epoch + 1)


def _saved(house: House, before: Account | None, after: Account, act: tuple[str, str]) -> Commit:
    what, by = act
    details = {
        "what": what,
        "name": after.name,
        "role": after.role,
        "areas": list(after.areas),
        "units": list(after.units),
    }
    return house.store.people.save(before, after, Commit(0, house.now, by, "user", details=details))
