"""The one door to GDAL in intake: geometries of a shapefile, and nothing else."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geo_registry.errors import FileRefused, RegistryError
from geo_registry.intake.formats import GDAL_DRIVERS

if TYPE_CHECKING:
    from pathlib import Path

PROBE = """<OGRVRTDataSource><OGRVRTLayer name="probe"><SrcDataSource>probe.csv</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""
"""What GDAL opens under any name when its virtual driver is loaded (reliability.md, 1.1)."""


def drivers() -> frozenset[str]:
    """Name the drivers that GDAL has loaded in this process."""
    return frozenset(pyogrio.list_drivers())


def ready(folder: Path) -> None:
    """Prove that GDAL opens nothing but shapefiles here; whoever calls must not go on otherwise.

    Parameters
    ----------
    folder
        Private folder for the probes.

    Raises
    ------
    RegistryError
        ``SANDBOX_UNSAFE``.
    """
    if drivers() != GDAL_DRIVERS:
        raise RegistryError("SANDBOX_UNSAFE", value=sorted(drivers() ^ GDAL_DRIVERS))
    for suffix in ("shp", "gpkg", "vrt"):
        probe = folder / f"probe.{suffix}"
        probe.write_text(PROBE, "utf-8")
        if _opens(probe):
            raise RegistryError("SANDBOX_UNSAFE", value=probe.name)


def _opens(path: Path) -> bool:
    try:
        pyogrio.list_layers(path)
    except DataSourceError:
        return False
    return True


def geometries(path: Path) -> list[bytes | None]:
    """Read the geometry of every record of a shapefile.

    Parameters
    ----------
    path
        The ``.shp``, with its ``.shx`` beside it and no ``.dbf``: attributes are not GDAL's affair here.

    Returns
    -------
    list of bytes or None
        WKB in the records' order, None for null shapes.

    Raises
    ------
    FileRefused
        ``GEOM_CORRUPT`` if GDAL cannot read them.
    """
    with warnings.catch_warnings():
        # measures and open rings are what `parts.geometries.check` looks after
        warnings.simplefilter("ignore")
        try:
            meta, table = pyogrio.read_arrow(path, columns=[])
        except (DataSourceError, DataLayerError) as fault:
            raise FileRefused("GEOM_CORRUPT", reason=str(fault)) from fault
    column: list[bytes | None] = table.column(meta["geometry_name"] or "wkb_geometry").to_pylist()
    return column
