"""GeoParquet by PyArrow, a batch at a time: geometries as WKB, everything else as text."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo_registry.core.raw import RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.parts import geometries, signatures
from geo_registry.intake.parts.cells import Grid, column_texts, widths_of
from geo_registry.intake.upload import Content, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH_ROWS = 32_768
MEGABYTE = 1_000_000
WGS84 = "OGC:CRS84"
"""The reference system of a column that names none (GeoParquet 1.1, "crs")."""


@dataclass(frozen=True, slots=True)
class _Places:
    """What the file's metadata says of its geometries (GeoParquet 1.1)."""

    primary: str | None = None
    crs: str | None = None
    hidden: frozenset[str] = frozenset()


def read(upload: Upload) -> Content:
    """Read the rows of a Parquet file, with or without geometries.

    Parameters
    ----------
    upload
        The file.

    Returns
    -------
    Content
        One layer, named by the file's stem. Bytes that are no geometry are left out; a row's number is its
        place in the file.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH``, ``PARQUET_INVALID``, ``GEOM_CORRUPT``, ``TOO_MANY_COLUMNS``,
        ``SHEET_TOO_LARGE``, ``FILE_TOO_COSTLY``, ``NO_ROWS``.
    """
    signatures.expect(upload.source, {"parquet"})
    (name,) = upload.choose((upload.stem,))
    with _told():
        file = pq.ParquetFile(upload.source, pre_buffer=False)
        places = _places(file.schema_arrow)
    shown = [field.name for field in file.schema_arrow if not _is_hidden(field, places)]
    _check_size(file.metadata, shown, upload)
    grid = Grid(upload.limits, blanks=True, spool=upload.spool, shapes=places.primary is not None)
    wanted = [*shown, places.primary] if places.primary else shown
    for batch in _batches(file, wanted):
        numbers = np.arange(grid.rows + 1, grid.rows + len(batch) + 1)
        wkb = geometries.checked(_wkb(batch[places.primary]), numbers) if places.primary else None
        cells = [column_texts(batch[name]) for name in shown]
        grid.take(pa.array(numbers), widths_of(cells, len(batch)), cells, wkb)
    if not grid.rows:
        raise FileRefused("NO_ROWS")
    layer = RawLayer(name, tuple(shown), grid.table(len(shown)), places.crs)
    return Content((layer,), streams=(upload.spool.streams,))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, AttributeError) as fault:
        raise FileRefused("PARQUET_INVALID", reason=str(fault)[:200]) from fault


def _batches(file: pq.ParquetFile, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    batches = file.iter_batches(BATCH_ROWS, columns=list(names), use_threads=False)
    while True:
        with _told():
            batch = next(batches, None)
        if batch is None:
            return
        yield batch


def _places(schema: pa.Schema) -> _Places:
    said = (schema.metadata or {}).get(b"geo")
    if said is None:
        return _Places()
    geo = json.loads(said)
    columns: dict[str, dict[str, Any]] = dict(geo["columns"])
    primary = str(geo["primary_column"])
    if primary not in schema.names or columns[primary].get("encoding") != "WKB":
        raise ValueError(f"{primary}: {columns.get(primary, {}).get('encoding')}")
    covers = {path[0] for each in columns.values() for path in _covering(each)}
    return _Places(primary, _crs(columns[primary]), frozenset({*columns, *covers}))


def _covering(column: dict[str, Any]) -> list[list[str]]:
    return list(column.get("covering", {}).get("bbox", {}).values())


def _crs(column: dict[str, Any]) -> str | None:
    """Give the reference system; null says that nobody knows it."""
    crs = column.get("crs", WGS84)
    if not isinstance(crs, dict):
        return None if crs is None else str(crs)
    known = crs.get("id", {})
    epsg = str(known.get("authority", "")).upper() == "EPSG"
    return f"EPSG:{known.get('code')}" if epsg else json.dumps(crs)


def _is_hidden(field: pa.Field, places: _Places) -> bool:
    binary = pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
    return field.name in places.hidden or binary or pa.types.is_fixed_size_binary(field.type)


def _wkb(column: pa.Array) -> pa.BinaryArray:
    with _told():
        return column.cast(pa.binary())


def _check_size(metadata: pq.FileMetaData, shown: Sequence[str], upload: Upload) -> None:
    """Hold what the file says of itself against the limits, before anything is unpacked."""
    limits = upload.limits
    if len(shown) > limits.columns:
        raise FileRefused("TOO_MANY_COLUMNS", value=len(shown), limit=limits.columns)
    if metadata.num_rows > limits.rows:
        raise FileRefused("SHEET_TOO_LARGE", row=limits.rows + 1, limit=limits.rows)
    if not shown:
        raise FileRefused("NO_ROWS")
    groups = (metadata.row_group(at) for at in range(metadata.num_row_groups))
    unpacked = sum(group.total_byte_size for group in groups)
    if unpacked > limits.unpacked_mb * MEGABYTE:
        raise FileRefused("FILE_TOO_COSTLY", limit=f"{limits.unpacked_mb} MB")
