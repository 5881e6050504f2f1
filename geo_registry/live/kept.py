"""A census kept as plain arrays beside the store, and mapped from there: losing it costs time alone."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyarrow import feather

from geo_registry.core.census import Census, Rows
from geo_registry.core.space.grid import PointGrid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

FORMAT = 1
"""Number of this way of keeping; what says another is made anew."""
KEPT = 2
"""States that are kept: who opens one while the next is written still finds it."""
_MARK = "mark.json"
_ARRAYS = (*Rows._fields, "key", "xyz", "shaped")


@dataclass(frozen=True, slots=True)
class Mark:
    """Which state of which store a census is of.

    Attributes
    ----------
    revision, hash
        The commit it is as of.
    catalog
        Digest of the layer files it was read by.
    """

    revision: int
    hash: str
    catalog: str

    @property
    def name(self) -> str:
        """The folder's name: revisions in order, other layer files apart."""
        return f"{self.revision:010d}-{self.hash[:12]}-{self.catalog[:12]}-{FORMAT}"


def keep(census: Census, folder: Path, mark: Mark) -> Path:
    """Write a census, whole or not at all; older ones but the last are removed.

    Parameters
    ----------
    census
        What to keep.
    folder
        Where all states of one store are kept.
    mark
        Which state it is.

    Returns
    -------
    Path
        Where it is, for `opened`.

    Raises
    ------
    OSError
        If the disk is full, or nothing may be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".making-", dir=folder))
    try:
        sums = {name: _write(made / f"{name}.npy", array) for name, array in _arrays(census).items()}
        for name, table in _tables(census).items():
            feather.write_feather(table, str(made / f"{name}.arrow"), compression="uncompressed")
            sums[name] = zlib.crc32((made / f"{name}.arrow").read_bytes())
        said = asdict(mark) | {"format": FORMAT, "sums": sums, "all_valid": list(census.all_valid)}
        (made / _MARK).write_text(json.dumps(said), encoding="utf-8")
        # what stands there under this name may be damaged; who has it mapped keeps it
        shutil.rmtree(folder / mark.name, ignore_errors=True)
        os.replace(made, folder / mark.name)  # noqa: PTH105 (a folder, at one stroke)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    for old in _states(folder)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return folder / mark.name


def _states(folder: Path) -> list[Path]:
    """List what is kept, newest first."""
    return sorted((each for each in folder.glob("[0-9]*") if each.is_dir()), reverse=True)


def _arrays(census: Census) -> Mapping[str, NDArray[np.generic]]:
    own = census.rows._asdict() | {"key": census.grid.key, "xyz": census.grid.xyz, "shaped": census.shaped}
    return {name: own[name] for name in _ARRAYS}


def _tables(census: Census) -> Mapping[str, pa.Table]:
    shapes = pa.table({"shape": pa.array(shapely.to_wkb(census.shapes).tolist(), type=pa.binary())})
    own = {"states": census.states, "areas": census.areas}
    return {name: pa.Table.from_pandas(table, preserve_index=False) for name, table in own.items()} | {
        "shapes": shapes
    }


def _write(file: Path, array: NDArray[np.generic]) -> int:
    np.save(file, array)
    return _sum(array)


def _sum(array: NDArray[np.generic]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def newest(folder: Path, catalog: str) -> Iterator[tuple[Mark, Path]]:
    """Go through the states that are kept, the newest first.

    Parameters
    ----------
    folder
        Where they are.
    catalog
        Digest of the layer files; states that were read by others are passed over.
    """
    for each in _states(folder):
        try:
            said = json.loads((each / _MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if said.get("format") == FORMAT and said.get("catalog") == catalog:
            yield Mark(int(said["revision"]), str(said["hash"]), catalog), each


def opened(path: Path) -> Census | None:
    """Map a census that was kept; None where anything of it is missing, cut or altered.

    Parameters
    ----------
    path
        One of `newest`.
    """
    try:
        said = json.loads((path / _MARK).read_text(encoding="utf-8"))
        arrays = {name: np.load(path / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        sums = {name: _sum(array) for name, array in arrays.items()}
        tables = {}
        for name in ("states", "areas", "shapes"):
            content = (path / f"{name}.arrow").read_bytes()
            sums[name] = zlib.crc32(content)
            tables[name] = feather.read_table(pa.BufferReader(content))
    except (OSError, ValueError, pa.ArrowException):
        return None
    if sums != said["sums"]:
        return None
    return _census(arrays, tables, tuple(said["all_valid"]))


def _census(
    arrays: Mapping[str, NDArray[np.generic]], tables: Mapping[str, pa.Table], all_valid: tuple[int, int]
) -> Census:
    plain = {name: np.asarray(array) for name, array in arrays.items()}
    rows = Rows._make(plain[name] for name in Rows._fields)
    count = len(plain["key"])
    order = np.arange(count, dtype=np.int32)
    grid = PointGrid(plain["key"], order, rows.lon[:count], rows.lat[:count], plain["xyz"])
    words: dict[str, pd.DataFrame] = {name: tables[name].to_pandas() for name in ("states", "areas")}
    shapes = shapely.from_wkb(np.array(tables["shapes"]["shape"].to_pylist(), dtype=object))
    return Census(rows, grid, words["states"], words["areas"], plain["shaped"], shapes, all_valid)
