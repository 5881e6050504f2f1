"""What the shared store costs beside the file: ``python -m tests.bench.stores [ROWS]``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from geo_registry.store import connect
from geo_registry.store.rows import Change
from tests.store.servers import serving
from tests.store.shelf import note, rows, sources, url

ROWS, EDITS, LOOKS = 200_000, 200, 1_000
SETTINGS = ("-c", "shared_buffers=512MB", "-c", "max_wal_size=8GB")


def seconds(call: Callable[[], object]) -> float:
    """Time a call."""
    began = perf_counter()
    call()
    return perf_counter() - began


def measured(address: str, elsewhere: str, folder: Path, count: int) -> dict[str, float]:
    """Measure the acts of one store, in seconds."""
    backup = folder / f"{address.partition(':')[0]}.bk"
    frame = sources(count)
    with closing(connect(address)) as store:
        store.create(note("init"))
        found = {"commit": seconds(lambda: store.commit(Change(0, frame), note("import", "b1")))}
        edits = [Change(1 + number, rows(f"e{number}")) for number in range(EDITS)]
        found["edit"] = median(seconds(lambda one=one: store.commit(one, note("edit"))) for one in edits)  # type: ignore[misc]
        found["tip"] = median(seconds(store.tip) for _ in range(LOOKS))
        found["records"] = seconds(store.records)
        found["verify"] = seconds(store.verify)
        found["backup"] = seconds(lambda: store.back_up(backup))
    with closing(connect(elsewhere)) as store:
        found["restore"] = seconds(lambda: store.restore(backup, ".old"))
    return found


def main(count: int) -> None:
    """Measure both stores in turn, and print a table."""
    server = serving(SETTINGS)
    try:
        with TemporaryDirectory() as name:
            folder = Path(name)
            file = measured(url(folder / "one.db"), url(folder / "other.db"), folder, count)
            database = measured(server.database(), server.database(), folder, count)
    finally:
        server.close()
    print(f"{count:,} rows, median of {EDITS} edits and of {LOOKS:,} looks")  # noqa: T201 (the table)
    for act, took in file.items():
        ratio = database[act] / took
        print(f"{act:8} file {took * 1e3:10.3f} ms  database {database[act] * 1e3:10.3f} ms  {ratio:.1f}x")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
