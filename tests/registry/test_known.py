from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from geopandas.testing import assert_geodataframe_equal

import geo_registry as gr
from geo_registry.core.access import owner

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
KIND = "construction_site"


def ledger(folder: Path, chance: random.Random, number: int) -> Path:
    """Write a small ledger whose rows are sometimes those of an earlier one."""
    path = folder / f"{number}.csv"
    rows = [
        f"T{chance.randrange(40)},工地{chance.randrange(1_000)},{chance.uniform(113.5, 114.5):.6f},33.6,在建"
        for _ in range(chance.randrange(1, 8))
    ]
    path.write_text("\n".join(["编号,名称,经度,纬度,状态", *dict.fromkeys(rows)]), encoding="utf-8")
    return path


@pytest.mark.parametrize("seed", range(2))
def test_records_kept_up_to_date_are_those_read_anew(tmp_path: Path, seed: int) -> None:
    """After any run of imports and undos a process that followed each commit knows what a fresh one reads."""
    url, chance = f"sqlite:///{tmp_path / 'store.db'}", random.Random(seed)  # noqa: S311 (no secret)
    gr.init(url, by="tester", clock=lambda: NOW)
    following = gr.open(url, clock=lambda: NOW)
    batches: list[str] = []
    for number in range(5):
        order = gr.ImportOrder(kind=KIND, datum="wgs84", accept_partial=True, by="tester")
        batch = following.import_file(ledger(tmp_path, chance, number), order).document["batch"]
        batches += [batch] if batch else []
        if number % 3 == 2 and batches:
            following.undo(batches.pop(), by="tester")
        if chance.random() < 0.7:
            following.sources(KIND)
        with_all = following.seen_by(owner("tester"))
        fresh = gr.open(url, clock=lambda: NOW)
        assert_geodataframe_equal(with_all.sources(KIND), fresh.sources(KIND))
        assert with_all.counts() == fresh.counts()
        fresh.close()
    following.close()
