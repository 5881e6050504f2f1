"""Peers on the same tiles: PostGIS by a connection, and tipg, a tile server in front of it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any, LiteralString

import numpy as np
import psycopg

from geo_registry.registry.tiling.columns import Columns
from geo_registry.registry.tiling.drawing import CROWDED, DEEPER
from tests.bench.child import Missing, Ready
from tests.bench.runs.points import KINDS, PRIORITIES, Address, listed, made
from tests.bench.runs.tiles import medians, shown

CHUNK = 200_000
FIELDS = ("kind", "status", "priority", "active", "flagged")
MAKE = """
DROP TABLE IF EXISTS bench_points;
CREATE UNLOGGED TABLE bench_points (id text, lon float8, lat float8, kind text, status text, priority text,
    active boolean, flagged boolean, score float4);
"""
PLACE = """
CREATE UNLOGGED TABLE bench_placed AS SELECT id, kind, status, priority, active, flagged, score,
    ST_Transform(ST_SetSRID(ST_Point(lon, lat), 4326), 3857)::geometry(Point, 3857) AS geom
    FROM bench_points ORDER BY geom;
DROP TABLE bench_points;
ALTER TABLE bench_placed RENAME TO bench_points;
CREATE INDEX ON bench_points USING gist (geom);
ALTER TABLE bench_points ADD PRIMARY KEY (id);
"""
SINGLES = """
SELECT ST_AsMVT(said, 'sources', 4096, 'geom') FROM (
  SELECT ST_AsMVTGeom(geom, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, true) AS geom,
    id, kind, status, priority, active, flagged, score
  FROM bench_points WHERE geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s)) AS said
"""


def groups() -> LiteralString:
    """Write the query of counted groups: the same counts as ours, by kind and priority."""
    sums = ["count(*) AS n", "count(*) FILTER (WHERE active) AS n_active"]
    sums.append("nullif(count(*) FILTER (WHERE flagged), 0) AS n_flagged")
    for prefix, name, words, more in (
        ("k", "kind", KINDS, ""),
        ("a", "kind", KINDS, " AND active"),
        ("f", "kind", KINDS, " AND flagged"),
        ("fa", "kind", KINDS, " AND active AND flagged"),
        ("p", "priority", PRIORITIES, ""),
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


def loaded(size: int, dsn: str) -> Ready:
    """Put the points into the database; nothing is measured of it."""
    with psycopg.connect(dsn) as connection:
        load(connection, made(size))
    return Ready(lambda: None)


def same(size: int, tiles: str, most: int, dsn: str) -> Ready:
    """Have PostGIS make listed tiles, groups counted as ours are where points crowd.

    Parameters
    ----------
    size, tiles, most
        As for `tiles.same`.
    dsn
        Of the database that holds the points.
    """
    del size
    connection, grouped, times = psycopg.connect(dsn), groups(), defaultdict(list)
    connection.prepare_threshold = 0
    wanted = listed(tiles, most)

    def answer(address: Address, count: int) -> bytes:
        at = dict(zip("zxy", address, strict=True))
        found = connection.execute(grouped if count > CROWDED else SINGLES, at, prepare=True).fetchone()
        return bytes(found[0]) if found else b""

    def work() -> list[bytes]:
        contents = []
        for address, count in wanted:
            begun = time.perf_counter_ns()
            content = answer(address, count)
            times[address[0]].append((time.perf_counter_ns() - begun) / 1e6)
            contents.append(content)
        return contents

    def judge(contents: list[bytes]) -> dict[str, Any]:
        return medians(times) | _short(wanted, contents)

    return Ready(work, judge, connection.close, has_cpu=False)


def _short(wanted: list[tuple[Address, int]], contents: list[bytes]) -> dict[str, int]:
    """Tell how many points of the tiles are neither shown nor counted."""
    short = [count - shown(content) for (_, count), content in zip(wanted, contents, strict=True)]
    return {
        "points": sum(count for _, count in wanted),
        "points_not_shown": sum(max(0, one) for one in short),
    }


TIPG = "GEO_REGISTRY_BENCH_TIPG"
"""Names the Python of an environment in which tipg and uvicorn are installed."""
PATIENCE_S = 120.0


def tipg(size: int, tiles: str, most: int, dsn: str) -> Ready:
    """Ask tipg for listed tiles, as it comes: single points, of which it shows 10,000 a tile at the most.

    Parameters
    ----------
    size, tiles, most, dsn
        As for `same`.
    """
    del size
    program = os.environ.get(TIPG)
    if not program:
        raise Missing(f"tipg is not installed ({TIPG} names the Python that has it)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # it takes a socket's folder where a host stands
    who, _, rest = dsn.partition("@/")
    database, _, folder = rest.partition("?host=")
    words = [program, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--log-level", "error"]
    given = {"DATABASE_URL": f"{who}@{folder}/{database}", "TIPG_CATALOG_TTL": "0", "PYTHONPATH": ""}
    server = subprocess.Popen(words, env=os.environ | given)
    wanted, times = listed(tiles, most), defaultdict(list)
    _wait_for(port)
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def answer(address: Address) -> bytes:
        path = "/collections/public.bench_points/tiles/WebMercatorQuad/{}/{}/{}"
        connection.request("GET", path.format(*address))
        found = connection.getresponse()
        content = found.read()
        assert found.status == 200, content[:200]
        return content

    def work() -> list[bytes]:
        contents = []
        for address, _ in wanted:
            begun = time.perf_counter_ns()
            content = answer(address)
            times[address[0]].append((time.perf_counter_ns() - begun) / 1e6)
            contents.append(content)
        return contents

    def judge(contents: list[bytes]) -> dict[str, Any]:
        return medians(times) | _short(wanted, contents)

    def close() -> None:
        server.terminate()
        server.wait(PATIENCE_S)

    return Ready(work, judge, close, has_cpu=False)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with socket.socket() as knock:
            if not knock.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise TimeoutError(port)
