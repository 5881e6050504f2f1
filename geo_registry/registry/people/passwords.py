"""Passwords: what may be one, and Argon2id with a bound on how much memory it takes at a time."""

from __future__ import annotations

import secrets
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo_registry.core.ledger.reading.cell import fold
from geo_registry.errors import Overloaded, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_registry.registry.house import House

SHORTEST, LONGEST = 12, 256
"""Characters of a password: the shortest by our rule (ASVS 5.0 asks for 8 and advises 15), the longest
above the 64 that ASVS 5.0, 6.2.9, wants to be allowed; what they are is free (6.2.5)."""
GENERATED_BYTES = 18
"""Random bytes of a generated password: 24 characters, 144 bits."""
COMMON = frozenset(
    "password1234 passw0rd1234 passwordpassword 123456789012 1234567890123 0123456789ab qwertyuiop12 "
    "qwertyuiopas qwerty123456 1q2w3e4r5t6y 1qaz2wsx3edc zaq12wsxcde3 abcdefghijkl abcd12345678 "
    "abc123456789 a12345678901 administrator admin1234567 adminadminadmin admin@123456 letmeinletmein "
    "iloveyou1234 welcome12345 changeme1234 woaini1314520 5201314520131 root12345678 test12345678 "
    "georegistry1 geo-registry1".split()
)
"""Passwords of the permitted length that stand on every list; a word of the account's name is refused too."""
_OTHER_CHARACTERS = 8
"""Characters a password must have beside the name of its account, where it holds that name."""
_DIFFERENT = 4
"""Different characters a password must at least have: anything below is one key held down."""
_PATIENCE_S = 10.0


def normal(password: str) -> str:
    """Bring a password to the form that is hashed, NFKC: the same on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def judged(password: str, name: str) -> str:
    """Give a password that may be one, in its normal form.

    Parameters
    ----------
    password
        As it was typed.
    name
        Of the account.

    Raises
    ------
    ValueRefused
        ``PASSWORD_LENGTH`` or ``PASSWORD_COMMON``; neither says the password.
    """
    meant = normal(password)
    if not SHORTEST <= len(meant) <= LONGEST:
        raise ValueRefused("PASSWORD_LENGTH", shortest=SHORTEST, longest=LONGEST)
    folded, own = fold(meant), fold(name)
    beside = folded.replace(own, "")
    named = beside != folded and len(beside) < _OTHER_CHARACTERS
    if named or folded in COMMON or len(set(folded)) < _DIFFERENT:
        raise ValueRefused("PASSWORD_COMMON")
    return meant


def generated() -> str:
    """Make a password nobody can guess."""
    return secrets.token_urlsafe(GENERATED_BYTES)


def hashed(house: House, password: str) -> str:
    """Hash a password in its normal form.

    Raises
    ------
    Overloaded
        If too many are being hashed already.
    """
    with _turn(house):
        return _hasher(house).hash(password)


def fits(house: House, password: str, known: str | None) -> bool:
    """Tell whether a password is the one of a hash; without one it takes as long and is not.

    Parameters
    ----------
    house
        What a hash costs, and how many there may be at a time.
    password
        As it was typed.
    known
        The hash.

    Raises
    ------
    Overloaded
        If too many are being hashed already.
    """
    try:
        with _turn(house):
            _hasher(house).verify(known or _nobody(house), normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def stale(house: House, known: str) -> bool:
    """Tell whether a hash was made at another cost than is set now."""
    return _hasher(house).check_needs_rehash(known)


def _hasher(house: House) -> PasswordHasher:
    cost = house.settings.password_cost
    return PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)


def _nobody(house: House) -> str:
    """Write a hash that no password has: salt and digest are zeros."""
    cost = house.settings.password_cost
    salt, digest = "A" * 22, "A" * 43
    return f"$argon2id$v=19$m={cost.memory_kib},t={cost.passes},p={cost.lanes}${salt}${digest}"


@contextmanager
def _turn(house: House) -> Iterator[None]:
    if not house.hashing.acquire(timeout=_PATIENCE_S):
        raise Overloaded(seconds=int(_PATIENCE_S))
    try:
        yield
    finally:
        house.hashing.release()
