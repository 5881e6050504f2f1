"""What one worker does with one file: read it, audit it by the core, keep the pairs beside it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyarrow import parquet

from geo_registry.core import audit as core
from geo_registry.core.census import census_of, city_of, tally
from geo_registry.core.filters import valid_on
from geo_registry.core.frame import empty
from geo_registry.scale import parts

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from geo_registry.core.kinds import Catalog
    from geo_registry.scale.parts import Part


Table = Callable[["pd.DataFrame"], "pa.Table"]
"""Brings pairs into the columns of a file."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What is asked of every file.

    Attributes
    ----------
    stations, zones
        All of them, WGS 84.
    catalog, request
        As `core.audit.audit` takes them.
    into
        Folder for the pairs, the same path on every machine, and what brings them into the columns of its
        files; None for counts alone.
    """

    stations: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    catalog: Catalog
    request: core.AuditRequest
    into: tuple[Path, Table] | None = None


def audit_part(task: tuple[Part, NDArray[np.intp]], *, job: Job) -> core.Audit:
    """Audit one file; done again after a worker was lost, it gives the same.

    Parameters
    ----------
    task
        The file, and the numbers of the stations in its reach.
    job
        What is asked.

    Returns
    -------
    Audit
        Of those stations; its pairs have gone into a file where a folder is given.

    Raises
    ------
    StoreError
        ``PART_CORRUPT``.
    """
    part, near = task
    sources, stations = parts.read(part), job.stations.iloc[near]
    if job.into is None:
        return _counted(sources, stations, job)
    sources = sources[valid_on(sources, job.request.on)]
    made = core.audit(sources, stations, catalog=job.catalog, request=job.request, zones=job.zones)
    if len(made.pairs):
        folder, table = job.into
        _write(table(made.pairs), folder / Path(part.file).name)
    return replace(made, pairs=made.pairs[:0])


def _write(table: pa.Table, file: Path) -> None:
    """Write a file under its name when it is whole; two workers that do the same do not meet."""
    handle, unfinished = tempfile.mkstemp(prefix=".", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as content:
            parquet.write_table(table, content, compression="zstd")
        Path(unfinished).replace(file)
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _counted(sources: gpd.GeoDataFrame, stations: gpd.GeoDataFrame, job: Job) -> core.Audit:
    """Count without pairs."""
    catalog, request = job.catalog, job.request
    census = census_of(sources.assign(coord_method=None), catalog)
    made = core.audit(empty(), stations, catalog=catalog, request=request)
    city = city_of(census, stations, catalog=catalog, request=request)
    found = tally(census, stations, catalog=catalog, request=request)
    return replace(made, summary=found.summary(), totals=city.totals)
