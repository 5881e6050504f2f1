"""CSV: tables as text that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import shapely

from geo_registry.core.kinds import Field
from geo_registry.errors import ValueRefused
from geo_registry.publish.columns import DECIMALS, headings
from geo_registry.publish.export.layers import Layer
from geo_registry.publish.export.request import Plan
from geo_registry.wording import say

DEGREE_DECIMALS = 9
"""Digits of longitudes and latitudes: a tenth of a millimetre on the ground."""
METRE_DECIMALS = 4
"""Digits of eastings and northings: a tenth of a millimetre."""

_ACTIVE = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
"""A text that starts so may be run as a formula (OWASP, CSV Injection)."""
_POINT = 0  # Shapely's type number
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def write_csv(layer: Layer, plan: Plan) -> bytes:
    """Write one layer: columns, then longitude and latitude or easting and northing, then WKT where needed.

    Parameters
    ----------
    layer
        Rows to write; a row without a place has empty coordinates.
    plan
        Encoding, names, and where the coordinates are.

    Raises
    ------
    ValueRefused
        ``ENCODING_CANNOT`` if a text has a character that the encoding lacks.
    """
    check_encoding(layer, plan.request.encoding)
    columns = [as_texts(layer.table[f.name], f, plan.request.names) for f in layer.fields]
    places = place_columns(layer, plan)
    rows = zip(*columns, *places.values(), strict=True)
    return rows_as_csv([*headings(layer.fields, plan.request.names), *places], rows, plan.request.encoding)


def rows_as_csv(given: Sequence[str], rows: Iterable[Sequence[str | None]], encoding: str = "utf-8") -> bytes:
    """Write rows of text.

    Parameters
    ----------
    given
        Column names.
    rows
        Texts; None is an empty cell.
    encoding
        ``utf-8``, which gets a byte-order mark so that spreadsheets know it, or ``gbk``.
    """
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(given)
    lines.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding)


def check_encoding(layer: Layer, encoding: str) -> None:
    """Refuse texts that an encoding cannot say: nothing is replaced.

    Parameters
    ----------
    layer
        Rows to be written.
    encoding
        ``utf-8`` or ``gbk``.

    Raises
    ------
    ValueRefused
        ``ENCODING_CANNOT`` with the first ``character``, its ``field``, ``row`` (the id) and ``layer``.
    """
    if encoding == "utf-8":
        return
    for field in layer.fields:
        if pa.types.is_string(layer.table[field.name].type):
            values = layer.table[field.name].to_pylist()
            found = next(_unsayable(values, encoding), None)
            if found:
                row, character = found
                details = {"field": field.name, "row": layer.ids[row], "layer": layer.name}
                raise ValueRefused("ENCODING_CANNOT", value=character, encoding=encoding, **details)


def _unsayable(values: Iterable[str | None], encoding: str) -> Iterator[tuple[int, str]]:
    for row, value in enumerate(values):
        try:
            (value or "").encode(encoding)
        except UnicodeEncodeError as fault:
            yield row, fault.object[fault.start]


def as_texts(values: pa.ChunkedArray, field: Field, names: str) -> list[str | None]:
    """Write a column's values as cells.

    Parameters
    ----------
    values
        A column of a `Layer`.
    field
        What it is.
    names
        ``zh`` says yes and no in Chinese.

    Returns
    -------
    list
        Dates as ``YYYY-MM-DD``; numbers in full, or to the column's fixed digits; texts safe to open.
    """
    given = values.to_pylist()
    if pa.types.is_string(values.type):
        return [None if value is None else safe(value) for value in given]
    if pa.types.is_boolean(values.type):
        words = yes_and_no(field, names)
        return [None if value is None else words[value] for value in given]
    if pa.types.is_floating(values.type):
        digits = DECIMALS.get(field.name)
        return [None if value is None else _number(value, digits) for value in given]
    return [None if value is None else str(value) for value in given]


def safe(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet might run; a plain number stays a number.

    Parameters
    ----------
    text
        Contents of a cell.

    Examples
    --------
    >>> safe("=1+1"), safe("-3.5"), safe("张三")
    ("'=1+1", '-3.5', '张三')
    """
    return f"'{text}" if _ACTIVE.match(text) and not _NUMBER.fullmatch(text) else text


def yes_and_no(field: Field, names: str) -> dict[bool, str]:
    """Say yes and no in a file's words."""
    if names != "zh":
        return {True: "true", False: "false"}
    own = {choice.value: choice.label.zh for choice in field.choices}
    return {True: own.get("true", say("export.YES", "zh")), False: own.get("false", say("export.NO", "zh"))}


def _number(value: float, digits: int | None) -> str:
    return repr(value).removesuffix(".0") if digits is None else f"{value:.{digits}f}"


def place_columns(layer: Layer, plan: Plan) -> dict[str, list[str | None]]:
    """Write the places of a layer as columns.

    Parameters
    ----------
    layer
        Any layer; a table that is not about places gets none.
    plan
        Names, and where the coordinates are.

    Returns
    -------
    dict
        Two columns for points, and WKT where there is anything else, by heading.
    """
    if not layer.spatial:
        return {}
    digits = METRE_DECIMALS if plan.projected else DEGREE_DECIMALS
    single = (shapely.get_type_id(layer.shapes) == _POINT) & ~shapely.is_empty(layer.shapes)
    other = np.array([bool(family) for family in layer.families], dtype=bool) & ~single
    xy = np.full((len(single), 2), np.nan)
    xy[single] = shapely.get_coordinates(layer.shapes[single])
    texts = [[None if np.isnan(value) else _trimmed(value, digits) for value in axis] for axis in xy.T]
    columns = dict(zip(_place_headings(plan), texts, strict=True))
    if other.any():
        written = shapely.to_wkt(layer.shapes, rounding_precision=digits, trim=True)
        columns["wkt"] = [text if drawn else None for text, drawn in zip(written, other, strict=True)]
    return columns


def _trimmed(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def _place_headings(plan: Plan) -> tuple[str, str]:
    first, second = ("easting", "northing") if plan.projected else ("lon", "lat")
    chinese = plan.request.names == "zh"
    return (say(f"export.{first}", "zh"), say(f"export.{second}", "zh")) if chinese else (first, second)
