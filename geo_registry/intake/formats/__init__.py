"""One reader a format: ``read(upload) -> Content``, run in the locked-down child alone.

Which module reads a file is decided by the suffix of its name; the module then holds the first
bytes against that suffix.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from geo_registry.errors import FileRefused


@dataclass(frozen=True, slots=True)
class Format:
    """How files of one suffix are read.

    Attributes
    ----------
    name
        What `geo_registry.core.raw.RawFile` calls it.
    module
        Module with ``read(upload)``.
    gdal
        True where that module loads GDAL, so that its drivers must be fenced first.
    bulk
        True for files of whole countries, which only those may send whose limits say so.
    """

    name: str
    module: str
    gdal: bool = False
    bulk: bool = False


_CSV = Format("csv", f"{__name__}.delimited")
_XLSX = Format("xlsx", f"{__name__}.ooxml.workbook")
_GEOJSON = Format("geojson", f"{__name__}.geojson")
_PARQUET = Format("parquet", f"{__name__}.parquet", bulk=True)
_KML = Format("kml", f"{__name__}.kml.document")

FORMATS = {
    ".csv": _CSV,
    ".tsv": _CSV,
    ".xlsx": _XLSX,
    ".xlsm": _XLSX,
    ".zip": Format("shp", f"{__name__}.esri.shapefile", gdal=True),
    ".geojson": _GEOJSON,
    ".json": _GEOJSON,
    ".gpkg": Format("gpkg", f"{__name__}.geopackage"),
    ".parquet": _PARQUET,
    ".geoparquet": _PARQUET,
    ".kml": _KML,
    ".kmz": _KML,
}
"""What may be sent, by lower-case suffix."""

GDAL_MODULE = f"{__name__}.esri.shapes"
"""The one module that loads GDAL."""
GDAL_DRIVERS = frozenset({"ESRI Shapefile"})
"""The drivers GDAL may have in the child."""


def of(name: str, *, bulk: bool = True) -> Format:
    """Tell how a file is read from its name.

    Parameters
    ----------
    name
        File name, in any case.
    bulk
        False where formats for bulk are not taken.

    Raises
    ------
    FileRefused
        ``FORMAT_NOT_ALLOWED`` for any other suffix.

    Examples
    --------
    >>> of("散煤点台账.XLSX").name
    'xlsx'
    """
    suffix = PurePath(name).suffix.lower()
    taken = {each: form for each, form in FORMATS.items() if bulk or not form.bulk}
    if suffix not in taken:
        raise FileRefused("FORMAT_NOT_ALLOWED", value=suffix, expected=sorted(taken))
    return taken[suffix]
