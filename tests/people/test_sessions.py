from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.errors import SignInNeeded
from geo_registry.registry.people import Grant
from geo_registry.registry.people.sessions import IDLE_S, LONGEST_S, SKEW_S
from tests.people.making import PASSWORD

if TYPE_CHECKING:
    from geo_registry.registry import Registry
    from geo_registry.registry.people import Entrance
    from geo_registry.settings import Settings
    from tests.people.making import Clock

YEAR_S = 365 * 86_400


@pytest.fixture
def entrance(registry: Registry) -> Entrance:
    """Give where people come in."""
    return registry.people.entrance


def rows(settings: Settings, table: str) -> list[tuple[object, ...]]:
    """Read a table as it stands in the file."""
    with closing(sqlite3.connect(settings.store_url.removeprefix("sqlite:///"))) as file:
        return file.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 (our own names)


def test_every_sign_in_has_a_number_of_its_own(entrance: Entrance) -> None:
    """Nobody can prepare a session for another: its number is new at each sign-in and 256 random bits."""
    found = [entrance.sign_in("li", PASSWORD, "127.0.0.1") for _ in range(20)]
    assert len({entry.secret for entry in found} | {entry.session.csrf for entry in found}) == 40
    assert min(len(entry.secret) for entry in found) == 43


def test_a_session_ends_when_idle(entrance: Entrance, clock: Clock) -> None:
    """Thirty minutes without a request end a session; a request every twenty keeps it."""
    entry = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    for _ in range(6):
        clock.move(20 * 60)
        assert entrance.recalled(entry.secret) is not None
    clock.move(IDLE_S)
    assert entrance.recalled(entry.secret) is None


def test_a_session_ends_after_a_working_day(entrance: Entrance, clock: Clock) -> None:
    """Twelve hours end a session however busy it is."""
    entry = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    lived = 0
    while entrance.recalled(entry.secret) is not None:
        clock.move(600)
        lived += 600
    assert lived == LONGEST_S


def test_reading_seldom_writes(entrance: Entrance, settings: Settings, clock: Clock) -> None:
    """When a session was seen is noted once a minute and no oftener."""
    entry = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    noted = set()
    for _ in range(120):
        clock.move(1)
        entrance.recalled(entry.secret)
        noted.add(rows(settings, "sessions")[0][-1])
    assert len(noted) == 3


@pytest.mark.parametrize("jump_s", [-YEAR_S, -366 * 86_400, -SKEW_S - 1, YEAR_S, 366 * 86_400])
def test_a_clock_that_jumps_ends_sessions_and_nothing_else(
    entrance: Entrance, clock: Clock, jump_s: float
) -> None:
    """A year's jump, either way, ends a session; there is no error, and one can sign in anew at once."""
    entry = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    clock.move(jump_s)
    assert entrance.recalled(entry.secret) is None
    again = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    assert entrance.recalled(again.secret) is not None


def test_a_clock_that_is_put_right_ends_nothing(entrance: Entrance, clock: Clock) -> None:
    """A correction of minutes, as time servers make, throws nobody out and lets no session live longer."""
    entry = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    clock.move(-SKEW_S)
    assert entrance.recalled(entry.secret) is not None
    clock.move(IDLE_S)
    assert entrance.recalled(entry.secret) is None


@pytest.mark.parametrize("act", ["role", "password", "disable", "own password", "sign out"])
def test_what_ends_a_session_ends_it_at_once(registry: Registry, entrance: Entrance, act: str) -> None:
    """Another role, another password, disabling and signing out end sessions; those of others go on."""
    entry, other = (entrance.sign_in(name, PASSWORD, "127.0.0.1") for name in ("li", "wang"))
    if act == "role":
        registry.people.give("li", Grant("auditor"))
    elif act == "password":
        registry.people.set_password("li", PASSWORD + "!")
    elif act == "disable":
        registry.people.disable("li")
        registry.people.disable("li", disabled=False)
    elif act == "own password":
        fresh = registry.people.own(entry.session).change_password(PASSWORD, PASSWORD + "!", "127.0.0.1")
        assert entrance.recalled(fresh.secret) is not None
    else:
        entrance.sign_out(entry.session)
    assert entrance.recalled(entry.secret) is None
    assert entrance.recalled(other.secret) is not None


def test_a_session_has_the_rights_of_today(registry: Registry, entrance: Entrance) -> None:
    """Who signs in after a change of role has the new one."""
    assert entrance.sign_in("li", PASSWORD, "127.0.0.1").session.viewer.may("import")
    registry.people.give("li", Grant("auditor"))
    entry = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    seen = entrance.recalled(entry.secret)
    assert seen is not None
    assert (seen.viewer.role, seen.viewer.may("import")) == ("auditor", False)


def test_a_wrong_number_is_nobody(entrance: Entrance) -> None:
    """A made-up, empty, endless or strange number is no session, and no fault."""
    entrance.sign_in("li", PASSWORD, "127.0.0.1")
    for secret in ("", "x", "x" * 100_000, "\x00", "\ud800", "' OR 1=1 --"):
        assert entrance.recalled(secret) is None


def test_the_own_password_is_changed_by_who_knows_it(registry: Registry, entrance: Entrance) -> None:
    """A browser left alone is not enough to change a password, and guessing there counts as guessing."""
    entry = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    own = registry.people.own(entry.session)
    for _ in range(5):
        with pytest.raises(SignInNeeded):
            own.change_password("a wrong password", PASSWORD + "!", "127.0.0.1")
    with pytest.raises(gr.RegistryError) as refused:
        own.change_password(PASSWORD, PASSWORD + "!", "127.0.0.1")
    assert refused.value.code == "TOO_MANY_REQUESTS"


def test_sessions_that_ended_are_swept_out(entrance: Entrance, settings: Settings, clock: Clock) -> None:
    """The table keeps no session longer than the next sign-in after its end."""
    for _ in range(5):
        entrance.sign_in("li", PASSWORD, "127.0.0.1")
        clock.move(IDLE_S + 1)
    clock.move(-YEAR_S)
    entrance.sign_in("li", PASSWORD, "127.0.0.1")
    assert len(rows(settings, "sessions")) == 1


def test_a_busy_store_keeps_nobody_from_reading(entrance: Entrance, settings: Settings, clock: Clock) -> None:
    """While another program writes, who has signed in is still known, though it cannot be noted."""
    entry = entrance.sign_in("li", PASSWORD, "127.0.0.1")
    clock.move(120)
    with closing(sqlite3.connect(settings.store_url.removeprefix("sqlite:///"))) as file:
        file.execute("BEGIN IMMEDIATE")
        assert entrance.recalled(entry.secret) is not None
        file.rollback()
    assert rows(settings, "sessions")[0][-1] == clock.seconds - 120
