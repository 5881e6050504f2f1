"""XLSX: one sheet a layer, behind a sheet that says what they are."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import xlsxwriter

from geo_registry.errors import ValueRefused
from geo_registry.publish.columns import DECIMALS, dictionary, distinct, headings
from geo_registry.publish.export.delimited import place_columns, yes_and_no
from geo_registry.publish.export.layers import Layer
from geo_registry.publish.export.notes import NOTES, dictionary_headings
from geo_registry.publish.export.request import Plan
from geo_registry.wording import say

MAX_ROWS = 1_048_575
"""Rows of a sheet below its headings; Excel takes 1,048,576 in all."""
MAX_TEXT = 32_767
"""Longest text of a cell that Excel takes, characters."""
SHEET_NAME_BYTES = 31
"""Longest name of a sheet; Excel counts characters, so a Chinese name stays well inside."""

_CREATED = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook knows no zones; fixed, so that bytes are
_WIDTH = 14

Style = Literal["text", "number", "metres", "date", "boolean"]


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    values: Sequence[Any]
    style: Style


def write_workbook(layers: Sequence[Layer], lines: Sequence[str], plan: Plan) -> bytes:
    """Write layers as a workbook.

    Parameters
    ----------
    layers
        Rows to write.
    lines
        Where they come from, for the first sheet.
    plan
        Names, language, and where the coordinates are.

    Returns
    -------
    bytes
        Texts stay texts whatever they start with. One longer than a cell can hold is left out of its cell
        and named on the first sheet.

    Raises
    ------
    ValueRefused
        ``SHEET_TOO_LARGE`` if a layer has more rows than a sheet.
    """
    content = io.BytesIO()
    names = _sheet_names(layers, plan)
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        notes = book.add_worksheet(NOTES)
        said = list(lines)
        for layer, name in zip(layers, names, strict=True):
            columns = _columns(layer, plan)
            said += [_left_out(layer, row, heading, plan) for row, heading in _too_long(columns)]
            _write_rows(book, book.add_worksheet(name), columns, layer.table.num_rows)
        _write_notes(book, notes, said, _explained(layers, names, plan))
    return content.getvalue()


def _sheet_names(layers: Sequence[Layer], plan: Plan) -> tuple[str, ...]:
    for layer in layers:
        if layer.table.num_rows > MAX_ROWS:
            raise ValueRefused(
                "SHEET_TOO_LARGE", layer=layer.name, value=layer.table.num_rows, limit=MAX_ROWS
            )
    said = (layer.label.zh if plan.request.names == "zh" else layer.name for layer in layers)
    allowed = (re.sub(r"[\[\]:*?/\\']", "_", name) for name in said)
    return distinct(allowed, limit_bytes=SHEET_NAME_BYTES, taken=[NOTES])


def _columns(layer: Layer, plan: Plan) -> list[_Column]:
    columns = []
    for field, heading in zip(layer.fields, headings(layer.fields, plan.request.names), strict=True):
        values, style = layer.table[field.name].to_pylist(), _style(layer.table[field.name].type, field.name)
        if style == "boolean" and plan.request.names == "zh":
            words = yes_and_no(field, "zh")
            values, style = [None if value is None else words[value] for value in values], "text"
        columns.append(_Column(heading, values, style))
    for heading, texts in place_columns(layer, plan).items():
        if heading == "wkt":
            columns.append(_Column(heading, texts, "text"))
        else:
            columns.append(
                _Column(heading, [None if text is None else float(text) for text in texts], "number")
            )
    return columns


def _style(kind: pa.DataType, name: str) -> Style:
    if name in DECIMALS:
        return "metres"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_date(kind):
        return "date"
    return "text" if pa.types.is_string(kind) else "number"


def _too_long(columns: Sequence[_Column]) -> list[tuple[int, str]]:
    return [
        (row, column.heading)
        for column in columns
        if column.style == "text"
        for row, value in enumerate(column.values)
        if value is not None and len(value) > MAX_TEXT
    ]


def _left_out(layer: Layer, row: int, heading: str, plan: Plan) -> str:
    return say(
        "export.LEFT_OUT",
        plan.request.lang,
        name=layer.name,
        row=layer.ids[row],
        field=heading,
        limit=MAX_TEXT,
    )


def _write_rows(book: Any, sheet: Any, columns: Sequence[_Column], rows: int) -> None:  # noqa: ANN401
    styles = {
        "text": (sheet.write_string, None),
        "number": (sheet.write_number, None),
        "metres": (sheet.write_number, book.add_format({"num_format": "0.000"})),
        "date": (sheet.write_datetime, book.add_format({"num_format": "yyyy-mm-dd"})),
        "boolean": (sheet.write_boolean, None),
    }
    sheet.set_column(0, max(len(columns) - 1, 0), _WIDTH)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, rows, max(len(columns) - 1, 0))
    bold = book.add_format({"bold": True})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.heading, bold)
    writers = [styles[column.style] for column in columns]
    for row, cells in enumerate(zip(*(column.values for column in columns), strict=True), 1):
        for place, ((write, look), cell) in enumerate(zip(writers, cells, strict=True)):
            if cell is not None and not (isinstance(cell, str) and len(cell) > MAX_TEXT):
                write(row, place, cell, look)


def _explained(layers: Sequence[Layer], names: Sequence[str], plan: Plan) -> list[tuple[str, ...]]:
    rows = [dictionary_headings(plan.request.lang)]
    for layer, name in zip(layers, names, strict=True):
        rows += dictionary(name, headings(layer.fields, plan.request.names), layer.fields)
    return rows


def _write_notes(book: Any, sheet: Any, lines: Sequence[str], table: Sequence[tuple[str, ...]]) -> None:  # noqa: ANN401
    bold = book.add_format({"bold": True})
    sheet.set_column(0, len(table[0]) - 1, 2 * _WIDTH)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, bold if row == 0 else None)
    top = len(lines) + 1
    for row, cells in enumerate(table, top):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell, bold if row == top else None)
