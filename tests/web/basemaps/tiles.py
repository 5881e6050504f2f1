"""Basemaps of a test: pictures of one colour, a file or a server of them, the settings that name it."""

from __future__ import annotations

import json
import struct
import zlib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SIDE_PX = 256


def png(red: int, green: int, blue: int) -> bytes:
    """Make a picture of one colour (PNG 1.2: header, packed rows each after a filter byte, end)."""

    def chunk(sort: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + sort + content + struct.pack(">I", zlib.crc32(sort + content))
        )

    header = struct.pack(">2I5B", SIDE_PX, SIDE_PX, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes((red, green, blue)) * SIDE_PX) * SIDE_PX)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PNG = png(200, 40, 160)


def archive(
    path: Path,
    tiles: dict[tuple[int, int, int], bytes],
    sort: TileType = TileType.PNG,
    packing: Compression = Compression.NONE,
) -> Path:
    """Write a PMTiles file of tiles by zoom, column and row, as they are."""
    with path.open("wb") as file:
        writer = Writer(file)
        for place in sorted(tiles, key=lambda one: zxy_to_tileid(*one)):
            writer.write_tile(zxy_to_tileid(*place), tiles[place])
        zooms = [z for z, _, _ in tiles]
        told = {"tile_type": sort, "tile_compression": packing, "min_zoom": min(zooms)}
        writer.finalize({**told, "max_zoom": max(zooms)}, {})
    return path


def settings_file(folder: Path, **basemaps: dict[str, object]) -> Path:
    """Write the file that names basemaps; TOML's strings, numbers and lists are JSON's."""
    lines = []
    for name, values in basemaps.items():
        lines += [f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
    path = folder / "basemaps.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def upstream(answer: Callable[[str], Answer]) -> Iterator[tuple[str, list[str]]]:
    """Serve what a function of the path gives, on this machine; give the address and the requests, whole."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path}\n{self.headers}")
            status, headers, content = answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(content)
            except OSError:
                return  # who asked has had enough

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
