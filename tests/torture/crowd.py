"""A registry of a hundred thousand made-up sources, what a server of it weighs, and clients that dawdle."""

from __future__ import annotations

import asyncio
import csv
import re
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

import geo_registry as gr
from geo_registry.settings import COMMAND_LINE_LIMITS

SOURCES = 100_000
KINDS = ("coal_sales_point", "construction_site", "batching_plant", "brick_kiln", "curing_kiln")
MEGABYTE = 1_000_000


def fill(path: Path, sources: int = SOURCES) -> None:
    """Make a store through the front door: the demo city, and made-up sources strewn about it."""
    url = f"sqlite:///{path}"
    gr.fill_demo(url, by="tester")
    ledger = path.with_suffix(".csv")
    _write(ledger, sources)
    registry = gr.open(url)
    order = gr.ImportOrder(datum="wgs84", sets={"synthetic": "true"}, by="tester", limits=COMMAND_LINE_LIMITS)
    outcome = registry.import_file(ledger, order)
    assert outcome.document["accepted"] == sources, outcome.document["codes"]
    registry.close()


def _write(ledger: Path, sources: int) -> None:
    chance = np.random.default_rng(1)
    lon = chance.normal(114.0, 0.35, sources).clip(113.2, 114.9)
    lat = chance.normal(33.6, 0.3, sources).clip(33.1, 34.3)
    with ledger.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("编码", "名称", "类别", "经度", "纬度", "状态"))
        for at in range(sources):
            place = f"{lon[at]:.6f}", f"{lat[at]:.6f}"
            rows.writerow((f"T{at}", f"点位{at}", KINDS[at % len(KINDS)], *place, "operating"))


def family(pid: int) -> list[int]:
    """List a process and all below it."""
    below = [
        int(child)
        for listed in Path(f"/proc/{pid}/task").glob("*/children")
        for child in listed.read_text("ascii").split()
    ]
    return [pid, *(one for child in below for one in family(child))]


def resident_mb(process: subprocess.Popen[str]) -> float:
    """Weigh a server: the memory that it and all its processes hold, 10^6 bytes; shared pages count anew."""
    statuses = (Path(f"/proc/{pid}/status").read_text("utf-8") for pid in family(process.pid))
    return sum(int(text.partition("VmRSS:")[2].split()[0]) for text in statuses if "VmRSS:" in text) / 1_000


async def dawdle(address: str, clients: int, seconds: float) -> int:
    """Be clients that send one byte a second, half of them in the header and half in the body of a form.

    Gives how many of them were let go before the time was up.
    """
    until = time.monotonic() + seconds
    ended = await asyncio.gather(*(_dribble(address, until, in_body=at % 2 == 0) for at in range(clients)))
    return sum(ended)


async def _dribble(address: str, until: float, *, in_body: bool) -> bool:
    parts = urlsplit(address)
    head = f"POST /login HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write((head + (form if in_body else "X-Slow: ")).encode())
    try:
        while time.monotonic() < until:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(1.0)
            if reader.at_eof() or reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001 (what came, unread)
                return True
    except ConnectionError:
        return True
    finally:
        writer.close()
    return False


def flood(program: str, address: str, seconds: int) -> dict[str, float]:
    """Ask for tiles on two thousand connections with wrk; give what its Lua script counted."""
    script = Path(__file__).with_name("flood.lua")
    command = [program, "-t2", "-c2000", f"-d{seconds}s", "--timeout", "20s", "-s", str(script), address]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return {
        name: float(value) for name, value in re.findall(r"^figure (\w+) ([\d.]+)$", ran.stdout, re.MULTILINE)
    }
