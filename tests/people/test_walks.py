"""Random walks: whatever happens in whatever order, nobody is in without a password or after the end."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

import geo_registry as gr
from geo_registry.errors import SignInNeeded, TooMany
from geo_registry.registry.people import Grant
from geo_registry.registry.people.attempts import LONGEST_S as LONGEST_WAIT_S
from geo_registry.registry.people.sessions import IDLE_S, LONGEST_S, NOTED_EVERY_S, SKEW_S, Entry
from geo_registry.settings import Settings
from tests.people.making import CHEAP, PASSWORD, Clock

NAMES = st.sampled_from(["li", "wang"])
ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2"])
PASSED_S = st.one_of(
    st.floats(0, 120), st.floats(0, 4 * 3_600), st.sampled_from([IDLE_S, LONGEST_S, 86_401.0])
)
JUMPS_S = st.sampled_from([-366 * 86_400.0, -365 * 86_400.0, -SKEW_S, 365 * 86_400.0, 366 * 86_400.0])


@dataclass
class Known:
    """What the model knows of a session."""

    entry: Entry
    name: str
    made_s: float
    seen_s: float
    ended: bool = False


class Walk(RuleBasedStateMachine):
    """One store, two accounts, and everything that can happen to them."""

    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        chosen = Settings(store_url=f"sqlite:///{Path(self.folder.name) / 'walk.db'}", password_cost=CHEAP)
        gr.init(chosen.store_url, by="tester", clock=self.clock)
        self.registry = gr.open(chosen=chosen, clock=self.clock)
        self.passwords = {"li": PASSWORD, "wang": PASSWORD}
        self.disabled: set[str] = set()
        self.known: list[Known] = []
        self.longest_wait_s = 0
        for name in self.passwords:
            self.registry.people.add(name, Grant("city"), PASSWORD)

    def teardown(self) -> None:
        """Let go of the store."""
        self.registry.close()
        self.folder.cleanup()

    @rule(target=sessions, name=NAMES, address=ADDRESSES)
    def sign_in(self, name: str, address: str) -> Known | None:
        """The right password lets in, unless the account is disabled or has to wait."""
        try:
            entry = self.registry.people.entrance.sign_in(name, self.passwords[name], address)
        except TooMany as fault:
            self.longest_wait_s = max(self.longest_wait_s, int(str(fault.details["seconds"])))
            return None
        except SignInNeeded:
            assert name in self.disabled
            return None
        assert name not in self.disabled
        now = self.clock.seconds
        known = Known(entry, name, now, now)
        self.known.append(known)
        return known

    @rule(name=st.one_of(NAMES, st.just("nobody")), address=ADDRESSES, times=st.integers(1, 7))
    def guess(self, name: str, address: str, times: int) -> None:
        """A wrong password never lets in."""
        for _ in range(times):
            try:
                self.registry.people.entrance.sign_in(name, "a wrong password", address)
            except (SignInNeeded, TooMany):
                continue
            raise AssertionError(name)

    @rule(known=sessions)
    def sign_out(self, known: Known | None) -> None:
        """Signing out ends a session, also one that has ended."""
        if known is not None:
            self.registry.people.entrance.sign_out(known.entry.session)
            known.ended = True

    @rule(name=NAMES, disabled=st.booleans())
    def disable(self, name: str, *, disabled: bool) -> None:
        """Disabling ends every session of an account; enabling gives none back."""
        changed = self.registry.people.disable(name, disabled=disabled)
        assert (changed is None) == ((name in self.disabled) == disabled)
        self.disabled = self.disabled | {name} if disabled else self.disabled - {name}
        if changed is not None:
            self._end(name)

    @rule(name=NAMES, word=st.sampled_from([" one", " two"]))
    def change_password(self, name: str, word: str) -> None:
        """Another password ends every session of an account."""
        self.passwords[name] = PASSWORD + word
        self.registry.people.set_password(name, self.passwords[name])
        self._end(name)

    def _end(self, name: str) -> None:
        for known in self.known:
            known.ended = known.ended or known.name == name

    @rule(passed_s=PASSED_S)
    def wait(self, passed_s: float) -> None:
        """Time passes."""
        self.clock.move(passed_s)

    @rule(jump_s=JUMPS_S)
    def jump(self, jump_s: float) -> None:
        """The clock is set."""
        self.clock.move(jump_s)

    @invariant()
    def nobody_waits_longer_than_the_longest_wait(self) -> None:
        """However the clock jumps, a wait is a quarter of an hour at most."""
        assert self.longest_wait_s <= LONGEST_WAIT_S

    @invariant()
    def only_those_are_in_who_may_be(self) -> None:
        """A session is known while it holds and no longer; what has ended by an act never comes back."""
        now = self.clock.seconds
        for known in self.known:
            session = self.registry.people.entrance.recalled(known.entry.secret)
            if known.ended:
                assert session is None
                continue
            young, idle_s = -SKEW_S <= now - known.made_s < LONGEST_S, now - known.seen_s
            if session is None:
                # what was noted may be up to a minute older, or newer, than the last request
                assert not (young and NOTED_EVERY_S - SKEW_S <= idle_s < IDLE_S - NOTED_EVERY_S)
                known.ended = True
                continue
            assert (session.account, young) == (known.name, True)
            assert -SKEW_S <= idle_s < IDLE_S
            known.seen_s = now


TestWalk = Walk.TestCase
TestWalk.settings = hypothesis_settings(max_examples=25, stateful_step_count=30, deadline=None)
