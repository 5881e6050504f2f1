"""Sources as files of neighbours: GeoParquet along a Hilbert curve, each file with its box and its sum."""

from __future__ import annotations

import json
import shutil
import tempfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from pyarrow import parquet

from geo_registry.core.census import frame_of
from geo_registry.core.frame import CRS
from geo_registry.core.space.nearby import box_hits
from geo_registry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from geo_registry.core.census import Census

FORMAT = 1
"""Number of this way of writing; part of the folder's name, so that another is written anew."""
ROWS = 100_000
"""Sources in a file: about a second's work, and no more memory than a worker has."""
KEPT = 2
"""States that are kept: who reads one while the next is written still finds it."""
WORLD = (-180.0, -90.0, 180.0, 90.0)
_LIST = "parts.json"
_PLACE = "geometry"


@dataclass(frozen=True, slots=True)
class Part:
    """One file.

    Attributes
    ----------
    file
        Where it is; the same path on every machine that works.
    rows
        Sources in it.
    box
        West, south, east, north of their shapes, degrees WGS 84.
    rough_m
        Greatest accuracy of any of them, metres; 0 where none is known.
    crc32
        Sum of the file's bytes.
    """

    file: str
    rows: int
    box: tuple[float, float, float, float]
    rough_m: float
    crc32: int


def kept(folder: Path, key: str) -> Sequence[Part] | None:
    """Give the files that were written under a key, None where there are none.

    Parameters
    ----------
    folder
        Where all states are kept.
    key
        Which state.

    Raises
    ------
    StoreError
        ``PART_CORRUPT`` if the list of the files cannot be understood.
    """
    named = _named(folder, key)
    try:
        said = json.loads((named / _LIST).read_text(encoding="utf-8"))
        return [
            Part(**{**each, "file": str(named / each["file"]), "box": tuple(each["box"])}) for each in said
        ]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise StoreError("PART_CORRUPT", value=str(named / _LIST), folder=str(named)) from fault


def write(
    census: Census,
    folder: Path,
    key: str,
    *,
    shown: NDArray[np.bool_],
    titled: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame],
    rows: int,
) -> Sequence[Part]:
    """Write sources as files of neighbours, all or none; older states but the last are removed.

    Parameters
    ----------
    census
        The sources; those without a position are left out.
    folder
        Where all states are kept.
    key
        Which state this is: letters and digits.
    shown
        Which of the rows are written.
    titled
        Adds ``code`` and ``name`` to rows as `core.census.frame_of` gives them.
    rows
        Sources in a file.

    Raises
    ------
    OSError
        If the disk is full, or nothing may be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=folder))
    try:
        making.chmod(0o755)  # other machines' workers may be other users
        found = []
        for number, places in enumerate(_stretches(census, shown, rows)):
            told = titled(frame_of(census.at(places)))
            found.append(asdict(_written(told, making / f"{number:06d}.parquet")))
        (making / _LIST).write_text(json.dumps(found), encoding="utf-8")
        shutil.rmtree(_named(folder, key), ignore_errors=True)
        making.replace(_named(folder, key))
    finally:
        shutil.rmtree(making, ignore_errors=True)
    for old in sorted(folder.glob(_named(folder, "*").name), key=_age, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return kept(folder, key) or ()


def _named(folder: Path, key: str) -> Path:
    return folder / f"sources-{FORMAT}-{key}"


def _age(folder: Path) -> float:
    return folder.stat().st_mtime


def _stretches(census: Census, shown: NDArray[np.bool_], rows: int) -> Iterator[NDArray[np.intp]]:
    """Give the places of sources along the curve, a file's worth at a time, each ascending."""
    lon, lat = census.rows.lon.copy(), census.rows.lat.copy()
    boxes = shapely.bounds(census.shapes)
    lon[census.shaped], lat[census.shaped] = (boxes[:, :2].T + boxes[:, 2:].T) / 2.0
    placed = np.flatnonzero(shown & ~np.isnan(lon))
    along = np.empty(len(placed), dtype=np.int64)
    for start in range(0, len(placed), ROWS):
        own = placed[start : start + ROWS]
        points = gpd.GeoSeries(shapely.points(lon[own], lat[own]))
        along[start : start + ROWS] = points.hilbert_distance(total_bounds=WORLD)
    ordered = placed[np.argsort(along, kind="stable")]
    for start in range(0, len(ordered), rows):
        yield np.sort(ordered[start : start + rows])


def _written(told: gpd.GeoDataFrame, file: Path) -> Part:
    told.to_parquet(file, index=False, compression="zstd", schema_version="1.1.0")
    west, south, east, north = map(float, told.total_bounds)
    rough_m = float(np.nan_to_num(told["accuracy_m"].to_numpy()).max(initial=0.0))
    return Part(file.name, len(told), (west, south, east, north), rough_m, zlib.crc32(file.read_bytes()))


def read(part: Part) -> gpd.GeoDataFrame:
    """Read a file as it was written.

    Parameters
    ----------
    part
        The file.

    Raises
    ------
    StoreError
        ``PART_CORRUPT`` if it is missing, cut or altered.
    """
    try:
        content = Path(part.file).read_bytes()
    except OSError as fault:
        raise StoreError("PART_CORRUPT", value=part.file, folder=str(Path(part.file).parent)) from fault
    if zlib.crc32(content) != part.crc32:
        raise StoreError("PART_CORRUPT", value=part.file, folder=str(Path(part.file).parent))
    table = parquet.read_table(pa.BufferReader(content))
    shapes = shapely.from_wkb(table[_PLACE].to_numpy())
    return gpd.GeoDataFrame(table.drop_columns(_PLACE).to_pandas(), geometry=shapes, crs=CRS)


def reached(
    parts: Sequence[Part], lon: NDArray[np.float64], lat: NDArray[np.float64], radius_m: float
) -> Iterator[tuple[Part, NDArray[np.intp]]]:
    """Give the files that have anything to do with places, each with the places in its reach.

    Parameters
    ----------
    parts
        The files.
    lon, lat
        The places, degrees WGS 84, shape (m,).
    radius_m
        Metres; a file's own accuracy is added.

    Yields
    ------
    tuple
        A file, and numbers of places, ascending.
    """
    boxes = np.array([shapely.box(*part.box) for part in parts], dtype=object)
    rough_m = np.ceil([part.rough_m for part in parts])
    for slack_m in np.unique(rough_m):
        own = np.flatnonzero(rough_m == slack_m)
        i_place, i_box = box_hits(boxes[own], lon, lat, radius_m + float(slack_m))
        for number in np.unique(i_box):
            yield parts[own[number]], np.sort(i_place[i_box == number])
