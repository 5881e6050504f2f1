"""Whole columns of cells at once: cleaned, blanks told apart, read by the type of their field.

What is plain is read by Arrow in one stroke; only spellings that are not, and each of them once, come
before the readers of single cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo_registry.core.findings import Finding
from geo_registry.core.frame import DTYPES
from geo_registry.core.kinds import Field
from geo_registry.core.ledger.reading.cell import BLANK_PATTERN, Reading, fold, is_blank
from geo_registry.core.ledger.reading.dates import read_date
from geo_registry.core.ledger.reading.numbers import read_number
from geo_registry.core.ledger.reading.words import read_boolean, read_choice, read_credit_code
from geo_registry.core.ledger.tidy import flags, may_hold

PLAIN_NUMBER = r"^[+-]?[0-9]{1,15}(?:\.[0-9]{1,17})?$"
"""Decimal numbers that Arrow reads as Python does."""

PLAIN_DATE = r"^(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
"""Days as most programs write them, in the years that are taken."""
_CONTROL = r"[\x00-\x1f\x7f-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{fffe}\x{ffff}]"
"""C0 and C1 controls, the marks that reorder text (Unicode 16, 23.2), and two codes that are no character."""

_CONTROL_BYTES = bytes([*range(0x20), 0x7F, 0xC2, 0xE2]), b"\xef\xbf"
"""Bytes of UTF-8 of which one at least is in every one of them, and two of which both are."""

_PLUS = b"+", b"+"
"""The sign that Arrow does not read."""

_HALF_WIDTH = frozenset({"code", "permit_no"})
"""Fields by which records are matched: a full-width digit there is the same digit."""

_CREDIT_CODE = "uscc"

Reader = Callable[[str], Reading]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that was read.

    Attributes
    ----------
    read
        One value a row in the dtype of its field; missing is NaN, NaT or NA.
    findings
        What was wrong with single cells.
    bounds
        ``>= > <= < ~`` of the rows whose number is a bound; None where no row has one.
    """

    read: pd.Series
    findings: list[Finding]
    bounds: pd.Series | None = None


def without_blanks(texts: pa.StringArray, words: Mapping[str, str]) -> pa.StringArray:
    """Empty the cells whose text stands for nothing, but those that a vocabulary lists.

    Parameters
    ----------
    texts
        What `clean` gives.
    words
        Folded spellings that are values here, such as ``"无"`` for a licence.

    Examples
    --------
    >>> without_blanks(pa.array(["-", "无", "有"]), {"无": "none", "有": "held"}).to_pylist()
    [None, '无', '有']
    """
    blank = pc.fill_null(pc.match_substring_regex(texts, BLANK_PATTERN), fill_value=False)
    found = [
        text
        for text in pc.unique(texts.filter(blank)).to_pylist()
        if is_blank(text) and fold(text) not in words
    ]
    if not found:
        return texts
    return pc.if_else(
        pc.fill_null(pc.is_in(texts, pa.array(found, pa.string())), fill_value=False), None, texts
    )


def read_column(
    texts: pa.StringArray, field: Field, rows: NDArray[np.int64], words: Mapping[str, str]
) -> Column:
    """Read a column by the type of its field.

    Parameters
    ----------
    texts
        Cells as `without_blanks` gives them.
    field
        The field they belong to.
    rows
        Row numbers as the sender sees them, one a cell.
    words
        Vocabulary of a choice, check or boolean.

    Examples
    --------
    >>> from geo_registry.core.kinds import Label
    >>> count = Field("kilns", "integer", Label("座数", "Kilns"), "kilns")
    >>> column = read_column(pa.array(["3", "５座", "许多"]), count, np.array([2, 3, 4]), {})
    >>> column.read.tolist(), [(found.code, found.row) for found in column.findings]
    ([3, 5, <NA>], [('VALUE_INVALID', 4)])
    """
    if field.type in {"number", "integer"}:
        return _read_numbers(texts, field, rows)
    readers: dict[str, Reader] = {
        "boolean": lambda text: read_boolean(text, words),
        "choice": lambda text: read_choice(text, words),
        "check": lambda text: read_choice(text, words),
    }
    if field.type == "date":
        return _read_dates(texts, field, rows)
    if field.name == _CREDIT_CODE:
        return _read_each(texts, read_credit_code, field, rows)
    if reader := readers.get(field.type):
        return _read_each(texts, reader, field, rows)
    return _read_texts(texts, field, rows)


def _read_texts(texts: pa.StringArray, field: Field, rows: NDArray[np.int64]) -> Column:
    if field.name in _HALF_WIDTH:
        texts = pc.utf8_normalize(texts, form="NFKC")
    faults: list[tuple[str, pa.BooleanArray, Mapping[str, object]]] = []
    if may_hold(texts, _CONTROL_BYTES):
        faults.append(("TEXT_CONTROL_CHAR", pc.match_substring_regex(texts, _CONTROL), {}))
    if (pc.max(pc.binary_length(texts)).as_py() or 0) > field.max_length:
        longer = pc.greater(pc.utf8_length(texts), field.max_length)
        faults.append(("FIELD_TOO_LONG", longer, {"limit": field.max_length}))
    findings = [
        Finding(code, int(rows[place]), field.name, texts[int(place)].as_py(), details)
        for code, wrong, details in faults
        for place in np.flatnonzero(flags(wrong))
    ]
    return Column(texts.to_pandas(), findings)


def plain_numbers(texts: pa.StringArray) -> NDArray[np.float64]:
    """Read the cells that are plain decimal numbers; NaN for all others.

    Examples
    --------
    >>> plain_numbers(pa.array(["113.70", "１１３", None])).tolist()
    [113.7, nan, nan]
    """
    plain = pc.if_else(pc.match_substring_regex(texts, PLAIN_NUMBER), texts, None)
    if may_hold(plain, _PLUS):
        plain = pc.replace_substring_regex(plain, r"^\+", "")
    return np.asarray(plain.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _read_numbers(texts: pa.StringArray, field: Field, rows: NDArray[np.int64]) -> Column:
    plain = plain_numbers(texts)
    low = -np.inf if field.minimum is None else field.minimum
    high = np.inf if field.maximum is None else field.maximum
    good = (plain >= low) & (plain <= high)
    if field.type == "integer":
        good &= (np.trunc(plain) == plain) & (np.abs(plain) <= 2**53)
    if not (pc.count(texts, mode="only_valid").as_py() - good.sum()):
        read = pd.Series(plain)
        return Column(read.astype("Int64") if field.type == "integer" else read, [])
    odd = _read_each(
        pc.if_else(pa.array(good), None, texts), lambda text: read_number(text, field), field, rows
    )
    values = np.where(good, plain, odd.read.to_numpy(np.float64, na_value=np.nan))
    read = pd.Series(values)
    return Column(read.astype("Int64") if field.type == "integer" else read, odd.findings, odd.bounds)


def _read_dates(texts: pa.StringArray, field: Field, rows: NDArray[np.int64]) -> Column:
    """Read the plain days in one stroke, each other spelling once."""
    plain = pc.if_else(pc.match_substring_regex(texts, PLAIN_DATE), texts, None)
    days = pc.strptime(plain, format="%Y-%m-%d", unit="s", error_is_null=True)
    # 30 February is no day, whatever day it would be counted on to
    good = pc.fill_null(pc.equal(days.cast(pa.date32()).cast(pa.string()), plain), fill_value=False)
    odd = _read_each(pc.if_else(good, None, texts), read_date, field, rows)
    if not pc.any(good).as_py():
        return odd
    read = pd.Series(pc.if_else(good, days, None).to_pandas()).astype("datetime64[s]")
    return Column(read.where(flags(good), odd.read), odd.findings)


def _read_each(texts: pa.StringArray, read: Reader, field: Field, rows: NDArray[np.int64]) -> Column:
    """Read each spelling once and spread what it says over the rows that have it."""
    coded = texts.dictionary_encode()
    places = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False))
    spellings = coded.dictionary.to_pylist()
    said = [read(text) for text in spellings]
    told = np.array([reading.code is not None for reading in said], dtype=bool)
    wrong = np.flatnonzero((places >= 0) & told[places]) if told.any() else np.array([], dtype=np.int64)
    findings = [
        Finding(said[place].code or "", int(rows[at]), field.name, spellings[place], said[place].details)
        for at, place in zip(wrong, places[wrong], strict=True)
    ]
    return Column(
        _spread([reading.value for reading in said], places, DTYPES[field.type]),
        findings,
        _bounds(said, places),
    )


def _bounds(said: list[Reading], places: NDArray[Any]) -> pd.Series | None:
    bounds = [reading.details.get("bound") for reading in said if reading.code == "BOUND_NOT_NUMBER"]
    if not bounds:
        return None
    return _spread([reading.details.get("bound") for reading in said], places, "str")


def _spread(values: list[Any], places: NDArray[Any], dtype: str) -> pd.Series:
    """Give each row its spelling's value; the place -1 means none."""
    given: list[date | object | None] = [*values, None]
    return pd.Series(given, dtype=dtype).iloc[places].reset_index(drop=True)
