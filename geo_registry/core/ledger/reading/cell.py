"""What every cell shares: how spellings are folded, which marks mean nothing, what a reader answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

BLANK_PATTERN = (
    r"(?i)^(?:[-‐‑‒–—―─－/／\\·.。*…]+|#?n\s?/?\s?a|#?null!?|none|nil"
    r"|无|暂无|不详|未知|待定|空|（空）|\(空\))$"
)
"""Cells that stand for nothing, as ledgers and exports write them; a field may list one as a value."""

WORD_CHARS = 500
"""No heading, word or name is told from another by what stands behind so many characters."""

_BLANK = re.compile(BLANK_PATTERN)
# an opening mark ends the search of the one before: many of them take no longer than one
_GROUPS = re.compile(r"[(\[{<【〔「][^(\[{<【〔「)\]}>】〕」]*[)\]}>】〕」]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell says.

    Attributes
    ----------
    value
        The value, or None where there is none.
    code
        What is wrong with the cell: a row fault or a warning of the contract, or None.
    details
        What the sentence about it needs.
    """

    value: object = None
    code: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def fold(word: str) -> str:
    """Bring a word to the form in which two spellings of it are equal.

    Parameters
    ----------
    word
        Text in any case, full or half width, with or without spaces.

    Examples
    --------
    >>> fold("Ｙ ｅｓ"), fold(" √ ")
    ('yes', '√')
    """
    return "".join(unicodedata.normalize("NFKC", word[:WORD_CHARS]).casefold().split())


def key_of(heading: str) -> str:
    """Bring a heading to its letters and digits: brackets' marks, stars, dashes and spaces count for nothing.

    Parameters
    ----------
    heading
        Heading as the sender wrote it.

    Examples
    --------
    >>> key_of("＊企业_名称 "), key_of("面积（m²）")
    ('企业名称', '面积m2')
    """
    plain = unicodedata.normalize("NFKC", heading[:WORD_CHARS]).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def split_brackets(heading: str) -> tuple[str, tuple[str, ...]]:
    """Part a heading from what stands in its brackets.

    Parameters
    ----------
    heading
        Heading as the sender wrote it.

    Returns
    -------
    tuple
        The heading without brackets, and the bracketed texts.

    Examples
    --------
    >>> split_brackets("存煤量（吨）")
    ('存煤量', ('吨',))
    """
    plain = unicodedata.normalize("NFKC", heading[:WORD_CHARS])
    return _GROUPS.sub("", plain).strip(), tuple(found[1:-1].strip() for found in _GROUPS.findall(plain))


def is_blank(text: str) -> bool:
    """Tell whether a cell stands for nothing.

    Parameters
    ----------
    text
        The cell's text.

    Examples
    --------
    >>> is_blank("—"), is_blank("N/A"), is_blank("0")
    (True, True, False)
    """
    return not text.strip() or _BLANK.match(text.strip()) is not None
