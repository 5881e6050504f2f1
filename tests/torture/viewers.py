"""Viewers of the map, as many as are wanted, from a process of their own: each pans, and a pan is six tiles.

Run as ``python -m tests.torture.viewers ADDRESS --viewers N --seconds S``; the last line on standard output
is one JSON document. A viewer has six connections, as a browser has, and asks for its six tiles at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TILES = 6
EVERY_S = 5.0
ZOOMS = (11, 12, 13, 14)
CITY = (114.0, 33.6)
"""Longitude and latitude round which viewers look."""
SPREAD = 0.3
"""How far from there, degrees."""


@dataclass
class Tally:
    """What the viewers saw."""

    took_s: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    advised: int = 0


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Give the tile of a place (Web Mercator)."""
    down = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2.0 * math.pi)
    return int((lon + 180.0) / 360.0 * 2**zoom), int(down * 2**zoom)


def pan(chance: random.Random) -> list[str]:
    """Choose six neighbouring tiles."""
    zoom = chance.choice(ZOOMS)
    lon, lat = (at + chance.uniform(-SPREAD, SPREAD) for at in CITY)
    x, y = tile_at(lon, lat, zoom)
    return [f"/tiles/sources/{zoom}/{x + column}/{y + row}.mvt" for column in range(3) for row in range(2)]


class Line:
    """One connection that is kept open, and opened again when the server closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[str, bool]:
        """Ask for a path; give the status and whether the answer says when to come back."""
        fresh = self._ends is None
        try:
            return await self._asked(path)
        except (OSError, asyncio.IncompleteReadError):
            self._ends = None
            if fresh:
                return "lost", False
        return await self.get(path)

    async def _asked(self, path: str) -> tuple[str, bool]:
        if self._ends is None:
            self._ends = await asyncio.open_connection(*self._where)
        reader, writer = self._ends
        asked = f"GET {path} HTTP/1.1\r\nHost: {self._where[0]}\r\nAccept-Encoding: gzip\r\n\r\n"
        writer.write(asked.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        await reader.readexactly(int(length or 0))
        return head.split(" ", 2)[1], "\r\nretry-after:" in head

    def close(self) -> None:
        """Hang up."""
        if self._ends:
            self._ends[1].close()


async def view(address: str, number: int, until: float, tally: Tally) -> None:
    """Be one viewer until the time is up."""
    chance, parts = random.Random(number), urlsplit(address)  # noqa: S311 (where to look, no secret)
    lines = [Line(str(parts.hostname), parts.port or 80) for _ in range(TILES)]
    await asyncio.sleep(chance.uniform(0.0, EVERY_S))
    while (now := time.monotonic()) < until:
        await asyncio.gather(
            *(look(line, path, tally) for line, path in zip(lines, pan(chance), strict=True))
        )
        await asyncio.sleep(max(0.0, now + EVERY_S - time.monotonic()))
    for line in lines:
        line.close()


async def look(line: Line, path: str, tally: Tally) -> None:
    """Look at one tile, and note how long it took."""
    asked = time.perf_counter()
    status, advised = await line.get(path)
    tally.took_s.append(time.perf_counter() - asked)
    tally.statuses[status] += 1
    tally.advised += advised


async def watch(address: str, viewers: int, seconds: float) -> Tally:
    """Be all viewers at once."""
    tally, until = Tally(), time.monotonic() + seconds
    await asyncio.gather(*(view(address, number, until, tally) for number in range(viewers)))
    return tally


def document(tally: Tally) -> dict[str, object]:
    """Sum up what was seen."""
    took = sorted(tally.took_s) or [0.0]
    at = {f"p{share}_ms": round(took[len(took) * share // 100 - 1] * 1_000, 1) for share in (50, 95, 99)}
    return {
        "answers": len(tally.took_s),
        **at,
        "longest_ms": round(took[-1] * 1_000, 1),
        "statuses": dict(tally.statuses),
        "advised": tally.advised,
    }


def main() -> None:
    """Read the command line, watch, and say what was seen."""
    asked = argparse.ArgumentParser()
    asked.add_argument("address")
    asked.add_argument("--viewers", type=int, default=300)
    asked.add_argument("--seconds", type=float, default=600.0)
    given = asked.parse_args()
    tally = asyncio.run(watch(given.address, given.viewers, given.seconds))
    print(json.dumps(document(tally)))  # noqa: T201 (its answer)


if __name__ == "__main__":
    main()
