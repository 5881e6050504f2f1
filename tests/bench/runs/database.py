"""The peer that a bureau shares: PostGIS, its geography type and its spatial index."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from pyarrow import csv

from tests.bench.census import read
from tests.bench.child import Ready
from tests.bench.runs.found import RINGS_M, keep

TABLES = """
CREATE UNLOGGED TABLE raw (id int4, lon float8, lat float8);
CREATE UNLOGGED TABLE raw_stations (id int4, lon float8, lat float8);
"""
PLACE = """
CREATE UNLOGGED TABLE points AS SELECT id, ST_Point(lon, lat, 4326)::geography AS place FROM raw
    ORDER BY ST_Point(lon, lat, 4326);
CREATE UNLOGGED TABLE stations AS SELECT id, ST_Point(lon, lat, 4326)::geography AS place FROM raw_stations;
CREATE INDEX ON points USING gist (place);
DROP TABLE raw, raw_stations;
"""
ASKED = f"""
COPY (SELECT stations.id, points.id, ST_Distance(stations.place, points.place),
        degrees(ST_Azimuth(stations.place, points.place))
    FROM stations JOIN points ON ST_DWithin(stations.place, points.place, {RINGS_M[-1]}))
TO STDOUT (FORMAT binary)
"""  # noqa: S608 (made of our own number)
HEADER, TRAILER = 19, 2
"""Bytes before the first row of a binary copy and after its last (PostgreSQL, COPY)."""
ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("station_bytes", ">i4"),
        ("station", ">i4"),
        ("source_bytes", ">i4"),
        ("source", ">i4"),
        ("distance_bytes", ">i4"),
        ("distance_m", ">f8"),
        ("azimuth_bytes", ">i4"),
        ("azimuth_deg", ">f8"),
    ]
)


def pairs(folder: str, size: int, out: str, dsn: str) -> Ready:
    """Have the database find pairs with distance and azimuth; loaded, sorted by place and indexed before.

    Parameters
    ----------
    folder, size, out
        As for `grid.pairs`.
    dsn
        Of an empty database with PostGIS.
    """
    made, connection = read(Path(folder), size), psycopg.connect(dsn, autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        _fill(cursor, "raw", made.lon, made.lat)
        _fill(cursor, "raw_stations", made.station_lon, made.station_lat)
        cursor.execute(PLACE)
        cursor.execute("ANALYZE points")
        cursor.execute("ANALYZE stations")

    def work() -> np.ndarray:
        with connection.cursor() as cursor, cursor.copy(ASKED) as copy:
            content = b"".join(bytes(part) for part in copy)
        return np.frombuffer(
            content, ROW, count=(len(content) - HEADER - TRAILER) // ROW.itemsize, offset=HEADER
        )

    def judge(found: Any) -> dict[str, Any]:  # noqa: ANN401 (an array of records)
        columns = (found[name] for name in ("station", "source", "distance_m", "azimuth_deg"))
        return keep(out, *(np.asarray(column, dtype=column.dtype.newbyteorder("=")) for column in columns))

    return Ready(work, judge, connection.close, has_cpu=False)


def _fill(cursor: psycopg.Cursor[Any], table: str, lon: Any, lat: Any) -> None:  # noqa: ANN401 (arrays)
    rows = pa.table({"id": np.arange(len(lon), dtype=np.int32), "lon": lon, "lat": lat})
    said = io.BytesIO()
    csv.write_csv(rows, said, csv.WriteOptions(include_header=False))
    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
        copy.write(said.getbuffer())
