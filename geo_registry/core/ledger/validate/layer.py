"""The rows of one layer judged: every one of them is accepted or refused, and told why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_registry.core.findings import Finding, refused_rows
from geo_registry.core.kinds import Kind
from geo_registry.core.ledger.duplicates import find_repeated, find_twins, identical_rows, number_codes
from geo_registry.core.ledger.headings import Heading
from geo_registry.core.ledger.places import fill_districts, find_at_sea
from geo_registry.core.ledger.reading.fields import judge_fields, read_fields
from geo_registry.core.ledger.validate.canonical import canonical_rows
from geo_registry.core.ledger.validate.placing import has_shapes, judge_places, place_rows
from geo_registry.core.ledger.validate.rules import Checked, Rules
from geo_registry.core.ledger.validate.written import WKT
from geo_registry.core.raw import GEOMETRY, ROW, WIDTH, RawLayer
from geo_registry.errors import FileRefused

CONTROL_POINT = "control_point"
"""Field of a station that is true for a control point (对照点): away from all sources, or closed."""

_CLOSED = "停运|停用|关闭|关停|撤销|撤站"
"""Marks in a station's name: it may measure no more (contract: kept and warned, never guessed)."""

_TOLD_SKIPS = ("summary", "note")


def validate(layer: RawLayer, heading: Heading, kind: Kind, rules: Rules) -> Checked:
    """Judge the rows of a layer: what is good becomes canonical, what is not is told by row and code.

    Parameters
    ----------
    layer
        The layer as it was read.
    heading
        What its columns mean, and its rows of data, for this kind.
    kind
        Kind of every row.
    rules
        Datum, region and everything else that was said.

    Returns
    -------
    Checked
        Canonical rows in WGS 84, findings, counts. A finding of severity row refuses its row; warnings
        stand only with rows that are kept.

    Raises
    ------
    FileRefused
        ``NO_ROWS``, ``HEADER_MISSING`` (no column for name or code, or for the position a kind must have),
        ``CELL_FORMULA``, ``DATUM_MISSING``, ``CRS_MISSING``.
    DatumError
        The datum or the file's own reference system is unknown or not supported.
    ValueRefused
        ``SET_UNKNOWN`` for a field that does not exist, ``VALUE_INVALID`` for a value it cannot have.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> from geo_registry.core.kinds import Field, Label, Symbol
    >>> name, symbol = Field("name", "text", Label("名称", "Name"), "name"), Symbol("circle", "#000000")
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), symbol, ("point",), "required", (name,))
    >>> cells = {"c0": ["甲", "乙"], "c1": ["114.0213", "-"], "c2": ["33.5812", ""]}
    >>> cells = pa.table(cells | {"_row": [2, 3], "_width": [3, 2]})
    >>> heading = Heading({0: "name", 1: "lon", 2: "lat"}, {}, (1,), (), 3, cells)
    >>> checked = validate(RawLayer("表1", None, cells), heading, kind, Rules(date(2026, 1, 1), "wgs84"))
    >>> checked.accepted, checked.rejected, [(found.row, found.code) for found in checked.findings]
    (1, 1, [(3, 'COORD_MISSING')])
    """
    check_layer(layer, heading, kind, rules)
    judged = _judge(layer, heading, kind, rules)
    rows, kept = judged.rows, judged.kept
    again = _refuse_again(heading, rows, kept)
    frame, told = _look_closer(judged.frame[kept].reset_index(drop=True), kind, rules)
    refused = rows[~kept].tolist()
    findings = [*_without_warnings([*judged.findings, *again], set(refused)), *told, *told_skips(heading)]
    return Checked(frame, in_order(findings), len(rows), tuple(refused), heading.skipped, judged.datum)


def validate_block(layer: RawLayer, heading: Heading, kind: Kind, rules: Rules) -> Block:
    """Judge some rows of a layer by themselves: what only the whole layer shows is not looked at.

    Parameters
    ----------
    layer
        The layer; nothing is read of its cells.
    heading
        What its columns mean, and some of its rows of data.
    kind, rules
        As for `validate`.

    Returns
    -------
    Block
        Rows that come again, their codes' order and their twins are left to `whole.look_at_whole`.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> from geo_registry.core.kinds import Field, Label, Symbol
    >>> name, symbol = Field("name", "text", Label("名称", "Name"), "name"), Symbol("circle", "#000000")
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), symbol, ("point",), "required", (name,))
    >>> cells = {"c0": ["甲", "乙"], "c1": ["114.0213", None], "c2": ["33.5812", None]}
    >>> cells = pa.table(cells | {"_row": [2, 3], "_width": [3, 1]})
    >>> heading = Heading({0: "name", 1: "lon", 2: "lat"}, {}, (1,), (), 3, cells)
    >>> rules = Rules(date(2026, 1, 1), "wgs84")
    >>> block = validate_block(RawLayer("表1", None, cells), heading, kind, rules)
    >>> block.checked.refused, block.points.tolist()
    ((3,), [[114.0213], [33.5812]])
    """
    draw = rules.districts is not None and len(rules.districts) > 0
    judged = _judge(layer, heading, kind, rules, draw=draw)
    kept, points = judged.kept, judged.points
    refused = judged.rows[~kept].tolist()
    frame = judged.frame if kept.all() else judged.frame[kept].reset_index(drop=True)
    frame, told = _look_at_each(frame, kind, rules, None if points is None else points[:, kept])
    findings = (*_without_warnings(judged.findings, set(refused)), *told)
    checked = Checked(frame, findings, len(judged.rows), tuple(refused), heading.skipped, judged.datum)
    return Block(checked, None if draw or points is None else points[:, kept])


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a layer that were judged by themselves.

    Attributes
    ----------
    checked
        The rows.
    points
        Their longitudes and latitudes, ``(2, n)``, WGS 84 degrees, NaN where there is none; the frame then
        has no geometries. None where the frame has them.
    """

    checked: Checked
    points: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """Rows judged one by one: all of them in `frame`, those that are good marked in `kept`."""

    frame: gpd.GeoDataFrame
    rows: NDArray[np.int64]
    kept: NDArray[np.bool_]
    findings: list[Finding]
    datum: str | None
    points: NDArray[np.float64] | None


def _judge(layer: RawLayer, heading: Heading, kind: Kind, rules: Rules, *, draw: bool = True) -> _Judged:
    rows = heading.body[ROW].to_numpy()
    values, findings = read_fields(heading.body, heading.columns, rows, kind=kind, sets=rules.sets)
    datum, placed = place_rows(layer, heading, kind, rules, draw=draw)
    findings += judge_fields(values, rows, today=rules.today)
    findings += judge_places(placed, rows, kind, needed=needs_place(kind, rules))
    if rules.delimited and layer.headings is None:
        findings += _judge_width(heading, rows)
    kept = ~np.isin(rows, list(refused_rows(findings)))
    frame = canonical_rows(heading, kind, values, datum=datum, placed=placed)
    points = None if placed is None or placed.lon is None else np.array([placed.lon, placed.lat])
    return _Judged(frame, rows, kept, findings, datum, points)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by row and code; those of the whole layer come first.

    Examples
    --------
    >>> [found.row for found in in_order([Finding("COORD_MISSING", 3), Finding("DUPLICATE", 2)])]
    [2, 3]
    """
    return tuple(sorted(findings, key=lambda found: (found.row or 0, found.code)))


def needs_place(kind: Kind, rules: Rules) -> bool:
    """Tell whether a row without a position is refused.

    Examples
    --------
    >>> from datetime import date
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> symbol = Symbol("circle", "#000000")
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), symbol, ("point",), "required", ())
    >>> needs_place(kind, Rules(date(2026, 1, 1)))
    True
    """
    return kind.position == "required" and not rules.allow_unlocated


def check_layer(layer: RawLayer, heading: Heading, kind: Kind, rules: Rules) -> None:
    """Refuse what no single row is to blame for.

    Parameters
    ----------
    layer, heading, kind, rules
        As for `validate`.

    Raises
    ------
    FileRefused
        ``NO_ROWS``, ``HEADER_MISSING``, ``CELL_FORMULA``.

    Examples
    --------
    >>> from datetime import date
    >>> import pyarrow as pa
    >>> from geo_registry.core.kinds import Label, Symbol
    >>> symbol = Symbol("circle", "#000000")
    >>> kind = Kind("kiln", "source", Label("烤房", "Kiln"), symbol, ("point",), "required", ())
    >>> cells = pa.table({"c0": ["甲"], "_row": [2], "_width": [1]})
    >>> heading = Heading({0: "name"}, {}, (1,), (), 1, cells)
    >>> check_layer(RawLayer("表1", None, cells), heading, kind, Rules(date(2026, 1, 1), "wgs84"))
    Traceback (most recent call last):
    geo_registry.errors.FileRefused: HEADER_MISSING(field='lon, lat', seen='name')
    """
    if not heading.body.num_rows:
        raise FileRefused("NO_ROWS", layer=layer.name)
    known = {*heading.columns.values(), *rules.sets}
    wanted = [] if known & {"name", "code"} else ["name"]
    if needs_place(kind, rules) and WKT not in known and not has_shapes(heading.body):
        wanted += [axis for axis in ("lon", "lat") if axis not in known]
    if wanted:
        seen = ", ".join((*heading.columns.values(), *heading.extra.values()))
        raise FileRefused("HEADER_MISSING", field=", ".join(wanted), seen=seen)
    numbers = set(heading.body[ROW].to_pylist()) if layer.formulas else set()
    for row, at in layer.formulas:
        if row in numbers and at in heading.columns:
            raise FileRefused("CELL_FORMULA", row=row, field=heading.columns[at])


def _judge_width(heading: Heading, rows: NDArray[np.int64]) -> list[Finding]:
    widths = heading.body[WIDTH].to_numpy()
    return [
        Finding("ROW_WIDTH", int(rows[at]), None, str(widths[at]), {"expected": heading.width})
        for at in np.flatnonzero(widths > heading.width)
    ]


def _refuse_again(heading: Heading, rows: NDArray[np.int64], kept: NDArray[np.bool_]) -> list[Finding]:
    """Refuse the rows that say again what an earlier one says, serial numbers apart; `kept` loses them."""
    cells = [f"c{at}" for at in sorted({*heading.columns, *heading.extra})]
    shapes = [GEOMETRY] if GEOMETRY in heading.body.column_names else []
    first = identical_rows(heading.body, [*cells, *shapes], kept)
    kept &= first < 0
    return [
        Finding("DUPLICATE", int(rows[at]), details={"other_row": int(rows[first[at]])})
        for at in np.flatnonzero(first >= 0)
    ]


def _without_warnings(findings: list[Finding], refused: set[int]) -> list[Finding]:
    return [found for found in findings if found.severity == "row" or found.row not in refused]


def told_skips(heading: Heading) -> list[Finding]:
    """Warn of the totals and notes among the rows, which are no data.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from geo_registry.core.ledger.reading.rows import Skipped
    >>> skipped = (Skipped(1, "title", "台账"), Skipped(9, "summary", "合计"))
    >>> [found.row for found in told_skips(Heading({}, {}, (2,), skipped, 1, pa.table({})))]
    [9]
    """
    skipped = [each for each in heading.skipped if each.reason in _TOLD_SKIPS]
    return [Finding("SUMMARY_ROW_SKIPPED", each.row, None, each.text) for each in skipped]


def _look_closer(frame: gpd.GeoDataFrame, kind: Kind, rules: Rules) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Warn of what shows only among kept rows: codes again, twins, closed stations, other districts."""
    frame["code_no"] = number_codes(frame["code"])
    told = find_repeated(frame) + find_twins(frame)
    frame, more = _look_at_each(frame, kind, rules)
    return frame, told + more


def _look_at_each(
    frame: gpd.GeoDataFrame, kind: Kind, rules: Rules, points: NDArray[np.float64] | None = None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Warn of what shows in a kept row alone: closed stations, places at sea, other districts."""
    told: list[Finding] = []
    if kind.role == "station":
        told += _find_closed(frame)
    if rules.land is not None:
        told += find_at_sea(frame, rules.land, points)
    if rules.districts is not None and len(rules.districts):
        frame, mismatches = fill_districts(frame, rules.districts)
        told += mismatches
    return frame, told


def _find_closed(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Give one warning a station whose name or control mark says that it may measure no more."""
    marks = frame["name"].str.extract(f"({_CLOSED})", expand=False)
    controls = frame[CONTROL_POINT].fillna(value=False) if CONTROL_POINT in frame else False
    marked = frame.assign(mark=marks)[marks.notna() | controls]
    return [
        Finding("STATION_CLOSED_MARK", int(row), CONTROL_POINT if pd.isna(mark) else "name", name)
        for row, name, mark in zip(marked["row"], marked["name"], marked["mark"], strict=True)
    ]
