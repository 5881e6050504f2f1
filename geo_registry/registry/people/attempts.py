"""Guessing is slow: failures are counted by account and by address, and make the next attempt wait."""

from __future__ import annotations

import hashlib
import ipaddress
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_registry.core.ledger.reading.cell import fold
from geo_registry.errors import TooMany
from geo_registry.store.people import Attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_registry.registry.house import House

FREE = 5
"""Failures after which nobody waits yet (rule R11)."""
LONGEST_S = 900.0
"""Longest wait, seconds: its owner may have mistyped a password; a guesser is left with 96 guesses a day."""
FORGOTTEN_S = 86_400.0
"""Seconds without an attempt after which failures are forgotten."""
NETWORK_BITS = 64
"""Leading bits of an IPv6 address that count as one place: its holder has all the rest."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An attempt that was counted as a failure before it was made, by the keys it was counted under."""

    account: str
    address: str


def delay_s(failures: int) -> float:
    """Tell how long the next attempt waits.

    Parameters
    ----------
    failures
        In a row.

    Returns
    -------
    float
        Seconds.

    Examples
    --------
    >>> [delay_s(failures) for failures in (4, 5, 6, 7, 40)]
    [0.0, 1.0, 2.0, 4.0, 900.0]
    """
    beyond = failures - FREE
    return 0.0 if beyond < 0 else min(LONGEST_S, 2.0 ** min(beyond, 10))


def count(house: House, name: str, address: str) -> Counted:
    """Count an attempt as a failure before anything is compared, so that two at once are two.

    Parameters
    ----------
    house
        Where it is counted, and the clock.
    name
        Account that was named, whether there is one or not.
    address
        Where the attempt comes from.

    Raises
    ------
    TooMany
        If the account or the address has to wait; ``seconds`` says how long. Nothing is counted.
    """
    now = house.clock().timestamp()
    counted = Counted(_account_key(name), _address_key(address))
    keys = (counted.account, counted.address)

    def decide(noted: Mapping[str, Attempt]) -> dict[str, Attempt | None]:
        _refuse_to_hurry(noted, now)
        return {key: _after_one_more(noted.get(key), now) for key in keys}

    _refuse_to_hurry(house.store.people.attempts(keys), now)
    house.store.people.revise(keys, decide, forgotten=now - FORGOTTEN_S)
    return counted


def forgive(house: House, counted: Counted) -> None:
    """Take a count back after a success: the account starts anew, the address keeps its other failures.

    Parameters
    ----------
    house
        Where it was counted, and the clock.
    counted
        What was counted.
    """
    now = house.clock().timestamp()

    def decide(noted: Mapping[str, Attempt]) -> dict[str, Attempt | None]:
        others = noted[counted.address].failures - 1 if counted.address in noted else 0
        return {counted.account: None, counted.address: Attempt(others, now) if others else None}

    house.store.people.revise((counted.account, counted.address), decide, forgotten=now - FORGOTTEN_S)


def _refuse_to_hurry(noted: Mapping[str, Attempt], now: float) -> None:
    wait_s = max((attempt.until - now for attempt in noted.values() if _is_ahead(attempt, now)), default=0.0)
    if wait_s > 0:
        raise TooMany(seconds=math.ceil(wait_s))


def _is_ahead(attempt: Attempt, now: float) -> bool:
    """Tell whether a wait is one we gave: a clock that was set back makes it seem endless."""
    return attempt.until <= now + LONGEST_S


def _after_one_more(attempt: Attempt | None, now: float) -> Attempt:
    known = attempt.failures if attempt and attempt.until >= now - FORGOTTEN_S else 0
    return Attempt(known + 1, now + delay_s(known + 1))


def _account_key(name: str) -> str:
    """Name the key of an account by a digest: people type passwords into the wrong field."""
    return "account:" + hashlib.sha256(fold(name).encode("utf-8", "replace")).hexdigest()


def _address_key(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if known.version == 4:  # noqa: PLR2004 (the version of the protocol)
        return f"address:{known}"
    mapped = known.ipv4_mapped
    return f"address:{mapped or ipaddress.ip_network((int(known), NETWORK_BITS), strict=False)}"
