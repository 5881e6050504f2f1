"""More records than memory holds whole: numbers give the answers that frames give."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
from pandas.testing import assert_frame_equal

import geo_registry as gr
from geo_registry.core.census import hexed
from geo_registry.errors import ValueRefused
from geo_registry.live import kept
from geo_registry.registry import Registry
from geo_registry.registry.choosing import Choice
from geo_registry.registry.editing.orders import Edit
from geo_registry.registry.seeing import many, numbers

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
KIND = "construction_site"


@pytest.fixture
def many_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every store count as one of many records."""
    monkeypatch.setattr(many, "WHOLE", -1)


def opened(url: str) -> Registry:
    """Open a store on the day of the tests."""
    return gr.open(url, clock=lambda: NOW)


def answers(registry: Registry) -> dict[str, object]:
    """Ask a little of everything."""
    one = registry.audit((800.0, 2_500.0)).pairs["source_id"].iloc[0]
    return {
        "audit": registry.audit((800.0, 2_500.0)).as_document(),
        "counts": registry.counts(),
        "synthetic": registry.synthetic,
        "near": registry.near(114.02, 33.58, 4_000.0).to_dict("records"),
        "priority": registry.priority(one).to_dict("index"),
        "record": registry.record(one).astype(str).to_dict(),
    }


def test_the_demo_city_from_numbers(demo_store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Audits, counts, what is near, a card and its priority are the same from numbers as from frames."""
    registry = opened(demo_store)
    expected = answers(registry)
    registry.close()
    monkeypatch.setattr(many, "WHOLE", -1)
    registry = opened(demo_store)
    assert answers(registry) == expected
    registry.close()


@pytest.mark.usefixtures("many_records")
@pytest.mark.parametrize("seed", range(3))
def test_numbers_kept_up_to_date_are_those_read_anew(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After any imports and undos a process that followed knows what a fresh one reads, or finds kept."""
    monkeypatch.setattr("geo_registry.registry.seeing.numbers.WORTH_KEEPING", seed * 20)
    url, chance = f"sqlite:///{tmp_path / 'store.db'}", random.Random(seed)  # noqa: S311 (no secret)
    gr.init(url, by="tester", clock=lambda: NOW)
    following = opened(url)
    for number in range(6):
        path = tmp_path / f"{number}.csv"
        rows = [
            f"T{chance.randrange(40)},工地{chance.randrange(1_000)},{chance.uniform(113.5, 114.5):.6f},33.6"
            for _ in range(chance.randrange(1, 30))
        ]
        path.write_text("\n".join(["编号,名称,经度,纬度", *dict.fromkeys(rows)]), encoding="utf-8")
        order = gr.ImportOrder(kind=KIND, datum="wgs84", accept_partial=True, by="tester")
        batch = following.import_file(path, order).document["batch"]
        if number == 3:
            following.undo(str(batch), by="tester")
        fresh = opened(url)
        assert following.counts() == fresh.counts()
        assert_frame_equal(following.near(114.0, 33.6, 20_000.0), fresh.near(114.0, 33.6, 20_000.0))
        fresh.close()
    following.close()


@pytest.mark.usefixtures("many_records")
def test_too_wide_a_question_is_refused(demo_store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would read more records than one answer is made of says so, and how to ask for less."""
    monkeypatch.setattr(many, "AT_ONCE", 10)
    registry = opened(demo_store)
    with pytest.raises(ValueRefused) as refused:
        registry.audit((5_000.0,))
    assert refused.value.code == "ANSWER_TOO_WIDE"
    registry.close()


def test_a_state_of_another_store_is_not_taken(tmp_path: Path, demo_path: Path) -> None:
    """What was kept beside one store is passed over where another store stands in its place."""
    first = tmp_path / "one.db"
    first.write_bytes(demo_path.read_bytes())
    registry = opened(f"sqlite:///{first}")
    house = registry._house  # noqa: SLF001 (the state has no other door)
    now = numbers.standing(house, house.revision())
    assert len(hexed(now.base.rows.ids)) == sum(registry.counts().values())
    mark = kept.Mark(house.revision(), "0" * 64, house.catalog.digest)
    assert house.store.beside
    kept.keep(now.base.at(np.arange(3)), house.store.beside, mark)
    again = opened(f"sqlite:///{first}")
    assert len(numbers.standing(again._house, house.revision()).base) == len(now.base)  # noqa: SLF001 (as above)
    registry.close()
    again.close()


def features(registry: Registry, layer: str, z: int, wanted: Choice) -> list[tuple[object, ...]]:
    """List what the tiles of the city say, by place: marks, groups and outlines."""
    told = []
    for x in range(int(2**z * 0.8125), min(int(2**z * 0.8203) + 2, 2**z)):
        for y in range(int(2**z * 0.396), min(int(2**z * 0.404) + 2, 2**z)):
            _, asked = registry.layers.tag(layer, (z, x, y), wanted)
            packed, _ = registry.layers.tile(layer, (z, x, y), asked)
            decoded = mapbox_vector_tile.decode(packed.plain) if packed.plain else {}
            told += [
                (x, y, str(one["geometry"]), sorted(one["properties"].items()))
                for one in decoded.get(layer, {}).get("features", [])
            ]
    return sorted(told, key=str)


WANTED = [
    Choice(),
    Choice(kinds=("construction_site", "brick_kiln")),
    Choice(status="active", priorities=("high", "medium")),
    Choice(flagged=True),
    Choice(districts=("召陵区",)),
]


@pytest.mark.parametrize("wanted", WANTED, ids=lambda one: one.key or "everything")
def test_tiles_from_numbers(demo_store: str, wanted: Choice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks, groups with their sums and outlines are from numbers what they are from frames."""
    registry = opened(demo_store)
    expected = [features(registry, "sources", z, wanted) for z in (0, 6, 9, 12)]
    registry.close()
    monkeypatch.setattr(many, "WHOLE", -1)
    registry = opened(demo_store)
    assert [features(registry, "sources", z, wanted) for z in (0, 6, 9, 12)] == expected
    assert any(expected)
    registry.close()


def test_an_edit_shows_in_tiles_from_numbers(demo_copy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After imports and edits the changed drawing says what one from frames says."""
    monkeypatch.setattr(many, "WHOLE", -1)
    changing = opened(demo_copy)
    for z in (9, 12):
        features(changing, "sources", z, Choice())
    pairs = changing.audit((3_000.0,)).pairs
    after: list[object] = []
    for number, record_id in enumerate(pairs["source_id"].drop_duplicates()[:4]):
        version = int(changing.record(record_id)["version"])
        values = {"status": "closed"} if number % 2 else {"name": f"改名{number}"}
        changing.editing.edit(record_id, Edit(values, reason="test"), version=version, by="tester")
        after = [features(changing, "sources", z, Choice()) for z in (9, 12)]
    monkeypatch.undo()
    fresh = opened(demo_copy)
    assert after == [features(fresh, "sources", z, Choice()) for z in (9, 12)]
    fresh.close()
    changing.close()
