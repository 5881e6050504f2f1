"""GeoPackage: a layer for each kind and a table that explains the columns."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import shapely

from geo_registry.publish.columns import dictionary, headings
from geo_registry.publish.export.gdal import PLACE, Job, write_files
from geo_registry.publish.export.layers import Layer, Shapes, one_type
from geo_registry.publish.export.notes import DICTIONARY, dictionary_headings
from geo_registry.publish.export.request import Plan

_FILE = "export.gpkg"
_DRIVER = "GPKG"
_VERSION = {"VERSION": "1.2"}
"""QGIS 3.22 warns of newer ones that it may only support them in part."""
_KEY = "fid"
"""Primary key that GDAL adds to every table."""


def write_geopackage(layers: Sequence[Layer], lines: Sequence[str], plan: Plan) -> bytes:
    """Write layers as one GeoPackage; rows without a place stay in their layer.

    Parameters
    ----------
    layers
        Rows to write.
    lines
        Where they come from; the description of every layer.
    plan
        Names, language, and where the coordinates are.

    Raises
    ------
    RegistryError
        ``EXPORT_FAILED``.
    """
    jobs = [_job(layer, "\n".join(lines), plan) for layer in layers]
    return write_files([*jobs, _dictionary_job(layers, plan)])[_FILE]


def _names(layer: Layer, plan: Plan) -> tuple[str, ...]:
    return headings(layer.fields, plan.request.names, taken=[_KEY, PLACE])


def _job(layer: Layer, notes: str, plan: Plan) -> Job:
    columns = layer.table.rename_columns(list(_names(layer, plan)))
    labelled = [
        column.with_metadata({"GDAL:OGR:alternative_name": field.label.of(plan.request.lang)})
        for column, field in zip(columns.schema, layer.fields, strict=True)
    ]
    table = pa.Table.from_arrays(columns.columns, schema=pa.schema(labelled))
    geometry_type, shapes = _geometry(layer)
    if geometry_type:
        table = table.append_column(PLACE, pa.array(shapely.to_wkb(shapes), pa.binary()))
    return Job(
        file=_FILE,
        layer=layer.name,
        driver=_DRIVER,
        table=table,
        geometry_type=geometry_type,
        crs=plan.crs if geometry_type else None,
        dataset_options=_VERSION,
        layer_options={"IDENTIFIER": layer.label.of(plan.request.lang), "DESCRIPTION": notes},
    )


def _geometry(layer: Layer) -> tuple[str | None, Shapes]:
    """Find the type of a layer's geometry column: the one all share, else any; none for a plain table."""
    families = sorted({*layer.families} - {""})
    if layer.spatial and len(families) == 1:
        return one_type(layer.shapes, families[0])
    return ("Unknown" if layer.spatial else None), layer.shapes


def _dictionary_job(layers: Sequence[Layer], plan: Plan) -> Job:
    rows = [row for layer in layers for row in dictionary(layer.name, _names(layer, plan), layer.fields)]
    given = dictionary_headings(plan.request.lang)
    columns = zip(*rows, strict=True) if rows else [()] * len(given)
    table = pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(given, columns, strict=True)}
    )
    return Job(_FILE, DICTIONARY, _DRIVER, table, dataset_options=_VERSION)
