"""People: accounts and their rights, signing in, sessions and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_registry.core.access import must
from geo_registry.errors import NotFound, SignInNeeded
from geo_registry.registry.people import accounts, passwords, sessions, tokens
from geo_registry.registry.people.grants import Grant
from geo_registry.store.people import Account, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from geo_registry.core.access import Viewer
    from geo_registry.registry.house import House
    from geo_registry.registry.people.sessions import Entry, Session
    from geo_registry.registry.people.tokens import MadeToken
    from geo_registry.store.chain import Commit

BY_PROVIDER = "openid"
"""Who made an account that a provider vouched for."""


@dataclass(frozen=True, slots=True)
class People:
    """Who may sign in, as a viewer may look after them.

    Parameters
    ----------
    house
        Where they are kept.
    viewer
        Who acts; every method but `any` needs the right ``people``.
    """

    house: House
    viewer: Viewer

    @property
    def any(self) -> bool:
        """Whether there is an account at all."""
        question = ("accounts", self.house.store.revision())
        return self.house.recent.get(question, self.house.store.people.any)

    @property
    def entrance(self) -> Entrance:
        """Where people come in."""
        return Entrance(self.house)

    def own(self, session: Session) -> Own:
        """Give what one who has signed in may do with the own account."""
        return Own(self.house, session)

    def listed(self) -> Sequence[Account]:
        """Give every account by name."""
        must(self.viewer, "people")
        return self.house.store.people.accounts()

    def add(self, name: str, grant: Grant, password: str | None) -> Commit:
        """Make an account; parameters and errors as `accounts.add`."""
        must(self.viewer, "people")
        return accounts.add(self.house, name, grant, password, by=self.viewer.name)

    def give(self, name: str, grant: Grant) -> Commit:
        """Give an account another role, areas or units; errors as `accounts.give`."""
        must(self.viewer, "people")
        return accounts.give(self.house, name, grant, self.viewer.name)

    def set_password(self, name: str, password: str) -> Commit:
        """Give an account another password; errors as `accounts.set_password`."""
        must(self.viewer, "people")
        return accounts.set_password(self.house, name, password, self.viewer.name)

    def disable(self, name: str, *, disabled: bool = True) -> Commit | None:
        """Disable an account, or enable it again; errors as `accounts.disable`."""
        must(self.viewer, "people")
        return accounts.disable(self.house, name, self.viewer.name, disabled=disabled)

    def make_token(self, name: str, scope: str, days: int) -> MadeToken:
        """Make a token for an account; errors as `tokens.make`."""
        must(self.viewer, "people")
        return tokens.make(self.house, name, scope, days, by=self.viewer.name)

    def tokens(self, name: str) -> Sequence[Token]:
        """Give the tokens of an account, oldest first."""
        must(self.viewer, "people")
        return self.house.store.people.tokens(accounts.found(self.house, name).name)

    def revoke(self, token_id: str) -> str:
        """End a token and give its public part; errors as `tokens.revoke`."""
        must(self.viewer, "people")
        return tokens.revoke(self.house, token_id, self.viewer.name)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where people come in: whoever calls is nobody yet."""

    house: House

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives the time now."""
        return self.house.clock

    def sign_in(self, name: str, password: str, address: str) -> Entry:
        """Let in who knows an account's password; errors as `sessions.sign_in`."""
        return sessions.sign_in(self.house, name, password, address)

    def vouched(self, name: str) -> Entry:
        """Let in whom the provider vouches for.

        Parameters
        ----------
        name
            What its claim says: the name of an account.

        Raises
        ------
        SignInNeeded
            ``VOUCHED_UNKNOWN`` where there is no such account and none is to be made, or it is disabled.
        """
        chosen = self.house.settings.provider
        try:
            account = accounts.found(self.house, name)
        except NotFound as fault:
            if chosen is None or not chosen.new_role:
                raise SignInNeeded("VOUCHED_UNKNOWN") from fault
            accounts.add(self.house, name, Grant(chosen.new_role), None, by=BY_PROVIDER)
            account = accounts.found(self.house, name)
        if account.disabled:
            raise SignInNeeded("VOUCHED_UNKNOWN")
        return sessions.begun(self.house, account)

    def recalled(self, secret: str) -> Session | None:
        """Give the session whose number a cookie holds, or None where it has ended."""
        return sessions.recalled(self.house, secret)

    def by_token(self, text: str) -> Viewer:
        """Give the viewer that comes with a token; errors as `tokens.viewer_by`."""
        return tokens.viewer_by(self.house, text)

    def sign_out(self, session: Session) -> None:
        """End a session."""
        self.house.store.people.end(session.digest)


@dataclass(frozen=True, slots=True)
class Own:
    """What one who has signed in may do with the own account; a token is no session and may not."""

    house: House
    session: Session

    @property
    def account(self) -> Account:
        """The account."""
        return accounts.found(self.house, self.session.account)

    def change_password(self, old: str, new: str, address: str) -> Entry:
        """Change the password; every session ends, and this browser gets a new one.

        Parameters
        ----------
        old, new
            As they were typed.
        address
            Where the request comes from: guessing here counts as guessing at the entrance.

        Raises
        ------
        SignInNeeded
            ``SIGN_IN_WRONG`` if the old one is not the password.
        TooMany
            If there were too many failures.
        ValueRefused
            If the new one cannot be a password.
        """
        passwords.judged(new, self.session.account)
        sessions.checked(self.house, self.session.account, old, address)
        accounts.set_password(self.house, self.session.account, new, self.session.account)
        return sessions.begun(self.house, self.account)

    def tokens(self) -> Sequence[Token]:
        """Give the own tokens, oldest first."""
        return self.house.store.people.tokens(self.session.account)

    def make_token(self, scope: str, days: int) -> MadeToken:
        """Make a token; errors as `tokens.make`."""
        return tokens.make(self.house, self.session.account, scope, days, by=self.session.account)

    def revoke(self, token_id: str) -> None:
        """End one of the own tokens; errors as `tokens.revoke`."""
        tokens.revoke(self.house, token_id, self.session.account, of=self.session.account)


__all__ = ["Account", "Entrance", "Grant", "Own", "People", "Token"]
