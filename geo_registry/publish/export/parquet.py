"""Parquet, with places GeoParquet 1.1: what analysts and engines read, at once or a table at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely
from pyarrow import parquet

from geo_registry.core.kinds import Catalog
from geo_registry.publish.columns import headings
from geo_registry.publish.export.layers import Layer, Shapes, table_layer
from geo_registry.publish.export.notes import stamp_of
from geo_registry.publish.export.request import TABLE_FORMATS, ExportRequest, Plan, plan_of

PLACE = "geometry"
"""Column of the geometries, as readers of GeoParquet look for it."""
STAMP = "geo_registry"
"""Key of the file's metadata under which the stamp stands, as JSON."""
COMPRESSION = "zstd"
"""Smaller than the format's default of snappy, and read as quickly."""


def write_parquet(layer: Layer, stamp: Mapping[str, object], plan: Plan) -> bytes:
    """Write a layer as one file; rows without a place have the geometry null.

    Parameters
    ----------
    layer
        Rows to write.
    stamp
        Where the rows come from.
    plan
        Names, and where the coordinates are.
    """
    taken = [PLACE] if layer.spatial else []
    table = layer.table.rename_columns(list(headings(layer.fields, plan.request.names, taken=taken)))
    told = {STAMP: json.dumps(stamp, ensure_ascii=False)}
    if layer.spatial:
        shapes = layer.shapes.copy()
        shapes[shapely.is_empty(shapes)] = None
        table = table.append_column(PLACE, pa.array(shapely.to_wkb(shapes), pa.binary()))
        told["geo"] = json.dumps(_described(shapes, plan.crs), ensure_ascii=False)
    content = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(told), content, compression=COMPRESSION)
    return content.getvalue()


def _described(shapes: Shapes, crs: str) -> dict[str, object]:
    """Describe a column of WKB; coordinates are in the order x, y whatever the system's own axes are."""
    known = shapes[~shapely.is_missing(shapes)]
    one_of_each = known[np.unique(shapely.get_type_id(known), return_index=True)[1]]
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": sorted(shape.geom_type for shape in one_of_each),
        "crs": pyproj.CRS.from_user_input(crs).to_json_dict(),
    }
    if len(known):
        column["bbox"] = shapely.total_bounds(known).tolist()
    return {"version": "1.1.0", "primary_column": PLACE, "columns": {PLACE: column}}


def write_tables(
    file: Path, tables: Iterable[pd.DataFrame], catalog: Catalog, *, name: str, request: ExportRequest
) -> None:
    """Write tables of the same columns as one file, each as a group of rows as soon as it is there.

    No more than one table is held in memory.

    Parameters
    ----------
    file
        Where to write.
    tables
        At least one; one without rows makes no group.
    catalog
        What the columns are called.
    name
        What the table is called.
    request
        Names and stamp; the format is ``parquet``.

    Raises
    ------
    OSError
        If the file cannot be written.
    ValueRefused, CRSError
        As from `export`.
    """
    waiting = (parquet_table(table, catalog=catalog, name=name, request=request) for table in tables)
    first = next(waiting)
    with parquet.ParquetWriter(str(file), first.schema, compression=COMPRESSION) as writer:
        for table in chain([first], waiting):
            if table.num_rows:
                writer.write_table(table, row_group_size=table.num_rows)


def parquet_table(table: pd.DataFrame, *, catalog: Catalog, name: str, request: ExportRequest) -> pa.Table:
    """Bring a table into the columns and types of its file, with the stamp in its metadata.

    Parameters
    ----------
    table
        Rows.
    catalog, name, request
        As for `write_tables`.

    Raises
    ------
    ValueRefused, CRSError
        As from `export`.
    """
    plan, layer = plan_of(request, TABLE_FORMATS), table_layer(name, table, catalog)
    stamp = json.dumps(stamp_of([layer], catalog.digest, plan), ensure_ascii=False)
    named = layer.table.rename_columns(list(headings(layer.fields, request.names)))
    return named.replace_schema_metadata({STAMP: stamp})
