"""Words with fixed values: choices, yes and no, checklist items, credit codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from geo_registry.core.kinds import Choice
from geo_registry.core.ledger.reading.cell import Reading, fold

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Characters of a unified social credit code: GB 32100-2015, table 3 (no I, O, S, V, Z)."""

_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
"""Weight of the place i: 3^(i-1) mod 31 (GB 32100-2015, part 5)."""

_CODE = re.compile(f"[{_ALPHABET}]{{18}}")


def vocabulary(choices: Iterable[Choice]) -> dict[str, str]:
    """Collect every spelling by which a ledger may say the values of a field.

    Parameters
    ----------
    choices
        The field's allowed values.

    Returns
    -------
    dict
        Folded spelling to value; where two values share a spelling the first one has it.

    Examples
    --------
    >>> from geo_registry.core.kinds import Label
    >>> vocabulary([Choice("held", Label("有", "Held"), ("有证",))])
    {'held': 'held', '有': 'held', '有证': 'held'}
    """
    words: dict[str, str] = {}
    for choice in choices:
        for spelling in (choice.value, choice.label.zh, choice.label.en, *choice.aliases):
            words.setdefault(fold(spelling), choice.value)
    return words


def read_choice(text: str, words: Mapping[str, str]) -> Reading:
    """Read a word of a closed vocabulary.

    Parameters
    ----------
    text
        The cell's text.
    words
        What `vocabulary` gives.

    Returns
    -------
    Reading
        The value, or ``VALUE_INVALID`` with the values expected.

    Examples
    --------
    >>> read_choice(" 有 ", {"有": "held"}).value, read_choice("丢了", {"有": "held"}).code
    ('held', 'VALUE_INVALID')
    """
    value = words.get(fold(text))
    if value is None:
        return Reading(code="VALUE_INVALID", details={"expected": " | ".join(dict.fromkeys(words.values()))})
    return Reading(value)


def read_boolean(text: str, words: Mapping[str, str]) -> Reading:
    """Read a yes or a no.

    Parameters
    ----------
    text
        The cell's text.
    words
        Spellings of ``"true"`` and ``"false"``.

    Examples
    --------
    >>> read_boolean("√", {"√": "true", "×": "false"}).value
    True
    """
    said = read_choice(text, words)
    return said if said.code else Reading(said.value == "true")


def read_credit_code(text: str) -> Reading:
    """Read a unified social credit code and hold it against its check character.

    Parameters
    ----------
    text
        The cell's text, in any case or width.

    Returns
    -------
    Reading
        The 18 characters in capitals, or ``VALUE_INVALID``: a code whose check character is wrong
        has a slip in it and would match the wrong enterprise or none (GB 32100-2015).

    Examples
    --------
    >>> read_credit_code("91350100m000100y43").value
    '91350100M000100Y43'
    >>> read_credit_code("91350100M000100Y4Z").code
    'VALUE_INVALID'
    """
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if not _CODE.fullmatch(plain):
        return Reading(code="VALUE_INVALID", details={"expected": "GB 32100-2015"})
    places = [_ALPHABET.index(letter) for letter in plain]
    total = sum(weight * place for weight, place in zip(_WEIGHTS, places, strict=False))
    expected = _ALPHABET[-total % 31]
    if plain[-1] != expected:
        return Reading(code="VALUE_INVALID", details={"expected": f"GB 32100-2015 …{expected}"})
    return Reading(plain)
