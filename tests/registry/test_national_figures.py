"""The national stations and the real power plants: figures that were counted independently."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from pyproj import Geod

import geo_registry as gr
from geo_registry.cli.group import Verbs
from geo_registry.registry import Registry
from geo_registry.web import create_app

RINGS_M = (1000, 3000, 5000)
PAIRS = (17, 151, 389)
STATIONS_HIT = (15, 129, 312)


def run(url: str, *words: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(Verbs("en"), ["--store", url, *words])


def document(url: str, *words: str) -> dict[str, Any]:
    """Run the command line and read its JSON document."""
    result = run(url, "--json", *words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def stations_of(folder: Path) -> list[str]:
    """Give the words that import the national stations."""
    path = str(folder / "pm25gnn_station_info.csv")
    mapped = ["--map", "ID=code", "--map", "stations_name=name"]
    said = ["--kind", "monitoring_station", "--datum", "wgs84", "--set", "level=national"]
    return ["import", path, *said, *mapped]


def plants_of(folder: Path) -> list[str]:
    """Give the words that import the power plants."""
    path = str(folder / "cn_power_plants_wri_raw.csv")
    mapped = ["--map", "Power Plant ID=code", "--map", "Name=name"]
    return [
        "import",
        path,
        "--kind",
        "industrial_enterprise",
        "--datum",
        "wgs84",
        *mapped,
        "--accept-partial",
    ]


@pytest.fixture(scope="module")
def imports(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> tuple[str, list[dict[str, Any]]]:
    """Give a store with both files, and what the imports said."""
    url = f"sqlite:///{tmp_path_factory.mktemp('national') / 'store.db'}"
    assert run(url, "init", "--region", "world").exit_code == 0
    return url, [document(url, *stations_of(shared_data)), document(url, *plants_of(shared_data))]


def test_stations_come_in_whole(imports: tuple[str, list[dict[str, Any]]]) -> None:
    """Every one of the 1,498 stations is accepted."""
    _, (stations, _) = imports
    assert (stations["status"], stations["rows"], stations["accepted"]) == ("accept", 1498, 1498)


def test_plants_come_in_but_for_named_faults(imports: tuple[str, list[dict[str, Any]]]) -> None:
    """3,137 rows are 3,118 accepted, 8 identical to another, 11 without coordinates; repeats are told."""
    _, (_, plants) = imports
    assert (plants["status"], plants["rows"], plants["accepted"], plants["rejected"]) == (
        "partial",
        3137,
        3118,
        19,
    )
    assert plants["codes"] == {"COORD_MISSING": 11, "DUPLICATE": 8}
    assert plants["warnings"]["CODE_REPEATED"] > 0


def test_sending_the_plants_again_changes_nothing(
    imports: tuple[str, list[dict[str, Any]]], shared_data: Path
) -> None:
    """The same file a second time opens no version and makes no commit."""
    url, (_, plants) = imports
    again = document(url, *plants_of(shared_data))
    assert (again["unchanged"], again["updated"], again["new"], again["batch"]) == (3118, 0, 0, None)
    assert again["revision"] == plants["revision"]


def test_ring_counts_of_the_command_line(imports: tuple[str, list[dict[str, Any]]]) -> None:
    """The pairs the command line prints as CSV are 17, 151 and 389, at 15, 129 and 312 stations."""
    url, _ = imports
    printed = run(url, "audit", "--format", "csv", "--status", "all")
    rows = list(csv.DictReader(io.StringIO(printed.stdout.lstrip("\ufeff"))))
    assert counted([(row["station_id"], float(row["distance_m"])) for row in rows]) == (PAIRS, STATIONS_HIT)


def test_ring_counts_of_the_summary(imports: tuple[str, list[dict[str, Any]]]) -> None:
    """The summary of the JSON document counts the same."""
    url, _ = imports
    summary = pd.DataFrame(document(url, "audit")["summary"])
    total = summary[summary["kind"] == "all"]
    by_ring = total.groupby("ring_m")["cumulative_all"]
    assert tuple(by_ring.sum()) == PAIRS
    assert tuple(by_ring.apply(lambda counts: int((counts > 0).sum()))) == STATIONS_HIT


def test_ring_counts_of_python(imports: tuple[str, list[dict[str, Any]]]) -> None:
    """Python counts the same, with a store and with plain frames; distances equal Geod's to 1 mm."""
    registry: Registry = gr.open(imports[0])
    stored = registry.audit(RINGS_M).pairs
    plain = gr.audit(registry.sources(), registry.stations(), rings_m=RINGS_M).pairs
    for pairs in (stored, plain):
        assert counted(list(zip(pairs["station_id"], pairs["distance_m"], strict=True))) == (
            PAIRS,
            STATIONS_HIT,
        )
    assert np.abs(stored["distance_m"] - truth(registry, stored)).max() < 0.001


def test_ring_counts_of_an_export(imports: tuple[str, list[dict[str, Any]]]) -> None:
    """The sources exported as lying in one station's ring are those of the audit."""
    registry: Registry = gr.open(imports[0])
    pairs = registry.audit((5000,)).pairs
    busiest = pairs["station_code"].mode()[0]
    made = registry.export(
        gr.ExportOrder(kind="industrial_enterprise", form="csv", station=busiest, ring=5000)
    )
    rows = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    assert {row["id"] for row in rows} == set(pairs.loc[pairs["station_code"] == busiest, "source_id"])


def counted(pairs: Sequence[tuple[str, float]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Count pairs and stations hit within each ring."""
    within = [[station for station, distance_m in pairs if distance_m <= ring_m] for ring_m in RINGS_M]
    return tuple(len(found) for found in within), tuple(len(set(found)) for found in within)


def truth(registry: Registry, pairs: pd.DataFrame) -> pd.Series[float]:
    """Measure the pairs anew with GeographicLib."""
    here = registry.stations().set_index("id").geometry.loc[pairs["station_id"]]
    there = registry.sources().set_index("id").geometry.loc[pairs["source_id"]]
    measured = Geod(ellps="WGS84").inv(here.x, here.y, there.x, there.y)[2]
    return pd.Series(measured, index=pairs.index)


def test_ring_counts_over_http(imports: tuple[str, list[dict[str, Any]]]) -> None:
    """The pairs the web hands out as CSV, and the counts of its JSON, are the same."""
    registry: Registry = gr.open(imports[0])
    client = create_app(registry=registry).test_client()
    text = client.get("/api/audit?format=csv&status=all").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert counted([(row["station_id"], float(row["distance_m"])) for row in rows]) == (PAIRS, STATIONS_HIT)


def test_ring_counts_of_panel_and_report(imports: tuple[str, list[dict[str, Any]]]) -> None:
    """Round the busiest station the panel's document and the report's table count what the audit counts."""
    registry: Registry = gr.open(imports[0])
    found = registry.audit(RINGS_M)
    busiest = found.pairs["station_code"].mode()[0]
    rows = found.summary[(found.summary["station_code"] == busiest) & (found.summary["kind"] == "all")]
    counts = [int(count) for count in rows["cumulative_all"]]
    client = create_app(registry=registry).test_client()
    panel = client.get(f"/api/stations/{busiest}/audit").get_json()["summary"]
    assert [row["cumulative_all"] for row in panel if row["kind"] == "all"] == counts
    page = registry.report(busiest, "html", "en").content.decode()
    table = page.partition('id="table-within"')[2].partition("</table>")[0]
    total = table.partition('data-key="all"')[2].partition("</tr>")[0]
    assert [int(number) for number in re.findall(r"<td[^>]*>(\d+)</td>", total)][1::2] == counts
