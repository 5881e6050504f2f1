"""Files that GDAL writes, in a process of its own, and their check before they are handed out.

GDAL brings a second SQLite and a C++ library that parses and formats whatever it is given; in the server's
process a fault of it would end every request, and a slip in a path could open the live store (design, part
Never). A child costs 0.8 s of start, measured on two cores, and takes such faults with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from geo_registry.errors import RegistryError

PLACE = "geom"
"""Column of a job's table that holds geometries as WKB."""

FIXED_DATE = "1980-01-01T00:00:00.000Z"
"""Written where a format wants the time of its last change: the bytes depend on the rows alone."""
_CHILD = Path(__file__).with_name("gdal_child.py")
_LIMIT_S = 900.0
"""A shapefile of two million rows takes a minute: what is not done by then hangs."""


@dataclass(frozen=True, slots=True)
class Job:
    """One layer for GDAL to write.

    Attributes
    ----------
    file
        File name inside the work's folder; several jobs may share a GeoPackage.
    layer
        Layer name.
    driver
        GDAL's name of the format.
    table
        Columns as they are to be named, and `PLACE` last where the layer has places.
    geometry_type
        Simple Features name of the geometry type, None where there are no places.
    crs
        ``EPSG:n`` or WKT.
    encoding
        Encoding of a shapefile's texts.
    dataset_options, layer_options
        GDAL's creation options.
    """

    file: str
    layer: str
    driver: str
    table: pa.Table
    geometry_type: str | None = None
    crs: str | None = None
    encoding: str | None = None
    dataset_options: Mapping[str, str] = field(default_factory=dict)
    layer_options: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Column names of the layer, the geometry left out."""
        return [name for name in self.table.column_names if name != PLACE or self.geometry_type is None]

    def described(self) -> dict[str, object]:
        """Say what the child needs beside the rows."""
        options = {
            "layer": self.layer,
            "driver": self.driver,
            "geometry_name": PLACE if self.geometry_type else None,
            "geometry_type": self.geometry_type,
            "crs": self.crs,
            "encoding": self.encoding,
            "dataset_options": dict(self.dataset_options),
            "layer_options": dict(self.layer_options),
        }
        return {"file": self.file, "options": options}


def write_files(jobs: Sequence[Job]) -> dict[str, bytes]:
    """Write layers in a child process and read the files back.

    Parameters
    ----------
    jobs
        What to write, in order.

    Returns
    -------
    dict
        Contents by file name, in the order of the names; a shapefile's parts are several files.

    Raises
    ------
    RegistryError
        ``EXPORT_FAILED`` if the child fails, or if an opened layer has other rows or column names than were
        sent: nothing is handed out then.
    """
    if not jobs:
        return {}
    with TemporaryDirectory(prefix="geo_registry_") as name:
        folder = Path(name)
        (folder / "out").mkdir()
        for number, job in enumerate(jobs):
            with (
                pa.OSFile(str(folder / f"{number}.arrow"), "wb") as sink,
                pa.ipc.new_file(sink, job.table.schema) as rows,
            ):
                rows.write_table(job.table)
        (folder / "jobs.json").write_text(json.dumps([job.described() for job in jobs]), "utf-8")
        _check(jobs, _run(folder))
        return {path.name: path.read_bytes() for path in sorted((folder / "out").iterdir())}


def _run(folder: Path) -> list[dict[str, object]]:
    command = [sys.executable, "-I", str(_CHILD), str(folder), FIXED_DATE]
    try:
        ran = subprocess.run(command, capture_output=True, check=True, timeout=_LIMIT_S)  # noqa: S603 - our own script
    except subprocess.CalledProcessError as fault:
        raise RegistryError("EXPORT_FAILED", reason=fault.stderr.decode("utf-8", "replace")[-500:]) from fault
    except subprocess.TimeoutExpired as fault:
        raise RegistryError("EXPORT_FAILED", reason=f"{_LIMIT_S:.0f} s") from fault
    found: list[dict[str, object]] = json.loads(ran.stdout)
    return found


def _check(jobs: Sequence[Job], found: Sequence[dict[str, object]]) -> None:
    for job, seen in zip(jobs, found, strict=True):
        sent = {"rows": job.table.num_rows, "names": job.names}
        if seen != sent:
            raise RegistryError("EXPORT_FAILED", reason=job.layer, expected=sent, value=seen)
