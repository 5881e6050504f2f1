"""Reading a value from the environment: numbers and words, refused by name where they are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_registry.errors import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Mapping


def word(name: str, said: str, allowed: tuple[str, ...]) -> str:
    """Read one of a few words.

    Raises
    ------
    ValueRefused
        If it is none of them.
    """
    if said not in allowed:
        raise ValueRefused("CHOICE_UNKNOWN", option=name, value=said, known=", ".join(allowed))
    return said


def count(given: Mapping[str, str], name: str, usual: int) -> int:
    """Read a whole number of at least 1.

    Raises
    ------
    ValueRefused
        If it is none.
    """
    said = given.get(name, str(usual))
    if not said.isdecimal() or not int(said):
        raise ValueRefused("NUMBER_EXPECTED", option=name, value=said)
    return int(said)
