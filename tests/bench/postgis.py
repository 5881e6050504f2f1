"""The same tiles from PostGIS: ST_AsMVT over a spatial index, by a connection given."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, LiteralString, cast

import numpy as np
import psycopg

from geo_registry.registry.tiling.columns import Columns
from geo_registry.registry.tiling.drawing import CROWDED, DEEPER, Drawn, encode

CHUNK = 200_000
ZOOMS = (0, 3, 5, 6, 8, 10, 11, 12, 13, 14, 15, 16)
MOST_TILES = 5
ROUNDS = 3
FIELDS = ("kind", "status", "priority", "active", "flagged")
MAKE = """
DROP TABLE IF EXISTS bench_points;
CREATE UNLOGGED TABLE bench_points (id text, lon float8, lat float8, kind text, status text, priority text,
    active boolean, flagged boolean, score float4);
"""
PLACE = """
CREATE UNLOGGED TABLE bench_placed AS SELECT id, kind, status, priority, active, flagged, score,
    ST_Transform(ST_SetSRID(ST_Point(lon, lat), 4326), 3857) AS geom FROM bench_points ORDER BY geom;
DROP TABLE bench_points;
ALTER TABLE bench_placed RENAME TO bench_points;
CREATE INDEX ON bench_points USING gist (geom);
"""
SINGLES = """
SELECT ST_AsMVT(said, 'sources', 4096, 'geom') FROM (
  SELECT ST_AsMVTGeom(geom, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, true) AS geom,
    id, kind, status, priority, active, flagged, score
  FROM bench_points WHERE geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s)) AS said
"""
COUNT = "SELECT count(*) FROM bench_points WHERE geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s)"


def groups(kinds: tuple[str, ...], priorities: tuple[str, ...]) -> LiteralString:
    """Write the query of counted groups: the same counts as ours, by kind and priority."""
    sums = ["count(*) AS n", "count(*) FILTER (WHERE active) AS n_active"]
    sums.append("nullif(count(*) FILTER (WHERE flagged), 0) AS n_flagged")
    for prefix, name, words, more in (
        ("k", "kind", kinds, ""),
        ("a", "kind", kinds, " AND active"),
        ("f", "kind", kinds, " AND flagged"),
        ("fa", "kind", kinds, " AND active AND flagged"),
        ("p", "priority", priorities, ""),
    ):
        sums += [
            f"nullif(count(*) FILTER (WHERE {name} = '{word}'{more}), 0) AS {prefix}_{word}" for word in words
        ]
    return f"""
    SELECT ST_AsMVT(said, 'sources', 4096, 'geom') FROM (
      SELECT ST_AsMVTGeom(ST_SetSRID(ST_Point(avg(ST_X(geom)), avg(ST_Y(geom))), 3857),
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, true) AS geom, {", ".join(sums)}
      FROM bench_points, (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box) AS tile
      WHERE geom && box
      GROUP BY floor((ST_X(geom) - ST_XMin(box)) / (ST_XMax(box) - ST_XMin(box)) * {2**DEEPER}),
        floor((ST_Y(geom) - ST_YMin(box)) / (ST_YMax(box) - ST_YMin(box)) * {2**DEEPER})) AS said
    """  # noqa: S608 (made of our own made-up names)


def load(connection: psycopg.Connection[Any], columns: Columns) -> None:
    """Copy points into a table of their own, sorted and indexed by place."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE)
        with cursor.copy("COPY bench_points FROM STDIN (FORMAT csv)") as copy:
            for text in _lines(columns):
                copy.write(text)
        cursor.execute(PLACE)
        cursor.execute("ANALYZE bench_points")
    connection.commit()


def _lines(columns: Columns) -> Iterator[str]:
    assert columns.score is not None
    words = [
        np.array([*columns.coded[name].words, ""], dtype=object)[columns.coded[name].codes] for name in FIELDS
    ]
    score = np.where(np.isnan(columns.score), "", np.nan_to_num(columns.score).astype(int).astype(str))
    ids = np.char.mod("%016x", columns.ids)
    for begin in range(0, len(columns.ids), CHUNK):
        rows = slice(begin, begin + CHUNK)
        parts = (ids, columns.lon, columns.lat, *words, score)
        yield "".join(
            f"{','.join(map(str, row))}\n" for row in zip(*(part[rows] for part in parts), strict=True)
        )


def beside(
    dsn: str, columns: Columns, drawn: Drawn, fullest: Callable[[int, int], list[tuple[int, int, int]]]
) -> list[dict[str, Any]]:
    """Time the same tiles in turn: ours, and those of PostGIS as it answers over its connection.

    Parameters
    ----------
    dsn
        Of a database with PostGIS in which a table may be made.
    columns, drawn
        The points, and our drawing of them.
    fullest
        Names the fullest tiles of a zoom.
    """
    names = (cast("tuple[str, ...]", columns.coded[name].words) for name in ("kind", "priority"))
    grouped = groups(*names)
    with psycopg.connect(dsn) as connection:
        load(connection, columns)
        connection.prepare_threshold = 0
        return [_of_zoom(connection, drawn, grouped, fullest(z, MOST_TILES)) for z in ZOOMS]


def _of_zoom(
    connection: psycopg.Connection[Any],
    drawn: Drawn,
    grouped: LiteralString,
    addresses: list[tuple[int, int, int]],
) -> dict[str, Any]:
    ours: list[float] = []
    theirs: list[float] = []
    bytes_ours, bytes_theirs = 0, 0
    for address in addresses:
        at = dict(zip("zxy", address, strict=True))
        found = connection.execute(COUNT, at).fetchone()
        query = grouped if found and found[0] > CROWDED else SINGLES
        bytes_ours += len(encode("sources", drawn, address))
        for _ in range(ROUNDS if address[0] > 4 else 1):
            ours.append(_ms(partial(encode, "sources", drawn, address)))
            theirs.append(_ms(partial(_answer, connection, query, at)))
        bytes_theirs += len(_answer(connection, query, at))
    return {
        "z": addresses[0][0],
        "tiles": len(addresses),
        "ours_ms": statistics.median(ours),
        "postgis_ms": statistics.median(theirs),
        "ratio": statistics.median(np.array(theirs) / np.array(ours)),
        "ours_kB": bytes_ours / len(addresses) / 1e3,
        "postgis_kB": bytes_theirs / len(addresses) / 1e3,
    }


def _answer(connection: psycopg.Connection[Any], query: LiteralString, at: dict[str, int]) -> bytes:
    found = connection.execute(query, at, prepare=True).fetchone()
    return bytes(found[0]) if found else b""


def _ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - begun) / 1e6
