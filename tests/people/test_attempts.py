from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.errors import Overloaded, SignInNeeded, TooMany
from geo_registry.registry.people import passwords
from geo_registry.registry.people.attempts import FREE, LONGEST_S
from tests.people.making import PASSWORD

if TYPE_CHECKING:
    from geo_registry.registry import Registry
    from geo_registry.settings import Settings
    from tests.people.making import Clock

YEAR_S = 365 * 86_400
TEN_MINUTES_S = 600


class Checks:
    """Counts how often a password is really compared with a hash."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._lock = threading.Lock()
        self._fits = passwords.fits
        monkeypatch.setattr(passwords, "fits", self._counted)

    def _counted(self, *given: object) -> bool:
        with self._lock:
            self.count += 1
        return self._fits(*given)  # type: ignore[arg-type]


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    """Count the hashes that are compared."""
    return Checks(monkeypatch)


def guess(registry: Registry, name: str = "li", address: str = "192.0.2.7") -> int:
    """Guess wrong once; give the seconds to wait, 0 where the guess was tried."""
    try:
        registry.people.entrance.sign_in(name, "a wrong password", address)
    except TooMany as fault:
        return int(str(fault.details["seconds"]))
    except SignInNeeded:
        return 0
    raise AssertionError


def test_ten_thousand_guesses_in_ten_minutes_come_to_few(
    registry: Registry, clock: Clock, checks: Checks
) -> None:
    """P19: of 10,000 guesses in ten minutes at most 50 are tried; who has signed in before stays in."""
    own = registry.people.entrance.sign_in("li", PASSWORD, "192.0.2.7")
    guesses = 10_000
    for _ in range(guesses):
        guess(registry)
        clock.move(TEN_MINUTES_S / guesses)
    assert FREE < checks.count - 1 <= 50
    seen = registry.people.entrance.recalled(own.secret)
    assert seen is not None
    assert seen.account == "li"


def test_guesses_from_many_addresses_or_at_many_names_come_to_few(
    registry: Registry, clock: Clock, checks: Checks
) -> None:
    """Another address for each guess at a name, or another name at an address, gains a guesser nothing."""
    for number in range(1_000):
        guess(registry, "li", f"198.51.{number // 250}.{number % 250}")
        guess(registry, f"name{number}", "192.0.2.7")
        clock.move(TEN_MINUTES_S / 1_000)
    assert checks.count <= 50


def test_the_wait_doubles_to_a_quarter_of_an_hour(registry: Registry, clock: Clock) -> None:
    """Five failures are free; then each one doubles the wait, from one second to fifteen minutes."""
    assert [guess(registry) for _ in range(FREE)] == [0] * FREE
    waits = []
    for _ in range(13):
        waits.append(guess(registry))
        clock.move(waits[-1])
        assert guess(registry) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_waiting_in_vain_makes_no_wait_longer(registry: Registry, clock: Clock) -> None:
    """Who tries on while told to wait waits no longer for it: so nobody can lock the owner out."""
    for _ in range(FREE):
        guess(registry)
    clock.move(0.5)
    assert [guess(registry) for _ in range(100)] == [1] * 100
    clock.move(0.5)
    assert registry.people.entrance.sign_in("li", PASSWORD, "192.0.2.7").session.account == "li"


def test_unknown_names_are_refused_like_wrong_passwords(registry: Registry, checks: Checks) -> None:
    """A name that does not exist, one that is disabled and a wrong password get one answer for one hash."""
    registry.people.disable("wang")
    tried = (
        ("li", "a wrong password"),
        ("nobody", PASSWORD),
        ("wang", PASSWORD),
        ("", ""),
        ("a/b", "x" * 9_999),
    )
    answers = []
    for at, (name, password) in enumerate(tried):
        with pytest.raises(SignInNeeded) as refused:
            registry.people.entrance.sign_in(name, password, f"192.0.2.{at}")
        answers.append((refused.value.code, refused.value.details))
    assert answers == [("SIGN_IN_WRONG", {})] * len(tried)
    assert checks.count == len(tried)


def test_unknown_names_wait_like_known_ones(registry: Registry) -> None:
    """The wait tells nobody which accounts there are."""
    waits = {
        name: [guess(registry, name, f"192.0.2.{at}{number}") for number in range(FREE + 1)]
        for at, name in enumerate(("li", "nobody"), 1)
    }
    assert waits["li"] == waits["nobody"] == [0] * FREE + [1]


def test_a_success_clears_the_account_and_not_the_address(registry: Registry, clock: Clock) -> None:
    """After a success the account has its free failures again; the address it came from keeps its count."""
    for _ in range(FREE - 1):
        guess(registry)
    registry.people.entrance.sign_in("li", PASSWORD, "192.0.2.7")
    assert [guess(registry, "li", f"198.51.100.{at}") for at in range(FREE + 1)] == [0] * FREE + [1]
    clock.move(1)
    assert [guess(registry, "wang"), guess(registry, "wang")] == [0, 1]


def test_addresses_of_one_network_are_one(registry: Registry) -> None:
    """An IPv6 network of 64 bits is one guesser, and an IPv4 address in IPv6 is itself."""
    for at in range(FREE):
        guess(registry, f"name{at}", f"2001:db8::{at}")
    assert guess(registry, "other", "2001:db8::ffff") == 1
    assert guess(registry, "other", "2001:db8:0:1::1") == 0
    for at in range(FREE):
        guess(registry, f"n{at}", "::ffff:203.0.113.9")
    assert guess(registry, "more", "203.0.113.9") == 1
    assert guess(registry, "more", "not an address") == 0


@pytest.mark.parametrize("jump_s", [YEAR_S, -YEAR_S, 366 * 86_400, -366 * 86_400])
def test_a_clock_that_jumps_locks_nobody_out(registry: Registry, clock: Clock, jump_s: int) -> None:
    """After a jump of a year, either way, nobody waits longer than a quarter of an hour."""
    for _ in range(FREE + 6):
        wait_s = guess(registry)
        clock.move(wait_s)
    clock.move(jump_s)
    wait_s = guess(registry, "li", "192.0.2.9")
    assert wait_s <= LONGEST_S
    clock.move(wait_s + LONGEST_S)
    assert registry.people.entrance.sign_in("li", PASSWORD, "192.0.2.9").session.account == "li"


def test_failures_are_forgotten_after_a_day(registry: Registry, clock: Clock) -> None:
    """A day after the last failure five are free again, and the note of it is gone."""
    for _ in range(FREE + 1):
        clock.move(guess(registry))
    clock.move(86_400 + LONGEST_S)
    assert [guess(registry) for _ in range(FREE)] == [0] * FREE


def test_guesses_at_the_same_time_are_counted_one_by_one(
    registry: Registry, settings: Settings, clock: Clock, checks: Checks
) -> None:
    """Two workers with eight threads each try no more guesses than one would."""
    other = gr.open(chosen=settings, clock=clock)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda at: guess(other if at % 2 else registry), range(64)))
    other.close()
    assert waits.count(0) == checks.count == FREE


def test_hashing_is_bounded(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more hashes are worked on at a time than are set; who would wait too long is told to come again."""
    monkeypatch.setattr(passwords, "_PATIENCE_S", 0.01)
    gate = registry._house.hashing  # noqa: SLF001 (the test holds the very gate)
    turns = registry.settings.password_cost.at_once
    assert all(gate.acquire(blocking=False) for _ in range(turns))
    with pytest.raises(Overloaded):
        registry.people.entrance.sign_in("li", PASSWORD, "127.0.0.1")
    for _ in range(turns):
        gate.release()
    assert registry.people.entrance.sign_in("li", PASSWORD, "127.0.0.1").session.account == "li"
