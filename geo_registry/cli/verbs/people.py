"""Accounts in the shell: passwords come by standard input or are made here, never by an option."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from contextlib import closing, contextmanager
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias

import click

import geo_registry as gr
from geo_registry.cli.group import Shell
from geo_registry.cli.printing import print_json, print_table
from geo_registry.cli.verbs.keeping import store_url
from geo_registry.core import access
from geo_registry.registry.people import Grant, passwords
from geo_registry.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo_registry.registry.people import Account, People, Token


Texts: TypeAlias = tuple[str, ...]


@contextmanager
def _people(shell: Shell, by: str | None) -> Iterator[People]:
    """Open the store as its owner."""
    with closing(gr.open(store_url(shell))) as registry:
        yield registry.seen_by(access.owner(by or getpass.getuser())).people


def _act(act: Callable[..., None]) -> Callable[..., None]:
    """Give an act the people of the store, and the option that says who does it."""

    @click.option("--by")
    @click.pass_obj
    @wraps(act)
    def wrapped(shell: Shell, /, *, by: str | None, **given: object) -> None:
        with _people(shell, by) as people:
            act(people, shell, **given)

    return wrapped


def _granting(act: Callable[..., None]) -> Callable[..., None]:
    """Give an act the options of a grant, as one."""

    @click.option("--role", required=True)
    @click.option("--area", "areas", multiple=True, metavar="DISTRICT/TOWNSHIP/VILLAGE")
    @click.option("--unit", "units", multiple=True, metavar="USCC")
    @wraps(act)
    def wrapped(*args: object, role: str, areas: Texts, units: Texts, **given: object) -> None:
        act(*args, grant=Grant(role, areas, units), **given)

    return wrapped


def _password(*, from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else passwords.generated()


def _tell(shell: Shell, told: Mapping[str, object], sentence: str, *, made: str | None = None) -> None:
    """Say what was done, and the password that was made for it."""
    if shell.as_json:
        print_json(dict(told) if made is None else {**told, "password": made})
        return
    click.echo(sentence)
    if made is not None:
        click.echo(say("people.password_is", shell.lang, password=made))


@click.group("user")
def user() -> None:
    """Look after accounts."""


@user.command("add")
@click.argument("name")
@click.option("--password-stdin", is_flag=True)
@_act
@_granting
def add(people: People, shell: Shell, *, name: str, grant: Grant, password_stdin: bool) -> None:
    """Make an account."""
    chosen = _password(from_stdin=password_stdin)
    told = people.add(name, grant, chosen).details
    _tell(shell, told, say("people.added", shell.lang, **told), made=None if password_stdin else chosen)


@user.command("role")
@click.argument("name")
@_act
@_granting
def role(people: People, shell: Shell, *, name: str, grant: Grant) -> None:
    """Give an account another role, areas or units."""
    told = people.give(name, grant).details
    _tell(shell, told, say("people.changed", shell.lang, **told))


@user.command("password")
@click.argument("name")
@click.option("--password-stdin", is_flag=True)
@_act
def password(people: People, shell: Shell, *, name: str, password_stdin: bool) -> None:
    """Give an account another password."""
    chosen = _password(from_stdin=password_stdin)
    told = people.set_password(name, chosen).details
    _tell(shell, told, say("people.changed", shell.lang, **told), made=None if password_stdin else chosen)


def _switch(people: People, shell: Shell, name: str, *, disabled: bool) -> None:
    commit = people.disable(name, disabled=disabled)
    key = "people.changed" if commit else "people.unchanged"
    _tell(shell, {"name": name, "disabled": disabled}, say(key, shell.lang, name=name))


@user.command("disable")
@click.argument("name")
@_act
def disable(people: People, shell: Shell, *, name: str) -> None:
    """Let nobody sign in by a name any more."""
    _switch(people, shell, name, disabled=True)


@user.command("enable")
@click.argument("name")
@_act
def enable(people: People, shell: Shell, *, name: str) -> None:
    """Let people sign in by a name again."""
    _switch(people, shell, name, disabled=False)


@user.command("list")
@click.pass_obj
def listed(shell: Shell) -> None:
    """Name every account, and the tokens it has."""
    with _people(shell, None) as people:
        found = [(account, people.tokens(account.name)) for account in people.listed()]
    if shell.as_json:
        print_json([_document(account, tokens) for account, tokens in found])
    elif not found:
        click.echo(say("people.nobody", shell.lang))
    else:
        keys = ("name", "role", "area", "units", "state", "tokens")
        rows = [_row(shell, account, tokens) for account, tokens in found]
        print_table([say(f"people.{key}", shell.lang) for key in keys], rows)


def _document(account: Account, tokens: Sequence[Token]) -> dict[str, object]:
    shown = ("name", "role", "areas", "units", "disabled")
    of_token = ("id", "scope", "made_at", "expires_at", "revoked")
    return {
        **{key: getattr(account, key) for key in shown},
        "tokens": [{key: getattr(one, key) for key in of_token} for one in tokens],
    }


def _row(shell: Shell, account: Account, tokens: Sequence[Token]) -> tuple[str, ...]:
    state = say("people.state_disabled" if account.disabled else "people.state_active", shell.lang)
    held = " ".join(one.id for one in tokens if not one.revoked)
    return account.name, account.role, " ".join(account.areas), " ".join(account.units), state, held


@user.command("token")
@click.argument("name")
@click.option("--scope", required=True)
@click.option("--days", type=int, required=True)
@_act
def token(people: People, shell: Shell, *, name: str, scope: str, days: int) -> None:
    """Make an API token for an account."""
    made = people.make_token(name, scope, days)
    told = {"name": made.token.account, "id": made.token.id, "scope": scope, "expires": made.token.expires_at}
    _tell(shell, {**told, "token": made.text}, say("people.token_is", shell.lang, token=made.text, **told))


@user.command("revoke")
@click.argument("token")
@_act
def revoke(people: People, shell: Shell, *, token: str) -> None:
    """End an API token."""
    ended = people.revoke(token)
    _tell(shell, {"revoked": ended}, say("people.revoked", shell.lang, token=ended))


COMMANDS = {"user": user}
