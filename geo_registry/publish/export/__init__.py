"""Rows as files people take away: shapefile, GeoPackage, GeoJSON, GeoParquet, CSV and XLSX.

Every format holds the same rows under names that the layer files declare, in the coordinates asked for, with
the revision they were read at. What a format cannot hold goes beside it or is refused; nothing is lost in
silence. The same rows at the same revision give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from geo_registry.core.kinds import Catalog
from geo_registry.publish.export.delimited import write_csv
from geo_registry.publish.export.geojson import write_geojson, write_json
from geo_registry.publish.export.geopackage import write_geopackage
from geo_registry.publish.export.layers import Layer, in_words, place_layer, table_layer
from geo_registry.publish.export.notes import note_lines, stamp_of
from geo_registry.publish.export.parquet import parquet_table, write_parquet, write_tables
from geo_registry.publish.export.request import (
    FORMATS,
    TABLE_FORMATS,
    ZIP,
    Exported,
    ExportRequest,
    Plan,
    Stamp,
    plan_of,
)
from geo_registry.publish.export.shapefile import write_shapefiles
from geo_registry.publish.export.workbook import write_workbook

__all__ = [
    "FORMATS",
    "TABLE_FORMATS",
    "ExportRequest",
    "Exported",
    "Stamp",
    "export",
    "export_table",
    "parquet_table",
    "write_tables",
    "zipped",
]

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The first moment a ZIP can say: fixed, so that equal rows give equal bytes."""


def export(frames: Mapping[str, gpd.GeoDataFrame], catalog: Catalog, request: ExportRequest) -> Exported:
    """Write records as a file.

    Parameters
    ----------
    frames
        Rows by kind, or by another name where they are of several kinds or none (``rings``, ``unlocated``,
        ``audit``); in WGS 84, with the columns the reader may see.
    catalog
        What the columns are called.
    request
        Format, coordinates, encoding, names, language and stamp.

    Returns
    -------
    Exported
        Its name says kinds, coordinates where they are not the format's own, and revision.

    Raises
    ------
    ValueRefused
        ``FORMAT_UNKNOWN``, ``ENCODING_UNKNOWN``, ``ENCODING_CANNOT``, ``NAMES_UNKNOWN``, ``DATUM_UNKNOWN``,
        ``CRS_AND_DATUM``, ``SHEET_TOO_LARGE``, ``GEOM_TYPE`` or ``NAME_INVALID``.
    CRSError
        ``CRS_INVALID`` or ``CRS_UNSUPPORTED``.
    RegistryError
        ``EXPORT_FAILED`` if a file does not hold what was put into it.
    """
    plan = plan_of(request, FORMATS)
    layers = [place_layer(name, frame, catalog, plan) for name, frame in frames.items()]
    return _exported(layers, catalog.digest, plan)


def export_table(
    table: pd.DataFrame,
    catalog: Catalog,
    *,
    name: str,
    request: ExportRequest,
    geometry: gpd.GeoSeries | None = None,
) -> Exported:
    """Write a table, such as an audit's pairs, as a file.

    Parameters
    ----------
    table
        Rows with any columns; distances are given to the millimetre.
    catalog
        What the columns are called.
    name
        What the table is called in files: lower-case ASCII.
    request
        As for `export`; the format may be ``json`` too.
    geometry
        A place for each row, in WGS 84, in the rows' order; without it spatial formats hold no places.

    Returns
    -------
    Exported
        As from `export`.

    Raises
    ------
    ValueRefused, CRSError, RegistryError
        As from `export`.
    """
    plan = plan_of(request, TABLE_FORMATS)
    if geometry is None:
        return _exported([table_layer(name, table, catalog)], catalog.digest, plan)
    rows, places = pd.DataFrame(table).reset_index(drop=True), geometry.reset_index(drop=True)
    layer = place_layer(name, gpd.GeoDataFrame(rows, geometry=places), catalog, plan)
    return _exported([layer], catalog.digest, plan)


def _exported(layers: Sequence[Layer], digest: str, plan: Plan) -> Exported:
    said = [in_words(layer) for layer in layers] if plan.request.names == "zh" else layers
    written = _written(said, digest, plan)
    names = [layer.name for layer in layers]
    if isinstance(written, dict):
        return Exported(plan.file_name(names, ZIP.extension), ZIP.media_type, zipped(written))
    charset = f"; charset={plan.request.encoding}" if plan.request.format == "csv" else ""
    return Exported(plan.file_name(names, plan.form.extension), plan.form.media_type + charset, written)


def _written(layers: Sequence[Layer], digest: str, plan: Plan) -> bytes | dict[str, bytes]:
    """Write the one file of a format, or the several of an archive."""
    lines, stamp = note_lines(layers, digest, plan), stamp_of(layers, digest, plan)
    match plan.request.format:
        case "shp":
            return write_shapefiles(layers, lines, plan)
        case "gpkg":
            return write_geopackage(layers, lines, plan)
        case "xlsx":
            return write_workbook(layers, lines, plan)
        case "csv" | "parquet" as form:
            files = {
                f"{layer.name}.{form}": write_csv(layer, plan)
                if form == "csv"
                else write_parquet(layer, stamp, plan)
                for layer in layers
            }
            return files if len(files) > 1 else next(iter(files.values()), b"")
        case "json":
            return write_json(layers[0], stamp, plan.request.names)
        case _:
            return write_geojson(layers, stamp, plan.request.names)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Pack files into an archive; the same files give the same bytes.

    Parameters
    ----------
    members
        Content by name, in the order in which they stand.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body)
    return content.getvalue()
