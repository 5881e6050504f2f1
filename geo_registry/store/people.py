"""The tables of who may sign in: accounts, tokens, sessions, failed attempts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import delete, exists, insert, or_, select, update

from geo_registry.errors import Conflict
from geo_registry.store import schema
from geo_registry.store.chain import Commit, digest_of
from geo_registry.store.commits import appended

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from geo_registry.store.connections import Connections

_TOUCH_PATIENCE_MS = 50
"""Milliseconds a reader waits to write what can be left out when the store is busy."""


@dataclass(frozen=True, slots=True)
class Account:
    """One who may sign in.

    Attributes
    ----------
    name, role
        Who, and what it may do.
    areas
        Paths ``district/township/village`` as they were given.
    units
        Credit codes of the units whose sources it sees.
    password
        Argon2 hash; None where only a provider vouches for the account.
    epoch
        Rises with every change that ends the account's sessions.
    disabled
        True where nobody signs in by this name.
    """

    name: str
    role: str
    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    password: str | None = field(default=None, repr=False)
    epoch: int = 0
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """One API token: the digest of its secret, its scope, and until when it holds (ISO 8601)."""

    id: str
    account: str
    digest: str = field(repr=False)
    scope: str
    made_at: str
    expires_at: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One signed-in browser; times are seconds since 1970."""

    digest: str = field(repr=False)
    account: str
    epoch: int
    csrf: str = field(repr=False)
    made_at: float
    seen_at: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """How often signing in failed by one key, and until when (seconds since 1970) the next one waits."""

    failures: int
    until: float


Decision: TypeAlias = "Callable[[Mapping[str, Attempt]], Mapping[str, Attempt | None]]"


class PeopleTables:
    """Accounts, tokens, sessions and attempts of one store.

    Parameters
    ----------
    base
        Connections to it.
    """

    def __init__(self, base: Connections) -> None:
        self._base = base

    def any(self) -> bool:
        """Tell whether there is an account at all."""
        with self._base.reading() as connection:
            return bool(connection.scalar(select(exists(select(schema.accounts.c.name)))))

    def account(self, name: str) -> Account | None:
        """Find an account by its name."""
        with self._base.reading() as connection:
            return _read(connection, name)

    def accounts(self) -> list[Account]:
        """Give every account by name."""
        with self._base.reading() as connection:
            rows = connection.execute(select(schema.accounts).order_by(schema.accounts.c.name)).mappings()
            return [_account(row) for row in rows]

    def save(self, before: Account | None, after: Account, commit: Commit) -> Commit:
        """Write an account and the commit that tells of it, in one transaction.

        Parameters
        ----------
        before
            As the caller read it; None for a new account.
        after
            As it shall be.
        commit
            Who, when and what.

        Raises
        ------
        Conflict
            If the account is no longer as it was read; nothing is written.
        """
        with self._base.writing() as connection:
            if _read(connection, after.name) != before:
                raise Conflict("ACCOUNT_MOVED_ON", value=after.name)
            connection.execute(delete(schema.accounts).where(schema.accounts.c.name == after.name))
            connection.execute(insert(schema.accounts), _account_row(after))
            if before is not None and before.epoch != after.epoch:
                connection.execute(delete(schema.sessions).where(schema.sessions.c.account == after.name))
            return appended(connection, commit, digest_of((), ()))

    def rehash(self, before: Account, password: str) -> None:
        """Put a costlier hash of the same password in the place of the one that was read."""
        table = schema.accounts
        held = (table.c.name == before.name, table.c.password == before.password)
        with self._base.writing() as connection:
            connection.execute(update(table).where(*held).values(password=password))

    def token(self, token_id: str) -> Token | None:
        """Find a token by its public part."""
        query = select(schema.tokens).where(schema.tokens.c.id == token_id)
        with self._base.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return Token(**row) if row else None

    def tokens(self, account: str) -> list[Token]:
        """Give the tokens of an account, oldest first."""
        query = select(schema.tokens).where(schema.tokens.c.account == account)
        with self._base.reading() as connection:
            rows = connection.execute(query.order_by(schema.tokens.c.made_at, schema.tokens.c.id)).mappings()
            return [Token(**row) for row in rows]

    def add_token(self, token: Token, commit: Commit) -> Commit:
        """Write a token and the commit that tells of it."""
        with self._base.writing() as connection:
            connection.execute(insert(schema.tokens), asdict(token))
            return appended(connection, commit, digest_of((), ()))

    def revoke(self, token_id: str, commit: Commit) -> Commit:
        """End a token, and write the commit that tells of it."""
        statement = update(schema.tokens).where(schema.tokens.c.id == token_id).values(revoked=True)
        with self._base.writing() as connection:
            connection.execute(statement)
            return appended(connection, commit, digest_of((), ()))

    def session(self, digest: str) -> tuple[SessionRow, Account] | None:
        """Find a session and its account."""
        query = select(schema.sessions).where(schema.sessions.c.digest == digest)
        with self._base.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            account = _read(connection, row["account"]) if row else None
        return (SessionRow(**row), account) if row and account else None

    def begin(self, session: SessionRow, *, made: float, seen: float, until: float) -> None:
        """Write a session, and sweep out those that ended.

        Parameters
        ----------
        session
            The new one.
        made, seen, until
            Sessions made before the first, last seen before the second or after the third have ended.
        """
        table = schema.sessions
        ended = or_(table.c.made_at < made, table.c.seen_at < seen, table.c.seen_at > until)
        with self._base.writing() as connection:
            connection.execute(delete(table).where(ended))
            connection.execute(insert(table), asdict(session))

    def seen(self, digest: str, at: float) -> None:
        """Note when a session was last seen."""
        statement = update(schema.sessions).where(schema.sessions.c.digest == digest).values(seen_at=at)
        with self._base.writing(patience_ms=_TOUCH_PATIENCE_MS) as connection:
            connection.execute(statement)

    def end(self, digest: str, *, patiently: bool = True) -> None:
        """End one session; without patience only where the store is free at once."""
        patience = {} if patiently else {"patience_ms": _TOUCH_PATIENCE_MS}
        with self._base.writing(**patience) as connection:
            connection.execute(delete(schema.sessions).where(schema.sessions.c.digest == digest))

    def attempts(self, keys: Sequence[str]) -> Mapping[str, Attempt]:
        """Give what is noted of some keys."""
        with self._base.reading() as connection:
            return _attempts(connection, keys)

    def revise(self, keys: Sequence[str], decide: Decision, *, forgotten: float) -> None:
        """Read what is noted of some keys, decide, and write it, with no other writer between.

        Parameters
        ----------
        keys
            Which.
        decide
            Gives what shall be noted, None for nothing; what it raises leaves everything as it is.
        forgotten
            Notes whose time lies before this one are swept out.
        """
        table = schema.attempts
        with self._base.writing() as connection:
            noted = decide(_attempts(connection, keys))
            connection.execute(delete(table).where(or_(table.c.key.in_(noted), table.c.until < forgotten)))
            rows = [{"key": key, **asdict(attempt)} for key, attempt in noted.items() if attempt]
            if rows:
                connection.execute(insert(table), rows)


def _read(connection: Connection, name: str) -> Account | None:
    query = select(schema.accounts).where(schema.accounts.c.name == name)
    row = connection.execute(query).mappings().one_or_none()
    return _account(row) if row else None


def _account(row: RowMapping) -> Account:
    lists = {name: tuple(json.loads(row[name])) for name in ("areas", "units")}
    return Account(**{**row, **lists})


def _account_row(account: Account) -> dict[str, Any]:
    lists = {name: json.dumps(getattr(account, name), ensure_ascii=False) for name in ("areas", "units")}
    return {**asdict(account), **lists}


def _attempts(connection: Connection, keys: Sequence[str]) -> dict[str, Attempt]:
    rows = connection.execute(select(schema.attempts).where(schema.attempts.c.key.in_(keys)))
    return {key: Attempt(failures, until) for key, failures, until in rows}
