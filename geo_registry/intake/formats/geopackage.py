"""GeoPackage by the standard library's SQLite, from a private copy that nothing can change.

GDAL is not needed for it: a geometry is a short header and WKB (OGC 12-128r18, 2.1.3).
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo_registry.core.raw import RawLayer
from geo_registry.errors import FileRefused
from geo_registry.intake.parts import geometries, signatures
from geo_registry.intake.parts.cells import BATCH_ROWS, Grid, value_text
from geo_registry.intake.upload import Content, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
"""Length of a geometry's envelope by its code (OGC 12-128r18, table 6)."""
HEADER_BYTES = 8
ENVELOPE_CODE, EXTENDED = 0b0000_1110, 0b0010_0000
PATIENCE_S, STEPS = 3.0, 100_000
"""Seconds a row may take to come, looked at every so many steps of SQLite's machine."""
LONGEST_B = 2**31 - 1
"""What SQLite can be told of the longest value: its limits are C integers."""
LAYERS = """
    SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.definition
    FROM gpkg_contents AS c
    LEFT JOIN gpkg_geometry_columns AS g ON g.table_name = c.table_name
    LEFT JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id AND s.srs_id > 0
    WHERE c.data_type IN ('features', 'attributes') ORDER BY c.rowid
"""


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    geometry: str | None
    crs: str | None


def read(upload: Upload) -> Content:
    """Read the feature and attribute tables of a GeoPackage.

    Parameters
    ----------
    upload
        The file.

    Returns
    -------
    Content
        A layer for each table with rows. The integer key is left out, as GDAL and QGIS do; a row's
        number is its place in the table.

    Raises
    ------
    FileRefused
        ``CONTENT_MISMATCH``, ``DB_CORRUPT``, ``GEOM_CORRUPT``, ``TOO_MANY_COLUMNS``, ``NO_ROWS``.
    """
    signatures.expect(upload.source, {"sqlite"})
    path = upload.folder / "upload.gpkg"
    with path.open("wb") as copy:
        shutil.copyfileobj(upload.source, copy)
    try:
        # read-only and unchanging, as sqlite.org/security advises for files of strangers
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(upload.limits.file_mb * 1_000_000, LONGEST_B))
            _check(database)
            tables = {table.name: table for table in _tables(database)}
            layers = [_layer(database, tables[name], upload) for name in upload.choose(list(tables))]
    except (sqlite3.Error, UnicodeDecodeError) as fault:
        if getattr(fault, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise FileRefused("FILE_TOO_SLOW", limit=f"{PATIENCE_S} s") from fault
        raise FileRefused("DB_CORRUPT", reason=str(fault)) from fault
    kept = [(layer, streams) for layer, streams in layers if streams]
    if not kept:
        raise FileRefused("NO_ROWS")
    return Content(tuple(layer for layer, _ in kept), streams=tuple(streams for _, streams in kept))


def _check(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA temp_store = MEMORY")
    (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise FileRefused("DB_CORRUPT", reason=verdict)


def _tables(database: sqlite3.Connection) -> Iterator[_Table]:
    known = {
        name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    }
    if "gpkg_contents" not in known:
        raise FileRefused("CONTENT_MISMATCH", value="sqlite")
    for name, geometry, organisation, number, definition in _patiently(database, LAYERS):
        if name not in known:
            raise FileRefused("DB_CORRUPT", value=name, reason="a listed table is missing")
        epsg = organisation is not None and organisation.upper() == "EPSG"
        yield _Table(name, geometry, f"EPSG:{number}" if epsg else definition)


def _layer(database: sqlite3.Connection, table: _Table, upload: Upload) -> tuple[RawLayer, int]:
    """Read a table; its rows go to the spool, in so many streams."""
    columns = database.execute("SELECT name, type, pk FROM pragma_table_xinfo(?)", (table.name,)).fetchall()
    shown = [
        (name, kind.upper()) for name, kind, key in columns if not _hidden(name, kind.upper(), key, table)
    ]
    if len(shown) > upload.limits.columns:
        raise FileRefused("TOO_MANY_COLUMNS", value=len(shown), limit=upload.limits.columns)
    wanted = [name for name, _ in shown] + ([table.geometry] if table.geometry else [])
    flags = [index for index, (_, kind) in enumerate(shown) if kind == "BOOLEAN"]
    before = upload.spool.streams
    shapes = table.geometry is not None
    grid = Grid(upload.limits, blanks=True, spool=upload.spool, shapes=shapes)
    wkb: list[bytes | None] = []
    query = f"SELECT {', '.join(map(_quoted, wanted))} FROM {_quoted(table.name)}"  # noqa: S608 (names are quoted)
    for row, values in enumerate(_patiently(database, query), start=1):
        grid.add(row, _texts(values[: len(shown)], flags))
        if shapes:
            wkb.append(_wkb(values[-1], row))
        if len(wkb) == BATCH_ROWS:
            wkb = _flushed(grid, wkb)
    _flushed(grid, wkb)
    layer = RawLayer(table.name, tuple(name for name, _ in shown), grid.table(len(shown)), table.crs)
    return layer, upload.spool.streams - before


def _flushed(grid: Grid, wkb: list[bytes | None]) -> list[bytes | None]:
    """Put away the rows that wait with their geometries."""
    if wkb:
        grid.flush(geometries.check(wkb, range(grid.rows - len(wkb) + 1, grid.rows + 1)))
    return []


def _patiently(database: sqlite3.Connection, query: str) -> Iterator[Sequence[Any]]:
    """Give the rows of a query that lets none wait too long, as a view may that counts to a billion first."""
    latest = time.monotonic()
    database.set_progress_handler(lambda: time.monotonic() > latest + PATIENCE_S, STEPS)
    for row in database.execute(query):
        yield row
        latest = time.monotonic()


def _hidden(name: str, kind: str, key: int, table: _Table) -> bool:
    return name == table.geometry or kind == "BLOB" or (key == 1 and kind == "INTEGER")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _texts(values: Sequence[object], flags: Sequence[int]) -> list[str | None]:
    texts = [value_text(value) for value in values]
    for index in flags:
        texts[index] = {0: "false", 1: "true"}.get(values[index], texts[index])  # type: ignore[call-overload]
    return texts


def _wkb(blob: object, row: int) -> bytes | None:
    if blob is None:
        return None
    if not isinstance(blob, bytes) or len(blob) < HEADER_BYTES or blob[:2] != b"GP" or blob[3] & EXTENDED:
        raise FileRefused("GEOM_CORRUPT", row=row)
    envelope = ENVELOPE_BYTES.get((blob[3] & ENVELOPE_CODE) >> 1)
    if envelope is None:
        raise FileRefused("GEOM_CORRUPT", row=row)
    return blob[HEADER_BYTES + envelope :]
