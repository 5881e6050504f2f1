"""The values of an edit, read with the readers and judged by the rules of an import's cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from geo_registry.core.frame import CRS, conform
from geo_registry.core.ledger.places import fill_districts
from geo_registry.core.ledger.reading.columns import without_blanks
from geo_registry.core.ledger.reading.fields import judge_fields, read_fields
from geo_registry.core.ledger.reading.positions import place_points
from geo_registry.core.ledger.tidy import clean_table
from geo_registry.core.ledger.validate.placing import judge_places
from geo_registry.core.space.crs import parse_crs
from geo_registry.errors import DatumError, ValueRefused
from geo_registry.registry import records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from geo_registry.core.findings import Finding
    from geo_registry.core.kinds import Kind
    from geo_registry.core.ledger.reading.positions import Placed
    from geo_registry.registry.house import House

AXES = ("lon", "lat")
PLACE = frozenset({*AXES, "datum"})
"""Names by which a position is given."""
OF_A_PLACE = ("accuracy_m", "coord_method")
"""What is said of one measured position and not of the next."""
_ROW = np.array([1], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Changed:
    """A version with its changes.

    Attributes
    ----------
    frame
        One canonical row.
    warnings
        What was found odd but kept.
    """

    frame: gpd.GeoDataFrame
    warnings: tuple[Finding, ...]


def changed(house: House, kind: Kind, old: gpd.GeoDataFrame, changes: Mapping[str, object]) -> Changed:
    """Put changes into a version.

    Parameters
    ----------
    house
        Region, districts and today.
    kind
        Kind of the record.
    old
        The version, one canonical row.
    changes
        Field to its new value.

    Raises
    ------
    ValueRefused
        ``FIELD_UNKNOWN``, or the code of the first value that cannot be; the details list all ``findings``.
    DatumError
        ``DATUM_MISSING`` for a position without its datum, ``DATUM_UNKNOWN`` for one that is none.
    """
    texts = {name: _text(name, value) for name, value in changes.items()}
    known = [*(field.name for field in kind.all_fields), *sorted(PLACE)]
    if strangers := [name for name in texts if name not in known]:
        raise ValueRefused("FIELD_UNKNOWN", value=strangers[0], known=", ".join(known))
    said = [name for name in texts if name not in PLACE]
    body = _table([texts[name] for name in said])
    values, findings = read_fields(body, dict(enumerate(said)), _ROW, kind=kind, sets={})
    unbound = [one.name for one in kind.all_fields if one.bound_of in said and one.name not in values]
    new = old.reset_index(drop=True).assign(row=_ROW)
    for name, column in {**values, **{name: pd.Series([None]) for name in unbound}}.items():
        new[name] = column.astype(new[name].dtype) if name in new else column
    findings += judge_fields({name: new[name] for name in new.columns}, _ROW, today=house.today)
    if PLACE & texts.keys():
        new, told = _placed(house, kind, new, texts)
        findings += told
    _refuse(findings)
    return Changed(conform(new, kind.fields), tuple(one for one in findings if one.severity == "warning"))


def _text(name: str, value: object) -> str | None:
    """Write a plain value as a cell of a ledger would have it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and np.isfinite(value):
        return repr(value).removesuffix(".0")
    if isinstance(value, date):
        return value.isoformat()[:10]
    raise ValueRefused("VALUE_INVALID", field=name, value=value, expected="text, number, date, true, false")


def _table(texts: Sequence[str | None]) -> pa.Table:
    """Make a ledger of one row; a column that nobody asked for keeps it from having none."""
    cells = {f"c{at}": pa.array([text], pa.string()) for at, text in enumerate([*texts, None])}
    return clean_table(pa.table(cells))


def _placed(
    house: House, kind: Kind, new: gpd.GeoDataFrame, texts: Mapping[str, str | None]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    if missing := [axis for axis in AXES if axis not in texts]:
        raise ValueRefused("COORD_MISSING", field=missing[0])
    body = _table([texts[axis] for axis in AXES])
    x, y = (without_blanks(body[f"c{at}"].combine_chunks(), {}) for at in range(len(AXES)))
    if x.null_count == y.null_count == 1:
        placed, datum = None, None
    else:
        if not texts.get("datum"):
            raise DatumError("DATUM_MISSING")
        datum = parse_crs(str(texts["datum"]))
        placed = place_points(x, y, datum, house.region)
        if "point" not in kind.geometry:
            placed.codes[placed.codes == ""] = "GEOM_TYPE"
            placed.details[0] = {"expected": ", ".join(kind.geometry)}
    findings = judge_places(placed, _ROW, kind, needed=kind.position == "required")
    new = _moved(new, placed, datum, keep=texts.keys())
    districts = records.districts(house)
    if districts is None or kind.role == "zone":
        return new, findings
    filled, told = fill_districts(new, districts)
    return filled, findings + told


def _moved(
    new: gpd.GeoDataFrame, placed: Placed | None, datum: str | None, *, keep: Collection[str]
) -> gpd.GeoDataFrame:
    moved = pd.DataFrame(new)
    moved["geometry"] = pd.Series([None if placed is None else placed.geometry[0]], dtype=object)
    given = {"datum": datum, "x_given": None, "y_given": None}
    if placed is not None:
        given |= {"x_given": placed.x_given[0], "y_given": placed.y_given[0]}
    for name, value in given.items():
        moved[name] = pd.Series([value], dtype="str")
    for name in OF_A_PLACE:
        if name not in keep:
            moved[name] = pd.Series([None]).astype(moved[name].dtype)
    return gpd.GeoDataFrame(moved, geometry="geometry", crs=CRS)


def _refuse(findings: Sequence[Finding]) -> None:
    wrong = [one for one in findings if one.severity == "row"]
    if wrong:
        listed = [
            {"field": one.field, "code": one.code, "value": one.value, "details": dict(one.details)}
            for one in wrong
        ]
        first = wrong[0]
        details = {**first.details, "field": first.field, "value": first.value, "findings": listed}
        raise ValueRefused(first.code, **details)
