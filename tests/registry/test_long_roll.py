"""More sources than are held row by row: every door answers a choice as it does where they are held."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import geo_registry as gr
from geo_registry.core.access import Viewer
from geo_registry.core.bounds import area
from geo_registry.errors import ValueRefused
from geo_registry.publish.export import Exported
from geo_registry.registry import Registry, records
from geo_registry.registry.choosing import SORTS, Choice, View, long, read
from geo_registry.registry.editing.orders import Edit
from geo_registry.registry.seeing import many
from geo_registry.settings import Settings
from geo_registry.web import create_app
from tests.registry.questions import drawn

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, demo_path: Path) -> str:
    """Copy the demo city, with some sources changed after its numbers were read."""
    path: Path = tmp_path_factory.mktemp("long") / "city.db"
    path.write_bytes(demo_path.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def held(city: str) -> Iterator[Registry]:
    """Open it as a registry that holds its rows."""
    opened: Registry = gr.open(city, clock=lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def numbered(city: str, held: Registry) -> Iterator[Registry]:
    """Open it a second time, to answer from numbers; some sources are changed after these were read."""
    opened: Registry = gr.open(city, clock=lambda: NOW)
    with from_numbers():
        opened.choosing.counts(Choice())
    rows = held.sources(on=held.today)
    changes: list[dict[str, Any]] = [{"status": "closed"}, {"township": "新镇"}, {"name": "改名厂"}]
    for place, change in zip((3, 700, 1_500), changes, strict=True):
        row = rows.iloc[place]
        held.editing.edit(
            str(row["id"]), Edit(change, reason="test"), version=int(row["version"]), by="tester"
        )
    yield opened
    opened.close()


@contextmanager
def from_numbers(**limits: int) -> Iterator[None]:
    """Let every store count as one of many records."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "WHOLE", -1)
        for name, limit in limits.items():
            patch.setattr(long, name, limit)
        yield


def answers(registry: Registry, asked: dict[str, str], sort: str) -> dict[str, Any]:
    """Ask what every door asks."""
    choice = read({name: [value] for name, value in asked.items()})
    choosing = registry.choosing
    page = choosing.page(choice, View(sort=sort, per_page=100))
    rows = pd.DataFrame(page.rows.drop(columns=["known_from", "known_to"], errors="ignore"))
    return {
        "counts": asdict(choosing.counts(choice)),
        "total": page.total,
        "rows": rows[sorted(rows.columns[rows.notna().any()])].astype("str").to_dict("records"),
        "unknown": choosing.unknown(choice),
        "placed": sorted(choosing.rows(choice)["id"]),
    }


@pytest.mark.parametrize("seed", range(2))
def test_a_choice_is_the_same_from_numbers(
    held: Registry, numbered: Registry, rows: gpd.GeoDataFrame, seed: int
) -> None:
    """Counts, pages in any order and what is placed are those of the rows that are held."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    for _ in range(20):
        asked, sort = drawn(chance, rows), chance.choice(["", "-"]) + chance.choice(SORTS)
        expected = answers(held, asked, sort)
        with from_numbers():
            assert answers(numbered, asked, sort) == expected, asked


@pytest.fixture(scope="module")
def rows(held: Registry) -> gpd.GeoDataFrame:
    """Read the sources that stand today."""
    return held.sources(on=held.today).reset_index(drop=True)


def test_areas_are_counted_from_numbers(held: Registry, numbered: Registry) -> None:
    """Districts and townships have as many sources as where the rows are held."""
    with from_numbers():
        found = numbered.choosing.areas(Choice())
    expected = held.choosing.areas(Choice())
    keys = ["district", "township"]
    assert found.sort_values(keys).to_numpy().tolist() == expected.sort_values(keys).to_numpy().tolist()


def cells(made: Exported) -> list[dict[str, str]]:
    """Read a table back, in the order of its ids."""
    lines = csv.DictReader(io.StringIO(made.content.decode("utf-8-sig")))
    return sorted(lines, key=lambda line: line["id"])


def test_an_export_reads_what_is_chosen_alone(held: Registry, numbered: Registry) -> None:
    """The file of a choice, and of a ring, has the same rows, and no other records are read."""
    station = str(held.stations()["code"].iloc[0])
    for narrow in (
        {"flagged": True},
        {"station": station, "ring": 3_000.0},
        {"text": "煤", "status": "active"},
    ):
        order = gr.ExportOrder(kind="coal_sales_point", form="csv", **narrow)
        expected = cells(held.export(order))
        assert expected
        with from_numbers(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(records, "frame", None)
            assert cells(numbered.export(order)) == expected


def test_what_numbers_do_not_know_is_read_of_so_many(numbered: Registry, rows: gpd.GeoDataFrame) -> None:
    """A text, or an order by name, among more than is read at once is refused and says how to narrow it."""
    with from_numbers(READ=100):
        for choice in (Choice(text="煤"), Choice()):
            with pytest.raises(ValueRefused) as refused:
                numbered.choosing.page(choice, View(sort="name"))
            assert (refused.value.code, refused.value.details["limit"]) == ("CHOICE_TOO_MANY", 100)
        one = rows[rows["kind"] == "batching_plant"].iloc[0]
        few = Choice(kinds=("batching_plant",), text=str(one["name"])[:3])
        assert numbered.choosing.page(few, View(sort="name")).total == numbered.choosing.counts(few).total > 0


def test_a_long_list_is_turned_page_by_page(held: Registry, numbered: Registry) -> None:
    """Pages of a list too long for names hold every row once, those of one score in the order of ids."""
    with from_numbers(READ=100):
        pages = [numbered.choosing.page(Choice(), View(page=page, per_page=200)) for page in range(1, 12)]
    seen = pd.concat([page.rows for page in pages])
    assert sorted(seen["id"]) == sorted(held.sources(on=held.today)["id"])
    ranked = list(zip(-seen["score"].fillna(-1.0), seen["id"], strict=True))
    assert ranked == sorted(ranked)


def test_the_list_and_the_map_of_many(city: str, rows: gpd.GeoDataFrame) -> None:
    """Addresses that need rows answer too: list, options of the legend, and tiles of any choice."""
    with from_numbers():
        client = create_app(Settings(store_url=city), gr.open(city, clock=lambda: NOW)).test_client()
        township = str(rows["township"].dropna().iloc[0])
        there = int((rows["township"] == township).sum())
        listed = client.get("/api/list", query_string={"township": township}).json
        assert listed
        assert listed["total"] == there
        assert client.get("/api/choice/options").status_code == 200
        assert client.get("/tiles/sources/0/0/0.mvt", query_string={"township": township}).status_code == 200
        page = client.get("/sources", query_string={"township": township}, headers={"Accept": "text/html"})
        assert f'data-total="{there}"' in page.text


@pytest.mark.parametrize("limit", [5, 2_000])
def test_a_text_is_found_by_the_database(
    held: Registry, numbered: Registry, rows: gpd.GeoDataFrame, limit: int
) -> None:
    """A search finds the records that it finds where rows are held, as many as are wanted, stations first."""
    chance = random.Random(limit)  # noqa: S311 (no secret)
    names = [*rows["name"].sample(6, random_state=1), str(held.stations()["name"].iloc[0]), "ＤＥＭＯ-cp-02"]
    asked = [name[start : start + 3] for name in names if (start := chance.randrange(len(name) - 2)) >= 0]
    for text in [*asked, "demo", "示例 街道", "%", "_", '"', "address", "\x00", "查无此名"]:
        expected = held.search(text, limit=100_000)
        with from_numbers(), pytest.MonkeyPatch.context() as patch:
            patch.setattr("geo_registry.registry.seeing.mentioned.AT_A_TIME", 7 if limit < 10 else 500)
            found = numbered.search(text, limit=limit)
        assert len(found) == min(limit, len(expected)), text
        assert set(found["id"]) <= set(expected["id"])
        roles = [held.catalog.kinds[kind].role == "station" for kind in found["kind"]]
        assert roles == sorted(roles, reverse=True)


def test_who_sees_a_district_finds_nothing_else(city: str, held: Registry, rows: gpd.GeoDataFrame) -> None:
    """A search among many records ends at the bounds of who asks."""
    district = str(rows["district"].iloc[0])
    clerk = Viewer("clerk", "district", areas=frozenset({area([district])}))
    with from_numbers():
        found = gr.open(city, clock=lambda: NOW).seen_by(clerk).search("示例", limit=5_000)
    own = held.seen_by(clerk).search("示例", limit=5_000)
    assert set(found["id"]) == set(own["id"])
    assert 0 < len(found) < len(held.search("示例", limit=5_000))
