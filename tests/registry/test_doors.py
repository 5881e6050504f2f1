"""One question, many doors: the counts by station, kind and ring are the same wherever they are read."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

import geo_registry as gr
from geo_registry.registry import Registry
from tests.cli.shell import csv_rows, document, run

RINGS_M = (1000.0, 3000.0, 5000.0)
COLUMNS = ("cumulative_active", "exclusive_active", "cumulative_all", "exclusive_all")
STATIONS = 6
Counts = dict[tuple[str, str, float], tuple[int, ...]]
"""By code of the station, kind (``all`` for the sum) and radius in metres: the four counts of `COLUMNS`."""
Found = Counter[tuple[str, str, float, bool]]
"""How many sources lie in exactly that ring: by code of the station, kind, radius and whether active."""


@pytest.fixture(scope="module")
def registry(demo_store: str) -> Iterator[Registry]:
    """Open the demo city."""
    opened: Registry = gr.open(demo_store)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def counts(registry: Registry) -> Counts:
    """Count with Python, which every other door must equal."""
    found = of_rows(registry.audit(RINGS_M).summary.to_dict(orient="records"))
    kinds = {*registry.catalog.of_role("source"), "all"}
    assert len(found) == STATIONS * len(kinds) * len(RINGS_M)
    assert min(found[key][0] for key in found if key[1:] == ("all", 1000.0)) > 0
    return found


def of_rows(rows: Iterable[Mapping[Any, Any]]) -> Counts:
    """Read the rows of a summary."""
    return {
        (str(row["station_code"]), str(row["kind"]), float(row["ring_m"])): tuple(
            int(row[name]) for name in COLUMNS
        )
        for row in rows
    }


def of_found(found: Found, counts: Counts) -> Counts:
    """Add single sources up: by kind and over all kinds, cumulative and exclusive, active and all."""
    every = found + Counter({(code, "all", ring_m, active): 0 for code, _, ring_m, active in found})
    for (code, _, ring_m, active), count in found.items():
        every[code, "all", ring_m, active] += count
    return {
        (code, kind, ring_m): tuple(
            sum(every[code, kind, within, active] for within in rings for active in kept)
            for kept in ((True,), (True, False))
            for rings in (RINGS_M[: RINGS_M.index(ring_m) + 1], (ring_m,))
        )
        for code, kind, ring_m in counts
    }


class Tables(HTMLParser):
    """The counts of a report's two tables, by row and by table."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: dict[tuple[str, str], list[int]] = {}
        self._table = self._row = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember where the parser is."""
        named = dict(attrs)
        if tag == "table":
            self._table = named.get("id") or ""
        if tag == "tr":
            self._row = named.get("data-key") or ""

    def handle_data(self, data: str) -> None:
        """Take the numbers of the rows that are named."""
        if self._row and self._table in {"table-within", "table-between"} and re.fullmatch(r"[\d,]+", data):
            self.rows.setdefault((self._table, self._row), []).append(int(data.replace(",", "")))


def test_the_json_of_the_command_line(demo_store: str, counts: Counts) -> None:
    """The JSON document's summary, and its pairs added up, are Python's counts."""
    said = document(demo_store, "audit", "--status", "all")
    assert of_rows(said["summary"]) == counts
    found: Found = Counter(
        (pair["station_code"], pair["kind"], pair["ring_m"], pair["active"]) for pair in said["pairs"]
    )
    assert of_found(found, counts) == counts


def test_the_table_of_the_command_line(demo_store: str, counts: Counts) -> None:
    """The table that a terminal shows has Python's counts."""
    shown = run(demo_store, "audit", "--summary").stdout.split("\n\n")[0].splitlines()
    headings, *lines = [re.split(r"\s{2,}", line) for line in shown]
    assert of_rows(dict(zip(headings, line, strict=True)) for line in lines) == counts


def test_the_csv_of_the_command_line(demo_store: str, counts: Counts) -> None:
    """The summary as CSV, and the pairs as CSV added up by their distance, are Python's counts."""
    assert of_rows(csv_rows(demo_store, "audit", "--summary", "--format", "csv")) == counts
    found: Found = Counter()
    for row in csv_rows(demo_store, "audit", "--status", "all", "--format", "csv"):
        ring_m = min(radius_m for radius_m in RINGS_M if float(row["distance_m"]) <= radius_m)
        assert float(row["ring_m"]) == ring_m
        found[row["station_code"], row["kind"], ring_m, row["active"].lower() in {"true", "1"}] += 1
    assert of_found(found, counts) == counts


def test_totals_count_each_source_once(demo_store: str) -> None:
    """The city's totals in JSON count a source of several rings once, by its smallest ring."""
    said = document(demo_store, "audit", "--status", "all")
    smallest: dict[str, float] = {}
    for pair in said["pairs"]:
        smallest[pair["source_id"]] = min(pair["ring_m"], smallest.get(pair["source_id"], pair["ring_m"]))
    assert len(smallest) < len(said["pairs"])
    totals = {row["ring_m"]: row["exclusive_all"] for row in said["totals"] if row["kind"] == "all"}
    assert totals == {ring_m: list(smallest.values()).count(ring_m) for ring_m in RINGS_M}


def test_the_reports(registry: Registry, counts: Counts) -> None:
    """The tables of each station's report have Python's counts, within and between the rings."""
    found: Counts = {}
    for code in sorted({code for code, _, _ in counts}):
        rows = Tables(registry.report(code, "html", "en").content.decode()).rows
        for kind in sorted({kind for _, kind, _ in counts}):
            within, between = rows["table-within", kind], rows["table-between", kind]
            for place, ring_m in enumerate(RINGS_M):
                active, every = 2 * place, 2 * place + 1
                found[code, kind, ring_m] = (within[active], between[active], within[every], between[every])
    assert found == counts


def exported(registry: Registry, code: str, ring_m: float) -> Counter[tuple[str, bool]]:
    """Count the rows of the files that are exported for a ring, by kind and whether active."""
    made = registry.export(gr.ExportOrder(form="csv", station=code, ring=ring_m))
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        names = [name for name in archive.namelist() if name.removesuffix(".csv") in registry.catalog.kinds]
        texts = {name: archive.read(name).decode("utf-8-sig") for name in names}
    return Counter(
        (name.removesuffix(".csv"), row["status"] in registry.catalog.active)
        for name, text in texts.items()
        for row in csv.DictReader(io.StringIO(text))
    )


def test_the_exports_of_rings(registry: Registry, counts: Counts) -> None:
    """The rows exported for a ring of each station are as many, kind by kind, as Python counts in it."""
    codes = sorted({code for code, _, _ in counts})
    for code, ring_m in [*((code, 3000.0) for code in codes), (codes[0], 1000.0), (codes[0], 5000.0)]:
        rows = exported(registry, code, ring_m)
        for kind in registry.catalog.of_role("source"):
            active, _, every, _ = counts[code, kind, ring_m]
            assert (rows[kind, True], rows[kind, True] + rows[kind, False]) == (active, every)
        assert sum(rows.values()) == counts[code, "all", ring_m][2]


def test_what_is_near_a_station(demo_store: str, registry: Registry, counts: Counts) -> None:
    """The sources near each station's position are those in its ring, to Python and to the shell."""
    stations = registry.stations()
    national = stations[stations["level"] == "national"]
    lons, lats = national.geometry.x.tolist(), national.geometry.y.tolist()
    near = [registry.near(lon, lat, 3000) for lon, lat in zip(lons, lats, strict=True)]
    for code, rows in zip(national["code"], near, strict=True):
        sources = rows[rows["role"] == "source"]
        found = Counter(zip(sources["kind"], sources["active"], strict=True))
        for kind in registry.catalog.of_role("source"):
            active, _, every, _ = counts[code, kind, 3000.0]
            assert (found[kind, True], found[kind, True] + found[kind, False]) == (active, every)
    said = document(demo_store, "near", repr(lons[0]), repr(lats[0]), "3000")
    assert [one["id"] for one in said["found"]] == near[0]["id"].tolist()
    assert [one["distance_m"] for one in said["found"]] == near[0]["distance_m"].tolist()
