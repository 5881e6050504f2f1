"""Rows made ready for files: typed columns in order, and geometries in the coordinates asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo_registry.core.kinds import Catalog, Field, Geometry, Label
from geo_registry.core.space.crs import is_lon_lat
from geo_registry.core.space.datums import transform_geometries
from geo_registry.errors import CRSError, ValueRefused
from geo_registry.publish.columns import DECIMALS, columns_of
from geo_registry.publish.export.request import Plan
from geo_registry.wording import say

Shapes: TypeAlias = NDArray[Any]

FAMILIES: dict[str, Geometry] = {"pt": "point", "ln": "line", "pg": "polygon"}
"""What one shapefile can hold, by the ending of its name (contract, verb export)."""

_FAMILY_OF_TYPE = {-1: "", 0: "pt", 1: "ln", 2: "ln", 3: "pg", 4: "pt", 5: "ln", 6: "pg"}
"""Family of each of Shapely's geometry types; -1 is no geometry, collections have none."""

_TYPES_OF_FAMILY: dict[str, tuple[str, int, int, Callable[..., Shapes]]] = {
    "pt": ("Point", 0, 4, shapely.multipoints),
    "ln": ("LineString", 1, 5, shapely.multilinestrings),
    "pg": ("Polygon", 3, 6, shapely.multipolygons),
}
"""Name, Shapely's types of one and of several, and what gathers the one into the other."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Layer:
    """One table of an export.

    Attributes
    ----------
    name
        Kind or other name, lower-case ASCII.
    label
        What people call it.
    fields
        Its columns, in order.
    table
        The same columns by our names, each string, int64, double, bool or date32.
    shapes
        Geometries in the plan's coordinates, None where a row has no place.
    spatial
        False for a table that is not about places at all.
    geometry
        Geometries its kind may have, for when there are no rows to tell.
    """

    name: str
    label: Label
    fields: tuple[Field, ...]
    table: pa.Table
    shapes: Shapes
    spatial: bool
    geometry: tuple[Geometry, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Name each row: by its id, else by its place in the table, from 1."""
        if "id" in self.table.column_names:
            return [str(value) for value in self.table["id"].to_pylist()]
        return [str(place + 1) for place in range(self.table.num_rows)]

    @property
    def synthetic(self) -> bool:
        """Whether any row is synthetic."""
        known = "synthetic" in self.table.column_names
        return bool(known and pc.any(self.table["synthetic"]).as_py())

    @property
    def families(self) -> list[str]:
        """Family of each row's geometry, a key of `FAMILIES`, or empty where it has none."""
        types = np.where(shapely.is_empty(self.shapes), -1, shapely.get_type_id(self.shapes))
        for place, number in enumerate(types.tolist()):
            if number not in _FAMILY_OF_TYPE:
                raise ValueRefused("GEOM_TYPE", row=self.ids[place], value=self.shapes[place].geom_type)
        return [_FAMILY_OF_TYPE[number] for number in types.tolist()]

    def only(self, rows: Sequence[bool]) -> Layer:
        """Keep some of the rows, as a mask says."""
        table = self.table.filter(pa.array(rows, pa.bool_()))
        return replace(self, table=table, shapes=self.shapes[np.asarray(rows, dtype=bool)])


def place_layer(name: str, frame: gpd.GeoDataFrame, catalog: Catalog, plan: Plan) -> Layer:
    """Make a layer of a frame with places.

    Parameters
    ----------
    name
        Kind of the rows, or another name for rows of several.
    frame
        Rows in WGS 84 or CGCS2000.
    catalog
        Where the columns are declared.
    plan
        Where the coordinates go.

    Raises
    ------
    CRSError
        ``CRS_INVALID`` if the frame is in another system, ``CRS_UNSUPPORTED`` if a place is out of the
        plan's reach.
    ValueRefused
        ``NAME_INVALID`` if the layer's name cannot be a file's.
    """
    if not is_lon_lat(frame.crs):
        raise CRSError(
            "CRS_INVALID", value=frame.crs and frame.crs.to_string(), expected="EPSG:4326, EPSG:4490"
        )
    layer = table_layer(name, frame.drop(columns=frame.geometry.name), catalog)
    shapes = shapely.force_2d(np.asarray(frame.geometry.array, dtype=object))
    placed = replace(layer, shapes=transform_geometries(shapes, plan.datum, inverse=True), spatial=True)
    _check_reach(placed, plan)
    return placed


def _check_reach(layer: Layer, plan: Plan) -> None:
    points, owners = shapely.get_coordinates(layer.shapes, return_index=True)
    lost = owners[~np.isfinite(points).all(axis=1)]
    if len(lost):
        raise CRSError("CRS_UNSUPPORTED", value=plan.title, row=layer.ids[lost[0]], layer=layer.name)


def table_layer(name: str, table: pd.DataFrame, catalog: Catalog) -> Layer:
    """Make a layer of a table without places.

    Parameters
    ----------
    name, catalog
        As for `place_layer`.
    table
        Rows with any columns.

    Raises
    ------
    ValueRefused
        ``NAME_INVALID`` if the layer's name cannot be a file's.
    """
    if not _NAME.fullmatch(name):
        raise ValueRefused("NAME_INVALID", value=name)
    kind = catalog.kinds.get(name)
    fields = columns_of(map(str, table.columns), catalog, name)
    plain = pa.Table.from_pandas(pd.DataFrame(table[[field.name for field in fields]]), preserve_index=False)
    return Layer(
        name=name,
        label=kind.label if kind else _other_label(name),
        fields=fields,
        table=pa.table({field.name: _typed(plain[field.name], field) for field in fields}),
        shapes=np.full(len(table), None, dtype=object),
        spatial=False,
        geometry=kind.geometry if kind else (),
    )


def _other_label(name: str) -> Label:
    try:
        return Label(say(f"export.{name}", "zh"), say(f"export.{name}", "en"))
    except KeyError:
        return Label(name, name)


def _typed(values: pa.ChunkedArray, field: Field) -> pa.ChunkedArray:
    """Bring a column to one of the five types that every format can hold."""
    is_a = pa.types
    if is_a.is_floating(values.type):
        digits = DECIMALS.get(field.name)
        return (
            values.cast(pa.float64())
            if digits is None
            else pc.round(values.cast(pa.float64()), ndigits=digits)
        )
    if is_a.is_integer(values.type):
        return values.cast(pa.int64())
    if is_a.is_date(values.type) or is_a.is_timestamp(values.type):
        return values.cast(pa.timestamp("s")).cast(pa.date32())
    if is_a.is_boolean(values.type):
        return values
    if is_a.is_nested(values.type):
        texts = [
            None if value is None else json.dumps(value, ensure_ascii=False) for value in values.to_pylist()
        ]
        return pa.chunked_array([pa.array(texts, pa.string())])
    return values.cast(pa.string())


def in_words(layer: Layer) -> Layer:
    """Put the Chinese words of fixed values in the place of the values.

    Parameters
    ----------
    layer
        A layer as it stands in the store.
    """
    table = layer.table
    for place, field in enumerate(layer.fields):
        if field.choices and pa.types.is_string(table.schema.types[place]):
            words = {choice.value: choice.label.zh for choice in field.choices}
            said = [words.get(value, value) for value in table[field.name].to_pylist()]
            table = table.set_column(place, field.name, pa.array(said, pa.string()))
    return replace(layer, table=table)


def one_type(shapes: Shapes, family: str) -> tuple[str, Shapes]:
    """Name the one geometry type that holds all shapes of a family; single ones join the multiple.

    Parameters
    ----------
    shapes
        Geometries of one family; None where there is none.
    family
        A key of `FAMILIES`.

    Returns
    -------
    tuple
        Simple Features name of the type, and the shapes in it.
    """
    name, single, multiple, gather = _TYPES_OF_FAMILY[family]
    types = shapely.get_type_id(shapes)
    if multiple not in types:
        return name, shapes
    alone = np.flatnonzero(types == single)
    joined = shapes.copy()
    joined[alone] = gather(shapes[alone], indices=np.arange(len(alone)))
    return f"Multi{name}", joined
