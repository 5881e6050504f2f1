"""Damaged files of every format: each is taken or refused with a code, and nothing else happens."""

from __future__ import annotations

import json
import random
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import geo_registry as gr
from geo_registry.errors import Refused
from geo_registry.intake import sandbox
from geo_registry.registry import Registry
from tests.torture.damage import damaged, seeds

SEED = 20_261_125
SHORT, LONG = 304, 20_000
CANARY = "CANARY-7431"
SLOWEST_S, PEAK_MB = 10.0, 600.0
DIED = "FILE_UNREADABLE"
"""What a file is refused with whose reader died: each is a fault of ours to be mended."""


@dataclass
class Figures:
    """What came of a drill."""

    files: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    worst_s: float = 0.0
    peak_mb: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[socket.socket]:
    """Listen on this machine for whoever follows a link."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener
        with pytest.raises(BlockingIOError):
            listener.accept()


def take(registry: Registry, path: Path) -> tuple[str, str]:
    """Send one file and give the verdict and all that was said."""
    order = gr.ImportOrder(
        kind="散煤销售点", datum="gcj02" if path.suffix != ".geojson" else None, dry_run=True
    )
    try:
        said = registry.import_file(path, order).document
    except Refused as refusal:
        return refusal.code, str(refusal)
    assert said["accepted"] + said["rejected"] == said["rows"] > 0
    return str(said["status"]), json.dumps(said, ensure_ascii=False)


def drill(folder: Path, files: int) -> Figures:
    """Damage and send so many files, the formats in turn."""
    canary, store = folder / "canary.csv", f"sqlite:///{folder / 'store.db'}"
    canary.write_text(f"名称,经度,纬度\n{CANARY},114,33.5\n", encoding="utf-8")
    gr.init(store, by="tester")
    registry: Registry = gr.open(store)
    figures, began = Figures(), time.monotonic()
    with listening() as listener:
        whole = seeds(folder, canary, f"http://127.0.0.1:{listener.getsockname()[1]}/x.kml")
        for suffix, sent in whole.items():
            (folder / f"whole{suffix}").write_bytes(sent)
            assert take(registry, folder / f"whole{suffix}")[0] == "accept", suffix
        for number in range(files):
            suffix = list(whole)[number % len(whole)]
            chance = random.Random(f"{SEED}-{number}")  # noqa: S311 (no secret)
            path = folder / f"damaged{suffix}"
            path.write_bytes(damaged(whole[suffix], suffix, chance))
            send_one(registry, path, number, figures)
    registry.close()
    figures.seconds = time.monotonic() - began
    figures.peak_mb = sandbox.own().peak_mb
    figures.worst_s = max(figures.worst_s, sandbox.own().worst_s)
    return figures


def send_one(registry: Registry, path: Path, number: int, figures: Figures) -> None:
    """Send one damaged file and add what came of it."""
    began, worked = time.monotonic(), time.process_time()
    try:
        verdict, said = take(registry, path)
    except Exception as fault:  # noqa: BLE001 (whatever it is, the drill goes on and tells)
        verdict, said = DIED, f"{type(fault).__name__} {fault}"
    if verdict == DIED or CANARY in said:
        figures.faults.append(f"{number}{path.suffix}: {said[:200]}")
    figures.files += 1
    figures.verdicts[verdict] += 1
    figures.slowest_s = max(figures.slowest_s, time.monotonic() - began)
    figures.worst_s = max(figures.worst_s, time.process_time() - worked)


def judge(figures: Figures) -> None:
    """Hold the figures against the promise."""
    verdicts = dict(figures.verdicts.most_common())
    print(  # noqa: T201 (the figures are what `make torture` is run for)
        f"\n{figures.files} damaged files in {figures.seconds:.0f} s, slowest {figures.slowest_s:.2f} s "
        f"({figures.worst_s:.2f} s of processor time), peak {figures.peak_mb:.0f} MB: {verdicts}"
    )
    assert figures.faults == []
    # processor time, which a busy machine does not make more; what waits for nothing is FILE_TOO_SLOW
    assert figures.worst_s < SLOWEST_S
    assert "FILE_TOO_SLOW" not in figures.verdicts
    assert 0 < figures.peak_mb < PEAK_MB
    assert {"accept", "partial"} <= figures.verdicts.keys()


def test_some_damaged_files(tmp_path: Path) -> None:
    """A few hundred damaged files: no crash, no hang, no leak, no call, a verdict for each."""
    judge(drill(tmp_path, SHORT))


@pytest.mark.torture
def test_many_damaged_files(tmp_path: Path) -> None:
    """20,000 damaged files: no crash, no hang, no leak, no call, a verdict for each."""
    judge(drill(tmp_path, LONG))
